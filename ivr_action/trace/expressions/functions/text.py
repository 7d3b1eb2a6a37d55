"""Strings: FindString, Append, Left, Length, Lower, Replace, Split …"""

from __future__ import annotations

from ivr_action.trace.expressions import comparison
from ivr_action.trace.expressions.limits import MAX_ITEMS, MAX_TEXT
from ivr_action.trace.expressions.operators import join
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.text import too_long
from ivr_action.trace.expressions.values import Cause, Collection, NotSet, Unknown, Value

_WHITESPACE = " \t\r\n"
"""Documented for Trim, LTrim and RTrim."""


@function("Append", "str? str?...")
def _append(context: Context, *parts: Value) -> Value:
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if sum(map(len, texts)) <= MAX_TEXT else too_long()


@function("Append", "audio? audio?...")
def _append_audio(context: Context, *parts: Value) -> Value:
    return join(parts)


@function("Lower", "str")
def _lower(context: Context, text: str) -> Value:
    return text.lower()


@function("Upper", "str")
def _upper(context: Context, text: str) -> Value:
    return text.upper()


@function("Trim", "str")
def _trim(context: Context, text: str) -> Value:
    return text.strip(_WHITESPACE)


@function("LTrim", "str")
def _ltrim(context: Context, text: str) -> Value:
    return text.lstrip(_WHITESPACE)


@function("RTrim", "str")
def _rtrim(context: Context, text: str) -> Value:
    return text.rstrip(_WHITESPACE)


@function("Length", "str")
def _length(context: Context, text: str) -> Value:
    return _countable(text) or len(text)


@function("Left", "str int")
def _left(context: Context, text: str, length: int) -> Value:
    return _countable(text) or _not_negative("Left", length) or text[:length]


@function("Right", "str int")
def _right(context: Context, text: str, length: int) -> Value:
    return _countable(text) or _not_negative("Right", length) or (text[-length:] if length else "")


@function("Substring", "str int int")
def _substring(context: Context, text: str, start: int, length: int) -> Value:
    refused = _countable(text) or _not_negative("Substring", start) or _not_negative("Substring", length)
    return refused or text[start : start + length]


@function("Reverse", "str")
def _reverse(context: Context, text: str) -> Value:
    return _countable(text) or text[::-1]


@function("Replace", "str str str?")
def _replace(context: Context, text: str, sought: str, replacement: Value) -> Value:
    new = replacement if isinstance(replacement, str) else ""
    if not sought:
        return text
    size = len(text) + text.count(sought) * (len(new) - len(sought))
    return text.replace(sought, new) if size <= MAX_TEXT else too_long()


@function("Contains", "str str", "str str bln")
def _contains(context: Context, text: str, sought: str, ignore_case: bool = False) -> Value:
    return sought.lower() in text.lower() if ignore_case else sought in text


@function("FindString", "str str", "str str bln")
def _find_string(context: Context, text: str, sought: str, ignore_case: bool = False) -> Value:
    return _occurrence(text, sought, 1, ignore_case)


@function("FindString", "str str int", "str str int bln")
def _find_occurrence(context: Context, text: str, sought: str, number: int, ignore_case: bool = False) -> Value:
    return _occurrence(text, sought, number, ignore_case)


def _occurrence(text: str, sought: str, number: int, ignore_case: bool) -> Value:
    """The 0-based place of the n-th match, -1 without one. Blank text is found at 0 (documented for n = 1)."""
    refused = _countable(text)
    if refused:
        return refused
    if number < 1 or (not sought and number > 1):
        return Unknown(f"occurrence {number} is not documented")
    if ignore_case:
        folded, sought = text.lower(), sought.lower()
        if len(folded) != len(text):
            return Unknown("the place in text whose length depends on its case is not documented")
        text = folded
    apart, overlapping = _nth(text, sought, number, len(sought) or 1), _nth(text, sought, number, 1)
    return apart if apart == overlapping else Unknown("whether matches may overlap is not documented")


def _nth(text: str, sought: str, number: int, step: int) -> int:
    place = -step
    for _ in range(number):
        place = text.find(sought, place + step)
        if place < 0:
            break
    return place


@function("Compare", "str? str?", "str? str? bln")
def _compare(context: Context, left: Value, right: Value, ignore_case: bool = False) -> Value:
    """NOT_SET sorts before every string, the blank one included (documented)."""
    if isinstance(left, str) and isinstance(right, str):
        return comparison.compare_text(left, right, ignore_case)
    return int(isinstance(left, str)) - int(isinstance(right, str))


@function("Split", "str str")
def _split(context: Context, text: str, delimiter: str) -> Value:
    """A blank delimiter gives the characters (documented); of blank text, nothing is documented."""
    if not delimiter:
        if not text:
            return Unknown("splitting blank text by a blank delimiter is not documented")
        refused = _countable(text)
        if refused:
            return refused
    parts = text.split(delimiter) if delimiter else list(text)
    if len(parts) > MAX_ITEMS:
        return Unknown(f"the collection would have more than {MAX_ITEMS:,} items", Cause.LIMIT)
    return Collection("str", tuple(parts))


@function("DetectLanguage", "str? str?")
def _detect_language(context: Context, text: Value, default: Value) -> Value:
    """The default for NOT_SET or blank text (documented); the detection itself is a service of the platform."""
    if not isinstance(text, str) or not text.strip():
        return default if isinstance(default, str) else NotSet("str")
    return Unknown("detecting a language needs the platform's service", Cause.UNSUPPORTED)


def _countable(text: str) -> Unknown | None:
    """Characters beyond the Basic Multilingual Plane count one or two, depending on the platform's strings."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return None
    return Unknown("how the platform counts characters like emoji is not documented")


def _not_negative(name: str, number: int) -> Unknown | None:
    return Unknown(f"{name} with a negative number is not documented") if number < 0 else None
