"""What differs between two flows as a Markdown list, bounded."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_action.model.difference import Change, FieldChange, FlowDifference, TransitionChange
from ivr_action.report.difference import Part, parts, shown
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, link
from ivr_action.report.pieces import NAME
from ivr_action.report.plain import count_of, uri_path

ICONS = {Change.ADDED: "🟩", Change.REMOVED: "🟥", Change.CHANGED: "🟨"}
"""The colours of the diagram."""
_INSIDE = 12
"""Fields and ways of one node."""


def items(difference: FlowDifference, most: int, *, path: str = "", look: Look | None = None) -> str:
    """A list, node by node, of at most so many nodes.

    Args:
        difference: what to show.
        most: nodes; how many were left out is said.
        path: of the file whose lines it speaks of; empty where they are no file's.
        look: addresses.
    """
    found = list(parts(difference))
    address = f"{look.blob_url}{uri_path(path)}" if look is not None and look.blob_url and path else ""
    said = "".join(f"{text}\n" for part in found[:most] for text in _part(part, address))
    return said + (f"- and {count_of(len(found) - most, 'more node')}\n" if len(found) > most else "")


def _part(part: Part, address: str) -> Iterator[str]:
    at = f" ({link(f'line {part.line}', f'{address}#L{part.line}')})" if part.line and address else ""
    if not part.node:
        yield "- ⚙️ the flow itself"
    else:
        kind = f" {escape(part.type, NAME)}" if part.type else ""
        word = "" if part.change is Change.CHANGED else f" {part.change.value}"
        yield f"- {ICONS[part.change]} {code(part.node, NAME)}{kind}{word}{at}"
    inside = [*map(_field, part.fields), *map(_way, part.ways)]
    yield from (f"  - {text}" for text in inside[:_INSIDE])
    if len(inside) > _INSIDE:
        yield f"  - and {count_of(len(inside) - _INSIDE, 'more change')}"


def _field(field: FieldChange) -> str:
    return f"{code(field.field, NAME)}: {_values(*shown(field.before, field.after), field.change)}"


def _way(way: TransitionChange) -> str:
    before, after = shown(way.before, way.after)
    label = f" {code(way.label, NAME)}" if way.label else f" {escape(way.kind, NAME)}" if way.kind != "next" else ""
    return f"way{label}: {_values(before, after, way.change)}"


def _values(before: str, after: str, change: Change) -> str:
    old, new = code(before) or "<em>empty</em>", code(after) or "<em>empty</em>"
    if change is Change.ADDED:
        return f"{new} (new)"
    return f"{old} (gone)" if change is Change.REMOVED else f"{old} → {new}"
