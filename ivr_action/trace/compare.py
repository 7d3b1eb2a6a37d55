"""Which calls of the base version of a flow end differently in the changed one: what a reviewer reads first."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ivr_action.model import FlowGraph
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Trace
from ivr_action.trace.explore import Exploration, ExploredCall
from ivr_action.trace.machine import Asks, Machine, Question, State
from ivr_action.trace.walk import Answer, walk


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
    found = []
    for call in base.calls:
        if call.trace.ending is Ending.ACTION_LIMIT:
            continue
        now = walk(head, Replay(call), limit=len(call.trace.steps) * 4 + 1_000)
        if _alike(call.trace, now, graph):
            continue
        found.append(Difference(describe(call), ending_in_words(call.trace), ending_in_words(now), call.trace, now))
    return found


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
    """What the caller did and what the world answered: `pressed 2 at Main Menu; Get Customer: failure`."""
    parts: list[str] = []
    previous = ""
    for step in call.trace.steps:
        if step.event is None:
            continue
        did = _DID[step.event.kind].format(step.event.text)
        words = f"{did} at {step.node.rsplit('/', 1)[-1]}"
        if words == previous:
            continue  # silence again and again until a menu gives up
        parts.append(words)
        previous = words
    answers = dict.fromkeys(f"{given.key or given.node.rsplit('/', 1)[-1]}: {given.name}" for given in call.answers)
    return "; ".join(filter(None, (", ".join(parts), ", ".join(answers)))) or "every caller"
