"""Three versions of a node graph in, one out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_action.flow.formats.node_graph_keys import PLATFORM_KEYS, START_KEYS
from ivr_action.merge.fields import At, Walk
from ivr_action.merge.values import ABSENT, Merged, NodeConflict


def merge_nodes(base: Mapping[str, Any] | None, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """Merges two changes of one node graph: pure, total, and linear in the size of the three but for their depth.

    What only one side has changed, added or deleted is taken from that side; what both did alike is done once; what
    both did differently is looked at by key, down to the single value, and there it is a conflict. Transitions are
    told apart by their condition, lists of variables by name; any other list is one value. docs/merge.md has the rules.

        merged = merge_nodes(base, ours, theirs)
        if not merged.conflicts:
            save(merged.content)

    Args:
        base: the flow that both were made from; None where both have made it anew.
        ours: what we want to save: `nodes` by id, `startNodeId` (or `start_node_id`), `name`, `variables` …
        theirs: what is live. Its `PLATFORM_KEYS` count, where ours has them at all.

    Returns:
        The merged flow, all conflicts, and what came from whom. The order of keys is ours, then theirs.
    """
    walk = Walk()
    flows = [_content(flow) for flow in (base or {}, ours, theirs)]
    nodes = [flow.pop("nodes", ABSENT) for flow in flows]
    starts = [flow.pop(START_KEYS[0], ABSENT) for flow in flows]
    settings = walk.mapping(At(), flows[0], flows[1], flows[2])
    if all(isinstance(side, Mapping) or side is ABSENT for side in nodes):
        absent = nodes[1] is ABSENT and nodes[2] is ABSENT
        was, mine, live = ({} if side is ABSENT else side for side in nodes)
        nodes_ = ABSENT if absent else walk.mapping(At(), was, mine, live, _node)
    else:
        nodes_ = walk.value(At().key("nodes"), *nodes)
    merged = {START_KEYS[0]: walk.value(At().key(START_KEYS[0]), *starts), "nodes": nodes_, **settings}
    content = _in_order(merged, base or {}, ours, theirs)
    return Merged(content, tuple(walk.conflicts), _ids(walk.taken), _ids(walk.given), tuple(walk.taken))


def _node(at: At, id_: str) -> At:
    return At(node=str(id_), depth=1)


def _content(flow: Mapping[str, Any]) -> dict[str, Any]:
    """What is merged, with one spelling of the start node; where both are given, the first counts."""
    found = {key: value for key, value in flow.items() if key not in PLATFORM_KEYS and key not in START_KEYS}
    start = next((flow[key] for key in START_KEYS if key in flow), ABSENT)
    return found if start is ABSENT else {START_KEYS[0]: start, **found}


def _in_order(
    merged: Mapping[str, Any], base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, Any]:
    """The flow with its keys where ours has them, the start node as it is spelt, and the platform's keys."""
    spelt = [next((key for key in START_KEYS if key in flow), "") for flow in (base, ours, theirs)]
    changed = spelt[1] and spelt[1] != spelt[0]
    spelling = (spelt[1] if changed else spelt[2] or spelt[1]) or START_KEYS[0]
    content: dict[str, Any] = {}
    for key in {**ours, **theirs}:
        if key in PLATFORM_KEYS:
            if key in ours and key in theirs:
                content[key] = theirs[key]
            continue
        name = START_KEYS[0] if key in START_KEYS else key
        value = merged.get(name, ABSENT)
        if value is not ABSENT:
            content[spelling if key in START_KEYS else key] = value
    return content


def _ids(changes: list[NodeConflict]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.node for change in changes if change.node))
