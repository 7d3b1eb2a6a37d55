"""Flows that hypothesis makes and edits, and a model of merging that knows nothing of how it is done."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

SCALARS = st.sampled_from([1, True, "1", 0, False, None, 1.5, "a", "b", "", [1], [True], [{"x": 1}]])
KEYS = ("tts", "queue", "audioResource", "retries")
CONDITIONS = ("dtmf == '1'", "dtmf == '2'", "speech == 'a'", "timeout", "default")
IDS = ("menu", "sales", "end", "späť")
SETTINGS = ("name", "description", "x-note", "startNodeId", "variables")
PROPERTIES = st.dictionaries(
    st.sampled_from(KEYS),
    SCALARS | st.dictionaries(st.sampled_from(KEYS), SCALARS | st.dictionaries(st.sampled_from(KEYS), SCALARS)),
    max_size=4,
)


@st.composite
def ways(draw: st.DrawFn) -> list[dict[str, Any]]:
    conditions = draw(st.lists(st.sampled_from(CONDITIONS), unique=True, max_size=4))
    return [{"condition": text, "destinationNodeId": draw(st.sampled_from(IDS))} for text in conditions]


@st.composite
def nodes(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "type": draw(st.sampled_from(["menu", "disconnect", "playAudio"])),
        "transitionConditions": draw(ways()),
        "properties": draw(PROPERTIES),
    }


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    found = draw(st.dictionaries(st.sampled_from(IDS), nodes(), min_size=1, max_size=4))
    settings = draw(st.dictionaries(st.sampled_from(SETTINGS), SCALARS, max_size=4))
    return {"nodes": {id_: {"id": id_, **node} for id_, node in found.items()}, **settings}


Owner = Callable[..., bool]
"""Whether this side may touch a thing, such as ("node", "menu") or ("way", "menu", "default")."""


@st.composite
def edited(draw: st.DrawFn, flow: dict[str, Any], mine: Owner = lambda *thing: True) -> dict[str, Any]:
    """The flow with one to four edits, of things that are `mine`."""
    flow = copy.deepcopy(flow)
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["node", "node", "property", "inner", "way", "way", "order", "setting", "type"]))
        id_ = draw(st.sampled_from(IDS))
        node = flow["nodes"].get(id_)
        if kind == "setting":
            _put(draw, flow, SETTINGS, SCALARS, lambda key: mine("setting", key))
        elif kind == "node" and mine("node", id_):
            if node is not None and draw(st.booleans()):
                del flow["nodes"][id_]
            else:
                flow["nodes"][id_] = {"id": id_, **draw(nodes())}
        elif node is None:
            continue
        elif kind == "type" and mine("type", id_):
            node["type"] = draw(st.sampled_from(["menu", "transferToAcd"]))
        elif kind == "property":
            _put(draw, node["properties"], KEYS, SCALARS, lambda key, id_=id_: mine("property", id_, key))
        elif kind == "inner":
            for key, inner in node["properties"].items():
                if isinstance(inner, dict) and mine("property", id_, key):
                    _put(draw, inner, KEYS, SCALARS | PROPERTIES, lambda key: True)
        elif kind == "way":
            _way(draw, node["transitionConditions"], id_, mine)
        elif kind == "order" and mine("order", id_):
            node["transitionConditions"] = draw(st.permutations(node["transitionConditions"]))
    return flow


def _put(
    draw: st.DrawFn, owner: dict[str, Any], keys: tuple[str, ...], values: Any, mine: Callable[[str], bool]
) -> None:
    key = draw(st.sampled_from(keys))
    if mine(key):
        if key in owner and draw(st.booleans()):
            del owner[key]
        else:
            owner[key] = draw(values)


def _way(draw: st.DrawFn, listed: list[dict[str, Any]], id_: str, mine: Owner) -> None:
    text = draw(st.sampled_from(CONDITIONS))
    at = next((at for at, way in enumerate(listed) if way["condition"] == text), None)
    if at is None:
        if mine("insert", id_):
            where = draw(st.integers(0, len(listed)))
            listed.insert(where, {"condition": text, "destinationNodeId": draw(st.sampled_from(IDS))})
    elif mine("way", id_, text):
        if draw(st.booleans()):
            del listed[at]
        else:
            listed[at] = {**listed[at], "destinationNodeId": draw(st.sampled_from(IDS)), "x-note": draw(SCALARS)}


# -- the model: a flow as a set of facts, each at a place


def facts(flow: Mapping[str, Any]) -> dict[tuple[str, ...], str]:
    """Every place in a flow and what is there: `{}` for a mapping, else the value with its type."""
    found: dict[tuple[str, ...], str] = {}

    def walk(place: tuple[str, ...], value: Any) -> None:
        if isinstance(value, dict):
            found[place] = "{}"
            for key, inner in value.items():
                walk((*place, key), inner)
        elif place[-1:] == ("transitionConditions",):
            found[place] = "{}"
            for way in value:
                walk((*place, way["condition"]), way)
        else:
            found[place] = f"{type(value).__name__} {value!r}"

    walk((), flow)
    return found


def expected(base: Any, ours: Any, theirs: Any) -> dict[tuple[str, ...], str] | None:
    """The facts of the merged flow; None for a conflict: a fact that all three see differently, or a mapping
    that one side has removed while the other has changed something in it."""
    was, mine, live = facts(base), facts(ours), facts(theirs)
    merged: dict[tuple[str, ...], str] = {}
    for place in {*was, *mine, *live}:
        before, one, other = was.get(place), mine.get(place), live.get(place)
        if one != other and before not in (one, other):
            return None
        now = other if one == before else one
        if now is not None:
            merged[place] = now
    if any(merged.get(place[:-1]) != "{}" for place in merged if place):
        return None
    for remover, editor in ((mine, live), (live, mine)):
        for place in was:
            if was[place] == editor.get(place) == "{}" != remover.get(place):
                inside = [at for at in {*was, *editor} if at[: len(place)] == place]
                if any(was.get(at) != editor.get(at) for at in inside):
                    return None
    for remover, editor in ((ours, theirs), (theirs, ours)):  # a new order is no fact, but it is an edit
        before, one, other = orders(base), orders(remover), orders(editor)
        if any(id_ not in one and before[id_] != other.get(id_, before[id_]) for id_ in before):
            return None
    return merged


def orders(flow: Mapping[str, Any]) -> dict[str, list[str]]:
    """Per node its conditions in order."""
    return {id_: [way["condition"] for way in node["transitionConditions"]] for id_, node in flow["nodes"].items()}
