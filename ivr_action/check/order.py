"""The rule about the order of a node graph's transitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.flow.conditions import classify
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.model import Finding, Level

_GOOD = """\
name: Line
startNodeId: ask
nodes:
  ask:
    type: menu
    properties:
      tts: For sales, press 1.
    transitionConditions:
      - condition: dtmf == '1'
        destinationNodeId: sales
      - condition: default
        destinationNodeId: goodbye
  sales:
    type: transferToAcd
    properties:
      queue: Sales
    transitionConditions:
      - condition: error
        destinationNodeId: goodbye
      - condition: default
        destinationNodeId: goodbye
  goodbye:
    type: disconnect
"""
_DEFAULT = "      - condition: default\n        destinationNodeId: goodbye\n"
_CHOICE = "      - condition: dtmf == '1'\n        destinationNodeId: sales\n"


class DefaultNotLast(Rule):
    id = "default-not-last"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "`default` or `else` stands before other transitions of its node."
    why = (
        "It is taken where no other condition is true, wherever it stands; but whoever reads the list from the top "
        "takes what follows for unreachable, and changes the wrong line."
    )
    fix = "Move it to the end of the list; `ivr-action fix` does."
    bad = _GOOD.replace(_CHOICE + _DEFAULT, _DEFAULT + _CHOICE)
    good = _GOOD
    source = "The node graph's specification: `default` and `else` stand for what no other condition covers."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        for node in subject.nodes:
            for index, condition in enumerate(node.conditions[:-1]):
                if classify(condition.text).is_default:
                    behind = len(node.conditions) - 1 - index
                    count = "a transition stands" if behind == 1 else f"{behind} transitions stand"
                    yield self.finding(
                        subject.document,
                        f"`{condition.text.strip()}` of `{node.id}` is not its last transition: {count} behind it.",
                        "",
                        condition.element,
                        "condition",
                        node=node.id,
                    )
                    break


RULES: tuple[Any, ...] = (DefaultNotLast(),)
