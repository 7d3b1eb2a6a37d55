"""1,000 flows with distinct content in one process: at most 5 times what libyaml needs for its bare events."""

from __future__ import annotations

import gc
import time

from yaml.cyaml import CParser
from yaml.events import StreamEndEvent

from bench.flows import distinct
from ivr_action.check import check
from ivr_action.check.registry import RULES
from ivr_action.flow.formats.architect_yaml import read_architect_yaml
from ivr_action.flow.graph import build_graph
from ivr_action.flow.read import Reading
from ivr_action.flow.yamltext import parse_yaml
from ivr_action.report import summary
from ivr_action.report.look import Look

COUNT = 1_000
LIMIT = 5.0
ROUNDS = 3


def _events(texts: list[str]) -> None:
    for source in texts:
        next_event = CParser(source).get_event
        while next_event().__class__ is not StreamEndEvent:
            pass


def run() -> list[str]:
    """Measure each phase by itself; returns the limits that are broken, in words."""
    texts = [(name, data.decode()) for name, data in distinct(COUNT)]
    best: dict[str, float] = {}

    def timed(phase: str, start: float) -> None:
        seconds = time.perf_counter() - start
        best[phase] = min(seconds, best.get(phase, seconds))

    for _ in range(ROUNDS):
        gc.collect()
        gc.disable()  # as `read_flow` does; here for all phases, so that they are compared alike
        start = time.perf_counter()
        _events([source for _, source in texts])
        timed("events", start)
        start = time.perf_counter()
        documents = [parse_yaml(name, source) for name, source in texts]
        timed("parse", start)
        start = time.perf_counter()
        readings = []
        for doc in documents:
            flow = read_architect_yaml(doc)
            flow.graph = build_graph(flow)
            readings.append(Reading(doc, flow))
        timed("lower", start)
        start = time.perf_counter()
        report = check(readings)
        timed("check", start)
        start = time.perf_counter()
        summary.render(report, Look(rules=RULES, changed=None))
        timed("render", start)
        gc.enable()
        del documents, readings, report
    events = best.pop("events")
    total = sum(best.values())
    size = sum(len(source) for _, source in texts)
    print(f"{COUNT:,} flows, {size:,} characters; libyaml's bare events {events * 1000:.0f} ms")
    for phase, seconds in best.items():
        print(f"  {phase:<7} {seconds * 1000:6.0f} ms  {seconds / events:5.2f} ×")
    print(f"  {'total':<7} {total * 1000:6.0f} ms  {total / events:5.2f} ×  (at most {LIMIT})")
    return [] if total <= LIMIT * events else [f"1,000 flows took {total / events:.2f} times the bare events"]
