"""Calls that come back, jumps that do not, and ends."""

from __future__ import annotations

from ivr_action.flow.flow import ArchitectFlow, Container
from ivr_action.model import Transition, TransitionKind
from ivr_action.model.trace import Ending
from ivr_action.trace import architect_params as params
from ivr_action.trace.architect_nodes import VOICE_TYPES, FlowPlan, NodePlan
from ivr_action.trace.architect_state import ArchitectState, Frame, Variables
from ivr_action.trace.architect_values import Parameter
from ivr_action.trace.expressions import Cause, Unknown, Value
from ivr_action.trace.machine import CERTAIN, Asks, Question, Way

_LOCAL = ("task.",)
_OF_A_FLOW = ("flow.", "task.", "state.", "slot.", "common.")


class Caller(NodePlan):
    """A node that something returns to."""

    inputs: list[tuple[str, Parameter]]
    outputs: params.Bindings

    def push(self, state: ArchitectState, scopes: tuple[str, ...], *, crosses: bool) -> list[tuple[str, Value]]:
        """Leave a frame behind, put away the variables of these scopes, and give what is handed over."""
        handed = [(name, self.value(state, found)) for name, found in self.inputs]
        hidden = {name: value for name, value in state.variables.items() if name.casefold().startswith(scopes)}
        saved = Variables(hidden, hash(frozenset(hidden.items())))
        state.frame = Frame(self, state.frame, state, saved, crosses)
        state.drop(list(hidden))
        return handed

    def back(self, path: str) -> Way:
        """The way on after a return by an output path; an unknown path is taken as `default`."""
        ways = [way for way in self.fixed if way.transition is None or way.transition.kind is not TransitionKind.CALL]
        folded = path.casefold()
        for way in ways:
            if way.name.casefold() == folded:
                return way
        return next((way for way in ways if way.name == "default"), ways[-1])

    def pop(self, state: ArchitectState) -> None:
        """Come back: what the callee had is gone, except for what is bound to variables here."""
        frame = state.frame
        assert frame is not None  # noqa: S101  # who returns was called
        brought = [(variable, state.lookup(name)) for name, variable in self.outputs]
        scopes = _OF_A_FLOW if frame.crosses else _LOCAL
        state.drop([name for name in state.variables if name.casefold().startswith(scopes)])
        for name, value in frame.saved.values.items():
            state.set(name, value)
        state.frame, state.loops, state.menus = frame.parent, frame.loops, frame.menus
        for variable, found in brought:
            state.set(variable, found if found is not None else Unknown(f"{variable} was not brought back"))


class CallTask(Caller):
    """Runs a task of the same flow and goes on by the output path it ends with (documented: articles/end-task).
    The task's own `Task.` variables are new in every call, and the caller's are back afterwards (inferred)."""

    def prepare(self) -> None:
        self.task = next((r.target for r in self.action.references if isinstance(r.target, Container)), None)
        self.inputs, self.outputs = params.handed(self.action)
        if any(t.kind is TransitionKind.CALL for t in self.transitions):
            self.into = [way for way in self.fixed if way.transition and way.transition.kind is TransitionKind.CALL][:1]
        else:
            self.into = self.fixed[:1]

    def ways(self, state: ArchitectState) -> list[Way]:
        return self.into

    def take(self, state: ArchitectState, way: Way) -> None:
        if self.task is not None:
            handed = self.push(state, _LOCAL, crosses=False)
            self.flow.enter(state, self.task)
            for name, value in handed:
                state.set(name, value)


_TYPES = {"callBotFlow": "botFlow", "callDigitalBotFlow": "digitalBot", "callCommonModule": "commonModule"}


