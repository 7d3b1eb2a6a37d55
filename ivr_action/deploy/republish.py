"""An earlier version made the published one itself, by its number; and what goes off the line for it."""

from __future__ import annotations

from ivr_action.deploy.live import Held, Reader
from ivr_action.deploy.refusals import by_at, slipped
from ivr_action.deploy.values import Ground
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.store import Version

_PATIENCE, _PAUSE = 60.0, 2.0
"""Seconds that the platform has for it, and between two looks."""


def publish_by_number(ground: Ground, flow_id: str, version: Version) -> Version:
    """Asks for it, and gives the version that is published once the platform has done it or has had its time.

    The platform answers 200 to whatever number it is given, so only what the flow shows afterwards counts.

    Args:
        ground: the platform.
        flow_id: of the flow.
        version: that is to be the published one.

    Returns:
        The published version; empty where there is none.

    Raises:
        PlatformError: the platform refused, or could not be asked.
    """
    ground.inspector.publish_version(flow_id, version)
    clock = ground.pace.clock
    until = clock.now() + _PATIENCE
    while True:
        now = ground.inspector.state(flow_id)
        published = now.published.id if now.published is not None else ""
        over = now.operation is not None and now.operation.action == "PUBLISH" and now.operation.complete
        if published == version or over or clock.now() >= until:
            return published
        ground.pace.wait(_PAUSE, f"version {version} is being published", ground.deadline)


def taken_off(state: FlowState, live: Held | None, reader: Reader) -> list[str]:
    """What others have done that goes off the line with the live version, in sentences; asked before it goes.

    Args:
        state: the flow.
        live: its live version.
        reader: knows its versions.
    """
    if live is None:
        return []
    if live.stamp is None and not live.is_own:
        return [f"It took version {live.version}, published{by_at(live.by, live.at)}, off the line."]
    if reader.newer_ours(state, live):
        return [f"It took version {live.version}, which somebody had published again, off the line."]
    return [slipped(one, live.version) for one in reader.slipped(state, live)]
