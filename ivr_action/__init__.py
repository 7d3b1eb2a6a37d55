"""Check Genesys Cloud IVR flow files, simulate calls through them, and save them safely.

The public functions are imported when they are first used, so that `import ivr_action` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivr_action.api import build_ivr_node_payload, validate_flow_topology
    from ivr_action.audit.record import generate_audit_log
    from ivr_action.genesys.client import initialize_genesys_client
    from ivr_action.metrics import FlowMetricsTracker
    from ivr_action.notify.trigger import trigger_cicd_webhook
    from ivr_action.trace.mock import execute_mock_trace
    from ivr_action.updater import IvrFlowUpdater, update_flow_with_conflict_resolution

__version__ = "0.1.0"

__all__ = [
    "FlowMetricsTracker",
    "IvrFlowUpdater",
    "__version__",
    "build_ivr_node_payload",
    "execute_mock_trace",
    "generate_audit_log",
    "initialize_genesys_client",
    "trigger_cicd_webhook",
    "update_flow_with_conflict_resolution",
    "validate_flow_topology",
]

_HOMES = {
    "FlowMetricsTracker": "ivr_action.metrics",
    "IvrFlowUpdater": "ivr_action.updater",
    "build_ivr_node_payload": "ivr_action.api",
    "execute_mock_trace": "ivr_action.trace.mock",
    "generate_audit_log": "ivr_action.audit.record",
    "initialize_genesys_client": "ivr_action.genesys.client",
    "trigger_cicd_webhook": "ivr_action.notify.trigger",
    "update_flow_with_conflict_resolution": "ivr_action.updater",
    "validate_flow_topology": "ivr_action.api",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
