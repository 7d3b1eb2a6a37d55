"""What time does to the organisation: jobs and operations whose time is over come to their end, in order."""

from __future__ import annotations

from collections.abc import Callable

from ivr_action.emulator import exports, publish
from ivr_action.emulator.limits import Quota
from ivr_action.emulator.render import operation_json
from ivr_action.emulator.state import Operation
from ivr_action.emulator.world import World


def settle(world: World, quota: Quota) -> bool:
    """Bring everything up to the present; True where something ended."""
    now = world.clock()
    due: list[tuple[float, int, Callable[[], None]]] = []
    for job in world.state.jobs.values():
        never = job.fault is not None and (job.fault.never_ends or job.fault.status)
        if job.status == "Started" and job.due is not None and job.due <= now and not never:
            due.append((job.due, len(due), lambda job=job: publish.finish(world, quota, job, job.due or now)))  # type: ignore[misc]
    for export in world.state.exports.values():
        if export.status == "Started" and export.due <= now and not (export.fault and export.fault.never_ends):
            due.append((export.due, len(due), lambda export=export: exports.finish(world, quota, export)))  # type: ignore[misc]
    for operation in [found for found in world.state.operations if found.due <= now]:
        due.append((operation.due, len(due), lambda operation=operation: _end(world, operation)))  # type: ignore[misc]
    for _, _, end in sorted(due, key=lambda item: item[:2]):
        end()
    return bool(due)


def _end(world: World, operation: Operation) -> None:
    world.state.operations.remove(operation)
    flow = world.state.flows.get(operation.flow)
    if flow is None:
        return
    status = "SUCCESS"
    if operation.action == "CHECKIN":
        if flow.saved is not None:
            world.check_in(flow, flow.saved.content, flow.saved.by, operation.due)
        world.release_lock(flow)
    else:
        version = flow.version(operation.version)
        if version is not None:
            world.publish(flow, version, operation.who, operation.due)
            world.release_lock(flow)
    flow.operation = operation_json(operation, complete=True, status=status)
