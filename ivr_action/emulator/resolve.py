"""What a publish job looks up by name: queues, prompts, data actions, other flows; it fails on none and on two.

Texts marked (real) are quoted in the project's reference of the platform. Unresolved references have `details`, with
the look-up that the job made and its answer, unredacted as on the platform.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from ivr_action.emulator.lookups import path_of
from ivr_action.emulator.state import Job
from ivr_action.emulator.world import World
from ivr_action.flow.outside import Wanted

_LARGEST = 4096
"""Characters of a body in `details`."""


class FailedError(Exception):
    """The job fails.

    Args:
        exit_code: Archy's.
        lines: what it says, the cause first.
        details: of each line, as far as there are any.
    """

    def __init__(self, exit_code: int, *lines: str, details: list[list[dict[str, Any]]] | None = None) -> None:
        super().__init__(lines[0] if lines else "")
        self.exit_code = exit_code
        self.lines = lines
        self.details = details or []


def resolve(world: World, job: Job, objects: list[Wanted]) -> None:
    """Look everything up; with `createStubs`, make what is missing.

    Raises:
        FailedError: something is not there, or there twice.
    """
    lines, details = [], []
    for item in objects:
        if item.kind == "systemPrompt":
            continue  # every organisation has them
        found = _found(world, item)
        count = min(1, len(found)) if item.kind == "flow" else len(found)
        if count == 1:
            continue
        if count == 0 and job.create_stubs:
            if item.kind == "flow":
                world.new_flow(item.name, item.flow_type or "inboundcall").active = False
            else:
                world.add_entity(item.kind, item.name)
            continue
        said = f"find '{item.kind}' by value of '{item.name}' - "
        if count == 0:
            lines.append(said + "no matches")  # (real)
        else:
            lines.append(  # (real) from "is another" on
                f"{said}'{item.name}' is another case sensitive match - unable to disambiguate network results."
            )
        details.append([_detail(world, item, found)])
    if lines:
        raise FailedError(123, *lines, details=details)


def _found(world: World, item: Wanted) -> list[dict[str, Any]]:
    if item.kind != "flow":
        return [{"id": entity.id, "name": entity.name, **entity.extra} for entity in world.entity(item.kind, item.name)]
    return [
        {"id": flow.id, "name": flow.name, "type": flow.type.upper()}
        for flow in world.state.flows.values()
        if flow.name == item.name and not flow.deleted and item.flow_type in ("", flow.type)
    ]


def _detail(world: World, item: Wanted, found: list[dict[str, Any]]) -> dict[str, Any]:
    path = "/api/v2/flows" if item.kind == "flow" else path_of(item.kind)
    answer = {"entities": found, "pageSize": 25, "pageNumber": 1, "total": len(found), "pageCount": bool(found) + 0}
    return {
        "type": "NetworkDiagnostic" if path else "Unknown",
        "url": f"{world.base_url}{path}?{urlencode({'name': item.name, 'pageSize': 25, 'pageNumber': 1})}",
        "method": "GET",
        "requestBody": "",
        "statusCode": 200,
        "statusMessage": "OK",
        "correlationId": world.guid(),
        "responseBody": json.dumps(answer)[:_LARGEST],
        "errorCode": "",
        "errorMessage": "",
    }
