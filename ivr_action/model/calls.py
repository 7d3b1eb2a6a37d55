"""What became of the calls through one flow, as every renderer reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ivr_action.model.coverage import Coverage
from ivr_action.model.finding import Finding
from ivr_action.model.graph import FlowGraph, Transition
from ivr_action.model.trace import Ending, Trace


class Made(Protocol):
    """What puts a call's trace together; the explorer's calls share their steps until then."""

    @property
    def trace(self) -> Trace: ...


@dataclass(frozen=True, slots=True)
class TracedCall:
    """One call, a scenario's or one that the explorer found."""

    name: str
    passed: bool
    ending: Ending
    target: str
    """The queue, number, person or flow of a transfer, else empty."""
    choices: int
    """What the caller did, counted."""
    made: Made = field(repr=False)
    scenario: str = ""
    """Path of the scenario file; empty for an explored call."""
    line: int | None = None
    """Of the call in the scenario file."""
    failures: tuple[str, ...] = ()
    """What went otherwise, in words."""
    seconds: float = 0.0
    """Of the prompts that were heard, an estimate: see docs/trace.md."""

    @property
    def trace(self) -> Trace:
        """All of it; ask once, it may be put together anew each time."""
        return self.made.trace


class Uncovered(NamedTuple):
    """A transition that no call takes."""

    transition: Transition
    why: str
    """`unreachable`, `ruled out`, `not met`, `bound`, `no scenario`; public in the JSON of `ivr-action trace`."""
    line: int | None = None
    """Of the node it leaves."""
    instead: tuple[str, ...] = ()
    """For `ruled out`: the ways that were taken."""


class Doubt(NamedTuple):
    """A question that the flow's file cannot answer."""

    node: str
    question: str
    """`decision`, `outcome`, `schedule`, `transfer`, `call`."""
    key: str
    """How a scenario names it."""
    reason: str
    answers: tuple[str, ...]
    """What was tried, or assumed."""


class Section(NamedTuple):
    """Coverage of one menu, task or state."""

    name: str
    """`menu/Main Menu`."""
    nodes: tuple[int, int]
    """Visited, all."""
    transitions: tuple[int, int]
    """Taken, all; a transition belongs where it starts."""


class Change(NamedTuple):
    """A call of the base version that ends differently now; the words of "callers who …"."""

    caller: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TracedFlow:
    """One flow with its calls."""

    path: str
    name: str
    graph: FlowGraph
    calls: tuple[TracedCall, ...]
    coverage: Coverage
    uncovered: tuple[Uncovered, ...] = ()
    unknown: tuple[Doubt, ...] = ()
    sections: tuple[Section, ...] = ()
    asked: Mapping[str, int] = field(default_factory=dict)
    """How many visits the file decided (`evaluated`), the scenario or explorer answered (`supplied`), and were assumed
    (`unknown`)."""
    lines: Mapping[str, int | None] = field(default_factory=dict)
    """Line of each node."""
    explored: bool = True
    """False where the calls are those of scenarios."""
    changes: tuple[Change, ...] = ()
    """Calls of the base version that end differently."""
    loops: int = 0
    """Circles that no caller, no clock and no count ends."""

    @property
    def passed(self) -> int:
        """Number of calls that did what they should."""
        return sum(call.passed for call in self.calls)

    @property
    def failed(self) -> int:
        """Number of calls that did not."""
        return len(self.calls) - self.passed

    @property
    def nodes(self) -> float:
        """Share of the nodes that calls came to, in [0, 1]."""
        return self.coverage.of_nodes(self.graph)

    @property
    def transitions(self) -> float:
        """Share of the transitions that calls took, in [0, 1]."""
        return self.coverage.of_transitions(self.graph)

    @property
    def choices_to_agent(self) -> tuple[int, int] | None:
        """Fewest and most things that callers did before they were transferred; None where no call was."""
        counts = [call.choices for call in self.calls if call.ending is Ending.TRANSFERRED]
        return (min(counts), max(counts)) if counts else None

    @property
    def seconds_to_agent(self) -> tuple[float, float] | None:
        """Fewest and most seconds of prompts before a transfer, an estimate; None where no call was transferred."""
        seconds = [call.seconds for call in self.calls if call.ending is Ending.TRANSFERRED]
        return (min(seconds), max(seconds)) if seconds else None


def percent(share: float) -> float:
    """A share as percent, cut to one digit: 100 only where nothing is missing."""
    return int(share * 1000 + 1e-9) / 10


@dataclass(frozen=True, slots=True)
class TraceReport:
    """The calls of one run, and what was found by them."""

    flows: tuple[TracedFlow, ...]
    findings: tuple[Finding, ...] = ()
    """Worst first; mistakes in scenario files are among them."""
    notices: tuple[str, ...] = ()
    """What the reader must know about the run itself: what was not traced, and why."""

    @property
    def passed(self) -> int:
        """Number of calls that did what they should."""
        return sum(flow.passed for flow in self.flows)

    @property
    def failed(self) -> int:
        """Number of calls that did not."""
        return sum(flow.failed for flow in self.flows)
