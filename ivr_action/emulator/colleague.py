"""What somebody else does to a flow while a deployment runs: locks it, saves a draft, checks in, publishes, edits."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr_action.emulator.configuration.content import content_of
from ivr_action.emulator.editor import edited, titled
from ivr_action.emulator.render import done_json
from ivr_action.emulator.state import Client, Content, FlowRecord, Version, Who
from ivr_action.emulator.world import World

COLLEAGUE = Who(kind="user", id="c0ffee00-0000-4000-8000-000000000001", name="A Colleague")


class Deed(BaseModel):
    """One deed of a colleague, in Architect's editor but for `rename` and `delete`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    does: Literal["lock", "unlock", "draft", "check-in", "publish", "edit", "rename", "restore", "delete"]
    flow: str = ""
    """Id or name; empty for the flow in the request's path."""
    as_client: str = ""
    """Name of the OAuth client that does it, made where it is not there; empty for the colleague."""
    yaml: str = ""
    """`draft`, `check-in`, `publish`: the new Architect YAML; empty for what is there already. The editor keeps the
    flow's name and description, whatever the YAML says."""
    version: str = ""
    """`restore`: the version that is published again. `draft`, `check-in`, `publish`: a new version like this one."""
    name: str = ""
    """`rename`: the new name."""
    description: str | None = None
    """The flow's new description; absent: it stays."""
    nth: int = Field(default=0, ge=0)
    """`edit`: which of the texts and queues that can be changed, from 1 and round; 0: any."""
    text: str = ""
    """`edit`: the new text, or the name of the new queue; empty: the old text with a note, another queue."""
    then: Literal["publish", "check-in", "draft"] = "publish"
    """`edit`: how far it goes."""
    nodes: dict[str, Any] | None = None
    """`edit`, specification mode: node id → the node's new value, or null to delete it."""


def do(world: World, deed: Deed, flow_id: str = "") -> bool:
    """Do it at once; whoever does it takes the lock away where a publish job holds it.

    Args:
        world: the organisation.
        deed: what to do.
        flow_id: the flow that the request is about.

    Returns:
        False where the flow is not there, and nothing was done.

    Raises:
        ValueError: an edit of a flow in which nothing can be edited, or a version that is not there.
    """
    flow = _flow(world, deed.flow or flow_id)
    if flow is None:
        return False
    who, now = _who(world, deed), world.clock()
    if flow.locked_job and deed.does not in ("rename", "delete"):
        world.release_lock(flow)
    if deed.description is not None:
        flow.description = deed.description
    if deed.does == "lock":
        world.take_lock(flow, who, now)
        flow.operation = done_json(world.guid(), "CHECKOUT", who)
    elif deed.does == "unlock":
        world.unlock(flow, now)
    elif deed.does == "delete":
        flow.deleted = True
    elif deed.does == "rename":
        flow.name = deed.name or flow.name
    elif deed.does == "restore":
        world.publish(flow, _version(flow, deed.version), who, now)
        flow.operation = done_json(world.guid(), "PUBLISH", who)
    elif deed.does == "edit" and world.mode == "specification":
        edit_nodes(flow, deed.nodes or {})
    elif deed.does == "edit":
        content = edited(world, flow, world.content(_content(world, flow, deed)), nth=deed.nth, said=deed.text)
        _save(world, flow, world.keep(content), who, deed.then)
    else:
        _save(world, flow, _content(world, flow, deed), who, deed.does)
    return True


def _save(world: World, flow: FlowRecord, content: str, who: Who, how_far: str) -> None:
    now = world.clock()
    if how_far == "draft":
        world.save_draft(flow, content, who, now)
        return
    version = world.check_in(flow, content, who, now)
    if how_far == "publish":
        world.publish(flow, version, who, now)
        flow.operation = done_json(world.guid(), "PUBLISH", who)


def edit_nodes(flow: FlowRecord, changes: dict[str, Any]) -> None:
    """Specification mode: a PUT by somebody else, with the version's count."""
    document = json.loads(json.dumps(flow.document))
    nodes = document.setdefault("nodes", {})
    for id_, node in changes.items():
        if node is None:
            nodes.pop(id_, None)
        else:
            nodes[id_] = {**nodes.get(id_, {}), **node}
    flow.revision += 1
    flow.document = document
    flow.history[str(flow.revision)] = document


def _flow(world: World, word: str) -> FlowRecord | None:
    found = world.state.flows.get(word)
    if found is None:
        found = next((flow for flow in world.state.flows.values() if flow.name == word and not flow.deleted), None)
    return found


def _who(world: World, deed: Deed) -> Who:
    if not deed.as_client:
        return COLLEAGUE
    found = next((client for client in world.state.clients.values() if client.name == deed.as_client), None)
    if found is None:
        found = Client(id=world.guid(), secret=world.secret(), name=deed.as_client)
        world.state.clients[found.id] = found
    return found.who()


def _version(flow: FlowRecord, id_: str) -> Version:
    found = flow.version(id_)
    if found is None:
        raise ValueError(f"The flow `{flow.name}` has no version {id_ or '(none is named)'}.")
    return found


def _content(world: World, flow: FlowRecord, deed: Deed) -> str:
    if deed.yaml:
        return world.keep(content_of(world, titled(deed.yaml, flow.name, flow.description)))
    if deed.version:
        return _version(flow, deed.version).content
    latest = flow.saved or (flow.versions[-1] if flow.versions else None)
    if latest is None or not latest.content:
        return world.keep(Content()) if deed.does == "edit" else ""
    return latest.content
