"""What every node of an Architect flow can do for a call, and the flow around it.

A `NodePlan` is made once per node and machine: parameters are read and ways are built when a call first comes to the
node. Kinds of nodes are its subclasses, by theme: `architect_actions` (decides, works, plays), `architect_callers`
(menus, digits), `architect_bots`, `architect_calls` (tasks, other flows, ends), `architect_transfers`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from ivr_action.flow.actions import IN_QUEUE_TYPES
from ivr_action.flow.flow import Action, ArchitectFlow, Container, Variable
from ivr_action.model import Node, Transition, TransitionKind
from ivr_action.model.trace import CallerEvent, Ending, EventKind
from ivr_action.trace import architect_params as params
from ivr_action.trace.architect_heard import render
from ivr_action.trace.architect_state import ArchitectState
from ivr_action.trace.architect_values import Parameter, kind_code, parameter
from ivr_action.trace.expressions import Cause, NotSet, Unknown, Value
from ivr_action.trace.machine import CERTAIN, Question, Way

if TYPE_CHECKING:
    from ivr_action.trace.architect import ArchitectMachine

VOICE_TYPES = frozenset(("inboundCall", "outboundCall", "secureCall", "inqueueCall", "voice", "voicemail"))
"""Flow types whose call ends where the flow does."""
Sound: TypeAlias = "str | Parameter"
_SCOPES = {"task": "task.", "state": "state.", "bot": "state.", "menu": "menu."}


class FlowPlan:
    """One flow as a machine walks it.

    Args:
        machine: that walks it.
        flow: the flow.
        prefix: of its nodes' ids; empty for the machine's own flow, the flow's type and name for a called one.
    """

    def __init__(self, machine: ArchitectMachine, flow: ArchitectFlow, prefix: str = "") -> None:
        self.machine = machine
        self.flow = flow
        self.prefix = prefix
        self.in_queue = flow.type in IN_QUEUE_TYPES
        self.actions = {action.id: action for action in flow.actions}
        self.containers = {container.id: container for container in flow.containers}
        self.by_entry: dict[str, Container] = {}
        for container in flow.containers:
            self.by_entry.setdefault(container.entry, container)
        header: Any = flow.element if isinstance(flow.element, dict) else {}
        self.greeting = params.first(header, "initialGreeting", "initialPrompts")
        self.repeats = _number(_setting(header, "settingsMenu", "Menu", "repeatCount", "promptRepeatCount"), 3)
        self.no_inputs = _number(_setting(header, "settingsUserInput", "", "noInputsMax", "noInputsMax"), 3)
        self.no_matches = _number(_setting(header, "settingsUserInput", "", "noMatchesMax", "noMatchesMax"), 3)
        self.header = header
        self._initial: dict[str, list[tuple[str, Parameter, str]]] = {}
        for variable in flow.variables:
            machine.declare(variable)
        for container in flow.containers:
            for variable in container.variables:
                machine.declare(variable)

    @cached_property
    def utterances(self) -> dict[str, str]:
        """Sentences that the file teaches a bot → intent."""
        from ivr_action.trace.architect_bots import utterances

        return utterances(self.header)

    @cached_property
    def intents(self) -> list[Transition]:
        """Ways to the tasks that belong to intents."""
        start = self.flow.graph.start
        if start is None or not self.flow.intents:
            return []
        return [t for t in self.out(start) if t.kind is TransitionKind.JUMP and t.label.startswith("intent ")]

    @property
    def start(self) -> str | None:
        start = self.flow.graph.start
        return None if start is None else self.prefix + start

    def out(self, id: str) -> list[Transition]:
        """Transitions out of a node, by its id in this flow."""
        found = self.flow.graph.successors[id]
        prefix = self.prefix
        if not prefix:
            return found
        return [t._replace(source=prefix + t.source, target=prefix + t.target) for t in found]

    def container_at(self, target: str) -> Container | None:
        """The container that a node is the entry of."""
        return self.by_entry.get(target.removeprefix(self.prefix) if self.prefix else target)

    # -- variables ----------------------------------------------------------------------------------------------

    def begin(self, state: ArchitectState) -> None:
        """Give the flow's variables their initial values, and enter the container it starts with."""
        self._initialise(state, "", self.flow.variables)
        start = self.start
        container = self.container_at(start) if start is not None else None
        if container is not None:
            self.enter(state, container)

    def enter(self, state: ArchitectState, container: Container) -> None:
        """Start a container: its loops and variables are new."""
        state.loops = ()
        state.attempts = state.misses = 0
        if container.kind == "menu":
            return
        scope = _SCOPES.get(container.kind)
        if scope is not None:
            names = [name for name in state.variables if name[: len(scope)].casefold() == scope]
            if names:
                state.drop(names)
        self._initialise(state, container.id, container.variables)

    def _initialise(self, state: ArchitectState, key: str, declared: list[Variable]) -> None:
        plan = self._initial.get(key)
        if plan is None:
            plan = self._initial[key] = [_initial_value(variable) for variable in declared]
        for name, initial, reason in plan:
            given = state.given.get(state.name(name)) if state.given else None
            if given is not None:
                state.set(name, given)
            elif reason and not key and state.frame is None:
                state.set(name, Unknown(reason, Cause.MISSING))
            else:
                state.set(name, self.machine.value(state, initial))


