"""A publish job at its end: finds its target by name and type, resolves what the flow names, publishes.

Texts marked (real) are quoted in the project's reference of the platform; the others are ours, in their manner.
"""

from __future__ import annotations

from typing import Any

from ivr_action.emulator.configuration.content import content_of
from ivr_action.emulator.configuration.numbering import Numbers
from ivr_action.emulator.configuration.write import PLATFORM_TYPES
from ivr_action.emulator.editor import edited
from ivr_action.emulator.limits import Quota
from ivr_action.emulator.login import iso
from ivr_action.emulator.render import done_json
from ivr_action.emulator.resolve import FailedError, resolve
from ivr_action.emulator.state import FlowRecord, Job, JobFault
from ivr_action.emulator.world import World
from ivr_action.flow.flow import Action, ArchitectFlow
from ivr_action.flow.outside import wanted
from ivr_action.flow.read import read_flow


def begin(world: World, job: Job, at: float) -> None:
    """Once the content is there: the job takes the lock of its flow, where it is there and nobody holds it.

    That a job locks the flow while it runs is inferred: Archy checks a flow out before it saves it, and real jobs fail
    on a flow that another job has.
    """
    job.refused, job.target = False, ""
    try:
        flow = _read(world, job)
    except FailedError:
        return  # said at its end
    record = world.flow_named(flow.name, _type(flow))
    if record is None:
        return
    if not _may_take(record, job):
        job.refused = True
        return
    job.target = record.id
    world.take_lock(record, job.client, at, job.id)
    record.operation = done_json(world.guid(), "CHECKOUT", job.client)


def _may_take(record: FlowRecord, job: Job) -> bool:
    """Nobody holds it, or this job does, or its client by hand; another job of the same client is another entity."""
    return record.locked_by is None or (record.locked_by == job.client and record.locked_job in ("", job.id))


def finish(world: World, quota: Quota, job: Job, at: float) -> None:
    """Bring a job to its end; called once its time is over."""
    fault = job.fault or JobFault()
    try:
        if fault.fail is not None:
            job.status = "Failure"
            job.messages = [_told(said, at) for said in fault.fail]
            return
        _run(world, quota, job, at, fault)
        job.status = "Success"
    except FailedError as error:
        job.status = "Failure"
        job.messages = [_message("Error", line, at) for line in error.lines]
        for message, details in zip(job.messages, error.details, strict=False):
            if details:
                message["details"] = details
        if error.exit_code:  # (real)
            for line in (f"setting the Archy exit code to {error.exit_code}", "ending the Session"):
                job.messages.append(_message("Error", line, at))
    finally:
        world.readings.pop(job.id, None)
        job.body = ""  # a state that is written after every request is kept small
        record = world.state.flows.get(job.target)
        if record is not None and record.locked_job == job.id and not fault.keeps_lock:
            world.release_lock(record)


def _message(type_: str, text: str, at: float) -> dict[str, Any]:
    return {"dateTime": iso(at), "type": type_, "text": text}


def _told(said: str | dict[str, Any], at: float) -> dict[str, Any]:
    return _message("Error", said, at) if isinstance(said, str) else {**_message("Error", "", at), **said}


def _run(world: World, quota: Quota, job: Job, at: float, fault: JobFault) -> None:
    flow = _read(world, job)
    type_ = _type(flow)
    objects = list({(item.kind, item.name, item.flow_type): item for item in wanted(flow)}.values())
    if not quota.spend(job.client.id, world.pace.job_base + len(objects)):
        raise FailedError(  # (real): a job that runs out of quota does not say so
            107,
            f"ArchSession.startWithAuthToken - Exception info: could not find the flow with id '{job.id}'",
            "Error during program export execution:",
        )
    client = world.state.clients.get(job.client.id)
    held = client.permissions if client is not None else None
    record = world.flow_named(flow.name, type_)
    permission = "architect:flow:add" if record is None else "architect:flow:publish"
    if held is not None and permission not in held:
        raise FailedError(123, f"the '{permission}' permission is required")  # (real)
    if job.refused or (record is not None and not _may_take(record, job)):
        raise FailedError(  # (real), from "is locked by another entity" on
            123,
            f"The flow ( name: '{flow.name}', type: '{type_}' ) is locked by another entity. You can use the "
            "--forceUnlock command line parameter if you wish to publish flows locked by another entity.",
        )
    if record is not None and job.target == record.id and record.locked_job != job.id:
        raise FailedError(123, f"The flow ( name: '{flow.name}', type: '{type_}' ) is not locked by this session.")
    _validate(flow)
    resolve(world, job, objects)
    if record is None:
        record = world.new_flow(flow.name, type_)
        if world.entity("division", flow.division):
            record.division = flow.division
    job.flow = record.id
    if fault.nothing:
        return
    content = content_of(world, fault.publish or job.body)
    if fault.corrupt:
        content = edited(world, record, content, nth=1)
    record.description = flow.description
    version = world.check_in(record, world.keep(content), job.client, at)
    world.publish(record, version, job.client, at)
    record.operation = done_json(world.guid(), "PUBLISH", job.client)


def _type(flow: ArchitectFlow) -> str:
    return PLATFORM_TYPES.get(flow.type, flow.type.lower())


def _read(world: World, job: Job) -> ArchitectFlow:
    """What was uploaded; read once for each job."""
    known = world.readings.get(job.id)
    if known is None or known[0] != job.body:
        known = world.readings[job.id] = (job.body, _reading(job))
    return known[1]


def _reading(job: Job) -> ArchitectFlow:
    if job.encoding_error:
        raise FailedError(123, "The flow definition is not valid UTF-8.")
    reading = read_flow("flow.yaml", job.body.encode())
    problems = reading.document.problems
    if problems:
        raise FailedError(123, f"The flow definition cannot be read: {problems[0].message}")
    if reading.document.placeholders:
        key = next(iter(reading.document.placeholders))
        raise FailedError(123, f"The flow definition holds the substitution '{{{{{key}}}}}', which has no value.")
    flow = reading.flow
    if not isinstance(flow, ArchitectFlow) or flow.document.syntax != "yaml":
        raise FailedError(123, "The flow definition is no Architect YAML.")
    if not flow.name:
        raise FailedError(123, "The flow definition has no name.")
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
        raise FailedError(123, *lines)


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
