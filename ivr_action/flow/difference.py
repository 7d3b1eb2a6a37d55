"""What differs between two flows: nodes by id, ways out by label, settings by name.

Two flows of one format are compared by every value that means something; a file against a configuration document by
the portable ones (`canonical`), so that what the platform fills in is no difference.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from ivr_action.flow.canonical import Canonical, canonical, complete
from ivr_action.flow.fields import Fields
from ivr_action.flow.flow import Flow
from ivr_action.flow.node_content import WAYS
from ivr_action.model.difference import Change, FieldChange, FlowDifference, NodeChange, TransitionChange

SHOWN = 80
"""Characters of a value that are shown."""
_NOTHING = Canonical({}, (), {})
_Way = tuple[str, str, str]
"""Source, label, kind."""


def difference(
    before: Flow | None, after: Flow | None, *, clean: Callable[[str], str] = lambda text: text
) -> FlowDifference:
    """From one flow to another; deterministic, and linear in their size.

    A node whose name has changed is one that is gone and one that is new.

    Args:
        before: the earlier flow; None where it does not exist.
        after: the later one; None where it does not exist any more.
        clean: cuts out of a description what the deployment writes into it: its stamp.

    Returns:
        Nodes and settings with what differs in them, values shortened for people, and ways out that lead elsewhere.
    """
    same = before is None or after is None or before.format is after.format
    form = complete if same else canonical
    old = form(before) if before is not None else _NOTHING
    new = form(after) if after is not None else _NOTHING
    ways = _transitions(old, new, before, after)
    return FlowDifference(
        _nodes(old, new, before, after, frozenset(way.source for way in ways)),
        ways,
        _fields(_cleaned(old.settings, clean), _cleaned(new.settings, clean)),
    )


def _nodes(
    old: Canonical, new: Canonical, before: Flow | None, after: Flow | None, rerouted: frozenset[str]
) -> tuple[NodeChange, ...]:
    found: list[NodeChange] = []
    for id_, node in new.nodes.items():
        was = old.nodes.get(id_)
        if was is None:
            found.append(NodeChange(id_, node.type, Change.ADDED, line=_line(after, id_)))
        elif was != node:
            fields = _fields(*(_without_ways(one.fields, id_ in rerouted) for one in (was, node)))
            if was.type != node.type:
                fields = (FieldChange("type", was.type, node.type), *fields)
            elif was.kind != node.kind:
                fields = (FieldChange("kind", was.kind, node.kind), *fields)
            if fields:
                found.append(NodeChange(id_, node.type, Change.CHANGED, fields, _line(after, id_)))
    for id_, node in old.nodes.items():
        if id_ not in new.nodes:
            found.append(NodeChange(id_, node.type, Change.REMOVED, line=_line(before, id_)))
    return tuple(found)


def _without_ways(fields: Fields, rerouted: bool) -> Fields:
    """A node graph's list of transitions is told once: as ways out where one of them differs, else as its order."""
    return {name: value for name, value in fields.items() if name != WAYS} if rerouted and WAYS in fields else fields


def _line(flow: Flow | None, node: str) -> int | None:
    found = flow.graph.nodes.get(node) if flow is not None else None
    return flow.document.line_of(found.element) if flow is not None and found is not None else None


# -- transitions -----------------------------------------------------------------------------------------------


def _transitions(
    old: Canonical, new: Canonical, before: Flow | None, after: Flow | None
) -> tuple[TransitionChange, ...]:
    was, now = _ways(old), _ways(new)
    found: list[TransitionChange] = []
    for way in [*now, *(way for way in was if way not in now)]:
        earlier, later = was.get(way, []), now.get(way, [])
        if earlier == later:
            continue
        gone = list((Counter(earlier) - Counter(later)).elements())
        come = list((Counter(later) - Counter(earlier)).elements())
        line = _line_of_way(after, way) or _line_of_way(before, way)
        for number in range(max(len(gone), len(come))):
            lost = gone[number] if number < len(gone) else None
            gained = come[number] if number < len(come) else None
            found.append(TransitionChange(*way, lost, gained, line))
    return tuple(found)


def _ways(form: Canonical) -> dict[_Way, list[str]]:
    found: dict[_Way, list[str]] = {}
    for source, label, kind, target in form.transitions:
        found.setdefault((source, label, kind), []).append(target)
    return found


def _line_of_way(flow: Flow | None, way: _Way) -> int | None:
    if flow is None or way[0] not in flow.graph.nodes:
        return None
    for transition in flow.graph.successors[way[0]]:
        if (transition.label, transition.kind) == way[1:] and transition.element is not None:
            line = flow.document.line_of(transition.element)
            if line is not None:
                return line
    return _line(flow, way[0])


# -- fields ----------------------------------------------------------------------------------------------------


def _cleaned(settings: Fields, clean: Callable[[str], str]) -> Fields:
    """Without the stamp."""
    if "description" not in settings:
        return settings
    said = clean(settings["description"]).replace("\r\n", "\n").strip()
    others = {name: value for name, value in settings.items() if name != "description"}
    return others | {"description": f"lit {said}"} if said else others


def _fields(old: Fields, new: Fields) -> tuple[FieldChange, ...]:
    found = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            found.append(FieldChange(name, *_shown(before, after)))
    return tuple(found)


def _shown(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Both values for people: around what differs, with their kinds only where nothing else differs."""
    if before is None or after is None:
        return before and _short(_bare(before)), after and _short(_bare(after))
    one, other = _visible(_bare(before)), _visible(_bare(after))
    if one == other:
        one, other = _visible(before), _visible(after)
    if one == other:
        one, other = json.dumps(before), json.dumps(after)
    if max(len(one), len(other)) <= SHOWN:
        return one, other
    shorter = min(len(one), len(other))
    same = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    start = max(0, same - SHOWN // 2)
    return _short(one, start), _short(other, start)


def _visible(value: str) -> str:
    return value.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _bare(value: str) -> str:
    kind, _, said = value.partition(" ")
    if kind == "json":
        found = json.loads(said)
        return found if isinstance(found, str) else said
    return said


def _short(value: str, start: int = 0) -> str:
    said = _visible(("…" if start else "") + value[start : start + SHOWN + 1])
    return said if len(said) <= SHOWN else said[: SHOWN - 1] + "…"
