"""What differs between two flows as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_action.model.difference import Change, FieldChange, FlowDifference, TransitionChange
from ivr_action.report.difference import MARKS, parts, shown
from ivr_action.report.look import Look
from ivr_action.report.plain import count_of, one_line

COLOURS = {Change.ADDED: "32", Change.REMOVED: "31", Change.CHANGED: "33"}
_NAME = 120
_NODES = 60
_INSIDE = 12


def lines(difference: FlowDifference, look: Look, indent: str = "    ") -> Iterator[str]:
    """A line for each node and each value in it, of at most 60 nodes."""
    found = list(parts(difference))
    for part in found[:_NODES]:
        line = f" (line {part.line})" if part.line else ""
        name = f"{one_line(part.node, _NAME)} {one_line(part.type, _NAME)}".strip() or "the flow itself"
        yield f"{indent}{look.coloured(MARKS[part.change], COLOURS[part.change])} {name}{line}"
        inside = [*map(_field, part.fields), *map(_way, part.ways)]
        yield from (f"{indent}    {text}" for text in inside[:_INSIDE])
        if len(inside) > _INSIDE:
            yield f"{indent}    and {count_of(len(inside) - _INSIDE, 'more change')}"
    if len(found) > _NODES:
        yield f"{indent}and {count_of(len(found) - _NODES, 'more node')}; the JSON has them all"


def _field(field: FieldChange) -> str:
    return f"{one_line(field.field, _NAME)}: {_values(*shown(field.before, field.after), field.change)}"


def _way(way: TransitionChange) -> str:
    label = one_line(way.label, _NAME) or (one_line(way.kind, _NAME) if way.kind != "next" else "")
    return f"way{f' {label}' if label else ''}: {_values(*shown(way.before, way.after), way.change)}"


def _values(before: str, after: str, change: Change) -> str:
    if change is Change.ADDED:
        return f"{after or '(empty)'} (new)"
    return (
        f"{before or '(empty)'} (gone)" if change is Change.REMOVED else f"{before or '(empty)'} → {after or '(empty)'}"
    )
