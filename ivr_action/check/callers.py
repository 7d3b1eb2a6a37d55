"""Rules for callers: do they get out again, to a person, in few steps, whatever they do or leave undone?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.topology import _GOOD as _NODES
from ivr_action.check.topology import _place
from ivr_action.check.ways import distances, reached_without, trapped
from ivr_action.flow.actions import IN_QUEUE_TYPES
from ivr_action.flow.conditions import classify
from ivr_action.flow.flow import ArchitectFlow, Flow, GraphNode, NodeGraphFlow
from ivr_action.flow.node_types import fold, node_type
from ivr_action.model import Finding, Level, Node, NodeKind

_MENU = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/menus/menu[Main_1]
  menus:
    - menu:
        name: Main
        refId: Main_1
        audio:
          tts: Press 1 for orders, 2 for returns.
        choices:
          - menuTask:
              name: Orders
              dtmf: digit_1
              task:
                actions:
                  - playAudio:
                      name: Orders
                      audio:
                        tts: Your order is on its way.
                  - transferToAcd:
                      name: Orders
                      targetQueue:
                        lit:
                          name: Orders
"""
_TRANSFER = _MENU[_MENU.index("                  - transferToAcd:") :]
_AGAIN = """\
                  - jumpToMenu:
                      name: Again
                      targetMenuRef: /inboundCall/menus/menu[Main_1]
"""
_NOT_CALLERS = IN_QUEUE_TYPES | {"workflow", "workitem"}
"""Flow types without a caller who waits to get out: in-queue flows repeat until an agent takes the call."""
_VOICE = frozenset(("inboundcall", "outboundcall"))
_ASKS = frozenset((NodeKind.MENU, NodeKind.INPUT))


class CallerTrap(Rule):
    id = "caller-trap"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "graph"
    summary = "Callers get to a place from which no way leads to an agent or an end."
    why = "Whatever they press, they come back to where they were; all they can do is hang up."
    fix = "Add a way out: a choice that transfers to a queue, or one that says goodbye and disconnects."
    bad = _MENU.replace(_TRANSFER, _AGAIN)
    good = _MENU
    source = "Own rule; no published flow does it. In a node graph it counts where `cycles` allows circles."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        if subject.type in _NOT_CALLERS or (isinstance(subject, NodeGraphFlow) and options.cycles == "forbid"):
            return
        graph = subject.graph
        names = trapped(graph)
        first = next((name for name in names if graph.nodes[name].kind in _ASKS), None)
        if first is not None:
            more = len(names) - 1
            around = f", or from {more} more node{'s' if more > 1 else ''} around it," if more else ""
            yield self.finding(
                subject.document,
                f"Callers who get to `{first}` are trapped: no way leads from there{around} to an agent or an end.",
                "",
                *_node_place(subject, graph.nodes[first]),
                of="key",
                node=first,
            )


class NoHuman(Rule):
    id = "no-human"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "graph"
    settings: ClassVar[Mapping[str, int]] = {"max-choices": 3}
    summary = "Callers cannot get to a person, or only after many choices."
    why = "Those whose matter is not on the menu, or who cannot use it, have nobody to turn to."
    fix = "Offer a transfer to a queue, a person, a number or a voicemail in one of the first menus."
    bad = _MENU.replace(_TRANSFER, "                  - disconnect:\n                      name: Goodbye\n")
    good = _MENU
    source = "Own rule, for calls with a menu or a question. A transfer to another flow counts as a way to a person."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        graph = subject.graph
        if subject.type and fold(subject.type) not in _VOICE:
            return
        if graph.start is None or not any(node.kind in _ASKS for node in graph.nodes.values()):
            return
        found = distances(graph, _asks)
        if not any(graph.nodes[name].kind in _ASKS for name in found):
            return
        steps = [distance for name, distance in found.items() if _is_way_to_person(graph.nodes[name])]
        most = self.setting(options, "max-choices")
        if steps and min(steps) <= most:
            return
        start = graph.nodes[graph.start]
        yield self.finding(
            subject.document,
            f"The nearest way to a person takes {min(steps)} choices; more than {most} are too many."
            if steps
            else "No way through the flow leads to a person: there is no transfer to a queue, a person, a number or a "
            "voicemail.",
            "",
            *_node_place(subject, start),
            of="key",
            node=start.id,
        )


