"""Values to text and back, as Architect writes them.

Source of the forms, unless a comment says "inferred": the worked examples of Genesys' own scripting SDK (tests/trace/
expressions/data), whose parameter notes also give the date-time pattern.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ivr_action.trace.expressions.arithmetic import Number, rounded, whole
from ivr_action.trace.expressions.limits import MAX_JSON_DEPTH, MAX_TEXT
from ivr_action.trace.expressions.values import (
    Approximate,
    Cause,
    Collection,
    Currency,
    Duration,
    EmailAddress,
    Json,
    JsonData,
    NotSet,
    PhoneNumber,
    Resource,
    Unknown,
    Value,
    kind_name,
    kind_of,
)

_DURATION = re.compile(
    r"(-?)P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,9}))?S)?)?", re.ASCII
)
_LITERAL_DURATION = re.compile(r"P(\d{1,9})D(\d{1,9})H(\d{1,9})M(\d{1,9})S(\d{1,9})F", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(Z|[+-]\d\d:\d\d)", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?", re.ASCII)
_JSON_BRACKET = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"', re.DOTALL)
_SHOWN_DIGITS = 15
"""Significant digits up to which every decimal type in use prints the same text."""


def to_text(value: Value, places: int | None = None) -> str | NotSet | Unknown:
    """ToString: text of a value, a decimal or an amount with `places` digits if given. NOT_SET stays NOT_SET."""
    if isinstance(value, (str, Unknown)):
        return value
    write = _WRITERS.get(type(value))
    if write is None:
        return Unknown(f"the text of {kind_name(kind_of(value))} is not documented")
    return write(value, places)


def _integer_text(value: int, places: int | None) -> str | Unknown:
    return str(value) if places is None else decimal_text(value, places)


def _prompt_or_name(value: Resource, places: int | None) -> str:
    """A prompt's name without its scope (documented for Prompt.Welcome), any other resource's name."""
    return value.name.rpartition(".")[2] if value.kind == "pmt" else value.name


def decimal_text(value: Number, places: int | None) -> str | Unknown:
    """At least one digit after the point (`-1.0`); trailing zeros beyond it are dropped (inferred from 8.0, 5.25)."""
    if places is not None:
        fixed = rounded(value, places)
        return fixed if isinstance(fixed, Unknown) else f"{fixed:f}"
    if isinstance(value, Approximate):
        return Unknown("how many digits an inexact decimal shows is not documented")
    exact = Decimal(value).normalize() if value else Decimal(0)
    if len(exact.as_tuple().digits) > _SHOWN_DIGITS or not -_SHOWN_DIGITS < exact.adjusted() < _SHOWN_DIGITS:
        return Unknown(f"the text of a decimal of more than {_SHOWN_DIGITS} digits is not documented")
    shown = f"{exact:f}"
    return shown if "." in shown else f"{shown}.0"


def duration_text(value: Duration) -> str | Unknown:
    """ISO 8601: `PT1H`, `-P9DT18H29M59.544S`; zero is `PT0S` (the form that ToDuration's example reads)."""
    seconds, thousandths = divmod(abs(value.milliseconds), 1000)
    if thousandths % 10 == 0 and thousandths:
        return Unknown("whether fractions of a second show trailing zeros is not documented")
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    shown = f"{second}.{thousandths:03d}" if thousandths else str(second)
    time = "".join(f"{part}{unit}" for part, unit in ((hour, "H"), (minute, "M")) if part)
    time += f"{shown}S" if second or thousandths or not value.milliseconds else ""
    return ("-" if value.milliseconds < 0 else "") + "P" + (f"{day}D" if day else "") + (f"T{time}" if time else "")


def _currency_text(value: Currency, places: int | None) -> str | Unknown:
    if value.amount is None:
        return f"|{value.code or ''}"
    if places is None and value.amount != rounded(value.amount, 2):
        return Unknown("an amount with more than two decimals has no documented text without a number of places")
    amount = decimal_text(value.amount, 2 if places is None else places)
    return amount if isinstance(amount, Unknown) else f"{amount}|{value.code or ''}"


def list_text(value: Collection, separator: str, places: int | None = None) -> str | Unknown:
    """Items joined by `separator` (a newline by default); a NOT_SET item is blank."""
    parts: list[str] = []
    size = 0
    for item in value.items:
        part = to_text(item, places)
        if isinstance(part, Unknown):
            return part
        parts.append("" if isinstance(part, NotSet) else part)
        size += len(parts[-1]) + len(separator)
        if size > MAX_TEXT:
            return too_long()
    return separator.join(parts)


def too_long() -> Unknown:
    return Unknown(f"the text would be longer than {MAX_TEXT:,} characters", Cause.LIMIT)


def json_text(value: Json) -> str | NotSet | Unknown:
    """A JSON string's text is its content: flows feed ToString(GetJsonObjectProperty(…)) into ToPhoneNumber. That
    scalars print as in JSON, and objects and arrays compactly, is not documented: unknown for the latter."""
    data = value.data
    if isinstance(data, str):
        return data
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, int):
        return str(data)
    return Unknown("the text of a JSON object, array, null or decimal is not documented")


