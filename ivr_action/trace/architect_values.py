"""One parameter of an Architect action, whichever format it was written in: a constant, an expression, or nothing.

YAML wraps a value (`lit`, `exp`, `tts`, `var`, `prompt`, `noValue`); a configuration document keeps an expression
object `{text, type, uiMetaData.mode}`. Sources: published flows in both formats, docs/expressions.md for the modes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ivr_action.flow.document import is_scalar, text, typed
from ivr_action.trace.expressions import (
    Audio,
    Duration,
    Json,
    NotSet,
    Resource,
    Segment,
    Unknown,
    Value,
    from_python,
    read_literal,
)
from ivr_action.trace.expressions.text import read_date_time, read_json
from ivr_action.trace.expressions.values import collection

KINDS = {
    "string": "str", "boolean": "bln", "integer": "int", "decimal": "dec", "duration": "dur", "dateTime": "dtm",
    "json": "jsn", "queue": "que", "user": "usr", "group": "grp", "skill": "skl", "languageSkill": "lac",
    "prompt": "pmt", "communication": "com", "audio": "aud", "currency": "cur", "phoneNumber": "phn",
}  # fmt: skip
"""Type words of YAML (and of `Variable.type`) → the platform's type codes."""
_MILLISECONDS = {"ms": 1, "seconds": 1_000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
_LITERAL, _NONE = 1, 3


class Parameter(NamedTuple):
    """What a parameter holds."""

    text: str
    """As the file has it: the expression, the literal, the name."""
    value: Value | None
    """The constant; None where `text` is an expression."""


ABSENT = Parameter("", NotSet())
"""For what is not there, or says that it has no value."""


def kind_code(word: str) -> str:
    """`integerCollection` → `int_coll`; a word that is no type gives `any`."""
    if word.endswith("Collection"):
        return KINDS.get(word.removesuffix("Collection"), "any") + "_coll"
    return KINDS.get(word, "any")


def parameter(element: Any, kind: str = "") -> Parameter:
    """Read a parameter.

    Args:
        element: its place in the tree, of either format; None where it is absent.
        kind: type code that a YAML literal is meant to have, where that is known.
    """
    if element is None:
        return ABSENT
    if not isinstance(element, dict):
        if isinstance(element, list):
            return Parameter("", _literal(element, kind))
        return Parameter(text(element) or "", _literal(element, kind))
    if "defaultAudio" in element:
        element = element["defaultAudio"]
    if "text" in element and "type" in element:
        return _expression_object(element)
    return _wrapped(element, kind)


def _wrapped(element: Any, kind: str) -> Parameter:
    if "exp" in element:
        return _expression(text(element["exp"]) or "")
    if "lit" in element:
        return Parameter(_literal_text(element["lit"]), _literal(element["lit"], kind))
    if "tts" in element:
        spoken = text(element["tts"]) or ""
        return Parameter(spoken, Audio((Segment("text", spoken),)))
    if "var" in element:
        return _expression(text(element["var"]) or "")
    if "prompt" in element:
        name = _literal_text(element["prompt"])
        return Parameter(name, Resource("pmt", name))
    if "name" in element:
        name = _literal_text(element["name"])
        return Parameter(name, Resource(kind or "any", name))
    return Parameter("", NotSet(kind or "any"))


def variable(element: Any) -> str:
    """Name of the variable that a parameter binds a result to; empty where it binds none."""
    if isinstance(element, dict):
        if "var" in element:
            return text(element["var"]) or ""
        if "text" in element and "type" in element and _mode(element) != _NONE and "emp" not in _config(element):
            return text(element["text"]) or ""
        return ""
    return text(element) or "" if element is not None and is_scalar(element) else ""


def _expression(source: str) -> Parameter:
    return Parameter(source, None) if source.strip() else ABSENT


def _mode(element: Any) -> Any:
    meta = element.get("uiMetaData")
    return meta.get("mode") if isinstance(meta, dict) else None


def _config(element: Any) -> Any:
    found = element.get("config")
    return found if isinstance(found, dict) else {}


def _expression_object(element: Any) -> Parameter:
    source, kind, mode = text(element["text"]) or "", text(element["type"]) or "any", _mode(element)
    if mode == _NONE or "emp" in _config(element):
        return Parameter("", NotSet(kind))
    if mode != _LITERAL:
        return _expression(source) if source.strip() else Parameter("", NotSet(kind))
    if kind in ("com", "aud"):
        return Parameter(source, Audio((Segment("text", source),), kind))
    return Parameter(source, read_literal(source, kind))


def _literal_text(element: Any) -> str:
    if isinstance(element, dict):
        return next((text(value) or "" for value in element.values() if is_scalar(value)), "")
    return text(element) or "" if is_scalar(element) else ""


def _literal(element: Any, kind: str) -> Value:
    if isinstance(element, dict):
        if "name" in element:
            return Resource(kind or "any", text(element["name"]) or "")
        if element and all(key in _MILLISECONDS for key in element):
            return _duration(element)
        if "noValue" in element or not element:
            return NotSet(kind or "any")
        return Unknown(f"a literal with {', '.join(element)} is not read")
    if isinstance(element, list):
        base = kind.removesuffix("_coll")
        return collection(tuple(_item(item, base) for item in element))
    source = text(element)
    if source is None:
        return NotSet(kind or "any")
    if kind in ("", "any"):
        return from_python(typed(element))
    if kind == "dtm":
        return read_date_time(source)
    if kind == "jsn":
        return read_json(source) if source else NotSet("jsn")
    return read_literal(source, kind)


def _item(element: Any, kind: str) -> Value:
    found = parameter(element, kind)
    return found.value if found.value is not None else Unknown(f"{found.text} stands inside a literal")


def _duration(element: Any) -> Value:
    total = 0
    for unit, amount in element.items():
        number = typed(amount)
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            return Unknown(f"the duration {text(amount)!r} is no number")
        total += int(number * _MILLISECONDS[unit])
    return Duration(total)


def coerce(value: Value, kind: str) -> Value:
    """A value that a scenario gives, as the variable's type has it: `5` for a string is `"5"`, `"5"` for an integer
    is 5. What does not fit stays as it is."""
    if isinstance(value, (NotSet, Unknown)) or kind in ("any", ""):
        return value
    if kind == "str" and isinstance(value, (int, bool)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if kind == "jsn" and isinstance(value, (str, bool, int)):
        return Json(value)
    if kind in ("int", "bln", "dec", "dur", "dtm") and isinstance(value, str):
        read = read_date_time(value) if kind == "dtm" else read_literal(value, kind)
        return value if isinstance(read, Unknown) else read
    if kind in ("que", "usr", "grp", "skl", "lac", "pmt") and isinstance(value, str):
        return Resource(kind, value)
    return value
