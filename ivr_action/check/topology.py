"""Rules about the graph of a flow: where a caller can get to, and whether they ever get out again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import listed
from ivr_action.flow.conditions import ConditionInfo, classify
from ivr_action.flow.cycles import cycles
from ivr_action.flow.flow import ArchitectFlow, Flow, GraphNode, NodeGraphFlow
from ivr_action.flow.node_types import NodeType, node_type
from ivr_action.model import Finding, FlowGraph, Level, Node

_GOOD = """\
id: support
name: Support
type: inboundcall
startNodeId: welcome
nodes:
  welcome:
    id: welcome
    type: menu
    transitionConditions:
      - condition: dtmf == '1'
        destinationNodeId: sales
      - condition: default
        destinationNodeId: goodbye
    properties:
      audioResource:
        id: welcome-audio
        type: resource
  sales:
    id: sales
    type: transferToAcd
  goodbye:
    id: goodbye
    type: disconnect
"""


class UnreachableNode(Rule):
    id = "unreachable-node"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "A node that no caller can get to."
    why = "What it was to do does not happen; often a transition that should lead there names another node."
    fix = "Add the transition that leads there, or remove the node."
    bad = _GOOD.replace("destinationNodeId: sales", "destinationNodeId: goodbye")
    good = _GOOD
    source = "The node graph's specification: every node can be reached from the start node."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        graph = subject.graph
        if graph.start is None:
            return
        reachable = graph.reachable
        if len(reachable) == len(graph.nodes):
            return
        written = {node.id: node for node in subject.nodes}
        for first, behind in _lost(graph):
            nor = f", nor to what lies behind it: {listed(behind)}" if behind else ""
            yield self.finding(
                subject.document,
                f"No caller can get to `{first}`{nor}: no way from the start node `{graph.start}` leads there.",
                "",
                *_place(subject, written[first]),
                of="key",
                node=first,
            )


def _lost(graph: FlowGraph) -> Iterator[tuple[str, list[str]]]:
    """The nodes nobody can get to, in groups: one that nothing leads to, and what lies only behind it.

    One wrong destination loses all that was behind it; it is one mistake, and one finding.
    """
    lost = [id_ for id_ in graph.nodes if id_ not in graph.reachable]
    led_to = {t.target for id_ in lost for t in graph.successors[id_] if t.target != id_}
    seen: set[str] = set()
    # Where lost nodes lead to one another in a circle, nothing comes first: the first in the file does.
    for first in (*(id_ for id_ in lost if id_ not in led_to), *lost):
        if first in seen:
            continue
        seen.add(first)
        behind: list[str] = []
        todo = [first]
        while todo:
            for transition in graph.successors[todo.pop()]:
                target = transition.target
                if target not in seen and target not in graph.reachable:
                    seen.add(target)
                    behind.append(target)
                    todo.append(target)
        yield first, behind


class DeadEnd(Rule):
    id = "dead-end"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "A node that does not end the call and has no way on."
    why = "The caller is left in silence until somebody hangs up."
    fix = "Add a transition, or end with a node that disconnects or transfers."
    bad = _GOOD.replace("type: disconnect", "type: playAudio\n    properties:\n      tts: Goodbye.")
    good = _GOOD
    source = "The node graph's specification; the table of node types in docs/node-graph.md."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        for node in subject.nodes:
            if not node.conditions:
                kind = node_type(node.type)
                if kind is not None and not kind.ends:
                    yield self.finding(
                        subject.document,
                        f"`{node.id}` is a dead end: {_a(node.type)} does not end the call, and nothing leads on.",
                        "",
                        *_place(subject, node),
                        of="key",
                        node=node.id,
                    )


class MissingDefault(Rule):
    id = "missing-default"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "A node with several outcomes has no `default` or `else`."
    why = "A caller for whom no condition holds, because they press another key or say nothing, is stuck there."
    fix = "Add a transition with the condition `default`."
    bad = _GOOD.replace("condition: default", "condition: dtmf == '9'")
    good = _GOOD
    source = "The node graph's specification; the table of node types in docs/node-graph.md."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        for node in subject.nodes:
            if node.conditions:
                kind = node_type(node.type)
                if kind is not None and kind.needs_default and not _covers_all(node, kind):
                    body = node.element if isinstance(node.element, dict) else None
                    yield self.finding(
                        subject.document,
                        f"`{node.id}` has no `default`: a caller for whom none of its {len(node.conditions)} "
                        f"condition{'s' if len(node.conditions) != 1 else ''} holds is stuck there.",
                        "",
                        body,
                        "transitionConditions",
                        of="key",
                        node=node.id,
                    )


class ShadowedTransition(Rule):
    id = "shadowed-transition"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "A transition that is never taken, because an earlier one always is first."
    why = "Callers who should go there go elsewhere."
    fix = "Remove it, change its condition, or move it up."
    bad = _GOOD.replace(
        "      - condition: default\n",
        "      - condition: dtmf == '1'\n        destinationNodeId: goodbye\n      - condition: default\n",
    )
    good = _GOOD
    source = "Transitions are tried in order; `default` is taken where no other condition is true."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        for node in subject.nodes:
            if len(node.conditions) > 1:
                yield from self._node(subject, node)

    def _node(self, flow: NodeGraphFlow, node: GraphNode) -> Iterator[Finding]:
        seen: dict[str, Any] = {}
        always: Any = None
        for condition in node.conditions:
            info = classify(condition.text)
            if not info.normal:
                continue
            said, earlier = condition.text.strip(), seen.get(info.normal)
            if always is not None:
                earlier, why = always, "the condition `true` before it always holds"
            else:
                why = "an earlier transition of the node has the same condition"
            if earlier is not None:
                yield self.finding(
                    flow.document,
                    f"`{node.id}` never takes its transition `{said}` to `{condition.destination}`: {why}.",
                    "",
                    condition.element,
                    "condition",
                    node=node.id,
                    related=[flow.document.where(earlier, "condition")],
                )
            seen.setdefault(info.normal, condition.element)
            if always is None and info.is_always_true:
                always = condition.element


class Cycle(Rule):
    id = "cycle"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "graph"
    summary = "Callers can go in a circle."
    why = (
        "In an Architect flow only circles count that never wait for the caller: the platform runs them until its "
        "limit of 10,000 actions and then hangs up. In a node graph the specification forbids every circle, unless "
        "the input `cycles` says otherwise."
    )
    fix = "Lead one of the nodes elsewhere, or let one of them wait for the caller and set `cycles: caller-input`."
    bad = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - playAudio:
              name: Hello
              audio:
                tts: Hello.
          - jumpToTask:
              name: Again
              targetTaskRef: /inboundCall/tasks/task[Main_1]
"""
    good = bad.replace(
        "- jumpToTask:\n              name: Again\n              targetTaskRef: /inboundCall/tasks/task[Main_1]",
        "- disconnect:\n              name: Hang up",
    )
    source = "The node graph's specification; Architect's limit of actions: help.mypurecloud.com, article 20587."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        graph = subject.graph
        if isinstance(subject, NodeGraphFlow):
            if options.cycles != "allow":
                for names in cycles(graph, through_waiting=options.cycles == "forbid"):
                    yield self._node_graph(subject, graph, names, options)
        elif isinstance(subject, ArchitectFlow):
            for names in cycles(graph, through_waiting=False):
                yield self._architect(subject, graph, names)

    def _node_graph(self, flow: NodeGraphFlow, graph: FlowGraph, names: list[str], options: CheckOptions) -> Finding:
        waits = any(graph.nodes[name].waits for name in names)
        if options.cycles == "caller-input":
            message = f"Callers go in a circle without being asked anything: {_way(names)}."
            hint = "Let one of the nodes wait for the caller, or lead one of them elsewhere."
        else:
            message = f"Callers can go in a circle: {_way(names)}."
            hint = (
                "Lead one of them elsewhere. It waits for the caller, so `cycles: caller-input` would allow it."
                if waits
                else "Lead one of them elsewhere: no node of the circle waits for the caller, so it would never end."
            )
        element, key = _leaving(graph, names)
        return self.finding(flow.document, message, hint, element, key, node=names[0])

    def _architect(self, flow: ArchitectFlow, graph: FlowGraph, names: list[str]) -> Finding:
        node = graph.nodes[names[0]]
        message = (
            f"Callers go in a circle that never waits for them: {_way([_shown(graph.nodes[name]) for name in names])}. "
            "Genesys Cloud runs it until its limit of 10,000 actions and then hangs up."
        )
        hint = (
            "Let the circle pass a menu or another action that waits for the caller, count it with a loop, or leave it."
        )
        return self.finding(flow.document, message, hint, node.element, node=names[0])


