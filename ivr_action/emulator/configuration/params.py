"""Parameters of actions: YAML's key → the configuration document's, as read off flows published in both formats.

What stands in no table keeps YAML's key and shape, so that no edit is lost; docs/emulator.md says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ivr_action.emulator.configuration.expressions import (
    TYPE_CODES,
    Resolve,
    audio,
    expression,
    generic,
    integer,
    is_wrapped,
    variable,
)
from ivr_action.flow.document import text
from ivr_action.flow.flow import Action
from ivr_action.flow.portable_values import digits


class _Plain(NamedTuple):
    key: str
    kind: str


_RENAMED: dict[str, dict[str, _Plain]] = {
    "decision": {"condition": _Plain("expression", "bln")},
    "dataTableLookup": {"lookupValue": _Plain("lookupKeyValue", "str")},
    "collectInput": {"inputData": _Plain("resultData", "str")},
    "holdMusic": {"bargeInEnabled": _Plain("bargeInExpression", "bln")},
}
_SAME: dict[str, str] = {
    "timeout": "dur", "processingPrompt": "pmt", "exitReason": "str", "intent": "str", "inputText": "str",
    "communication": "com", "question": "com", "messageBody": "str", "messageBodyStyle": "str", "priority": "int",
    "languageSkill": "lac", "preferredAgents": "cpx_agent_score_pair_coll", "appendSkills": "bln",
    "conversationId": "str", "participantId": "str", "loopCount": "int", "currentIndex": "int", "duration": "dur",
    "trimDurationNearMaxRunningTime": "bln", "interDigitTimeout": "dur", "noEntryTimeout": "dur",
    "acceptJustStar": "bln", "acceptJustPound": "bln", "includeTerminatingDtmfInResultData": "bln",
    "estimatedWaitTime": "dur", "roundingInterval": "dur", "customValidation": "bln", "confirmationMode": "str",
    "voiceEndOfInputTimeout": "dur", "prompt": "pmt", "directAgent": "usr", "preTransferCommunication": "com",
    "failureTransferCommunication": "com",
}  # fmt: skip
"""Parameters that have the same key in both formats, with the type of their value."""
_AUDIO = {
    "audio": "prompts", "inputAudio": "prompts", "preTransferAudio": "preTransferAudio",
    "failureTransferAudio": "failureTransferAudio",
}  # fmt: skip
_DONE = frozenset(("name", "refId", "outputs", "evaluate", "task", "menu", "dtmf", "globalDtmf", "globalSpeechRecTerms",
                   "speechRecTerms", "outputPath"))  # fmt: skip
"""Written elsewhere: names, links, outputs, choices."""


def params(action: Action, resolve: Resolve) -> dict[str, Any]:
    """The parameters of an action, without its links.

    Raises:
        ValueError: something that cannot be said in a configuration document; the message says what.
    """
    found: dict[str, Any] = {}
    renamed = _RENAMED.get(action.type, {})
    for key, value in action.params.items():
        special = _SPECIAL.get(key)
        if key in _DONE or key.endswith("Ref"):
            continue
        if key in renamed and is_wrapped(value):
            found[renamed[key].key] = expression(value, renamed[key].kind, resolve)
        elif key in _AUDIO and is_wrapped(value):
            found[_AUDIO[key]] = audio(value, resolve)
        elif key in _SAME and is_wrapped(value):
            found[key] = expression(value, _SAME[key], resolve)
        elif special is not None and (written := special(value, resolve)) is not None:
            found |= written
        elif key == "none":
            continue
        else:
            found[key] = generic(value, resolve)
    return found


_Special = Callable[[Any, Resolve], dict[str, Any] | None]


def _queue(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    return {"queues": [expression(value, "que", resolve)]} if is_wrapped(value) else None


def _reprompt(key: str) -> _Special:
    def write(value: Any, resolve: Resolve) -> dict[str, Any] | None:
        return {key: [expression(value, "com", resolve)]} if is_wrapped(value) else None

    return write


def _category(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((category, body),) = value.items()
    actions = body.get("dataAction") if isinstance(body, dict) else None
    if not isinstance(actions, dict) or len(actions) != 1:
        return None
    ((name, inner),) = actions.items()
    written = {
        "actionName": name,
        "actionId": resolve("dataAction", name),
        "category": {"id": category, "name": category},
    }
    return {**written, **_bindings(inner, resolve)}


def _data_table(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    if not isinstance(value, dict) or len(value) != 1 or is_wrapped(value):
        return None
    ((name, inner),) = value.items()
    return {"datatableName": name, "datatableId": resolve("dataTable", name), **_bindings(inner, resolve)}


def _bindings(inner: Any, resolve: Resolve) -> dict[str, Any]:
    """`inputs`, `successOutputs`, `failureOutputs` of what is called; other keys keep their shape."""
    found: dict[str, Any] = {}
    for key, value in inner.items() if isinstance(inner, dict) else ():
        word = _BINDINGS.get(key)
        if word is None or not isinstance(value, dict):
            found[key] = generic(value, resolve)
        else:
            found[word] = [{"name": name, "value": _any(item, resolve)} for name, item in value.items()]
    return found


_BINDINGS = {
    "inputs": "inputs", "outputs": "outputs", "successOutputs": "outputs", "foundOutputs": "outputs",
    "failureOutputs": "errorBindings",
}  # fmt: skip


def _any(item: Any, resolve: Resolve) -> Any:
    return expression(item, "", resolve) if is_wrapped(item) else generic(item, resolve)


def _failure_outputs(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    return _bindings({"failureOutputs": value}, resolve)


def _flow(kind: str) -> _Special:
    def write(value: Any, resolve: Resolve) -> dict[str, Any] | None:
        if not isinstance(value, dict) or len(value) != 1 or is_wrapped(value):
            return None
        ((name, versions),) = value.items()
        if not isinstance(versions, dict) or len(versions) != 1:
            return None
        ((version, inner),) = versions.items()
        latest = version == "ver_latestPublished"
        written: dict[str, Any] = {
            "flowId": resolve(f"flow:{kind}", name),
            "flowName": name,
            "flowLatestVersion": latest,
            "flowDebugPublished": False,
            "flowOutOfService": False,
        }
        if not latest:
            written["flowVersion"] = version.removeprefix("ver_")
        return {**written, **_bindings(inner, resolve)}

    return write


def _target_flow(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    inner = value.get("lit", value) if isinstance(value, dict) else None
    name = text(inner.get("name")) if isinstance(inner, dict) else None
    return {"flowId": resolve("flow:", name), "flowName": name} if name else None


def _digits(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    said = digits(value)
    if said is None or said.least is None or said.most is None:
        return None
    ends = {"numberOfDigitsMin": integer(said.least), "numberOfDigitsMax": integer(said.most)}
    return ends if said.terminating is None else {**ends, "terminatingDtmf": said.terminating}


def _statements(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    found = []
    for item in value if isinstance(value, list) else ():
        ((word, body),) = item.items()
        kind = TYPE_CODES.get(word, word)
        found.append(
            {
                "variable": variable(text(body.get("variable")) or "", kind),
                "expression": expression(body["value"], kind, resolve),
            }
        )
    return {"variables": found}


def _attributes(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    found = []
    for item in value if isinstance(value, list) else ():
        body = item["attribute"]
        if "variable" in body:
            said = variable(text(body["variable"]) or "", "str")
        else:
            said = expression(body["value"], "str", resolve)
        found.append({"variable": expression(body["name"], "str", resolve), "expression": said})
    return {"variables": found}


def _slot(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    name = text(value.get("name")) if isinstance(value, dict) else None
    return {"selectedSlot": name} if name else None


def _slots(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    names = [text(item["slot"]["name"]) or "" for item in value] if isinstance(value, list) else []
    return (
        {"slots": [{"name": name, "value": expression({"lit": ""}, "bln", resolve)} for name in names]}
        if names
        else None
    )


def _skills(value: Any, resolve: Resolve) -> dict[str, Any] | None:
    if not isinstance(value, list) or not all(set(item) == {"acdSkill"} for item in value):
        return None
    absent = expression({"lit": ""}, "int", resolve)
    return {
        "skills": [{"skill": expression(item["acdSkill"], "skl", resolve), "value": absent} for item in value],
    }


_SPECIAL: dict[str, _Special] = {
    "acdSkills": _skills,
    "targetQueue": _queue,
    "noInput": _reprompt("noInputs"),
    "noMatch": _reprompt("noMatches"),
    "category": _category,
    "dataTable": _data_table,
    "failureOutputs": _failure_outputs,
    "botFlow": _flow("bot"),
    "digitalBotFlow": _flow("digitalbot"),
    "commonModule": _flow("commonmodule"),
    "targetFlow": _target_flow,
    "digits": _digits,
    "statements": _statements,
    "attributes": _attributes,
    "slot": _slot,
    "slots": _slots,
}
