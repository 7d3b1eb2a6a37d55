"""The JSON report; its shape is `schema/report-1.json`, explained in docs/report.md."""

from __future__ import annotations

from typing import Any

from ivr_action.model import CheckedFlow, Finding, Report, Suppressed
from ivr_action.report.jsontext import dumps
from ivr_action.report.look import Look

SCHEMA = "urn:ivr-action:schema:report:1.1"
"""Versioned: a new minor version only adds, a new major version has its own schema."""


def render(report: Report, look: Look) -> str:
    """The report for programs."""
    return dumps(
        {
            "schema": SCHEMA,
            "tool": {"name": "ivr-action", "version": look.version},
            "flows": [_flow(flow) for flow in report.flows],
            "findings": [finding_json(finding) for finding in report.findings],
            "suppressed": [
                *(finding_json(one.finding) | {"suppression": _suppression(one)} for one in report.suppressed),
                *(finding_json(finding) | {"suppression": _BASELINE} for finding in report.known),
            ],
        }
    )


_BASELINE = {"kind": "baseline", "reason": "", "until": None, "line": None}


def _suppression(suppressed: Suppressed) -> dict[str, Any]:
    by = suppressed.by
    return {"kind": by.kind, "reason": by.reason, "until": by.until or None, "line": by.location.line}


def _flow(flow: CheckedFlow) -> dict[str, Any]:
    return {"path": flow.path, "name": flow.name, "type": flow.type, "format": flow.format, "valid": flow.valid}


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as every JSON of ours has it."""
    at = finding.location
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "message": finding.message,
        "hint": finding.hint,
        "path": at.path,
        "line": at.line,
        "column": at.column,
        "pointer": at.pointer,
        "node": finding.node,
    }
