"""What differs between two flows, in the words of the graph: nodes, transitions, settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """What became of a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


def _change(before: str | None, after: str | None) -> Change:
    if before is None:
        return Change.ADDED
    return Change.REMOVED if after is None else Change.CHANGED


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that differs."""

    field: str
    """Where in its node or in the flow's settings: `transferTarget`, `prompt`, `description` …"""
    before: str | None
    """None where there was none."""
    after: str | None
    """None where there is none."""

    @property
    def change(self) -> Change:
        return _change(self.before, self.after)


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A node that was added, removed, or is not what it was."""

    node: str
    """Its id, as `Node.id`."""
    type: str
    change: Change
    fields: tuple[FieldChange, ...] = ()
    """What differs inside; empty for an added or removed one."""
    line: int | None = None
    """In the file of the later flow, else of the earlier one; None where a line says nothing."""


@dataclass(frozen=True, slots=True)
class TransitionChange:
    """A way out of a node that leads elsewhere, is new, or is gone."""

    source: str
    label: str
    """What people call it: the key pressed, the output's name."""
    kind: str
    """Of `TransitionKind`."""
    before: str | None
    """Where it led; None where there was none."""
    after: str | None
    """Where it leads; None where there is none."""
    line: int | None = None

    @property
    def change(self) -> Change:
        return _change(self.before, self.after)


@dataclass(frozen=True, slots=True)
class FlowDifference:
    """From one flow to another; false where there is none. Order, running numbers and defaults do not count."""

    nodes: tuple[NodeChange, ...] = ()
    transitions: tuple[TransitionChange, ...] = ()
    settings: tuple[FieldChange, ...] = ()
    """The flow's own: name, description, start, languages, variables …"""

    def __bool__(self) -> bool:
        return bool(self.nodes or self.transitions or self.settings)

    @property
    def count(self) -> int:
        """Number of changes."""
        return len(self.nodes) + len(self.transitions) + len(self.settings)

    def summary(self) -> str:
        """In one line: `2 nodes added, 1 changed; 1 transition leads elsewhere; 1 setting changed`."""
        if not self:
            return "no difference"
        parts = []
        for noun, changes in (("node", self.nodes), ("transition", self.transitions), ("setting", self.settings)):
            counts = [(change, sum(1 for one in changes if one.change is change)) for change in Change]
            words: list[str] = []
            for change, count in counts:
                if count:
                    plural = noun if count == 1 else f"{noun}s"
                    words.append(f"{count} {change.value}" if words else f"{count} {plural} {change.value}")
            if words:
                parts.append(", ".join(words))
        return "; ".join(parts)
