"""A common module whose inputs or outputs change, against the flows that are live and use it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ivr_action.deploy.live import Held, Reader
from ivr_action.deploy.places import place_of
from ivr_action.deploy.values import Deployable, Ground
from ivr_action.flow.calls import calls
from ivr_action.flow.flow import ArchitectFlow, Flow
from ivr_action.genesys.errors import NotFoundError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.model.finding import Finding, Level

_MODULE = "commonModule"


def interface_findings(
    deployable: Deployable, flow: Flow, live: Held | None, ground: Ground, reader: Reader, flows: Sequence[Deployable]
) -> list[Finding]:
    """Live flows that pass or take back what the module does not have any more.

    Args:
        deployable: the file.
        flow: as it would be published.
        live: the module as it is live; None where it is not.
        ground: knows who uses it.
        reader: reads them.
        flows: all that are deployed together; their files are checked against one another already.

    Raises:
        PlatformError: the platform could not be asked.
    """
    if live is None or not isinstance(flow, ArchitectFlow) or not isinstance(live.flow, ArchitectFlow):
        return []
    if flow.type != _MODULE:
        return []
    gone = [_interface(live.flow, out) - _interface(flow, out) for out in (False, True)]
    if not any(gone):
        return []
    together = {other.flow.name for other in flows}
    found = []
    for consumer in ground.lookups.consumers(live.flow_id, _MODULE.lower(), live.version):
        if consumer.name in together or not consumer.id:
            continue
        try:
            state = ground.inspector.state(consumer.id)
        except NotFoundError:
            continue
        user = reader.live(state)
        if user is not None:
            found += [
                _finding(deployable, flow, state, user, name, what) for name, what in _bound(user.flow, flow.name, gone)
            ]
    return found


def _interface(flow: ArchitectFlow, out: bool) -> set[str]:
    return {_bare(one.name) for one in flow.variables if (one.is_output if out else one.is_input)}


def _bound(user: Flow, module: str, gone: Sequence[set[str]]) -> Iterator[tuple[str, str]]:
    """What a flow passes to the module or takes back, of what is gone."""
    seen: set[tuple[str, str]] = set()
    for call in calls(user):
        if call.name != module or call.version:
            continue
        for bound, names, what in ((call.inputs, gone[0], "passes"), (call.outputs, gone[1], "takes back")):
            for name in sorted(names & _names(bound)):
                if (name, what) not in seen:
                    seen.add((name, what))
                    yield name, what


def _names(bound: Mapping[str, Any] | None) -> set[str]:
    given: Iterable[str] = bound or ()
    return {_bare(name) for name in given}


def _bare(name: str) -> str:
    return name.rpartition(".")[2]


def _finding(
    deployable: Deployable, flow: ArchitectFlow, state: FlowState, user: Held, name: str, what: str
) -> Finding:
    verb = "take" if what == "passes" else "give back"
    return Finding(
        "module-interface-changed",
        Level.ERROR,
        f"The live {state.type} `{state.name}` (version {user.version}) {what} `{name}`, which this module does not "
        f"{verb} any more. Its callers would meet the error path of the call, or worse.",
        f"Keep `{name}` until `{state.name}` is published without it, or deploy both together.",
        place_of(deployable, flow, flow.element, "name"),
    )
