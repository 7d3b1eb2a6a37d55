"""Tracking numbers: what Archy and the editor count through a flow, the same in an export and in a configuration."""

from __future__ import annotations

from ivr_action.flow.flow import Action, ArchitectFlow, Container

FIRST = 10
"""Where the platform's counter starts in published flows."""


class Numbers:
    """Every container, choice and action with its number, in document order."""

    def __init__(self, flow: ArchitectFlow) -> None:
        self.of: dict[int, int] = {}
        self.next = FIRST
        for container in flow.containers:
            self._give(container)
            todo: list[Action] = [choice.action for choice in reversed(container.choices)]
            todo += list(reversed(container.actions))
            while todo:
                action = todo.pop()
                self._give(action)
                for output in reversed(action.outputs):
                    todo.extend(reversed(output.actions))

    def _give(self, item: Container | Action) -> None:
        self.of[id(item)] = self.next
        self.next += 1

    def number(self, item: Container | Action) -> int:
        return self.of[id(item)]

    def ref_id(self, container: Container) -> str:
        """`Main_10`."""
        return f"{container.name}_{self.number(container)}"
