"""Exploring is bounded: a flow of 10,000 nodes within 10 seconds of one core, and no more memory for a node of a large
flow than for one of a small flow."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from typing import Any

from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.trace.explore import Exploration, explore
from ivr_action.trace.node_graph import NodeGraphMachine

SIZES = (1_000, 10_000)
SECONDS = 10.0
LIMIT = 1.5
"""A node of the large flow may take this many times the memory of one of the small flow."""
_BLOCK = 10


def branching(count: int) -> bytes:
    """A flow of `count` nodes in blocks of ten: a menu that leads on, back and out, a look-up that fails, a condition
    that nobody can tell, one that a variable decides, a transfer that may fail."""
    nodes: dict[str, Any] = {}
    for at in range(0, count, _BLOCK):
        ids = [f"n{at + offset}" for offset in range(_BLOCK)]
        back, on = f"n{max(0, at - _BLOCK)}", f"n{at + _BLOCK if at + _BLOCK < count else at + _BLOCK - 1}"
        menu, look_up, tier, greet, gold, sets, queue, sorry, ask, bye = ids
        nodes[menu] = _node("menu", ("dtmf == '1'", look_up), ("dtmf == '2'", ask), ("dtmf == '9'", back), (_ELSE, bye))
        nodes[look_up] = _node("dataAction", ("error", sorry), (_ELSE, tier), result=f"found{at}")
        nodes[tier] = _node("decision", (f"tier{at} == 'gold'", gold), (_ELSE, greet))
        nodes[greet] = _node("playPrompt", (_ELSE, sets))
        nodes[gold] = _node("playPrompt", (_ELSE, queue))
        nodes[sets] = _node("updateData", (_ELSE, ask)) | {"variables": {"open": at % 20 == 0}}
        nodes[queue] = _node("transferToQueue", ("error", sorry), queue=f"Queue {at}")
        nodes[sorry] = _node("playPrompt", (_ELSE, bye))
        nodes[ask] = _node("decision", ("open == true", on), (_ELSE, bye if at % 100 else on))
        nodes[bye] = _node("disconnect")
    return json.dumps({"name": "Branching", "startNodeId": "n0", "variables": {"open": True}, "nodes": nodes}).encode()


_ELSE = "default"


def _node(type_: str, *ways: tuple[str, str], **properties: str) -> dict[str, Any]:
    conditions = [{"condition": condition, "destinationNodeId": target} for condition, target in ways]
    return {"type": type_, "properties": properties, "transitionConditions": conditions}


def _explored(data: bytes) -> tuple[Exploration, int]:
    flow = read_flow("branching.json", data).flow
    assert isinstance(flow, NodeGraphFlow)
    return explore(NodeGraphMachine(flow), flow.graph), len(flow.graph.transitions)


def run() -> list[str]:
    """Measure; returns the limits that are broken, in words."""
    broken: list[str] = []
    memory: dict[int, float] = {}
    for size in SIZES:
        data = branching(size)
        gc.collect()
        start = time.process_time()
        found, transitions = _explored(data)
        seconds = time.process_time() - start
        reached = 1 - len(found.uncovered) / transitions
        gc.collect()
        tracemalloc.start()
        _explored(data)
        memory[size] = tracemalloc.get_traced_memory()[1] / size
        tracemalloc.stop()
        print(
            f"explored {size:>6,} nodes: {seconds:5.2f} s, {found.steps:,} steps, {len(found.calls):,} calls, "
            f"{reached:.1%} of transitions, {memory[size] / 1000:.1f} kB a node at the peak"
        )
        if seconds > SECONDS:
            broken.append(f"exploring {size:,} nodes takes {seconds:.1f} s")
    ratio = memory[SIZES[1]] / memory[SIZES[0]]
    print(f"  a node of the larger takes {ratio:.2f} times the memory of one of the smaller (at most {LIMIT})")
    if ratio > LIMIT:
        broken.append(f"memory is not linear: {ratio:.2f}")
    return broken
