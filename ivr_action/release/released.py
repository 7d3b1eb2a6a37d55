"""What came of the platform part of a run: a plan, a deployment, or the reason why there is neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr_action.errors import IvrError
from ivr_action.model.deployment import Deployment
from ivr_action.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one webhook, as reports show it."""

    url: str
    """Its host: paths often are a secret."""
    event: str
    status: int | str | None
    result: str
    reason: str


@dataclass(frozen=True, slots=True)
class Released:
    """What came of it; all is empty where the platform was not asked."""

    plan: Plan | None = None
    deployment: Deployment | None = None
    deliveries: tuple[Told, ...] = ()
    audit: str = ""
    """Where the audit log is and its head, in a sentence."""
    warnings: tuple[str, ...] = ()
    """What a reader must know besides: webhooks that nobody took."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """`webhooks`, `audit-log`, `audit-head`, `metrics`."""
    problem: IvrError | None = None
    """Why there is no plan or deployment, or what went wrong behind it."""
    undone: str = "not planned"
    """What did not happen where there is a problem, as a heading says it."""
    status: int = 0
    """What it means for the exit status, findings not counted."""
