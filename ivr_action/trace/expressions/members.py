"""Properties and items: `a.b`, `a["b"]`, `list[0]`."""

from __future__ import annotations

from decimal import Decimal

from ivr_action.trace.expressions.phone import phone_property
from ivr_action.trace.expressions.values import (
    Cause,
    Collection,
    Constant,
    Currency,
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


def member(target: Value, name: str) -> Value:
    """A property of a value."""
    if isinstance(target, Unknown):
        return target
    if isinstance(target, NotSet):
        return Unknown(f"the property {name} of NOT_SET is not documented")
    if isinstance(target, Json):
        return json_member(target, name)
    if isinstance(target, Constant):
        return Constant(f"{target.name}.{name}")
    if isinstance(target, PhoneNumber):
        return phone_property(target, name)
    known = _properties(target)
    if name.lower() in known:
        return known[name.lower()]
    if isinstance(target, Resource):
        return Unknown(f"the {name} of {target.name!r} is kept in the organisation", Cause.MISSING)
    return Unknown(f"{kind_name(kind_of(target))} has no property {name} that is documented", Cause.UNSUPPORTED)


def _properties(target: Value) -> dict[str, Value]:
    if isinstance(target, Currency):
        amount = NotSet("dec") if target.amount is None else target.amount
        return {"amount": amount, "code": _text(target.code)}
    if isinstance(target, EmailAddress):
        return {"id": target.id, "name": _text(target.name)}
    return {"name": target.name} if isinstance(target, Resource) else {}


def item(target: Value, index: Value) -> Value:
    """`target[index]`."""
    for part in (target, index):
        if isinstance(part, Unknown):
            return part
    if isinstance(index, str):
        return member(target, index)
    if type(index) is not int:
        return Unknown(f"an index is an Integer or a name, not {kind_name(kind_of(index))}", Cause.ERROR)
    if isinstance(target, Json) and isinstance(target.data, list):
        return from_json(target.data[index]) if 0 <= index < len(target.data) else _outside(index, len(target.data))
    if isinstance(target, Collection):
        return target.items[index] if 0 <= index < len(target.items) else _outside(index, len(target.items))
    return Unknown(f"{kind_name(kind_of(target))} has no items", Cause.ERROR)


def json_member(target: Json, name: str) -> Value:
    """A property of a JSON object. Names are case-sensitive (documented); that a missing one is NOT_SET is inferred."""
    if not isinstance(target.data, dict):
        return Unknown(f"the JSON value is no object, so it has no property {name}", Cause.ERROR)
    return from_json(target.data[name]) if name in target.data else NotSet("jsn")


def from_json(data: JsonData) -> Value:
    """A part of a JSON value, which is JSON again; null reads as NOT_SET (inferred)."""
    return NotSet("jsn") if data is None else Json(data)


def to_json(value: Value) -> JsonData | Unknown:
    """The JSON form of a value, where it is plain."""
    if isinstance(value, Json):
        return value.data
    if isinstance(value, (str, bool, int, Decimal)):
        return value
    if isinstance(value, NotSet):
        return None
    if isinstance(value, Collection):
        parts: list[JsonData] = []
        for part in value.items:
            data = to_json(part)
            if isinstance(data, Unknown):
                return data
            parts.append(data)
        return parts
    return Unknown(f"the JSON form of {kind_name(kind_of(value))} is not documented")


def _text(value: str | None) -> Value:
    return NotSet("str") if value is None else value


def _outside(index: int, size: int) -> Unknown:
    return Unknown(f"index {index} is outside the collection of {size} items", Cause.ERROR)
