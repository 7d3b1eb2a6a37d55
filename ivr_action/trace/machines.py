"""From a flow to the machine that walks calls through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr_action.flow.flow import ArchitectFlow, Flow, NodeGraphFlow
from ivr_action.trace.machine import Machine

Library = Mapping[tuple[str, str], Flow]
"""Flows that others may call, by type (`botFlow`) and name."""


def machine_of(flow: Flow, library: Library | None = None) -> Machine:
    """The machine of a flow; what it needs is imported now.

    Args:
        flow: of any format; it may have findings.
        library: modules, bots and flows that it may call. A call of one that is missing is asked for.
    """
    if isinstance(flow, NodeGraphFlow):
        from ivr_action.trace.node_graph import NodeGraphMachine

        return NodeGraphMachine(flow)
    if isinstance(flow, ArchitectFlow):
        from ivr_action.trace.architect import ArchitectMachine

        return ArchitectMachine(flow, library)
    raise TypeError(f"no machine walks a {type(flow).__name__}")


def library_of(flows: Iterable[Flow]) -> dict[tuple[str, str], Flow]:
    """The flows of one run by type and name; of two with the same name the first counts."""
    library: dict[tuple[str, str], Flow] = {}
    for flow in flows:
        if flow.name:
            library.setdefault((flow.type, flow.name), flow)
    return library
