"""Faults on demand: rules that pick requests and say what goes wrong with them. `docs/emulator.md` has the list."""

from __future__ import annotations

import fnmatch
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr_action.emulator.colleague import Deed
from ivr_action.emulator.state import JobFault
from ivr_action.flow.document import plain
from ivr_action.flow.yamltext import parse_yaml


class FaultRule(BaseModel):
    """Which requests, and what happens to them. Without any `do` key the rule would do nothing, so it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str = "*"
    path: str = "*"
    """With `*` and `?`, as `/api/v2/flows/*`."""
    nth: int = Field(default=1, ge=1)
    """The first matching request that it strikes, from 1."""
    count: int = Field(default=1, ge=0)
    """How many it strikes; 0 for all from the nth on."""
    chance: float = Field(default=1.0, gt=0, le=1)
    """Strikes each of them with this chance; those it spares count for neither `nth` nor `count`."""

    delay: float = 0.0
    """Seconds before anything else happens."""
    status: int | None = None
    """The answer, in the platform's form; the request is not handled."""
    code: str = ""
    message: str = ""
    retry_after: int | None = None
    """Seconds; for a `status` of 429 or 503. Absent: no such header."""
    drop: Literal["", "before", "after"] = ""
    """Cut the connection before the request is handled, or after it took effect."""
    ignore: bool = False
    """Answer as if it had been done, and keep nothing of it."""
    truncate: float | None = Field(default=None, ge=0, lt=1)
    """Send only this part of the answer's body, then cut the connection."""
    expire_token: bool = False
    """The request's token is no longer good: 401."""
    colleague: Deed | None = None
    """Somebody else does this first. Where no flow stands in the path, as for jobs and uploads, it must name one."""
    job: JobFault | None = None
    """For `POST /api/v2/flows/jobs` and its like: how the job will end."""

    @property
    def is_idle(self) -> bool:
        return not (
            self.delay
            or self.status
            or self.drop
            or self.ignore
            or self.truncate is not None
            or self.expire_token
            or self.colleague
            or self.job
        )

    def __str__(self) -> str:
        parts = [
            f"delay {self.delay:g}" if self.delay else "",
            f"status {self.status}" if self.status else "",
            f"drop {self.drop}" if self.drop else "",
            "ignore" if self.ignore else "",
            f"truncate {self.truncate:g}" if self.truncate is not None else "",
            "expire token" if self.expire_token else "",
            f"colleague {self.colleague.does}" if self.colleague else "",
            "job" if self.job else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass
class _Armed:
    rule: FaultRule
    matched: int = 0


@dataclass
class Faults:
    """The rules in force, in order; each counts for itself, and all that strike a request take effect together."""

    rng: random.Random
    armed: list[_Armed] = field(default_factory=list)

    def add(self, rule: FaultRule) -> None:
        """Put a rule in force.

        Raises:
            ValueError: it would do nothing.
        """
        if rule.is_idle:
            raise ValueError(f"The fault for {rule.method} {rule.path} does nothing: give it a status, delay, drop …")
        self.armed.append(_Armed(rule))

    def strike(self, method: str, path: str) -> list[FaultRule]:
        """The rules that strike this request; counts them."""
        found = []
        for armed in self.armed:
            rule = armed.rule
            if not (fnmatch.fnmatchcase(method, rule.method) and fnmatch.fnmatchcase(path, rule.path)):
                continue
            if rule.chance < 1 and self.rng.random() >= rule.chance:
                continue
            armed.matched += 1
            if armed.matched >= rule.nth and (rule.count == 0 or armed.matched < rule.nth + rule.count):
                found.append(rule)
        return found


def read_faults(path: Path) -> list[FaultRule]:
    """Rules from a YAML or JSON file: a list, or a mapping with the one key `faults`.

    Raises:
        ValueError: it cannot be read, or a rule has an unknown key or value; the message names the rule.
    """
    document = parse_yaml(path.name, path.read_text(encoding="utf-8-sig"))
    if document.problems:
        raise ValueError(f"{path.name}: {document.problems[0].message}")
    root: Any = plain(document.root)
    if isinstance(root, dict) and set(root) == {"faults"}:
        root = root["faults"]
    if not isinstance(root, list):
        raise ValueError(f"{path.name}: a list of rules belongs here, or one key `faults` with the list.")
    rules = []
    for number, item in enumerate(root, 1):
        try:
            rule = FaultRule.model_validate(item)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "rule"
            raise ValueError(f"{path.name}: rule {number}, {place}: {first['msg']}") from None
        if rule.is_idle:
            raise ValueError(f"{path.name}: rule {number} does nothing: give it a status, delay, drop …")
        rules.append(rule)
    return rules