class CallFlow(Caller):
    """Hands over to a bot, a module or another flow. With its file the call goes on inside; without, a scenario says
    how it comes back, and where it does not, the call stops and names what is missing."""

    def prepare(self) -> None:
        self.key = params.called(self.action)
        self.inputs, self.outputs = params.handed(self.action)
        self.results, self.errors = params.results(self.action)
        self.file: ArchitectFlow | None = self.machine.file_of(_TYPES.get(self.action.type, ""), self.key)
        self.inner: FlowPlan | None = None
        self.into: list[Way] = []
        if self.file is not None:
            self.inner = self.machine.called_flow(self.file)
            start = self.inner.start
            if start is not None:
                self.into = [Way("call", Transition(self.id, start, self.key, TransitionKind.CALL))]
        missing = f"The file of {self.key!r}, which {self.action.type} calls, is not at hand."
        self.stop = Way("stop", None, Ending.STOPPED, error=missing)
        self.open = [*self.fixed, self.stop]
        self.question = Question(Asks.CALL, self.key, "what is called is not at hand", "stop")

    def visit(self, state: ArchitectState) -> Question:
        return CERTAIN if self.into else self.question

    def ways(self, state: ArchitectState) -> list[Way]:
        return self.into or self.open

    def answer(self, state: ArchitectState, name: str) -> Way | Question | None:
        found = super().answer(state, name)
        if found is None and name.casefold() in ("success", "default"):
            return next((way for way in self.fixed if way.name == "next"), None)
        return found

    def take(self, state: ArchitectState, way: Way) -> None:
        if self.inner is None or not self.into:
            failed = way.name in ("failure", "timeout")
            self.bind(state, self.errors if failed else [*self.outputs, *self.results], self.key)
            return
        handed = self.push(state, _OF_A_FLOW, crosses=True)
        state.menus = ()
        self.inner.begin(state)
        for name, value in handed:
            state.set(name, value)

    def pop(self, state: ArchitectState) -> None:
        super().pop(state)
        bound = {name for name, _ in self.outputs}
        for name, variable in self.results:
            if name not in bound:
                state.set(variable, Unknown(f"{name} of {self.key} is not simulated", Cause.MISSING))


class Jump(NodePlan):
    """Goes to a menu, task or state, and does not come back. From a called task, a jump to a task takes its place
    (what called it is still returned to); any other jump gives up all calls of this flow (both inferred)."""

    def take(self, state: ArchitectState, way: Way) -> None:
        transition = way.transition
        if transition is None:
            return
        container = self.action.inline or self.flow.container_at(transition.target)
        keeps = self.action.type == "jumpToTask"
        if not keeps:
            leave_calls(state)
        if container is not None:
            self.flow.enter(state, container)


class PreviousMenu(Jump):
    """Back to the menu the caller came from: in a task the last one, in a menu the one before it (inferred)."""

    def prepare(self) -> None:
        self.in_menu = self.action.type.startswith("menu")
        self.repeats = self.action.type in ("repeatMenu", "menuRepeatMenu")

    def ways(self, state: ArchitectState) -> list[Way]:
        menus = state.menus[:-1] if self.in_menu and not self.repeats else state.menus
        if not menus:
            return self.fixed[:1]
        for way in self.fixed:
            if way.transition is not None and way.transition.target == menus[-1]:
                return [way]
        return [Way("previous menu", Transition(self.id, menus[-1], "previous menu", TransitionKind.JUMP))]


def leave_calls(state: ArchitectState) -> None:
    """Give up the calls of this flow, up to the call of the flow itself."""
    frame = state.frame
    while frame is not None and not frame.crosses:
        frame = frame.parent
    state.frame = frame


class End(NodePlan):
    """Ends the task, the flow or the call.

    The end of a task that was started, not called, is a disconnect in a call flow (documented: the built-in
    Disconnect; articles/end-task-sequence) and the end of the flow in any other (inferred). A state that runs off its
    end completes its flow (inferred).
    """

    def prepare(self) -> None:
        type_ = self.node.type
        voice = self.flow.flow.type in VOICE_TYPES
        self.counts = self.action.type != ""
        self.path = "default"
        for reference in self.action.references:
            if reference.kind == "path" and isinstance(reference.target, str):
                self.path = reference.target
        self.hangs_up = type_ in ("disconnect", "menuDisconnect")
        self.ends_task = type_ in ("endTask", "endOfTask", "endOfStartup")
        ending = Ending.DISCONNECTED if self.hangs_up or (self.ends_task and voice) else Ending.COMPLETED
        self.end = [Way("end", None, ending)]

    def ways(self, state: ArchitectState) -> list[Way]:
        frame = state.frame
        if frame is None or self.hangs_up:
            return self.end
        if not self.ends_task:
            while not frame.crosses:
                if frame.parent is None:
                    return self.end
                frame = frame.parent
        return [frame.caller.back(self.path)]

    def take(self, state: ArchitectState, way: Way) -> None:
        if not self.ends_task:
            leave_calls(state)
        frame = state.frame
        if frame is not None:
            frame.caller.pop(state)
