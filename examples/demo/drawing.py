"""Draws the Mermaid flowcharts of our summaries as SVG, in layers, so that the page needs neither network nor scripts.

It knows what `report/mermaid.py` writes and no more; GitHub draws the same text with Mermaid itself.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_NODE = re.compile(r'  (n\d+)([\[({>/]+)"(.*)"[\])}/]+')
_ARROW = re.compile(r'  (n\d+) (-->|-\.->)(?:\|"(.*)"\|)? (n\d+)')
_LINKS = re.compile(r"  linkStyle ([\d,]+) (.+)")
_STYLE = re.compile(r"  classDef (\w+) (.+);")
_CLASS = re.compile(r"  class ([n\d,]+) (\w+);")
_CHARACTER, _LINE, _GAP, _STEP = 6.6, 16, 26, 46
_ROUND = {"(": 9, "([": 20, "{{": 14, ">": 3, "{": 14}


@dataclass
class _Box:
    """A node, or a bend of a long arrow."""

    lines: list[str] = field(default_factory=list)
    shape: str = ""
    style: str = ""
    x: float = 0.0
    y: float = 0.0
    room: float = 8.0
    """Width of a bend: that of the arrow's label."""

    @property
    def width(self) -> float:
        return max(map(len, self.lines)) * _CHARACTER + 24 if self.lines else self.room

    @property
    def height(self) -> float:
        return len(self.lines) * _LINE + 12


@dataclass
class _Arrow:
    source: str
    target: str
    label: str
    style: str


def draw(text: str) -> str:
    """A flowchart as SVG."""
    boxes, arrows = _read(text)
    back = _going_back(boxes, arrows)
    layers, routes = _layers(boxes, [arrow for arrow in arrows if id(arrow) not in back])
    _order(layers, routes.values())
    width, height = _place(boxes, layers)
    paths = [_path(boxes, arrow, routes.get(id(arrow)), width) for arrow in arrows]
    shapes = [line for line, _ in paths] + [_shape(box) for box in boxes.values() if box.lines]
    shapes += [label for _, label in paths]
    wide = width + (70 if back else 0)
    return (
        f'<figure><svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" viewBox="0 0 {wide:.0f} {height:.0f}" '
        'font-family="system-ui, sans-serif" font-size="12"><defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" '
        'markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#59636e"/></marker></defs>'
        f"{''.join(shapes)}</svg></figure>"
    )


def _read(text: str) -> tuple[dict[str, _Box], list[_Arrow]]:
    boxes: dict[str, _Box] = {}
    arrows: list[_Arrow] = []
    styles: dict[str, str] = {}
    for line in text.splitlines():
        if node := _NODE.fullmatch(line):
            boxes[node[1]] = _Box([_plain(part) for part in node[3].split("<br/>")], node[2])
        elif arrow := _ARROW.fullmatch(line):
            dashes = "stroke-dasharray:4 4;" if "." in arrow[2] else ""
            arrows.append(_Arrow(arrow[1], arrow[4], _plain(arrow[3] or ""), dashes))
        elif links := _LINKS.fullmatch(line):
            for number in map(int, links[1].split(",")):
                arrows[number].style += links[2].replace(",", ";")
        elif style := _STYLE.fullmatch(line):
            styles[style[1]] = style[2].replace(",", ";")
        elif members := _CLASS.fullmatch(line):
            for id_ in members[1].split(","):
                boxes[id_].style += f"{styles[members[2]]};"
    return boxes, arrows


def _plain(text: str) -> str:
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)


def _going_back(boxes: dict[str, _Box], arrows: list[_Arrow]) -> set[int]:
    """Arrows that close a circle, found on a walk from the nodes that nothing leads to."""
    targets = {arrow.target for arrow in arrows}
    back, done, open_ = set(), set(), set()

    def walk(id_: str) -> None:
        open_.add(id_)
        for arrow in arrows:
            if arrow.source == id_ and arrow.target in open_:
                back.add(id(arrow))
            elif arrow.source == id_ and arrow.target not in done:
                walk(arrow.target)
        open_.discard(id_)
        done.add(id_)

    for id_ in sorted(boxes, key=lambda id_: id_ in targets):
        if id_ not in done:
            walk(id_)
    return back