def _covers_all(node: GraphNode, kind: NodeType) -> bool:
    infos = [classify(condition.text) for condition in node.conditions]
    if any(info.is_default or info.is_always_true for info in infos):
        return True
    normals = {info.normal for info in infos}
    if kind.waits and {"noMatch", "timeout"} <= normals:
        return True
    return any(_negation(info) in normals for info in infos)


def _negation(info: ConditionInfo) -> str:
    """What a condition reads like when it is turned round: `open` → `! open`, `a == b` → `a != b`."""
    tokens = info.normal.split(" ")
    if len(tokens) == 1:
        return f"! {info.normal}"
    for sign, other in (("==", "!="), ("<", ">="), (">", "<=")):
        if tokens.count(sign) == 1 and not {"&&", "||", "?"} & set(tokens):
            return " ".join(other if token == sign else token for token in tokens)
    return f"! ( {info.normal} )"


def _place(flow: NodeGraphFlow, node: GraphNode) -> tuple[Any, str | None]:
    """The node's key in `nodes`, or the node itself where `nodes` is a list."""
    root = flow.document.root
    nodes = root.get("nodes") if isinstance(root, dict) else None
    if isinstance(nodes, dict) and node.id in nodes:
        return nodes, node.id
    return node.element, None


def _leaving(graph: FlowGraph, names: list[str]) -> tuple[Any, str | None]:
    """The transition that closes the circle, where the file has one."""
    for transition in graph.successors[names[-1]]:
        if transition.target == names[0] and isinstance(transition.element, dict):
            return transition.element, "destinationNodeId" if "destinationNodeId" in transition.element else None
    return graph.nodes[names[0]].element, None


def _way(names: list[str]) -> str:
    if len(names) == 1:
        return f"`{names[0]}` leads to itself"
    shown = [f"`{name}`" for name in (names if len(names) <= 10 else names[:9])]
    if len(names) > 10:
        shown.append(f"… ({len(names) - 9} more)")
    return " → ".join([*shown, f"`{names[0]}`"])


def _shown(node: Node) -> str:
    return f"{node.type} {node.name}" if node.name and node.name != node.type else node.type


def _a(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} `{word}`" if word else "its type"


RULES: tuple[Any, ...] = (UnreachableNode(), DeadEnd(), MissingDefault(), ShadowedTransition(), Cycle())
