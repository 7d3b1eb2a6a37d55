"""A plan as JSON; the shape is `schema/plan-1.json`, explained in docs/report.md."""

from __future__ import annotations

from typing import Any

from ivr_action.model.plan import Plan, PlannedFlow
from ivr_action.report.difference_json import difference_json
from ivr_action.report.json import finding_json
from ivr_action.report.jsontext import dumps
from ivr_action.report.look import Look

SCHEMA = "urn:ivr-action:schema:plan:1.0"
"""Versioned: a new minor version only adds, a new major version has its own schema."""


def render(plan: Plan, look: Look) -> str:
    """The plan for programs, flows in the order in which they would be saved."""
    return dumps(
        {
            "schema": SCHEMA,
            "tool": {"name": "ivr-action", "version": look.version},
            "against": plan.against,
            "environment": plan.environment,
            "organisation": plan.organisation,
            "stops": plan.stops,
            "flows": [_flow(flow) for flow in plan.flows],
            "notices": list(plan.notices),
        }
    )


def _flow(flow: PlannedFlow) -> dict[str, Any]:
    return {
        "path": flow.path,
        "name": flow.name,
        "type": flow.type,
        "verdict": flow.verdict.value,
        "stops": flow.stops,
        "id": flow.flow_id,
        "liveVersion": flow.live_version,
        "deployedCommit": flow.deployed_commit,
        "digest": flow.digest,
        "by": flow.by,
        "at": flow.at,
        "reason": flow.reason,
        "hint": flow.hint,
        "changes": difference_json(flow.changes),
        "drift": difference_json(flow.drift),
        "findings": [finding_json(one) for one in flow.findings],
        "routes": [
            {"kind": one.kind, "name": one.name, "numbers": list(one.numbers), "when": list(one.when)}
            for one in flow.routes
        ],
        "consumers": [{"type": one.type, "name": one.name, "id": one.id} for one in flow.consumers],
        "notices": list(flow.notices),
    }
