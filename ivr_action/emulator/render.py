"""Records as the platform's JSON: flows, versions, operations."""

from __future__ import annotations

from typing import Any

from ivr_action.emulator.login import iso
from ivr_action.emulator.state import Entity, FlowRecord, Operation, Version, Who
from ivr_action.emulator.world import World


def flow_json(world: World, flow: FlowRecord) -> dict[str, Any]:
    """A flow; keys that the platform leaves out where there is nothing to say are left out."""
    uri = f"/api/v2/flows/{flow.id}"
    body: dict[str, Any] = {
        "id": flow.id,
        "name": flow.name,
        "division": division_json(world, flow.division),
        "type": flow.type.upper(),
        "active": flow.active,
        "system": False,
        "deleted": flow.deleted,
        "virtualAgentEnabled": False,
        "selfUri": uri,
    }
    if flow.description:
        body["description"] = flow.description
    published, checked_in = flow.version(flow.published), flow.version(flow.checked_in)
    if published is not None:
        body["publishedVersion"] = version_json(flow, published)
        publisher = published.published_by or published.by
        if publisher.kind == "user":
            body["publishedBy"] = who_json(publisher)
        if published.content and world.languages(published.content):
            body["supportedLanguages"] = world.languages(published.content)
    if checked_in is not None:
        body["checkedInVersion"] = version_json(flow, checked_in)
    if flow.saved is not None:
        body["savedVersion"] = version_json(flow, flow.saved)
    elif checked_in is not None:
        body["savedVersion"] = version_json(flow, checked_in)
    if flow.locked_by is not None:
        key = "lockedUser" if flow.locked_by.kind == "user" else "lockedClient"
        body[key] = who_json(flow.locked_by)
    if flow.operation is not None:
        body["currentOperation"] = flow.operation
    return body


def version_json(flow: FlowRecord, version: Version) -> dict[str, Any]:
    """One version of a flow, a draft included."""
    uri = f"/api/v2/flows/{flow.id}/versions/{version.id}"
    created = int(version.created * 1000)
    is_draft = version.kind == "SAVE"
    body: dict[str, Any] = {
        "id": version.id,
        "name": version.id if not is_draft else f"{max(1, version.number)}.0",
        "configurationVersion": f"{max(1, version.number)}.0",
        "commitVersion": f"{max(1, version.number)}.0",
        "type": version.kind,
        "secure": flow.type == "securecall",
        "debug": False,
        "configurationUri": f"{uri}/configuration",
        "dateCreated": created,
        "generationId": version.content[:16],
        "virtualAgentEnabled": False,
        "selfUri": uri,
    }
    body["dateSaved" if is_draft else "dateCheckedIn"] = created
    body["createdBy" if version.by.kind == "user" else "createdByClient"] = who_json(version.by)
    if version.published is not None:
        body["datePublished"] = iso(version.published)
        body["publishResultUri"] = f"{uri}/result"
    return body


def who_json(who: Who) -> dict[str, Any]:
    """A user or a client as the platform refers to it."""
    uri = f"/api/v2/users/{who.id}" if who.kind == "user" else f"/api/v2/oauth/clients/{who.id}"
    return {"id": who.id, "name": who.name, "selfUri": uri}


def division_json(world: World, name: str) -> dict[str, Any]:
    found = world.entity("division", name)
    entity = found[0] if found else world.add_entity("division", name)
    return {"id": entity.id, "name": entity.name, "selfUri": f"/api/v2/authorization/divisions/{entity.id}"}


def operation_json(operation: Operation, *, complete: bool = False, status: str = "STARTED") -> dict[str, Any]:
    """An asynchronous operation."""
    body: dict[str, Any] = {
        "id": operation.id,
        "complete": complete,
        "actionName": operation.action,
        "actionStatus": status,
    }
    body["user" if operation.who.kind == "user" else "client"] = who_json(operation.who)
    return body


def done_json(id_: str, action: str, who: Who) -> dict[str, Any]:
    """An operation that ended at once."""
    body: dict[str, Any] = {"id": id_, "complete": True, "actionName": action, "actionStatus": "SUCCESS"}
    body["user" if who.kind == "user" else "client"] = who_json(who)
    return body


def entity_json(entity: Entity, uri: str) -> dict[str, Any]:
    return {"id": entity.id, "name": entity.name, **entity.extra, "selfUri": f"{uri}/{entity.id}"}
