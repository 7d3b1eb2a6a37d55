"""A publish job at its end: finds its target by name and type, resolves what the flow names, publishes.

Texts marked (real) are quoted in the project's reference of the platform; the others are ours, in their manner.
"""

from __future__ import annotations

from typing import Any

from ivr_action.emulator.configuration.content import content_of
from ivr_action.emulator.configuration.numbering import Numbers
from ivr_action.emulator.configuration.write import PLATFORM_TYPES
from ivr_action.emulator.limits import Quota
from ivr_action.emulator.login import iso
from ivr_action.emulator.references import Wanted, wanted
from ivr_action.emulator.state import Job
from ivr_action.emulator.world import World
from ivr_action.flow.flow import Action, ArchitectFlow
from ivr_action.flow.read import read_flow


class _FailedError(Exception):
    """The job fails.

    Args:
        exit_code: Archy's.
        lines: what it says, the cause first.
    """

    def __init__(self, exit_code: int, *lines: str) -> None:
        super().__init__(lines[0] if lines else "")
        self.exit_code = exit_code
        self.lines = lines


def finish(world: World, quota: Quota, job: Job, at: float) -> None:
    """Bring a job to its end; called once its time is over."""
    if job.fault is not None and job.fault.fail is not None:
        job.status = "Failure"
        job.messages = [_message("Error", text, at) for text in job.fault.fail]
        return
    try:
        _run(world, quota, job, at)
        job.status = "Success"
    except _FailedError as error:
        job.status = "Failure"
        said = [*error.lines]
        if error.exit_code:  # (real)
            said += [f"setting the Archy exit code to {error.exit_code}", "ending the Session"]
        job.messages = [_message("Error", line, at) for line in said]


def _message(type_: str, text: str, at: float) -> dict[str, Any]:
    return {"dateTime": iso(at), "type": type_, "text": text}


def _run(world: World, quota: Quota, job: Job, at: float) -> None:
    flow = _read(job)
    type_ = PLATFORM_TYPES.get(flow.type, flow.type.lower())
    objects = wanted(flow)
    if not quota.spend(job.client.id, world.pace.job_base + len(objects)):
        raise _FailedError(  # (real): a job that runs out of quota does not say so
            107,
            f"ArchSession.startWithAuthToken - Exception info: could not find the flow with id '{job.id}'",
            "Error during program export execution:",
        )
    client = world.state.clients.get(job.client.id)
    held = client.permissions if client is not None else None
    record = world.flow_named(flow.name, type_)
    permission = "architect:flow:add" if record is None else "architect:flow:publish"
    if held is not None and permission not in held:
        raise _FailedError(123, f"the '{permission}' permission is required")  # (real)
    if record is not None and record.locked_by is not None and record.locked_by != job.client:
        raise _FailedError(  # (real), from "is locked by another entity" on
            123,
            f"The flow ( name: '{flow.name}', type: '{type_}' ) is locked by another entity. You can use the "
            "--forceUnlock command line parameter if you wish to publish flows locked by another entity.",
        )
    _validate(flow)
    _resolve(world, job, objects)
    content = content_of(world, job.body)
    if record is None:
        record = world.new_flow(flow.name, type_)
    record.description = flow.description
    version = world.check_in(record, world.keep(content), job.client, at)
    world.publish(record, version, at)
    world.release_lock(record)
    job.flow = record.id


def _read(job: Job) -> ArchitectFlow:
    if job.encoding_error:
        raise _FailedError(123, "The flow definition is not valid UTF-8.")
    reading = read_flow("flow.yaml", job.body.encode())
    problems = reading.document.problems
    if problems:
        raise _FailedError(123, f"The flow definition cannot be read: {problems[0].message}")
    if reading.document.placeholders:
        key = next(iter(reading.document.placeholders))
        raise _FailedError(123, f"The flow definition holds the substitution '{{{{{key}}}}}', which has no value.")
    flow = reading.flow
    if not isinstance(flow, ArchitectFlow) or flow.document.syntax != "yaml":
        raise _FailedError(123, "The flow definition is no Architect YAML.")
    if not flow.name:
        raise _FailedError(123, "The flow definition has no name.")
    return flow


def _validate(flow: ArchitectFlow) -> None:
    """The platform's own findings, as far as a call could not even be started without them."""
    numbers = Numbers(flow)
    lines: list[str] = []
    if flow.start is None and not any(container.kind == "startup" for container in flow.containers):
        lines += [_issue(0, flow.name, f"ArchFlow{flow.type[:1].upper()}{flow.type[1:]}"), "A start must be selected."]
    if flow.start is not None and flow.start.target is None:
        lines += [_issue(0, flow.name, "ArchFlow"), f"ref path: {flow.start.text}"]
    for action in flow.actions:
        for reference in action.references:
            if reference.target is None:
                lines += [_issue(numbers.number(action), action.name, _class(action)), f"ref path: {reference.text}"]
        if action.type == "callData" and "category" not in action.params:  # (real)
            lines += [
                _issue(numbers.number(action), action.name or "Call Data Action", "ArchActionCallData"),
                "A data action must be selected.",
                f"ref path: /{flow.type}/{_place(flow, action)}",
            ]
    if lines:
        raise _FailedError(123, *lines)


def _issue(number: int, name: str, type_: str) -> str:
    tracking = f"TrackingID:{number}, " if number else ""
    return f"[Type:'ArchValidationIssue', ErrorCount:1, ArchObject:[{tracking}Name:'{name}', Type:'{type_}']]"


def _class(action: Action) -> str:
    return f"ArchAction{action.type[:1].upper()}{action.type[1:]}"


def _place(flow: ArchitectFlow, action: Action) -> str:
    for container in flow.containers:
        if action.id.startswith(f"{container.id}/"):
            return f"{container.kind}s/{container.kind}[{container.ref_id or container.name}]/actions/{action.type}[…]"
    return action.type


def _resolve(world: World, job: Job, objects: list[Wanted]) -> None:
    lines = []
    for item in objects:
        if item.kind == "flow":
            found = [
                flow
                for flow in world.state.flows.values()
                if flow.name == item.name and not flow.deleted and item.flow_type in ("", flow.type)
            ]
            count = min(1, len(found))
        else:
            count = len(world.entity(item.kind, item.name))
        if count == 1:
            continue
        if count == 0 and job.create_stubs:
            if item.kind == "flow":
                world.new_flow(item.name, item.flow_type or "inboundcall").active = False
            else:
                world.add_entity(item.kind, item.name)
        elif count == 0:
            lines.append(f"find '{item.kind}' by value of '{item.name}' - no matches")  # (real)
        else:
            lines.append(  # (real) from "is another" on
                f"find '{item.kind}' by value of '{item.name}' - '{item.name}' is another case sensitive match - "
                "unable to disambiguate network results."
            )
    if lines:
        raise _FailedError(123, *lines)
