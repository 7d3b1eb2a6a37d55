"""The flows of a run by name and type, for the rules that look across files."""

from __future__ import annotations

from collections.abc import Iterable

from ivr_action.flow.calls import Call
from ivr_action.flow.flow import Flow, NodeGraphFlow
from ivr_action.flow.node_types import fold
from ivr_action.flow.read import Reading

_SAME = {"digitalbotflow": "digitalbot", "bot": "botflow"}


def type_of(word: str) -> str:
    """A flow type by which the spellings of the three formats compare."""
    folded = fold(word)
    return _SAME.get(folded, folded)


class FlowIndex:
    """The flows of a run by name; names of the platform compare without case."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self.flows = [reading.flow for reading in readings if reading.flow is not None]
        self.by_name: dict[str, list[Flow]] = {}
        self.unnamed = {type_of(flow.type) for flow in self.flows if "{{" in flow.name}
        """Types of which a flow's name is a `{{key}}` still: it may be the one that a call means."""
        for flow in self.flows:
            for name in {flow.name.casefold(), flow.flow_id.casefold() if isinstance(flow, NodeGraphFlow) else ""}:
                if name:
                    self.by_name.setdefault(name, []).append(flow)

    def may_be_unnamed(self, call: Call) -> bool:
        """True where a flow of the right type is in the run whose name nobody knows yet."""
        kind = type_of(call.kind)
        return kind in self.unnamed if kind else bool(self.unnamed)

    def callees(self, call: Call) -> list[Flow]:
        """Flows that a call can mean. A node graph may leave out its type: then its name decides."""
        kind = type_of(call.kind)
        return [
            flow
            for flow in self.by_name.get(call.name.casefold(), ())
            if not kind or type_of(flow.type) == kind or (isinstance(flow, NodeGraphFlow) and not flow.type)
        ]


WORDS = {"commonModule": "common module", "botFlow": "bot flow", "digitalBot": "digital bot flow",
          "secureCall": "secure flow", "inqueueCall": "in-queue flow", "inqueueEmail": "in-queue flow",
          "inqueueShortMessage": "in-queue flow"}  # fmt: skip
"""Flow type → what people call such a flow."""


def part_of(call: Call) -> str:
    """The part of the pair that names the flow: in YAML a module's name is a key."""
    return "key" if call.key == call.name else "value"


# The examples of the rules: a flow, and the common module that it calls.
CALLER = """\
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
MODULE = """\
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
