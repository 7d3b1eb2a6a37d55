"""Which line of a YAML file is indented wrongly, where a reader noticed it only many lines later."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import NamedTuple


class _Line(NamedTuple):
    number: int
    indent: int
    dash: bool
    """A list's item: the mapping in it starts two columns further in."""
    opens: bool
    """Ends with a key that has no value on the line."""


def odd_line(source: str, until: int) -> int | None:
    """The one line, from 1, that is not indented as the rest of the file is; None where no line stands out.

    Args:
        source: the file's text.
        until: the line where the reader gave up.
    """
    lines = _lines(source, until)
    steps = Counter(
        after.indent - before.indent
        for before, after in pairwise(lines)
        if before.opens and not before.dash and after.indent > before.indent
    )
    if not steps:
        return None
    step = steps.most_common(1)[0][0]
    odd: list[int] = []
    for index, (before, line) in enumerate(pairwise(lines), 1):
        deeper = line.indent - before.indent
        allowed = (step,) if not before.dash else (2, 2 + step) if before.opens else (2,)
        if deeper > 0 and deeper not in allowed:
            # Either this line moved in, or the one before moved out: the line after tells.
            after = lines[index + 1] if index + 1 < len(lines) else None
            odd.append(before.number if after is not None and after.indent >= line.indent else line.number)
        elif line.indent % step:
            odd.append(line.number)
    return odd[0] if 0 < len(odd) <= 3 else None


def _lines(source: str, until: int) -> list[_Line]:
    """Lines with something on them, without comments and the text of block scalars."""
    found: list[_Line] = []
    skip: int | None = None
    for number, text in enumerate(source.splitlines()[:until], 1):
        body = text.strip()
        if not body or body.startswith("#"):
            continue
        indent = len(text) - len(text.lstrip(" "))
        if skip is not None:
            if indent > skip:
                continue
            skip = None
        if body.rstrip("0123456789+-")[-2:] in (" |", " >"):
            skip = indent
        found.append(_Line(number, indent, body.startswith("- "), body.endswith(":")))
    return found
