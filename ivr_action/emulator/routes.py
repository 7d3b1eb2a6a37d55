"""All routes of a mode. The first that fits counts, so fixed words stand before parameters."""

from __future__ import annotations

from ivr_action.emulator import actions, dependencies, exports, flows, jobs, login, lookups, specification
from ivr_action.emulator.call import Answer, Call, Row
from ivr_action.emulator.login import Tokens
from ivr_action.emulator.problems import not_emulated
from ivr_action.emulator.world import World

_ABSENT = (
    ("POST", "/api/v2/flows/{flow}/versions"),
    ("POST", "/api/v2/flows/{flow}/history"),
    ("DELETE", "/api/v2/flows"),
)
"""Calls of the platform that the emulator has no answer for, on paths that it has other methods for."""
_NO_JOBS = (("POST", "/api/v2/flows/jobs"), ("POST", "/api/v2/flows/export/jobs"))


def _absent(call: Call) -> Answer:
    raise not_emulated(f"{call.method} {call.path}")


def all_rows(world: World, tokens: Tokens) -> list[Row]:
    """The routes of the organisation's mode."""
    shared = [*login.rows(tokens), *lookups.ROWS]
    if world.mode == "specification":
        absent = [Row(method, path, _absent) for method, path in (*_ABSENT, *_NO_JOBS)]
        return [*shared, *_fixed_first([*absent, *specification.ROWS])]
    platform = [
        *(Row(method, path, _absent) for method, path in _ABSENT),
        *dependencies.ROWS,
        *exports.ROWS,
        *jobs.ROWS,
        *actions.ROWS,
        *flows.ROWS,
    ]
    return [*shared, *_fixed_first(platform)]


def _fixed_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [part.startswith("{") for part in row.path.split("/")])
