"""A deployment as JSON; the shape is `schema/deployment-1.json`, explained in docs/report.md."""

from __future__ import annotations

from typing import Any

from ivr_action.model.deployment import DeployedFlow, Deployment
from ivr_action.report.difference_json import difference_json
from ivr_action.report.json import finding_json
from ivr_action.report.jsontext import dumps
from ivr_action.report.look import Look

SCHEMA = "urn:ivr-action:schema:deployment:1.0"
"""Versioned: a new minor version only adds, a new major version has its own schema."""


def render(deployment: Deployment, look: Look) -> str:
    """The deployment for programs, flows in the order in which they were taken."""
    return dumps(
        {
            "schema": SCHEMA,
            "tool": {"name": "ivr-action", "version": look.version},
            "environment": deployment.environment,
            "organisation": deployment.organisation,
            "dryRun": deployment.dry_run,
            "exitStatus": deployment.exit_status,
            "seconds": round(deployment.seconds, 3),
            "stopped": deployment.stopped,
            "flows": [_flow(flow) for flow in deployment.flows],
            "notices": list(deployment.notices),
        }
    )


def _flow(flow: DeployedFlow) -> dict[str, Any]:
    return {
        "path": flow.path,
        "name": flow.name,
        "type": flow.type,
        "result": flow.result.value,
        "id": flow.flow_id,
        "from": flow.from_version,
        "to": flow.to_version,
        "message": flow.message,
        "hint": flow.hint,
        "seconds": round(flow.seconds, 3),
        "waited": round(flow.waited, 3),
        "attempts": flow.attempts,
        "conflicts": flow.conflicts,
        "recovered": flow.recovered,
        "supersededBy": flow.superseded_by,
        "kept": flow.kept,
        "changes": difference_json(flow.changes),
        "findings": [finding_json(one) for one in flow.findings],
    }
