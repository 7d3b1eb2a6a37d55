"""Reads a plan that an earlier run wrote as JSON, as far as it is compared with the plan of the moment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ivr_action.errors import UsageError
from ivr_action.model.plan import Plan, PlannedFlow, Verdict

_SCHEMA = "urn:ivr-action:schema:plan:1."
_LIMIT = 64 * 1024 * 1024


def read_plan(workspace: str, path: str) -> Plan:
    """The plan in a file.

    Args:
        workspace: that the path is relative to.
        path: as the input names it.

    Raises:
        UsageError: it cannot be read, or is no plan.
    """
    hint = "Name the file that a run with a plan wrote (its output `plan-file`), or leave `expected-plan` empty."
    try:
        with open(os.path.join(workspace, *path.split("/")), "rb") as file:
            data = json.loads(file.read(_LIMIT))
        if not str(data["schema"]).startswith(_SCHEMA):
            raise ValueError("another schema")
        flows = tuple(_flow(one) for one in data["flows"])
        return Plan(flows, str(data["against"]), str(data["environment"]), str(data["organisation"]))
    except OSError as error:
        raise UsageError(f"The plan `{path}` cannot be read: {error.strerror}.", hint) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"`{path}` is no plan of this program.", hint) from error


def _flow(one: Mapping[str, Any]) -> PlannedFlow:
    return PlannedFlow(
        str(one["path"]),
        str(one["name"]),
        str(one["type"]),
        Verdict(one["verdict"]),
        str(one["id"]),
        str(one["liveVersion"]),
        digest=str(one["digest"]),
    )