def read_integer(text: str) -> int | NotSet | Unknown:
    """ToInt on a string. Blank gives NOT_SET; other than plain digits with a sign is an error at run time."""
    if not text.strip():
        return NotSet("int")
    if _INTEGER.fullmatch(text):
        return whole(int(text))
    return Unknown(f"ToInt cannot read {_shown(text)}", Cause.ERROR)


def read_decimal(text: str) -> Decimal | NotSet | Unknown:
    """ToDecimal on a string, as `read_integer`."""
    if not text.strip():
        return NotSet("dec")
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return Unknown(f"ToDecimal cannot read {_shown(text)}", Cause.ERROR)


def read_duration(text: str) -> Duration | Unknown:
    """`P1DT3H`, `-P1DT3H`, `PT1H15M30.250567S` (what is finer than a millisecond is dropped)."""
    match = _DURATION.fullmatch(text)
    if not match or text[-1] in "PT":
        return Unknown(f"ToDuration cannot read {_shown(text)}", Cause.ERROR)
    sign, day, hour, minute, second, fraction = match.groups()
    seconds = ((int(day or 0) * 24 + int(hour or 0)) * 60 + int(minute or 0)) * 60 + int(second or 0)
    milliseconds = seconds * 1000 + int(((fraction or "") + "000")[:3])
    return Duration(-milliseconds if sign else milliseconds)


def read_date_time(text: str) -> datetime | Unknown:
    """`YYYY-MM-DDThh:mm:ss` with `Z` or an offset; the result is in UTC. Other forms are not documented."""
    match = _DATE_TIME.fullmatch(text)
    if not match:
        return Unknown(f"ToDateTime on {_shown(text)}: only YYYY-MM-DDThh:mm:ss with Z or ±hh:mm is documented")
    zone = match[7]
    try:
        moment = datetime(*(int(part) for part in match.groups()[:6]), tzinfo=UTC)  # type: ignore[arg-type, misc]
        if zone != "Z":
            offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
            moment += -offset if zone[0] == "+" else offset
    except (ValueError, OverflowError):
        return Unknown(f"{_shown(text)} is not a date and time", Cause.ERROR)
    return moment


def read_currency(text: str) -> Currency | Unknown:
    """`5.00|USD`, `|EUR`, `5.00|`, `5.00`."""
    amount, _, code = text.partition("|")
    if not amount:
        return Currency(None, code or None) if "|" in text else Unknown("ToCurrency on blank text is not documented")
    if not _DECIMAL.fullmatch(amount):
        return Unknown(f"ToCurrency cannot read {_shown(text)}", Cause.ERROR)
    return Currency(Decimal(amount), code or None)


def read_boolean(text: str) -> bool | Unknown:
    """True, T, 1 and False, F, 0, whatever the case of the words; other text is in no example."""
    found = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(text.lower())
    return Unknown(f"ToBool on {_shown(text)} is not documented") if found is None else found


def read_json(text: str) -> Json | Unknown:
    """JsonParse: strict JSON (documented: not JavaScript's looser literals)."""
    if len(text) > MAX_TEXT:
        return too_long()
    if _json_depth(text) > MAX_JSON_DEPTH:
        return Unknown(f"JsonParse: nested more than {MAX_JSON_DEPTH} levels deep", Cause.LIMIT)
    try:
        data: JsonData = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, ArithmeticError):
        return Unknown(f"JsonParse: {_shown(text)} is not JSON", Cause.ERROR)
    return Json(data)


def _json_depth(text: str) -> int:
    depth = deepest = 0
    for match in _JSON_BRACKET.finditer(text):
        depth += 1 if match[0] in "[{" else -1 if match[0] in "]}" else 0
        deepest = max(deepest, depth)
    return deepest


def _no_constant(name: str) -> object:
    raise ValueError(name)


def read_literal(text: str, kind: str) -> Value:
    """A literal as a configuration document stores it in literal mode: raw text beside its type code, no expression.

    Durations are written `P0D0H10M0S0F`; that F counts milliseconds is inferred. Blank text is NOT_SET.
    """
    if kind == "str":
        return text
    if not text:
        return NotSet(kind)
    if kind == "bln":
        return read_boolean(text)
    if kind == "int":
        return read_integer(text)
    if kind == "dec":
        return read_decimal(text)
    if kind == "dur":
        match = _LITERAL_DURATION.fullmatch(text)
        if not match:
            return read_duration(text)
        day, hour, minute, second, thousandth = map(int, match.groups())
        return Duration((((day * 24 + hour) * 60 + minute) * 60 + second) * 1000 + thousandth)
    return Resource(kind, text)


_WRITERS: dict[type, Callable[..., str | NotSet | Unknown]] = {
    bool: lambda value, places: "true" if value else "false",
    int: _integer_text,
    Decimal: decimal_text,
    Approximate: decimal_text,
    datetime: lambda value, places: value.replace(microsecond=0, tzinfo=None).isoformat() + "Z",
    Duration: lambda value, places: duration_text(value),
    Currency: _currency_text,
    PhoneNumber: lambda value, places: value.uri,
    EmailAddress: lambda value, places: value.id,
    Resource: _prompt_or_name,
    Json: lambda value, places: json_text(value),
    Collection: lambda value, places: list_text(value, "\n", places),
    NotSet: lambda value, places: NotSet("str"),
}


def _shown(text: str) -> str:
    return json.dumps(text if len(text) <= 40 else text[:37] + "…", ensure_ascii=False)
