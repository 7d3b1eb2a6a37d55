"""Values of Architect YAML (`lit`, `exp`, `tts`, `noValue` …) as the expression objects of configuration documents.

The text is the platform's, read off flows that are published in both formats; the syntax tree beside it (`config`) is
written for literals and absent values only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ivr_action.flow.document import is_scalar, text, typed
from ivr_action.flow.values import WRAPPERS

TYPE_CODES = {
    "boolean": "bln", "string": "str", "integer": "int", "decimal": "dec", "duration": "dur", "dateTime": "dtm",
    "queue": "que", "json": "jsn", "user": "usr", "skill": "skl", "languageSkill": "lac", "prompt": "pmt",
    "agentScorePair": "cpx_agent_score_pair", "agentScorePairCollection": "cpx_agent_score_pair_coll",
}  # fmt: skip
"""Types of values as YAML spells them → as configuration documents do."""

EXPRESSION, LITERAL, VARIABLE, ABSENT = 0, 1, 2, 3
"""`uiMetaData.mode`."""

Resolve = Callable[[str, str], str]
"""(kind, name) → id of something in the organisation; empty where it has none."""

_LITERAL_KINDS = {"que": "queue", "skl": "acdSkill", "sch": "schedule", "scg": "scheduleGroup"}
_DURATION = ("days", "hours", "minutes", "seconds")


def is_wrapped(value: Any) -> bool:
    """True for `{lit: …}` and its like."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in WRAPPERS


def expression(value: Any, kind: str, resolve: Resolve) -> dict[str, Any]:
    """One wrapped value.

    Args:
        value: `{lit: …}`, `{exp: …}` …
        kind: the type where the parameter says it (`str`, `dur`, `que`); empty to go by the value.
        resolve: finds ids.
    """
    ((wrapper, inner),) = value.items()
    if wrapper in ("noValue", "none"):
        kind = kind or "any"
        return _object("", kind, ABSENT, {"emp": {"pos": 1, "text": "", "type": kind}})
    if wrapper == "lit":
        return _literal(inner, kind, resolve)
    said = text(inner) or ""
    if wrapper == "exp":
        return _object(said, kind or "any", EXPRESSION)
    if wrapper == "var":
        return _object(said, kind or "any", VARIABLE)
    if wrapper == "tts":
        return _object(f"AudioPlaybackOptions(ToAudioTTS({quoted(said)}), true)", "aud", EXPRESSION)
    return _object(said, "pmt", EXPRESSION)


def quoted(said: str) -> str:
    """A string literal of Architect's expression language."""
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'


def audio(value: Any, resolve: Resolve) -> dict[str, Any]:
    """A parameter that plays something."""
    body = expression(value, "aud", resolve)
    options = re.fullmatch(r"AudioPlaybackOptions\(.*,\s*(true|false)\s*\)", body["text"], re.DOTALL | re.IGNORECASE)
    return {
        "bargeInExpression": boolean(options is None or options[1].lower() == "true"),
        "flushExpression": boolean(False),
        "defaultAudio": body,
        "cases": [],
    }


def boolean(value: bool) -> dict[str, Any]:
    return _literal_object("true" if value else "false", "bln")


def integer(value: str) -> dict[str, Any]:
    return _literal_object(value, "int")


def variable(name: str, kind: str) -> dict[str, Any]:
    return _object(name, kind, VARIABLE)


def _literal(inner: Any, kind: str, resolve: Resolve) -> dict[str, Any]:
    if isinstance(inner, dict):
        if "name" in inner:
            said = text(inner["name"]) or ""
            made = _literal_object(said, kind or "any")
            id_ = resolve(_LITERAL_KINDS.get(kind, ""), said)
            if id_:
                made["config"]["lit"]["val"] = id_
            return made
        if inner and all(key in (*_DURATION, "ms") for key in inner):
            return _literal_object(_duration(inner), "dur")
        raise ValueError(f"a literal of the keys {', '.join(map(str, inner))}")
    if isinstance(inner, list):
        raise ValueError("a literal that is a list")
    found = typed(inner)
    said = text(inner) or ""
    guess = "bln" if isinstance(found, bool) else "int" if isinstance(found, int) else "dec"
    return _literal_object(said, kind or (guess if isinstance(found, (bool, int, float)) else "str"))


def _duration(inner: dict[str, Any]) -> str:
    days, hours, minutes, seconds = (text(inner.get(unit)) or "0" for unit in _DURATION)
    return f"P{days}D{hours}H{minutes}M{seconds}S{text(inner.get('ms')) or '0'}F"


def _literal_object(said: str, kind: str) -> dict[str, Any]:
    return _object(said, kind, LITERAL, {"lit": {"pos": 1, "text": said, "type": kind}})


def _object(said: str, kind: str, mode: int, config: dict[str, Any] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"text": said, "type": kind, "uiMetaData": {"mode": mode}, "metaData": {}, "version": 2}
    if config is not None:
        made["config"] = config
    return made


def generic(value: Any, resolve: Resolve) -> Any:
    """A parameter that no table knows: the same shape, with its values as expressions."""
    if is_wrapped(value):
        return expression(value, "", resolve)
    if is_scalar(value):
        return typed(value)
    if isinstance(value, dict):
        return {key: generic(inner, resolve) for key, inner in value.items()}
    return [generic(inner, resolve) for inner in value]
