"""The output `webhooks`: what was told, and to whom it got through."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ivr_action import __version__
from ivr_action.notify.events import Event
from ivr_action.notify.webhooks import Delivery

SCHEMA = "urn:ivr-action:schema:webhooks:1.0"
"""Versioned: a new minor version only adds."""
LIMIT = 200_000
"""Characters; GitHub takes 1 MiB for all outputs of a job together."""


def webhooks_json(
    form: str,
    events: Sequence[Event],
    deliveries: Sequence[Delivery],
    *,
    redact: Callable[[str], str] = str,
    limit: int = LIMIT,
) -> str:
    """One line of JSON with every event once and every delivery, never longer than the limit.

    Where it would be, what happened keeps its place: first the payloads are left out, from the end, then the
    deliveries that got through, then those that did not; `omitted` counts each.

    Args:
        form: in which the events were sent.
        events: as they were sent.
        deliveries: of `deliver`.
        redact: hides secrets in what is returned.
        limit: in characters.
    """
    payloads: list[Any] = [{"event_id": event.id, "payload": json.loads(event.render(form)[0])} for event in events]
    failed = [_delivery(one) for one in deliveries if not one.delivered]
    passed = [_delivery(one) for one in deliveries if one.delivered]
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "ivr-action", "version": __version__},
        "format": form,
        "events": len(events),
        "delivered": len(passed),
        "failed": len(failed),
        "omitted": {},
    }
    counts = len(payloads), len(passed), len(failed)

    def text() -> str:
        left_out = (count - len(pile) for count, pile in zip(counts, (payloads, passed, failed), strict=True))
        data["omitted"] = dict(zip(("payloads", "delivered", "failed"), left_out, strict=True))
        return redact(json.dumps({**data, "deliveries": [*failed, *passed], "payloads": payloads}, separators=_TIGHT))

    made = text()
    for pile in (payloads, passed, failed):
        while pile and len(made) > limit:
            # Half of it at a time: the text is made only a few times, however long the piles are.
            del pile[len(pile) // 2 :]
            made = text()
    return made


_TIGHT = (",", ":")


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "receiver": one.receiver,
        "event_id": one.event_id,
        "result": one.result.value,
        "status": one.status,
        "attempts": one.attempts,
        "reason": one.reason or None,
    }
