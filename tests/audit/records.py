"""Logs to do things to."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from ivr_action.audit.chain import BEGINNING, Head, link
from ivr_action.audit.record import Actor, intent_record, outcome_record
from ivr_action.model.deployment import DeployedFlow, Result
from ivr_action.model.difference import Change, FieldChange, FlowDifference, NodeChange
from ivr_action.model.plan import PlannedFlow, Verdict

ACTOR = Actor("mona", "octo/ivr", "c" * 40, "https://github.com/octo/ivr/actions/runs/9", "production", "Octo (o1)")
AT = datetime(2026, 3, 4, 5, 6, 7, 89_000, UTC)
CHANGES = FlowDifference(
    nodes=(NodeChange("menu/Main", "menu", Change.CHANGED, (FieldChange("prompt", "a", "b"),)),),
    settings=(FieldChange("description", None, "new"),),
)


def planned(number: int = 1, **more: Any) -> PlannedFlow:
    given = {"flow_id": f"f{number}", "live_version": "7.0", "changes": CHANGES, "digest": "d" * 32, **more}
    return PlannedFlow(
        f"flows/{number}.yaml",
        f"Flow {number} Grüße",
        "inboundcall",
        Verdict.UPDATE,
        **given,
    )


def deployed(number: int = 1, result: Result = Result.DEPLOYED, **more: Any) -> DeployedFlow:
    given = {"flow_id": f"f{number}", "from_version": "7.0", "to_version": "8.0", "seconds": 1.25, **more}
    return DeployedFlow(
        f"flows/{number}.yaml",
        f"Flow {number} Grüße",
        "inboundcall",
        result,
        changes=CHANGES,
        **given,
    )


def chain(count: int, head: Head = BEGINNING, seed: int = 1) -> tuple[list[bytes], Head]:
    """This many lines, an intent and its outcome in turn, and the head after them."""
    chance = random.Random(seed)
    lines = []
    for number in range(count):
        now = AT + timedelta(seconds=number)
        record = (
            intent_record(planned(number // 2), ACTOR, now)
            if number % 2 == 0
            else outcome_record(deployed(number // 2, seconds=chance.random()), "d" * 32, ACTOR, now)
        )
        line = link({**record, "change_id": f"{number // 2:032x}"}, head)
        lines.append(line + b"\n")
        head = head.follow(line)
    return lines, head
