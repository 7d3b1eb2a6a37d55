"""Rules about what one flow passes to another, or to a task, and what it takes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from ivr_action.check.flows import CALLER, MODULE, WORDS, FlowIndex, part_of
from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import did_you_mean, listed
from ivr_action.flow.calls import Call, calls
from ivr_action.flow.document import Document
from ivr_action.flow.flow import ArchitectFlow, Container, Flow, Variable
from ivr_action.flow.read import Reading
from ivr_action.flow.variables import Variables, has_initial
from ivr_action.model import Finding, Level


class Contract(NamedTuple):
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
    bad = CALLER.replace("Common.number:", "Common.phone:") + MODULE
    good = CALLER + MODULE
    source = "Own rule; calls of a pinned version are not compared, since the file may be newer."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        index = FlowIndex(subject)
        for flow in index.flows:
            for call, contracts in _compared(flow, index):
                for direction, bound in (("inputs", call.inputs), ("outputs", call.outputs)):
                    for name in bound or ():
                        if "{{" not in name and all(name.lower() not in item.of(direction) for item in contracts):
                            yield self._finding(flow, call, contracts[0], direction, name)

    def _finding(self, flow: Flow, call: Call, contract: Contract, direction: str, name: str) -> Finding:
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
    bad = CALLER.replace(
        "                    inputs:\n                      Common.number:\n                        exp: Call.Ani\n", ""
    ) + MODULE  # fmt: skip
    good = CALLER + MODULE
    source = "Own rule; an export lists every input of what it calls, the unset ones too."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        index = FlowIndex(subject)
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
                        call.element, call.key, of=part_of(call), node=call.node or None,
                    )  # fmt: skip


def _compared(flow: Flow, index: FlowIndex) -> Iterator[tuple[Call, list[Contract]]]:
    """Calls whose callee was read, with what the callee declares; one contract per flow that may be meant."""
    for call in calls(flow):
        if call.returns and not call.version and not call.is_template:
            found = [callee for callee in index.callees(call) if isinstance(callee, ArchitectFlow)]
            contracts = [_contract(callee, call) for callee in found if not callee.shape_problems]
            if contracts and len(contracts) == len(found):
                yield call, contracts
    if isinstance(flow, ArchitectFlow):
        yield from _tasks(flow)


def _contract(callee: ArchitectFlow, call: Call) -> Contract:
    what = f"The {WORDS.get(call.kind, 'flow')} `{call.name}`"
    return Contract(what, callee.document, {name: item.variable for name, item in Variables(callee).declared.items()})


def _tasks(flow: ArchitectFlow) -> Iterator[tuple[Call, list[Contract]]]:
    for action in flow.actions:
        if action.type != "callTask" or not (action.params.get("inputs") or action.params.get("outputs")):
            continue
        target = next((ref.target for ref in action.references if isinstance(ref.target, Container)), None)
        if target is not None:
            bound = [_bound(action.params.get(key)) for key in ("inputs", "outputs")]
            call = Call("task", target.name, action.element, None, action.id, True, "", *bound)
            declared = {variable.name.lower(): variable for variable in target.variables}
            yield call, [Contract(f"The task `{target.name}`", flow.document, declared)]


def _bound(value: Any) -> dict[str, Any]:
    """Names of a task's inputs or outputs that are bound; what is no `Task.` variable is something else."""
    if isinstance(value, dict):
        return {name: value for name in value if name[:5] == "Task."}
    if isinstance(value, list):
        names = ((item.get("name"), item) for item in value if isinstance(item, dict))
        return {name: item for name, item in names if isinstance(name, str) and name[:5] == "Task."}
    return {}


RULES: tuple[Any, ...] = (ModuleContract(), InputNotPassed())
