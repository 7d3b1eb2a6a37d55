"""The output `webhooks`: what was told, and to whom it got through."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ivr_action.notify.events import Event
from ivr_action.notify.webhooks import Delivery, Outcome

LIMIT = 60_000
"""Characters, all of them ASCII: an environment variable, in which a later step takes an output, may have 128 KiB."""
CUT = "cut"
"""The `result` of the last item where not all fit."""
_MARK = 130
"""Room for the mark at the end."""


def webhooks_json(
    form: str,
    events: Sequence[Event],
    deliveries: Sequence[Delivery],
    *,
    redact: Callable[[str], str] = str,
    limit: int = LIMIT,
) -> str:
    """One line of JSON, a list of `{receiver, event_id, result, status, attempts, reason, payload}`.

    What was not delivered comes first. Where the list would pass the limit, payloads are left out (`payload` is null),
    from the end; where that is not enough, the last item's `result` is `cut`, and its `left` says how many
    deliveries are missing.

    Args:
        form: in which the events were sent.
        events: as they were sent.
        deliveries: of `deliver`.
        redact: hides secrets in what is returned.
        limit: in characters.
    """
    payloads = {event.id: _line(_hidden(json.loads(event.render(form)[0]), redact)) for event in events}
    ordered = sorted(deliveries, key=lambda one: one.delivered)
    bare = [_line(_hidden(_delivery(one), redact))[:-1] for one in ordered]
    bare_size = 2 + sum(len(text) + len(',"payload":null},') for text in bare)
    cut = 0
    while bare_size > limit and bare:
        bare_size -= len(bare.pop()) + len(',"payload":null},') - (_MARK if not cut else 0)
        cut += 1
    room = limit - bare_size
    items = []
    for text, one in zip(bare, ordered, strict=False):
        payload = payloads.get(one.event_id, "null")
        room -= len(payload)
        items.append(f'{text},"payload":{payload if room >= 0 else "null"}}}')
    if cut:
        mark = _delivery(Delivery("", "", Outcome.FAILED))
        items.append(_line({**mark, "result": CUT, "payload": None, "left": cut}))
    return f"[{','.join(items)}]"


def _hidden(data: Any, redact: Callable[[str], str]) -> Any:
    """Without secrets; text by text, since hiding them in JSON could take a backslash or a quote with them."""
    if isinstance(data, str):
        return redact(data)
    if isinstance(data, dict):
        return {name: _hidden(value, redact) for name, value in data.items()}
    return [_hidden(value, redact) for value in data] if isinstance(data, list) else data


def _line(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "receiver": one.receiver,
        "event_id": one.event_id,
        "result": one.result.value,
        "status": one.status,
        "attempts": one.attempts,
        "reason": one.reason or None,
    }
