"""What the platform holds of a flow, read: which version is live, which one is ours, what stands in them.

A version is ours only where its stamp is true: the digest of its own content is the one in the stamp, and an OAuth
client made it: our own, or another one (which deploys this repository too) where the version's number is the one that
the stamp lets expect. A colleague's edit keeps the description with the stamp in it, and fails both; somebody's copy of
an old version fails by its number.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr_action.deploy.stamp import Stamp, cut
from ivr_action.flow.canonical import digest
from ivr_action.flow.flow import Flow
from ivr_action.flow.read import read_flow
from ivr_action.genesys.errors import BadAnswerError, NotFoundError
from ivr_action.genesys.flow_state import FlowState, VersionInfo
from ivr_action.genesys.inspect import Inspector
from ivr_action.genesys.node_save import live_of
from ivr_action.genesys.store import FlowStore, Live, RejectedError, Version

LOOKS = 5
"""Versions whose content is looked at in search of ours."""
_LISTED = 50
_KEPT = 300


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One version of a flow."""

    flow_id: str
    version: Version
    flow: Flow
    digest: str
    """Of its content, the description aside."""
    description: str
    """Without stamps."""
    claimed: Stamp | None
    """What its description says of it."""
    by: str = ""
    by_client: str = ""
    at: str = ""
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Its configuration, or the flow with its nodes."""
    is_own: bool = False
    """Whether our own OAuth client made it."""

    @property
    def stamp(self) -> Stamp | None:
        """Its stamp, where it is true."""
        claimed = self.claimed
        # Where a platform holds nodes it names whoever saved, and does not tell clients from users.
        made_by_user = bool(self.by) and not self.by_client and not isinstance(self.content.get("nodes"), Mapping)
        if claimed is None or claimed.published != self.digest or made_by_user or self.is_stray:
            return None
        return claimed if self.is_own or not self.follows_others else None

    @property
    def is_stray(self) -> bool:
        """Whether it was made for another flow: its number is too low to come after what was there."""
        after, number = self.claimed.after if self.claimed is not None else None, _number(self.version)
        return self.is_own and after is not None and number <= after

    @property
    def follows_others(self) -> bool:
        """Whether it is not the version after the one that was the newest when its stamp was written."""
        after = self.claimed.after if self.claimed is not None else None
        return after is not None and _number(self.version) != after + 1

    def as_live(self, state: FlowState) -> Live:
        """As a save takes it for the version that ours was made from."""
        content = self.content if state.holds_nodes else {"configuration": self.content, "state": state}
        return Live(self.flow_id, state.name, self.version, content, self.by, self.at)


class Reader:
    """Reads versions and remembers them, since a version never changes; may be shared by threads.

    Args:
        inspector: looks at the platform.
        nodes: reads versions of flows that are held as nodes.
        client_id: of our OAuth client.
    """

    def __init__(self, inspector: Inspector, nodes: FlowStore, client_id: str) -> None:
        self._client_id = client_id
        self._inspector = inspector
        self._nodes = nodes
        self._lock = threading.Lock()
        self._known: dict[tuple[str, Version], Held] = {}

    def live(self, state: FlowState) -> Held | None:
        """The published version; None where there is none."""
        if state.holds_nodes:
            live = live_of(state.raw)
            return self._held(live.flow_id, live.version, live.content, live.changed_by, "", live.changed_at)
        return self.version(state, state.published) if state.published is not None else None

    def version(self, state: FlowState, info: VersionInfo) -> Held:
        """One version of a flow with a configuration."""
        known = self._known.get((state.id, info.id))
        if known is not None:
            return known
        content = self._inspector.configuration(state.id, info.id)
        return self._held(state.id, info.id, content, info.by, info.by_client, info.at)

    def nodes_version(self, state: FlowState, version: Version) -> Held:
        """One version of a flow that is held as nodes; raises NotFoundError where the platform does not show it."""
        was = self._nodes.read(state.id, version)
        return self._held(was.flow_id, was.version, was.content, was.changed_by, "", was.changed_at)

    def ours(self, state: FlowState, live: Held | None) -> Held | None:
        """The newest version with a true stamp; None where the newest few have none."""
        if live is not None and live.stamp is not None:
            return live
        return self._our_nodes(state) if state.holds_nodes else self._our_version(state, live)

    def newer_ours(self, state: FlowState, live: Held | None) -> str:
        """A version of ours that was published after the one that is live now; empty for none.

        One request, where a newer version is checked in; none for most flows.
        """
        latest, published = state.checked_in, state.published
        if live is None or latest is None or published is None:
            return ""
        number = published.number
        if number is None or (latest.number or 0) <= number:
            return ""
        versions = self._inspector.versions(state.id, _LISTED)
        made = [one for one in versions if one.by_client and one.kind == "publish" and (one.number or 0) > number]
        return made[0].id if made else ""

    def slipped(self, state: FlowState, ours: Held) -> list[VersionInfo]:
        """Versions of others that were made while ours was, newest first: ours went over them.

        No request, but for a version of ours that does not follow the one that it was made after.
        """
        if ours.stamp is None or ours.stamp.after is None or not ours.follows_others:
            return []
        last, after = _number(ours.version), ours.stamp.after
        between = [one for one in self._inspector.versions(state.id, _LISTED) if after < (one.number or 0) < last]
        return [one for one in between if one.kind != "save" and one.by_client != self._client_id]

    def _our_version(self, state: FlowState, live: Held | None) -> Held | None:
        versions = self._inspector.versions(state.id, _LISTED)
        made = [info for info in versions if info.by_client and info.kind == "publish"]
        for info in [info for info in made if live is None or info.id != live.version][:LOOKS]:
            held = self.version(state, info)
            if held.stamp is not None:
                return held
        return None

    def _our_nodes(self, state: FlowState) -> Held | None:
        number = int(state.raw["version"])
        for earlier in range(number - 1, max(0, number - 1 - LOOKS), -1):
            try:
                held = self.nodes_version(state, str(earlier))
            except (NotFoundError, RejectedError):
                return None  # the platform does not show earlier versions
            if held.stamp is not None:
                return held
        return None

    def _held(
        self, flow_id: str, version: Version, content: Mapping[str, Any], by: str, by_client: str, at: str
    ) -> Held:
        key = (flow_id, version)
        known = self._known.get(key)
        if known is not None:
            return known
        flow = flow_of(content)
        if flow is None:
            raise BadAnswerError(f"version {version} of flow {flow_id}", "its content is no flow")
        description = content.get("description")
        text, claimed = cut(description if isinstance(description, str) else "")
        own = bool(by_client) and by_client == self._client_id
        held = Held(flow_id, version, flow, digest(flow), text, claimed, by, by_client, at, content, own)
        if not version.startswith("saved_version_"):
            with self._lock:
                if len(self._known) >= _KEPT:
                    self._known.clear()
                self._known[key] = held
        return held


def _number(version: Version) -> int:
    return VersionInfo(version, "publish").number or 0


def flow_of(content: Mapping[str, Any]) -> Flow | None:
    """A configuration, or a flow with nodes, as a flow."""
    return read_flow("", json.dumps(content).encode()).flow
