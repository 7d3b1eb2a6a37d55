"""ToBool, ToString, ToInt, ToDecimal, ToDateTime, ToDuration, ToPhoneNumber and the conversions to resources."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ivr_action.trace.expressions import arithmetic
from ivr_action.trace.expressions import text as texts
from ivr_action.trace.expressions.phone import phone_number
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.values import (
    Approximate,
    Cause,
    Collection,
    Currency,
    Duration,
    NotSet,
    Resource,
    Unknown,
    Value,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@function("ToString", "any?", "coll")
def _to_string(context: Context, value: Value) -> Value:
    return texts.to_text(value)


@function("ToString", "coll str", "coll str int")
def _joined(context: Context, values: Collection, separator: str, places: int | None = None) -> Value:
    return texts.list_text(values, separator, places)


@function("ToString", "dec? int", "cur? int", "coll int")
def _with_places(context: Context, value: Value, places: int) -> Value:
    return texts.to_text(value, places)


@function("ToBool", "num?", "str?", "bln?")
def _to_bool(context: Context, value: Value) -> Value:
    if isinstance(value, str):
        return texts.read_boolean(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, Decimal, Approximate)):
        return arithmetic.magnitude(value) != 0
    return NotSet("bln")


@function("ToInt", "num?", "str?", "bln?", "dur?")
def _to_int(context: Context, value: Value) -> Value:
    if isinstance(value, str):
        return texts.read_integer(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, Decimal, Approximate)):
        return arithmetic.to_integer(value)
    return value.milliseconds if isinstance(value, Duration) else NotSet("int")


@function("ToDecimal", "num?", "str?", "bln?", "cur?")
def _to_decimal(context: Context, value: Value) -> Value:
    if isinstance(value, str):
        return texts.read_decimal(value)
    if isinstance(value, (bool, int, Decimal)):
        return Decimal(value)
    if isinstance(value, Approximate):
        return value
    return value.amount if isinstance(value, Currency) and value.amount is not None else NotSet("dec")


@function("ToDateTime", "str?", "int?", "dtm?")
def _to_date_time(context: Context, value: Value) -> Value:
    """An integer counts seconds from 1970 (documented)."""
    if isinstance(value, str):
        return texts.read_date_time(value)
    if isinstance(value, int):
        try:
            return _EPOCH + timedelta(seconds=value)
        except OverflowError:
            return Unknown("the date is out of range", Cause.LIMIT)
    return value if isinstance(value, datetime) else NotSet("dtm")


@function("ToDuration", "str?", "int?", "dur?")
def _to_duration(context: Context, value: Value) -> Value:
    """An integer counts milliseconds (documented)."""
    if isinstance(value, str):
        return texts.read_duration(value)
    if isinstance(value, int):
        return Duration(value)
    return value if isinstance(value, Duration) else NotSet("dur")


@function("ToPhoneNumber", "str?", "phn?")
def _to_phone_number(context: Context, value: Value) -> Value:
    if isinstance(value, str):
        return phone_number(value)
    return NotSet("phn") if isinstance(value, NotSet) else value


def _resource(name: str, kind: str) -> None:
    """Text names a resource of the organisation. The platform raises an error if there is none; offline it is taken
    to exist, since the name alone is what a simulated call needs."""

    @function(name, "str?", f"{kind}?")
    def _body(context: Context, value: Value) -> Value:
        if isinstance(value, str):
            return Resource(kind, value)
        return NotSet(kind) if isinstance(value, NotSet) else value


_resource("ToSkill", "skl")
_resource("ToUser", "usr")
_resource("ToLanguageSkill", "lac")
_resource("ToQueue", "que")
_resource("ToGroup", "grp")
_resource("ToWrapupCode", "wrc")
_resource("ToScheduleGroup", "scg")
