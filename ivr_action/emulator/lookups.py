"""Look-ups by name of what flows refer to. Each has the filter that the platform's own documentation gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ivr_action.emulator import phone
from ivr_action.emulator.call import Answer, Call, Row, page
from ivr_action.emulator.flows import like
from ivr_action.emulator.problems import not_found
from ivr_action.emulator.render import division_json, entity_json
from ivr_action.emulator.state import Entity


def _wild(name: str, patterns: list[str]) -> bool:
    """With `*`; without one the name must be equal, letter case aside."""
    return any(like(name, pattern) for pattern in patterns)


def _partly(name: str, patterns: list[str]) -> bool:
    return any(pattern.lower() in name.lower() for pattern in patterns)


def _begins(name: str, patterns: list[str]) -> bool:
    return any(name.lower().startswith(pattern.lower().rstrip("*")) for pattern in patterns)


class Lookup(NamedTuple):
    """One collection."""

    path: str
    kind: str
    permission: str
    fits: Callable[[str, list[str]], bool] = _wild
    has_division: bool = True


LOOKUPS = (
    Lookup("/api/v2/routing/queues", "queue", "routing:queue:view"),
    Lookup("/api/v2/routing/skills", "acdSkill", "routing:skill:view", _begins, False),
    Lookup("/api/v2/routing/languages", "languageSkill", "", _begins, False),
    Lookup("/api/v2/architect/prompts", "userPrompt", "architect:userPrompt:view"),
    Lookup("/api/v2/architect/systemprompts", "systemPrompt", "architect:systemPrompt:view", _wild, False),
    Lookup("/api/v2/architect/schedules", "schedule", "routing:schedule:view"),
    Lookup("/api/v2/architect/schedulegroups", "scheduleGroup", "routing:scheduleGroup:view"),
    Lookup("/api/v2/architect/emergencygroups", "emergencyGroup", "routing:emergencyGroup:view"),
    Lookup("/api/v2/architect/ivrs", "ivr", "routing:callRoute:view"),
    Lookup("/api/v2/integrations/actions", "dataAction", "integrations:action:view", _partly, False),
    Lookup("/api/v2/flows/datatables", "dataTable", "architect:datatable:view"),
    Lookup("/api/v2/authorization/divisions", "division", "", _wild, False),
)


def path_of(kind: str) -> str:
    """Where objects of a kind are listed; empty where they are not."""
    return next((lookup.path for lookup in LOOKUPS if lookup.kind == kind), "")


def _rows(lookup: Lookup) -> list[Row]:
    def body(call: Call, entity: Entity) -> dict[str, Any]:
        made = {**entity_json(entity, lookup.path), **phone.shown(call.world, lookup.kind, entity)}
        if lookup.has_division and "division" not in made:
            made["division"] = division_json(call.world, "Home")
        return made

    def listing(call: Call) -> Answer:
        names = call.all("name") if lookup.kind == "userPrompt" else [call.first("name")] if call.first("name") else []
        numbers, group = call.first("dnis"), call.first("scheduleGroup")
        category = call.first("category")
        found = [
            entity
            for entity in sorted(call.world.entities(lookup.kind), key=lambda entity: entity.name.lower())
            if (not names or lookup.fits(entity.name, names))
            and (not numbers or numbers in entity.extra.get("dnis", ()))
            and (not group or entity.extra.get("scheduleGroup", {}).get("id") == group)
            and (not category or entity.extra.get("category") == category)
        ]
        return page(call, [body(call, entity) for entity in found])

    def one(call: Call) -> Answer:
        for entity in call.world.entities(lookup.kind):
            if entity.id == call.params["id"]:
                return Answer(body(call, entity))
        raise not_found(lookup.kind, call.params["id"])

    rows = [Row("GET", lookup.path, listing, lookup.permission)]
    if lookup.kind == "queue":
        rows += [
            Row("GET", f"{lookup.path}/divisionviews", listing, "routing:queue:search"),
            Row("GET", f"{lookup.path}/divisionviews/all", listing, "routing:queue:search"),
        ]
    return [*rows, Row("GET", lookup.path + "/{id}", one, lookup.permission)]


ROWS = [row for lookup in LOOKUPS for row in _rows(lookup)]
