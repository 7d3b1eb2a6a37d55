"""Changes of a file as text edits: what an edit does not name stays as it is, byte for byte.

Comments, quotes, blank lines, `{{keys}}` and line ends are no part of the tree, so a file is never written from the
tree. Where it is not certain which bytes belong together, there is no edit but a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ivr_action.flow.document import Document, ListNode

Path = tuple[str | int, ...]


class Edit(NamedTuple):
    """One piece of text in place of another; offsets count characters of the file's text."""

    start: int
    end: int
    text: str


class UncertainError(Exception):
    """No edit can be made without a guess; the text says why, without a full stop."""


def apply_edits(source: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made at once.

    Raises:
        ValueError: two of them overlap, or one lies outside the text.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(edits):
        if not done <= edit.start <= edit.end <= len(source):
            raise ValueError(f"{edit} overlaps another edit or lies outside the text")
        parts += (source[done : edit.start], edit.text)
        done = edit.end
    return "".join([*parts, source[done:]])


def move_last(doc: Document, listed: Any, index: int) -> list[Edit]:
    """Puts an item of a list behind all others.

    The places of the items stay, only their contents move up: what stands between the items is not touched.

    Raises:
        UncertainError: something other than white space and a comma stands between them.
    """
    spans = _item_spans(doc, listed)
    _check_gaps(doc, listed, spans, index, len(spans) - 1)
    moved = [*spans[index + 1 :], spans[index]]
    text = doc.text
    return [Edit(*place, text[start:end]) for place, (start, end) in zip(spans[index:], moved, strict=True)]


def remove_item(doc: Document, listed: Any, index: int) -> list[Edit]:
    """Takes out an item that is not the first, with the comment that stands behind it on its line.

    Raises:
        UncertainError: something other than white space and a comma stands before it.
    """
    if index < 1:
        raise UncertainError("it is the first of its list")
    spans = _item_spans(doc, listed)
    _check_gaps(doc, listed, spans, index, index)
    return [Edit(spans[index - 1][1], spans[index][1], "")]


def scalar_span(doc: Document, element: Any, key: str | int) -> tuple[int, int]:
    """Where a scalar stands in the file's text, quotes included.

    Raises:
        UncertainError: there is more to it than its text: an anchor, a tag, several lines, or it stands elsewhere.
    """
    if doc.syntax == "json":
        return doc.json_spans()[(*(doc.path_of(element) or ()), key)][2:]
    value = element[key]
    start, end = value.start_mark.index, value.end_mark.index
    mark, end_mark = element.mark.index, element.end_mark.index
    if value.anchor is not None or value.tag is not None or not mark <= start < end <= end_mark:
        raise UncertainError("it is written with an anchor, an alias or a tag")
    if "\n" in doc.text[start:end] or "\r" in doc.text[start:end]:
        raise UncertainError("it is written over several lines")
    return start, end


# -- where items of a list stand ---------------------------------------------------------------------------------

_REST_OF_LINE = re.compile(r"[ \t]*(?:[ \t]#[^\r\n]*)?(?=[\r\n]|\Z)")
_COMMENT = "a comment stands there, and nobody can say what it belongs to"
_ELSEWHERE = "it is written with an anchor or an alias"


def _item_spans(doc: Document, listed: Any) -> list[tuple[int, int]]:
    """Start and end of each item: in YAML's block style from its `-` to the end of its last line."""
    if doc.syntax == "json":
        path = doc.path_of(listed) or ()
        spans = doc.json_spans()
        return [spans[(*path, index)][2:] for index in range(len(listed))]
    if doc.syntax != "yaml" or not isinstance(listed, ListNode) or doc.replacements:
        raise UncertainError("the file is an export of Architect")
    block = not _is_flow(doc, listed)
    found: list[tuple[int, int]] = []
    done = listed.mark.index
    for item in listed:
        start = _start(item)
        end = _content_end(doc, item)
        if not done <= start < end <= listed.end_mark.index:
            raise UncertainError(_ELSEWHERE)
        if block:
            dash = doc.text.rfind("-", done, start)
            rest = _REST_OF_LINE.match(doc.text, end)
            if dash < 0 or doc.text[dash + 1 : start].strip() or rest is None:
                raise UncertainError(_COMMENT)
            start, end = dash, rest.end()
        found.append((start, end))
        done = end
    return found


def _check_gaps(doc: Document, listed: Any, spans: Sequence[tuple[int, int]], first: int, last: int) -> None:
    """Only white space, and a comma outside of YAML's block style, may stand around the items that are edited."""
    text = doc.text
    block = doc.syntax == "yaml" and not _is_flow(doc, listed)
    for index in range(max(first, 1), last + 1):
        gap = text[spans[index - 1][1] : spans[index][0]].strip()
        if gap != ("" if block else ","):
            raise UncertainError(_COMMENT)
    if first == 0:
        above = text[: spans[0][0]].rstrip(" \t")
        line = above.rstrip("\r\n").rpartition("\n")[2].strip()
        if (block and above.endswith(("\n", "\r")) and line.startswith("#")) or (
            not block and not above.rstrip().endswith("[")
        ):
            raise UncertainError(_COMMENT)
    if not block and doc.syntax == "yaml" and last == len(spans) - 1:
        behind = text[spans[-1][1] : listed.end_mark.index - 1]
        if behind.strip() not in ("", ","):
            raise UncertainError(_COMMENT)


def _is_flow(doc: Document, container: Any) -> bool:
    return doc.text[container.mark.index : container.mark.index + 1] in ("[", "{")


def _start(value: Any) -> int:
    mark = getattr(value, "mark", None) or value.start_mark
    return int(mark.index)


def _content_end(doc: Document, value: Any) -> int:
    """Behind the last character of a value; libyaml ends a block where the next token starts."""
    while True:
        if not isinstance(value, (dict, list)):
            end = int(value.end_mark.index)
            return len(doc.text[:end].rstrip()) if value.style in ("|", ">") else end
        if _is_flow(doc, value):
            return int(value.end_mark.index)  # type: ignore[union-attr] # both kinds of node have it
        start, limit = value.mark.index, value.end_mark.index  # type: ignore[union-attr]
        last = list(value.values())[-1] if isinstance(value, dict) else value[-1]
        if not start <= _start(last) <= limit:
            raise UncertainError(_ELSEWHERE)
        value = last
