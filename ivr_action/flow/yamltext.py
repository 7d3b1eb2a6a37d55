"""YAML text → `Document`: libyaml's events with our own builder.

libyaml's `compose` recurses and can be made to overflow the stack by a few kilobytes of `[`; PyYAML's loaders keep
the last of two equal keys and read `yes` as true and `+15551234567` as a number. The builder here keeps text as text,
names both places of a duplicate key, and bounds depth, size and what aliases expand to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ivr_action.flow.document import Document, ListNode, MapNode, Problem, Replacement

MAX_DEPTH = 500
"""Levels of nesting; the deepest published flow has about 60."""
MAX_CHARS = 32 * 1024 * 1024
"""Characters in one file; the platform's own limit for a flow is far lower."""
MAX_NODES = 5_000_000
"""Values in one file after aliases are followed."""

PLACEHOLDER = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")

_HINT_READ = "Mend the YAML at this place; nothing in the file was checked beyond it."


def parse_yaml(path: str, source: str, substitutions: Mapping[str, str] | None = None) -> Document:
    """Read YAML.

    Args:
        path: as reports show it.
        source: the file's text.
        substitutions: values for `{{key}}`, put in before parsing as Archy does. None: every `{{key}}` stays and is
            read as text, so that a template can be checked without values.

    Returns:
        A document; `root` is None where the file could not be read, and `problems` says why.
    """
    doc = Document(path, source, "yaml")
    if len(source) > MAX_CHARS:
        doc.problems.append(
            Problem(
                "unreadable-file",
                f"The file has {len(source):,} characters; at most {MAX_CHARS:,} are read.",
                "Split the flow or export it again.",
            )
        )
        return doc
    open_, close = "", ""
    parsed = source
    if "{{" in source:
        if substitutions is None:
            parsed, open_, close = _keep_placeholders(doc, source)
        else:
            parsed = _substitute(doc, source, substitutions)
    _build(doc, parsed, open_, close)
    return doc


def _keep_placeholders(doc: Document, source: str) -> tuple[str, str, str]:
    """Replace `{{` and `}}` by characters that mean nothing to YAML and are as long: positions stay."""
    open_, close = next((a, b) for a, b in _MARKS if a not in source and b not in source)
    placeholders = doc.placeholders

    def keep(match: re.Match[str]) -> str:
        placeholders.setdefault(match[1], []).append(match.start())
        return open_ * 2 + match[0][2:-2] + close * 2

    return PLACEHOLDER.sub(keep, source), open_, close


_MARKS = [(chr(first), chr(first + 1)) for first in range(0xE000, 0xE100, 2)]


def _substitute(doc: Document, source: str, values: Mapping[str, str]) -> str:
    """Put the values in; a key without one is a problem at its place and stays as a placeholder."""
    parts: list[str] = []
    done = 0
    length = 0
    for match in PLACEHOLDER.finditer(source):
        before = source[done : match.start()]
        parts.append(before)
        length += len(before)
        done = match.end()
        value = values.get(match[1])
        if value is None:
            doc.problems.append(
                Problem(
                    "undefined-substitution",
                    f"`{{{{{match[1]}}}}}` has no value: `{match[1]}` is not among the substitutions that were given.",
                    _near(match[1], values),
                    start=length,
                    end=length + 1,
                )
            )
            value = "\ue000" * 2 + match[0][2:-2] + "\ue001" * 2
        doc.replacements.append(Replacement(length, len(value), match.start(), match.end() - match.start()))
        parts.append(value)
        length += len(value)
    parts.append(source[done:])
    return "".join(parts)


def _near(key: str, values: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, list(values), n=1)
    if near:
        return f"Did you mean `{near[0]}`? Otherwise add `{key}` to the substitutions."
    return f"Add `{key}` to the substitutions, or remove the placeholder."


_CORE_TAGS = frozenset(
    ("!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")))
)


class _StopBuildingError(Exception):
    """The builder cannot go on; the problem is on the document already."""


