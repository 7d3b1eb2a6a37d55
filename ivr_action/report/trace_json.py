"""Calls as JSON; the shape is `schema/trace-1.json`, explained in docs/trace.md."""

from __future__ import annotations

from typing import Any

from ivr_action.model.calls import TracedCall, TracedFlow, TraceReport
from ivr_action.model.trace import Ending
from ivr_action.report.json import finding_json
from ivr_action.report.jsontext import dumps
from ivr_action.report.look import Look

SCHEMA = "urn:ivr-action:schema:trace:1.1"
"""Versioned: a new minor version only adds, a new major version has its own schema."""


def render(report: TraceReport, look: Look) -> str:
    """The calls for programs."""
    return dumps(
        {
            "schema": SCHEMA,
            "tool": {"name": "ivr-action", "version": look.version},
            "flows": [_flow(flow) for flow in report.flows],
            "findings": [finding_json(finding) for finding in report.findings],
        }
    )


def coverage_json(flow: TracedFlow) -> dict[str, float]:
    """Shares in [0, 1], cut to four digits, so that 1 means all."""
    return {"nodes": _cut(flow.nodes), "transitions": _cut(flow.transitions)}


def _flow(flow: TracedFlow) -> dict[str, Any]:
    agent = flow.choices_to_agent
    seconds = flow.seconds_to_agent
    return {
        "path": flow.path,
        "name": flow.name,
        "explored": flow.explored,
        "coverage": coverage_json(flow),
        "sections": [
            {
                "name": section.name,
                "nodes": {"covered": section.nodes[0], "all": section.nodes[1]},
                "transitions": {"covered": section.transitions[0], "all": section.transitions[1]},
            }
            for section in flow.sections
        ],
        "decisions": dict(flow.asked),
        "choicesToAgent": None if agent is None else {"fewest": agent[0], "most": agent[1]},
        "secondsToAgent": None
        if seconds is None
        else {"shortest": round(seconds[0], 1), "longest": round(seconds[1], 1)},
        "loopsWithoutCaller": flow.loops,
        "uncovered": [
            {
                "from": rest.transition.source,
                "to": rest.transition.target,
                "label": rest.transition.label,
                "kind": rest.transition.kind.value,
                "line": rest.line,
                "why": rest.why,
                "instead": list(rest.instead),
            }
            for rest in flow.uncovered
        ],
        "unknown": [doubt._asdict() | {"answers": list(doubt.answers)} for doubt in flow.unknown],
        "calls": [_call(call) for call in flow.calls],
        "endsDifferently": [change._asdict() for change in flow.changes],
    }


def _call(call: TracedCall) -> dict[str, Any]:
    trace = call.trace
    return {
        "name": call.name,
        "passed": call.passed,
        "ends": trace.ending.value,
        "queue": trace.target if trace.ending is Ending.TRANSFERRED else "",
        "path": list(trace.path),
        "hears": list(trace.heard),
        "caller": [str(step.event) for step in trace.steps if step.event is not None],
        "scenario": call.scenario,
        "line": call.line,
        "failures": list(call.failures),
        "seconds": round(call.seconds, 1),
    }


def _cut(share: float) -> float:
    return int(share * 10_000 + 1e-9) / 10_000
