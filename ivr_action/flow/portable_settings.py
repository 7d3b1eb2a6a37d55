"""A flow's own settings, variables, menus and choices as fields, with YAML's names in both formats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ivr_action.flow.document import is_scalar, text
from ivr_action.flow.fields import Fields, configuration_fields, configuration_walk, yaml_fields, yaml_walk
from ivr_action.flow.flow import ArchitectFlow, Choice, Container, Format, Variable
from ivr_action.flow.ignored import IGNORED_CONFIGURATION, IGNORED_YAML
from ivr_action.flow.portable_tables import SETTINGS, TYPE_NAMES
from ivr_action.flow.portable_values import configuration_value, is_wrapped, literal, yaml_value
from ivr_action.flow.variables import start_up_variables

_HANDLINGS = ("errorHandling", "recognitionFailureEventHandling", "agentEscalationHandling")
_YAML_ELSEWHERE = frozenset((
    "name", "description", "startUpRef", "defaultLanguage", "variables", "tasks", "menus", "states", "bots",
    "startUpTaskActions", "startUpTaskVariables", *IGNORED_YAML,
))  # fmt: skip
_CONFIGURATION_ELSEWHERE = frozenset((
    "name", "description", "type", "defaultLanguage", "supportedLanguages", "variables", "flowSequenceItemList",
    "initialSequence", "manifest", "nluMetaData", "botFlowSettings", "commonModules", *IGNORED_CONFIGURATION,
))  # fmt: skip
"""Keys of a flow that are nodes, transitions, ids, or fields with names of their own."""
_BY_CONFIGURATION = {setting.configuration: name for name, setting in SETTINGS.items() if setting.configuration}


def settings_of(flow: ArchitectFlow) -> Fields:
    """Name, type, start, languages, variables, output paths and everything under `settings…`.

    All values are `portable_values`, but `description`, which is its text.
    """
    yaml = flow.format is Format.ARCHITECT_YAML
    languages = sorted({word.casefold() for word in (*flow.supported_languages, flow.default_language) if word})
    default = flow.default_language.casefold() or (languages[0] if len(languages) == 1 else "")
    own = {
        "name": flow.name,
        "type": flow.type,
        "start": flow.graph.start or "",
        "defaultLanguage": default,
        "supportedLanguages": ", ".join(languages),
    }
    found: Fields = {name: f"lit {said}" for name, said in own.items() if said}
    if flow.description:
        found["description"] = flow.description
    (_yaml_settings if yaml else _configuration_settings)(flow.element, found)
    _variables(flow.variables, "", found)
    for container in flow.containers:
        variables: Iterable[Variable] = container.variables
        if container.kind == "startup" and yaml:
            variables = [*variables, *start_up_variables(flow.element)]
        _variables(variables, f"{container.id} ", found)
        paths = sorted(path for path in container.output_paths if path.casefold() != "default")
        if paths:
            found[f"{container.id} outputPaths"] = f"lit {', '.join(paths)}"
    return found


def _variables(variables: Iterable[Variable], scope: str, found: Fields) -> None:
    for variable in variables:
        base = variable.type.removesuffix("Collection")
        word = TYPE_NAMES.get(base, base) + variable.type[len(base) :]
        flags = [flag for flag, given in (("input", variable.is_input), ("output", variable.is_output)) if given]
        if text(variable.element.get("isSecure")) == "true":
            flags.append("secure")
        name = f"{scope}variables.{variable.name}"
        found[name] = " ".join(["lit", word, *flags])
        said = text(variable.element.get("description"))
        if said:
            found[f"{name} description"] = literal(said)
        initial = variable.element.get("initialValue")
        if isinstance(initial, dict):
            words = (
                configuration_value(initial)
                if "text" in initial and "type" in initial
                else yaml_value(initial) if is_wrapped(initial) else None
            )  # fmt: skip
            if words is not None:
                found[f"{name}.initialValue"] = words
            elif is_wrapped(initial):
                yaml_walk(f"{name}.initialValue", initial, found)
            elif "text" not in initial:
                configuration_walk(f"{name}.initialValue", initial, found)


def _yaml_settings(body: Any, found: Fields) -> None:
    for key, value in body.items():
        if key == "settingsErrorHandling" and isinstance(value, dict):
            for inner, deeper in value.items():
                name = f"{key}.{inner}"
                if inner in _HANDLINGS and isinstance(deeper, dict) and deeper:
                    found[name] = literal(next(iter(deeper)))
                    for handling, rest in deeper.items():
                        if isinstance(rest, dict):
                            for last, value_ in rest.items():
                                if last != "none" and last[-3:] != "Ref":
                                    yaml_walk(f"{name}.{handling}.{last}", value_, found)
                else:
                    yaml_walk(name, deeper, found)
        elif key == "settingsKnowledge" and isinstance(value, dict) and len(value) == 1 and not is_wrapped(value):
            ((base, inner),) = value.items()
            found[key] = literal(base)
            for name, deeper in inner.items() if isinstance(inner, dict) else ():
                yaml_walk(f"{key}.{name}", deeper, found)
        elif key == "settingsBotFlow" and isinstance(value, dict):
            _intents(value, found)
        elif key not in _YAML_ELSEWHERE:
            yaml_walk(key, value, found)


def _intents(settings: Any, found: Fields) -> None:
    for key, value in settings.items():
        if key == "intentSettings" and isinstance(value, list):
            for holder in value:
                intent = holder.get("intent") if isinstance(holder, dict) else None
                if isinstance(intent, dict) and "confirmation" in intent:
                    name = text(intent.get("name")) or ""
                    yaml_walk(f"settingsBotFlow.intents.{name}.confirmation", intent["confirmation"], found)
        elif key != "none":
            yaml_walk(f"settingsBotFlow.{key}", value, found)


def _configuration_settings(root: Any, found: Fields) -> None:
    flat: Fields = {}
    for key, value in root.items():
        if key not in _CONFIGURATION_ELSEWHERE and value is not None:
            configuration_walk(key, value, flat)
    nlu = root.get("nluMetaData")
    intents = nlu.get("intents") if isinstance(nlu, dict) else None
    for name, inner in intents.items() if isinstance(intents, dict) else ():
        if isinstance(inner, dict) and "confirmation" in inner:
            configuration_walk(f"settingsBotFlow.intents.{name}.confirmation", inner["confirmation"], flat)
    bot = root.get("botFlowSettings")
    if isinstance(bot, dict) and bot.get("virtualAgentEnabled") is not None:
        flat["settingsBotFlow.virtualAgentEnabled"] = literal(text(bot["virtualAgentEnabled"]) or "")
    queue = flat.pop("errorHandling.queue", None)
    for name, value in flat.items():
        if name.startswith(("defaultSettings.settings", "defaultSettings.initialGreeting", "defaultSettings.worktype")):
            found[name.removeprefix("defaultSettings.")] = value
        elif name.startswith("errorHandling.settings."):
            found[name.replace("errorHandling.settings", "settingsErrorHandling", 1)] = value
        else:
            known = _BY_CONFIGURATION.get(name, name)
            if name.endswith("HandlingType") or name == "errorHandling.handlingType":
                value = value[:4] + value[4:5].lower() + value[5:]
            found[known] = value
    if queue is not None and found.get("settingsErrorHandling.errorHandling") == "lit queue":
        found["settingsErrorHandling.errorHandling.queue.targetQueue"] = queue


def menu_fields(menu: Container, yaml: bool) -> Fields:
    """Of a menu's own node."""
    return yaml_fields(menu.element) if yaml else configuration_fields(menu.element, "menu")


def choice_fields(choice: Choice, yaml: bool) -> Fields:
    """What a choice adds to its action's node: the key and the words that choose it."""
    found: Fields = {}
    if choice.dtmf is not None:
        found["dtmf"] = literal(choice.dtmf)
    if choice.global_dtmf:
        found["globalDtmf"] = "lit true"
    if choice.global_speech:
        found["globalSpeechRecTerms"] = "lit true"
    terms = (choice.action.params if yaml else choice.action.element).get("speechRecTerms")
    for language, body in terms.items() if isinstance(terms, dict) else ():
        words = body.get("terms") if isinstance(body, dict) else body
        said = sorted(text(word) or "" for word in words if is_scalar(word)) if isinstance(words, list) else []
        if said:
            found[f"speechRecTerms.{language.casefold()}"] = literal(" | ".join(said))
    return found
