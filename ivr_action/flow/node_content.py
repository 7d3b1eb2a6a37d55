"""A node graph's content as fields, type by type as it was read: `1` and `"1"` are two values."""

from __future__ import annotations

import json
import re
from typing import Any

from ivr_action.flow.document import plain, text
from ivr_action.flow.fields import Fields
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.formats.node_graph_keys import PLATFORM_KEYS, START_KEYS

WAYS = "transitionConditions"
"""Field that holds a node's ways out in their order."""
_SPECIAL = re.compile(r"([.\[\\])")


def node_graph_fields(flow: NodeGraphFlow) -> tuple[dict[str, Fields], Fields]:
    """Fields of each node, by id, and of the flow itself.

    Ways out are one field, in their order: the first condition that holds is taken.
    """
    nodes: dict[str, Fields] = {}
    for node in flow.nodes:
        if not isinstance(node.element, dict):
            nodes[node.id] = {"node": _json(node.element)}
            continue
        found: Fields = {}
        for key, value in node.element.items():
            if key == "type" or (key == "id" and node.own_id == node.id):
                continue
            if key == WAYS:
                ways = _json(value)
                if ways not in ("json []", "json null"):
                    found[WAYS] = ways
            else:
                _walk(_name(key), value, found)
        nodes[node.id] = found
    settings: Fields = {}
    for key, value in flow.element.items() if isinstance(flow.element, dict) else ():
        if key not in PLATFORM_KEYS and key not in START_KEYS and key != "nodes":
            _walk(_name(key), value, settings)
    start = flow.start_node_id or flow.graph.start
    if start:
        settings["start"] = f"lit {start}"
    said = text(flow.element.get("description")) if isinstance(flow.element, dict) else None
    if said is not None:
        settings["description"] = said
    return nodes, settings


def _walk(name: str, value: Any, found: Fields) -> None:
    todo: list[tuple[str, Any]] = [(name, value)]
    while todo:
        name, value = todo.pop()
        if isinstance(value, dict) and value:
            todo.extend((f"{name}.{_name(key)}", inner) for key, inner in value.items())
        elif isinstance(value, list) and value:
            todo.extend((f"{name}[{number}]", inner) for number, inner in enumerate(value, 1))
        else:
            found[name] = _json(value)


def _json(value: Any) -> str:
    return f"json {json.dumps(plain(value), sort_keys=True, ensure_ascii=False)}"


def _name(key: Any) -> str:
    """A key as part of a name, so that no two places share one."""
    return _SPECIAL.sub(r"\\\1", str(key))
