"""What somebody else does to a flow while a deployment runs: locks it, saves a draft, checks in, publishes, edits."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ivr_action.emulator.configuration.content import content_of
from ivr_action.emulator.state import FlowRecord, Who
from ivr_action.emulator.world import World

COLLEAGUE = Who(kind="user", id="c0ffee00-0000-4000-8000-000000000001", name="A Colleague")


class Deed(BaseModel):
    """One deed of a colleague."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    does: Literal["lock", "unlock", "draft", "check-in", "publish", "edit", "delete"]
    flow: str = ""
    """Id or name; empty for the flow that the request is about."""
    yaml: str = ""
    """`draft`, `check-in`, `publish`: the new Architect YAML; empty for what is there already."""
    nodes: dict[str, Any] | None = None
    """`edit`, specification mode: node id → the node's new value, or null to delete it."""


def do(world: World, deed: Deed, flow_id: str = "") -> None:
    """Do it at once. A deed on a flow that is not there does nothing, as a request about it would find nothing.

    Args:
        world: the organisation.
        deed: what to do.
        flow_id: the flow that the request is about.
    """
    flow = _flow(world, deed.flow or flow_id)
    if flow is None:
        return
    now = world.clock()
    if deed.does == "lock":
        world.take_lock(flow, COLLEAGUE, now)
    elif deed.does == "unlock":
        if flow.saved is not None:
            world.check_in(flow, flow.saved.content, flow.saved.by, now)
        world.release_lock(flow)
    elif deed.does == "delete":
        flow.deleted = True
    elif deed.does == "edit":
        edit_nodes(flow, deed.nodes or {})
    else:
        content = _content(world, flow, deed.yaml)
        if deed.does == "draft":
            world.save_draft(flow, content, COLLEAGUE, now)
            return
        version = world.check_in(flow, content, COLLEAGUE, now)
        if deed.does == "publish":
            world.publish(flow, version, now)


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


def _content(world: World, flow: FlowRecord, yaml: str) -> str:
    if yaml:
        return world.keep(content_of(world, yaml))
    latest = flow.saved or (flow.versions[-1] if flow.versions else None)
    return latest.content if latest is not None else ""
