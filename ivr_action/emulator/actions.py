"""`/api/v2/flows/actions/*`: lock, unlock, check in, publish, revert, deactivate."""

from __future__ import annotations

from ivr_action.emulator.call import Answer, Call, Row
from ivr_action.emulator.problems import ApiError, bad_request, locked
from ivr_action.emulator.render import done_json, flow_json, operation_json
from ivr_action.emulator.state import FlowRecord, Operation


def _flow(call: Call) -> FlowRecord:
    if not call.first("flow"):
        raise bad_request("The query parameter flow is missing.")
    return call.world.flow(call.first("flow"))


def _own(call: Call, flow: FlowRecord) -> None:
    if flow.locked_by is not None and flow.locked_by != call.who:
        raise locked(flow.name, flow.locked_by.name, flow.id)


def checkout(call: Call) -> Answer:
    """Take the lock."""
    flow = _flow(call)
    _own(call, flow)
    call.world.take_lock(flow, call.who, call.world.clock())
    flow.operation = done_json(call.world.guid(), "CHECKOUT", call.who)
    return Answer(flow_json(call.world, flow))


def unlock(call: Call) -> Answer:
    """Take the lock from whoever holds it; a saved draft is checked in as a version and not lost.

    Whoever holds the lock needs no permission for it (inferred). On a flow that nobody holds it changes nothing
    (inferred: Terraform's force_unlock calls it before every job).
    """
    flow = _flow(call)
    if flow.locked_by != call.who:
        call.permit("architect:flow:unlock")
    call.world.unlock(flow, call.world.clock())
    return Answer(flow_json(call.world, flow))


def checkin(call: Call) -> Answer:
    """Check the draft in; ends a little later."""
    flow = _flow(call)
    if flow.locked_by is None:
        raise ApiError(
            409, "architect.flow.not.locked", "Flow '{flowName}' is not locked", {"flowName": flow.name}, entity=flow.id
        )
    _own(call, flow)
    return _later(call, flow, "CHECKIN", "")


def publish(call: Call) -> Answer:
    """Publish a version, the newest one where none is named; ends a little later.

    It answers 200 for a version that does not exist, too, and does nothing: the platform has been seen to do so.
    """
    flow = _flow(call)
    _own(call, flow)
    version = call.first("version") or (flow.versions[-1].id if flow.versions else "")
    return _later(call, flow, "PUBLISH", version)


def _later(call: Call, flow: FlowRecord, action: str, version: str) -> Answer:
    if any(pending.flow == flow.id for pending in call.world.state.operations):
        raise ApiError(
            409, "architect.operation.already.in.progress", "Another operation on the flow is in progress.",
            entity=flow.id,
        )  # fmt: skip
    world = call.world
    made = Operation(
        id=world.guid(),
        flow=flow.id,
        action="PUBLISH" if action == "PUBLISH" else "CHECKIN",
        who=call.who,
        due=world.clock() + world.pace.operation,
        version=version,
    )
    world.state.operations.append(made)
    flow.operation = operation_json(made)
    return Answer(flow.operation)


def revert(call: Call) -> Answer:
    """Drop the draft and the lock."""
    flow = _flow(call)
    _own(call, flow)
    flow.saved = None
    call.world.release_lock(flow)
    flow.operation = done_json(call.world.guid(), "REVERT", call.who)
    return Answer(flow_json(call.world, flow))


def deactivate(call: Call) -> Answer:
    """Unpublish."""
    flow = _flow(call)
    _own(call, flow)
    flow.published, flow.active = None, False
    return Answer(flow_json(call.world, flow))


ROWS = [
    Row("POST", "/api/v2/flows/actions/checkout", checkout, "architect:flow:edit"),
    Row("POST", "/api/v2/flows/actions/unlock", unlock),
    Row("POST", "/api/v2/flows/actions/checkin", checkin, "architect:flow:edit"),
    Row("POST", "/api/v2/flows/actions/publish", publish, "architect:flow:publish"),
    Row("POST", "/api/v2/flows/actions/revert", revert, "architect:flow:edit"),
    Row("POST", "/api/v2/flows/actions/deactivate", deactivate, "architect:flow:publish"),
]
