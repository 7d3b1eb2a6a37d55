"""The operators on values that are known. `And`, `Or` and `? :` decide what to evaluate: see the evaluator."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from ivr_action.trace.expressions import arithmetic
from ivr_action.trace.expressions.comparison import equal, order
from ivr_action.trace.expressions.limits import MAX_TEXT
from ivr_action.trace.expressions.text import too_long
from ivr_action.trace.expressions.values import (
    Approximate,
    Audio,
    Cause,
    Currency,
    Duration,
    NotSet,
    Resource,
    Segment,
    Unknown,
    Value,
    kind_name,
    kind_of,
)


def binary(operator: str, left: Value, right: Value) -> Value:
    """Apply `+ - * / % ^ & | == != < <= > >=`."""
    for operand in (left, right):
        if isinstance(operand, Unknown):
            return operand
    if operator == "==":
        return equal(left, right)
    if operator == "!=":
        same = equal(left, right)
        return same if isinstance(same, Unknown) else not same
    for operand in (left, right):
        if isinstance(operand, NotSet):
            return Unknown(f"an operand of {operator} is NOT_SET", Cause.ERROR)  # the SDK's table does not allow it
    if operator in ("<", "<=", ">", ">="):
        placed = order(left, right)
        if isinstance(placed, Unknown):
            return placed
        return {"<": placed < 0, "<=": placed <= 0, ">": placed > 0, ">=": placed >= 0}[operator]
    if operator in "&|":
        return _bits(operator, left, right)
    return _arithmetic(operator, left, right)


def unary(operator: str, operand: Value) -> Value:
    """Apply `-`, `!` or `~`."""
    if isinstance(operand, Unknown):
        return operand
    if isinstance(operand, NotSet):
        return Unknown(f"the operand of {operator} is NOT_SET", Cause.ERROR)
    if operator == "!" and isinstance(operand, bool):
        return not operand
    if not isinstance(operand, bool):
        if operator == "~" and isinstance(operand, int):
            return ~operand
        if operator == "-":
            return _negated(operand)
    return _refused(operator, operand)


def _negated(operand: Value) -> Value:
    if isinstance(operand, int):
        return arithmetic.whole(-operand)
    if isinstance(operand, Decimal):
        return operand.copy_negate() if operand else operand
    if isinstance(operand, Approximate):
        return Approximate(operand.value.copy_negate())
    if isinstance(operand, Duration):
        return Duration(-operand.milliseconds)
    if isinstance(operand, Currency) and operand.amount is not None:
        return Currency(-operand.amount if operand.amount else operand.amount, operand.code)
    return _refused("-", operand)


def _bits(operator: str, left: Value, right: Value) -> Value:
    if type(left) is int and type(right) is int:
        return left & right if operator == "&" else left | right
    return _refused(operator, left, right)


def _arithmetic(operator: str, left: Value, right: Value) -> Value:
    if _numeric(left) and _numeric(right):
        return arithmetic.calculate(operator, left, right)  # type: ignore[arg-type]
    if isinstance(left, Currency) or isinstance(right, Currency):
        return _money(operator, left, right)
    if operator == "+":
        if isinstance(left, str) and isinstance(right, str):
            return left + right if len(left) + len(right) <= MAX_TEXT else too_long()
        if _playable(left) and _playable(right):
            return join((left, right))
        if isinstance(left, Duration) and isinstance(right, datetime):
            left, right = right, left
    if operator in "+-" and isinstance(right, Duration):
        sign = 1 if operator == "+" else -1
        if isinstance(left, Duration):
            return duration(left.milliseconds + sign * right.milliseconds)
        if isinstance(left, datetime):
            return shift(left, sign * right.milliseconds)
    return _refused(operator, left, right)


def _money(operator: str, left: Value, right: Value) -> Value:
    """Amounts of one currency add and subtract; a number scales or divides an amount."""
    if isinstance(left, Currency) and isinstance(right, Currency):
        if operator not in "+-":
            return _refused(operator, left, right)
        if left.code != right.code:
            return Unknown("amounts of different currencies cannot be added", Cause.ERROR)
        return amount_of(left.code, operator, left.amount, right.amount)
    if isinstance(left, Currency) and operator in "*/%" and _numeric(right):
        return amount_of(left.code, operator, left.amount, right)
    if isinstance(right, Currency) and operator == "*" and _numeric(left):
        return amount_of(right.code, operator, left, right.amount)
    return _refused(operator, left, right)


def amount_of(code: str | None, operator: str, left: object, right: object) -> Value:
    """The amount that an operation gives; exact or unknown."""
    if not isinstance(left, (int, Decimal, Approximate)) or not isinstance(right, (int, Decimal, Approximate)):
        return Unknown("an amount is NOT_SET", Cause.ERROR)
    result = arithmetic.calculate(operator, left, right)
    if isinstance(result, Approximate):
        return Unknown("the amount has no exact decimal form")
    return result if isinstance(result, Unknown) else Currency(Decimal(result), code)


def duration(milliseconds: int) -> Duration | Unknown:
    """A duration, if it is not absurdly long."""
    if abs(milliseconds) >= 1 << 63:
        return Unknown("the duration is too long", Cause.LIMIT)
    return Duration(milliseconds)


def shift(moment: datetime, milliseconds: int) -> Value:
    """A date-time moved by a duration. Fractions of a second are not added (documented); which way a negative one is
    cut is not."""
    if milliseconds < 0 and milliseconds % 1000:
        return Unknown("subtracting a fraction of a second from a DateTime is not documented")
    try:
        return moment + timedelta(seconds=milliseconds // 1000)
    except OverflowError:
        return Unknown("the date is out of range", Cause.LIMIT)


def _numeric(value: Value) -> bool:
    return isinstance(value, (int, Decimal, Approximate)) and not isinstance(value, bool)


def _playable(value: Value) -> bool:
    return (isinstance(value, Audio) and value.kind == "aud") or (isinstance(value, Resource) and value.kind == "pmt")


def join(parts: tuple[Value, ...]) -> Value:
    """Audio values and prompts one after the other."""
    segments: list[Segment] = []
    for part in parts:
        if isinstance(part, Audio):
            segments += part.segments
        elif isinstance(part, Resource):
            segments.append(Segment("prompt", part.name))
        if len(segments) > MAX_TEXT:
            return too_long()
    return Audio(tuple(segments))


def _refused(operator: str, *operands: Value) -> Unknown:
    given = " and ".join(kind_name(kind_of(operand)) for operand in operands)
    return Unknown(f"{operator} does not take {given}", Cause.ERROR)
