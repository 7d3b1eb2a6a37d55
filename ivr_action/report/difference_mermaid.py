"""What differs between two flows as a Mermaid flowchart: the changed nodes and their neighbours, coloured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ivr_action.model import FlowGraph, Transition, TransitionKind
from ivr_action.model.difference import Change, FlowDifference
from ivr_action.report.collapse import Drawn, Way, called
from ivr_action.report.difference_markdown import ICONS
from ivr_action.report.mermaid import CHARACTERS, EDGES, Diagram, arrow_text, node_text
from ivr_action.report.plain import count_of

_NODES = 60
"""A change of more nodes than this nobody follows in a picture."""
_CLASSES = {
    Change.ADDED: "fill:#dafbe1,stroke:#1a7f37,stroke-width:3px,color:#1f2328",
    Change.CHANGED: "fill:#fff1c7,stroke:#9a6700,stroke-width:3px,color:#1f2328",
    Change.REMOVED: "fill:#ffd7d5,stroke:#cf222e,stroke-width:3px,color:#1f2328,stroke-dasharray:6 4",
}
_WAYS = {
    Change.ADDED: "stroke:#1a7f37,stroke-width:3px",
    Change.REMOVED: "stroke:#cf222e,stroke-width:2px,stroke-dasharray:6 4",
}


class _Union(NamedTuple):
    """Both flows in one: nodes of the later one, and those that are gone."""

    nodes: dict[str, Drawn]
    status: dict[str, Change]
    ways: dict[tuple[Transition, Change | None], None]


def difference_diagram(before: FlowGraph | None, after: FlowGraph | None, difference: FlowDifference) -> Diagram | None:
    """The changed nodes and what is one step from them; None where no change is one of a node or a way.

    Args:
        before: the flow that it was; None where there was none.
        after: the flow that it is; None where there is none.
        difference: from the one to the other.
    """
    whole = _union(before or FlowGraph(None, (), ()), after or FlowGraph(None, (), ()), difference)
    touched = _touched(whole)
    if not touched:
        return None
    near = dict.fromkeys(touched)
    for way, _ in whole.ways:
        if way.source in touched or way.target in touched:
            near.update({way.source: None, way.target: None})
    most = _NODES
    text = _text(whole, list(near)[:most])
    while most > 1 and not _fits(text):
        most //= 2
        text = _text(whole, list(near)[:most])
    return Diagram(text, _legend(whole, list(near)[:most], max(0, len(touched) - most), max(0, len(near) - most)))


def _union(before: FlowGraph, after: FlowGraph, difference: FlowDifference) -> _Union:
    status = {node.node: node.change for node in difference.nodes}
    # What is gone is drawn from what was; a node that both have, as it is now.
    drawn = {
        id_: Drawn(node.kind, node.type, called(node), id_ == (after.start or before.start))
        for graph in (after, before)
        for id_, node in graph.nodes.items()
        if graph is after or id_ not in after.nodes
    }
    gone = {id_ for id_, change in status.items() if change is Change.REMOVED}
    new = {id_ for id_, change in status.items() if change is Change.ADDED}
    leads = _Ends(after.transitions, ((way.source, way.label, way.after) for way in difference.transitions))
    led = _Ends(before.transitions, ((way.source, way.label, way.before) for way in difference.transitions))
    ways: dict[tuple[Transition, Change | None], None] = {}
    for way in after.transitions:
        added = way in leads or way.source in new or way.target in new
        ways[way._replace(element=None), Change.ADDED if added else None] = None
    for way in before.transitions:
        if way in led or way.source in gone or way.target in gone:
            ways[way._replace(element=None), Change.REMOVED] = None
    for changed in difference.transitions:  # what leads elsewhere is another node for callers
        status.setdefault(changed.source, Change.CHANGED)
    return _Union(drawn, {id_: change for id_, change in status.items() if id_ in drawn}, ways)


class _Ends:
    """Which transitions of a graph a difference speaks of: by label, or by ends where it has another label."""

    def __init__(self, ways: Iterable[Transition], named: Iterable[tuple[str, str, str | None]]) -> None:
        exact = {(way.source, way.label, way.target) for way in ways}
        wanted = set(named)
        self._exact = wanted & exact
        self._ends = {(source, target) for source, label, target in wanted - exact}

    def __contains__(self, way: Transition) -> bool:
        return (way.source, way.label, way.target) in self._exact or (way.source, way.target) in self._ends


def _touched(whole: _Union) -> dict[str, None]:
    """Ids of the nodes that changed, or whose ways did, in the order of the flow."""
    return {id_: None for id_ in whole.nodes if id_ in whole.status}


def _fits(text: str) -> bool:
    arrows = sum(1 for line in text.splitlines() if "-->" in line or "-.->" in line)
    return arrows <= EDGES and len(text.encode("utf-16-le")) < 2 * CHARACTERS


def _text(whole: _Union, kept: list[str]) -> str:
    wanted = frozenset(kept)
    ids = [id_ for id_ in whole.nodes if id_ in wanted]
    numbers = {id_: f"n{number}" for number, id_ in enumerate(ids)}
    lines = ["flowchart TD", *(f"  {numbers[id_]}{node_text(whole.nodes[id_])}" for id_ in ids)]
    arrows = list(_merged(whole.ways, numbers))
    lines += [f"  {numbers[way.source]} {arrow_text(way)} {numbers[way.target]}" for way, _ in arrows]
    for change, style in _WAYS.items():
        which = [str(number) for number, (_, found) in enumerate(arrows) if found is change]
        if which:  # without a semicolon, which Mermaid takes for the end of an entity
            lines.append(f"  linkStyle {','.join(which)} {style}")
    for change, style in _CLASSES.items():
        members = [numbers[id_] for id_ in ids if whole.status.get(id_) is change]
        if members:
            lines += [f"  classDef {change.value} {style};", f"  class {','.join(members)} {change.value};"]
    return "\n".join([*lines, ""])


def _merged(
    ways: Iterable[tuple[Transition, Change | None]], numbers: Mapping[str, str]
) -> Iterator[tuple[Way, Change | None]]:
    """Ways between the same two nodes with the same fate are one arrow."""
    labels: dict[tuple[str, str, Change | None], dict[str, None]] = {}
    kinds: dict[tuple[str, str, Change | None], TransitionKind] = {}
    for way, change in ways:
        if way.source in numbers and way.target in numbers:
            ends = way.source, way.target, change
            labels.setdefault(ends, {}).update({way.label: None} if way.label else {})
            if kinds.setdefault(ends, way.kind) is not way.kind:
                kinds[ends] = TransitionKind.NEXT
    for (source, target, change), texts in labels.items():
        yield Way(source, target, tuple(texts), kinds[source, target, change]), change


def _legend(whole: _Union, kept: list[str], changed: int, near: int) -> str:
    """What the colours mean, those that are there, and what was left out."""
    wanted = frozenset(kept)
    shown = {whole.status.get(id_) for id_ in kept}
    shown |= {change for way, change in whole.ways if way.source in wanted and way.target in wanted}
    colours = [f"{ICONS[change]} {change.value}" for change in Change if change in shown]
    said = " · ".join(colours)
    if len(wanted) < len(whole.nodes):
        said += " · only the changed nodes and those next to them are drawn."
    if near:
        of_them = f", {changed:,} of them changed," if changed else ""
        said += f" {count_of(near, 'more node')}{of_them} left out to keep it readable."
    return said.strip()
