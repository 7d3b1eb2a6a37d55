"""All routes of a mode. The first that fits counts, so fixed words stand before parameters."""

from __future__ import annotations

from ivr_action.emulator import actions, dependencies, exports, flows, jobs, login, lookups, specification
from ivr_action.emulator.call import Row
from ivr_action.emulator.login import Tokens
from ivr_action.emulator.world import World


def all_rows(world: World, tokens: Tokens) -> list[Row]:
    """The routes of the organisation's mode."""
    shared = [*login.rows(tokens), *lookups.ROWS]
    if world.mode == "specification":
        return [*shared, *_fixed_first(specification.ROWS)]
    platform = [*dependencies.ROWS, *exports.ROWS, *jobs.ROWS, *actions.ROWS, *flows.ROWS]
    return [*shared, *_fixed_first(platform)]


def _fixed_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [part.startswith("{") for part in row.path.split("/")])
