"""The interface between a flow and whoever walks calls through it: one machine per kind of flow.

A machine stands on one node at a time. `visit` does what the node does (plays, sets variables) and says what must be
known to go on; the walker answers, and `take` moves. A scenario answers from its script, the explorer tries every way.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, MutableMapping
from enum import StrEnum
from typing import NamedTuple

from ivr_action.model import Transition
from ivr_action.model.trace import CallerEvent, Ending


class Asks(StrEnum):
    """What must be known to go on from a node."""

    NOTHING = "nothing"
    """There is one way."""
    CALLER = "caller"
    """What the caller does."""
    DECISION = "decision"
    """An expression or condition that the file cannot answer; `Question.key` is its text."""
    OUTCOME = "outcome"
    """How a data action, look-up or other work ends; `Question.key` is its name."""
    SCHEDULE = "schedule"
    """Whether a schedule or schedule group is open; `Question.key` is its name."""
    TRANSFER = "transfer"
    """Whether a transfer succeeds; `Question.key` is what it leads to."""
    CALL = "call"
    """How a called bot, module or flow without a file comes back; `Question.key` is its name."""


class Way(NamedTuple):
    """One way on from a node."""

    name: str
    """How an answer names it: `yes`, `success`, `open`, `1`; the output's name."""
    transition: Transition | None
    """None where the call ends here, or the node is repeated without leaving it (a menu played again)."""
    ending: Ending | None = None
    target: str = ""
    """Of a transfer that ends the call."""
    event: CallerEvent | None = None
    """What the caller does to go this way."""
    error: str = ""
    """For an ending that is a failure or a stop: why."""


class Question(NamedTuple):
    """What must be known to go on."""

    asks: Asks
    key: str = ""
    reason: str = ""
    """Why the file does not say: the variable that nobody set, the function that needs the organisation."""
    assume: str = ""
    """The answer that is taken where nobody knows, noted as unknown; empty: the first of `Machine.ways`."""


CERTAIN = Question(Asks.NOTHING)


class State(ABC):
    """Where a call stands: node, variables, calls to come back from, counters. Mutable; `fork` makes a twin."""

    __slots__ = ()

    node: str
    heard: list[str]
    """What the last `visit` played; the walker takes it away."""
    variables: Mapping[str, object]
    """By name, with scope."""

    @abstractmethod
    def fork(self) -> State:
        """An independent copy, cheap."""

    @abstractmethod
    def key(self) -> object:
        """Hashable; equal for states that behave alike from here on. A call that meets its own key again, with
        nothing asked in between, goes round for ever."""


class Machine(ABC):
    """Walks one flow."""

    limit: int = 10_000
    """Visits in one call (source: the platform's limit of 10,000 actions per flow run)."""

    @abstractmethod
    def start(self) -> State | None:
        """A call at its beginning; None where the flow has no start."""

    @abstractmethod
    def visit(self, state: State) -> Question:
        """Do what the node does, once per arrival, and say what must be known to go on."""

    @abstractmethod
    def ways(self, state: State) -> list[Way]:
        """Every way on from the visited node, each once, in the file's order; the ones that the variables rule out
        are left out. Where the node asks the caller, one way per thing the caller can do that makes a difference,
        silence and a wrong key included."""

    @abstractmethod
    def respond(self, state: State, event: CallerEvent) -> Way | Question:
        """The way for what the caller does, at a node that asks the caller; a question where that is not enough to
        tell, as for a condition on the key and on a variable that nobody set."""

    def choose(self, state: State, name: str) -> Way | None:
        """The way that an answer names, whatever its case; None where there is none."""
        folded = name.casefold()
        return next((way for way in self.ways(state) if way.name.casefold() == folded), None)

    def answer(self, state: State, name: str, data: object = None) -> Way | Question | None:
        """The way for an answer to the last question, or the next question; None where no way has that name.

        Args:
            state: where the question was asked.
            name: of the way: `success`, `yes`, `open`.
            data: what an outcome brings, by output name.
        """
        way = self.choose(state, name)
        if way is not None and data is not None:
            self.give(state, data)
        return way

    @abstractmethod
    def take(self, state: State, way: Way) -> None:
        """Go that way: only for a way without an ending."""

    def give(self, state: State, data: object) -> None:
        """Put what an outcome brings (a data action's results by output name) into the variables it is bound to."""
        del state, data

    def supply(self, state: State, variables: Mapping[str, object]) -> None:
        """Set variables before a call begins, by name as conditions and expressions spell it."""
        if not isinstance(state.variables, MutableMapping):
            raise NotImplementedError(f"{type(self).__name__} takes no variables")
        state.variables.update(variables)