def _build(doc: Document, source: str, open_: str, close: str) -> None:
    import yaml
    from yaml.cyaml import CParser  # type: ignore[attr-defined] # the stubs leave it out

    try:
        # Characters that YAML does not allow are found before the first event.
        parser = CParser(source)
        doc.root = _Builder(doc, open_, close).run(parser.get_event)
    except _StopBuildingError:
        doc.root = None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        context_mark = error.context_mark
        if "quoted scalar" in problem and "end of stream" in problem:  # where it begins, not where the file ends
            mark = context_mark
        at = None if mark is None else min(mark.index, len(source))
        same_place = context_mark is None or mark is None or mark.index == context_mark.index
        problem, hint = _words(problem, "" if at is None else source[at : at + 1])
        doc.problems.append(
            Problem(
                "unreadable-file",
                f"The YAML cannot be read: {problem}.",
                hint,
                start=at,
                related=() if context_mark is None or same_place else (context_mark.index,),
            )
        )
        doc.root = None
    except yaml.reader.ReaderError as error:
        position = error.position if isinstance(error.position, int) else None
        character = error.character
        shown = f"character U+{character:04X}" if isinstance(character, int) else "a character"
        doc.problems.append(
            Problem(
                "unreadable-file",
                f"The YAML cannot be read: {shown} is not allowed in YAML.",
                "Remove the control character; a flow that holds one was damaged on its way.",
                start=position,
            )
        )
        doc.root = None
    except UnicodeEncodeError as error:
        doc.problems.append(
            Problem(
                "unreadable-file",
                "The YAML cannot be read: half of a character pair (a lone surrogate).",
                "Save the file as UTF-8.",
                start=error.start,
            )
        )
        doc.root = None


def _words(problem: str, character: str) -> tuple[str, str]:
    """What libyaml says, and what to do about it; its words for the commonest slips help nobody."""
    if "cannot start any token" in problem:
        if character == "\t":
            return "a tab indents this line", "Indent with spaces; YAML allows no tabs there."
        return (
            f"a text cannot begin with `{character}`",
            "Put the text in quotes; nothing in the file was checked beyond it.",
        )
    if "mapping values are not allowed" in problem:
        return (
            "a `:` with a blank behind it cannot stand here",
            "Put a text that holds `: ` in quotes; or mend this line's indentation, or the `:` of the line before it.",
        )
    if "quoted scalar" in problem and "end of stream" in problem:
        return (
            "the text in quotes that begins here is never closed",
            "Add the closing quote; nothing in the file was checked beyond it.",
        )
    return problem, _HINT_READ