def _layers(boxes: dict[str, _Box], arrows: list[_Arrow]) -> tuple[list[list[str]], dict[int, list[str]]]:
    """Nodes by their longest way from the top, with bends where an arrow passes a layer; and the way of each arrow."""
    level = dict.fromkeys(boxes, 0)
    for _ in boxes:
        for arrow in arrows:
            level[arrow.target] = max(level[arrow.target], level[arrow.source] + 1)
    layers: list[list[str]] = [[] for _ in range(max(level.values(), default=0) + 1)]
    for id_, number in level.items():
        layers[number].append(id_)
    routes = {}
    for index, arrow in enumerate(arrows):
        route = [arrow.source]
        for number in range(level[arrow.source] + 1, level[arrow.target]):
            bend = f"bend{index}-{number}"
            boxes[bend] = _Box(room=max(8.0, len(arrow.label) * _CHARACTER))
            layers[number].append(bend)
            route.append(bend)
        routes[id(arrow)] = [*route, arrow.target]
    return layers, routes


def _order(layers: list[list[str]], routes: Iterable[list[str]]) -> None:
    """Puts each node below those that lead to it, and above those that it leads to."""
    pairs = [pair for route in routes for pair in itertools.pairwise(route)]
    for down in (True, False, True, False, True):
        for layer in layers if down else layers[::-1]:
            places = {id_: place / max(1, len(one)) for one in layers for place, id_ in enumerate(one)}

            def wish(id_: str, places: dict[str, float] = places, down: bool = down) -> float:
                near = [places[a] if down else places[b] for a, b in pairs if id_ == (b if down else a)]
                return sum(near) / len(near) if near else places[id_]

            layer.sort(key=wish)


def _place(boxes: dict[str, _Box], layers: list[list[str]]) -> tuple[float, float]:
    widths = [sum(boxes[id_].width for id_ in layer) + _GAP * (len(layer) - 1) for layer in layers]
    width, y = max(widths) + 20, 10.0
    for layer, own in zip(layers, widths, strict=True):
        x, height = (width - own) / 2, max(boxes[id_].height for id_ in layer)
        for id_ in layer:
            boxes[id_].x, boxes[id_].y = x + boxes[id_].width / 2, y + height / 2
            x += boxes[id_].width + _GAP
        y += height + _STEP
    return width, y - _STEP + 12


def _path(boxes: dict[str, _Box], arrow: _Arrow, route: list[str] | None, width: float) -> tuple[str, str]:
    """The line and its label."""
    source, target = boxes[arrow.source], boxes[arrow.target]
    if route is None:  # back, around the right side
        a, b = source.x + source.width / 2, target.x + target.width / 2
        side = width + 50
        line = f"M{a:.0f} {source.y:.0f}C{side:.0f} {source.y:.0f} {side:.0f} {target.y:.0f} {b:.0f} {target.y:.0f}"
        label_x, label_y = a + 3, source.y - source.height / 2 - 3
    else:
        points = [(source.x, source.y + source.height / 2)]
        points += [(boxes[id_].x, boxes[id_].y) for id_ in route[1:-1]]
        points.append((target.x, target.y - target.height / 2))
        line = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
        for (x, y), (nx, ny) in itertools.pairwise(points):
            middle = (y + ny) / 2
            line += f"C{x:.0f} {middle:.0f} {nx:.0f} {middle:.0f} {nx:.0f} {ny:.0f}"
        (x, y), (nx, ny) = points[:2]
        # Where the line runs level, or beside the first bend, which has room for it.
        label_x, label_y = ((x + nx) / 2, (y + ny) / 2 + 4) if len(points) == 2 else (nx, ny)
    drawn = f'<path d="{line}" fill="none" stroke="#59636e" marker-end="url(#tip)" style="{html.escape(arrow.style)}"/>'
    if not arrow.label:
        return drawn, ""
    anchor = "start" if route is None else "middle"
    return drawn, (
        f'<text x="{label_x:.0f}" y="{label_y:.0f}" text-anchor="{anchor}" font-size="11" fill="#59636e" '
        f'stroke="#fff" stroke-width="4" paint-order="stroke">{html.escape(arrow.label)}</text>'
    )


def _shape(box: _Box) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    first = box.y - (len(box.lines) - 1) * _LINE / 2 + 4
    texts = "".join(
        f'<text x="{box.x:.0f}" y="{first + number * _LINE:.0f}" text-anchor="middle" fill="#1f2328">'
        f"{html.escape(line)}</text>"
        for number, line in enumerate(box.lines)
    )
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" '
        f'rx="{_ROUND.get(box.shape, 0)}" fill="#fff" stroke="#59636e" style="{html.escape(box.style)}"/>{texts}'
    )
