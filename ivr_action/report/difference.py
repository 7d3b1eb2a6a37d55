"""What differs between two flows, node by node: plain values that the Markdown and the terminal show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ivr_action.model.difference import Change, FieldChange, FlowDifference, NodeChange, TransitionChange
from ivr_action.report.plain import one_line

VALUE = 160
"""Longest value that is shown, in characters."""
_AROUND = 32
"""Characters of what is the same that stay around what differs in a long value."""
MARKS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}


class Part(NamedTuple):
    """A node or the flow's settings, and what differs there."""

    change: Change
    node: str
    """Empty for the flow's settings."""
    type: str
    fields: tuple[FieldChange, ...]
    ways: tuple[TransitionChange, ...]
    line: int | None = None


def parts(difference: FlowDifference) -> Iterator[Part]:
    """The flow's settings first, then each node with what differs inside and on its ways out, in their order.

    Ways out of a node that is new or gone are not told: they are new or gone with it.
    """
    if difference.settings:
        yield Part(Change.CHANGED, "", "", difference.settings, ())
    ways: dict[str, list[TransitionChange]] = {}
    for way in difference.transitions:
        ways.setdefault(way.source, []).append(way)
    for node in difference.nodes:
        yield _part(
            node,
            [way for way in ways.pop(node.node, []) if node.change is Change.CHANGED or way.change is not node.change],
        )
    for source, found in ways.items():
        yield Part(Change.CHANGED, source, "", (), tuple(found), found[0].line)


def shown(before: str | None, after: str | None) -> tuple[str, str]:
    """Both values in one line each, cut to what differs where they are long; empty for one that is not there."""
    old, new = one_line(before or ""), one_line(after or "")
    if max(len(old), len(new)) <= VALUE:
        return old, new
    if before is not None and after is not None:
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        start, end = max(0, start - _AROUND), max(0, end - _AROUND)
        old, new = (_inner(text, start, end) for text in (old, new))
    return one_line(old, VALUE), one_line(new, VALUE)


def _inner(text: str, start: int, end: int) -> str:
    return f"{'…' if start else ''}{text[start : len(text) - end]}{'…' if end else ''}"


def _common(one: str, other: str) -> int:
    """Number of characters at the start that are the same."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _part(node: NodeChange, ways: list[TransitionChange]) -> Part:
    # Architect's ids are paths that name the type already.
    type_ = "" if node.type in node.node.replace("/", " ").split(" ") else node.type
    return Part(node.change, node.node, type_, node.fields, tuple(ways), node.line)
