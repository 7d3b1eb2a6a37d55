"""The step's outputs `deployed`, `plan`, `drifted` and `conflicts`: JSON lists in one line, small by construction.

GitHub takes 1 MB of outputs per job, counted as UTF-16, and drops what is beyond; and what a workflow hands on as an
environment variable may have 128 KiB on Linux. So each list has at most `LIMIT` bytes. Where flows do not fit, the last
item is a mark: its texts are empty but for `result` or `verdict`, which is `cut`, and `left` says how many are missing.
The JSON report has them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.plan import Plan, PlannedFlow, Verdict
from ivr_action.report.jsontext import dumps

LIMIT = 60_000
"""Bytes of one list, in UTF-8; never more than twice as many in UTF-16."""
CUT = "cut"
_TEXT = 300
_NODES = 20
_SOMEBODY = (Verdict.DRIFTED, Verdict.DRAFT, Verdict.LOCKED)


def deployed_output(deployment: Deployment) -> str:
    """`deployed`: per flow `path`, `id`, `name`, `from`, `to`, `result`; flows that stayed as they were last."""
    rows = [
        {
            **_which(flow),
            "from": flow.from_version,
            "to": flow.to_version,
            "result": flow.result.value,
        }
        for flow in sorted(deployment.flows, key=lambda flow: flow.result is Result.UNCHANGED)
    ]
    return _fitting(rows, "result")


def plan_output(plan: Plan) -> str:
    """`plan`: per flow `path`, `id`, `name`, `version`, `verdict`, `stops`, `changes`; unchanged ones last."""
    rows = [
        {
            **_which(flow),
            "version": flow.live_version,
            "verdict": flow.verdict.value,
            "stops": flow.stops,
            "changes": flow.changes.count if flow.changes else 0,
        }
        for flow in sorted(plan.flows, key=lambda flow: (not flow.stops, flow.verdict is Verdict.UNCHANGED))
    ]
    return _fitting(rows, "verdict")


def drifted_output(plan: Plan) -> str:
    """`drifted`: flows that somebody else changed since they were deployed, by whom, when, and in which nodes."""
    rows = [
        {
            **_which(flow),
            "version": flow.live_version,
            "verdict": flow.verdict.value,
            "by": flow.by,
            "at": flow.at,
            "changes": flow.drift.summary() if flow.drift else "",
            "nodes": [_short(one.node) for one in flow.drift.nodes[:_NODES]] if flow.drift else [],
        }
        for flow in plan.drifted
    ]
    return _fitting(rows, "verdict")


def conflicts_output(found: Plan | Deployment) -> str:
    """`conflicts`: of a plan the flows that stop for what somebody else did; of a deployment those in which somebody
    else saved meanwhile, merged ones too."""
    if isinstance(found, Plan):
        return _fitting(
            [
                {
                    **_which(flow),
                    "result": flow.verdict.value,
                    "by": flow.by,
                    "at": flow.at,
                    "message": flow.reason,
                }
                for flow in found.flows
                if flow.verdict in _SOMEBODY
            ],
            "result",
        )
    return _fitting(
        [
            {
                **_which(flow),
                "result": flow.result.value,
                "conflicts": flow.conflicts,
                "message": flow.message,
            }
            for flow in found.flows
            if flow.conflicts or flow.result is Result.MERGED
        ],
        "result",
    )


def _which(flow: PlannedFlow | DeployedFlow) -> dict[str, str]:
    return {"path": flow.path, "id": flow.flow_id, "name": flow.name}


def _fitting(rows: Iterable[Mapping[str, Any]], word: str) -> str:
    """The rows that fit in `LIMIT`, and a mark where some do not."""
    made = [{key: _short(value) for key, value in row.items()} for row in rows]
    texts = [dumps(row, indent=None).rstrip("\n") for row in made]
    size = 2
    for kept, text in enumerate(texts):
        size += len(text.encode()) + 2
        if size > LIMIT - 2 * _TEXT:  # room for the mark, which has short texts
            empty = {key: "" if isinstance(value, str) else type(value)() for key, value in made[0].items()}
            mark = {**empty, word: CUT, "left": len(texts) - kept}
            return f"[{', '.join([*texts[:kept], dumps(mark, indent=None).rstrip()])}]"
    return f"[{', '.join(texts)}]"


def _short(value: Any) -> Any:
    return f"{value[: _TEXT - 1]}…" if isinstance(value, str) and len(value) > _TEXT else value
