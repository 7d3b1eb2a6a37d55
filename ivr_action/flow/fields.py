"""The parameters of an action, a menu or a flow as fields: a name (YAML's, in both formats) and a value in words.

Two walks, one per format, give the same names where `portable_tables` knows them; the rest keeps the format's own.
Values are those of `portable_values`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ivr_action.flow.document import is_scalar, text
from ivr_action.flow.portable_tables import CONFIGURATION_NAMES, CONFIGURATION_NAMES_OF
from ivr_action.flow.portable_values import configuration_value, digits, is_wrapped, literal, yaml_value

Fields = dict[str, str]
"""Name → value."""
_NONE: dict[str, str] = {}


# -- YAML ------------------------------------------------------------------------------------------------------

_YAML_ELSEWHERE = frozenset((
    "name", "refId", "outputs", "evaluate", "task", "menu", "dtmf", "globalDtmf", "globalSpeechRecTerms",
    "speechRecTerms", "outputPath", "choices", "actions", "variables", "outputPaths",
))  # fmt: skip
"""Keys of an action or a menu that are ids, nodes and transitions of their own, or fields of a choice."""


def yaml_fields(params: Any, skip: frozenset[str] = _YAML_ELSEWHERE) -> Fields:
    """Of an action's or a menu's mapping in YAML."""
    found: Fields = {}
    for key, value in params.items():
        if key in skip or key[-3:] == "Ref":
            continue
        special = _YAML_SPECIAL.get(key)
        if special is None or not special(key, value, found):
            yaml_walk(key, value, found)
    return found


def yaml_walk(name: str, value: Any, found: Fields) -> None:
    """Add every value under one key; keys within keys are joined by dots, places in a list count from 1."""
    todo: list[tuple[str, Any]] = [(name, value)]
    while todo:
        name, value = todo.pop()
        if is_scalar(value):
            said = text(value)
            if said is not None:
                found[name] = literal(said)
        elif is_wrapped(value):
            words = yaml_value(value)
            if words is not None:
                found[name] = words
            elif not is_scalar(inner := next(iter(value.values()))):
                todo.append((name, inner))
        elif isinstance(value, dict):
            if len(value) == 1 and "name" in value:
                todo.append((name, value["name"]))
            else:
                # Lists of actions inside parameters, as behind a Lex bot's intents, are nodes of their own.
                todo.extend((f"{name}.{key}", inner) for key, inner in value.items() if not _holds_actions(key, inner))
        else:
            todo.extend((f"{name}.{number}", inner) for number, inner in enumerate(value, 1))


def _holds_actions(key: str, value: Any) -> bool:
    return key == "actions" and isinstance(value, list)


def _bindings(value: Any, found: Fields) -> None:
    """`inputs`, `successOutputs` … of what is called."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key != "none" and not _yaml_binding(key, inner, found):
            yaml_walk(key, inner, found)


def _yaml_binding(key: str, value: Any, found: Fields) -> bool:
    """Each by its name, whatever that is: `name` and `lit` are names here too."""
    if not isinstance(value, dict) or (is_wrapped(value) and is_scalar(next(iter(value.values())))):
        return False
    for name, inner in value.items():
        yaml_walk(f"{key}.{name}", inner, found)
    return True


def only(value: Any) -> tuple[str, Any] | None:
    """The one pair of a mapping that has no other and is no wrapped value."""
    return next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 and not is_wrapped(value) else None


def _yaml_category(key: str, value: Any, found: Fields) -> bool:
    category = only(value)
    holder = category[1].get("dataAction") if category is not None and isinstance(category[1], dict) else None
    action = only(holder)
    if category is None or action is None:
        return False
    found["category"] = literal(category[0])
    found["dataAction"] = literal(action[0])
    _bindings(action[1], found)
    return True


def _yaml_named(key: str, value: Any, found: Fields) -> bool:
    """`dataTable: {Name: {…}}`, `botFlow: {Name: {ver_latestPublished: {…}}}`."""
    named = only(value)
    if named is None or named[0] == "name":
        return False
    found[key] = literal(named[0])
    inner = only(named[1])
    if inner is not None and inner[0].startswith("ver_"):
        version = inner[0].removeprefix("ver_")
        found["version"] = literal("latest" if version == "latestPublished" else version)
        _bindings(inner[1], found)
    else:
        _bindings(named[1], found)
    return True


def _yaml_flow(key: str, value: Any, found: Fields) -> bool:
    inner = value.get("lit", value) if isinstance(value, dict) else None
    if isinstance(inner, dict) and text(inner.get("name")) is not None:
        found[key] = f"lit {text(inner['name'])}"
        return True
    return False


def _yaml_digits(key: str, value: Any, found: Fields) -> bool:
    said = digits(value)
    if said is None:
        return False
    parts = {"digits.min": said.least, "digits.max": said.most, "terminatingDtmf": said.terminating}
    found.update({name: literal(part) for name, part in parts.items() if part is not None})
    return True


def _yaml_items(key: str, value: Any, found: Fields) -> bool:
    """`statements: [{string: {variable, value}}]`, `attributes: [{attribute: {name, value}}]`, `slots: [{slot: …}]`."""
    if not isinstance(value, list):
        return False
    for number, item in enumerate(value, 1):
        pair = only(item)
        name = f"{key}.{number}"
        if pair is None:
            yaml_walk(name, item, found)
            continue
        word, inner = pair
        if key == "statements" and isinstance(inner, dict):
            said = text(inner.get("variable"))
            if said:
                found[f"{name}.variable"] = f"exp {said.strip()}"
            for part, deeper in inner.items():
                if part != "variable":
                    yaml_walk(f"{name}.{part}", deeper, found)
        elif key == "attributes" and isinstance(inner, dict):
            for part, deeper in inner.items():
                if part == "variable":
                    found[f"{name}.value"] = f"exp {(text(deeper) or '').strip()}"
                else:
                    yaml_walk(f"{name}.{part}", deeper, found)
        elif word in ("slot", "acdSkill"):
            yaml_walk(name, inner, found)
        else:
            yaml_walk(f"{name}.{word}", inner, found)
    return True


