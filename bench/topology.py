"""Reading and checking a node graph is linear up to 100,000 nodes."""

from __future__ import annotations

import gc
import json
import time

from ivr_action.check import check
from ivr_action.flow.read import read_flow

SIZES = (1_000, 10_000, 100_000)
LIMIT = 3.0
"""A node of the largest graph may cost this many times one of the middle one: caches do not scale, algorithms do."""


def chain(count: int) -> bytes:
    """A flow of `count` nodes, each leading to the next."""
    nodes = {
        f"n{i}": {
            "id": f"n{i}",
            "type": "playPrompt",
            "transitionConditions": [{"condition": "default", "destinationNodeId": f"n{i + 1}"}],
            "variables": {},
            "properties": {"audioResource": {"id": "hello", "type": "resource"}},
        }
        for i in range(count - 1)
    }
    nodes[f"n{count - 1}"] = {"id": f"n{count - 1}", "type": "disconnect", "transitionConditions": []}
    return json.dumps({"name": "Chain", "startNodeId": "n0", "nodes": nodes}).encode()


def run() -> list[str]:
    """Measure; returns the limits that are broken, in words."""
    cost: dict[int, float] = {}
    for size in SIZES:
        data = chain(size)
        best = float("inf")
        for _ in range(3):
            gc.collect()
            start = time.perf_counter()
            report = check([read_flow("chain.json", data)])
            best = min(best, time.perf_counter() - start)
        errors = [finding for finding in report.findings if finding.level == "error"]
        if errors:
            return [f"the chain of {size:,} nodes has findings: {errors[0].message}"]
        cost[size] = best / size
        print(f"chain of {size:>7,} nodes: {best * 1000:7.0f} ms, {best / size * 1e6:5.2f} µs a node")
    ratio = cost[SIZES[2]] / cost[SIZES[1]]
    print(f"  a node of the largest costs {ratio:.2f} times one of the middle (at most {LIMIT})")
    return [] if ratio <= LIMIT else [f"not linear: {ratio:.2f}"]
