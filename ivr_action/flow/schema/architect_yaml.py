"""Makes `architect-yaml-1.json` from the table of action types: completion and hover for Architect YAML in editors.

It helps with writing and says little about what is wrong: Genesys adds keys with every release, so what is not known
here is allowed. Closed are only the outputs of actions whose outputs are all known. What is wrong with a flow is said
by `ivr-action validate`.
"""

from __future__ import annotations

from typing import Any

from ivr_action.flow.actions import ACTIONS, FLOW_TYPES, ActionType
from ivr_action.model import NodeKind

NAME = "architect-yaml-1.json"

_KINDS = {
    NodeKind.MENU: "Offers choices and waits for the caller.",
    NodeKind.INPUT: "Asks and waits for the caller.",
    NodeKind.PROMPT: "Plays or sends something.",
    NodeKind.BRANCH: "Chooses a way by a condition.",
    NodeKind.WORK: "Does something the caller does not notice.",
    NodeKind.CALL: "Hands over to another task, module, bot or flow and comes back.",
    NodeKind.TRANSFER: "Leaves the flow; goes on at `failure` only where that fails.",
    NodeKind.END: "Ends the task, the flow or the call.",
}
_HEADER = {
    "description": "What the flow is for, for people.",
    "division": "The division that the flow belongs to.",
    "startUpRef": "The menu, task, state or bot that a caller meets first: `./menus/menu[Main_1]`.",
    "defaultLanguage": "The language of the flow, such as `en-us`.",
    "supportedLanguages": "Every language that the flow speaks, with its voice.",
    "initialGreeting": "What every caller hears before the start.",
    "worktype": "The worktype of a workitem flow.",
    "settingsActionDefaults": "Defaults for actions: time-outs, speeds.",
    "settingsBotFlow": "Settings of a bot flow.",
    "settingsCommonModule": "Which flow types may call a common module.",
    "settingsErrorHandling": "Where callers go when something fails that no action handles.",
    "settingsInQueueCall": "Settings of an in-queue flow.",
    "settingsInboundEmailHandling": "Settings of an inbound email flow.",
    "settingsKnowledge": "The knowledge base of a bot.",
    "settingsMenu": "Defaults for menus.",
    "settingsNaturalLanguageUnderstanding": "Intents, entities and utterances of a bot.",
    "settingsOutboundCall": "Contact list, wrap-up code and media of an outbound flow.",
    "settingsPrompts": "Whether audio must be there in every prompt.",
    "settingsSpeechRec": "Defaults for speech recognition.",
    "settingsUserInput": "How often and how long a bot asks.",
    "settingsVirtualAgent": "Settings of a virtual agent.",
}
_CHOICE = {
    "dtmf": "The key that a caller presses: `digit_1`.",
    "globalDtmf": "The key works in every menu of the flow.",
    "speechRecTerms": "The words that a caller says, by language.",
    "globalSpeechRecTerms": "The words work in every menu of the flow.",
}
_KEYS = [*(f"digit_{digit}" for digit in range(10)), "digit_*", "digit_#"]


def architect_schema() -> dict[str, Any]:
    """The schema as JSON values; the same for the same table."""
    choices = {name: row for name, row in ACTIONS.items() if name.startswith("menu")}
    actions = {name: row for name, row in ACTIONS.items() if name not in choices}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:ivr-action:schema:architect-yaml-1",
        "title": "Architect YAML, version 1",
        "description": "A Genesys Cloud flow as Archy and CX as Code export and publish it.",
        "type": "object",
        "maxProperties": 1,
        "properties": {
            name: {"description": f"A flow of the type `{name}`.", "$ref": "#/$defs/flow"}
            for name in dict.fromkeys(FLOW_TYPES.values())
        },
        "additionalProperties": {"$ref": "#/$defs/flow"},
        "$defs": {
            "flow": _flow(),
            "variables": _items("Variables, each under its type.", {}),
            "menu": _container("A menu: offers choices and waits for the caller.", {
                "audio": _said("What the caller hears."),
                "choices": {"$ref": "#/$defs/choices"},
                "defaultChildMenuRef": _said("The choice that is taken where the caller does nothing."),
            }),
            "task": _container("A task: actions one after the other.", {
                "actions": {"$ref": "#/$defs/actions"},
                "outputPaths": _items("Ways in which the task ends, for whoever calls it.", {}),
            }),
            "state": _container("A state: actions one after the other.", {"actions": {"$ref": "#/$defs/actions"}}),
            "bot": _container("A bot's start or recognition.", {"actions": {"$ref": "#/$defs/actions"}}),
            "actions": _list("Actions, one after the other.", {"$ref": "#/$defs/action"}),
            "action": _one_of(actions, "action"),
            "choices": _list("The choices of a menu.", {"$ref": "#/$defs/choice"}),
            "choice": _one_of(choices, "choice"),
            "output": {
                "type": ["object", "null"],
                "properties": {"actions": {"$ref": "#/$defs/actions"}, "enabled": _said("`false` switches it off.")},
            },
            **{f"action-{name}": _action(row) for name, row in actions.items()},
            **{f"choice-{name}": _choice(row) for name, row in choices.items()},
        },
    }  # fmt: skip


