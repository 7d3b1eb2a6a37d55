"""Rules about what happens where something fails: a data action, a look-up, a transfer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.flow.actions import action_type
from ivr_action.flow.flow import Action, ArchitectFlow
from ivr_action.model import Finding, Level, NodeKind

_WAYS = {"callData": ("failure", "timeout"), "callBridge": ("failure", "timeout"), "dataTableLookup": ("failure",)}

_BAD = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - transferToAcd:
              name: Sales
              targetQueue:
                lit:
                  name: Sales
"""


class FailurePathMissing(Rule):
    id = "failure-path-missing"
    level = Level.NOTE
    enabled = False
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Nothing is planned for a data action, look-up or transfer that fails."
    why = "The caller goes on as if it had succeeded, or is disconnected without a word."
    fix = "Add actions to `failure` (and `timeout`); behind a transfer, the next actions count as its failure path."
    bad = _BAD
    good = (
        _BAD
        + """\
          - playAudio:
              name: Sorry
              audio:
                tts: All our agents are busy.
"""
    )
    source = "Own rule; off, since three of four published data actions have no failure path."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        last = _lasts(subject)
        for action in subject.actions:
            handled = {output.name for output in action.outputs if output.actions and output.enabled}
            ways = _WAYS.get(action.type)
            if ways is not None:
                missing = [name for name in ways if name not in handled]
                if missing:
                    yield self._finding(subject, action, " or ".join(f"`{name}`" for name in missing))
            elif action_type(action.type).kind is NodeKind.TRANSFER and "failure" not in handled and id(action) in last:
                yield self._finding(subject, action, "`failure`, and nothing stands behind it")

    def _finding(self, flow: ArchitectFlow, action: Action, missing: str) -> Finding:
        label = f"{action.type} {action.name}" if action.name else action.type
        return self.finding(
            flow.document, f"`{label}` has no actions for {missing}.", "", action.element, node=action.id or None
        )


def _lasts(flow: ArchitectFlow) -> set[int]:
    """`id`s of the actions that nothing follows in their list, nor behind an action around it."""
    found: set[int] = set()
    todo = [container.actions for container in flow.containers if container.actions]
    todo += [[choice.action] for container in flow.containers for choice in container.choices]
    while todo:
        action = todo.pop()[-1]
        found.add(id(action))
        todo += [output.actions for output in action.outputs if output.actions]
    return found


RULES: tuple[Any, ...] = (FailurePathMissing(),)
