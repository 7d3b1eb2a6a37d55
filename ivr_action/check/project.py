"""Rules across files: calls to flows that nobody defines or that expect something else, duplicates, circles.

An example of a rule here is several files in one text, each behind a line `--- # its path`; see `files_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from ivr_action.check.cycles import _knots, _name
from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import did_you_mean, listed
from ivr_action.flow.calls import Call, calls
from ivr_action.flow.document import Document
from ivr_action.flow.flow import ArchitectFlow, Container, Flow, NodeGraphFlow, Variable
from ivr_action.flow.node_types import fold
from ivr_action.flow.read import Reading
from ivr_action.flow.variables import Variables, has_initial
from ivr_action.model import Finding, Level

_SAME = {"digitalbotflow": "digitalbot", "bot": "botflow"}


def _type(word: str) -> str:
    folded = fold(word)
    return _SAME.get(folded, folded)


class _Index:
    """The flows of a run by name; names of the platform compare without case."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self.flows = [reading.flow for reading in readings if reading.flow is not None]
        self.by_name: dict[str, list[Flow]] = {}
        for flow in self.flows:
            for name in {flow.name.casefold(), flow.flow_id.casefold() if isinstance(flow, NodeGraphFlow) else ""}:
                if name:
                    self.by_name.setdefault(name, []).append(flow)

    def callees(self, call: Call) -> list[Flow]:
        """Flows that a call can mean. A node graph may leave out its type: then its name decides."""
        kind = _type(call.kind)
        return [
            flow
            for flow in self.by_name.get(call.name.casefold(), ())
            if not kind or _type(flow.type) == kind or (isinstance(flow, NodeGraphFlow) and not flow.type)
        ]


_WORDS = {"commonModule": "common module", "botFlow": "bot flow", "digitalBot": "digital bot flow",
          "secureCall": "secure flow", "inqueueCall": "in-queue flow", "inqueueEmail": "in-queue flow",
          "inqueueShortMessage": "in-queue flow"}  # fmt: skip

_CALLER = """\
--- # flows/main.yaml
inboundCall:
  name: Main
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - callCommonModule:
              name: Who is it?
              commonModule:
                Find customer:
                  ver_latestPublished:
                    inputs:
                      Common.number:
                        exp: Call.Ani
                    outputs:
                      Common.customer:
                        var: Task.customer
          - disconnect:
              name: Hang up
        variables:
          - stringVariable:
              name: Task.customer
              initialValue:
                noValue: true
"""
_MODULE = """\
--- # flows/find-customer.yaml
commonModule:
  name: Find customer
  variables:
    - stringVariable:
        name: Common.number
        initialValue:
          noValue: true
        isInput: true
    - stringVariable:
        name: Common.customer
        initialValue:
          noValue: true
        isOutput: true
  startUpTaskActions:
    - updateData:
        name: Look up
        statements:
          - string:
              variable: Common.customer
              value:
                exp: Common.number
    - endTask:
        name: Done
        outputPath:
          name: default
"""


class UnknownFlow(Rule):
    id = "unknown-flow"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "project"
    summary = "A flow calls a flow, bot or common module that no file defines."
    why = "It has to exist on the platform already; with a typing mistake in the name, publishing fails."
    fix = "Correct the name, or add the file; leave it where the flow is not kept here."
    bad = _CALLER.replace("Find customer:", "Find costumer:") + _MODULE
    good = _CALLER + _MODULE
    source = "Own rule; runs where all files of the project were read, and more than one."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        if not options.all_files or len(subject) < 2:
            return
        index = _Index(subject)
        hints: dict[tuple[str, str], str] = {}
        for flow in index.flows:
            for call in calls(flow):
                if not call.is_template and not index.callees(call):
                    key = (call.kind, call.name)
                    if key not in hints:
                        hints[key] = self._hint(call, index)
                    what = _WORDS.get(call.kind, "flow")
                    yield self.finding(
                        flow.document, f"No file defines the {what} `{call.name}` that is called here.", hints[key],
                        call.element, call.key, of=_part(call), node=call.node or None,
                    )  # fmt: skip

    def _hint(self, call: Call, index: _Index) -> str:
        others = index.by_name.get(call.name.casefold())
        if others:
            return f"There is a flow of that name, of the type {listed({other.type: None for other in others})}."
        kind = _type(call.kind)
        names = [other.name for other in index.flows if other.name and (not kind or _type(other.type) == kind)]
        return did_you_mean(call.name, names, self.fix)


