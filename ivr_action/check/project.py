"""Rules across files: calls to flows that nobody defines or that expect something else, duplicates, circles.

An example of a rule here is several files in one text, each behind a line `--- # its path`; see `files_of`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from ivr_action.check.flows import CALLER, MODULE, WORDS, FlowIndex, part_of, type_of
from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import did_you_mean, listed
from ivr_action.flow.calls import Call, calls
from ivr_action.flow.cycles import _knots, _name
from ivr_action.flow.flow import Flow
from ivr_action.flow.read import Reading
from ivr_action.model import Finding, Level


class UnknownFlow(Rule):
    id = "unknown-flow"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "project"
    summary = "A flow calls a flow, bot or common module that no file defines."
    why = "It has to exist on the platform already; with a typing mistake in the name, publishing fails."
    fix = "Correct the name, or add the file; leave it where the flow is not kept here."
    bad = CALLER.replace("Find customer:", "Find costumer:") + MODULE
    good = CALLER + MODULE
    source = (
        "Own rule; runs where all files of the project were read, and more than one. A flow whose name is a `{{key}}` "
        "may be the one that is called."
    )

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        if not options.all_files or len(subject) < 2:
            return
        index = FlowIndex(subject)
        hints: dict[tuple[str, str], str] = {}
        for flow in index.flows:
            for call in calls(flow):
                if not (call.is_template or index.callees(call) or index.may_be_unnamed(call)):
                    key = (call.kind, call.name)
                    if key not in hints:
                        hints[key] = self._hint(call, index)
                    what = WORDS.get(call.kind, "flow")
                    yield self.finding(
                        flow.document, f"No file defines the {what} `{call.name}` that is called here.", hints[key],
                        call.element, call.key, of=part_of(call), node=call.node or None,
                    )  # fmt: skip

    def _hint(self, call: Call, index: FlowIndex) -> str:
        others = index.by_name.get(call.name.casefold())
        if others:
            return f"There is a flow of that name, of the type {listed({other.type: None for other in others})}."
        kind = type_of(call.kind)
        names = [other.name for other in index.flows if other.name and (not kind or type_of(other.type) == kind)]
        return did_you_mean(call.name, names, self.fix)


class DuplicateFlow(Rule):
    id = "duplicate-flow"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "project"
    summary = "Two files define a flow of the same name and type."
    why = "They become one flow on the platform: whichever is published last overwrites the other."
    fix = (
        "Give one of the two another name, or leave it out of `flows`. Where the two go to different organisations, "
        "check each folder in a run of its own."
    )
    bad = MODULE + MODULE.replace("find-customer", "find-customer-2")
    good = MODULE + MODULE.replace("find-customer", "find-order").replace("Find customer", "Find order")
    source = "The platform finds a flow by name and type. An export beside its YAML is one flow, not two."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        seen: dict[tuple[str, str, str], Flow] = {}
        for reading in subject:
            flow = reading.flow
            if flow is None or not flow.name.strip() or "{{" in flow.name:
                continue
            first = seen.setdefault((type_of(flow.type), flow.name.casefold(), flow.format), flow)
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
    bad = MODULE.replace(
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
    good = MODULE
    source = "Own rule; a transfer to another flow is no call, so flows may transfer to one another."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        index = FlowIndex(subject)
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
            others = (places[pair] for pair in zip(names[1:], (*names[2:], names[0]), strict=False))
            related = [other.document.where(at.element, at.key, of=part_of(at)) for other, at in others]
            way = " → ".join(f"`{flows[name].name}`" for name in (*names, names[0]))
            yield self.finding(
                flow.document,
                f"The flow calls itself: {way}." if len(names) == 1 else f"Flows call one another in a circle: {way}.",
                "",
                call.element,
                call.key,
                of=part_of(call),
                node=call.node or None,
                related=related,
            )


def _key(flow: Flow) -> str:
    return f"{type_of(flow.type)}/{flow.name.casefold()}"


RULES: tuple[Any, ...] = (UnknownFlow(), DuplicateFlow(), CyclicModules())
