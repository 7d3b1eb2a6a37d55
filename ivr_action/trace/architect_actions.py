"""Actions that decide, loop, set variables, work, play."""

from __future__ import annotations

from typing import Any

from ivr_action.trace import architect_params as params
from ivr_action.trace.architect_nodes import NodePlan
from ivr_action.trace.architect_state import ArchitectState
from ivr_action.trace.architect_values import variable
from ivr_action.trace.expressions import Cause, Collection, Json, NotSet, Resource, Unknown, Value
from ivr_action.trace.machine import CERTAIN, Asks, Question, Way

_YES = frozenset(("yes", "true"))
_NO = frozenset(("no", "false"))


def truth(value: Value) -> bool | None:
    """A condition's value; None where it is unknown. NOT_SET counts as false (documented for If; here inferred)."""
    if isinstance(value, bool):
        return value
    if isinstance(value, NotSet):
        return False
    if isinstance(value, Json) and isinstance(value.data, bool):
        return value.data
    return None


def why(value: Value) -> str:
    return value.reason if isinstance(value, Unknown) else "the expression is no Boolean"


class Play(NodePlan):
    """Plays audio, says or sends a message."""

    def prepare(self) -> None:
        self.audio = self.sound(params.audio(self.action))

    def visit(self, state: ArchitectState) -> Question:
        self.play(state, self.audio)
        return CERTAIN


class PlayWait(NodePlan):
    """Tells the position or the estimated wait: the words depend on the queue."""

    words = ""

    def visit(self, state: ArchitectState) -> Question:
        state.hear(self.words)
        return CERTAIN


class PlayEstimatedWaitTime(PlayWait):
    words = "[estimated wait time]"


class PlayPositionInQueue(PlayWait):
    words = "[position in queue]"


class Decision(NodePlan):
    """`yes` or `no` by a condition."""

    def prepare(self) -> None:
        self.condition = params.condition(self.action)
        yes, no = self.by_output("yes"), self.by_output("no")
        self.ways_by = {True: [Way("yes", yes)], False: [Way("no", no)]}
        self.fixed = [*self.ways_by[True], *self.ways_by[False]]

    def visit(self, state: ArchitectState) -> Question:
        value = self.value(state, self.condition)
        state.pending = truth(value)
        if state.pending is None:
            return Question(Asks.DECISION, self.condition.text, why(value))
        return CERTAIN

    def ways(self, state: ArchitectState) -> list[Way]:
        return self.fixed if state.pending is None else self.ways_by[state.pending]

    def answer(self, state: ArchitectState, name: str) -> Way | Question | None:
        folded = name.casefold()
        return self.fixed[0] if folded in _YES else self.fixed[1] if folded in _NO else None


class Switch(NodePlan):
    """The first case that is true, or that equals a value; `default` where none is. An unknown case is asked for, and
    where the answer is no, the next one."""

    def prepare(self) -> None:
        self.switch = params.switch(self.action)
        self.case_ways = [Way(name, self.by_output(name)) for name, _ in self.switch.cases]
        default = self.by_output("default")
        self.default = Way("default", default if default is not None else self.transitions[-1])

    def visit(self, state: ArchitectState) -> Question:
        found = self._from(state, 0)
        if isinstance(found, Way):
            state.pending = [found]
            return CERTAIN
        return found

    def _from(self, state: ArchitectState, first: int) -> Way | Question:
        """The way from a case on; a question at the first case that is unknown. `pending` is then the open ways."""
        cases = self.switch.cases
        sought = self.switch.value
        value = self.value(state, sought) if sought is not None else None
        if sought is not None and isinstance(value, Unknown):
            state.pending = [*self.case_ways, self.default]
            return Question(Asks.DECISION, sought.text, value.reason)
        for number in range(first, len(cases)):
            case = cases[number][1]
            here = self.value(state, case)
            fits = truth(here) if sought is None else _equal(value, here)
            if fits:
                return self.case_ways[number]
            if fits is None:
                state.pending = self._open(state, number)
                return Question(Asks.DECISION, case.text, why(here), self.case_ways[number].name)
        return self.default

    def _open(self, state: ArchitectState, first: int) -> list[Way]:
        """Ways that are possible from an unknown case on: up to the first case that is certain."""
        found = []
        for way, (_, case) in zip(self.case_ways[first:], self.switch.cases[first:], strict=True):
            fits = truth(self.value(state, case)) if self.switch.value is None else None
            if fits is not False:
                found.append(way)
            if fits:
                return found
        return [*found, self.default]

    def ways(self, state: ArchitectState) -> list[Way]:
        found: list[Way] = state.pending
        return found

    def answer(self, state: ArchitectState, name: str) -> Way | Question | None:
        folded = name.casefold()
        ways: list[Way] = state.pending
        if self.switch.value is None and folded in _YES:
            return ways[0]
        if self.switch.value is None and folded in _NO:
            return self._from(state, self.case_ways.index(ways[0]) + 1)
        for way, (_, case) in zip(self.case_ways, self.switch.cases, strict=True):
            if way in ways and folded in (way.name.casefold(), case.text.strip('"').casefold()):
                return way
        if folded == "default" or self.switch.value is not None:
            return self.default
        return None


