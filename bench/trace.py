"""Simulated calls through node graphs: at least 200,000 steps a second of one core, by the processor's own clock."""

from __future__ import annotations

import time

from bench.topology import chain
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.model.trace import CallerEvent, EventKind
from ivr_action.trace.machine import Question, State
from ivr_action.trace.node_graph import NodeGraphMachine
from ivr_action.trace.walk import Answer, walk

LEAST = 200_000
"""Steps a second."""
STEPS = 20_000
_MENUS = b"""\
startNodeId: menu
variables: { tier: gold, tries: 3 }
nodes:
  menu:
    type: menu
    properties: { audioResource: { id: menu, type: resource } }
    transitionConditions:
      - { condition: dtmf == '2', destinationNodeId: menu }
      - { condition: dtmf == '1' || speech == 'sales', destinationNodeId: tier }
      - { condition: default, destinationNodeId: menu }
  tier:
    type: decision
    transitionConditions:
      - { condition: tier == 'silver', destinationNodeId: menu }
      - { condition: tier == 'gold' && tries > 2, destinationNodeId: hello }
      - { condition: default, destinationNodeId: menu }
  hello:
    type: playAudio
    properties: { audioResource: { id: hello, type: resource } }
    transitionConditions: [{ condition: default, destinationNodeId: menu }]
"""


class _Caller:
    """Presses 1 wherever the flow waits."""

    def event(self, state: State) -> CallerEvent | None:
        return CallerEvent(EventKind.PRESS, "1")

    def answer(self, question: Question, state: State) -> Answer | None:
        return None

    def left_over(self) -> tuple[CallerEvent, ...]:
        return ()


def _machine(name: str, data: bytes) -> NodeGraphMachine:
    flow = read_flow(name, data).flow
    assert isinstance(flow, NodeGraphFlow)
    return NodeGraphMachine(flow)


def run() -> list[str]:
    """Measure; returns the limits that are broken, in words."""
    broken: list[str] = []
    cases = {
        "a chain of prompts": _machine("chain.json", chain(STEPS)),
        "menus and decisions": _machine("menus.yaml", _MENUS),
        "the same in CEL": _machine("menus.yaml", _MENUS.replace(b"tries > 2", b"size(tier) > 2")),
    }
    for what, machine in cases.items():
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            trace = walk(machine, _Caller(), limit=STEPS)
            best = min(best, time.process_time() - start)
        assert len(trace.steps) == STEPS
        rate = STEPS / best
        print(f"simulated calls, {what}: {rate:,.0f} steps a second (at least {LEAST:,})")
        if rate < LEAST:
            broken.append(f"simulated calls, {what}: {rate:,.0f} steps a second")
    return broken