class _Contract(NamedTuple):
    """What a flow or task takes and gives."""

    what: str
    doc: Document
    names: Mapping[str, Variable]
    """By lower-case name: everything that is declared."""

    def of(self, direction: str) -> dict[str, Variable]:
        return {name: item for name, item in self.names.items() if _goes(item, direction)}


def _goes(variable: Variable, direction: str) -> bool:
    return variable.is_input if direction == "inputs" else variable.is_output


class ModuleContract(Rule):
    id = "module-contract"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "project"
    summary = "A call passes an input or takes an output that the called flow or task does not declare."
    why = "The platform refuses to publish the caller; or the value gets lost, and callers are led by an empty one."
    fix = "Use a name that the called flow declares as an input or output, or declare it there."
    bad = _CALLER.replace("Common.number:", "Common.phone:") + _MODULE
    good = _CALLER + _MODULE
    source = "Own rule; calls of a pinned version are not compared, since the file may be newer."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        index = _Index(subject)
        for flow in index.flows:
            for call, contracts in _compared(flow, index):
                for direction, bound in (("inputs", call.inputs), ("outputs", call.outputs)):
                    for name in bound or ():
                        if "{{" not in name and all(name.lower() not in item.of(direction) for item in contracts):
                            yield self._finding(flow, call, contracts[0], direction, name)

    def _finding(self, flow: Flow, call: Call, contract: _Contract, direction: str, name: str) -> Finding:
        word = direction[:-1]
        bound = (call.inputs if direction == "inputs" else call.outputs) or {}
        declared = contract.names.get(name.lower())
        known = [variable.name for variable in contract.of(direction).values()]
        if declared is not None:
            message = f"{contract.what} declares `{name}`, but not as an {word}."
            hint = f"Set `is{word.capitalize()}: true` there, or do not use it here."
        else:
            message = f"{contract.what} has no {word} `{name}`."
            hint = did_you_mean(name, known, f"It has {listed(known)}." if known else f"It has no {direction} at all.")
        related = [contract.doc.where(declared.element, "name")] if declared is not None else []
        element = bound[name]
        key = name if isinstance(element, dict) and name in element else None
        return self.finding(
            flow.document, message, hint, element, key, of="key", node=call.node or None, related=related
        )


class InputNotPassed(Rule):
    id = "input-not-passed"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "project"
    summary = "A call leaves out an input that the called flow declares without an initial value."
    why = "The called flow works with NOT_SET; often the input was added there and the callers were not changed."
    fix = "Pass it, with `noValue: true` where it is meant to be unset, or give it an initial value there."
    bad = _CALLER.replace(
        "                    inputs:\n                      Common.number:\n                        exp: Call.Ani\n", ""
    ) + _MODULE  # fmt: skip
    good = _CALLER + _MODULE
    source = "Own rule; an export lists every input of what it calls, the unset ones too."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        index = _Index(subject)
        for flow in index.flows:
            for call, contracts in _compared(flow, index):
                if len(contracts) != 1 or not contracts[0].what.startswith("The common"):
                    continue
                passed = {name.lower() for name in call.inputs or ()}
                missing = [
                    variable.name
                    for name, variable in contracts[0].of("inputs").items()
                    if name not in passed and not has_initial(variable.element)
                ]
                if missing:
                    yield self.finding(
                        flow.document, f"{contracts[0].what} expects {listed(missing)}, and nothing is passed.", "",
                        call.element, call.key, of=_part(call), node=call.node or None,
                    )  # fmt: skip


def _compared(flow: Flow, index: _Index) -> Iterator[tuple[Call, list[_Contract]]]:
    """Calls whose callee was read, with what the callee declares; one contract per flow that may be meant."""
    for call in calls(flow):
        if call.returns and not call.version and not call.is_template:
            found = [callee for callee in index.callees(call) if isinstance(callee, ArchitectFlow)]
            contracts = [_contract(callee, call) for callee in found if not callee.shape_problems]
            if contracts and len(contracts) == len(found):
                yield call, contracts
    if isinstance(flow, ArchitectFlow):
        yield from _tasks(flow)


def _contract(callee: ArchitectFlow, call: Call) -> _Contract:
    what = f"The {_WORDS.get(call.kind, 'flow')} `{call.name}`"
    return _Contract(what, callee.document, {name: item.variable for name, item in Variables(callee).declared.items()})


