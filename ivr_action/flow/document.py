"""A file as values with their places: what every reader lowers from and every finding points into.

YAML values are `MapNode`, `ListNode` and libyaml's own scalar events, which already carry their marks, so keeping
positions costs nothing. JSON values are plain dicts, lists and scalars; their places come from a lazy scan, made
only once something has been found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from ivr_action.model import Location


class MapNode(dict[str, Any]):
    """A YAML mapping: values by key, with the marks of its keys and its own."""

    __slots__ = ("end_mark", "key_events", "mark")

    key_events: dict[str, Any]
    mark: Any
    end_mark: Any


class ListNode(list[Any]):
    """A YAML sequence with its marks."""

    __slots__ = ("end_mark", "mark")

    mark: Any
    end_mark: Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the file itself, before there is a flow: a rule words it as a finding.

    `rule` is the id of the rule that reports it. `start`/`end` are offsets in characters into the parsed text
    (after substitution); `None` where only the whole file can be named.
    """

    rule: str
    message: str
    hint: str = ""
    start: int | None = None
    end: int | None = None
    related: tuple[int, ...] = ()
    """Offsets of other places that belong to it."""
    pointer: str | None = None
    line: int | None = None
    """Where only the line is known."""


@dataclass(slots=True)
class Replacement:
    """One `{{key}}` that was replaced by its value: maps offsets of the parsed text back to the file's."""

    at: int
    """Offset in the parsed text where the value starts."""
    length: int
    """Length of the value in the parsed text."""
    source_at: int
    source_length: int