def _initial_value(variable: Variable) -> tuple[str, Parameter, str]:
    """Name, initial value, and why it is unknown in a flow that somebody else starts."""
    kind = kind_code(variable.type)
    element = variable.element
    initial = parameter(element.get("initialValue") if isinstance(element, dict) else None, kind)
    if isinstance(initial.value, NotSet):
        initial = Parameter("", NotSet(kind))
    reason = f"{variable.name} is an input of the flow, and nobody gave it" if variable.is_input else ""
    return variable.name, initial, reason


def _setting(header: Any, yaml: str, configuration: str, key: str, other: str) -> Parameter:
    section = header.get(yaml)
    if isinstance(section, dict) and key in section:
        return parameter(section[key], "int")
    section = header.get("defaultSettings", {}).get(configuration) if configuration else header.get("userInputSettings")
    return parameter(section.get(other), "int") if isinstance(section, dict) else parameter(None)


def _number(found: Parameter, default: int) -> int:
    return found.value if type(found.value) is int and found.value > 0 else default


class NodePlan:
    """One node: by default it does nothing the caller notices and goes on by its one way.

    Args:
        flow: the flow it is in.
        node: of the graph.
        action: that it was made of; None for a menu and for the end of a container.
        container: the menu that it is, or the container whose end it is; None for an action.
    """

    counts = True
    """False for what is no action of the platform."""

    def __init__(self, flow: FlowPlan, node: Node, action: Action | None, container: Container | None) -> None:
        self.flow = flow
        self.machine = flow.machine
        self.node = node
        self.id = flow.prefix + node.id
        self.action: Action = action if action is not None else _NO_ACTION
        self.container = container
        self.transitions = flow.out(node.id)
        self.fixed = [Way(_name(transition), transition) for transition in self.transitions]
        if not self.fixed:
            self.fixed = [Way("", None, Ending.DEAD_END, error=f"{node.type} {node.name!r} has no way on.")]
        self.prepare()

    def prepare(self) -> None:
        """Read the parameters."""

    def visit(self, state: ArchitectState) -> Question:
        return CERTAIN

    def ways(self, state: ArchitectState) -> list[Way]:
        return self.fixed

    def answer(self, state: ArchitectState, name: str) -> Way | Question | None:
        """The way an answer names: by output, by label, without regard to case."""
        folded = name.casefold()
        ways = self.ways(state)
        for way in ways:
            if way.name.casefold() == folded:
                return way
        for way in ways:
            if way.transition is not None and way.transition.label.casefold() == folded:
                return way
        return next((way for way in ways if way.name.casefold().endswith(f" {folded}")), None)

    def respond(self, state: ArchitectState, event: CallerEvent) -> Way:
        if event.kind is EventKind.ERROR:
            return self.fails(state)
        return self.ways(state)[0]

    def take(self, state: ArchitectState, way: Way) -> None:
        """What going that way changes, beside the place."""

    # -- for subclasses -----------------------------------------------------------------------------------------

    def value(self, state: ArchitectState, found: Parameter) -> Value:
        return found.value if found.value is not None else self.machine.value(state, found)

    def sound(self, found: Parameter) -> Sound:
        """What is to be played: its text where that is always the same, else the parameter."""
        return found if found.value is None else render(found.value)

    def play(self, state: ArchitectState, sound: Sound) -> None:
        text = sound if isinstance(sound, str) else self.machine.heard(state, sound)
        if text:
            state.heard.append(text)

    def by_output(self, name: str) -> Transition | None:
        folded = name.casefold()
        return next((t for t in self.transitions if t.output.casefold() == folded), None)

    def fails(self, state: ArchitectState) -> Way:
        """The way of the flow's error handling."""
        return self.machine.error_way(state, self.flow)

    def bind(self, state: ArchitectState, bindings: params.Bindings, source: str) -> None:
        """Fill variables with the results that are given; without a word about one it is unknown."""
        data = state.data if isinstance(state.data, dict) else {}
        for name, variable in bindings:
            if name in data:
                state.set(variable, self.machine.given_value(variable, data[name]))
            else:
                state.set(variable, Unknown(f"nobody said what {name} of {source} is", Cause.MISSING))
        state.data = None


def _name(transition: Transition) -> str:
    if transition.output:
        return transition.output
    return transition.label or ("next" if transition.kind is TransitionKind.NEXT else str(transition.kind))


_NO_ACTION = Action("", "", None, {})
