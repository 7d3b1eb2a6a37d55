"""One flow sent: by the save loop, over the store that the platform needs for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ivr_action.deploy.look import Look, Planner
from ivr_action.deploy.merging import deciding, restamping
from ivr_action.deploy.parcel import Parcel
from ivr_action.errors import PlatformError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.resolving import resolving
from ivr_action.genesys.save import Resolve, SaveLoop
from ivr_action.genesys.store import (
    ABSENT,
    Absent,
    ConflictError,
    Content,
    FlowRef,
    FlowStore,
    Found,
    Live,
    Saved,
    Version,
)
from ivr_action.merge import Resolution


class MovedError(PlatformError):
    """The flow is not what it was when it was looked at; nothing was sent.

    Args:
        state: as it is now.
        why: what is otherwise.
    """

    def __init__(self, state: FlowState, why: str = "") -> None:
        self.state = state
        said = why or f"Flow `{state.name}` has changed since it was looked at."
        super().__init__(f"{said} Nothing was sent.", "Look at it, then run this again.")


@dataclass(slots=True, eq=False)
class Sending:
    """What happened on the way."""

    kept: str = ""
    """Path of the file with what was live before."""
    resolutions: list[Resolution] = field(default_factory=list)
    """Decisions on versions of others that were met."""
    tries: int = 0
    """Times that a store was asked to save."""


def send(look: Look, planner: Planner, sending: Sending, *, create_stubs: bool = False) -> Saved:
    """Saves what was planned and verifies it.

    Args:
        look: a flow that is to be created, updated or merged.
        planner: that has looked at it.
        sending: is told what happens.
        create_stubs: whether the job makes stubs of flows that are missing: for flows that call each other.

    Raises:
        MovedError: it is not what it was when it was looked at.
        PlatformError: of the store and the loop.
    """
    parcel, ground, state = look.parcel, planner.ground, look.state
    if parcel is None:
        raise PlatformError(f"There is nothing to send for {look.deployable.path}.")
    commit = ground.history.commit
    if state is None:
        content = parcel.stamped(commit, look.planned.type)
        sending.tries += 1
        store = ground.publishing(planner.client_id, create_stubs=create_stubs)
        return replace(store.save("", content, ABSENT), content=content)
    content = parcel.stamped(commit, state.type, state.newest)
    first = look.live.as_live(state) if look.live is not None else _never_published(state)
    if state.holds_nodes:
        chosen: FlowStore = ground.nodes
        resolve = _resolve(look, planner, parcel, sending)
        base = look.merging.base if look.merging is not None else first
    else:
        chosen = ground.publishing(
            planner.client_id,
            create_stubs=create_stubs,
            guard=guard_of(state, look.deployable.flow.name, planner.client_id),
        )
        resolve, base = None, first

    def keep(live: Live) -> None:
        if ground.keep is not None and live.version:
            sending.kept = ground.keep(live)

    loop = SaveLoop(Known(chosen, first, sending), ground.pace, ground.deadline, resolve=resolve, keep=keep)
    return loop.save(base, content)


def _never_published(state: FlowState) -> Live:
    return Live(state.id, state.name, "", {"configuration": {}, "state": state})


def guard_of(seen: FlowState, name: str, client_id: str) -> Callable[[FlowState], None]:
    """Stops a job where somebody has drafted or renamed since; the store itself looks at version and lock.

    Args:
        seen: the flow as it was looked at.
        name: that it must have.
        client_id: of our OAuth client.
    """
    expected = seen.draft()

    def guard(now: FlowState) -> None:
        draft = now.draft()
        if draft is not None and client_id and draft.by_client == client_id:
            draft = None
        if now.name != name or (draft is not None and (expected is None or draft.id != expected.id)):
            raise MovedError(now)

    return guard


def _resolve(look: Look, planner: Planner, parcel: Parcel, sending: Sending) -> Resolve:
    """Merges what others have saved, now and while we save."""
    ground = planner.ground
    type_ = look.state.type if look.state is not None else look.planned.type
    decide = deciding(ground, planner.options.on_conflict)
    return resolving(restamping(decide, parcel, ground.history.commit, type_), sending.resolutions.append)


class Known:
    """A store of which the first look is already known: the guard looks again right before anything is sent."""

    def __init__(self, store: FlowStore, first: Live, sending: Sending) -> None:
        self._store = store
        self._first: Live | None = first
        self._sending = sending

    def find(self, ref: FlowRef) -> Found | None:
        return self._store.find(ref)

    def read(self, flow_id: str, version: Version | None = None) -> Live:
        first, self._first = self._first, None
        return first if first is not None and version is None else self._store.read(flow_id, version)

    def save(self, flow_id: str, content: Content, expected: Version | Absent) -> Saved:
        self._sending.tries += 1
        try:
            return self._store.save(flow_id, content, expected)
        except ConflictError as error:
            live = error.live
            state = live.content.get("state") if live is not None else None
            if isinstance(state, FlowState):  # of a publish store, which has sent nothing: what is there is not ours
                raise MovedError(state, str(error)) from error
            raise

    def restore(self, flow_id: str, version: Version) -> Saved:
        return self._store.restore(flow_id, version)

    def next_version(self, version: Version) -> Version:
        return self._store.next_version(version)

    def holds(self, live: Live, content: Content) -> bool:
        return self._store.holds(live, content)
