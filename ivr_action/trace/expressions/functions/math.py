"""Ceiling, Floor, Round, Sum, Average."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from ivr_action.trace.expressions import arithmetic
from ivr_action.trace.expressions.arithmetic import Number
from ivr_action.trace.expressions.operators import duration
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.values import (
    Approximate,
    Cause,
    Collection,
    Currency,
    Duration,
    NotSet,
    Unknown,
    Value,
)


@function("Ceiling", "num", "cur")
def _ceiling(context: Context, value: Value) -> Value:
    return _integral(value, arithmetic.ceiling)


@function("Floor", "num", "cur")
def _floor(context: Context, value: Value) -> Value:
    return _integral(value, arithmetic.floor)


def _integral(value: Value, step: Callable[[Decimal], Decimal]) -> Value:
    """Integers stay as they are; decimals stay decimals; an amount keeps its code."""
    if isinstance(value, Currency):
        return _amount(value, lambda number: arithmetic.settle(number, step))
    if isinstance(value, (Decimal, Approximate)):
        return arithmetic.settle(value, step)
    return value


@function("Round", "dec", "cur", "dec int", "cur int")
def _round(context: Context, value: Value, places: int = 0) -> Value:
    if isinstance(value, Currency):
        return _amount(value, lambda number: arithmetic.rounded(number, places))
    if isinstance(value, (Decimal, Approximate)):
        return arithmetic.rounded(value, places)
    return value


def _amount(value: Currency, step: Callable[[Decimal], Decimal | Unknown]) -> Value:
    if value.amount is None:
        return Unknown("the amount is NOT_SET", Cause.ERROR)  # documented for Floor
    result = step(value.amount)
    return result if isinstance(result, Unknown) else Currency(result, value.code)


@function("Sum", "num? num?...", "cur? cur?...", "dur? dur?...", "coll")
def _sum(context: Context, *values: Value) -> Value:
    kind, items = _summands(values)
    if isinstance(kind, Unknown):
        return kind
    if kind == "cur":
        return _total_amount(items)[0]
    if kind == "dur":
        return duration(sum(item.milliseconds for item in items if isinstance(item, Duration)))
    total: Value = 0 if kind == "int" else Decimal(0)
    for item in items:
        if isinstance(total, (int, Decimal, Approximate)) and isinstance(item, (int, Decimal, Approximate)):
            total = arithmetic.calculate("+", total, item)
    return total


@function("Average", "num?...", "cur?...", "dur?...", "coll")
def _average(context: Context, *values: Value) -> Value:
    """NOT_SET values are skipped; with none left, the average is zero."""
    kind, items = _summands(values)
    if isinstance(kind, Unknown):
        return kind
    if kind == "cur":
        return _average_amount(items)
    if kind == "dur":
        return _average_duration(items)
    numbers: list[Number] = [item for item in items if isinstance(item, (int, Decimal, Approximate))]
    total: int | Decimal | Approximate | Unknown = Decimal(0)
    for number in numbers:
        if isinstance(total, Unknown):
            return total
        total = arithmetic.calculate("+", total, number)
    if isinstance(total, Unknown) or not numbers:
        return total
    return arithmetic.calculate("/", total, len(numbers))


def _summands(values: Sequence[Value]) -> tuple[str | Unknown, Sequence[Value]]:
    """The type that the values share, and the values; a decimal among integers makes the sum a decimal."""
    items: Sequence[Value] = values
    kinds = set()
    if len(values) == 1 and isinstance(values[0], Collection):
        items = values[0].items
        kinds = {values[0].kind}
    for item in items:
        if isinstance(item, Unknown):
            return item, ()
        if isinstance(item, NotSet):
            kinds.add(item.kind)
        elif isinstance(item, (Decimal, Approximate)):
            kinds.add("dec")
        elif isinstance(item, Currency):
            kinds.add("cur")
        elif isinstance(item, Duration):
            kinds.add("dur")
        else:
            kinds.add("int" if type(item) is int else "other")
    kinds.discard("any")
    if not kinds:
        return Unknown("the type of the sum cannot be told: every value is a bare NOT_SET"), ()
    if kinds == {"int", "dec"}:
        return "dec", items
    kind = kinds.pop()
    if kinds or kind not in ("int", "dec", "cur", "dur"):
        return Unknown("the values to add are not of one numeric type", Cause.ERROR), ()
    return kind, items


def _total_amount(items: Sequence[Value]) -> tuple[Value, int]:
    """The sum of amounts of one code and how many there were. NOT_SET ones count neither; with no currency at all the
    code is NOT_SET (documented)."""
    total, count = Decimal(0), 0
    codes = {item.code for item in items if isinstance(item, Currency)}
    if len(codes) > 1:
        return Unknown("amounts of different currencies cannot be added", Cause.ERROR), 0
    code = codes.pop() if codes else None
    for item in items:
        if isinstance(item, Currency) and item.amount is not None:
            added = arithmetic.calculate("+", total, item.amount)
            if not isinstance(added, Decimal):
                return Unknown("the total is too large", Cause.LIMIT), 0
            total, count = added, count + 1
    return Currency(total, code), count


def _average_amount(items: Sequence[Value]) -> Value:
    total, count = _total_amount(items)
    if not isinstance(total, Currency) or total.amount is None or not count:
        return total
    amount = arithmetic.calculate("/", total.amount, count)
    return Currency(amount, total.code) if isinstance(amount, Decimal) else Unknown("the average has no exact form")


def _average_duration(items: Sequence[Value]) -> Value:
    spans = [item.milliseconds for item in items if isinstance(item, Duration)]
    if not spans:
        return Duration(0)
    average, rest = divmod(sum(spans), len(spans))
    return Unknown("how an average of durations is rounded is not documented") if rest else duration(average)
