"""`/api/v2/flows`: list, read, create, change metadata, delete. Content never goes in here: that is what jobs do."""

from __future__ import annotations

import fnmatch
from typing import Any

from ivr_action.emulator import phone
from ivr_action.emulator.call import Answer, Call, Row, page
from ivr_action.emulator.dependencies import consumers_of_flow
from ivr_action.emulator.problems import ApiError, bad_request, locked
from ivr_action.emulator.render import flow_json, version_json
from ivr_action.emulator.state import FlowRecord
from ivr_action.flow.actions import FLOW_TYPES

_SORTS = {"id", "name", "type", "description"}
_NAME_LIMIT = 200


def list_flows(call: Call) -> Answer:
    """The listing with its filters. `name` takes `*`; without one it must be equal, letter case aside (inferred)."""
    types = [type_.lower() for type_ in call.all("type")]
    unknown = [type_ for type_ in types if type_ not in FLOW_TYPES and type_ != "businessprocess"]
    if unknown:
        raise bad_request(f"The value of type is not known: {unknown[0][:40]}", "invalid.value")
    ids, deleted = call.all("id"), call.flag("deleted")
    found = [
        flow
        for flow in call.world.state.flows.values()
        if (deleted or not flow.deleted)
        and (not types or flow.type in types)
        and (not ids or flow.id in ids)
        and like(flow.name, call.first("name"))
        and like(flow.description, call.first("description"))
        and (
            like(flow.name, call.first("nameOrDescription")) or like(flow.description, call.first("nameOrDescription"))
        )
        and _held(flow, call.first("lockedBy"), "user")
        and _held(flow, call.first("lockedByClientId"), "client")
        and (not call.first("publishVersionId") or flow.published == call.first("publishVersionId"))
    ]
    sort = call.first("sortBy", "id")
    if sort not in _SORTS:
        raise bad_request(f"The value of sortBy is not known: {sort[:40]}", "invalid.value")
    found.sort(key=lambda flow: str(getattr(flow, sort)).lower(), reverse=call.first("sortOrder").lower() == "desc")
    return page(call, [flow_json(call.world, flow) for flow in found])


def like(text: str, pattern: str) -> bool:
    """True where a name fits a filter; an empty filter fits all."""
    if not pattern:
        return True
    escaped = pattern.lower().replace("[", "[[]").replace("?", "[?]")
    return fnmatch.fnmatchcase(text.lower(), escaped)


def _held(flow: FlowRecord, id_: str, kind: str) -> bool:
    return not id_ or (flow.locked_by is not None and flow.locked_by.kind == kind and flow.locked_by.id == id_)


def get_flow(call: Call) -> Answer:
    return Answer(flow_json(call.world, call.world.flow(call.params["flow"], deleted=call.flag("deleted"))))


def post_flow(call: Call) -> Answer:
    """A new flow without any version; the body's content, if any, is not looked at."""
    body = call.object()
    name, type_ = _name(body), str(body.get("type") or "").lower()
    if type_ not in FLOW_TYPES:
        raise bad_request("Flow type is missing or not known.", "architect.flow.validate.failed.missing.type")
    if call.world.flow_named(name, type_) is not None:
        raise ApiError(
            409, "architect.flow.already.exists", "A flow of this type named '{flowName}' already exists.",
            {"flowName": name},
        )  # fmt: skip
    flow = call.world.new_flow(name, type_, str(body.get("description") or ""))
    flow.active = False
    call.world.take_lock(flow, call.who, call.world.clock())
    return Answer(flow_json(call.world, flow))


def put_flow(call: Call) -> Answer:
    """Name, description and division. Everything else in the body, `nodes` among it, is passed over in silence."""
    flow = call.world.flow(call.params["flow"])
    body = call.object()
    if flow.locked_by is not None and flow.locked_by != call.who:
        raise locked(flow.name, flow.locked_by.name, flow.id)
    if "name" in body:
        name = _name(body)
        other = call.world.flow_named(name, flow.type)
        if other is not None and other is not flow:
            raise ApiError(
                409, "architect.flow.already.exists", "A flow of this type named '{flowName}' already exists.",
                {"flowName": name}, entity=other.id,
            )  # fmt: skip
        flow.name = name
    if "description" in body:
        flow.description = str(body["description"] or "")
    division = body.get("division")
    if isinstance(division, dict) and division.get("id"):
        named = [entity for entity in call.world.entities("division") if entity.id == division["id"]]
        if not named:
            raise bad_request("The division does not exist.")
        flow.division = named[0].name
    return Answer(flow_json(call.world, flow))


