"""Walks calls through flows of Genesys Cloud Architect, from YAML and from configuration documents alike.

docs/simulator.md says what is documented by Genesys, what is inferred, and what a scenario can supply.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_action.flow.document import text
from ivr_action.flow.flow import Action, ArchitectFlow, Container, Flow, Variable
from ivr_action.flow.values import values
from ivr_action.model import NodeKind, Transition, TransitionKind
from ivr_action.model.trace import CallerEvent, Ending
from ivr_action.trace import architect_params as params
from ivr_action.trace.architect_callers import compared_with
from ivr_action.trace.architect_calls import leave_calls
from ivr_action.trace.architect_heard import UNKNOWN, render, spoken
from ivr_action.trace.architect_kinds import BY_KIND, PLANS
from ivr_action.trace.architect_nodes import FlowPlan, NodePlan
from ivr_action.trace.architect_state import AFTER_LIMIT, LIMIT, ArchitectState
from ivr_action.trace.architect_values import Parameter, coerce, kind_code
from ivr_action.trace.expressions import (
    Cause,
    Clock,
    ExpressionSyntaxError,
    Node,
    Override,
    Resource,
    Unknown,
    Value,
    evaluate,
    from_python,
    parse,
)
from ivr_action.trace.machine import CERTAIN, Machine, Question, State, Way

ROUNDS = 3
"""How often an in-queue flow is run from the top; then only an agent or the caller could end the call."""


class ArchitectMachine(Machine):
    """The machine of one Architect flow. For one thread at a time.

    Args:
        flow: as its reader lowered it; it may have findings.
        library: flows that it may call, by type (`botFlow`) and name.
        clock: the current time, for expressions; unknown where None.
        functions: replacements of expression functions that need an organisation (`FindQueue`).
    """

    limit = LIMIT + AFTER_LIMIT + 2 * LIMIT
    """Visits: the platform's limit counts actions, which the machine does itself; ends of tasks are visits too."""

    def __init__(
        self,
        flow: ArchitectFlow,
        library: Mapping[tuple[str, str], Flow] | None = None,
        *,
        clock: Clock | None = None,
        functions: Mapping[str, Override] | None = None,
    ) -> None:
        self.library = library or {}
        self.clock = clock
        self.functions = functions
        self.kinds: dict[str, str] = {}
        """Declared variables: name → type code."""
        self.spelling: dict[str, str] = {}
        self._plans: dict[str, NodePlan] = {}
        self._trees: dict[str, Node | Unknown] = {}
        self._called: dict[int, FlowPlan] = {}
        self._places: dict[str, tuple[FlowPlan, str]] = {}
        self._sources: dict[int, list[str]] = {}
        self._compared: dict[tuple[int, str], list[str]] = {}
        self.main = FlowPlan(self, flow)

    # -- the interface ------------------------------------------------------------------------------------------

    def start(self) -> ArchitectState | None:
        start = self.main.start
        return None if start is None else ArchitectState(start, self.spelling)

    def supply(self, state: State, variables: Mapping[str, object]) -> None:
        """Values for variables (`Flow.tier`), built-ins (`Call.Ani`) and participant data (`ParticipantData.id`)."""
        assert isinstance(state, ArchitectState)  # noqa: S101
        given = dict(state.given)
        for name, data in variables.items():
            value = self.given_value(name, data)
            given[state.name(name)] = value
            state.set(name, value)
        state.given = given

    def visit(self, state: State) -> Question:
        assert isinstance(state, ArchitectState)  # noqa: S101
        plan = self._plans.get(state.node)
        if plan is None:
            plan = self._plan(state.node)
        if not state.actions:
            self.main.begin(state)
            for name, value in state.given.items():
                state.set(name, value)
            if self.main.greeting.text:
                state.hear(self.heard(state, self.main.greeting))
        if plan.counts:
            state.actions += 1
            if state.actions > state.allowed:
                return self._limit(state)
        if state.rounds >= ROUNDS and state.node == self.main.start:
            state.over = _STILL_WAITING
            return CERTAIN
        return plan.visit(state)

    def ways(self, state: State) -> list[Way]:
        assert isinstance(state, ArchitectState)  # noqa: S101
        return self._plans[state.node].ways(state) if state.over is None else [state.over]

    def respond(self, state: State, event: CallerEvent) -> Way:
        assert isinstance(state, ArchitectState)  # noqa: S101
        return self._plans[state.node].respond(state, event)

    def choose(self, state: State, name: str) -> Way | None:
        found = self.answer(state, name)
        return found if isinstance(found, Way) else None

    def answer(self, state: State, name: str, data: object = None) -> Way | Question | None:
        assert isinstance(state, ArchitectState)  # noqa: S101
        found = self._plans[state.node].answer(state, name)
        if isinstance(found, Way) and data is not None:
            state.data = data
        return found

    def give(self, state: State, data: object) -> None:
        assert isinstance(state, ArchitectState)  # noqa: S101
        state.data = data

    def take(self, state: State, way: Way) -> None:
        assert isinstance(state, ArchitectState)  # noqa: S101
        transition = way.transition
        state.over = None
        if transition is None:
            self._plans[state.node].take(state, way)
            return
        if transition.kind is TransitionKind.ERROR:
            self._handle_error(state, transition)
            return
        self._plans[state.node].take(state, way)
        target = transition.target
        state.node = target
        if self.main.in_queue and target == self.main.start and state.frame is None and state.loop(target) is None:
            state.rounds += 1

    # -- nodes and flows ----------------------------------------------------------------------------------------

    def _plan(self, id: str) -> NodePlan:
        flow, raw = self._places.get(id) or (self.main, id)
        node = flow.flow.graph.nodes[raw]
        action: Action | None = flow.actions.get(raw)
        container: Container | None = flow.containers.get(raw.removesuffix("/(end)")) if action is None else None
        made = PLANS.get(node.type)
        if node.synthetic:
            made = BY_KIND[NodeKind.END]
        elif action is None:
            made = BY_KIND[NodeKind.MENU]
        plan = (made or BY_KIND[node.kind])(flow, node, action, container)
        self._plans[id] = plan
        return plan

    def file_of(self, type_: str, name: str) -> ArchitectFlow | None:
        """The file of a called flow, where the library has it."""
        found = self.library.get((type_, name)) if type_ else None
        return found if isinstance(found, ArchitectFlow) else None

    def called_flow(self, flow: ArchitectFlow) -> FlowPlan:
        """The plan of a called flow; its nodes' ids start with its type and name."""
        known = self._called.get(id(flow))
        if known is None:
            known = self._called[id(flow)] = FlowPlan(self, flow, f"{flow.type} {flow.name}: ")
            for node in flow.graph.nodes:
                self._places[known.prefix + node] = (known, node)
        return known

    def declare(self, variable: Variable) -> None:
        name = variable.name
        if name:
            self.spelling[name] = self.spelling.setdefault(name.casefold(), name)
            self.kinds.setdefault(self.spelling[name], kind_code(variable.type))

    # -- values -------------------------------------------------------------------------------------------------

    def value(self, state: ArchitectState, found: Parameter) -> Value:
        """The value of a parameter; unknown, with its reason, where nobody can compute it."""
        if found.value is not None:
            return found.value
        tree = self._tree(found.text)
        if isinstance(tree, Unknown):
            return tree
        return evaluate(tree, state.lookup, functions=self.functions, clock=self.clock)

    def _tree(self, source: str) -> Node | Unknown:
        tree = self._trees.get(source)
        if tree is None:
            try:
                tree = parse(source)
            except ExpressionSyntaxError as error:
                tree = Unknown(f"the expression cannot be read: {error}", Cause.ERROR)
            self._trees[source] = tree
        return tree

    def heard(self, state: ArchitectState, found: Parameter) -> str:
        """What a caller hears of a parameter."""
        if found.value is not None:
            return render(found.value)
        tree = self._tree(found.text)
        if isinstance(tree, Unknown):
            return UNKNOWN
        return spoken(tree, lambda part: evaluate(part, state.lookup, functions=self.functions, clock=self.clock))

    def given_value(self, name: str, data: object) -> Value:
        """A value from a scenario, as the variable's type has it."""
        known = self.spelling.get(name) or self.spelling.get(name.casefold(), name)
        return coerce(from_python(data), self.kinds.get(known, ""))

    def compared(self, flow: FlowPlan, variable: str) -> list[str]:
        """Strings that the flow's expressions compare a variable with."""
        key = (id(flow), variable)
        found = self._compared.get(key)
        if found is None:
            sources = self._sources.get(id(flow))
            if sources is None:
                sources = self._sources[id(flow)] = [v.text for v in values(flow.flow) if v.meaning == "exp"]
            found = self._compared[key] = compared_with(sources, variable) if variable else []
        return found

    # -- error handling -----------------------------------------------------------------------------------------

    def error_way(self, state: ArchitectState, flow: FlowPlan) -> Way:
        """What the flow does after an error: plays its audio, then disconnects, or goes to a queue, menu or task
        (documented: articles/set-default-error-handling-behavior)."""
        header: Any = flow.header
        settings = header.get("settingsErrorHandling")
        if isinstance(settings, dict):
            audio = params.first(settings, "preHandlingAudio", "errorEventHandover")
            handling = settings.get("errorHandling")
            kind = next(iter(handling), "disconnect") if isinstance(handling, dict) else "disconnect"
            body: Any = handling.get(kind) if isinstance(handling, dict) else None
        else:
            body = header.get("errorHandling")
            body = body if isinstance(body, dict) else {}
            audio = params.first(body, "audio", "errorEventHandover")
            kind = text(body.get("handlingType")) or "disconnect"
        if audio.text:
            state.hear(self.heard(state, audio))
        kind = kind[:1].lower() + kind[1:]
        if kind == "queue" and isinstance(body, dict):
            found = params.queue(body)
            value = self.value(state, found)
            name = value.name if isinstance(value, Resource) else found.text
            return Way("error handling", None, Ending.TRANSFERRED, name)
        if kind in ("menu", "task") and flow.flow.error_handling and flow.start is not None:
            for transition in flow.out(flow.start.removeprefix(flow.prefix)):
                if transition.kind is TransitionKind.ERROR:
                    return Way("error handling", transition)
        leaves = kind in ("exit", "endWorkflow", "endFlow")
        return Way("error handling", None, Ending.COMPLETED if leaves else Ending.DISCONNECTED)

    def _handle_error(self, state: ArchitectState, transition: Transition) -> None:
        flow = self._places[state.node][0] if state.node in self._places else self.main
        leave_calls(state)
        container = flow.container_at(transition.target)
        if container is not None:
            flow.enter(state, container)
        state.node = transition.target

    def _limit(self, state: ArchitectState) -> Question:
        """The platform's limit: error handling; a jump to a menu or task has 1,000 more actions (documented)."""
        way = self.error_way(state, self.main)
        if way.transition is not None and state.allowed == LIMIT:
            state.allowed += AFTER_LIMIT
            state.actions -= 1
            state.over = way
        else:
            does = f"transfers to {way.target}" if way.target else "ends the call"
            error = f"More than {state.allowed:,} actions: error handling {does}."
            state.over = Way("action limit", None, Ending.ACTION_LIMIT, way.target, error=error)
        return CERTAIN


_STILL_WAITING = Way(
    "waiting",
    None,
    Ending.STOPPED,
    error=f"The in-queue flow ran {ROUNDS} times: only an agent who answers, or the caller, could end the call.",
)
