"""Makes a graph small enough to be drawn and read, a step at a time, and says what it did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ivr_action.model import FlowGraph, Level, Node, NodeKind, TransitionKind
from ivr_action.model.coverage import TransitionKey, transition_key

_TELLING = 6
"""A drawing of fewer containers than this says nothing about the flow."""
_QUIET = frozenset((NodeKind.WORK, NodeKind.PROMPT))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One node of the drawing: a node of the flow, or several."""

    kind: NodeKind
    type: str
    name: str
    start: bool = False
    level: Level | None = None
    """The worst finding in it."""
    steps: int = 1
    """How many nodes of the flow it stands for."""


@dataclass(frozen=True, slots=True)
class Way:
    """One arrow of the drawing: a transition, or several between the same two nodes."""

    source: str
    target: str
    labels: tuple[str, ...]
    kind: TransitionKind
    covered: bool = True
    """False where no call takes any of them."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be drawn, and what was done to make it fit."""

    nodes: dict[str, Drawn]
    ways: list[Way]
    done: tuple[str, ...] = ()


def draw(graph: FlowGraph, levels: Mapping[str, Level], uncovered: Collection[TransitionKey] = frozenset()) -> Drawing:
    """The whole graph, with arrows between the same two nodes made one.

    Args:
        graph: of one flow.
        levels: node id → the worst finding about it.
        uncovered: transitions that no call takes.
    """
    nodes = {
        node.id: Drawn(node.kind, node.type, called(node), node.id == graph.start, levels.get(node.id))
        for node in graph.nodes.values()
    }
    ways = (
        Way(
            way.source,
            way.target,
            (way.label,) if way.label else (),
            way.kind,
            not uncovered or transition_key(way) not in uncovered,
        )
        for way in graph.transitions
    )
    return Drawing(nodes, _merged(ways))


def called(node: Node) -> str:
    """A node's name; in a node graph its id, which findings speak of. Architect's ids are paths, too long to show."""
    return node.name or ("" if "/" in node.id else node.id)


def collapsed(drawing: Drawing, fits: Callable[[Drawing], bool], most: int) -> Drawing:
    """The drawing, collapsed by as many steps as it takes.

    Args:
        drawing: the whole one.
        fits: tells whether a drawing is small enough.
        most: nodes that the last step leaves at most; it halves them until the drawing fits.
    """
    for step in (_chains, _containers):
        if fits(drawing):
            return drawing
        smaller = step(drawing)
        if step is _containers and len(smaller.nodes) < _TELLING:
            continue  # one task holds nearly everything: what is near the start tells more
        drawing = smaller
    while not fits(drawing) and most > 1:
        shortened = _nearest(drawing, most)
        if fits(shortened):
            return shortened
        most //= 2
    return drawing if fits(drawing) else _nearest(drawing, 1)


def _chains(drawing: Drawing) -> Drawing:
    """Runs of steps that callers do not choose in become one node."""
    outgoing: dict[str, list[str]] = {id_: [] for id_ in drawing.nodes}
    incoming: dict[str, int] = dict.fromkeys(drawing.nodes, 0)
    for way in drawing.ways:
        outgoing[way.source].append(way.target)
        incoming[way.target] += 1

    def quiet(id_: str) -> bool:
        node = drawing.nodes[id_]
        return node.kind in _QUIET and node.level is None and not node.start

    def follows(id_: str) -> str | None:
        after = outgoing[id_]
        if quiet(id_) and len(after) == 1 and after[0] != id_ and incoming[after[0]] == 1 and quiet(after[0]):
            return after[0]
        return None

    inner = {after for id_ in drawing.nodes if (after := follows(id_)) is not None}
    heads = [id_ for id_ in drawing.nodes if id_ not in inner]
    group: dict[str, str] = {}
    for id_ in [*heads, *drawing.nodes]:  # what no head leads to is a ring, and begins anywhere
        at: str | None = id_
        while at is not None and at not in group:
            group[at] = id_
            at = follows(at)
    return _grouped(drawing, group, "runs of prompts and actions without a choice are one node each")


def _containers(drawing: Drawing) -> Drawing:
    """Every task, menu and state becomes one node."""
    group = {id_: "/".join(id_.split("/")[:2]) for id_ in drawing.nodes}
    if len(set(group.values())) == len(drawing.nodes):
        return drawing  # a node graph has no containers
    return _grouped(drawing, group, "every task, menu and state is one node")


def _nearest(drawing: Drawing, most: int) -> Drawing:
    """The start, what has findings, and what is near them; the rest is left out."""
    near: dict[str, list[str]] = {id_: [] for id_ in drawing.nodes}
    for way in drawing.ways:
        near[way.source].append(way.target)
        near[way.target].append(way.source)
    told = [id_ for id_, node in drawing.nodes.items() if node.level is not None]
    told.sort(key=lambda id_: -(drawing.nodes[id_].level or Level.NOTE).rank)
    start = [id_ for id_, node in drawing.nodes.items() if node.start]
    kept = dict.fromkeys((start + told or list(drawing.nodes)[:1])[:most])
    todo = list(kept)
    while todo and len(kept) < most:
        reached: list[str] = []
        for id_ in todo:
            for other in near[id_]:
                if other not in kept and len(kept) < most:
                    kept[other] = None
                    reached.append(other)
        todo = reached
    left = len(drawing.nodes) - len(kept)
    nodes = {id_: node for id_, node in drawing.nodes.items() if id_ in kept}
    ways = [way for way in drawing.ways if way.source in kept and way.target in kept]
    return Drawing(
        nodes, ways, (*drawing.done, f"{left:,} nodes that are further from the start and the findings are left out")
    )


def _grouped(drawing: Drawing, group: Mapping[str, str], what: str) -> Drawing:
    members: dict[str, list[Drawn]] = {}
    for id_, node in drawing.nodes.items():
        members.setdefault(group[id_], []).append(node)
    if len(members) == len(drawing.nodes):
        return drawing
    nodes = {id_: _one(id_, found) for id_, found in members.items()}
    ways = (
        replace(way, source=group[way.source], target=group[way.target])
        for way in drawing.ways
        if group[way.source] != group[way.target]
    )
    return Drawing(nodes, _merged(ways), (*drawing.done, what))


def _one(id_: str, found: list[Drawn]) -> Drawn:
    steps = sum(node.steps for node in found)
    if len(found) == 1:
        return found[0]
    levels = [node.level for node in found if node.level is not None]
    level = max(levels, key=lambda level: level.rank, default=None)
    start = any(node.start for node in found)
    if "/" in id_ and id_.count("/") == 1:
        kind, name = id_.split("/")
        return Drawn(NodeKind.CALL, kind, name, start, level, steps)
    return replace(found[0], steps=steps, level=level, start=start)


def _merged(ways: Iterable[Way]) -> list[Way]:
    labels: dict[tuple[str, str], dict[str, None]] = {}
    kinds: dict[tuple[str, str], TransitionKind] = {}
    covered: dict[tuple[str, str], bool] = {}
    for way in ways:
        ends = way.source, way.target
        labels.setdefault(ends, {}).update(dict.fromkeys(way.labels))
        covered[ends] = covered.get(ends, False) or way.covered
        if kinds.setdefault(ends, way.kind) != way.kind:
            kinds[ends] = TransitionKind.NEXT
    return [Way(*ends, tuple(texts), kinds[ends], covered[ends]) for ends, texts in labels.items()]
