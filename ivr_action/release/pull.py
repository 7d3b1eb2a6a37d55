"""A live flow as a file: what a repository begins with, and how somebody else's change comes into it."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

from ivr_action.errors import UsageError
from ivr_action.genesys.redact import Redactor
from ivr_action.release.connect import connect_ground
from ivr_action.release.errand import Errand
from ivr_action.world import Outside

if TYPE_CHECKING:
    from ivr_action.deploy.values import Ground
    from ivr_action.genesys.flow_state import FlowState


def pull(
    errand: Errand, outside: Outside, stop: threading.Event, redact: Redactor, flow: str, version: str = ""
) -> str:
    """The flow as the platform writes it, without the mark of a deployment: Architect YAML, or a node graph as JSON.

    Args:
        errand: where to.
        outside: clocks.
        stop: ends every wait.
        redact: hides secrets.
        flow: path of its file, its id, or its exact name.
        version: the published one where it is empty.

    Raises:
        UsageError: there is no such flow or version, or the credentials are another organisation's.
        PlatformError: of the platform; an export changes nothing there.
    """
    from ivr_action.deploy.survey import the_organisation

    ground, close = connect_ground(errand, outside, stop, redact)
    try:
        organisation = the_organisation(ground, errand.target())
        state = _find(errand, ground, flow)
        if state.holds_nodes:
            return json.dumps(ground.nodes.read(state.id, version or None).content, ensure_ascii=False, indent=2) + "\n"
        chosen = version or (state.published.id if state.published is not None else "")
        if not chosen:
            raise UsageError(f"`{state.name}` was never published.", "Name a version with `--version`.")
        return _unmarked(ground.publishing(organisation.client_id).export(state.id, chosen))
    finally:
        close()


def _find(errand: Errand, ground: Ground, name: str) -> FlowState:
    from ivr_action.deploy.target import platform_type
    from ivr_action.genesys.store import FlowRef

    path = os.path.normpath(name).replace(os.sep, "/")
    read = next((one.flow for one in errand.readings if one.document.path == path and one.flow is not None), None)
    if read is not None:
        ref = FlowRef(read.name, platform_type(read), errand.environment.flow_ids.get(path, ""))
        state = ground.inspector.find(ref)
    else:
        state = ground.inspector.find(FlowRef(name)) or _by_id(ground, name)
    if state is None:
        raise UsageError(
            f"There is no flow `{name}` that this OAuth client can see.",
            "Name its file, its id, or its exact name; a flow in a division that the client's role does not reach is "
            "not seen.",
        )
    return state


def _by_id(ground: Ground, name: str) -> FlowState | None:
    from ivr_action.genesys.store import FlowRef

    return ground.inspector.find(FlowRef("", "", name)) if name.isascii() and " " not in name else None


def _unmarked(yaml: str) -> str:
    """Without the stamp in the description; as it is where nobody can say which bytes those are."""
    from ivr_action.deploy.stamp import clean
    from ivr_action.deploy.text import describe
    from ivr_action.flow.edit import UncertainError
    from ivr_action.flow.flow import ArchitectFlow
    from ivr_action.flow.read import read_flow

    flow = read_flow("flow.yaml", yaml.encode()).flow
    if not isinstance(flow, ArchitectFlow) or clean(flow.description) == flow.description:
        return yaml
    try:
        return describe(yaml, clean(flow.description))
    except UncertainError:
        return yaml
