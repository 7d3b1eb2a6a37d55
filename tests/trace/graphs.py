"""Small node graphs for tests, and generated ones."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.model.trace import CallerEvent, EventKind
from ivr_action.trace.machine import Question, State
from ivr_action.trace.node_graph import NodeGraphMachine
from ivr_action.trace.walk import Answer

SILENCE = CallerEvent(EventKind.SILENCE)
HANG_UP = CallerEvent(EventKind.HANG_UP)
ERROR = CallerEvent(EventKind.ERROR)


def press(keys: str) -> CallerEvent:
    """The caller presses keys."""
    return CallerEvent(EventKind.PRESS, keys)


def say(words: str) -> CallerEvent:
    """The caller says something."""
    return CallerEvent(EventKind.SAY, words)


def node(type_: str, *ways: tuple[str, str], **more: Any) -> dict[str, Any]:
    """A node of a type with its (condition, destination) pairs; `more` are further keys."""
    return {
        "type": type_,
        "transitionConditions": [
            {"condition": condition, "destinationNodeId": destination} for condition, destination in ways
        ],
        **more,
    }


def flow(nodes: dict[str, Any], start: str = "a", **more: Any) -> NodeGraphFlow:
    """A flow that went through the real reader."""
    data = json.dumps({"startNodeId": start, "nodes": nodes, **more}).encode()
    found = read_flow("flow.json", data).flow
    assert isinstance(found, NodeGraphFlow)
    return found


def machine(nodes: dict[str, Any], start: str = "a", **more: Any) -> NodeGraphMachine:
    """The machine of such a flow."""
    return NodeGraphMachine(flow(nodes, start, **more))


class Script:
    """A caller, and answers by question key; what has no answer is unknown."""

    def __init__(self, *events: CallerEvent, answers: dict[str, Answer | str] | None = None) -> None:
        self.events = list(events)
        self.answers = answers or {}
        self.asked: list[Question] = []

    def event(self, state: State) -> CallerEvent | None:
        return self.events.pop(0) if self.events else None

    def answer(self, question: Question, state: State) -> Answer | None:
        self.asked.append(question)
        found = self.answers.get(question.key)
        return Answer(found) if isinstance(found, str) else found

    def left_over(self) -> tuple[CallerEvent, ...]:
        return tuple(self.events)


_CONDITIONS = [
    "default", "else", "timeout", "noMatch", "error", "dtmf == '1'", "dtmf == '2'", "dtmf == '1' || speech == 'a'",
    "speech == 'a'", "dtmf != '1'", "tier == 'gold'", "tier == 'gold' && dtmf == '1'", "count > 2", "!vip", "vip",
    "true", "nobody == 1", "nobody == 1 || vip", "size(dtmf) == 2",
]  # fmt: skip
_TYPES = [
    "menu",
    "collectInput",
    "playAudio",
    "decision",
    "updateData",
    "unheardOf",
    "disconnect",
    "end",
    "transferToAcd",
]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Nodes `n0`, `n1` …, every transition to one of them."""
    count = draw(st.integers(1, 7))
    ids = [f"n{i}" for i in range(count)]
    way = st.tuples(st.sampled_from(_CONDITIONS), st.sampled_from(ids))
    settings = st.fixed_dictionaries(
        {},
        optional={
            "tier": st.sampled_from(["gold", "silver"]),
            "count": st.integers(0, 4),
            "vip": st.booleans(),
        },
    )
    made: dict[str, Any] = {}
    for id_ in ids:
        made[id_] = node(draw(st.sampled_from(_TYPES)), *draw(st.lists(way, max_size=4)), variables=draw(settings))
    return made


INPUTS = st.lists(st.sampled_from(["1", "2", "a", "12", "x", "<timeout>", "<error>", "<hangup>"]), max_size=8)
"""What callers of `execute_mock_trace` do."""
