"""What is told: one event for each flow that a deployment took up, in one of two forms.

Sources: https://www.standardwebhooks.com (payload with `type` and `timestamp`); CloudEvents 1.0.2 and its JSON format
(https://github.com/cloudevents/spec), structured mode.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr_action import __version__
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.origin import Origin

SCHEMA = "urn:ivr-action:schema:webhook:1.0"
"""Versioned: a new minor version only adds."""
FORMATS = ("plain", "cloudevents")
_TYPE = "ivr_action.flow"
_SILENT = (Result.UNCHANGED, Result.DRY_RUN, Result.SKIPPED)
"""Nothing was begun."""
_LONGEST = 1000
"""Characters of a message: payloads stay far below the 20 kB that receivers are advised to expect."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    id: str
    """The same in every attempt and for every receiver."""
    data: Mapping[str, Any] = field(repr=False)
    """The payload of the format `plain`."""
    source: str = "urn:ivr-action"
    """Of CloudEvents: a URI of what it comes from."""
    subject: str = ""
    """Of CloudEvents: the flow's id, else its path."""

    def render(self, form: str) -> tuple[bytes, str]:
        """The body and its content type.

        Args:
            form: of `FORMATS`.
        """
        if form == "plain":
            return _json(self.data), "application/json"
        envelope = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.data.get("type") or _TYPE,
            "datacontenttype": "application/json",
            "data": self.data,
        }
        if self.subject:
            envelope["subject"] = self.subject
        if self.data.get("timestamp"):
            envelope["time"] = self.data["timestamp"]
        return _json(envelope), "application/cloudevents+json"


def new_id() -> str:
    """An id that nothing else has, without full stops."""
    return f"msg_{secrets.token_hex(16)}"


def events_of(
    deployment: Deployment,
    origin: Origin,
    timestamp: str,
    *,
    redact: Callable[[str], str] = str,
    make_id: Callable[[], str] = new_id,
) -> tuple[Event, ...]:
    """One event for each flow that was saved, refused, failed or is in doubt; none for the others.

    Args:
        deployment: as it ended.
        origin: of the deployment.
        timestamp: when it ended: UTC, ISO 8601.
        redact: hides secrets in messages.
        make_id: for tests.
    """
    return tuple(
        Event(
            make_id(),
            _payload(flow, deployment, origin, timestamp, redact),
            origin.repository_url or "urn:ivr-action",
            flow.flow_id or flow.path,
        )
        for flow in deployment.flows
        if flow.result not in _SILENT
    )


def _payload(
    flow: DeployedFlow, deployment: Deployment, origin: Origin, timestamp: str, redact: Callable[[str], str]
) -> dict[str, Any]:
    live = flow.result.is_live
    unknown = flow.result is Result.UNKNOWN
    kind = "restored" if flow.result is Result.RESTORED else "deployed" if live else "unknown" if unknown else "failed"
    message = redact(flow.message)
    return {
        "schema": SCHEMA,
        "tool": {"name": "ivr-action", "version": __version__},
        "type": f"{_TYPE}.{kind}",
        "timestamp": timestamp,
        "flow_id": flow.flow_id or None,
        "version": flow.to_version or None,
        "status": "success" if live else "unknown" if unknown else "failure",
        "result": flow.result.value,
        "name": flow.name,
        "flow_type": flow.type,
        "path": flow.path,
        "environment": deployment.environment or None,
        "organisation": deployment.organisation or None,
        "previous_version": flow.from_version or None,
        "change_summary": None if flow.changes is None else flow.changes.summary(),
        "change_count": None if flow.changes is None else flow.changes.count,
        "message": (message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…") or None,
        "repository": origin.repository or None,
        "commit": origin.commit or None,
        "ref": origin.ref or None,
        "actor": origin.actor or None,
        "run_url": origin.run_url or None,
    }


def _json(data: Any) -> bytes:
    """UTF-8; half a character, as a file name of other days may contain, becomes its code."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(
        "utf-8", "backslashreplace"
    )
