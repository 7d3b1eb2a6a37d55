"""100 flows deployed against the emulator, in time that goes faster: what it takes beside what it must take.

5 % of the flows have drifted, 5 % of the requests are answered 429. The least that it can take is the larger of two:
all requests, those inside of jobs too, at the client's pace; and all jobs, two at a time. It may take 1.3 times that,
two requests for an unchanged flow, and eight and its polls for a changed one.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ivr_action.emulator import Emulator, ScaledTime
from ivr_action.emulator.world import Pace
from ivr_action.genesys.client import connect
from ivr_action.genesys.clock import Clock
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.model.deployment import Deployment, Result
from tests.deploy.bench import YAML, Bench
from tests.genesys.fakes import STEADY

FLOWS, DRIFTED = 100, 5
THROTTLED, RETRY_AFTER = 0.05, 2
PER_MINUTE, AT_ONCE = 300, 2
LIMIT = 1.3
UNCHANGED, CHANGED = 2, 8
"""Requests of one flow; beside them the polls, and each queue or prompt that is looked up once a run."""


@dataclass(frozen=True)
class Case:
    """What is deployed."""

    name: str
    changed: int
    """Flows whose files have changed, the drifted ones among them."""
    job: float
    """Seconds that a publish job takes."""
    factor: float
    """Seconds of the platform's in a real one: a request on loopback counts that much more, both sides' work in it."""


CASES = (Case("all changed, jobs of 20 s", 100, 20.0, 40.0), Case("25 changed, jobs of 4 s", 25, 4.0, 10.0),
         Case("none changed", 0, 4.0, 10.0))  # fmt: skip


@dataclass
class Measured:
    """What one case took."""

    case: Case
    deployment: Deployment
    seconds: float
    asked: Counter[str]
    inside: int
    """Requests that the jobs have spent."""
    lost: list[str]

    @property
    def least(self) -> float:
        jobs = self.asked["upload"]
        requests = self.asked.total() - jobs + self.inside
        return max(requests / PER_MINUTE * 60, jobs * self.case.job / AT_ONCE)

    @property
    def broken(self) -> list[str]:
        """Limits, in words."""
        name, asked, found = self.case.name, self.asked, list(self.lost)
        if self.seconds > LIMIT * self.least:
            found.append(f"took {self.seconds:.0f} s, {self.seconds / self.least:.2f} times the least")
        rest = asked.total() - asked["look-up"] - asked["poll"] - asked["429"] - asked["once"]
        changed = self.deployment.count(Result.DEPLOYED)
        if rest > changed * CHANGED + (FLOWS - changed) * UNCHANGED + DRIFTED * UNCHANGED:
            found.append(f"asked {rest} times beside polls, look-ups and 429s: {dict(asked)}")
        return [f"{name}: {text}" for text in found]


def text(number: int, says: str) -> str:
    """A flow that looks up two queues and a prompt."""
    return YAML.replace("Press 1", f"Press {says}").replace("name: Main line", f"name: Line {number}")


def measure(case: Case) -> Measured:
    """Deploys, changes, deploys again: the second time is measured."""
    time = ScaledTime(case.factor)
    quick = Pace(job=0.0, requests=1_000_000)
    with Emulator(clock=time.now, pause=time.pause, pace=quick, rng=random.Random(1)) as emulator:
        for kind, name in (("queue", "Sales"), ("queue", "Support"), ("userPrompt", "please_wait")):
            emulator.world.add_entity(kind, name)
        settings = PlatformSettings(client_id=emulator.client_id, client_secret=emulator.client_secret,
                                    api_url=emulator.api_url, login_url=emulator.login_url)  # fmt: skip
        clock = Clock(time.now, time.sleep)

        def run(**options: Any) -> Deployment:
            with connect(settings, clock=clock, timeouts=STEADY) as platform:
                bench.platform = platform
                return bench.deploy(**options)

        with connect(settings, clock=clock, timeouts=STEADY) as platform:
            bench = Bench(emulator, time, platform, clock, seconds=1e6, more={"jobs": AT_ONCE})
        paths = [f"flows/{number:03}.yaml" for number in range(FLOWS)]
        bench.repository.add({path: text(number, "1") for number, path in enumerate(paths)})
        first = run(allow_create=True, jobs=AT_ONCE)
        assert first.count(Result.CREATED) == FLOWS, first.flows
        bench.repository.add(
            {path: text(number, "2" if number < case.changed else "1") for number, path in enumerate(paths)}
        )
        drifted = [number * FLOWS // DRIFTED for number in range(DRIFTED)]
        for number in drifted:
            emulator.colleague("publish", f"Line {number}", yaml=text(number, "theirs"))
        emulator.world.pace = Pace(job=case.job, requests=PER_MINUTE)
        _limit(emulator, time.now)
        emulator.fault(path="/api/v2/*", chance=THROTTLED, count=0, status=429, retry_after=RETRY_AFTER)
        since, began, spent = len(emulator.log.entries), time.now(), _spent(emulator)
        second = run(jobs=AT_ONCE, on_failure="continue")
        seconds = time.now() - began
        asked = Counter(_kind(entry.method, entry.path, entry.status) for entry in emulator.log.entries[since:])
        return Measured(case, second, seconds, asked, _spent(emulator) - spent, _lost(emulator, second, case, drifted))


def _limit(emulator: Emulator, now: Callable[[], float]) -> None:
    emulator.quota.allowed, emulator.quota.seconds, emulator.quota.clock = PER_MINUTE, 60.0, now
    emulator.quota._windows.clear()


def _spent(emulator: Emulator) -> int:
    return sum(emulator.world.pace.job_base + 3 for job in emulator.world.state.jobs.values() if job.uploaded)


def _kind(method: str, path: str, status: int | None) -> str:
    if status == 429:
        return "429"
    if method == "PUT" and path.startswith("/uploads"):
        return "upload"
    if path.startswith("/api/v2/flows/jobs/"):
        return "poll"
    if path in ("/oauth/token", "/api/v2/tokens/me"):
        return "once"
    return "look-up" if "/routing/" in path or "/architect/" in path else "flow"


def _lost(emulator: Emulator, deployment: Deployment, case: Case, drifted: list[int]) -> list[str]:
    """What is not as it must be."""
    found = []
    for flow in deployment.flows:
        number = int(flow.path[6:9])
        record = emulator.flow(f"Line {number}")
        live = record.version(record.published)
        says = "theirs" if number in drifted else "2" if number < case.changed else "1"
        content = emulator.world.content(live.content).yaml if live is not None else ""
        if f"Press {says} for" not in content:
            found.append(f"{flow.name} does not say {says}: {flow.result.value} {flow.message}")
        right = Result.REFUSED if number in drifted else Result.DEPLOYED if number < case.changed else Result.UNCHANGED
        if flow.result is not right:
            found.append(f"{flow.name} is {flow.result.value}, not {right.value}: {flow.message}")
    return found


def run() -> list[str]:
    """Measures each case; returns the limits that are broken, in words."""
    broken: list[str] = []
    for case in CASES:
        found = measure(case)
        asked = found.asked
        print(
            f"{FLOWS} flows, {case.name:<26} {found.seconds:6.0f} s  {found.seconds / found.least:5.2f} ×  of "
            f"{found.least:5.0f} s (at most {LIMIT}); {asked.total()} requests and {found.inside} inside of jobs, "
            + ", ".join(f"{name} {number}" for name, number in sorted(asked.items()))
        )
        broken += found.broken
    return broken


if __name__ == "__main__":
    lines = run()
    print("\n".join(f"BROKEN: {line}" for line in lines))
    sys.exit(bool(lines))
