"""Finds suppressions in a flow file: comments in YAML, the key `x-ivr-ignore` in node graphs.

Comments are found in the text, since libyaml drops them; the marks of the tree's scalars tell a comment from the same
words inside a text. Only a file that holds the words at all is looked at, so all others cost one search.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ivr_action.flow.document import Document, ListNode, MapNode, is_null, plain
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import Reading
from ivr_action.model import Location, Suppression
from ivr_action.model.suppression import EVERYWHERE

KEY = "x-ivr-ignore"
_WORDS = re.compile(r"ivr:[ \t]*ignore|x-ivr-ignore", re.IGNORECASE)
_COMMENT = re.compile(r"#+[ \t]*ivr:[ \t]*ignore\b[ \t]*(\[[^\]\n\r]*\])?(.*)", re.IGNORECASE)
_HASH = re.compile(r"(?:^|(?<=[ \t]))#")
_UNTIL = re.compile(r"(?:^|(?<=[\s(,;]))until(?:=|[ \t]*[=:]?[ \t]*(?=[0-9]{4}-))([^\s(),;]*)", re.IGNORECASE)
"""However somebody writes the day: read as a part of the reason, the suppression would have no end."""
_LINE = re.compile(r"\r\n|\r|\n")
_ENTRY_KEYS = frozenset(("rule", "reason", "until"))
_FORM = "Write `# ivr: ignore[rule-id] reason`, with `until=2027-01-31` where it is for a time."
_KEY_FORM = f"`{KEY}` is a list of mappings with `rule`, `reason` and, where it is for a time, `until`"


def find_suppressions(reading: Reading) -> list[Suppression]:
    """All suppressions of a file, in the order in which they stand there; none for a file that cannot be read."""
    doc, flow = reading.document, reading.flow
    if flow is None or not _WORDS.search(doc.text):
        return []
    found: list[Suppression] = []
    if doc.syntax == "yaml":
        found += _comments(doc)
    if isinstance(flow, NodeGraphFlow) and isinstance(doc.root, dict):
        found += _keys(doc, doc.root, "", None)
        for node in flow.nodes:
            if isinstance(node.element, dict) and KEY in node.element:
                found += _keys(doc, node.element, doc.pointer(node.element), node.id)
    return found


# -- comments --------------------------------------------------------------------------------------------------


def _comments(doc: Document) -> Iterator[Suppression]:
    lines = _LINE.split(doc.text)
    scalars: list[tuple[int, int]] | None = None
    for number, line in enumerate(lines, 1):
        if not _WORDS.search(line):
            continue
        if scalars is None:
            scalars = _scalars(doc)
        start = doc.line_start(number)
        column = next(
            (at.start() for at in _HASH.finditer(line) if not _within(start + at.start(), scalars)), len(line)
        )
        match = _COMMENT.match(line, column)
        if match is None:
            continue
        place = Location(doc.path, number, column + 1, number, len(line) + 1)
        alone = not line[:column].strip()
        covered = _covered(lines, number) if alone else (number, number)
        yield replace(_comment(match, place, covered), at=_at(lines, covered) if alone else line[:column].strip())


def _comment(match: re.Match[str], place: Location, covered: tuple[int, int]) -> Suppression:
    until = _UNTIL.search(match[2])
    reason = _UNTIL.sub("", match[2]).replace("()", "").strip(" \t:,;-–—")
    if match[1] is None:
        return Suppression("comment", place, lines=covered, problem=f"It names no rule. {_FORM}")
    rules = tuple(dict.fromkeys(match[1].strip("[]").replace(",", " ").split()))
    problem = "" if rules else f"It names no rule. {_FORM}"
    return Suppression("comment", place, rules, reason, until[1] if until else "", covered, problem=problem)


def _at(lines: list[str], covered: tuple[int, int]) -> str:
    first, last = covered
    if last == EVERYWHERE:
        return ""
    return "\n".join([line.strip() for line in lines[first - 1 : last] if _is_code(line)][:2])


def _covered(lines: list[str], comment: int) -> tuple[int, int]:
    """The lines that a comment on a line of its own covers: the next line, with the lines that are indented below it.

    A comment before the first key covers the whole file.
    """
    if not any(_is_code(line) for line in lines[:comment]):
        return 1, EVERYWHERE
    following = [(number, line) for number, line in enumerate(lines[comment:], comment + 1) if _is_code(line)]
    if not following:
        return comment, comment
    last = following[0][0]
    depth = _indent(following[0][1])
    for number, line in following[1:]:
        if _indent(line) <= depth:
            break
        last = number
    return comment, last


def _is_code(line: str) -> bool:
    text = line.strip()
    return bool(text) and text[0] != "#" and not (text == "---" or line.startswith(("--- #", "%")))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _within(offset: int, spans: list[tuple[int, int]]) -> bool:
    at = bisect_right(spans, (offset, EVERYWHERE)) - 1
    return at >= 0 and offset < spans[at][1]


def _scalars(doc: Document) -> list[tuple[int, int]]:
    """Where scalars stand, keys included, as offsets in the file's own text; sorted."""
    spans: list[tuple[int, int]] = []
    seen: set[int] = set()
    todo: list[Any] = [doc.root]
    while todo:
        element = todo.pop()
        if isinstance(element, (MapNode, ListNode)):
            if id(element) in seen:
                continue
            seen.add(id(element))
            if isinstance(element, MapNode):
                todo.extend(element.key_events.values())
                todo.extend(element.values())
            else:
                todo.extend(element)
            continue
        start, end = element.start_mark.index, element.end_mark.index
        start, end = doc.origin(start), doc.origin(end, end_of=True)
        if element.style in ("|", ">"):  # a comment may follow the indicator, on its line
            header = _LINE.search(doc.text, start)
            start = header.end() if header else end
        if start < end:
            spans.append((start, end))
    return sorted(spans)


# -- keys ------------------------------------------------------------------------------------------------------


def _keys(doc: Document, owner: Any, pointer: str, node: str | None) -> Iterator[Suppression]:
    if KEY not in owner or is_null(owner[KEY]):
        return
    value = owner[KEY]
    if not isinstance(value, list):
        place = doc.where(owner, KEY)
        yield Suppression("key", place, pointer=pointer, node=node, problem=f"{_KEY_FORM}.")
        return
    for index, entry in enumerate(plain(value)):
        place = doc.where(value, index)
        problem = _entry_problem(entry)
        if problem:
            yield Suppression("key", place, pointer=pointer, node=node, problem=f"{problem}: {_KEY_FORM}.")
            continue
        reason, until = (str(entry.get(key) or "").strip() for key in ("reason", "until"))
        yield Suppression("key", place, (entry["rule"].strip(),), reason, until, (0, 0), pointer, node)


def _entry_problem(entry: Any) -> str:
    if not isinstance(entry, dict):
        return "An entry is no mapping"
    if not isinstance(entry.get("rule"), str) or not entry["rule"].strip():
        return "An entry names no rule"
    unknown = sorted(entry.keys() - _ENTRY_KEYS)
    if unknown:
        return f"An entry has the unknown key `{unknown[0]}`"
    return ""
