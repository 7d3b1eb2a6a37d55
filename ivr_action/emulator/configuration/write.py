"""`ArchitectFlow` from YAML → configuration document: containers, actions, links, paths; proved by reading it back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ivr_action.emulator.configuration.expressions import TYPE_CODES, Resolve, expression, generic
from ivr_action.emulator.configuration.numbering import Numbers
from ivr_action.emulator.configuration.params import params
from ivr_action.emulator.configuration.sameness import difference, signature
from ivr_action.emulator.configuration.settings import error_handling, language_settings, variables
from ivr_action.flow.actions import FLOW_TYPES, action_type
from ivr_action.flow.flow import Action, ArchitectFlow, Choice, Container, Output
from ivr_action.flow.graph import OPTIONAL_OUTPUTS
from ivr_action.flow.read import read_flow

PLATFORM_TYPES = {yaml: platform for platform, yaml in FLOW_TYPES.items()} | {"botFlow": "bot"}
"""YAML's spelling of a flow type → the platform's."""
_CONTAINERS = {"menu": "Menu", "task": "Task", "state": "State", "bot": "BotState"}
_SETTINGS = re.compile(r"settings\w+|initialGreeting|worktype")


class UnwritableError(Exception):
    """The flow says something that a configuration document cannot be given."""


def write_configuration(flow: ArchitectFlow, resolve: Resolve, guid: Callable[[], str]) -> dict[str, Any]:
    """The configuration document of a flow.

    Args:
        flow: from Architect YAML.
        resolve: finds ids of the organisation's objects.
        guid: makes ids for containers, actions and paths.

    Raises:
        UnwritableError: the document would not be the same flow; the message says why.
    """
    try:
        made = _Writer(flow, resolve, guid).write()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnwritableError(f"it holds something of an unknown shape: {error}") from error
    again = read_flow("configuration.json", json.dumps(made).encode()).flow
    if again is None or signature(again) != signature(flow):
        raise UnwritableError(f"it would come back as another flow{difference(flow, again)}")
    return made


class _Writer:
    def __init__(self, flow: ArchitectFlow, resolve: Resolve, guid: Callable[[], str]) -> None:
        self.flow, self.resolve, self.guid = flow, resolve, guid
        self.numbers = Numbers(flow)
        self.whiles = {
            way.target
            for way in flow.graph.transitions
            if not way.bounded and f"{way.source}/".startswith(f"{way.target}/")
        }
        """Loops whose count is a condition."""
        self.ids = {id(container): guid() for container in flow.containers}
        self.choice_ids = {id(choice): guid() for container in flow.containers for choice in container.choices}
        self.path_ids = {
            (id(container), path): "__DEFAULT__" if path.casefold() == "default" else guid()
            for container in flow.containers
            for path in (*container.output_paths, "default")
        }

    def write(self) -> dict[str, Any]:
        flow = self.flow
        start = flow.start.target if flow.start is not None else None
        if not isinstance(start, Container):
            start = next((container for container in flow.containers if container.kind == "startup"), None)
        made: dict[str, Any] = {
            "name": flow.name,
            "description": flow.description,
            "type": PLATFORM_TYPES.get(flow.type, flow.type.lower()),
            "defaultLanguage": _locale(flow.default_language),
            "supportedLanguages": [_locale(language) for language in flow.supported_languages],
            "initialSequence": self.ids[id(start)] if start is not None else "",
            "variables": variables(flow.element, self.resolve, self.guid),
            "flowSequenceItemList": [self.container(container) for container in flow.containers],
            "errorHandling": error_handling(flow, self.ids, self.resolve),
            "defaultSettings": {
                key: generic(value, self.resolve)
                for key, value in flow.element.items()
                if _SETTINGS.fullmatch(key) and key not in ("settingsErrorHandling",)
            },
            "nextTrackingNumber": self.numbers.next,
            "flowMetaData": {"flowDocumentVersion": "1.0", "minimumServerVersion": "1.0", "ttsDataVersion": "1.0"},
            "debugSettings": {},
            "manifest": {},
        }
        made |= language_settings(flow, self.ids, self.resolve)
        return made

    # -- containers -------------------------------------------------------------------------------------------

    def container(self, container: Container) -> dict[str, Any]:
        kind = _CONTAINERS.get(container.kind)
        if kind is None:
            kind = "CommonModuleTask" if self.flow.type == "commonModule" else "LoopTask"
        made: dict[str, Any] = {
            "id": self.ids[id(container)],
            "name": container.name or ("In-Queue Task" if kind == "LoopTask" else container.name),
            "trackingId": self.numbers.number(container),
            "uiMetaData": {"collapsed": False},
            "__type": kind,
        }
        if container.kind == "menu":
            made["menuChoiceList"] = [self.choice(choice) for choice in container.choices]
            default = container.default_choice.target if container.default_choice is not None else None
            if isinstance(default, Choice):
                made["defaultMenuChoice"] = self.choice_ids[id(default)]
            for key in ("audio", "settingsMenu", "settingsSpeechRec"):
                if key in container.element:
                    made["prompts" if key == "audio" else key] = generic(container.element[key], self.resolve)
            return made
        key = "startUpTaskVariables" if container.kind == "startup" else "variables"
        made["variables"] = variables(container.element, self.resolve, self.guid, key)
        actions: list[Any] = []
        made["actionList"] = actions
        first = self.write_list(container.actions, actions)
        if first:
            made["startAction"] = first
        if container.kind == "task":
            paths = ["default", *(path for path in container.output_paths if path.casefold() != "default")]
            made["paths"] = [
                {"outputId": self.path_ids[id(container), path], "label": "Default" if path == "default" else path}
                for path in paths
            ]
        return made

    def choice(self, choice: Choice) -> dict[str, Any]:
        action = choice.action
        made: dict[str, Any] = {
            "id": self.choice_ids[id(choice)],
            "name": action.name,
            "globalDtmf": choice.global_dtmf,
            "globalSpeech": choice.global_speech,
        }
        if choice.dtmf is not None:
            key = {"*": "10", "#": "11"}.get(choice.dtmf, choice.dtmf)
            if not key.isdecimal():
                raise ValueError(f"the key `{choice.dtmf_text}`")
            made["digit"] = int(key)
        terms = action.params.get("speechRecTerms")
        if isinstance(terms, dict):
            made["speechRecTerms"] = {
                _locale(language): generic(body["terms"], self.resolve) for language, body in terms.items()
            }
        inner: list[Any] = []
        made["action"] = self.action(action, self.guid(), None, inner)
        if inner:
            raise ValueError("actions on the output of a menu choice")
        if action.inline is not None:
            made["action"]["taskReference"] = self.ids[id(action.inline)]
        return made

    # -- actions ----------------------------------------------------------------------------------------------

    def write_list(self, actions: list[Action], out: list[Any]) -> str:
        """Write a list of actions and all that hangs on them; returns the id of the first. No recursion."""
        first = ""
        todo: list[tuple[list[Action], dict[str, Any] | None, str]] = [(actions, None, "")]
        while todo:
            items, holder, key = todo.pop()
            ids = [self.guid() for _ in items]
            if ids and holder is not None:
                holder[key] = ids[0]
            elif ids:
                first = ids[0]
            for index, action in enumerate(items):
                following = ids[index + 1] if index + 1 < len(ids) else None
                out.append(self.action(action, ids[index], following, todo))
        return first

    def action(self, action: Action, id_: str, following: str | None, todo: list[Any]) -> dict[str, Any]:
        known = action_type(action.type)
        if not known.configuration:
            raise ValueError(f"the action type `{action.type}`, whose name in a configuration is not known")
        made: dict[str, Any] = {
            "id": id_,
            "name": action.name or known.label,
            "trackingId": self.numbers.number(action),
            "uiMetaData": {"collapsed": False},
            "__type": known.configuration,
        }
        if following:
            made["nextAction"] = following
        made |= params(action, self.resolve)
        if action.id in self.whiles and isinstance(made.get("loopCount"), dict):
            made["loopCount"]["type"] = "bln"
        self.references(action, made)
        self.outputs(action, known.outputs, made, todo)
        return made

    def references(self, action: Action, made: dict[str, Any]) -> None:
        for reference in action.references:
            target = reference.target
            if isinstance(target, Container) and target.kind in ("task", "menu", "state"):
                made[f"{target.kind}Reference"] = self.ids[id(target)]
                made[f"{target.kind}Name"] = target.name
            elif reference.kind == "path" and isinstance(target, str):
                own = [key for key in self.path_ids if key[1] == target and self._holds(key[0], action)]
                id_ = "__DEFAULT__" if target.casefold() == "default" else self.path_ids[own[0]]
                made["pathReference"] = id_
                made["pathName"] = "Default" if id_ == "__DEFAULT__" else target
            else:
                raise ValueError(f"the reference `{reference.text}`")

    def _holds(self, container: int, action: Action) -> bool:
        return any(id(found) == container and action.id.startswith(f"{found.id}/") for found in self.flow.containers)

    def outputs(self, action: Action, names: tuple[str, ...], made: dict[str, Any], todo: list[Any]) -> None:
        by_name = {output.name: output for output in action.outputs}
        missing = [Output(name, None) for name in names if name not in by_name]
        outputs = [*action.outputs, *missing]
        if not outputs:
            return
        paths = [self.output(action, output, todo) for output in outputs]
        if action.type == "loop":
            made["path"] = paths[0]
        else:
            made["paths"] = paths
        if action.type == "switch":
            self.switch(action, paths, made)

    def output(self, action: Action, output: Output, todo: list[Any]) -> dict[str, Any]:
        word, _, label = output.name.partition(" ")
        path: dict[str, Any]
        if action.type == "callTask" and output.name.casefold() != "default":
            target = next((r.target for r in action.references if isinstance(r.target, Container)), None)
            path = {"outputId": self.path_ids[id(target), output.name], "label": output.name}
        elif word == "case" and label.isdecimal():
            path = {"outputId": self.guid(), "label": f"Case {label}"}
        elif label:
            path = {"outputId": self.guid(), "label": label, "isDynamicBranch": word == "intent"}
        else:
            path = {"outputId": _output_id(output.name), "label": _label(output.name)}
        if not output.enabled or (output.element is None and output.name in OPTIONAL_OUTPUTS):
            path["outOfService"] = True
        if output.actions:
            todo.append((output.actions, path, "nextActionId"))
        return path

    def switch(self, action: Action, paths: list[dict[str, Any]], made: dict[str, Any]) -> None:
        ((style, body),) = action.params["evaluate"].items()
        kind = "bln"
        if style == "firstMatch" and len(body) == 1 and "cases" not in body:
            ((word, body),) = body.items()
            kind = TYPE_CODES.get(word, word)
        made["switchStyle"] = 0 if style == "firstTrue" else 1
        if "value" in body:
            made["expression"] = expression(body["value"], kind, self.resolve)
        cases = [holder["case"] for holder in body.get("cases", ())]
        made["cases"] = [
            {
                "name": path["label"],
                "referenceId": path["outputId"],
                "value": expression(case["value"], kind, self.resolve),
            }
            for case, path in zip(cases, paths, strict=False)
        ]


def _output_id(name: str) -> str:
    """`notFound` → `__NOT_FOUND__`."""
    return "__" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper() + "__"


def _label(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return spaced[:1].upper() + spaced[1:]


def _locale(word: str) -> str:
    """`en-us` → `en-US`."""
    language, dash, region = word.partition("-")
    return f"{language}{dash}{region.upper()}"
