"""What saving costs: how long, how often, and how many flows validation turns away."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ivr_action import __version__

if TYPE_CHECKING:
    from ivr_action.model.deployment import DeployedFlow

SCHEMA = "urn:ivr-action:schema:metrics:1.0"
"""Versioned: a new minor version only adds."""
PERCENTS = (50, 95, 99)


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The nearest-rank percentile: the smallest value that at least `percent` % of the values do not exceed.

    It is always one of the values, never something between two; None where there is no value.

    Args:
        values: in any order.
        percent: over 0 and up to 100.
    """
    if not 0 < percent <= 100:
        raise ValueError(f"A percentile is over 0 and up to 100, not {percent}.")
    if not values:
        return None
    rank = -(-len(values) * percent // 100)  # rounded up, in integers, so that no rank is missed by a rounding
    return sorted(values)[rank - 1]


@dataclass(frozen=True, slots=True)
class Metrics:
    """Of one run."""

    latencies_ms: tuple[float, ...] = ()
    """Of each save that became live: from the first look at the flow to its verification, waiting included."""
    attempts: int = 0
    """Times that something was sent."""
    saves: int = 0
    """Flows that were taken up for saving; those that were unchanged are none."""
    succeeded: int = 0
    """Of these: saved and verified."""
    conflicts: int = 0
    """Times that somebody else was faster."""
    waits: int = 0
    """Flows whose save waited: for the pace, a 429, a lock or another's change."""
    waited_seconds: float = 0.0
    validated: int = 0
    """Flows that were validated."""
    validation_failures: int = 0
    """Of these: turned away."""

    @classmethod
    def of(cls, flows: Iterable[DeployedFlow], *, validated: int, validation_failures: int) -> Metrics:
        """What a deployment cost.

        Args:
            flows: of the deployment.
            validated: flows that were validated in this run.
            validation_failures: of these, the ones that were turned away.
        """
        flows = tuple(flows)
        live = [flow for flow in flows if flow.result.is_live]
        waiting = [flow for flow in flows if flow.waited > 0]
        return cls(
            latencies_ms=tuple(flow.seconds * 1000 for flow in live),
            attempts=sum(flow.attempts for flow in flows),
            saves=sum(1 for flow in flows if flow.attempts or flow.result.is_live),
            succeeded=len(live),
            conflicts=sum(flow.conflicts for flow in flows),
            waits=len(waiting),
            waited_seconds=sum(flow.waited for flow in waiting),
            validated=validated,
            validation_failures=validation_failures,
        )

    @property
    def validation_failure_rate(self) -> float:
        """From 0 to 1; 0 where nothing was validated."""
        return self.validation_failures / self.validated if self.validated else 0.0

    def latency_ms(self, percent: int) -> float | None:
        """The nearest-rank percentile of the save latency; None where nothing was saved."""
        return percentile(self.latencies_ms, percent)

    def as_json(self) -> dict[str, Any]:
        """For the output `metrics` (docs/metrics.md); a few hundred bytes, however many flows there are."""
        latencies = {f"p{percent}": _rounded(self.latency_ms(percent)) for percent in PERCENTS}
        return {
            "schema": SCHEMA,
            "tool": {"name": "ivr-action", "version": __version__},
            "save_latency_ms": latencies,
            "saves": self.saves,
            "succeeded": self.succeeded,
            "attempts": self.attempts,
            "conflicts": self.conflicts,
            "waits": self.waits,
            "waited_seconds": round(self.waited_seconds, 3),
            "validated": self.validated,
            "validation_failures": self.validation_failures,
            "validation_failure_rate": round(self.validation_failure_rate, 4),
        }


class FlowMetricsTracker:
    """Counts what becomes of updates; may be shared by threads.

    A success counts as an attempt, unlike in the tutorial: `successful_updates` never exceeds `total_attempts`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.total_attempts = 0
        """Updates that were begun, whatever became of them: each `record_…` counts one."""
        self.successful_updates = 0
        self.validation_failures = 0
        """Updates that were turned away before anything was sent."""
        self.failures = 0
        """Updates that the platform refused, or whose outcome is unknown."""
        self.latencies: list[float] = []
        """Milliseconds of each success, in the order in which they were recorded."""

    def record_success(self, latency_ms: float) -> None:
        """Counts an update that was saved.

        Args:
            latency_ms: how long it took, in milliseconds.

        Raises:
            ValueError: it is negative or no number.
        """
        if not 0 <= latency_ms < float("inf"):
            raise ValueError(f"`latency_ms` is {latency_ms}; it must be a number of milliseconds, 0 or more.")
        with self._lock:
            self.total_attempts += 1
            self.successful_updates += 1
            self.latencies.append(latency_ms)

    def record_validation_failure(self) -> None:
        """Counts an update that was turned away before anything was sent."""
        with self._lock:
            self.total_attempts += 1
            self.validation_failures += 1

    def record_failure(self) -> None:
        """Counts an update that was sent and not saved, as far as anybody can tell."""
        with self._lock:
            self.total_attempts += 1
            self.failures += 1

    def get_success_rate(self) -> float:
        """Successes by attempts, from 0 to 1; 0 before the first attempt."""
        with self._lock:
            return self.successful_updates / self.total_attempts if self.total_attempts else 0.0

    def get_metrics(self) -> dict[str, Any]:
        """All of it at one moment, ready for JSON; what cannot be said yet is None."""
        with self._lock:
            attempts, successes, refused = self.total_attempts, self.successful_updates, self.validation_failures
            failures, latencies = self.failures, tuple(self.latencies)
        return {
            "total_attempts": attempts,
            "successful_updates": successes,
            "validation_failures": refused,
            "failures": failures,
            "success_rate": successes / attempts if attempts else 0.0,
            "validation_failure_rate": refused / attempts if attempts else 0.0,
            "average_latency_ms": sum(latencies) / len(latencies) if latencies else None,
            **{f"p{percent}_latency_ms": percentile(latencies, percent) for percent in PERCENTS},
        }


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)
