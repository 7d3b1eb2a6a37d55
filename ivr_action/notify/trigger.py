"""The specification's function for one webhook."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from ivr_action.errors import UsageError
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.notify.events import Event, new_id
from ivr_action.notify.webhooks import SECONDS, Limits, WebhookOptions, World, deliver

_LIMITS, _WORLD = Limits(), World()
_log = logging.getLogger(__name__)


def trigger_cicd_webhook(
    webhook_url: str,
    payload: Mapping[str, Any],
    *,
    secret: str = "",
    allow_private: bool = False,
    event_id: str = "",
    deadline: Deadline | None = None,
    limits: Limits = _LIMITS,
    world: World = _WORLD,
) -> bool:
    """Tells a receiver, as the action does: signed, repeated, https only.

    Args:
        webhook_url: https.
        payload: sent as JSON, as it is.
        secret: signs it (docs/webhooks.md); empty: it is not signed.
        allow_private: whether private addresses may be reached.
        event_id: by which the receiver knows repetitions; one is made where it is empty.
        deadline: None: two minutes.
        limits: of attempts.
        world: the outside, for tests.

    Returns:
        Whether the receiver answered 2xx. Why not, a URL that cannot be used included, is logged as a warning, so that
        what was deployed is never lost for a webhook.

    Raises:
        UsageError: the payload or the secret cannot be used; nothing was sent.
    """
    if "." in event_id or any(not "!" <= letter <= "~" for letter in event_id):
        raise UsageError("`event_id` contains a full stop, a blank or what is not ASCII.")
    try:
        event = Event(event_id or new_id(), dict(payload))
        event.render("plain")
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"`payload` is no JSON: {error}.") from None
    WebhookOptions(secret=secret)
    try:
        options = WebhookOptions((webhook_url,), secret, allow_private=allow_private)
    except UsageError as error:
        _log.warning("%s", error)
        return False
    done = deliver(options, [event], deadline or Deadline.after(Clock(), SECONDS), limits=limits, world=world)
    return done[0].delivered
