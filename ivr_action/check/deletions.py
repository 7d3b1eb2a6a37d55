"""The rule about flows that a change takes away while others still call them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from ivr_action.check.flows import CALLER, MODULE, WORDS, FlowIndex, part_of
from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.flow.calls import calls
from ivr_action.flow.flow import Flow
from ivr_action.flow.read import Reading
from ivr_action.model import Finding, Level


class DeletedFlowCalled(Rule):
    id = "deleted-flow-called"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "project"
    summary = "A flow calls a flow that this change deletes or renames."
    why = (
        "The platform refuses to publish a flow that calls one that is gone, and a caller who gets there in the "
        "published version falls into error handling."
    )
    fix = "Take the call out or name another flow; or keep the flow's file."
    bad = CALLER + MODULE.replace("flows/find-customer.yaml", "before/find-customer.yaml")
    good = CALLER + MODULE
    source = "Own rule; runs where it is known what changed, and compares with the commit before."

    def check(self, subject: Sequence[Reading], options: CheckOptions) -> Iterator[Finding]:
        if not options.before:
            return
        before, now = FlowIndex(options.before), FlowIndex(subject)
        paths = {reading.document.path for reading in subject}
        for flow in now.flows:
            for call in calls(flow):
                gone = [] if call.is_template or now.callees(call) else before.callees(call)
                if gone:
                    what = WORDS.get(call.kind, "flow")
                    yield self.finding(
                        flow.document,
                        f"This calls the {what} `{call.name}`, and {_fate(gone[0], paths)}.",
                        "",
                        call.element,
                        call.key,
                        of=part_of(call),
                        node=call.node or None,
                    )


def _fate(gone: Flow, paths: set[str]) -> str:
    path = gone.document.path
    return f"`{path}` gives it another name or type" if path in paths else f"`{path}`, which defined it, is gone"


RULES: tuple[Any, ...] = (DeletedFlowCalled(),)
