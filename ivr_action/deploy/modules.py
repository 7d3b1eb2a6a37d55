"""A common module whose inputs or outputs change, against the flows that use it."""

from __future__ import annotations

from collections.abc import Sequence

from ivr_action.deploy.live import Held
from ivr_action.deploy.values import Deployable, Ground
from ivr_action.model.finding import Finding


def interface_findings(
    deployable: Deployable, live: Held | None, ground: Ground, flows: Sequence[Deployable]
) -> list[Finding]:
    """stub"""
    return []