@dataclass(eq=False)
class Document:
    """One file: its text, its tree, and what is wrong with it.

    Args:
        path: as reports show it, with `/`.
        text: the file's own text.
        syntax: `yaml`, `json`, or `i3` (base64 of percent-encoded JSON, which has no useful lines).
    """

    path: str
    text: str
    syntax: str
    root: Any = None
    problems: list[Problem] = field(default_factory=list)
    replacements: list[Replacement] = field(default_factory=list)
    placeholders: dict[str, list[int]] = field(default_factory=dict)
    """`{{key}}`s that stayed: key → offsets in the file's text. Empty where values were substituted."""
    json_text: str = ""
    """The JSON that `root` was read from, where that is not `text` itself."""

    _lines: list[int] | None = None
    _pointers: dict[int, tuple[str | int, ...]] | None = None
    _spans: dict[tuple[str | int, ...], tuple[int, int, int, int]] | None = None

    # -- places -----------------------------------------------------------------------------------------------

    def where(self, element: Any = None, key: str | int | None = None, *, of: str = "value") -> Location:
        """The place of an element of the tree, or of one of its children.

        Args:
            element: a mapping or list of the tree (compared by identity), or None for the whole document.
            key: a key or index in `element`; the place is then that child's.
            of: `value` or `key`: which part of the pair to point at.
        """
        if element is None:
            return Location(self.path, line=1, column=1) if self.syntax != "i3" else Location(self.path)
        pointer = self.pointer(element, key)
        if self.syntax == "yaml":
            start, end = self._yaml_span(element, key, of)
            return self.location(start, end, pointer)
        if self.syntax == "i3":
            return Location(self.path, pointer=pointer)
        span = self.json_spans().get(self._path(element, key))
        if span is None:
            return Location(self.path, line=1, column=1, pointer=pointer)
        key_start, key_end, start, end = span
        if of == "key" and key_start >= 0:
            start, end = key_start, key_end
        return self.location(start, end, pointer)

    def location(self, start: int | None, end: int | None = None, pointer: str | None = None) -> Location:
        """A place from offsets into the parsed text; offsets inside a substituted value give its `{{key}}`."""
        if start is None or self.syntax == "i3":
            return Location(self.path, pointer=pointer)
        line, column = self.line_column(self.origin(start))
        if end is None or end <= start:
            return Location(self.path, line, column, pointer=pointer)
        end_line, end_column = self.line_column(self.origin(end, end_of=True))
        if (end_line, end_column) < (line, column):
            end_line, end_column = line, column
        return Location(self.path, line, column, end_line, end_column, pointer)

    def line_of(self, element: Any) -> int | None:
        """Line of an element, cheap for YAML, None where lines say nothing."""
        if self.syntax == "yaml":
            mark = getattr(element, "mark", None)
            if mark is None:
                return None
            if not self.replacements:
                return int(mark.line) + 1
            return self.line_column(self.origin(mark.index))[0]
        if self.syntax == "json" and element is not None:
            return self.where(element).line
        return None

    def origin(self, offset: int, *, end_of: bool = False) -> int:
        """Offset in the file's own text of an offset in the parsed text."""
        replacements = self.replacements
        if not replacements:
            return offset
        index = bisect_right(replacements, offset, key=lambda r: r.at) - 1
        if index < 0:
            return offset
        last = replacements[index]
        if offset < last.at + last.length or (offset == last.at and not end_of):
            return last.source_at + (last.source_length if end_of and offset > last.at else 0)
        return last.source_at + last.source_length + (offset - last.at - last.length)

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset in the file's own text."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_start(self, line: int) -> int:
        """Offset in the file's own text of the first character of a line."""
        return self._line_starts()[line - 1]

    def _line_starts(self) -> list[int]:
        if self._lines is None:
            self._lines = [0, *(match.end() for match in _NEWLINE.finditer(self.text))]
        return self._lines

    def source_lines(self) -> list[str] | None:
        """The file's own lines without their ends, as `line_column` counts them; None where lines say nothing."""
        return None if self.syntax == "i3" else _NEWLINE.split(self.text)

    def pointer(self, element: Any, key: str | int | None = None) -> str:
        """JSON pointer of an element (by identity) or of one of its children; `""` for what is not in the tree."""
        return to_pointer(self._path(element, key))

    def path_of(self, element: Any) -> tuple[str | int, ...] | None:
        """Keys and indexes that lead from the root to an element (by identity)."""
        if self._pointers is None:
            found = _descend(self.root, element)
            if found is not None:
                return found
            self._pointers = _index(self.root)
        return self._pointers.get(id(element))

    def _path(self, element: Any, key: str | int | None) -> tuple[str | int, ...]:
        path = self.path_of(element) or ()
        return path if key is None else (*path, key)

    def _yaml_span(self, element: Any, key: str | int | None, of: str) -> tuple[int | None, int | None]:
        if key is None:
            mark = getattr(element, "mark", None) or getattr(element, "start_mark", None)
            if mark is None:
                return None, None
            return mark.index, None
        if isinstance(element, MapNode):
            event = element.key_events.get(str(key))
            value: Any = element.get(str(key))
            if event is None:
                return self._yaml_span(element, None, of)
            start = getattr(value, "start_mark", None)
            if of == "key" or start is None or start.index == value.end_mark.index:
                return event.start_mark.index, event.end_mark.index
            return start.index, value.end_mark.index
        if isinstance(element, ListNode) and isinstance(key, int) and 0 <= key < len(element):
            value = element[key]
            start = getattr(value, "start_mark", None)
            if start is not None:
                return start.index, value.end_mark.index
            return self._yaml_span(value, None, of)
        return self._yaml_span(element, None, of)

    def json_spans(self) -> dict[tuple[str | int, ...], tuple[int, int, int, int]]:
        """JSON only: start and end of each key (-1 where there is none) and value, by path."""
        if self._spans is None:
            from ivr_action.flow.jsontext import scan_spans

            self._spans = scan_spans(self.json_text or self.text)
        return self._spans


