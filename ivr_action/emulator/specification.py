"""Specification mode: flows with `nodes` and an integer `version`, saved by PUT with `If-Match`.

This is no Genesys Cloud: no public region takes nodes in a PUT. It is what the project's specification describes.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ivr_action.emulator.call import Answer, Call, Row, page
from ivr_action.emulator.flows import like
from ivr_action.emulator.problems import ApiError, bad_request, locked, not_found
from ivr_action.emulator.render import division_json, who_json
from ivr_action.emulator.state import FlowRecord
from ivr_action.emulator.world import World

_ETAG = re.compile(r'(?:W/)?"?(\d+)"?')
_OURS = frozenset(("id", "version", "selfUri", "division", "lockedUser", "lockedClient"))


def set_document(flow: FlowRecord, document: dict[str, Any]) -> None:
    """The next version of a flow."""
    flow.document = {key: value for key, value in document.items() if key not in _OURS}
    flow.name = str(flow.document.get("name") or flow.name)
    flow.description = str(flow.document.get("description") or "")
    flow.revision += 1
    flow.history[str(flow.revision)] = flow.document


def flow_json(world: World, flow: FlowRecord, revision: str = "") -> dict[str, Any]:
    document = flow.history[revision] if revision else flow.document
    body: dict[str, Any] = {
        **document,
        "id": flow.id,
        "name": document.get("name") or flow.name,
        "version": int(revision or flow.revision),
        "division": division_json(world, flow.division),
        "selfUri": f"/api/v2/flows/{flow.id}",
    }
    body.setdefault("type", flow.type.upper())
    if flow.locked_by is not None:
        body["lockedUser" if flow.locked_by.kind == "user" else "lockedClient"] = who_json(flow.locked_by)
    return body


def _answer(call: Call, flow: FlowRecord) -> Answer:
    return Answer(flow_json(call.world, flow), 200, {"ETag": f'"{flow.revision}"'})


def list_flows(call: Call) -> Answer:
    types = {type_.lower() for type_ in call.all("type")}
    found = [
        flow
        for flow in call.world.state.flows.values()
        if not flow.deleted and like(flow.name, call.first("name")) and (not types or flow.type.lower() in types)
    ]
    return page(call, [flow_json(call.world, flow) for flow in found])


def get_flow(call: Call) -> Answer:
    return _answer(call, call.world.flow(call.params["flow"]))


def post_flow(call: Call) -> Answer:
    body = call.object()
    _check(body)
    name, type_ = str(body.get("name") or ""), str(body.get("type") or "inboundcall").lower()
    if not name:
        raise bad_request("Flow name is missing.")
    if call.world.flow_named(name, type_) is not None:
        raise ApiError(409, "architect.flow.already.exists", "A flow named '{flowName}' already exists.",
                       {"flowName": name})  # fmt: skip
    flow = call.world.new_flow(name, type_)
    set_document(flow, body)
    return _answer(call, flow)


def put_flow(call: Call) -> Answer:
    """Replace a flow, where `If-Match` names the version that is there; 409 where it names another."""
    flow = call.world.flow(call.params["flow"])
    said = call.headers.get("if-match")
    if said is None:
        raise ApiError(
            400, "architect.request.header.missing", "The request header {header} is missing.", {"header": "If-Match"}
        )
    match = _ETAG.fullmatch(said.strip())
    if match is None:
        raise bad_request("If-Match must name the flow's integer version.")
    if flow.locked_by is not None and flow.locked_by != call.who:
        raise locked(flow.name, flow.locked_by.name, flow.id)
    if int(match[1]) != flow.revision:
        raise ApiError(
            409,
            "version.conflict",
            "The flow is at version {current}, not at version {expected}.",
            {"current": str(flow.revision), "expected": match[1]},
            entity=flow.id,
        )
    body = call.object()
    _check(body)
    set_document(flow, json.loads(json.dumps(body)))
    return _answer(call, flow)


def _check(body: dict[str, Any]) -> None:
    nodes = body.get("nodes")
    if not isinstance(nodes, dict) or not all(isinstance(node, dict) for node in nodes.values()):
        raise bad_request("nodes must be an object of objects.")
    start = body.get("startNodeId", body.get("start_node_id"))
    if start is not None and start not in nodes:
        raise bad_request(f"startNodeId names no node: {str(start)[:60]}")


def delete_flow(call: Call) -> Answer:
    call.world.flow(call.params["flow"]).deleted = True
    return Answer(None, 204)


def list_versions(call: Call) -> Answer:
    flow = call.world.flow(call.params["flow"])
    found = [
        {"id": revision, "version": int(revision), "selfUri": f"/api/v2/flows/{flow.id}/versions/{revision}"}
        for revision in reversed(flow.history)
    ]
    return page(call, found)


def get_version(call: Call) -> Answer:
    flow = call.world.flow(call.params["flow"])
    if call.params["version"] not in flow.history:
        raise not_found("version", call.params["version"])
    return Answer(flow_json(call.world, flow, call.params["version"]))


ROWS = [
    Row("GET", "/api/v2/flows", list_flows, "architect:flow:view"),
    Row("POST", "/api/v2/flows", post_flow, "architect:flow:add"),
    Row("GET", "/api/v2/flows/{flow}", get_flow, "architect:flow:view"),
    Row("PUT", "/api/v2/flows/{flow}", put_flow, "architect:flow:edit"),
    Row("DELETE", "/api/v2/flows/{flow}", delete_flow, "architect:flow:delete"),
    Row("GET", "/api/v2/flows/{flow}/versions", list_versions, "architect:flow:view"),
    Row("GET", "/api/v2/flows/{flow}/versions/{version}", get_version, "architect:flow:view"),
    Row("GET", "/api/v2/flows/{flow}/versions/{version}/configuration", get_version, "architect:flow:view"),
]
