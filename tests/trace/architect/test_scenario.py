"""A scenario file runs on an Architect flow, in both formats of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.run import run_scenario
from ivr_action.trace.scenario import read_scenario
from tests.corpus import need_corpus
from tests.trace.architect.calls import flow_of

SCENARIO = b"""
flow: CacheExampleFlow.yaml
calls:
  - name: the table fails, and the initial value lets the caller through
    given:
      data-actions: {IVR Cache: failure}
    expect: {queue: Services, hears: Please wait, steps: 4}
  - name: nobody is free
    given:
      data-actions:
        IVR Cache: {found: {AgentsIdle: true, Updated: "2024-01-01T00:00:00Z"}}
        Get On Queue Agent Counts: {success: {counts: [1, 0], statuses: [INTERACTING, IDLE]}}
      decisions:
        DateTimeDiff(GetCurrentDateTimeUtc(), ToDateTime(Task.CacheUpdated)) >= Task.CacheDuration: true
    expect: {ends: disconnected, hears: no representatives, never: [Please wait]}
  - name: this one is wrong
    given:
      variables: {Task.AgentsIdle: false}
      data-actions: {IVR Cache: failure}
    expect: {queue: Services}
"""


@pytest.mark.parametrize(
    "name", ["architect-yaml/{}/CacheExampleFlow.yaml", "architect-export/{}/CacheExample.i3InboundFlow"]
)
def test_a_scenario_runs_on_both_formats(name: str) -> None:
    path: Path = need_corpus() / name.format("design-architect-flow-data-actions-for-resiliency")
    flow = flow_of(path)
    results = run_scenario(read_scenario("cache.yaml", SCENARIO), ArchitectMachine(flow), flow)
    assert [result.passed for result in results] == [True, True, False]
    assert results[2].trace is not None
    assert results[2].trace.ending == "disconnected"
