"""The same call through a node graph and through what it was compiled to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ivr_action.flow.conditions import classify
from ivr_action.flow.flow import ArchitectFlow, NodeGraphFlow
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Trace
from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.machine import Asks, Question, State
from ivr_action.trace.node_graph import NodeGraphMachine
from ivr_action.trace.walk import Answer, walk

SILENCE = CallerEvent(EventKind.SILENCE)
ENDLESS = (Ending.LOOP, Ending.ACTION_LIMIT)
LIMIT = 400


@dataclass(frozen=True)
class World:
    """A caller, and how everything else ends; always the same way."""

    keys: tuple[CallerEvent, ...] = ()
    """What the caller does where one key or word is asked for, one after the other."""
    numbers: tuple[CallerEvent, ...] = ()
    """The same where a number is asked for."""
    outcome: str = "success"
    data: Any = None
    schedule: str = "open"
    transfer: str = "success"


class Script:
    """One call. Which node asks is known by its id, which is its name in the compiled flow, too."""

    def __init__(self, source: NodeGraphFlow, world: World) -> None:
        self._types = {node.id: node.type for node in source.nodes}
        self._hears = {
            node.id: any("speech" in classify(condition.text).words for condition in node.conditions)
            for node in source.nodes
        }
        self._world = world
        self._keys, self._numbers = list(world.keys), list(world.numbers)

    def event(self, state: State) -> CallerEvent:
        id_ = next(part for part in reversed(re.split(r"[ /]", state.node)) if part in self._types)
        events = self._numbers if self._types[id_] == "collectInput" else self._keys
        event = events.pop(0) if events else SILENCE
        return SILENCE if event.kind is EventKind.SAY and not self._hears[id_] else event

    def answer(self, question: Question, state: State) -> Answer | None:
        del state
        world = self._world
        if question.asks is Asks.OUTCOME:
            late = world.outcome == "timeout" and question.key == "Rows"  # a look-up in a data table knows no timeout
            outcome = "failure" if late else world.outcome
            return Answer(outcome, world.data if outcome == "success" else None)
        if question.asks is Asks.SCHEDULE:
            return Answer(world.schedule)
        return Answer(world.transfer) if question.asks is Asks.TRANSFER else None

    def left_over(self) -> tuple[CallerEvent, ...]:
        return ()


def both(source: NodeGraphFlow, made: ArchitectFlow, world: World) -> tuple[Trace, Trace]:
    """The call through each of the two."""
    first = walk(NodeGraphMachine(source), Script(source, world), limit=LIMIT)
    second = walk(ArchitectMachine(made), Script(source, world), limit=10 * LIMIT)
    return first, second


def told(trace: Trace) -> tuple[str, str, tuple[str, ...]]:
    """How a call ended, and what was heard; of one without an end, the beginning. In a call flow the end of the flow is
    the end of the call, and a failed transfer that leads nowhere is made to be one."""
    if trace.ending in ENDLESS:
        return "endless", "", trace.heard[:10]
    over = trace.ending in (Ending.COMPLETED, Ending.DEAD_END)
    ended = Ending.DISCONNECTED if over else trace.ending
    return ended, trace.target, trace.heard
