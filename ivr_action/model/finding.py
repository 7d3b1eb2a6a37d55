"""A finding: one thing a rule has to say about one place in one file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters, with GitHub's and SARIF's own words."""

    ERROR = "error"
    """Callers will be hurt, or the platform will refuse the flow."""
    WARNING = "warning"
    """Very likely a mistake; the platform would still publish it."""
    NOTE = "note"
    """Worth knowing; most published flows have some."""

    @property
    def rank(self) -> int:
        """3 for an error down to 1 for a note: compare with `>=`."""
        return _RANK[self]


_RANK = {Level.ERROR: 3, Level.WARNING: 2, Level.NOTE: 1}


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    path: str
    """As reports show it: relative to the workspace, with `/`."""
    line: int | None = None
    """Absent where a line says nothing, as in an `.i3*` file, which is one line of base64."""
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    pointer: str | None = None
    """JSON pointer (RFC 6901) into the document."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One message of one rule: what, where, why it matters (in `message`), and what to do (`hint`)."""

    rule: str
    level: Level
    message: str
    hint: str
    location: Location
    node: str | None = None
    """Id of the graph's node it is about, where there is one."""
    related: tuple[Location, ...] = ()
    """Other places that belong to it, such as the first of two equal keys."""
    steps: tuple[Location, ...] = ()
    """The way that leads to it, in order: the nodes that a simulated call visited."""

    @property
    def order(self) -> tuple[int, str, int, int, str, str]:
        """Sort key: worst first, then by place."""
        at = self.location
        return (-self.level.rank, at.path, at.line or 0, at.column or 0, self.rule, self.message)
