"""Scenario files: calls that a flow must get right, written by testers. docs/trace.md says how.

The format is the same for every kind of flow; `schema/scenario-1.json` is for editors, the reader here words what is
wrong and where.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ivr_action.model import Finding, Location
from ivr_action.model.trace import CallerEvent
from ivr_action.trace.machine import Asks
from ivr_action.trace.walk import Answer


class Given(StrEnum):
    """What of the world a scenario can say; the keys of `given`."""

    VARIABLES = "variables"
    DATA_ACTIONS = "data-actions"
    SCHEDULES = "schedules"
    DECISIONS = "decisions"
    TRANSFERS = "transfers"
    CALLS = "calls"


GIVEN_FOR: Mapping[Asks, Given] = {
    Asks.OUTCOME: Given.DATA_ACTIONS,
    Asks.SCHEDULE: Given.SCHEDULES,
    Asks.DECISION: Given.DECISIONS,
    Asks.TRANSFER: Given.TRANSFERS,
    Asks.CALL: Given.CALLS,
}
"""Which block answers which question."""

ANY = "*"
"""As a key: every other one."""


class Expect(StrEnum):
    """What a scenario can expect; the keys of `expect`."""

    ENDS = "ends"
    TARGET = "target"
    QUEUE = "queue"
    HEARS = "hears"
    VISITS = "visits"
    NEVER = "never"
    STEPS = "steps"


class Expectation(NamedTuple):
    """One thing that a call must do."""

    kind: Expect
    text: str
    at: Location


@dataclass(frozen=True, slots=True)
class World:
    """What `given` says, shared blocks included."""

    variables: Mapping[str, object] = field(default_factory=dict)
    answers: Mapping[Given, Mapping[str, tuple[Answer, ...]]] = field(default_factory=dict)
    """By block and key; several answers are given one after the other, the last one from then on."""


@dataclass(frozen=True, slots=True)
class ScenarioCall:
    """One call, placeholders filled in."""

    name: str
    at: Location
    world: World = field(default_factory=World)
    events: tuple[CallerEvent, ...] = ()
    expect: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario file."""

    path: str
    flow: str
    """As the file has it; empty where it has none."""
    calls: tuple[ScenarioCall, ...]
    """The ones that could be read."""
    findings: tuple[Finding, ...]
    """Rule `scenario-error`: what could not, worst first."""
    flow_at: Location | None = None
    """Where the file names its flow."""

    @property
    def flow_path(self) -> str:
        """Where the flow is: `flow` counts from the scenario's folder, with a leading `/` from the workspace."""
        if self.flow.startswith("/"):
            return posixpath.normpath(self.flow.lstrip("/"))
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.path), self.flow))


_CALLS = re.compile(r"^[ \t]*[\"']?calls[\"']?[ \t]*:", re.MULTILINE)
_FLOW = re.compile(r"^[ \t]*[\"']?flow[\"']?[ \t]*:", re.MULTILINE)

ERROR_RULE = "scenario-error"
FAILED_RULE = "scenario-failed"

_STEPS = re.compile(r"(<=|>=|==|=|<|>)?[ ]*([0-9]{1,9})")


def read_steps(said: str) -> tuple[str, int] | None:
    """`<= 12` → (`<=`, 12); a number alone is `==`. None for anything else."""
    match = _STEPS.fullmatch(said.strip())
    return None if match is None else ("==" if match[1] in (None, "=") else match[1], int(match[2]))


def looks_like_scenario(data: bytes) -> bool:
    """True for what is worth reading as a scenario file where nobody named it; decided by a look at the text."""
    source = data[:65_536].decode("utf-8", "replace")
    return bool(_CALLS.search(source) and _FLOW.search(source))


def read_scenario(path: str, data: bytes) -> Scenario:
    """Read one scenario file, YAML or JSON.

    Args:
        path: as reports show it, with `/`.
        data: the file's bytes, UTF-8.

    Never raises for what is in the file: what is wrong is in `findings`, each at its line, and the calls that could be
    read are there all the same.
    """
    from ivr_action.trace.scenario_reader import ScenarioReader

    return ScenarioReader(path, data).read()
