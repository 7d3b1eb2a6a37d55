"""Whether the platform holds what was sent: a flow's digest and its description, from YAML and from a configuration."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow
from ivr_action.genesys.flow_state import FlowState, VersionInfo
from ivr_action.genesys.store import Content, Live, Version

_KEPT = 2000
"""Texts that are remembered."""


class Held:
    """Compares, and remembers what it has computed; may be shared by threads.

    Args:
        digest: of a flow, from its YAML text or its configuration.
    """

    def __init__(self, digest: Callable[[str | Mapping[str, Any]], str]) -> None:
        self._digest = digest
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], str] = {}

    def same(self, live: Live, content: Content) -> bool:
        """Whether a version is the flow that was sent, description included; spaces in that do not count."""
        configuration = live.content.get("configuration")
        if not isinstance(configuration, Mapping) or not configuration:
            return False
        yaml = str(content["yaml"])
        key = hashlib.sha256(yaml.encode()).hexdigest()
        sent = content.get("description")
        if sent is None:
            sent = self._once(("description", key), lambda: _flow_of(yaml)[1])
        if _folded(sent) != _folded(_description(live, configuration)):
            return False
        return self._once(("digest", key), lambda: self._digest(yaml)) == self._once(
            ("digest", live.flow_id, live.version), lambda: self._digest(configuration)
        )

    def _once(self, key: tuple[str, ...], make: Callable[[], str]) -> str:
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = make()
            with self._lock:
                if len(self._known) >= _KEPT:
                    self._known.clear()
                self._known[key] = known
        return known


def name_of(yaml: str) -> str:
    """The name of a flow in Architect YAML; empty where it is none."""
    return _flow_of(yaml)[0]


def _flow_of(yaml: str) -> tuple[str, str]:
    """Name and description."""
    flow = read_flow("flow.yaml", yaml.encode()).flow
    return (flow.name, flow.description) if isinstance(flow, ArchitectFlow) else ("", "")


def _description(live: Live, configuration: Mapping[str, Any]) -> Any:
    """The version's own, else the flow's."""
    if "description" in configuration:
        return configuration["description"]
    state = live.content.get("state")
    return state.description if isinstance(state, FlowState) else ""


def _folded(text: Any) -> str:
    return " ".join(str(text or "").split())


def live_of(
    state: FlowState,
    version: Version | None = None,
    info: VersionInfo | None = None,
    configuration: Mapping[str, Any] | None = None,
) -> Live:
    """A version of a flow as the store shows it.

    Args:
        state: the flow.
        version: None for the published one, without its configuration.
        info: of the version, where it is the published one.
        configuration: of the version.
    """
    if version is None:
        info = state.published
        version = info.id if info is not None else ""
    content = {"configuration": configuration or {}, "state": state}
    by, at = (info.by, info.at) if info is not None else ("", "")
    return Live(state.id, state.name, version, content, by, at)
