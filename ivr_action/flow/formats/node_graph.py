"""Format 1, the node graph: a map of nodes with conditional transitions, in JSON or YAML → `NodeGraphFlow`.

Shape is checked while lowering; what is not shaped as `schema/node-graph-1.json` says goes to `shape_problems` and
lowering goes on with what can be understood. The format is described in docs/node-graph.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivr_action.flow.collector import collector_off
from ivr_action.flow.conditions import ConditionInfo, classify
from ivr_action.flow.document import Document, Problem, is_null, text, typed
from ivr_action.flow.flow import Condition, Format, GraphNode, NodeGraphFlow, ShapeProblem
from ivr_action.flow.formats.node_graph_keys import FLOW, NODE, PROPERTIES, START_KEYS, TRANSITION, Level
from ivr_action.flow.node_types import UNKNOWN, NodeType, node_type
from ivr_action.model import FlowGraph, Node, NodeKind, Transition, TransitionKind


def read_node_graph(doc: Document) -> NodeGraphFlow:
    """Lower a document to a node graph.

    Args:
        doc: a document of any syntax; its root may be anything.

    Returns:
        The flow with its graph. `nodes` as a list of nodes with an `id` each is read like a map; of two nodes with
        one id in such a list the first counts, and a `duplicate-key` problem is added to the document.

    Never raises for what is in the document. Linear in its size and not recursive.
    """
    with collector_off():
        return _Reader(doc).read()


class _Reader:
    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self.flow = NodeGraphFlow(doc, Format.NODE_GRAPH, "", "", doc.root)

    def read(self) -> NodeGraphFlow:
        flow, root = self.flow, self.doc.root
        entries: list[tuple[str, Any]] = []
        if isinstance(root, dict):
            self.near_misses(root, FLOW, "the flow")
            flow.flow_id = self.string(root, "id", "the flow") or ""
            flow.name = self.string(root, "name", "the flow") or ""
            flow.type = self.string(root, "type", "the flow") or ""
            self.string(root, "description", "the flow")
            self.variables(root, "the flow")
            self.start(root)
            entries = list(self.entries(root))
        else:
            self.problem("A node graph is a mapping with `nodes`.", root)
        details = [self.node(id_, element) for id_, element in entries]
        flow.nodes = [node for node, _, _ in details]
        flow.graph = self.graph(details)
        return flow

    def start(self, root: dict[str, Any]) -> None:
        found = [key for key in START_KEYS if key in root]
        if len(found) > 1:
            self.problem("Both `startNodeId` and `start_node_id` are given; the first counts.", root, found[1], "key")
        for key in reversed(found):
            self.flow.start_key = key
            self.flow.start_node_id = self.string(root, key, "the flow")

    def entries(self, root: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Id and element of each node, from a map or from a list."""
        nodes = root.get("nodes")
        if isinstance(nodes, dict):
            if "" in nodes:
                self.problem("A node's id is empty.", nodes, "", "key")
            yield from nodes.items()
        elif isinstance(nodes, list):
            seen: dict[str, Any] = {}
            for index, element in enumerate(nodes):
                id_ = (
                    self.string(element, "id", f"node {index + 1}", required=True)
                    if isinstance(element, dict)
                    else None
                )
                if id_ is None:
                    if not isinstance(element, dict):
                        self.problem(f"Node {index + 1} is {_a(element)}; a node is a mapping.", nodes, index)
                elif id_ in seen:
                    self.duplicate(id_, seen[id_], element)
                    self.node(id_, element)  # for its shape
                else:
                    seen[id_] = element
                    yield id_, element
        elif "nodes" not in root or is_null(nodes):
            self.problem("The flow has no `nodes`.", root, "nodes" if "nodes" in root else None)
            return
        else:
            self.problem(f"`nodes` is {_a(nodes)}; it is a mapping of node ids to nodes.", root, "nodes")
            return
        if not nodes:
            self.problem("`nodes` is empty; a flow has at least one node.", root, "nodes")

    def duplicate(self, id_: str, first: Any, again: Any) -> None:
        lines = [self.doc.where(element).line for element in (first, again)]
        self.doc.problems.append(
            Problem(
                "duplicate-key",
                f"The node id `{id_}` is given twice: first on line {lines[0]}, again on line {lines[1]}. "
                "Only the first node is used.",
                "Remove one of the two, or give it another id.",
                pointer=self.doc.pointer(again),
                line=lines[1],
            )
        )

    def node(self, id_: str, element: Any) -> tuple[GraphNode, str, NodeType]:
        """One node as written, its name, and the row of its type."""
        if not isinstance(element, dict):
            parent = self.doc.root["nodes"]
            self.problem(f"Node `{id_}` is {_a(element)}; a node is a mapping.", parent, id_)
            return GraphNode(id_, None, "", [], element), "", UNKNOWN
        who = f"node `{id_}`"
        self.near_misses(element, NODE, who)
        # In a list the id was checked before.
        own_id = text(element["id"]) if self.in_list else self.string(element, "id", who)
        type_ = self.string(element, "type", who, required=True) or ""
        name = self.string(element, "name", who) or ""
        if "description" in element:
            self.string(element, "description", who)
        if "variables" in element:
            self.variables(element, who)
        if "properties" in element:
            self.properties(element, who)
        conditions = self.conditions(element, who)
        return GraphNode(id_, own_id, type_, conditions, element), name, node_type(type_) or UNKNOWN

    @property
    def in_list(self) -> bool:
        return isinstance(self.doc.root["nodes"], list)

    def conditions(self, node: dict[str, Any], who: str) -> list[Condition]:
        found: list[Condition] = []
        listed = node.get("transitionConditions")
        if listed is None or is_null(listed):
            return found
        if not isinstance(listed, list):
            key = "transitionConditions"
            self.problem(f"`{key}` of {who} is {_a(listed)}; it is a list.", node, key)
            return found
        for index, element in enumerate(listed):
            if not isinstance(element, dict):
                self.problem(
                    f"Transition {index + 1} of {who} is {_a(element)}; a transition is a mapping with `condition` and "
                    "`destinationNodeId`.",
                    listed,
                    index,
                )
                continue
            at = f"transition {index + 1} of {who}"
            self.near_misses(element, TRANSITION, at)
            condition = self.string(element, "condition", at, required=True)
            destination = self.string(element, "destinationNodeId", at, required=True)
            found.append(Condition(condition or "", destination or "", element))
        return found

    def variables(self, owner: dict[str, Any], who: str) -> None:
        """A map name → value, or a list of mappings with a `name`."""
        value = owner.get("variables")
        if isinstance(value, dict):
            if "" in value:
                self.problem(f"A variable of {who} has an empty name.", value, "", "key")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    self.string(item, "name", f"variable {index + 1} of {who}", required=True)
                else:
                    self.problem(
                        f"Variable {index + 1} of {who} is {_a(item)}; it is a mapping with a `name`.", value, index
                    )
        elif value is not None and not is_null(value):
            self.problem(
                f"`variables` of {who} is {_a(value)}; it is a mapping of names to values.", owner, "variables"
            )

    def properties(self, node: dict[str, Any], who: str) -> None:
        properties = node["properties"]
        if is_null(properties):
            return
        if not isinstance(properties, dict):
            self.problem(f"`properties` of {who} is {_a(properties)}; it is a mapping.", node, "properties")
            return
        self.near_misses(properties, PROPERTIES, f"`properties` of {who}")
        self.string(properties, "tts", f"`properties` of {who}")
        self.string(properties, "result", f"`properties` of {who}")
        audio = properties.get("audioResource")
        if isinstance(audio, dict):
            at = f"`audioResource` of {who}"
            self.string(audio, "id", at, required=True)
            self.string(audio, "type", at)
        elif audio is not None and not is_null(audio):
            self.problem(
                f"`audioResource` of {who} is {_a(audio)}; it is a mapping with an `id`.", properties, "audioResource"
            )

    # -- scalars and keys

    def string(self, owner: dict[str, Any], key: str, who: str, *, required: bool = False) -> str | None:
        """The text of a key; None where it is absent, null, or holds no text at all.

        A number or a Boolean is a problem, since in JSON `1` is not `"1"`; its text is used all the same. A key with
        no value counts as absent.
        """
        value = owner.get(key)
        if value.__class__ is str and (not required or value.strip()):  # JSON, and nothing wrong: nearly always
            return str(value)
        if value is None or is_null(value):
            if required:
                meant = self.meant_for(owner, key)
                said = f"; `{meant}` is probably meant to be it" if meant else ""
                self.problem(f"{_capital(who)} has no `{key}`{said}.", owner, key if key in owner else meant)
            return None
        if isinstance(value, (dict, list)):
            self.problem(f"`{key}` of {who} is {_a(value)}; it is text.", owner, key)
            return None
        found = text(value)
        if not isinstance(typed(value), str):
            self.problem(f'`{key}` of {who} is {_a(value)}; it is text: write `"{found}"`.', owner, key)
        elif required and not (found or "").strip():
            self.problem(f"`{key}` of {who} is empty.", owner, key)
        return found

    def near_misses(self, owner: dict[str, Any], level: Level, who: str) -> None:
        """Unknown keys are allowed; one that is surely a mistyped known key is a problem.

        A required key's near miss is worded where the required key is missed.
        """
        if level.known.issuperset(owner):
            return
        for key in owner:
            meant = level.meant(key)
            if meant is not None and meant not in owner and meant not in level.required:
                self.problem(
                    f"{_capital(who)} has `{key}`, which means nothing here. Did you mean `{meant}`?", owner, key, "key"
                )

    def meant_for(self, owner: dict[str, Any], missing: str) -> str | None:
        for level in (NODE, TRANSITION):
            if missing in level.required:
                for key in owner:
                    if level.meant(key) == missing:
                        return key
        return None

    def problem(self, message: str, element: Any, key: str | int | None = None, of: str = "value") -> None:
        self.flow.shape_problems.append(ShapeProblem(message, element, key, of))

    # -- graph

    def graph(self, details: list[tuple[GraphNode, str, NodeType]]) -> FlowGraph:
        ids = {node.id for node, _, _ in details}
        nodes: list[Node] = []
        transitions: list[Transition] = []
        starts: list[str] = []
        for node, name, row in details:
            infos = [classify(condition.text) for condition in node.conditions]
            waits = row.waits or (row.waits_if_asked and any(info.asks_caller for info in infos))
            kind = row.kind
            if waits and not row.waits and kind in (NodeKind.PROMPT, NodeKind.WORK):
                kind = NodeKind.INPUT
            elif row is UNKNOWN and len(infos) > 1:
                kind = NodeKind.BRANCH
            if row.name == "start":
                starts.append(node.id)
            nodes.append(Node(node.id, kind, node.type, name, node.element, waits))
            for condition, info in zip(node.conditions, infos, strict=True):
                if condition.destination in ids:
                    how = transition_kind(info, waits, len(infos) == 1)
                    label = condition.text.strip()
                    transitions.append(Transition(node.id, condition.destination, label, how, condition.element))
        start = self.flow.start_node_id
        if start is None and len(starts) == 1:
            start = starts[0]
        return FlowGraph(start if start in ids else None, nodes, transitions)


def transition_kind(info: ConditionInfo, waits: bool, only: bool) -> TransitionKind:
    """Why control moves along a transition, by its condition.

    Args:
        info: of its condition.
        waits: whether its node waits for the caller; elsewhere `timeout` is the platform's, an error.
        only: whether it is its node's only transition.
    """
    words = info.affirmed
    if words:
        if "dtmf" in words or "speech" in words:
            return TransitionKind.CHOICE
        if "noMatch" in words:
            return TransitionKind.NO_MATCH
        if "timeout" in words:
            return TransitionKind.NO_INPUT if waits else TransitionKind.ERROR
        return TransitionKind.ERROR
    return TransitionKind.NEXT if only or info.is_always_true else TransitionKind.OUTPUT


def _a(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    found = typed(value)
    if found is None:
        return "empty"
    return "true or false" if isinstance(found, bool) else "text" if isinstance(found, str) else "a number"


def _capital(who: str) -> str:
    return who[:1].upper() + who[1:]
