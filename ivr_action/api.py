"""The public functions for people who build node graphs in Python: one node's payload, and a check of the topology."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def __getattr__(name: str) -> Any:
    """The public functions that live elsewhere, so that `from ivr_action.api import …` finds all of them."""
    import ivr_action

    if name not in ivr_action.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(ivr_action, name)


def build_ivr_node_payload(
    node_id: str,
    node_type: str,
    transitions: Iterable[Mapping[str, Any]],
    audio_resource_id: str | None = None,
    variables: Mapping[str, Any] | list[Any] | None = None,
) -> dict[str, Any]:
    """One node of a node graph, as the platform takes it.

    Args:
        node_id: the node's id.
        node_type: what it does: `menu`, `playAudio`, `transferToAcd` … (docs/node-graph.md); any text is taken.
        transitions: mappings with `condition` (`default`, `else` or CEL) and `destinationNodeId`, in the order in which
            they are tried; other keys are kept. Empty for a node that ends the call.
        audio_resource_id: the prompt that is played; None for a node that plays nothing: `properties` is then empty.
        variables: values by name (or a list of `{name, value}`); None is the same as none: `{}`.

    Returns:
        `{id, type, transitionConditions, variables, properties: {audioResource: {id, type: "resource"}}}`, made of new
        containers: changing it changes nothing that was passed in.

    Raises:
        ValueError: naming the node and the field, where something is missing, blank or of a wrong type. Whether a
            condition is CEL, and whether a destination exists, is for the checks of the whole flow.
    """
    _text(node_id, "A node", "id")
    who = f"Node `{node_id}`"
    _text(node_type, who, "type")
    properties: dict[str, Any] = {}
    if audio_resource_id is not None:
        _text(audio_resource_id, who, "audioResource id", " (None means that it plays nothing)")
        properties["audioResource"] = {"id": audio_resource_id, "type": "resource"}
    return {
        "id": node_id,
        "type": node_type,
        "transitionConditions": list(_transitions(transitions, who)),
        "variables": _variables(variables, who),
        "properties": properties,
    }


def _transitions(transitions: Iterable[Mapping[str, Any]], who: str) -> Iterable[dict[str, Any]]:
    if isinstance(transitions, (str, bytes, Mapping)) or not isinstance(transitions, Iterable):
        raise ValueError(f"{who}: `transitions` is {_kind(transitions)}; it must be a list of mappings.")
    for number, transition in enumerate(transitions, 1):
        at = f"{who}: transition {number}"
        if not isinstance(transition, Mapping):
            raise ValueError(
                f"{at} is {_kind(transition)}; it must be a mapping with `condition` and `destinationNodeId`."
            )
        for field in ("condition", "destinationNodeId"):
            if transition.get(field) is None:
                raise ValueError(f"{at} has no `{field}`.")
            _text(transition[field], at, field)
        yield dict(transition)


def _variables(variables: Mapping[str, Any] | list[Any] | None, who: str) -> dict[str, Any] | list[Any]:
    if variables is None:
        return {}
    if isinstance(variables, Mapping):
        for name in variables:
            _text(name, who, "variables", ": its names are text")
        return dict(variables)
    if isinstance(variables, list):
        return list(variables)
    raise ValueError(f"{who}: `variables` is {_kind(variables)}; it must be a mapping of names to values.")


def _text(value: object, who: str, field: str, more: str = "") -> None:
    if not isinstance(value, str):
        raise ValueError(f"{who}: `{field}` is {_kind(value)}; it must be text{more}.")
    if not value.strip():
        raise ValueError(f"{who}: `{field}` is empty{more}.")


def _kind(value: object) -> str:
    return "missing" if value is None else f"of type {type(value).__name__}"


TOPOLOGY_RULES = ("dangling-reference", "unreachable-node", "dead-end", "missing-default", "cycle")
"""The rules behind `validate_flow_topology`, in the order in which it reports."""

_SHOWN = 10
"""Findings that the message spells out."""


def validate_flow_topology(
    nodes: Mapping[str, Mapping[str, Any]] | Iterable[Mapping[str, Any]], *, start_node_id: str | None = None
) -> tuple[bool, str]:
    """Whether every caller gets through: destinations, reachability, dead ends, defaults, cycles, and nothing else.

    Args:
        nodes: node payloads by id, or a list of payloads with an `id` each.
        start_node_id: the node that a caller meets first. None: the node of type `start` where there is exactly one,
            else the first node of `nodes`.

    Returns:
        `(True, summary)`, or `(False, message)` with the findings that are errors, one a line, each naming its node;
        ten are spelled out. Any cycle is an error here. Types, prompts, variables and the wording of conditions are
        not looked at, but what a type means is: `disconnect` may end a call, `playAudio` may not.

    Never raises for what is in `nodes`; what cannot be read as nodes is `False`. Time and memory are linear in the
    number of nodes and transitions, and nothing is recursive.
    """
    from ivr_action.check import CheckOptions, rule
    from ivr_action.flow.document import Document
    from ivr_action.flow.formats.node_graph import read_node_graph

    entries, message = _entries(nodes)
    if entries is None:
        return False, message
    start = start_node_id if start_node_id is not None else _start(entries)
    flow = read_node_graph(Document("nodes", "", "json", {"startNodeId": start, "nodes": entries}))
    if flow.shape_problems:
        return False, _joined([problem.message for problem in flow.shape_problems])
    if flow.graph.start is None:
        return False, f"The start node `{start}` is not among the nodes."
    options = CheckOptions()
    found = [finding.message for id_ in TOPOLOGY_RULES for finding in rule(id_).check(flow, options)]
    if found:
        return False, _joined(found)
    count = len(flow.nodes)
    return True, f"The topology is valid: {count:,} node{'' if count == 1 else 's'}, all reached from `{start}`."


def _entries(nodes: Any) -> tuple[dict[str, Any] | None, str]:
    """The part of each node that the topology consists of, by id; or None and why not."""
    entries: dict[str, Any] = {}
    if isinstance(nodes, Mapping):
        pairs: Iterable[tuple[Any, Any]] = nodes.items()
    elif isinstance(nodes, Iterable) and not isinstance(nodes, (str, bytes)):
        pairs = ((node.get("id") if isinstance(node, Mapping) else None, node) for node in nodes)
    else:
        return None, f"`nodes` is {_kind(nodes)}; it must be a mapping of ids to nodes, or a list of nodes."
    for number, (id_, node) in enumerate(pairs, 1):
        if not isinstance(node, Mapping):
            return None, f"Node {number if id_ is None else f'`{id_}`'} is {_kind(node)}; it must be a mapping."
        if not isinstance(id_, str) or not id_:
            return None, f"The id of node {number} is {_kind(id_) if id_ != '' else 'empty'}; it must be text."
        if id_ in entries:
            return None, f"The node id `{id_}` is given twice."
        type_ = node.get("type")
        listed = node.get("transitionConditions")
        if isinstance(listed, (list, tuple)):
            listed = [dict(item) if isinstance(item, Mapping) else item for item in listed]
        type_ = type_ if isinstance(type_, str) and type_.strip() else "unknown"
        entries[id_] = {"type": type_, "transitionConditions": listed}
    return (entries, "") if entries else (None, "There are no nodes.")


def _start(entries: dict[str, Any]) -> str:
    from ivr_action.flow.node_types import node_type

    marked = [id_ for id_, node in entries.items() if (row := node_type(node["type"])) and row.name == "start"]
    return marked[0] if len(marked) == 1 else next(iter(entries))


def _joined(messages: list[str]) -> str:
    more = len(messages) - _SHOWN
    return "\n".join(messages[:_SHOWN]) + (f"\n… and {more:,} more." if more > 0 else "")
