"""`ArchitectFlow` → `FlowGraph`: the same nodes and transitions whichever format the flow was read from.

Node ids are written in docs/architecture.md, "Node identity". No recursion: a flow may be as deep as it likes.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ivr_action.flow.actions import IN_QUEUE_TYPES, action_type
from ivr_action.flow.document import text
from ivr_action.flow.flow import Action, ArchitectFlow, Choice, Container, Output
from ivr_action.model import FlowGraph, Node, NodeKind, Transition, TransitionKind

NEXT, OUTPUT, CHOICE, JUMP = (
    TransitionKind.NEXT,
    TransitionKind.OUTPUT,
    TransitionKind.CHOICE,
    TransitionKind.JUMP,
)


class _After(NamedTuple):
    """Where control goes at the end of a list of actions, and what `loopNext` and `loopExit` mean in it."""

    container: Container
    target: str
    """Id of a node; empty for the end of the container."""
    bounded: bool = False
    loop: str = ""
    """Id of the loop around the list; empty outside loops."""
    loop_bounded: bool = False
    exit: str = ""
    exit_bounded: bool = False


def build_graph(flow: ArchitectFlow) -> FlowGraph:
    """Give every action its id and build the graph.

    Sets `Action.id`, `Container.id`, `Container.entry` and, since ids are given in document order, `flow.actions`.
    """
    builder = _Builder(flow)
    builder.name_everything()
    for container in flow.containers:
        builder.connect(container)
    start = (
        flow.start.target
        if flow.start is not None
        else next((container for container in flow.containers if container.kind == "startup"), None)
    )
    start_id = start.entry if isinstance(start, Container) else None
    if start_id is not None:
        for reference in flow.error_handling:
            if isinstance(reference.target, Container):
                builder.add(start_id, reference.target.entry, "error handling", TransitionKind.ERROR)
        for name, reference in flow.intents:
            if isinstance(reference.target, Container):
                builder.add(start_id, reference.target.entry, f"intent {name}", JUMP)
    return FlowGraph(start_id, builder.nodes, builder.transitions)


class _Builder:
    def __init__(self, flow: ArchitectFlow) -> None:
        self.flow = flow
        self.nodes: list[Node] = []
        self.transitions: list[Transition] = []
        self.taken: set[str] = set()
        self.ends: set[str] = set()
        self.menus = [container for container in flow.containers if container.kind == "menu"]

    def add(
        self,
        source: str,
        target: str,
        label: str,
        kind: TransitionKind,
        element: Any = None,
        bounded: bool = False,
        output: str = "",
    ) -> None:
        self.transitions.append(Transition(source, target, label, kind, element, bounded, output))

    # -- ids --------------------------------------------------------------------------------------------------

    def unique(self, base: str) -> str:
        made, number = base, 1
        while made in self.taken:
            number += 1
            made = f"{base}#{number}"
        self.taken.add(made)
        return made

    def name_everything(self) -> None:
        for container in self.flow.containers:
            if container.owner is not None:
                continue
            if container.kind == "startup":
                container.id = self.unique("startup")
            else:
                container.id = self.unique(f"{container.kind}/{container.name}")
            self.name_container(container)

    def name_container(self, container: Container) -> None:
        todo = [container]
        while todo:
            here = todo.pop()
            if here.kind == "menu":
                here.entry = here.id
                self.nodes.append(Node(here.id, NodeKind.MENU, "menu", here.name, here.element, True))
                for choice in here.choices:
                    self.name_list([choice.action], here.id)
                    inline = choice.action.inline
                    if inline is not None:
                        inline.id = self.unique(f"{choice.action.id}/{inline.kind}")
                        todo.append(inline)
            else:
                self.name_list(here.actions, here.id)
                here.entry = here.actions[0].id if here.actions else ""
            if not here.entry:
                here.entry = self.end_of(here)

    def name_list(self, actions: list[Action], prefix: str) -> None:
        """Name actions and all that hangs on them, in document order."""
        todo = [(action, prefix) for action in reversed(actions)]
        while todo:
            action, prefix = todo.pop()
            self.name_action(action, prefix)
            for output in reversed(action.outputs):
                if output.actions:
                    inner = f"{action.id}/{output.name}"
                    todo.extend((child, inner) for child in reversed(output.actions))

    def name_action(self, action: Action, prefix: str) -> None:
        known = action_type(action.type)
        label = f"{action.type} {action.name}" if action.name else action.type
        action.id = self.unique(f"{prefix}/{label}")
        self.flow.actions.append(action)
        self.nodes.append(
            Node(action.id, known.kind, action.type, action.name or known.label, action.element, known.waits)
        )

    def end_of(self, container: Container) -> str:
        """Node for running off the end of a container; made when something does."""
        made = f"{container.id}/(end)"
        if made not in self.ends:
            self.ends.add(made)
            self.nodes.append(
                Node(
                    made,
                    NodeKind.END,
                    f"endOf{container.kind.capitalize()}",
                    f"end of {container.kind}",
                    container.element,
                    synthetic=True,
                )
            )
        return made

    # -- transitions ------------------------------------------------------------------------------------------

    def connect(self, container: Container) -> None:
        if container.kind == "menu":
            self.connect_menu(container)
            return
        if container.kind == "startup" and self.flow.type in IN_QUEUE_TYPES and container.actions:
            # The queue plays it again and again, until somebody answers: the platform ends that, not the flow.
            self.connect_lists([(container.actions, _After(container, container.actions[0].id, bounded=True))])
        else:
            self.connect_lists([(container.actions, _After(container, ""))])

    def connect_menu(self, menu: Container) -> None:
        for choice in menu.choices:
            self.add(menu.id, choice.action.id, _choice_label(choice), CHOICE, choice.action.element)
            self.connect_lists([([choice.action], _After(menu, menu.id))])
        for other in self.menus:
            if other is not menu:
                for choice in other.choices:
                    if choice.action.id and (
                        (choice.global_dtmf and choice.dtmf) or (choice.global_speech and choice.has_speech)
                    ):
                        self.add(menu.id, choice.action.id, f"{_choice_label(choice)} (global)", CHOICE)
        default = menu.default_choice.target if menu.default_choice is not None else None
        if isinstance(default, Choice) and default.action.id:
            self.add(menu.id, default.action.id, "no input", TransitionKind.NO_INPUT)
            self.add(menu.id, default.action.id, "no match", TransitionKind.NO_MATCH)

    def connect_lists(self, todo: list[tuple[list[Action], _After]]) -> None:
        while todo:
            actions, after = todo.pop()
            last = len(actions) - 1
            for index, action in enumerate(actions):
                if index < last:
                    following, bounded = actions[index + 1].id, False
                else:
                    following, bounded = after.target, after.bounded
                self.connect_action(action, following, bounded, after, todo)

    def connect_action(
        self,
        action: Action,
        following: str,
        bounded: bool,
        after: _After,
        todo: list[tuple[list[Action], _After]],
    ) -> None:
        known = action_type(action.type)
        if known.terminates == "loop":
            if after.loop:
                if action.type == "loopNext":
                    self.add(action.id, after.loop, "", JUMP, None, after.loop_bounded)
                else:
                    self.add(
                        action.id,
                        after.exit or self.end_of(after.container),
                        "",
                        JUMP,
                        None,
                        after.exit_bounded,
                    )
            return
        if known.jumps:
            self.jump(action, after.container)
            return
        if known.terminates:
            return
        inner = after._replace(target=following, bounded=bounded)
        if known.name == "loop" or (known.outputs == ("loop",)):
            self.connect_loop(action, inner, todo)
            return
        if known.kind is NodeKind.CALL:
            for reference in action.references:
                if isinstance(reference.target, Container):
                    self.add(action.id, reference.target.entry, "", TransitionKind.CALL)
        self.connect_outputs(action, known.outputs, inner, todo)

    def connect_loop(self, action: Action, after: _After, todo: list[tuple[list[Action], _After]]) -> None:
        bounded = _is_bounded(action)
        body = next((output for output in action.outputs if output.name == "loop"), None)
        if body is not None and body.actions:
            self.add(action.id, body.actions[0].id, "loop", OUTPUT, body.element, output="loop")
            todo.append(
                (
                    body.actions,
                    _After(after.container, action.id, bounded, action.id, bounded, after.target, after.bounded),
                )
            )
        else:
            self.add(action.id, action.id, "loop", OUTPUT, None, bounded, "loop")
        self.add(action.id, self.or_end(after), "", NEXT, None, after.bounded)

    def or_end(self, after: _After) -> str:
        return after.target or self.end_of(after.container)

    def connect_outputs(
        self, action: Action, names: tuple[str, ...], after: _After, todo: list[tuple[list[Action], _After]]
    ) -> None:
        if action.type == "callTask":
            names = _called_paths(action)
        kind = TransitionKind.RETURN if action.type == "callTask" else OUTPUT
        by_name = {output.name: output for output in action.outputs}
        ordered: list[tuple[str, Output | None]] = [(out.name, out) for out in action.outputs if out.name not in names]
        ordered += [(name, by_name.get(name)) for name in names]
        ways = len(self.transitions)
        falls_through = not names
        for name, output in ordered:
            label = output.label if output is not None and output.label else name
            if output is not None and output.actions and output.enabled:
                self.add(action.id, output.actions[0].id, label, kind, output.element, output=name)
                todo.append((output.actions, after))
            elif name in OPTIONAL_OUTPUTS:
                continue
            else:
                self.add(action.id, self.or_end(after), label, kind, None, after.bounded, name)
                falls_through = False
        if falls_through or len(self.transitions) == ways:
            self.add(action.id, self.or_end(after), "", NEXT, None, after.bounded)

    def jump(self, action: Action, container: Container) -> None:
        if action.inline is not None:
            self.add(action.id, action.inline.entry, "", JUMP)
            return
        for reference in action.references:
            if isinstance(reference.target, Container) and reference.target.entry:
                self.add(action.id, reference.target.entry, "", JUMP)
                return
        if action.type in ("repeatMenu", "menuRepeatMenu") and container.kind == "menu":
            self.add(action.id, container.id, "repeat", JUMP)
        elif action.type in ("previousMenu", "menuPreviousMenu", "repeatMenu"):
            for menu in self.menus_before(container):
                self.add(action.id, menu.id, "previous menu", JUMP)

    def menus_before(self, container: Container) -> list[Container]:
        """Menus whose choices lead to a container: where Previous Menu can go back to."""
        if len(self.menus) == 1 and container is not self.menus[0]:
            return self.menus
        found = []
        for menu in self.menus:
            for choice in menu.choices:
                targets = [
                    choice.action.inline,
                    *(reference.target for reference in choice.action.references),
                ]
                if any(target is container for target in targets):
                    found.append(menu)
                    break
        return found


OPTIONAL_OUTPUTS = frozenset(("maxNoInputs", "maxNoMatches", "knowledge", "noIntent", "conditionsNotMet"))
"""Outputs of bots that count only where they hold actions: unset, the flow's own handling applies."""


def _choice_label(choice: Choice) -> str:
    if choice.dtmf:
        return choice.dtmf
    return f"speech: {choice.action.name}" if choice.has_speech else choice.action.name


def _called_paths(action: Action) -> tuple[str, ...]:
    """Output paths that a called task can return by."""
    for reference in action.references:
        if isinstance(reference.target, Container):
            paths = reference.target.output_paths
            return tuple(paths) if "default" in (path.casefold() for path in paths) else ("default", *paths)
    return ("default",)


_BOOLEAN = re.compile(r"==|!=|<|>|\b(?:true|false|and|or|not|IsSet|IsNotSetOrEmpty|Contains)\b|!", re.IGNORECASE)


def _is_bounded(action: Action) -> bool:
    """False for a while-loop: `loopCount` may be a Boolean expression (published flows have it)."""
    count = action.params.get("loopCount") if isinstance(action.params, dict) else None
    if isinstance(count, dict):
        expression = text(count.get("exp"))
        if expression is None and "type" in count:
            return count.get("type") != "bln"
        return expression is None or not _BOOLEAN.search(expression)
    return True
