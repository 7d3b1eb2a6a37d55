"""The JSON Schema of the configuration file, made from the rules: editors offer ids, levels and options.

`make generate` writes it to ivr_action/schema/config-1.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ivr_action.config.parse import CYCLES, FAIL_ON, LEVELS
from ivr_action.config.values import BASELINE, RuleFacts
from ivr_action.genesys.regions import REGIONS

PATH = "ivr_action/schema/config-1.json"
_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_TEXTS: dict[str, Any] = {
    "type": ["string", "array", "null"],
    "items": {"type": "string", "pattern": "\\S"},
}
_PATTERNS: dict[str, Any] = {
    "type": ["string", "array", "null"],
    "pattern": "^(?!\\s*!)",
    "items": {"type": "string", "pattern": "^\\s*[^!\\s]"},
}
_INSIDE: dict[str, Any] = {
    "type": ["string", "null"],
    "pattern": r"^(?!\s*[\\/])(?!\s*[A-Za-z]:)(?!\s*(?:.*[\\/])?\.\.(?:[\\/]|\s*$))",
}


def config_schema(rules: Iterable[RuleFacts]) -> str:
    """The schema's text."""
    return json.dumps(_schema(rules), ensure_ascii=False, indent=2) + "\n"


def _schema(rules: Iterable[RuleFacts]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:ivr-action:schema:config:1",
        "title": "Configuration of ivr-action (.ivr-action.yml)",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "$schema": {"description": "Address of this schema.", **_TEXT},
            "rules": {
                "description": "Levels and options of rules, by their ids.",
                "type": ["object", "null"],
                "additionalProperties": False,
                "properties": {rule.id: _rule(rule) for rule in rules},
            },
            "ignore": {"description": "Paths, folders and globs of flow files that are not checked.", **_PATTERNS},
            "flows": {"description": "Paths, folders and globs of the flow files to check.", **_TEXTS},
            "fail-on": {
                "description": "The lowest level of finding that fails the run.",
                "enum": [*FAIL_ON, None],
                "default": FAIL_ON[0],
            },
            "cycles": {"description": "Cycles in node graphs.", "enum": [*CYCLES, None], "default": CYCLES[0]},
            "substitutions": _substitutions(),
            "baseline": {
                "description": "Path of the baseline file, relative to the workspace.",
                **_INSIDE,
                "default": BASELINE,
            },
            "environments": {
                "description": "Places that flows are deployed to, by name.",
                "type": ["object", "null"],
                "additionalProperties": _environment(),
            },
        },
    }


def _rule(rule: RuleFacts) -> dict[str, Any]:
    levels = [rule.level.value] if rule.binding else list(LEVELS)
    options: dict[str, Any] = {
        name: {"type": "integer", "minimum": 0, "default": value} for name, value in rule.settings.items()
    }
    mapping = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"level": {"enum": levels}, **options},
    }
    default = rule.level.value if rule.enabled else "off"
    return {"description": rule.summary, "default": default, "anyOf": [{"enum": levels}, mapping]}


def _substitutions() -> dict[str, Any]:
    return {
        "description": "Values for `{{key}}` in flow files: the path of a file with a map, or the map itself.",
        "type": ["string", "object", "null"],
        "additionalProperties": {"type": ["string", "number", "boolean"]},
    }


def _environment() -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            "region": {
                "description": "Region of the organisation, such as `mypurecloud.ie`. Read without regard to case.",
                "enum": [*(word for one in REGIONS for word in (one.name, one.domain)), "", None],
            },
            "organisation": {"description": "Name or id of the organisation.", **_TEXT},
            "substitutions": _substitutions(),
            "flow-ids": {
                "description": "Path of a flow file → id of the flow on the platform.",
                "type": ["object", "null"],
                "additionalProperties": _TEXT,
            },
            "prompts": {
                "description": "Id of an audio resource in node graphs → name of the prompt on the platform.",
                "type": ["object", "null"],
                "additionalProperties": _TEXT,
            },
            "deploy-tags": {"description": "Globs of the tags that deploy to this environment.", **_TEXTS},
        },
    }
