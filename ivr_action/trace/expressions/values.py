"""What an expression evaluates to: Architect's types as plain Python values.

A string is `str`, a Boolean `bool`, an integer `int`, a decimal `Decimal` (exact), a date-time an aware
`datetime` in UTC. The rest are the frozen classes below. The codes of `kind_of` are the platform's own, as found in
configuration documents (`str`, `int`, `dur`, `str_coll` …).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias


class Cause(StrEnum):
    """Why a value is unknown."""

    MISSING = "missing"
    """Nobody supplied it: a variable, the clock, an organisation's queue. A scenario can."""
    UNSUPPORTED = "unsupported"
    """A function or a property that this evaluator cannot compute offline."""
    UNDOCUMENTED = "undocumented"
    """The platform's answer is not documented, and would have to be guessed."""
    ERROR = "error"
    """The platform raises an error at run time (or its editor refuses the types); there is no value."""
    LIMIT = "limit"
    """A bound of `limits` was met."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value, with the reason. It passes through every operation that needs the value."""

    reason: str
    cause: Cause = Cause.UNDOCUMENTED


@dataclass(frozen=True, slots=True)
class NotSet:
    """NOT_SET, with the type it was given (`any` for a bare one)."""

    kind: str = "any"


@dataclass(frozen=True, slots=True)
class Approximate:
    """A decimal that has no exact decimal form (1/3). Its magnitude is known, its digits are not: how many the
    platform keeps is not documented. Whatever depends on them comes out as `Unknown`."""

    value: Decimal


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time, in whole milliseconds; negative ones exist."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class Currency:
    """An amount of money. Amount and code can each be NOT_SET (None)."""

    amount: Decimal | None
    code: str | None


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A phone number or SIP address, by its `uri` property (`tel:+13175550100`, `sip:john@example.com`)."""

    uri: str


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`id` is the address itself; `name` can be NOT_SET (None)."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """Something an organisation owns, by name: a queue (`que`), skill (`skl`), user (`usr`), prompt (`pmt`) …"""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """One of the language's own constants, by its dotted name: `Format.Date.shortYear`."""

    name: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of what the caller hears or reads.

    `kind`: `text` (spoken or shown as it is), `prompt` (a prompt's name), `blank` (milliseconds), `ssml`, or `value`:
    the text form of a value whose wording depends on language and prompts. `style` tells which function or format
    made it.
    """

    kind: str
    content: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Audio:
    """What is played (`aud`) or sent (`com`), part by part. No parts: blank."""

    segments: tuple[Segment, ...]
    kind: str = "aud"
    barge_in: bool | None = None


JsonData: TypeAlias = "bool | int | Decimal | str | list[JsonData] | dict[str, JsonData] | None"


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON value. Whoever holds one must not change the lists and maps inside it."""

    data: JsonData = field(hash=False)


@dataclass(frozen=True, slots=True)
class Collection:
    """A list of values of one type; `kind` is the items' (`any` where none tells)."""

    kind: str
    items: tuple[Value, ...]


Value: TypeAlias = (
    str | bool | int | Decimal | datetime | Approximate | Duration | Currency | PhoneNumber | EmailAddress
    | Resource | Constant | Audio | Json | Collection | NotSet | Unknown
)  # fmt: skip

_KINDS: dict[type, str] = {
    str: "str", bool: "bln", int: "int", Decimal: "dec", Approximate: "dec", datetime: "dtm", Duration: "dur",
    Currency: "cur", PhoneNumber: "phn", EmailAddress: "cpx_email_address", Json: "jsn", Constant: "constant",
    Unknown: "unknown",
}  # fmt: skip

KIND_NAMES = {
    "str": "String", "bln": "Boolean", "int": "Integer", "dec": "Decimal", "dtm": "DateTime", "dur": "Duration",
    "cur": "Currency", "phn": "PhoneNumber", "cpx_email_address": "EmailAddress", "jsn": "JSON", "aud": "Audio",
    "com": "Communication", "pmt": "Prompt", "que": "Queue", "skl": "Skill", "lac": "Language Skill", "usr": "User",
    "grp": "Group", "wrc": "Wrap-up Code", "constant": "constant", "any": "NOT_SET",
}  # fmt: skip


def kind_of(value: Value) -> str:
    """The platform's type code of a value."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    if isinstance(value, Collection):
        return f"{value.kind}_coll"
    return value.kind if isinstance(value, (Resource, Audio, NotSet)) else "any"


def kind_name(kind: str) -> str:
    """`Integer collection` for `int_coll`: for messages."""
    if kind.endswith("_coll"):
        return f"{KIND_NAMES.get(kind[:-5], kind[:-5])} collection"
    return KIND_NAMES.get(kind, kind)


def is_number(value: Value) -> bool:
    """An integer or a decimal (a Boolean is neither)."""
    return isinstance(value, (int, Decimal, Approximate)) and not isinstance(value, bool)


def from_python(data: object) -> Value:
    """A value from what YAML or JSON files hold. A float becomes the decimal it prints as; None is NOT_SET; a list
    whose items share a type is a collection; a mapping is JSON. Anything else is unknown."""
    if isinstance(data, (str, bool, int, Decimal, *_CLASSES)):
        return data
    if isinstance(data, float):
        return Decimal(repr(data)) if data - data == 0 else Unknown(f"{data} is not a number", Cause.ERROR)
    if data is None:
        return NotSet()
    if isinstance(data, datetime):
        aware = data if data.tzinfo else data.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0)
    if isinstance(data, timedelta):
        return Duration(data // timedelta(milliseconds=1))
    if isinstance(data, Mapping):
        return Json(_json(data))
    if isinstance(data, Sequence):
        return collection(tuple(from_python(item) for item in data))
    return Unknown(f"a {type(data).__name__} has no counterpart in Architect", Cause.ERROR)


_CLASSES = (
    Approximate, Duration, Currency, PhoneNumber, EmailAddress, Resource, Constant, Audio, Json, Collection, NotSet,
    Unknown,
)  # fmt: skip


def collection(items: tuple[Value, ...]) -> Value:
    """A collection of items of one type; bare NOT_SET items take it, integers become decimals beside decimals."""
    kinds = {kind_of(item) for item in items} - {"any", "unknown"}
    if kinds == {"int", "dec"}:
        items = tuple(Decimal(item) if type(item) is int else item for item in items)
        kinds = {"dec"}
    if len(kinds) > 1:
        named = " and ".join(sorted(kind_name(kind) for kind in kinds))
        return Unknown(f"a collection holds one type, not {named}", Cause.ERROR)
    kind = kinds.pop() if kinds else "any"
    return Collection(kind, tuple(NotSet(kind) if isinstance(item, NotSet) else item for item in items))


def _json(data: object) -> JsonData:
    if isinstance(data, Mapping):
        return {str(key): _json(item) for key, item in data.items()}
    if isinstance(data, (str, bool, int, Decimal)) or data is None:
        return data
    if isinstance(data, float):
        return Decimal(repr(data))
    if isinstance(data, Sequence):
        return [_json(item) for item in data]
    return str(data)