class HoursNotChecked(Rule):
    id = "hours-not-checked"
    level = Level.NOTE
    enabled = False
    works_on: ClassVar[WorksOn] = "graph"
    summary = "Callers get into a queue without anybody having looked at the opening hours."
    why = "At night they wait in a queue in which nobody works."
    fix = "Evaluate a schedule or schedule group before the transfer."
    bad = _MENU
    good = _MENU.replace(
        _TRANSFER,
        """\
                  - evaluateScheduleGroup:
                      name: Open?
                      evaluateNow: true
                      scheduleGroup:
                        lit:
                          name: Office
                      outputs:
                        open:
                          actions:
"""
        + "\n".join("          " + line for line in _TRANSFER.splitlines())
        + """
                  - disconnect:
                      name: Goodbye
""",
    )
    source = "Own rule; off, since call routes check the hours before a flow starts."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        if fold(subject.type) != "inboundcall":
            return
        nodes = subject.graph.nodes
        for name in reached_without(subject.graph, lambda node: _type(node) in _SCHEDULES):
            if _type(nodes[name]) == "transferToAcd":
                yield self.finding(
                    subject.document,
                    f"Callers get to the queue of `{name}` at any hour: no schedule is evaluated on the way.",
                    "",
                    *_node_place(subject, nodes[name]),
                    of="key",
                    node=name,
                )
                return


class _Unhandled(Rule):
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "node-graph"
    word: ClassVar[str]
    who: ClassVar[str]

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        nodes = subject.graph.nodes
        for node in subject.nodes:
            if node.conditions and nodes[node.id].waits and self._leaves_out(node):
                yield self.finding(
                    subject.document,
                    f"`{node.id}` waits for the caller and has no transition for one {self.who}: neither "
                    f"`{self.word}` nor `default`.",
                    "",
                    *_place(subject, node),
                    of="key",
                    node=node.id,
                )

    def _leaves_out(self, node: GraphNode) -> bool:
        row = node_type(node.type)
        if row is not None and row.needs_default:
            return False  # missing-default speaks of it
        infos = [classify(condition.text) for condition in node.conditions]
        return not any(info.is_default or info.is_always_true or self.word in info.words for info in infos)


_ASKING = _NODES.replace("    type: menu\n", "    type: playAudio\n")


class NoInputUnhandled(_Unhandled):
    id = "no-input-unhandled"
    word = "timeout"
    who = "who says nothing"
    summary = "A node waits for the caller and says nothing of one who stays silent."
    why = "A caller who does nothing is stuck in silence."
    fix = "Add a transition with the condition `timeout` or `default`."
    bad = _ASKING.replace("condition: default", "condition: noMatch")
    good = _ASKING.replace("condition: default", "condition: noMatch || timeout")
    source = "The node graph's specification. Types that need a `default` in any case are for missing-default."


class NoMatchUnhandled(_Unhandled):
    id = "no-match-unhandled"
    word = "noMatch"
    who = "who presses or says something else"
    summary = "A node waits for the caller and says nothing of one whose answer fits nothing."
    why = "A caller who presses a wrong key is stuck."
    fix = "Add a transition with the condition `noMatch` or `default`."
    bad = _ASKING.replace("condition: default", "condition: timeout")
    good = _ASKING.replace("condition: default", "condition: noMatch || timeout")
    source = "The node graph's specification. Types that need a `default` in any case are for missing-default."


def _asks(node: Node) -> bool:
    return node.kind in _ASKS


def _is_way_to_person(node: Node) -> bool:
    return node.kind is NodeKind.TRANSFER or _type(node) == "createCallback"


_SCHEDULES = frozenset(("evaluateSchedule", "evaluateScheduleGroup"))


def _type(node: Node) -> str:
    """The Architect type of a node of either kind of flow, a menu choice's like the action's."""
    known = node_type(node.type)
    if known is not None and known.architect:
        return known.architect
    return node.type[4:5].lower() + node.type[5:] if node.type.startswith("menuT") else node.type


def _node_place(flow: Flow, node: Node) -> tuple[Any, str | None]:
    if isinstance(flow, NodeGraphFlow):
        root = flow.document.root
        nodes = root.get("nodes") if isinstance(root, dict) else None
        return (nodes, node.id) if isinstance(nodes, dict) and node.id in nodes else (node.element, None)
    if isinstance(flow, ArchitectFlow) and isinstance(node.element, dict) and "name" in node.element:
        return node.element, "name"
    return node.element, None


RULES: tuple[Any, ...] = (CallerTrap(), NoHuman(), HoursNotChecked(), NoInputUnhandled(), NoMatchUnhandled())