def delete_flow(call: Call) -> Answer:
    flow = call.world.flow(call.params["flow"])
    if flow.locked_by is not None and flow.locked_by != call.who:
        raise ApiError(
            409,
            "architect.flow.cannot.delete.user.does.not.have.lock",
            "Flow '{flowName}' cannot be deleted: it is locked by {userName}",
            {"flowName": flow.name, "userName": flow.locked_by.name},
            entity=flow.id,
        )
    users = consumers_of_flow(call.world, flow)
    if users:
        raise ApiError(
            409,
            "architect.flow.cannot.delete.used.in.flows",
            "Flow '{flowName}' cannot be deleted: it is used in flows",
            {"flowName": flow.name},
            details=[{"errorCode": "used.in.flows", "entityId": user.id, "entityName": user.name} for user in users],
            entity=flow.id,
        )
    for user in phone.users(call.world, flow.id):
        word = "ivr.configs" if user.kind == "ivr" else "queues"
        raise ApiError(
            409,
            f"architect.flow.cannot.delete.used.in.{word}",
            "Flow '{flowName}' cannot be deleted: it is used in {word}",
            {"flowName": flow.name, "word": word},
            details=[{"errorCode": f"used.in.{word}", "entityId": user.entity.id, "entityName": user.entity.name}],
            entity=flow.id,
        )
    flow.deleted = True
    return Answer(None, 204)


def _name(body: dict[str, Any]) -> str:
    name = str(body.get("name") or "").strip()
    prefix = "architect.flow.validate.failed"
    if not name:
        raise bad_request("Flow name is missing.", f"{prefix}.missing.name")
    if len(name) > _NAME_LIMIT:
        raise bad_request("Flow name is too long.", f"{prefix}.too.long")
    if "/" in name:
        raise bad_request("Flow name contains a slash.", f"{prefix}.contains.slash")
    if not any(letter.isalnum() for letter in name):
        raise bad_request("Flow name has no letter or digit.", f"{prefix}.no.alpha")
    if name.lower().endswith("-debug"):
        raise bad_request("Flow name ends with -debug.", f"{prefix}.invalid.name.contains.debug")
    return name


# -- versions ----------------------------------------------------------------------------------------------------


def list_versions(call: Call) -> Answer:
    """Newest first (inferred: the order is documented nowhere)."""
    flow = call.world.flow(call.params["flow"], deleted=call.flag("deleted"))
    return page(call, [version_json(flow, version) for version in reversed(flow.versions)])


def get_version(call: Call) -> Answer:
    flow = call.world.flow(call.params["flow"], deleted=call.flag("deleted"))
    return Answer(version_json(flow, _version(flow, call.params["version"])))


def get_configuration(call: Call) -> Answer:
    flow = call.world.flow(call.params["flow"], deleted=call.flag("deleted"))
    return _configuration(call, flow, _version(flow, call.params["version"]).content)


def get_latest_configuration(call: Call) -> Answer:
    """Of the saved draft, else of the newest version that is checked in."""
    flow = call.world.flow(call.params["flow"], deleted=call.flag("deleted"))
    latest = flow.saved or (flow.versions[-1] if flow.versions else None)
    if latest is None:
        raise ApiError(404, "architect.flow.data.missing", "The flow has no configuration.", entity=flow.id)
    return _configuration(call, flow, latest.content)


def _configuration(call: Call, flow: FlowRecord, key: str) -> Answer:
    content = call.world.content(key) if key else None
    if content is None or (content.configuration is None and not content.unwritable):
        raise ApiError(404, "architect.flow.data.missing", "The flow has no configuration.", entity=flow.id)
    if content.configuration is None:
        raise ApiError(
            501, "emulator.not.implemented",
            "The emulator cannot write this flow as a configuration: {reason}", {"reason": content.unwritable},
            entity=flow.id,
        )  # fmt: skip
    return Answer(content.configuration)


def _version(flow: FlowRecord, id_: str) -> Any:
    if flow.saved is not None and flow.saved.id == id_:
        return flow.saved
    found = flow.version(id_)
    if found is None:
        raise ApiError(
            404, "architect.flow.version.not.found", "Could not find version {version} of the flow.",
            {"version": id_}, entity=flow.id,
        )  # fmt: skip
    return found


ROWS = [
    Row("GET", "/api/v2/flows", list_flows, "architect:flow:view"),
    Row("POST", "/api/v2/flows", post_flow, "architect:flow:add"),
    Row("GET", "/api/v2/flows/divisionviews", list_flows, "architect:flow:search"),
    Row("GET", "/api/v2/flows/{flow}", get_flow, "architect:flow:view"),
    Row("PUT", "/api/v2/flows/{flow}", put_flow, "architect:flow:edit"),
    Row("DELETE", "/api/v2/flows/{flow}", delete_flow, "architect:flow:delete"),
    Row("GET", "/api/v2/flows/{flow}/versions", list_versions, "architect:flow:view"),
    Row("GET", "/api/v2/flows/{flow}/versions/{version}", get_version, "architect:flow:view"),
    Row("GET", "/api/v2/flows/{flow}/versions/{version}/configuration", get_configuration, "architect:flow:view"),
    Row("GET", "/api/v2/flows/{flow}/latestconfiguration", get_latest_configuration, "architect:flow:view"),
]
