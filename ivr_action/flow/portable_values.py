"""One value of an Architect flow in the same words for both formats.

`lit …` a literal, `exp …` an expression or the variable to fill, `tts …` a text to speak, `prompt …` a prompt.
Nothing (`noValue`, an empty expression) is no value at all.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ivr_action.flow.document import text

_UNITS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1_000, "ms": 1}
_DURATION = re.compile(r"P(\d+)D(\d+)H(\d+)M(\d+)S(\d+)F")
_OPTIONS = re.compile(r"\s*AudioPlaybackOptions\s*\((.*),\s*true\s*\)\s*", re.DOTALL | re.IGNORECASE)
_TTS = re.compile(r'\s*ToAudioTTS\s*\(\s*"((?:[^"\\]|\\.)*)"\s*\)\s*', re.DOTALL | re.IGNORECASE)
_PROMPT = re.compile(r"\s*(?:ToAudio\s*\(\s*)?(Prompt(?:System)?\.\w+)\s*\)?\s*", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LITERAL, _ABSENT = 1, 3
"""`uiMetaData.mode` of a configuration document."""


def is_wrapped(value: Any) -> bool:
    """True for YAML's `{lit: …}` and its like."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _WRAPPERS


def yaml_value(value: dict[str, Any]) -> str | None:
    """Of a wrapped YAML value; None where it is nothing, or a structure (which the caller walks)."""
    ((wrapper, inner),) = value.items()
    if wrapper in ("noValue", "none"):
        return None
    if wrapper == "lit":
        return _literal_of(inner)
    said = _clean(text(inner) or "")
    if not said.strip():
        return None
    if wrapper == "tts":
        return f"tts {said.strip()}"
    return expression(said)


def _literal_of(inner: Any) -> str | None:
    if isinstance(inner, dict):
        if len(inner) == 1 and "name" in inner:
            return literal(text(inner["name"]) or "")
        if inner and inner.keys() <= _UNITS.keys():
            return duration([(text(inner[unit]) or "0", unit) for unit in inner])
        return None
    return None if isinstance(inner, list) else literal(text(inner) or "")


def configuration_value(value: dict[str, Any]) -> str | None:
    """Of an expression object of a configuration document; None where it is nothing."""
    said = _clean(text(value.get("text")) or "")
    mode = _mode(value)
    if mode == _ABSENT:
        return None
    if mode == _LITERAL:
        match = _DURATION.fullmatch(said) if value.get("type") == "dur" else None
        if match is not None:
            return duration(list(zip(match.groups(), _UNITS, strict=True)))
        return literal(said) if said or value.get("type") == "str" else None
    return expression(said) if said.strip() else None


def _mode(value: dict[str, Any]) -> Any:
    meta = value.get("uiMetaData")
    return meta.get("mode") if isinstance(meta, dict) else None


class Digits(NamedTuple):
    """How many digits a caller enters; None for what is not said."""

    least: str | None
    most: str | None
    terminating: str | None
    """The key that ends them."""


def digits(value: Any) -> Digits | None:
    """How many digits a caller enters, as YAML has it: `{exact: 4}`, `{min: 1, max: 3}`, or the latter under `range`;
    None for anything else. Source: published flows, some of them in both formats."""
    inner = value.get("range", value) if isinstance(value, dict) and len(value) == 1 else value
    if not isinstance(inner, dict) or not set(inner) <= {"exact", "min", "max", "terminatingDtmf"}:
        return None
    least, most = (text(inner.get("exact", inner.get(end))) for end in ("min", "max"))
    return Digits(least, most, text(inner.get("terminatingDtmf")))


def literal(said: str) -> str:
    """A literal; of a prompt's name only the name, since configuration documents leave its scope out."""
    said = _clean(said)
    for scope in ("PromptSystem.", "Prompt."):
        said = said.removeprefix(scope)
    return f"lit {said}"


def duration(parts: list[tuple[str, str]]) -> str | None:
    """A literal duration, however it is divided up: `lit 90 s`."""
    try:
        total = sum(int(number) * _UNITS[unit] for number, unit in parts)
    except ValueError:
        return "lit " + " ".join(f"{number} {unit}" for number, unit in parts)
    seconds, rest = divmod(total, 1000)
    return f"lit {seconds}.{rest:03} s" if rest else f"lit {seconds} s"


def expression(said: str) -> str:
    """An expression; one that only plays a text or a prompt is that text or prompt."""
    said = said.strip()
    options = _OPTIONS.fullmatch(said)
    if options is not None:
        said = options[1].strip()
    match = _TTS.fullmatch(said)
    if match is not None:
        return f"tts {_ESCAPE.sub(_unescape, match[1]).strip()}"
    match = _PROMPT.fullmatch(said)
    return f"prompt {match[1]}" if match is not None else f"exp {said}"


def _unescape(match: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1])


def _clean(said: str) -> str:
    return said.replace("\r\n", "\n").replace("\r", "\n") if "\r" in said else said


_WRAPPERS = frozenset(("lit", "exp", "tts", "var", "prompt", "noValue", "none"))
