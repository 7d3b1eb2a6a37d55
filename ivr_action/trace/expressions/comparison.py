"""Equality and order of values.

Equality: the SDK's notes on `==` and `AreEqual`. NOT_SET equals NOT_SET of whatever type (documented examples).
Order of strings: see `compare_text`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from ivr_action.trace.expressions import arithmetic
from ivr_action.trace.expressions.phone import identity
from ivr_action.trace.expressions.values import (
    Approximate,
    Cause,
    Collection,
    Currency,
    Duration,
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


def equal(left: Value, right: Value, ignore_case: bool = False) -> bool | Unknown:
    """Whether two values are equal; unknown for values of types that cannot be compared."""
    for value in (left, right):
        if isinstance(value, Unknown):
            return value
    if isinstance(left, NotSet) or isinstance(right, NotSet):
        return isinstance(left, NotSet) and isinstance(right, NotSet)
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower() if ignore_case else left == right
    numbers = _numbers(left, right)
    if numbers is not None:
        placed = arithmetic.compare(*numbers)
        return placed if isinstance(placed, Unknown) else placed == 0
    if isinstance(left, Collection) and isinstance(right, Collection):
        return _equal_items(left, right, ignore_case)
    if isinstance(left, Json) or isinstance(right, Json):
        return _equal_json(left, right) if isinstance(left, Json) else _equal_json(right, left)
    return _equal_others(left, right) if kind_of(left) == kind_of(right) else not_comparable(left, right)


def _equal_others(left: Value, right: Value) -> bool:
    if isinstance(left, PhoneNumber) and isinstance(right, PhoneNumber):
        return identity(left) == identity(right)
    if isinstance(left, Resource) and isinstance(right, Resource):
        return left.name.lower() == right.name.lower()  # lookups by name ignore case (documented for skills, users)
    return left == right


def _numbers(left: Value, right: Value) -> tuple[arithmetic.Number, arithmetic.Number] | None:
    if isinstance(left, bool) or isinstance(right, bool):
        return None
    if isinstance(left, (int, Decimal, Approximate)) and isinstance(right, (int, Decimal, Approximate)):
        return left, right
    return None


def _equal_items(left: Collection, right: Collection, ignore_case: bool) -> bool | Unknown:
    if len(left.items) != len(right.items):
        return False
    doubt: Unknown | None = None
    for first, second in zip(left.items, right.items, strict=True):
        same = equal(first, second, ignore_case)
        if same is False:
            return False
        if isinstance(same, Unknown):
            doubt = same
    return doubt or True


def _equal_json(left: Value, right: Value) -> bool | Unknown:
    """JSON beside another type: a scalar equals the value it holds (inferred); the rest cannot be compared."""
    if isinstance(left, Json) and isinstance(right, Json):
        return same_json(left.data, right.data)
    data = left.data if isinstance(left, Json) else None
    if isinstance(data, (str, bool, int, Decimal)):
        return equal(data, right)
    return not_comparable(left, right)


def same_json(left: JsonData, right: JsonData) -> bool:
    """Equality of JSON values, in which true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def not_comparable(left: Value, right: Value) -> Unknown:
    first, second = kind_name(kind_of(left)), kind_name(kind_of(right))
    return Unknown(f"{first} cannot be compared with {second}", Cause.ERROR)


def order(left: Value, right: Value) -> int | Unknown:
    """-1, 0 or 1 for two numbers, strings, date-times, durations or amounts of one currency."""
    numbers = _numbers(left, right)
    if numbers is not None:
        return arithmetic.compare(*numbers)
    if isinstance(left, str) and isinstance(right, str):
        return compare_text(left, right, ignore_case=False)
    if isinstance(left, datetime) and isinstance(right, datetime):
        return (left > right) - (left < right)
    if isinstance(left, Duration) and isinstance(right, Duration):
        return (left > right) - (left < right)
    if isinstance(left, Currency) and isinstance(right, Currency):
        if left.code != right.code:
            return Unknown("amounts of different currencies cannot be ordered", Cause.ERROR)
        if left.amount is None or right.amount is None:
            return Unknown("an amount that is NOT_SET cannot be ordered", Cause.ERROR)
        return arithmetic.compare(left.amount, right.amount)
    return not_comparable(left, right)


def compare_text(left: str, right: str, ignore_case: bool) -> int | Unknown:
    """-1, 0 or 1. `Compare("hello", "Hello")` is documented as -1 and `Compare("2", "10")` as 1: an alphabetical order
    in which case matters last, small before capital. Which alphabet's is not documented, so the answer is given for
    strings of ASCII letters, digits and spaces only, which every such order sorts alike."""
    if left == right:
        return 0
    if ignore_case and left.lower() == right.lower():
        return 0
    if not _plain(left) or not _plain(right):
        return Unknown("the order of text beyond ASCII letters, digits and spaces is not documented")
    first, second = left.lower(), right.lower()
    if first != second:
        return 1 if first > second else -1
    return 1 if left.swapcase() > right.swapcase() else -1


def _plain(text: str) -> bool:
    return text.isascii() and text.replace(" ", "").isalnum()
