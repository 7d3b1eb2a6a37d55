"""Percentiles, a run's metrics, and the specification's tracker."""

from __future__ import annotations

import json
import math
import threading
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import ivr_action
from ivr_action.metrics import FlowMetricsTracker, Metrics, percentile
from ivr_action.model.deployment import DeployedFlow, Result


@pytest.mark.parametrize(
    ("percent", "expected"), [(5, 15), (30, 20), (40, 20), (50, 35), (95, 50), (99, 50), (100, 50)]
)
def test_a_percentile_is_the_nearest_rank(percent: int, expected: float) -> None:
    assert percentile([50, 15, 40, 20, 35], percent) == expected


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=200), st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_enough_values_do_not_exceed(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    enough = math.ceil(Fraction(percent, 100) * len(values))
    assert sum(1 for value in values if value <= found) >= enough
    assert sum(1 for value in values if value < found) < enough


def test_no_value_has_no_percentile() -> None:
    assert percentile([], 50) is None
    with pytest.raises(ValueError, match="over 0 and up to 100"):
        percentile([1.0], 0)


SCHEMA = json.loads((Path(ivr_action.__file__).parent / "schema" / "metrics-1.json").read_text(encoding="utf-8"))


def flow(result: Result, **given: float) -> DeployedFlow:
    return DeployedFlow("flows/main.yaml", "Main", "inboundcall", result, **given)  # type: ignore[arg-type]


def test_a_run_counts_what_was_saved_and_what_was_waited_for() -> None:
    flows = [
        flow(Result.DEPLOYED, seconds=2.0, attempts=1),
        flow(Result.MERGED, seconds=8.5, attempts=3, conflicts=2, waited=4.25),
        flow(Result.FAILED, seconds=99.0, attempts=1, waited=1.0),
        flow(Result.UNCHANGED, seconds=0.1),
        flow(Result.SKIPPED),
    ]
    found = Metrics.of(flows, validated=8, validation_failures=2).as_json()
    Draft202012Validator(SCHEMA).validate(found)
    assert found["save_latency_ms"] == {"p50": 2000.0, "p95": 8500.0, "p99": 8500.0}
    assert (found["saves"], found["succeeded"], found["attempts"], found["conflicts"]) == (3, 2, 5, 2)
    assert (found["waits"], found["waited_seconds"]) == (2, 5.25)
    assert (found["validated"], found["validation_failures"], found["validation_failure_rate"]) == (8, 2, 0.25)
    assert (found["schema"], found["tool"]["version"]) == ("urn:ivr-action:schema:metrics:1.0", ivr_action.__version__)


def test_a_run_without_saves_has_no_latency_and_a_small_json() -> None:
    empty = Metrics().as_json()
    Draft202012Validator(SCHEMA).validate(empty)
    assert empty["save_latency_ms"] == {"p50": None, "p95": None, "p99": None}
    assert empty["validation_failure_rate"] == 0.0
    many = Metrics.of([flow(Result.DEPLOYED, seconds=1.0, attempts=1)] * 5000, validated=5000, validation_failures=0)
    assert len(json.dumps(many.as_json())) < 600


def test_successes_count_as_attempts() -> None:
    tracker = FlowMetricsTracker()
    assert tracker.get_success_rate() == 0.0
    for latency in (120.0, 80.0, 400.0):
        tracker.record_success(latency)
    tracker.record_validation_failure()
    assert (tracker.total_attempts, tracker.successful_updates, tracker.validation_failures) == (4, 3, 1)
    assert tracker.latencies == [120.0, 80.0, 400.0]
    assert tracker.get_success_rate() == 0.75


def test_what_the_platform_refused_is_no_validation_failure() -> None:
    tracker = FlowMetricsTracker()
    tracker.record_success(100.0)
    tracker.record_success(300.0)
    tracker.record_failure()
    tracker.record_validation_failure()
    found = tracker.get_metrics()
    assert (found["failures"], found["validation_failures"]) == (1, 1)
    assert (found["success_rate"], found["validation_failure_rate"]) == (0.5, 0.25)
    assert (found["average_latency_ms"], found["p50_latency_ms"], found["p99_latency_ms"]) == (200.0, 100.0, 300.0)


@pytest.mark.parametrize("latency", [-1.0, math.nan, math.inf])
def test_a_latency_that_is_none_is_refused_and_nothing_is_counted(latency: float) -> None:
    tracker = FlowMetricsTracker()
    with pytest.raises(ValueError, match="latency_ms"):
        tracker.record_success(latency)
    assert (tracker.total_attempts, tracker.latencies) == (0, [])


def test_threads_lose_no_count() -> None:
    tracker = FlowMetricsTracker()
    rates = []

    def work() -> None:
        for number in range(500):
            tracker.record_success(float(number))
            tracker.record_validation_failure()
            found = tracker.get_metrics()
            rates.append(found["total_attempts"] - found["successful_updates"] - found["validation_failures"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tracker.total_attempts, tracker.successful_updates, len(tracker.latencies)) == (8000, 4000, 4000)
    assert set(rates) == {0}