def to_pointer(path: tuple[str | int, ...]) -> str:
    """JSON pointer (RFC 6901) of keys and indexes."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _descend(root: Any, element: Any) -> tuple[str | int, ...] | None:
    """Path of an element by the marks around it, without a look at the rest of the tree; None where that fails."""
    mark = getattr(element, "mark", None)
    if mark is None:
        return None
    at = mark.index
    path: list[str | int] = []
    current = root
    while current is not element:
        pairs = current.items() if isinstance(current, dict) else enumerate(current)
        for key, value in pairs:
            inner = getattr(value, "mark", None)
            if inner is not None and inner.index <= at < value.end_mark.index:
                path.append(key)
                current = value
                break
            if value is element:
                return (*path, key)
        else:
            return None
    return tuple(path)


def _index(root: Any) -> dict[int, tuple[str | int, ...]]:
    """Path of every container, by identity; the first place wins for a container that an alias repeats."""
    paths: dict[int, tuple[str | int, ...]] = {id(root): ()}
    todo: list[Any] = [root]
    while todo:
        element = todo.pop()
        path = paths[id(element)]
        pairs = (
            element.items() if isinstance(element, dict) else enumerate(element) if isinstance(element, list) else ()
        )
        for key, value in pairs:
            if isinstance(value, (dict, list)) and id(value) not in paths:
                paths[id(value)] = (*path, key)
                todo.append(value)
    return paths


# -- scalars ---------------------------------------------------------------------------------------------------


def is_scalar(value: Any) -> bool:
    """True for what holds text: neither a mapping nor a list."""
    return not isinstance(value, (dict, list))


def text(value: Any) -> str | None:
    """The text of a scalar as the file has it; None for a mapping, a list, or null.

    YAML scalars stay text whatever they look like (`+15551234567`, `010`, `yes`); JSON's `true` is `"true"`.
    """
    found = getattr(value, "value", None)
    if found is not None:  # a YAML scalar event; libyaml gives a plain scalar the style ""
        if not value.style and found in _NULLS:
            return None
        return str(found)
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (dict, list)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_null(value: Any) -> bool:
    """True for YAML's and JSON's null, the empty plain scalar included."""
    if value is None:
        return True
    return not getattr(value, "style", '"') and value.value in _NULLS


def typed(value: Any) -> str | int | float | bool | None:
    """A scalar by YAML 1.2's core rules: only plain scalars are anything but text.

    `yes`, `no`, `on`, `12:30`, `010` stay text; `+15551234567` stays text too, since it is a telephone number
    wherever it occurs in a flow, and Archy's own reader keeps the quotes' meaning.
    """
    found = getattr(value, "value", None)
    if found is None or not hasattr(value, "style"):
        return value if not isinstance(value, (dict, list)) else None
    if value.style or (value.tag is not None and not value.implicit[0]):
        return str(found)
    if found in _NULLS:
        return None
    if found in _BOOLEANS:
        return _BOOLEANS[found]
    if _INTEGER.fullmatch(found):
        return int(found)
    if _FLOAT.fullmatch(found):
        return float(found)
    return str(found)


def plain(value: Any) -> Any:
    """A tree of plain Python values (dict, list, str, int, float, bool, None) from any tree.

    Iterative, so that depth costs no stack; a container that an alias repeats is converted once.
    """
    if is_scalar(value):
        return typed(value)
    done: dict[int, Any] = {}
    root: Any = {} if isinstance(value, dict) else []
    done[id(value)] = root
    todo = [value]
    while todo:
        source = todo.pop()
        target = done[id(source)]
        pairs = source.items() if isinstance(source, dict) else enumerate(source)
        for key, item in pairs:
            if isinstance(item, (dict, list)):
                made = done.get(id(item))
                if made is None:
                    made = done[id(item)] = {} if isinstance(item, dict) else []
                    todo.append(item)
            else:
                made = typed(item)
            if isinstance(source, dict):
                target[key] = made
            else:
                target.append(made)
    return root


_NEWLINE = re.compile(r"\r\n|\r|\n")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+)")
