"""What a simulated call was: the caller's part, the path, what was heard, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ivr_action.model.graph import TransitionKind


class EventKind(StrEnum):
    """What a caller does where the flow waits."""

    PRESS = "press"
    SAY = "say"
    SILENCE = "silence"
    HANG_UP = "hang-up"
    ERROR = "error"
    """Not the caller's doing: the platform fails while it waits (the node graph's `error`)."""


class CallerEvent(NamedTuple):
    """One thing a caller does."""

    kind: EventKind
    text: str = ""
    """The keys or the words."""

    def __str__(self) -> str:
        return f"{self.kind} {self.text}" if self.text else str(self.kind)


class Ending(StrEnum):
    """How a call ended. Public in the JSON of `ivr-action trace`."""

    TRANSFERRED = "transferred"
    """To a queue, a number, a person, another flow: `Trace.target` names it."""
    DISCONNECTED = "disconnected"
    """By the flow."""
    COMPLETED = "completed"
    """The flow came to its end without a disconnect: a bot, a module, a workflow."""
    HUNG_UP = "hung-up"
    """By the caller."""
    DEAD_END = "dead-end"
    """A node has no way on."""
    NO_MATCHING_INPUT = "no-matching-input"
    """The caller did something for which the node has no way, a default included."""
    ACTION_LIMIT = "action-limit"
    """More steps than the platform (10,000 actions) or the run allows."""
    LOOP = "loop"
    """The same state came back and nothing can end it: no caller, no clock, no variable."""
    STOPPED = "stopped"
    """Where the simulation knows no more: `Trace.error` says what it would need (a called flow's file, say)."""


class Step(NamedTuple):
    """One visit of one node."""

    node: str
    label: str
    """Of the way that was taken: a digit, an output, a condition; empty where there was only one."""
    kind: TransitionKind | None
    """None where the call ended here, or where the node was repeated without leaving it."""
    heard: tuple[str, ...] = ()
    event: CallerEvent | None = None
    """What the caller did here."""


class Unknown(NamedTuple):
    """A question that the flow's file cannot answer, and what was assumed."""

    node: str
    question: str
    """`decision`, `outcome`, `schedule`, `transfer`, `call`."""
    key: str
    """How a scenario names it: the data action's or schedule's name, the expression."""
    reason: str
    chosen: str
    """The way that was taken."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One simulated call, from the start to its one ending."""

    steps: tuple[Step, ...]
    ending: Ending
    target: str = ""
    """The queue, number, person or flow of a transfer."""
    error: str = ""
    """What went wrong, for an ending that is a failure; empty otherwise."""
    variables: Mapping[str, object] = field(default_factory=dict)
    left_over: tuple[CallerEvent, ...] = ()
    """What the caller would still have done."""
    unknown: tuple[Unknown, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """Ids of the nodes, in order, repeated ones included."""
        return tuple(step.node for step in self.steps)

    @property
    def heard(self) -> tuple[str, ...]:
        """All the caller heard, in order."""
        return tuple(text for step in self.steps for text in step.heard)

    @property
    def failed(self) -> bool:
        """True for an ending that no flow should have."""
        return self.ending in _FAILURES


_FAILURES = frozenset((Ending.DEAD_END, Ending.NO_MATCHING_INPUT, Ending.ACTION_LIMIT, Ending.LOOP))
