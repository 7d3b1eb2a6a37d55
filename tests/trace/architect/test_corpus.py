"""Every published flow ends every call once, whatever the caller and the world do."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr_action.flow.flow import ArchitectFlow
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Trace
from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.machine import Asks, Machine, Question, State
from ivr_action.trace.walk import Answer, walk
from tests.corpus import corpus_files, need_corpus
from tests.trace.architect.calls import flow_of

FAILS = {Asks.OUTCOME: "failure", Asks.TRANSFER: "failure", Asks.SCHEDULE: "closed", Asks.DECISION: "no"}


class Silent:
    """Says nothing; the world says what it is told."""

    def __init__(self, answers: dict[Asks, str] | None = None) -> None:
        self.answers = answers or {}

    def event(self, state: State) -> CallerEvent | None:
        return None

    def answer(self, question: Question, state: State) -> Answer | None:
        name = self.answers.get(question.asks)
        return None if name is None else Answer(name)

    def left_over(self) -> tuple[CallerEvent, ...]:
        return ()


class Wanders(Silent):
    """Takes any of the ways that the machine offers, by the luck of a seed."""

    def __init__(self, machine: Machine, seed: int) -> None:
        super().__init__()
        self.machine = machine
        self.luck = random.Random(seed)

    def event(self, state: State) -> CallerEvent | None:
        if self.luck.random() < 0.02:
            return CallerEvent(self.luck.choice((EventKind.ERROR, EventKind.HANG_UP)))
        events = [way.event for way in self.machine.ways(state) if way.event is not None]
        return self.luck.choice(events) if events else None

    def answer(self, question: Question, state: State) -> Answer | None:
        ways = self.machine.ways(state)
        return Answer(self.luck.choice([way.name for way in ways])) if self.luck.random() < 0.9 else None


class Presses(Silent):
    """Does one thing at the first node that asks, then nothing."""

    def __init__(self, machine: Machine, number: int) -> None:
        super().__init__()
        self.machine = machine
        self.number = number
        self.found = False

    def event(self, state: State) -> CallerEvent | None:
        if self.number < 0:
            return None
        ways = self.machine.ways(state)
        self.found = self.number < len(ways)
        event = ways[self.number].event if self.found else None
        self.number = -1
        return event


def check(trace: Trace) -> None:
    """What holds of any call."""
    assert trace.steps
    assert all(step.kind is not None or step.event is not None for step in trace.steps[:-1])
    assert bool(trace.error) == (trace.failed or trace.ending is Ending.STOPPED)
    assert (trace.ending is not Ending.TRANSFERRED) or trace.target
    assert trace.ending is not Ending.DEAD_END


BUNDLE: list[Callable[[Machine], Silent]] = [
    lambda machine: Silent(),
    lambda machine: Silent(FAILS),
    lambda machine: Silent({Asks.DECISION: "no"}),
    lambda machine: Silent({Asks.CALL: "next"}),
    lambda machine: Silent({Asks.CALL: "failure", Asks.OUTCOME: "timeout"}),
]


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_call_of_a_published_flow_ends(path: Path) -> None:
    machine = ArchitectMachine(flow_of(path))
    for script in BUNDLE:
        check(walk(machine, script(machine), limit=1000))
    for number in range(20):
        presses = Presses(machine, number)
        check(walk(machine, presses, limit=1000))
        if not presses.found:
            break
    for seed in range(40):
        check(walk(machine, Wanders(machine, seed), limit=1000))


def test_the_corpus_is_complete() -> None:
    need_corpus()
    assert len(corpus_files()) == 102
    assert all(isinstance(flow_of(path), ArchitectFlow) for path in corpus_files())
