"""A description put into a flow's text as a text edit: no other byte changes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ivr_action.flow.document import Document, MapNode, plain
from ivr_action.flow.edit import Edit, UncertainError, apply_edits
from ivr_action.flow.jsontext import parse_json
from ivr_action.flow.yamltext import parse_yaml

_KEY = "description"
_RAW = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML 1.1 does not take as they are, or takes for the end of a line."""


def describe(source: str, description: str) -> str:
    """Architect YAML, or the same as JSON, with this description.

    Args:
        source: the flow, substitutions made.
        description: for the flow's header.

    Raises:
        UncertainError: the header is written in a way that no edit fits; the text says why.
    """
    doc = _parsed(source)
    name, header = _header(doc)
    before = plain(doc.root)
    changed = apply_edits(source, [_edit(doc, name, header, _quoted(description))])
    before[name][_KEY] = description
    again = _parsed(changed)
    if again.problems or plain(again.root) != before:
        raise UncertainError("the flow would not be the same with another description")
    return changed


def described(content: Mapping[str, Any], description: str) -> dict[str, Any]:
    """A node graph with this description."""
    return {**content, _KEY: description}


def _parsed(source: str) -> Document:
    return parse_json("", source) if re.match(r'\s*\{\s*"', source) else parse_yaml("", source)


def _header(doc: Document) -> tuple[str, dict[str, Any]]:
    root = doc.root
    if isinstance(root, dict) and len(root) == 1:
        name, header = next(iter(root.items()))
        if isinstance(header, dict) and header:
            return name, header
    raise UncertainError("the file is no flow with one key at its top")


def _edit(doc: Document, name: str, header: dict[str, Any], quoted: str) -> Edit:
    if doc.syntax == "json":
        spans = doc.json_spans()
        if _KEY in header:
            return Edit(*spans[(name, _KEY)][2:], quoted)
        at = spans[(name,)][2] + 1
        return Edit(at, at, f'"{_KEY}": {quoted}, ')
    if not isinstance(header, MapNode):
        raise UncertainError("the file is an export of Architect")
    return _replaced(doc, header, quoted) if _KEY in header else _added(doc, header, quoted)


def _replaced(doc: Document, header: MapNode, quoted: str) -> Edit:
    value, text = header[_KEY], doc.text
    if isinstance(value, (dict, list)):
        raise UncertainError("its `description` is no text")
    start, end = value.start_mark.index, value.end_mark.index
    if value.anchor is not None or value.tag is not None:
        raise UncertainError("its `description` is written with an anchor, an alias or a tag")
    behind = header.key_events[_KEY].end_mark.index
    if value.style in ("|", ">"):
        end = max(start + 1, len(text[:end].rstrip()))
    if start == end:  # nothing stands there
        start = end = text.index(":", behind) + 1
    if text[start - 1] == ":":
        quoted = f" {quoted}"
    return Edit(start, end, quoted)


def _added(doc: Document, header: MapNode, quoted: str) -> Edit:
    text = doc.text
    if text[header.mark.index : header.mark.index + 1] == "{":
        at = header.mark.index + 1
        return Edit(at, at, f"{_KEY}: {quoted}, ")
    first = min(event.start_mark.index for event in header.key_events.values())
    above = text[:first]
    start = max(above.rfind("\n"), above.rfind("\r")) + 1
    if above[start:].strip(" "):
        raise UncertainError("its first key does not stand on a line of its own")
    end = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    return Edit(first, first, f"{_KEY}: {quoted}{end}{above[start:]}")


def _quoted(text: str) -> str:
    """In double quotes, as both JSON and YAML read them, on one line."""
    return _RAW.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
