"""Walks one call: asks the machine, answers from a script, records every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from ivr_action.model.trace import CallerEvent, Ending, EventKind, Step, Trace, Unknown
from ivr_action.trace.machine import Asks, Machine, Question, State, Way


class Answer(NamedTuple):
    """What a script says to a question."""

    name: str
    """Of the way: `success`, `yes`, `open`."""
    data: object = None
    """What an outcome brings, for `Machine.give`."""


class Script(Protocol):
    """The caller and the world of one call."""

    def event(self, state: State) -> CallerEvent | None:
        """What the caller does next, used up by this call; None where the script has come to its end: silence."""

    def answer(self, question: Question, state: State) -> Answer | None:
        """What the world says; None where the script does not know: the first way is taken and noted as unknown."""

    def left_over(self) -> tuple[CallerEvent, ...]:
        """What the caller would still do."""


def walk(
    machine: Machine,
    script: Script,
    *,
    limit: int | None = None,
    variables: Mapping[str, object] | None = None,
) -> Trace:
    """Simulate one call.

    Args:
        machine: of the flow.
        script: the caller and the world.
        limit: visits at the most; the machine's own where None.
        variables: known before the call begins.

    Returns:
        The call with its one ending; a flow without a start is a dead end without steps.
    """
    most = machine.limit if limit is None else limit
    state = machine.start()
    steps: list[Step] = []
    unknown: list[Unknown] = []
    if state is None:
        return Trace((), Ending.DEAD_END, error="The flow has no start.", left_over=script.left_over())
    if variables:
        machine.supply(state, variables)
    seen: set[object] = set()
    while True:
        if len(steps) >= most:
            return _end(
                state, steps, Way("", None, Ending.ACTION_LIMIT, error=f"More than {most:,} steps."), script, unknown
            )
        question = machine.visit(state)
        event: CallerEvent | None = None
        if question.asks is Asks.CALLER:
            seen.clear()
            event = script.event(state) or CallerEvent(EventKind.SILENCE)
            if event.kind is EventKind.HANG_UP:
                way = Way("", None, Ending.HUNG_UP, event=event)
            else:
                found = machine.respond(state, event)
                way = _answered(machine, script, found, state, unknown) if isinstance(found, Question) else found
        elif question.asks is Asks.NOTHING:
            way = machine.ways(state)[0]
            key = state.key()
            if way.ending is None and key in seen:
                way = Way("", None, Ending.LOOP, error="The same state came back with nothing that could change it.")
            seen.add(key)
        else:
            seen.clear()
            way = _answered(machine, script, question, state, unknown)
        heard = tuple(state.heard)
        state.heard.clear()
        transition = way.transition
        steps.append(
            Step(
                state.node,
                transition.label if transition is not None else way.name,
                None if transition is None else transition.kind,
                heard,
                event,
            )
        )
        if way.ending is not None:
            return _end(state, steps, way, script, unknown)
        machine.take(state, way)


def _answered(machine: Machine, script: Script, question: Question, state: State, unknown: list[Unknown]) -> Way:
    """Answers a question, and the ones that its answer leads to."""
    while True:
        answer = script.answer(question, state)
        found = machine.answer(state, answer.name, answer.data) if answer is not None else None
        if found is None:
            name = question.assume
            found = machine.answer(state, name) if name else None
            if found is None:
                found = machine.ways(state)[0]
                name = found.name
            unknown.append(Unknown(state.node, str(question.asks), question.key, question.reason, name))
        if not isinstance(found, Question):
            return found
        question = found


def _end(state: State, steps: list[Step], way: Way, script: Script, unknown: list[Unknown]) -> Trace:
    ending = way.ending or Ending.STOPPED
    variables = dict(state.variables)
    return Trace(tuple(steps), ending, way.target, way.error, variables, script.left_over(), tuple(unknown))
