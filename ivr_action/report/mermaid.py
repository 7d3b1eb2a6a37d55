"""A graph as a Mermaid flowchart that GitHub draws: escaped, within its limits, findings coloured."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ivr_action.model import FlowGraph, Level, NodeKind, TransitionKind
from ivr_action.model.coverage import TransitionKey
from ivr_action.report.collapse import Drawing, Drawn, Way, collapsed, draw
from ivr_action.report.plain import one_line, step_name

CHARACTERS = 50_000
EDGES = 500
"""What GitHub's Mermaid refuses to go beyond."""
_READABLE_NODES = 200
"""More than this nobody follows on a page; the terminal's `graph` draws up to GitHub's limits."""
_LABEL = 48
_WAY_LABELS = 3
_OPEN, _CLOSE = 0, 1
_SHAPES = {
    NodeKind.MENU: ("{{", "}}"),
    NodeKind.INPUT: ("[/", "/]"),
    NodeKind.PROMPT: ("(", ")"),
    NodeKind.BRANCH: ("{", "}"),
    NodeKind.WORK: ("[", "]"),
    NodeKind.CALL: ("[[", "]]"),
    NodeKind.TRANSFER: (">", "]"),
    NodeKind.END: ("([", "])"),
}
_DASHED = frozenset((TransitionKind.ERROR, TransitionKind.NO_INPUT, TransitionKind.NO_MATCH))
_CLASSES = {
    "error": "fill:#ffd7d5,stroke:#cf222e,stroke-width:3px,color:#1f2328",
    "warning": "fill:#fff1c7,stroke:#9a6700,stroke-width:3px,color:#1f2328",
    "note": "fill:#ddf4ff,stroke:#0969da,stroke-width:2px,color:#1f2328",
    "first": "stroke-width:4px",
}
_UNCOVERED = "stroke:#afb8c1,stroke-width:1px,color:#8c959f"
_UNSAFE = re.compile(r"[^\w ,]|[ﬂß]")


@dataclass(frozen=True, slots=True)
class Diagram:
    """A flowchart and what has to be said below it."""

    text: str
    caption: str
    """What was collapsed; empty where the whole graph is drawn."""


def render(graph: FlowGraph) -> str:
    """The graph without findings, collapsed only where GitHub would refuse it; a comment says how."""
    diagram = diagram_of(graph, {}, readable=False)
    return (f"%% {diagram.caption}\n" if diagram.caption else "") + diagram.text


def diagram_of(
    graph: FlowGraph,
    levels: Mapping[str, Level],
    *,
    readable: bool = True,
    uncovered: Collection[TransitionKey] = frozenset(),
) -> Diagram:
    """A diagram that GitHub draws.

    Args:
        graph: of one flow.
        levels: node id → the worst finding about it.
        readable: collapse also what would be drawn but could not be followed.
        uncovered: transitions that no call takes; they are drawn in grey.
    """
    nodes = _READABLE_NODES if readable else EDGES
    drawing = collapsed(draw(graph, levels, uncovered), lambda drawing: _fits(drawing, nodes), nodes)
    return Diagram(_text(drawing), _caption(drawing, len(graph.nodes)))


def _fits(drawing: Drawing, nodes: int) -> bool:
    return (
        len(drawing.nodes) <= nodes
        and len(drawing.ways) <= EDGES
        and len(_text(drawing).encode("utf-16-le")) < 2 * CHARACTERS
    )


def _caption(drawing: Drawing, total: int) -> str:
    said = []
    if drawing.done:
        said.append(f"Collapsed from {total:,} nodes to {len(drawing.nodes):,}: {'; '.join(drawing.done)}.")
    if not all(way.covered for way in drawing.ways):
        said.append("No call takes the arrows in grey.")
    return " ".join(said)


def _text(drawing: Drawing) -> str:
    numbers = {id_: f"n{number}" for number, id_ in enumerate(drawing.nodes)}
    lines = ["flowchart TD"]
    classes: dict[str, list[str]] = {}
    for id_, node in drawing.nodes.items():
        lines.append(f"  {numbers[id_]}{node_text(node)}")
        if node.level is not None:
            classes.setdefault(node.level.value, []).append(numbers[id_])
        if node.start:
            classes.setdefault("first", []).append(numbers[id_])
    lines += [f"  {numbers[way.source]} {arrow_text(way)} {numbers[way.target]}" for way in drawing.ways]
    missed = [str(number) for number, way in enumerate(drawing.ways) if not way.covered]
    if missed:
        # Without a semicolon: Mermaid takes `#8c959f;` here for an entity.
        lines.append(f"  linkStyle {','.join(missed)} {_UNCOVERED}")
    for name, style in _CLASSES.items():
        if name in classes:
            lines += [f"  classDef {name} {style};", f"  class {','.join(classes[name])} {name};"]
    return "\n".join([*lines, ""])


def node_text(node: Drawn) -> str:
    """What stands behind a node's id: its shape and its label."""
    shape = _SHAPES[node.kind]
    texts = [escape(text) for text in step_name(node.type, node.name) if text.strip()]
    if node.steps > 1:
        texts.append(f"{node.steps} steps")
    return f'{shape[_OPEN]}"{"<br/>".join(texts) or "#160;"}"{shape[_CLOSE]}'


def arrow_text(way: Way) -> str:
    """What stands between two nodes' ids: the arrow and its label."""
    arrow = "-.->" if way.kind in _DASHED else "-->"
    texts = [escape(label) for label in way.labels[:_WAY_LABELS] if label.strip()]
    if len(way.labels) > _WAY_LABELS:
        texts.append(f"{len(way.labels) - _WAY_LABELS} more")
    return f'{arrow}|"{", ".join(texts)}"|' if texts else arrow


def escape(text: str) -> str:
    """A label's text, in which everything but letters, digits, blanks and commas is an entity of Mermaid's.

    Mermaid keeps entities as `ﬂ°°35¶ß` for a while, so these characters must not come from a flow as they are.
    """
    return _UNSAFE.sub(lambda match: f"#{ord(match[0])};", one_line(text, _LABEL))
