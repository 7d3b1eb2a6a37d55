"""Which flow on the platform a file means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

from ivr_action.deploy import refusals
from ivr_action.deploy.refusals import Decision
from ivr_action.deploy.stamp import read
from ivr_action.deploy.values import Deployable, Ground, Target
from ivr_action.flow.flow import Flow, NodeGraphFlow
from ivr_action.genesys.flow_state import FlowState, flow_state
from ivr_action.genesys.inspect import FLOWS
from ivr_action.genesys.store import FlowRef

_API_TYPES = {"botflow": "bot", "digitalbotflow": "digitalbot"}
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEAR = 3
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Aim:
    """What was found."""

    state: FlowState | None = None
    refusal: Decision | None = None
    """Why it is not certain which flow is meant."""
    renamed_from: str = ""
    """Name that the flow still has on the platform, where the file has another."""
    renamed_there: bool = False
    """Whether it was deployed under the file's name, so that somebody must have renamed it on the platform."""
    near: tuple[str, ...] = ()
    """Flows of nearly that name, where there is none of it."""
    notices: tuple[str, ...] = ()


def platform_type(flow: Flow) -> str:
    """The flow's type as the API has it: `inboundcall`."""
    lowered = flow.type.lower()
    return _API_TYPES.get(lowered, lowered)


def aim(deployable: Deployable, target: Target, ground: Ground, *, allow_rename: bool, taken: Collection[str]) -> Aim:
    """The flow that a file means: by the environment's id, by the file's, or else by exact name and type.

    Args:
        deployable: the file.
        target: has the environment's ids.
        ground: the platform and what Git knows.
        allow_rename: whether a flow of another name may be meant by id.
        taken: names of all flows that are deployed together; a flow of these names is no renamed one.

    Raises:
        RejectedError: several flows have the name.
        PlatformError: it could not be looked up.
    """
    flow = deployable.flow
    name, type_ = flow.name, platform_type(flow)
    given = target.flow_ids.get(deployable.path, "")
    own = flow.flow_id if isinstance(flow, NodeGraphFlow) else ""
    if given:
        state = ground.inspector.find(FlowRef(name, type_, given))
        if state is None:
            return Aim(refusal=refusals.unknown_id(deployable.path, given))
        return _by_id(deployable, state, f"`flow-ids` gives for {deployable.path}", allow_rename)
    if _GUID.fullmatch(own):  # the platform's own; anything else may be a label that only the file knows
        state = ground.inspector.find(FlowRef(name, type_, own))
        if state is not None:
            return _by_id(deployable, state, "stands in the file", allow_rename)
    found = ground.inspector.search(FlowRef(name, type_))
    if found.found is not None:
        return Aim(found.found)
    if own and not _GUID.fullmatch(own):
        state = ground.inspector.find(FlowRef(name, type_, own))
        if state is not None:
            return _by_id(deployable, state, "stands in the file", allow_rename)
    return _renamed(deployable, type_, ground, allow_rename, taken, found.near)


def _by_id(deployable: Deployable, state: FlowState, whose: str, allow_rename: bool) -> Aim:
    """The flow that an id leads to, where its name and type are the file's."""
    name, type_ = deployable.flow.name, platform_type(deployable.flow)
    if type_ and state.type != type_:
        return Aim(state, refusals.other_flow(state, name, type_, whose))
    if state.name == name:
        return Aim(state)
    if allow_rename:
        return Aim(state, renamed_from=state.name)
    stamp = read(state.description)
    if stamp is not None and stamp.path == deployable.path:
        return Aim(state, refusals.rename(state, name, stamp.commit), state.name)
    return Aim(state, refusals.other_flow(state, name, type_, whose))


def _renamed(
    deployable: Deployable,
    type_: str,
    ground: Ground,
    allow_rename: bool,
    taken: Collection[str],
    near: Collection[str],
) -> Aim:
    """A flow that was deployed from the same file under another name; else the names that are alike."""
    name = deployable.flow.name
    query = {"type": type_} if type_ else {}
    states = [flow_state(item) for item in ground.inspector.listed(FLOWS, query)]
    states = [state for state in states if not type_ or state.type == type_]
    found: list[tuple[FlowState, str, str]] = []
    for state in states:
        stamp = read(state.description)
        if stamp is None or stamp.path != deployable.path or state.name in taken:
            continue
        data = ground.history.earlier(stamp.commit, deployable.path) if stamp.commit else None
        was = ground.read(deployable.path, data) if data is not None else None
        found.append((state, stamp.commit, was.name if was is not None else ""))
    # A copy that somebody has made in the editor keeps the description, and with it the stamp.
    found = [one for one in found if one[2] == one[0].name] or found
    if len(found) > 1:
        return Aim(found[0][0], refusals.renames([one[0] for one in found], name, deployable.path))
    for state, commit, was_named in found:
        there = was_named == name
        refusal = refusals.renamed_there if there else refusals.rename
        return Aim(state, None if allow_rename else refusal(state, name, commit), state.name, there)
    alike = difflib.get_close_matches(name, [state.name for state in states], _NEAR, _ALIKE)
    return Aim(near=tuple(dict.fromkeys([*near, *alike])))
