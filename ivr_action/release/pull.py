"""Live flows as files: what a repository begins with, and how somebody else's change comes into it."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_action.errors import PlatformError, UsageError
from ivr_action.genesys.redact import Redactor
from ivr_action.release.connect import connect_ground
from ivr_action.release.errand import Errand
from ivr_action.world import Outside

if TYPE_CHECKING:
    from ivr_action.deploy.values import Ground
    from ivr_action.genesys.flow_state import FlowState

_UNSAFE = re.compile(r"[^A-Za-z0-9_.]+")
_LONG = 80
"""Characters of a file's name."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of all flows."""

    written: int
    there: int
    """Flows that have a file already."""
    unpublished: int
    failed: int


def pull(
    errand: Errand, outside: Outside, stop: threading.Event, redact: Redactor, flow: str, version: str = ""
) -> str:
    """The flow as the platform writes it, without the stamp of a deployment: Architect YAML, or a node graph as JSON.

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
        return _text(ground, organisation.client_id, _find(errand, ground, flow), version)
    finally:
        close()


def pull_all(
    errand: Errand,
    outside: Outside,
    stop: threading.Event,
    redact: Redactor,
    write: Callable[[str, str], bool],
    told: Callable[[str], None],
) -> Pulled:
    """Every published flow that the OAuth client can see and that has no file yet, one after the other.

    Args:
        errand: where to, and which flows have files.
        outside: clocks.
        stop: ends every wait.
        redact: hides secrets.
        write: takes a file's name and its text; False where there is such a file already.
        told: takes a sentence about each flow.

    Raises:
        UsageError: the credentials are another organisation's.
        PlatformError: the flows cannot be listed, or the run was told to end or has no time left.
    """
    from ivr_action.deploy.survey import the_organisation
    from ivr_action.deploy.target import platform_type
    from ivr_action.genesys.errors import OutOfTimeError, StoppedError, UnreachableError
    from ivr_action.genesys.flow_state import flow_state
    from ivr_action.genesys.inspect import FLOWS

    ground, close = connect_ground(errand, outside, stop, redact)
    written = unpublished = failed = 0
    try:
        organisation = the_organisation(ground, errand.target())
        listed = {state.id: state for state in map(flow_state, ground.inspector.listed(FLOWS, {}))}
        files = [(one.document.path, one.flow) for one in errand.readings if one.flow is not None]
        known = {(flow.name, platform_type(flow)) for _, flow in files}
        aimed = {errand.environment.flow_ids.get(path, "") for path, _ in files}
        every = sorted(listed.values(), key=lambda one: (one.name, one.type, one.id))
        new = [one for one in every if one.id not in aimed and (one.name, one.type) not in known]
        for state, name in zip(new, file_names(new), strict=True):
            if state.published is None and not state.holds_nodes:
                unpublished += 1
                told(f"`{state.name}` ({state.type}) was never published, so it is left out.")
                continue
            try:
                if not write(name, _text(ground, organisation.client_id, state)):
                    raise UsageError(f"There is another file `{name}`.")
                written += 1
                told(f"`{state.name}` ({state.type}): {name}")
            except (StoppedError, OutOfTimeError, UnreachableError):
                raise
            except (PlatformError, UsageError) as error:
                failed += 1
                told(f"`{state.name}` ({state.type}) was not written: {error}")
    finally:
        close()
    return Pulled(written, len(listed) - len(new), unpublished, failed)


def file_names(states: Iterable[FlowState]) -> list[str]:
    """A file's name for each flow, made of its own: `Main-line.yaml`; with type and id where two would be the same."""
    found: list[str] = []
    taken: set[str] = set()
    for state in states:
        stem = _UNSAFE.sub("-", state.name).strip("-.")[:_LONG] or state.id
        end = "json" if state.holds_nodes else "yaml"
        tries = (f"{stem}.{end}", f"{stem}-{state.type}.{end}", f"{stem}-{state.id}.{end}")
        name = next((one for one in tries if one.lower() not in taken), tries[-1])
        taken.add(name.lower())
        found.append(name)
    return found


def _text(ground: Ground, client_id: str, state: FlowState, version: str = "") -> str:
    if state.holds_nodes:
        return json.dumps(ground.nodes.read(state.id, version or None).content, ensure_ascii=False, indent=2) + "\n"
    chosen = version or (state.published.id if state.published is not None else "")
    if not chosen:
        raise UsageError(f"`{state.name}` was never published.", "Name a version with `--version`.")
    return _unmarked(ground.publishing(client_id).export(state.id, chosen))


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
