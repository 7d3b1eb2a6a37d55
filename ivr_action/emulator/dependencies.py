"""`/api/v2/architect/dependencytracking`: what a flow's version uses, and who uses something."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ivr_action.emulator import phone
from ivr_action.emulator.call import Answer, Call, Row, page
from ivr_action.emulator.problems import bad_request, not_emulated, not_found
from ivr_action.emulator.state import FlowRecord, Version
from ivr_action.emulator.world import World
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.outside import Wanted, wanted
from ivr_action.flow.read import read_flow

_KINDS = {
    "QUEUE": "queue", "USERPROMPT": "userPrompt", "DATAACTION": "dataAction", "SCHEDULE": "schedule",
    "SCHEDULEGROUP": "scheduleGroup", "EMERGENCYGROUP": "emergencyGroup", "DATATABLE": "dataTable",
    "ACDSKILL": "acdSkill", "ACDWRAPUPCODE": "acdWrapupCode", "CONTACTLIST": "contactList",
    "COMPOSERSCRIPT": "composerScript", "WORKTYPE": "worktype", "IVRCONFIGURATION": "ivr",
}  # fmt: skip
_TYPES = {kind: word for word, kind in _KINDS.items()}


def object_type(flow: FlowRecord) -> str:
    """Type of a flow in dependency tracking: `INBOUNDCALLFLOW`; `WORKFLOW` stays."""
    return flow.type.upper() if flow.type == "workflow" else f"{flow.type.upper()}FLOW"


def uses(world: World, version: Version) -> list[dict[str, Any]]:
    """Dependencies of one version; of flows that are known as a configuration only, those of its manifest."""
    content = world.content(version.content) if version.content else None
    if content is None:
        return []
    if not content.yaml:
        return _manifest(content.configuration or {})
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for item in _wanted(content.yaml):
        if item.kind == "flow":
            for other in world.state.flows.values():
                if other.name == item.name and not other.deleted and item.flow_type in ("", other.type):
                    found[object_type(other), other.id] = _flow(other)
        else:
            type_ = _TYPES.get(item.kind, item.kind.upper())
            for entity in world.entity(item.kind, item.name)[:1]:
                found[type_, entity.id] = _dependency(entity.id, entity.name, type_)
    return list(found.values())


@lru_cache(maxsize=256)
def _wanted(yaml: str) -> tuple[Wanted, ...]:
    read = read_flow("flow.yaml", yaml.encode()).flow
    return tuple(wanted(read)) if isinstance(read, ArchitectFlow) else ()


def _manifest(configuration: dict[str, Any]) -> list[dict[str, Any]]:
    manifest = configuration.get("manifest")
    return [
        _dependency(str(item["id"]), str(item.get("name", "")), kind.upper())
        for kind, items in (manifest if isinstance(manifest, dict) else {}).items()
        for item in items
        if isinstance(item, dict) and "id" in item
    ]


def _dependency(id_: str, name: str, type_: str, version: str = "") -> dict[str, Any]:
    made = {"id": id_, "name": name, "type": type_, "deleted": False, "updated": False, "stateUnknown": False}
    return {**made, "version": version} if version else made


def _flow(flow: FlowRecord) -> dict[str, Any]:
    made = _dependency(flow.id, flow.name, object_type(flow), flow.published or "")
    return {**made, "selfUri": f"/api/v2/flows/{flow.id}"}


def consumers(world: World, id_: str, *, published: bool) -> list[FlowRecord]:
    """Flows whose published (or else newest) version uses what has this id."""
    found = []
    for flow in world.state.flows.values():
        version = flow.version(flow.published if published else flow.checked_in)
        if version is not None and not flow.deleted and any(item["id"] == id_ for item in uses(world, version)):
            found.append(flow)
    return found


def consumers_of_flow(world: World, flow: FlowRecord) -> list[FlowRecord]:
    return [user for user in consumers(world, flow.id, published=True) if user is not flow]


def consumed(call: Call) -> Answer:
    flow = call.world.flow(_required(call, "id"))
    type_ = _required(call, "objectType").upper()
    if type_ != object_type(flow):
        raise not_found(type_, flow.id)
    version = flow.version(call.first("version") or flow.published)
    if version is None:
        raise not_found("version", call.first("version"))
    types = {word.upper() for word in call.all("resourceType")}
    found = [item for item in uses(call.world, version) if not types or item["type"] in types]
    return page(call, found)


def consuming(call: Call) -> Answer:
    _required(call, "objectType")
    published = call.first("flowFilter", "checkedIn").lower() == "published"
    types = {word.upper() for word in call.all("resourceType")}
    id_ = _required(call, "id")
    found = [_flow(flow) for flow in consumers(call.world, id_, published=published)]
    others = {user.entity.id: (user.entity, user.kind) for user in phone.users(call.world, id_)}
    found += [_dependency(entity.id, entity.name, _TYPES[kind]) for entity, kind in others.values()]
    return page(call, [item for item in found if not types or item["type"] in types])


def build(call: Call) -> Answer:
    return Answer({"id": "build", "status": "OPERATIONAL", "selfUri": call.path})


def one_object(call: Call) -> Answer:
    id_ = _required(call, "id")
    flow = call.world.state.flows.get(id_)
    if flow is not None:
        return Answer({**_flow(flow), "deleted": flow.deleted})
    for kind, entities in call.world.state.entities.items():
        for entity in entities:
            if entity.id == id_:
                return Answer(_dependency(entity.id, entity.name, _TYPES.get(kind, kind.upper())))
    raise not_found("object", id_)


def broken(call: Call) -> Answer:
    raise not_emulated(call.path)


def _required(call: Call, name: str) -> str:
    if not call.first(name):
        raise bad_request(f"The query parameter {name} is missing.")
    return call.first(name)


_BASE = "/api/v2/architect/dependencytracking"
_VIEW = "architect:dependencyTracking:view"
ROWS = [
    Row("GET", f"{_BASE}/consumedresources", consumed, _VIEW),
    Row("GET", f"{_BASE}/consumingresources", consuming, _VIEW),
    Row("GET", f"{_BASE}/object", one_object, _VIEW),
    Row("GET", f"{_BASE}/build", build, _VIEW),
    Row("GET", f"{_BASE}/deletedresourceconsumers", broken, _VIEW),
    Row("GET", f"{_BASE}/updatedresourceconsumers", broken, _VIEW),
]
