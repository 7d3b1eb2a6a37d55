"""What a flow names and the organisation does not have, or has twice: found before anything is uploaded."""

from __future__ import annotations

from collections.abc import Collection

from ivr_action.deploy.values import Deployable
from ivr_action.flow.flow import Flow
from ivr_action.genesys.lookups import Lookups
from ivr_action.model.finding import Finding


def reference_findings(
    deployable: Deployable, flow: Flow, lookups: Lookups, made: Collection[tuple[str, str]]
) -> list[Finding]:
    """stub"""
    return []
