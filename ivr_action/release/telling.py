"""Tells others of a deployment, and counts what it cost."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.redact import Redactor
from ivr_action.model.deployment import Deployment
from ivr_action.release.errand import Errand, some
from ivr_action.release.journal import Journal
from ivr_action.release.released import Released, Told
from ivr_action.world import Outside

if TYPE_CHECKING:
    from ivr_action.notify.webhooks import WebhookOptions

_SECONDS = 120.0
"""For all webhooks together."""
_UNWRITTEN = 3
"""The exit status where a change that was made is not in the audit log."""
_STOPPED = 2.0
"""The same, where the run was told to end."""


def webhooks(errand: Errand) -> WebhookOptions:
    """Whom to tell; looked at before anything is saved.

    Raises:
        UsageError: an address, the secret or the form cannot be used.
    """
    from ivr_action.notify.webhooks import WebhookOptions

    settings = errand.settings
    return WebhookOptions(
        tuple(url.get_secret_value() for url in settings.webhook_urls),
        settings.webhook_secret.get_secret_value(),
        settings.webhook_format,
        settings.webhook_allow_private == "true",
    )


def tell_others(
    errand: Errand,
    deployment: Deployment,
    options: WebhookOptions,
    outside: Outside,
    stop: threading.Event,
    redact: Redactor,
) -> Released:
    """Sends the webhooks; a receiver that does not take one never changes what was deployed."""
    from ivr_action.audit.record import timestamp
    from ivr_action.notify.events import events_of
    from ivr_action.notify.result import webhooks_json
    from ivr_action.notify.webhooks import World as Receivers
    from ivr_action.notify.webhooks import deliver

    form = errand.settings.webhook_format
    events = (
        events_of(deployment, errand.origin, timestamp(outside.now()), redact=redact) if not deployment.dry_run else ()
    )
    deadline = Deadline.after(outside.clock(stop), _STOPPED if stop.is_set() else _SECONDS)
    deliveries = deliver(options, events, deadline, world=outside.receivers or Receivers())
    kinds = {event.id: str(event.data.get("type", "")) for event in events}
    told = tuple(
        Told(one.receiver, kinds.get(one.event_id, ""), one.status, one.result.value, one.reason) for one in deliveries
    )
    undelivered = [one for one in deliveries if not one.delivered]
    warnings: tuple[str, ...] = ()
    if undelivered:
        hosts = some(list(dict.fromkeys(one.receiver for one in undelivered)))
        warnings = (
            (
                f"Webhooks that were not delivered: {len(undelivered):,} of {len(deliveries):,}, to {hosts}: "
                f"{undelivered[0].reason}. What was deployed stays deployed."
            ),
        )
    failed = 1 if undelivered and errand.settings.webhook_failure == "error" else 0
    return Released(
        deployment=deployment,
        deliveries=told,
        warnings=warnings,
        outputs={"webhooks": webhooks_json(form, events, deliveries, redact=redact)},
        status=deployment.exit_status or failed,
    )


def with_records(released: Released, errand: Errand, journal: Journal) -> Released:
    """What came of it, with the audit log's place and head, and the metrics."""
    from ivr_action.metrics import Metrics
    from ivr_action.report.jsontext import dumps

    path = errand.settings.audit_log
    flows = released.deployment.flows if released.deployment is not None else ()
    metrics = Metrics.of(flows, validated=errand.validated, validation_failures=errand.turned_away)
    outputs = {"metrics": dumps(metrics.as_json(), indent=None).strip(), **journal.outputs(path)}
    found = replace(released, audit=journal.sentence(path), outputs={**released.outputs, **outputs})
    if not journal.unwritten:
        return found
    return replace(found, warnings=(journal.unwritten, *found.warnings), status=found.status or _UNWRITTEN)
