"""Text from a flow, made fit to be shown: one line, nothing invisible, not endless."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACES = re.compile(r"[\s\x85\u2028\u2029]+")
_JOINERS = "\u200c\u200d"
"""Part of emoji and of ordinary words in some scripts; they reorder and hide nothing."""


def one_line(text: str, limit: int = 0) -> str:
    """The text in one line: runs of white space become one blank, what cannot be seen becomes its code.

    So neither a terminal's escape sequences nor characters that turn the reading direction survive.

    Args:
        text: anything.
        limit: longest result in characters, an ellipsis included; 0 for no limit.
    """
    if limit and len(text) > 8 * limit:
        text = text[: 8 * limit]
    if not text.isprintable() or "  " in text:
        text = _SPACES.sub(" ", text).strip()
        if not text.isprintable():
            text = "".join(map(visible, text))
    return text if not limit or len(text) <= limit else text[: limit - 1].rstrip() + "…"


def visible(character: str) -> str:
    """A character as itself, or by its code where it cannot be seen or turns the reading direction."""
    if character.isprintable() or character in _JOINERS:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def count_of(number: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def first_few(names: Sequence[str], most: int, between: str = ", ") -> str:
    """At most so many of the names, and how many more there are: `a, b and 3 more`."""
    shown = between.join(names[:most])
    left = len(names) - most
    if left <= 0:
        return shown
    return f"{shown}{'' if between == ', ' else between.rstrip()} and {left:,} more"


def step_name(type_: str, name: str) -> tuple[str, ...]:
    """What to call a node: its type and name; the name alone for a menu, and where it says the type again."""
    bare_type, bare_name = ("".join(filter(str.isalnum, text)).lower() for text in (type_, name))
    if not bare_name:
        return (type_,)
    return (name,) if bare_name.startswith(bare_type.removeprefix("menu")) else (type_, name)


def uri_path(path: str) -> str:
    """A path for an address, percent-encoded as bytes."""
    from urllib.parse import quote  # costs milliseconds that a terminal need not pay

    return quote(path.encode("utf-8", "surrogateescape") if _encodable(path) else path.encode("utf-8", "replace"))


def _encodable(path: str) -> bool:
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