_YAML_SPECIAL: dict[str, Callable[[str, Any, Fields], bool]] = {
    "category": _yaml_category,
    "dataTable": _yaml_named,
    "botFlow": _yaml_named,
    "digitalBotFlow": _yaml_named,
    "commonModule": _yaml_named,
    "targetFlow": _yaml_flow,
    "digits": _yaml_digits,
    "statements": _yaml_items,
    "attributes": _yaml_items,
    "slots": _yaml_items,
    "inputs": _yaml_binding,
    "failureOutputs": _yaml_binding,
    "successOutputs": _yaml_binding,
    "acdSkills": _yaml_items,
}


# -- configuration ---------------------------------------------------------------------------------------------

_CONFIGURATION_ELSEWHERE = frozenset((
    "id", "name", "trackingId", "nextAction", "__type", "paths", "path", "uiMetaData", "metaData", "version",
    "taskReference", "taskName", "menuReference", "menuName", "stateReference", "stateName", "pathReference",
    "pathName", "actionId", "datatableId", "flowId", "flowDebugPublished", "flowOutOfService", "flowLatestVersion",
    "flowVersion", "cases", "startAction", "actionList", "menuChoiceList", "defaultMenuChoice", "variables",
    "outputId", "label", "localizedLabel", "screenPopId",
))  # fmt: skip
"""Keys that are ids, links, nodes and transitions of their own, or the platform's."""
_SKIPPED = frozenset(("uiMetaData", "metaData", "config", "version", "id", "trackingId"))


def configuration_fields(params: dict[str, Any], type_: str) -> Fields:
    """Of an action's or a menu's object in a configuration document.

    Args:
        params: the object.
        type_: YAML's key of the action, or `menu`.
    """
    found: Fields = {}
    names = CONFIGURATION_NAMES_OF.get(type_, _NONE)
    for key, value in params.items():
        if key in _CONFIGURATION_ELSEWHERE and not (key == "variables" and names.get(key)):
            continue
        name = names[key] if key in names else CONFIGURATION_NAMES.get(key, key)
        if not name or (key == "duration" and params.get("playForDuration") is False):
            continue  # derived from others, or kept by the editor for the day its box is ticked
        if isinstance(value, list):
            _configuration_list(name, value, found)
        elif key == "category" and isinstance(value, dict) and "name" in value:
            found[name] = literal(text(value["name"]) or "")
        else:
            configuration_walk(name, value, found)
    if "flowLatestVersion" in params:
        latest = params["flowLatestVersion"] is True
        found["version"] = literal("latest" if latest else text(params.get("flowVersion")) or "")
    return found


def _configuration_list(name: str, value: list[Any], found: Fields) -> None:
    for number, item in enumerate(value, 1):
        if isinstance(item, dict) and "name" in item and "value" in item:
            if name == "slots":
                found[f"{name}.{number}"] = literal(text(item["name"]) or "")
            else:
                configuration_walk(f"{name}.{text(item['name']) or ''}", item["value"], found)
        elif isinstance(item, dict) and "variable" in item and "expression" in item:
            first, second = ("variable", "value") if name == "statements" else ("name", "value")
            configuration_walk(f"{name}.{number}.{first}", item["variable"], found)
            configuration_walk(f"{name}.{number}.{second}", item["expression"], found)
        elif isinstance(item, dict) and "skill" in item:
            configuration_walk(f"{name}.{number}", item["skill"], found)
            configuration_walk(f"{name}.{number}.value", item.get("value"), found)
        elif len(value) == 1 and name in ("targetQueue", "noInput", "noMatch"):
            configuration_walk(name, item, found)
        else:
            configuration_walk(f"{name}.{number}", item, found)


def configuration_walk(name: str, value: Any, found: Fields) -> None:
    """Add every value under one key, as `yaml_walk`."""
    todo: list[tuple[str, Any]] = [(name, value)]
    while todo:
        name, value = todo.pop()
        if is_scalar(value):
            said = text(value)
            if said is not None:
                found[name] = literal(said)
        elif isinstance(value, dict):
            if "text" in value and "type" in value:
                words = configuration_value(value)
                if words is not None:
                    found[name] = words
            elif "defaultAudio" in value:
                todo.append((name, value["defaultAudio"]))
                todo.extend((f"{key} of {name}", inner) for key, inner in value.items() if key != "defaultAudio")
            elif is_wrapped(value) and not is_scalar(next(iter(value.values()))):
                todo.append((name, next(iter(value.values()))))
            elif len(value) == 1 and "name" in value:
                todo.append((name, value["name"]))
            else:
                todo.extend((f"{name}.{key}", inner) for key, inner in value.items() if not _is_id(key, inner))
        else:
            todo.extend((f"{name}.{number}", inner) for number, inner in enumerate(value, 1))


def _is_id(key: str, value: Any) -> bool:
    """True for ids, which are new in every publication or stand beside a name, and for what is derived."""
    return key in _SKIPPED or (is_scalar(value) and key.endswith(("Id", "Reference")))
