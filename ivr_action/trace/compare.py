"""Which calls of the base version of a flow end differently in the changed one: what a reviewer reads first."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ivr_action.model import FlowGraph
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Trace
from ivr_action.trace.explore import Exploration
from ivr_action.trace.explored import ExploredCall
from ivr_action.trace.machine import Asks, Machine, Question, State
from ivr_action.trace.walk import Answer, walk

MOST_STEPS = 100_000
"""A few seconds. No published flow takes a hundredth of it; the calls of a deep flow share long beginnings."""


class Replay:
    """The script of an explored call: the same caller, the same answers of the world."""

    def __init__(self, call: ExploredCall) -> None:
        self._events = deque(call.events)
        self._answers: dict[tuple[Asks, str], deque[str]] = {}
        for given in call.answers:
            self._answers.setdefault((given.asks, given.key or given.node), deque()).append(given.name)

    def event(self, state: State) -> CallerEvent | None:
        """What the caller does next."""
        del state
        return self._events.popleft() if self._events else None

    def answer(self, question: Question, state: State) -> Answer | None:
        """What the world said to the same question; its last answer from then on."""
        said = self._answers.get((question.asks, question.key)) or self._answers.get((question.asks, state.node))
        if not said:
            return None
        return Answer(said.popleft() if len(said) > 1 else said[0])

    def left_over(self) -> tuple[CallerEvent, ...]:
        """What the caller would still have done."""
        return tuple(self._events)


@dataclass(frozen=True, slots=True)
class Difference:
    """One call that ends differently now."""

    caller: str
    """What the caller did and what the world answered, in words."""
    before: str
    after: str
    base: Trace
    head: Trace


def ends_differently(base: Exploration, head: Machine, graph: FlowGraph) -> list[Difference]:
    """Replay the base version's calls on the changed flow.

    Args:
        base: the explored base version.
        head: machine of the changed flow.
        graph: of the changed flow.

    Returns:
        Calls that end in another way or with another target, or, ending alike, at another action that still exists
        (a renamed one is no difference). Calls that ran into a bound are left out.
    """
    return compared(base, head, graph).differences


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of replaying calls."""

    differences: list[Difference]
    left: int = 0
    """Calls that were not replayed, since the others took all the steps that there are for it."""


def compared(base: Exploration, head: Machine, graph: FlowGraph, *, most_steps: int = MOST_STEPS) -> Comparison:
    """As `ends_differently`, with at most so many steps for all calls together; the shortest come first."""
    found: list[Difference] = []
    calls = [call for call in base.calls if call.ending is not Ending.ACTION_LIMIT]
    for number, call in enumerate(calls):
        if most_steps < 0:
            return Comparison(found, len(calls) - number)
        now = walk(head, Replay(call), limit=call.length * 4 + 1_000)
        most_steps -= len(now.steps)
        before = call.trace
        if not _alike(before, now, graph):
            found.append(Difference(describe(call), ending_in_words(before), ending_in_words(now), before, now))
    return Comparison(found)


def _alike(base: Trace, head: Trace, graph: FlowGraph) -> bool:
    if (base.ending, base.target) != (head.ending, head.target):
        return False
    if not base.steps or not head.steps:
        return base.steps == head.steps
    last = base.steps[-1].node
    return last == head.steps[-1].node or last not in graph.nodes


def ending_in_words(trace: Trace) -> str:
    """`reached Sales`, `was disconnected at …`: the end of "the caller …"."""
    at = f" at `{trace.steps[-1].node}`" if trace.steps else ""
    match trace.ending:
        case Ending.TRANSFERRED:
            return f"reached {trace.target}" if trace.target else f"was transferred{at}"
        case Ending.DISCONNECTED:
            return f"was disconnected{at}"
        case Ending.COMPLETED:
            return f"came to the end of the flow{at}"
        case Ending.HUNG_UP:
            return "hung up"
        case Ending.DEAD_END:
            return f"was left without a way on{at}"
        case Ending.NO_MATCHING_INPUT:
            return f"found no way for what they did{at}"
        case Ending.ACTION_LIMIT:
            return "went round until the limit of actions"
        case Ending.LOOP:
            return f"went in a circle{at}"
        case Ending.STOPPED:
            return f"left what the files tell{at}"


_DID = {
    EventKind.PRESS: "pressed {}",
    EventKind.SAY: "said “{}”",
    EventKind.SILENCE: "stayed silent",
    EventKind.HANG_UP: "hung up",
    EventKind.ERROR: "met an error",
}


def describe(call: ExploredCall) -> str:
    """What the caller did, and what the world answered where that was not the usual: `pressed 2 at Main Menu; Get
    Customer: failure`."""
    parts: list[str] = []
    previous = ""
    for node, event, _ in call.told():
        if event is None:
            continue
        did = _DID[event.kind].format(event.text)
        words = f"{did} at {node.rsplit('/', 1)[-1]}"
        if words == previous:
            continue  # silence again and again until a menu gives up
        parts.append(words)
        previous = words
    answers = dict.fromkeys(
        f"{given.key or given.node.rsplit('/', 1)[-1]}: {given.name}" for given in call.answers if not given.usual
    )
    return "; ".join(filter(None, (", ".join(parts), ", ".join(answers)))) or "every caller"
