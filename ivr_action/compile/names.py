"""Names of actions, menus and tasks: each node has one of its own."""

from __future__ import annotations

import re

from ivr_action.flow.flow import NodeGraphFlow


def unique_names(flow: NodeGraphFlow) -> dict[str, str]:
    """A name for each node: its own, else its id; with the id where two would have the same."""
    wanted: dict[str, str] = {}
    count: dict[str, int] = {}
    for node in flow.nodes:
        name = " ".join(flow.graph.nodes[node.id].name.split()) or node.id
        name = name.translate(_PLAIN)
        wanted[node.id] = name
        count[name.casefold()] = count.get(name.casefold(), 0) + 1
    taken: set[str] = set()
    made: dict[str, str] = {}
    for id_, name in wanted.items():
        shown = name if count[name.casefold()] == 1 else f"{name} ({id_.translate(_PLAIN)})"
        base, number = shown, 1
        while shown.casefold() in taken:
            number += 1
            shown = f"{base} {number}"
        taken.add(shown.casefold())
        made[id_] = shown
    return made


_PLAIN = str.maketrans({"[": "(", "]": ")", "/": "-", "\\": "-"})


def source_of(flow: NodeGraphFlow, node: str) -> str:
    """The id of the source node that a node of the compiled flow belongs to; empty for none.

    Args:
        flow: the source.
        node: id of a node of the compiled flow, or of one inside it.
    """
    by_name = {name: id_ for id_, name in unique_names(flow).items()}
    for part in reversed(node.split("/")):
        name = re.sub(r"#\d+$", "", part)
        for said in (name.partition(" ")[2], name):
            found = by_name.get(said) or by_name.get(said.partition(": ")[0])
            if found is not None:
                return found
    return ""
