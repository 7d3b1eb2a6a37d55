"""What a merge speaks of: a field that both sides changed, and what came of all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ivr_action.model.alike import alike


class Absent(Enum):
    """Said of a value that is not there; not the same as `null`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent.ABSENT
_LONG = 60
"""Characters of a value that a message shows."""


@dataclass(frozen=True, slots=True)
class NodeConflict:
    """One field with its value before, in ours and in theirs; `str` says so to whoever edits flows.

    For them ours is "yours", and theirs "the live flow".
    """

    node: str
    """Id of the node; empty for the flow's own fields."""
    field: str
    """Where in the node, such as `properties.audioResource.id` or `transitionConditions[default].destinationNodeId`;
    empty for the whole node."""
    base: Any
    """`ABSENT` where it was not there; the same holds for the other two."""
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        who = f"Node `{shown(self.node)}`" if self.node else "The flow"
        if alike(self.base, self.ours):
            return f"{who}{self._alone()}."
        if not self.field and (self.ours is ABSENT or self.theirs is ABSENT):
            changed, deleted = ("the live flow", "yours") if self.ours is ABSENT else ("yours", "the live flow")
            return f"{who} is deleted in {deleted} and changed in {changed}."
        what = f"{who}: `{shown(self.field)}`" if self.field else who
        if self.base is ABSENT:
            return f"{what} is new in both: {short(self.ours)} in yours, {short(self.theirs)} in the live flow."
        return f"{what} was {short(self.base)}; it is {_now(self.ours)} in yours, {_now(self.theirs)} in the live flow."

    def _alone(self) -> str:
        """Of a change that only theirs has made."""
        what = f": `{shown(self.field)}`" if self.field else ""
        if self.base is ABSENT:
            return f"{what} was added in the live flow" + (f": {short(self.theirs)}" if self.field else "")
        if self.theirs is ABSENT:
            return f"{what} was deleted in the live flow" + (f"; it was {short(self.base)}" if self.field else "")
        return f"{what} was {short(self.base)}; it is {short(self.theirs)} in the live flow"


@dataclass(frozen=True, slots=True)
class Merged:
    """Two changes of one flow in one."""

    content: dict[str, Any] = field(repr=False)
    """The flow. To be saved only where there are no conflicts: where there are, it has ours. It shares parts with what
    was merged."""
    conflicts: tuple[NodeConflict, ...] = ()
    """All of them."""
    taken: tuple[str, ...] = ()
    """Ids of the nodes to which theirs has contributed something: added, changed or deleted."""
    given: tuple[str, ...] = ()
    """The same of ours."""
    changes: tuple[NodeConflict, ...] = ()
    """Field by field what was taken from theirs, of the flow's own fields too; `ours` is what was there before."""


def short(value: Any) -> str:
    """A value in a message: one line, not long, nothing that a terminal would obey."""
    if value is ABSENT:
        return "absent"
    try:
        text = json.dumps(value, ensure_ascii=False, default=_plain)
    except (ValueError, RecursionError):
        text = f"a {type(value).__name__}"
    return shown(text)


def shown(text: str) -> str:
    """A text of the flow in a message."""
    if len(text) > _LONG:
        text = f"{text[: _LONG - 1]}…"
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def _now(value: Any) -> str:
    return "deleted" if value is ABSENT else short(value)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
