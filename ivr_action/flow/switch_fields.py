"""What a switch compares and its cases' values as fields, alike in both formats."""

from __future__ import annotations

from typing import Any

from ivr_action.flow.fields import Fields, configuration_walk, only, yaml_walk
from ivr_action.flow.portable_values import literal


def yaml_switch(params: Any, found: Fields) -> None:
    """What a switch compares, and each case's value."""
    style = only(params.get("evaluate"))
    if style is None:
        return
    found["evaluate"] = literal(style[0])
    body = style[1]
    if style[0] == "firstMatch" and (inner := only(body)) is not None and inner[0] != "cases":
        body = inner[1]
    if not isinstance(body, dict):
        return
    if "value" in body:
        yaml_walk("evaluate.value", body["value"], found)
    cases = body.get("cases")
    for number, holder in enumerate(cases if isinstance(cases, list) else (), 1):
        case = holder.get("case") if isinstance(holder, dict) else None
        if isinstance(case, dict) and "value" in case:
            yaml_walk(f"evaluate.case {number}", case["value"], found)


def configuration_switch(params: dict[str, Any], found: Fields) -> None:
    """As `yaml_switch`."""
    found.pop("switchStyle", None)
    value = found.pop("expression", None)
    found["evaluate"] = "lit firstMatch" if params.get("switchStyle") == 1 else "lit firstTrue"
    if value is not None:
        found["evaluate.value"] = value
    cases = params.get("cases")
    for number, case in enumerate(cases if isinstance(cases, list) else (), 1):
        if isinstance(case, dict):
            configuration_walk(f"evaluate.case {number}", case.get("value"), found)