def _equal(value: Value | None, case: Value) -> bool | None:
    if isinstance(case, Unknown):
        return None
    if isinstance(value, Json) and not isinstance(case, Json):
        return bool(value.data == case)
    if isinstance(value, Resource) and isinstance(case, Resource):
        return value.name == case.name
    if isinstance(value, str) and isinstance(case, str):
        return value == case
    return value == case


class Loop(NodePlan):
    """Runs its body so many times, for each item of a collection, or while a condition holds. The index starts at 0
    (documented for the loop that asks "anything else"; published flows count so too)."""

    def prepare(self) -> None:
        element: Any = self.action.params
        self.count = params.first(element, "loopCount", "collection", kind="int")
        self.index = variable(element.get("currentIndex"))
        body = next(t for t in self.transitions if t.output == "loop")
        end = next(t for t in self.transitions if t is not body)
        self.body, self.end = Way("loop", body), Way("end", end)

    def visit(self, state: ArchitectState) -> Question:
        index = state.loop(self.id)
        if index is None:
            index = 0
            loops = state.loops
        else:
            loops = tuple(pair for pair in state.loops if pair[0] != self.id)
            index = self._next(state, index)
        state.loops = (*loops, (self.id, index))
        if self.index:
            state.set(self.index, index)
        count = self.value(state, self.count)
        again = index < count if type(count) is int else _goes_on(count, index)
        if again is not None:
            state.pending = [self.body if again else self.end]
            return CERTAIN
        state.pending = [self.body, self.end]
        return Question(Asks.DECISION, self.count.text, why(count), "end" if index else "loop")

    def _next(self, state: ArchitectState, index: int) -> int:
        """A loop whose count is a condition takes the index from its variable, which the body may have set: a
        published flow counts down in it to be asked again (inferred from that)."""
        if self.index and self.count.value is None:
            current = state.lookup(self.index)
            if type(current) is int:
                return current + 1
        return index + 1

    def ways(self, state: ArchitectState) -> list[Way]:
        found: list[Way] = state.pending
        return found

    def answer(self, state: ArchitectState, name: str) -> Way | Question | None:
        folded = name.casefold()
        if folded.isdecimal():  # how often
            return self.body if (state.loop(self.id) or 0) < int(folded) else self.end
        return self.body if folded in _YES or folded == "loop" else self.end if folded in _NO | {"end"} else None

    def take(self, state: ArchitectState, way: Way) -> None:
        if way.name == "end":
            state.loops = tuple(pair for pair in state.loops if pair[0] != self.id)


def _goes_on(count: Value, index: int) -> bool | None:
    if isinstance(count, Collection):
        return index < len(count.items)
    if isinstance(count, Json) and isinstance(count.data, (int, list)) and not isinstance(count.data, bool):
        return index < (len(count.data) if isinstance(count.data, list) else count.data)
    return truth(count)


class LoopExit(NodePlan):
    """Leaves the innermost loop."""

    def take(self, state: ArchitectState, way: Way) -> None:
        state.loops = state.loops[:-1]


class UpdateData(NodePlan):
    """Assigns variables in order. A value that nobody can compute is unknown from here on, with its reason."""

    def prepare(self) -> None:
        self.statements = params.statements(self.action)

    def visit(self, state: ArchitectState) -> Question:
        for name, found in self.statements:
            state.set(name, found.value if found.value is not None else self.machine.value(state, found))
        return CERTAIN


_PARTICIPANT = "ParticipantData."


class SetParticipantData(NodePlan):
    def prepare(self) -> None:
        self.attributes = params.attributes(self.action)

    def visit(self, state: ArchitectState) -> Question:
        for name, found, _ in self.attributes:
            state.set(_PARTICIPANT + name, self.value(state, found))
        return CERTAIN


class GetParticipantData(SetParticipantData):
    """What the same call has set, or a scenario gives as `ParticipantData.name`; else unknown."""

    def visit(self, state: ArchitectState) -> Question:
        for name, _, bound in self.attributes:
            if bound:
                known = state.lookup(_PARTICIPANT + name)
                reason = f"the participant data {name!r} was not set in this call"
                state.set(bound, known if known is not None else Unknown(reason, Cause.MISSING))
        return CERTAIN


class Unclear(NodePlan):
    """Chooses among its outputs by something that this simulator does not know."""

    def prepare(self) -> None:
        key = self.action.name or self.action.type
        self.question = Question(Asks.DECISION, key, f"{self.action.type} is not simulated")

    def visit(self, state: ArchitectState) -> Question:
        return self.question if len(self.fixed) > 1 else CERTAIN
