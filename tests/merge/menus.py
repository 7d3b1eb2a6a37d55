"""A small flow, and other versions of it."""

from __future__ import annotations

import copy
from typing import Any

BASE: dict[str, Any] = {
    "name": "Main line",
    "startNodeId": "menu",
    "variables": {"tier": "standard"},
    "nodes": {
        "menu": {
            "id": "menu",
            "type": "menu",
            "properties": {"audioResource": {"id": "main", "type": "resource"}, "retries": 1},
            "transitionConditions": [
                {"condition": "dtmf == '1'", "destinationNodeId": "sales"},
                {"condition": "dtmf == '2'", "destinationNodeId": "help"},
                {"condition": "default", "destinationNodeId": "end"},
            ],
        },
        "sales": {"id": "sales", "type": "transferToAcd", "properties": {"queue": "Sales"}},
        "help": {"id": "help", "type": "transferToAcd", "properties": {"queue": "Help"}},
        "end": {"id": "end", "type": "disconnect"},
    },
}


def flow(**nodes: Any) -> dict[str, Any]:
    """The base with nodes replaced; None deletes one, `set_…` sets a key of the flow."""
    made = copy.deepcopy(BASE)
    for id_, node in nodes.items():
        if id_.startswith("set_"):
            made[id_.removeprefix("set_")] = node
        elif node is None:
            del made["nodes"][id_]
        else:
            made["nodes"][id_] = node
    return made


def menu(*ways: str, **properties: Any) -> dict[str, Any]:
    """The menu with ways written as `condition → destination`; none for those of the base."""
    node = copy.deepcopy(BASE["nodes"]["menu"])
    node["properties"] |= properties
    if ways:
        parts = [way.split(" → ") for way in ways]
        node["transitionConditions"] = [{"condition": one, "destinationNodeId": two} for one, two in parts]
    return node


def ways(merged: Any) -> list[str]:
    listed = merged.content["nodes"]["menu"]["transitionConditions"]
    return [f"{way['condition']} → {way['destinationNodeId']}" for way in listed]


ONE, TWO, ELSE = "dtmf == '1' → sales", "dtmf == '2' → help", "default → end"