class _Builder:
    """Builds the tree from events; see the module's docstring for what it refuses."""

    def __init__(self, doc: Document, open_: str, close: str) -> None:
        self.doc = doc
        self.open = open_ or "\ue000"
        self.close = close or "\ue001"
        self.templated = bool(open_) or bool(doc.replacements and doc.problems)

    def run(self, get_event: Any) -> Any:  # noqa: PLR0912, PLR0915 - one loop on purpose: this is the hot path
        from yaml import events as ev

        scalar_event, map_start, list_start = ev.ScalarEvent, ev.MappingStartEvent, ev.SequenceStartEvent
        map_end, list_end = ev.MappingEndEvent, ev.SequenceEndEvent
        get_event()  # stream start
        event = get_event()
        if event.__class__ is ev.StreamEndEvent:
            self.stop("The file is empty.", "A flow file holds one flow; delete the file if the flow is gone.", None)
        templated = self.templated
        open_ = self.open
        stack: list[tuple[Any, Any]] = []
        current: Any = None  # the container that is being filled
        pending: Any = None  # the key event that waits for its value, in a mapping
        in_map = False
        anchors: dict[str, tuple[Any, int]] = {}
        opened: dict[int, tuple[str, int]] = {}
        count = 0
        root: Any = None
        while True:
            event = get_event()
            kind = event.__class__
            count += 1
            if kind is scalar_event:
                value = event
                if templated and open_ in event.value:
                    event.value = self.restore(event.value)
                if event.tag is not None:
                    self.check_tag(event)
                if event.anchor is not None:
                    anchors[event.anchor] = (event, 1)
                if in_map and pending is None:
                    pending = event
                    continue
            elif kind is map_start or kind is list_start:
                if event.tag is not None:
                    self.check_tag(event)
                if kind is map_start:
                    value = MapNode()
                    value.key_events = {}
                else:
                    value = ListNode()
                value.mark = event.start_mark
                if in_map and pending is None:
                    self.stop(
                        "A key is a list or a mapping; keys of a flow are text.",
                        "Quote the key, or put the placeholder in quotes.",
                        event,
                    )
                if event.anchor is not None:
                    opened[id(value)] = (event.anchor, count)
                    anchors[event.anchor] = (None, 0)
                stack.append((current, pending))
                if len(stack) > MAX_DEPTH:
                    self.stop(
                        f"More than {MAX_DEPTH} levels of nesting.",
                        "No flow that Architect exports is as deep; check the indentation.",
                        event,
                    )
                current = value
                pending = None
                in_map = kind is map_start
                continue
            elif kind is map_end or kind is list_end:
                value = current
                value.end_mark = event.end_mark
                if opened and id(value) in opened:
                    anchor, since = opened.pop(id(value))
                    anchors[anchor] = (value, count - since)
                if kind is map_end and "<<" in value:
                    self.merge(value)
                current, pending = stack.pop()
                in_map = current.__class__ is MapNode
            elif kind is ev.AliasEvent:
                value, size = anchors.get(event.anchor, (None, -1))
                if value is None:
                    what = "is used before it is defined" if size < 0 else "refers to the value it stands in"
                    self.stop(f"The alias `*{event.anchor}` {what}.", "Write the value out.", event)
                count += size
                if count > MAX_NODES:
                    self.stop(
                        f"The aliases expand to more than {MAX_NODES:,} values.",
                        "Write the values out.",
                        event,
                    )
                if in_map and pending is None:
                    self.stop("An alias stands as a key.", "Write the key out.", event)
            else:  # document end without a root: cannot happen
                break
            if in_map:
                key = pending.value
                if key in current:
                    self.duplicate(current, pending)
                else:
                    current[key] = value
                    current.key_events[key] = pending
                pending = None
            elif current is not None:
                current.append(value)
            else:
                root = value
                break
        get_event()  # document end
        event = get_event()
        if event.__class__ is not ev.StreamEndEvent:
            self.stop("The file holds more than one YAML document.", "Keep one flow to a file.", event)
        return root

    def restore(self, value: str) -> str:
        return value.replace(self.open * 2, "{{").replace(self.close * 2, "}}")

    def check_tag(self, event: Any) -> None:
        if event.tag not in _CORE_TAGS:
            self.stop(f"The tag `{event.tag}` means nothing in a flow.", "Remove the tag.", event)

    def duplicate(self, mapping: MapNode, event: Any) -> None:
        first = mapping.key_events[event.value]
        self.doc.problems.append(
            Problem(
                "duplicate-key",
                f"The key `{event.value}` stands twice in one mapping: first on line {self.line(first)}, "
                f"again on line {self.line(event)}. One of the two is lost when the flow is published.",
                "Remove one of the two, or rename it.",
                start=event.start_mark.index,
                end=event.end_mark.index,
                related=(first.start_mark.index,),
            )
        )

    def line(self, event: Any) -> int:
        return self.doc.line_column(self.doc.origin(event.start_mark.index))[0]

    def merge(self, mapping: MapNode) -> None:
        """`<<: *base`: take over keys that the mapping does not have itself."""
        event = mapping.key_events["<<"]
        if event.style:
            return
        value = mapping["<<"]
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, MapNode) for source in sources):
            self.stop("`<<` takes a mapping or a list of mappings.", "Write the keys out.", event)
        del mapping["<<"], mapping.key_events["<<"]
        for source in sources:
            for key, item in source.items():
                if key not in mapping:
                    mapping[key] = item
                    mapping.key_events[key] = source.key_events[key]

    def stop(self, message: str, hint: str, event: Any) -> None:
        self.doc.problems.append(
            Problem(
                "unreadable-file",
                message,
                hint,
                start=None if event is None else event.start_mark.index,
                end=None if event is None else event.end_mark.index,
            )
        )
        raise _StopBuildingError