def _flow() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": _said("The flow's name: at most 200 characters, no `/`."),
            **{key: _said(text) for key, text in _HEADER.items()},
            "variables": {"$ref": "#/$defs/variables"},
            "startUpTaskVariables": {"$ref": "#/$defs/variables"},
            "startUpTaskActions": {"$ref": "#/$defs/actions"},
            **{
                f"{kind}s": _items(f"The {kind}s of the flow.", {kind: {"$ref": f"#/$defs/{kind}"}}, closed=True)
                for kind in ("menu", "task", "state", "bot")
            },
        },
    }


def _container(text: str, properties: dict[str, Any]) -> dict[str, Any]:
    shared = {
        "name": _said("Its name; unique among its kind."),
        "refId": _said("What references call it: `Main_1` in `/inboundCall/tasks/task[Main_1]`."),
        "description": _said("What it is for, for people."),
        "variables": {"$ref": "#/$defs/variables"},
    }
    return {"description": text, "type": "object", "properties": shared | properties}


def _action(row: ActionType) -> dict[str, Any]:
    properties: dict[str, Any] = {"name": _said("What people call it; Architect's own name for it where absent.")}
    properties |= {key: _said("It means nothing without this.") for key in row.required}
    if row.outputs:
        properties["outputs"] = _outputs(row)
    return {"description": _text(row), "type": ["object", "null"], "properties": properties}


def _choice(row: ActionType) -> dict[str, Any]:
    described = _action(row)
    described["properties"] |= {key: _said(text) for key, text in _CHOICE.items()}
    described["properties"]["dtmf"]["examples"] = _KEYS
    if row.name == "menuTask":
        described["properties"]["task"] = {"$ref": "#/$defs/task"}
    if row.name == "menuSubMenu":
        described["properties"]["menu"] = {"$ref": "#/$defs/menu"}
    return described


def _outputs(row: ActionType) -> dict[str, Any]:
    outputs: dict[str, Any] = {
        "description": f"What follows: {', '.join(f'`{name}`' for name in row.outputs)}.",
        "type": ["object", "null"],
        "properties": {name: {"$ref": "#/$defs/output"} for name in row.outputs},
    }
    if row.strict_outputs:
        outputs["additionalProperties"] = False
    return outputs


def _text(row: ActionType) -> str:
    parts = [f"{row.label}." if row.label else "", _KINDS[row.kind]]
    if row.jumps:
        parts[1] = "Control goes to what it names and does not come back."
    if row.outputs:
        parts.append(f"Outputs: {', '.join(row.outputs)}.")
    return " ".join(part for part in parts if part)


def _one_of(rows: dict[str, ActionType], what: str) -> dict[str, Any]:
    """One key, which is the type; types that are not in the table are allowed."""
    properties = {name: {"description": _text(row), "$ref": f"#/$defs/{what}-{name}"} for name, row in rows.items()}
    return {"type": "object", "maxProperties": 1, "properties": properties}


def _items(text: str, properties: dict[str, Any], *, closed: bool = False) -> dict[str, Any]:
    item: dict[str, Any] = {"type": "object", "maxProperties": 1}
    if properties:
        item["properties"] = properties
    if closed:
        item |= {"required": list(properties), "additionalProperties": False}
    return _list(text, item)


def _list(text: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "type": ["array", "null"], "items": item}


def _said(text: str) -> dict[str, Any]:
    return {"description": text}