def _tasks(flow: ArchitectFlow) -> Iterator[tuple[Call, list[_Contract]]]:
    for action in flow.actions:
        if action.type != "callTask" or not (action.params.get("inputs") or action.params.get("outputs")):
            continue
        target = next((ref.target for ref in action.references if isinstance(ref.target, Container)), None)
        if target is not None:
            bound = [_bound(action.params.get(key)) for key in ("inputs", "outputs")]
            call = Call("task", target.name, action.element, None, action.id, True, "", *bound)
            declared = {variable.name.lower(): variable for variable in target.variables}
            yield call, [_Contract(f"The task `{target.name}`", flow.document, declared)]


def _bound(value: Any) -> dict[str, Any]:
    """Names of a task's inputs or outputs that are bound; what is no `Task.` variable is something else."""
    if isinstance(value, dict):
        return {name: value for name in value if name[:5] == "Task."}
    if isinstance(value, list):
        names = ((item.get("name"), item) for item in value if isinstance(item, dict))
        return {name: item for name, item in names if isinstance(name, str) and name[:5] == "Task."}
    return {}


class DuplicateFlow(Rule):
    id = "duplicate-flow"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "project"
    summary = "Two files define a flow of the same name and type."
    why = "They become one flow on the platform: whichever is published last overwrites the other."
    fix = (
        "Give one of the two another name, or leave it out of `flows`. Where the two go to different organisations, "
        "check each folder in a run of its own."
    )
    bad = _MODULE + _MODULE.replace("find-customer", "find-customer-2")
    good = _MODULE + _MODULE.replace("find-customer", "find-order").replace("Find customer", "Find order")
    source = "The platform finds a flow by name and type. An export beside its YAML is one flow, not two."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        seen: dict[tuple[str, str, str], Flow] = {}
        for reading in subject:
            flow = reading.flow
            if flow is None or not flow.name.strip() or "{{" in flow.name:
                continue
            first = seen.setdefault((_type(flow.type), flow.name.casefold(), flow.format), flow)
            if first is not flow:
                kind = flow.type or "node graph"
                yield self.finding(
                    flow.document,
                    f"The {kind} `{flow.name}` is defined in `{first.document.path}` too: whichever is published last "
                    "overwrites the other.",
                    "",
                    flow.element,
                    "name",
                    related=[first.document.where(first.element, "name")],
                )


class CyclicModules(Rule):
    id = "cyclic-modules"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "project"
    summary = "Common modules or bots call one another in a circle."
    why = "A call never comes back; and none of them can be published first, since each needs the others."
    fix = "Take one of the calls out, or move what both need into a module of its own."
    bad = _MODULE.replace(
        "    - updateData:",
        """\
    - callCommonModule:
        name: Once more
        commonModule:
          Find customer:
            ver_latestPublished:
              inputs:
                Common.number:
                  exp: Common.number
    - updateData:""",
    )
    good = _MODULE
    source = "Own rule; a transfer to another flow is no call, so flows may transfer to one another."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        index = _Index(subject)
        edges: dict[str, list[str]] = {}
        flows: dict[str, Flow] = {}
        places: dict[tuple[str, str], tuple[Flow, Call]] = {}
        for flow in index.flows:
            own = _key(flow)
            flows.setdefault(own, flow)
            targets = edges.setdefault(own, [])
            for call in calls(flow):
                if call.returns and not call.is_template:
                    for callee in index.callees(call):
                        targets.append(_key(callee))
                        places.setdefault((own, _key(callee)), (flow, call))
        if not places:
            return
        for knot in _knots(edges, set(edges)):
            names = _name(sorted(knot, key=list(edges).index), edges)
            flow, call = places[names[0], names[1 % len(names)]]
            way = " → ".join(f"`{flows[name].name}`" for name in (*names, names[0]))
            yield self.finding(
                flow.document,
                f"The flow calls itself: {way}." if len(names) == 1 else f"Flows call one another in a circle: {way}.",
                "",
                call.element,
                call.key,
                of=_part(call),
                node=call.node or None,
            )


def _key(flow: Flow) -> str:
    return f"{_type(flow.type)}/{flow.name.casefold()}"


def _part(call: Call) -> str:
    """The part of the pair that names the flow: in YAML a module's name is a key."""
    return "key" if call.key == call.name else "value"


RULES: tuple[Any, ...] = (UnknownFlow(), ModuleContract(), InputNotPassed(), DuplicateFlow(), CyclicModules())
