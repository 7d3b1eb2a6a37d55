"""Rules about what menus offer: how many choices, how deep, what of silent callers, what nobody uses any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ivr_action.check.menus import _GOOD as _TWO
from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.topology import _place
from ivr_action.check.ways import distances
from ivr_action.flow.conditions import classify
from ivr_action.flow.flow import ArchitectFlow, Container, Flow, NodeGraphFlow
from ivr_action.model import Finding, FlowGraph, Level, NodeKind

_QUEUES = "".join(
    f"""\
          - menuTransferToAcd:
              name: Team {digit}
              dtmf: digit_{digit}
              targetQueue:
                lit:
                  name: Team {digit}
"""
    for digit in range(2, 7)
)


class MenuTooWide(Rule):
    id = "menu-too-wide"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "graph"
    settings: ClassVar[Mapping[str, int]] = {"max-choices": 5}
    summary = "A menu has more than five choices."
    why = "Callers have to remember them all while they listen, and press the wrong one or wait for it again."
    fix = "Put the choices that belong together into a menu of their own, or drop the rare ones."
    bad = _TWO + _QUEUES
    good = _TWO
    source = "Own rule; the limit is an option."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        most = self.setting(options, "max-choices")
        if isinstance(subject, ArchitectFlow):
            for menu in subject.containers:
                if len(menu.choices) > most:
                    yield self._finding(subject, menu.name, len(menu.choices), most, menu.element, "name", menu.entry)
        elif isinstance(subject, NodeGraphFlow):
            nodes = subject.graph.nodes
            for node in subject.nodes:
                if len(node.conditions) > most and nodes[node.id].waits:
                    asked = [classify(condition.text) for condition in node.conditions]
                    count = len({info.normal for info in asked if not info.affirmed.isdisjoint(("dtmf", "speech"))})
                    if count > most:
                        yield self._finding(subject, node.id, count, most, *_place(subject, node), node.id)

    def _finding(
        self, flow: Flow, name: str, count: int, most: int, element: Any, key: str | None, node: str
    ) -> Finding:
        message = f"The menu `{name}` has {count} choices; more than {most} are hard to remember."
        of = "value" if isinstance(flow, ArchitectFlow) else "key"
        return self.finding(flow.document, message, "", element, key, of=of, node=node or None)


def _menus_in_a_row(count: int) -> str:
    """A node graph in which each menu leads to the next."""
    menus = "".join(
        f"""\
  menu-{number}:
    type: menu
    properties:
      tts: More choices.
    transitionConditions:
      - condition: dtmf == '1'
        destinationNodeId: {f"menu-{number + 1}" if number < count else "sales"}
      - condition: default
        destinationNodeId: goodbye
"""
        for number in range(1, count + 1)
    )
    return f"""\
name: Support
startNodeId: menu-1
nodes:
{menus}\
  sales:
    type: transferToAcd
  goodbye:
    type: disconnect
"""


class MenuTooDeep(Rule):
    id = "menu-too-deep"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "graph"
    settings: ClassVar[Mapping[str, int]] = {"max-menus": 3}
    summary = "Callers come to a menu only after three others."
    why = "Every menu loses callers, and nobody remembers the way back."
    fix = "Offer what is behind it earlier, or ask the caller another way."
    bad = _menus_in_a_row(4)
    good = _menus_in_a_row(3)
    source = "Own rule; counted on the shortest way from the start; the limit is an option."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        most = self.setting(options, "max-menus")
        graph = subject.graph
        if _count_menus(subject, graph) <= most:
            return
        for name, before in distances(graph, lambda node: node.kind is NodeKind.MENU).items():
            node = graph.nodes[name]
            if node.kind is NodeKind.MENU and before == most:
                place = (
                    _place(subject, next(written for written in subject.nodes if written.id == name))
                    if isinstance(subject, NodeGraphFlow)
                    else (node.element, "name")
                )
                yield self.finding(
                    subject.document,
                    f"The menu `{node.name or name}` is number {before + 1} on the shortest way there; more than "
                    f"{most} menus in a row are too many.",
                    "",
                    *place,
                    of="value" if isinstance(subject, ArchitectFlow) else "key",
                    node=name,
                )


def _count_menus(flow: Flow, graph: FlowGraph) -> int:
    if isinstance(flow, ArchitectFlow):
        return sum(1 for container in flow.containers if container.kind == "menu")
    return sum(1 for node in graph.nodes.values() if node.kind is NodeKind.MENU)


class MenuWithoutDefault(Rule):
    id = "menu-without-default"
    level = Level.NOTE
    enabled = False
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A menu has no default choice."
    why = "A caller who stays silent is disconnected after the last repeat, without having been asked anything else."
    fix = "Name a choice in `defaultChildMenuRef`, for instance the one that leads to an agent."
    bad = _TWO
    good = _TWO + "        defaultChildMenuRef: ./choices/menuTransferToAcd[Sales]\n"
    source = "Genesys' editor: `None ( disconnect the interaction )`. Off, since 37 of 41 published menus have none."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        for menu in subject.containers:
            if menu.kind == "menu" and menu.default_choice is None and menu.choices:
                yield self.finding(
                    subject.document,
                    f"The menu `{menu.name}` has no default choice: a caller who stays silent is disconnected.",
                    "",
                    menu.element,
                    "name",
                    node=menu.entry or None,
                )


class TemplateMenuLeftOver(Rule):
    id = "template-menu-left-over"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "architect"
    summary = "The menu of a new flow is still there, and nothing leads to it."
    why = "It does no harm to callers; whoever reads the flow takes it for a part of it."
    fix = "Remove the menu."
    bad = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - disconnect:
              name: Hang up
  menus:
    - menu:
        name: Main Menu
        refId: Main Menu_2
        audio:
          tts: You are at the Main Menu, press 9 to disconnect.
        choices:
          - menuDisconnect:
              name: Disconnect
              dtmf: digit_9
"""
    good = bad[: bad.index("  menus:\n")]
    source = "Own rule; what Genesys' editor puts into a new flow. Other unused containers are for unused-container."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        suspects = [container for container in subject.containers if _is_template(container)]
        if not suspects or subject.start is None or subject.start.target is None:
            return
        used = {id(reference.target) for reference in subject.references}
        for menu in suspects:
            if id(menu) not in used and menu.owner is None:
                yield self.finding(
                    subject.document,
                    f"Nothing leads to the menu `{menu.name}`, which only disconnects: it came with the new flow.",
                    "",
                    menu.element,
                    "name",
                    node=menu.entry or None,
                )


def _is_template(container: Container) -> bool:
    return container.kind == "menu" and [choice.action.type for choice in container.choices] == ["menuDisconnect"]


RULES: tuple[Any, ...] = (MenuTooWide(), MenuTooDeep(), MenuWithoutDefault(), TemplateMenuLeftOver())
