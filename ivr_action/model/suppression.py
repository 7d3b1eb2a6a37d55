"""A suppression: a comment or a key in a flow file that says which findings there are accepted, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ivr_action.model.finding import Finding, Location

EVERYWHERE = 1 << 62
"""The last line of a suppression that covers the rest of the file."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment `ivr: ignore[…]`, or one entry of `x-ivr-ignore`."""

    kind: Literal["comment", "key"]
    location: Location
    rules: tuple[str, ...] = ()
    reason: str = ""
    until: str = ""
    """The last day on which it counts, as it is written; empty for no end."""
    lines: tuple[int, int] = (0, 0)
    """A comment: the first and the last line that it covers."""
    pointer: str = ""
    """A key: the JSON pointer of the element that it covers with everything below; empty for the whole file."""
    node: str | None = None
    """A key on a node: the node's id."""
    at: str = ""
    """A comment: the first two lines of what it covers; empty where that is the whole file."""
    problem: str = ""
    """What is wrong with its form, in words; it does not count then."""

    def covers(self, finding: Finding) -> bool:
        """True where the finding lies within it, whatever its rule."""
        at = finding.location
        if at.path != self.location.path:
            return False
        if self.kind == "comment":
            if at.line is None:  # of the file as a whole, such as too little coverage
                return self.lines[1] == EVERYWHERE
            return self.lines[0] <= at.line <= self.lines[1]
        if not self.pointer or (self.node is not None and finding.node == self.node):
            return True
        pointer = at.pointer or ""
        return pointer == self.pointer or pointer.startswith(f"{self.pointer}/")

    @property
    def text(self) -> tuple[str, ...]:
        """What makes two suppressions the same one: the words, and what they stand at, wherever that is in a file."""
        return (*sorted(self.rules), self.reason, self.until, self.at or self.node or "")


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a suppression covers."""

    finding: Finding
    by: Suppression
