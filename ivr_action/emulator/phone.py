"""What leads callers and messages into flows: call routes (IVRs) and queues. Seeds name flows, the state has ids."""

from __future__ import annotations

from typing import Any, NamedTuple

from ivr_action.emulator.state import Entity
from ivr_action.emulator.world import World

LINKS = {
    "ivr": {"openHoursFlow": "inboundcall", "closedHoursFlow": "inboundcall", "holidayHoursFlow": "inboundcall"},
    "queue": {
        "queueFlow": "inqueuecall",
        "emailInQueueFlow": "inqueueemail",
        "messageInQueueFlow": "inqueueshortmessage",
    },
}
"""Kind → key → the type of flow that it refers to."""
_DEFAULTS: dict[str, dict[str, Any]] = {"ivr": {"version": 1, "state": "active", "dnis": []}}


class User(NamedTuple):
    """Something that leads into a flow."""

    kind: str
    entity: Entity
    key: str
    """`openHoursFlow`, `queueFlow` …"""


def link(world: World) -> None:
    """Turn the names that seeds give into ids, once the flows are there.

    Raises:
        ValueError: there is no such flow.
    """
    for kind, keys in LINKS.items():
        for entity in world.entities(kind):
            for key, type_ in keys.items():
                name = entity.extra.get(key)
                if not isinstance(name, str):
                    continue
                flow = world.flow_named(name, type_)
                if flow is None:
                    raise ValueError(
                        f"The {kind} `{entity.name}` has the {key} `{name}`; no {type_} flow has this name."
                    )
                entity.extra[key] = {"id": flow.id}
            group = entity.extra.get("scheduleGroup")
            if isinstance(group, str):
                found = world.entity("scheduleGroup", group) or [world.add_entity("scheduleGroup", group)]
                entity.extra["scheduleGroup"] = {"id": found[0].id}
            entity.extra = {**_DEFAULTS.get(kind, {}), **entity.extra}


def shown(world: World, kind: str, entity: Entity) -> dict[str, Any]:
    """The references of an entity with the names that their targets have now."""
    made: dict[str, Any] = {}
    for key in LINKS.get(kind, ()):
        id_ = _id(entity.extra.get(key))
        flow = world.state.flows.get(id_)
        if flow is not None:
            made[key] = {"id": id_, "name": flow.name, "selfUri": f"/api/v2/flows/{id_}"}
    id_ = _id(entity.extra.get("scheduleGroup"))
    group = next((item for item in world.entities("scheduleGroup") if item.id == id_), None)
    if group is not None:
        made["scheduleGroup"] = {
            "id": id_, "name": group.name, "selfUri": f"/api/v2/architect/schedulegroups/{id_}"
        }  # fmt: skip
    return made


def users(world: World, flow: str) -> list[User]:
    """What leads into a flow, by its id."""
    return [
        User(kind, entity, key)
        for kind, keys in LINKS.items()
        for entity in world.entities(kind)
        for key in keys
        if _id(entity.extra.get(key)) == flow
    ]


def _id(reference: Any) -> str:
    return str(reference.get("id") or "") if isinstance(reference, dict) else ""
