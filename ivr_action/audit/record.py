"""What a record says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ivr_action import __version__
from ivr_action.model.deployment import DeployedFlow, Result
from ivr_action.model.difference import FlowDifference
from ivr_action.model.plan import PlannedFlow

SCHEMA = "urn:ivr-action:schema:audit:1.0"
"""Versioned: a new minor version only adds."""
OPERATION = "UPDATE_IVR_NODES"
COMPLIANCE_TAG = "IVR_CHANGE_MANAGEMENT"
INTENT, OUTCOME = "intent", "outcome"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and on whose behalf; every part may be empty."""

    actor: str = ""
    repository: str = ""
    commit: str = ""
    run: str = ""
    """Address or id of the run, with its attempt."""
    environment: str = ""
    organisation: str = ""


NOBODY = Actor()


def generate_audit_log(
    flow_id: str, changes: Any, success: bool, latency_ms: float, *, now: datetime | None = None
) -> dict[str, Any]:
    """One record with the fields of the specification, not chained to others (`AuditLog` does that).

    Args:
        flow_id: of the flow.
        changes: what was changed; anything that JSON can say.
        success: whether it was saved.
        latency_ms: how long that took, in milliseconds.
        now: None: the time now.

    Returns:
        `{timestamp, flow_id, operation, success, latency_ms, changes_applied, compliance_tag}`.
    """
    return {
        "timestamp": timestamp(now or datetime.now(UTC)),
        "flow_id": flow_id,
        "operation": OPERATION,
        "success": success,
        "latency_ms": latency_ms,
        "changes_applied": changes,
        "compliance_tag": COMPLIANCE_TAG,
    }


def timestamp(now: datetime) -> str:
    """UTC, ISO 8601, to the millisecond: `2026-03-04T05:06:07.089Z`."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def intent_record(flow: PlannedFlow, actor: Actor, now: datetime) -> dict[str, Any]:
    """What is about to be done; neither success nor latency can be said yet."""
    return {
        **_specified(flow.flow_id, flow.changes, None, None, now),
        **_common(flow.path, flow.name, flow.type, actor),
        "phase": INTENT,
        "verdict": flow.verdict.value,
        "version_before": flow.live_version or None,
        "version_after": None,
        "digest": flow.digest or None,
        "result": None,
        "message": None,
    }


def outcome_record(flow: DeployedFlow, digest: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """What became of it. `success` is null where nobody can tell."""
    success = None if flow.result is Result.UNKNOWN else flow.result.is_success
    return {
        **_specified(flow.flow_id, flow.changes, success, round(flow.seconds * 1000), now),
        **_common(flow.path, flow.name, flow.type, actor),
        "phase": OUTCOME,
        "version_before": flow.from_version or None,
        "version_after": flow.to_version or None,
        "digest": digest or None,
        "result": flow.result.value,
        "message": flow.message or None,
        "attempts": flow.attempts,
        "conflicts": flow.conflicts,
        "waited_ms": round(flow.waited * 1000),
        "recovered": flow.recovered,
        "superseded_by": flow.superseded_by or None,
    }


def _specified(
    flow_id: str, changes: FlowDifference | None, success: bool | None, latency_ms: int | None, now: datetime
) -> dict[str, Any]:
    return {
        "timestamp": timestamp(now),
        "flow_id": flow_id or None,
        "operation": OPERATION,
        "success": success,
        "latency_ms": latency_ms,
        "changes_applied": None if changes is None else _changes(changes),
        "compliance_tag": COMPLIANCE_TAG,
    }


_NAMED = 50
"""Nodes, transitions and settings of each kind that a record names; the numbers count all of them."""


def _changes(changes: FlowDifference) -> dict[str, Any]:
    """Names, not contents: prompts and numbers of a flow have no business in a log that is shipped elsewhere."""
    named: dict[str, Mapping[str, Any] | list[Any]] = {
        "nodes": [
            {"node": one.node, "change": one.change.value, "fields": [field.field for field in one.fields]}
            for one in changes.nodes[:_NAMED]
        ],
        "transitions": [
            {"source": one.source, "label": one.label, "change": one.change.value}
            for one in changes.transitions[:_NAMED]
        ],
        "settings": [{"field": one.field, "change": one.change.value} for one in changes.settings[:_NAMED]],
    }
    return {"summary": changes.summary(), "count": changes.count, **named}


def _common(path: str, name: str, type_: str, actor: Actor) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": {"name": "ivr-action", "version": __version__},
        "path": path,
        "name": name,
        "flow_type": type_,
        "actor": actor.actor or None,
        "repository": actor.repository or None,
        "commit": actor.commit or None,
        "run": actor.run or None,
        "environment": actor.environment or None,
        "organisation": actor.organisation or None,
    }
