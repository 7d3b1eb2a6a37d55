"""The stamp: what a published version says of itself, at the end of its description.

It is published with the content, in one step, so there is no moment at which a version is live and nobody knows what
it was made from. A colleague's edit keeps the description, and the stamp with it: so a stamp alone proves nothing. It
counts only while the version's own content still has the digest that stands in it; `live.py` looks at that. A copy of
an old version has both; the number of the version that was the newest before tells it from the original, and tells
too whether anybody's version slipped in between, also after a run that ended before it could look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

_STAMP = re.compile(
    r"\s*\[ivr-action:1 commit=(?P<commit>[0-9a-f]{40}(?:[0-9a-f]{24})?) file=(?P<file>[0-9a-f]{32})"
    r" published=(?P<published>[0-9a-f]{32})(?: after=(?P<after>0|[1-9][0-9]{0,8}))?"
    r" path=(?P<path>[A-Za-z0-9_.~/%-]*)\]"
)
_NONE = "0" * 40
"""Written where no commit is known."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a version was made from."""

    commit: str
    """The commit that was deployed, 40 hexadecimal digits (64 in a repository with SHA-256); empty where unknown."""
    path: str
    """The flow's file in the repository, with `/`."""
    file: str
    """Digest of the file's flow."""
    published: str
    """Digest of what was published: another one than the file's where the flow was compiled or merged."""
    after: int | None = None
    """Number of the newest version when this one was made, 0 where there was none; None for nodes, where the platform
    itself refuses what was made from another version."""

    def __str__(self) -> str:
        after = "" if self.after is None else f" after={self.after}"
        return (
            f"[ivr-action:1 commit={self.commit or _NONE} file={self.file} published={self.published}{after}"
            f" path={_quoted(self.path)}]"
        )


def write(description: str, stamp: Stamp) -> str:
    """The description with this stamp at its end, in place of any other."""
    text, _ = cut(description)
    return f"{text} {stamp}" if text else str(stamp)


def cut(description: str) -> tuple[str, Stamp | None]:
    """The description without stamps and white space at its end, and the last stamp in it.

    What only looks like a stamp is the user's own text and stays.
    """
    found: Stamp | None = None
    text = description
    while True:
        matches = [(match, stamp) for match in _STAMP.finditer(text) if (stamp := _read(match)) is not None]
        if not matches:
            return text.rstrip(), found
        found = found or matches[-1][1]
        for match, _ in reversed(matches):
            text = text[: match.start()] + text[match.end() :]


def clean(description: str) -> str:
    """The description without stamps."""
    return cut(description)[0]


def read(description: str) -> Stamp | None:
    """The last stamp in a description; None where there is none that is whole."""
    return cut(description)[1]


def _read(match: re.Match[str]) -> Stamp | None:
    path = unquote(match["path"], errors="surrogateescape")
    if _quoted(path) != match["path"]:
        return None
    commit = match["commit"]
    after = None if match["after"] is None else int(match["after"])
    return Stamp("" if commit == _NONE else commit, path, match["file"], match["published"], after)


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="surrogateescape")
