"""One line of a file with a mark under a place in it, as a terminal shows it.

Columns of a place count characters; a terminal counts cells. A tab is four cells, an East Asian wide character two, a
combining mark none, and what cannot be seen (control characters, what turns the reading direction) is shown by its
code, so that nothing from a file can drive a terminal or hide in it.
"""

from __future__ import annotations

from typing import NamedTuple

from ivr_action.report.plain import visible

WIDTH = 100
"""Cells of the line that are shown at most; a longer one is cut around the place."""
TAB = "    "
_CUT = "…"


class Excerpt(NamedTuple):
    """A line and its mark, both without an end of line; their cells lie below one another."""

    line: str
    mark: str


def excerpt(line: str, column: int, end_column: int | None = None, width: int = WIDTH) -> Excerpt:
    """The line around a place, and the mark below it.

    Args:
        line: without its end.
        column: of the place's first character, from 1; what lies behind the end of the text marks the end.
        end_column: behind the place's last character; None where only the start is known, which marks one character.
        width: cells that the line may take, at least 20.
    """
    text = line.rstrip()
    start = max(0, min(column - 1, len(text)))
    end = max(start, min((end_column or column + 1) - 1, len(text)))
    # Only what is near can come within the width, since nearly every character takes a cell: a flow in one line
    # may have megabytes.
    first, last = max(0, start - width), min(len(text), start + width)
    cells = [_cell(character) for character in text[first:last]]
    low, high = 0, len(cells)
    if first > 0 or last < len(text) or sum(cells_ for _, cells_ in cells) > width:
        low, high = _window([taken for _, taken in cells], start - first, end - first, width - 2 * len(_CUT))
    shown = "".join(text_ for text_, _ in cells[low:high])
    before = sum(taken for _, taken in cells[low : start - first])
    marked = sum(taken for _, taken in cells[start - first : min(end - first, high)]) or 1
    if first + low > 0:
        shown, before = _CUT + shown, before + len(_CUT)
    return Excerpt(shown + _CUT * (first + high < len(text)), " " * before + "^" * marked)


def _window(widths: list[int], at: int, end: int, room: int) -> tuple[int, int]:
    """Which cells to show so that the place and something on both sides of it is seen."""
    low = high = at
    used = 0
    while high < min(end, len(widths)) and used + widths[high] <= room * 2 // 3:
        used, high = used + widths[high], high + 1
    while low > 0 and used + widths[low - 1] <= room * 3 // 4:
        used, low = used + widths[low - 1], low - 1
    while high < len(widths) and used + widths[high] <= room:
        used, high = used + widths[high], high + 1
    while low > 0 and used + widths[low - 1] <= room:
        used, low = used + widths[low - 1], low - 1
    while low < at and not widths[low]:  # a combining mark would go to the sign of the cut
        low += 1
    return low, high


def _cell(character: str) -> tuple[str, int]:
    """How a character is shown, and how many cells that takes."""
    if " " <= character <= "~":
        return character, 1
    if character == "\t":
        return TAB, len(TAB)
    shown = visible(character)
    if len(shown) > 1:
        return shown, len(shown)
    import unicodedata  # lines of flows are nearly always ASCII

    if character in "\u200c\u200d" or unicodedata.category(character) in ("Mn", "Me"):
        return shown, 0
    return shown, 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
