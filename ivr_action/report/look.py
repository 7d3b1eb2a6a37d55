"""What a renderer may know beside the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

Source = Callable[[str], Sequence[str] | None]
"""Lines of a file by its path as reports show it, without their ends; None where it has no lines to show."""


class Lines(Protocol):
    """A file whose lines can be shown; `flow.document.Document` is one."""

    @property
    def path(self) -> str: ...

    def source_lines(self) -> Sequence[str] | None: ...


class RuleText(Protocol):
    """What renderers read of a rule."""

    @property
    def id(self) -> str: ...

    @property
    def level(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def why(self) -> str: ...

    @property
    def fix(self) -> str: ...

    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Look:
    """The surroundings of one rendering; everything is optional."""

    version: str = ""
    """Of ivr-action."""
    colour: bool = False
    """True for a terminal that shows colours."""
    rules: Iterable[RuleText] = ()
    """The rules that there are."""
    rules_url: str = ""
    """Start of the address of a rule's page, before its id."""
    blob_url: str = ""
    """Start of the address of a file at the commit, before its path."""
    repository_url: str = ""
    sha: str = ""
    """The commit that was checked."""
    changed: frozenset[str] | None = None
    """Paths of the flows that changed; None where nobody knows, which means all."""
    limit: int = 1024 * 1024
    """Bytes that the result may have, where the format has such a limit."""
    places: str = "the JSON report"
    """Where a shortened result says that the rest is."""
    fail_on: str = "error"
    """The lowest level that fails the run, or `never`."""
    source: Source | None = None
    """Shows a finding's line where there is one."""

    def coloured(self, text: str, code: str) -> str:
        """The text in a colour, where the terminal shows colours.

        Args:
            text: plain.
            code: ANSI's, such as `31` for red.
        """
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def lines_of(files: Iterable[Lines]) -> Source:
    """`Look.source` of files that were read; a file is cut into lines when it is asked for."""
    by_path = {file.path: file for file in files}

    def source(path: str) -> Sequence[str] | None:
        file = by_path.get(path)
        return None if file is None else file.source_lines()

    return source
