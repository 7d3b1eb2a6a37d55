"""Numbers: 64-bit integers and exact decimals.

The platform's types are Long and Decimal (its SDK's operator table). The precision of its Decimal is not documented:
a result that has no exact form within 34 digits is `Approximate`, and what depends on its digits is `Unknown`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
)

from ivr_action.trace.expressions.limits import MAX_PLACES
from ivr_action.trace.expressions.values import Approximate, Cause, Unknown

Number = int | Decimal | Approximate

_LONG = 1 << 63
_CONTEXT = Context(prec=34, Emax=6144, Emin=-6143, traps=[])
_WIDE = Context(prec=400, Emax=6144, Emin=-6143, traps=[])
_NEAR = Decimal("1e-12")
_LARGEST_SHOWN = 18
"""Digits before the point that a decimal may have to be turned into an integer or a text."""


def whole(value: int) -> int | Unknown:
    """An integer result, if it fits the platform's 64-bit Long."""
    if -_LONG <= value < _LONG:
        return value
    return Unknown("the number does not fit a 64-bit integer", Cause.LIMIT)


def magnitude(value: Number) -> Decimal:
    """The number as a decimal, exact or not."""
    return value.value if isinstance(value, Approximate) else Decimal(value)


def calculate(operator: str, left: Number, right: Number) -> int | Decimal | Approximate | Unknown:
    """`+ - * / % ^` on two numbers. Integers stay integers except under `/` and `^`, which give decimals."""
    if isinstance(left, int) and isinstance(right, int) and operator in "+-*%":
        return _on_integers(operator, left, right)
    first, second = magnitude(left), magnitude(right)
    if (operator in "/%" and not second) or (operator == "^" and not first and second < 0):
        return Unknown(f"division by zero ({operator})", Cause.ERROR)
    context = _CONTEXT.copy()
    if operator == "^":
        result = _power(context, first, second)
    elif operator == "%":
        if first and (first < 0) != (second < 0):
            return _unknown_sign()
        result = context.remainder(first, second)
    else:
        step = {"+": context.add, "-": context.subtract, "*": context.multiply, "/": context.divide}[operator]
        result = step(first, second)
    inexact = isinstance(left, Approximate) or isinstance(right, Approximate) or context.flags[Inexact]
    return _checked(context, result, bool(inexact))


def _on_integers(operator: str, left: int, right: int) -> int | Unknown:
    if operator == "%":
        if not right:
            return Unknown("division by zero (%)", Cause.ERROR)
        return left % right if (left < 0) == (right < 0) or not left % right else _unknown_sign()
    if operator == "+":
        return whole(left + right)
    return whole(left - right if operator == "-" else left * right)


def _unknown_sign() -> Unknown:
    return Unknown("the remainder for operands of different sign is not documented")


def _power(context: Context, base: Decimal, exponent: Decimal) -> Decimal:
    result = context.power(base, exponent)
    if context.flags[Inexact] and result.is_finite():
        # The library calls every root inexact; squaring tells the exact ones (81 ^ 0.5).
        root = context.plus(result).normalize(Context(prec=30, traps=[]))
        check = _WIDE.copy()
        if check.power(root, 2) == check.power(base, check.multiply(exponent, Decimal(2))) and not check.flags[Inexact]:
            context.clear_flags()
            return root
    return result


def _checked(context: Context, result: Decimal, inexact: bool) -> Decimal | Approximate | Unknown:
    if not result.is_finite():
        if context.flags[InvalidOperation] or context.flags[DivisionByZero]:
            return Unknown("the operation has no numeric result", Cause.ERROR)
        return Unknown("the result is too large", Cause.LIMIT)
    return Approximate(result) if inexact else result


def settle(value: Number, step: Callable[[Decimal], Decimal]) -> Decimal | Unknown:
    """Apply a rounding `step`, if an approximate value leaves no doubt about its outcome."""
    exact = magnitude(value)
    if exact.adjusted() > _LARGEST_SHOWN:
        return Unknown("the number is too large to round", Cause.LIMIT)
    result = step(exact)
    if isinstance(value, Approximate):
        slack = abs(exact) * _NEAR
        if not step(exact - slack) == result == step(exact + slack):
            return Unknown("the result depends on digits of an inexact decimal")
    return result


def floor(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_FLOOR)


def ceiling(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_CEILING)


def truncate(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_DOWN)


def to_integer(value: Number) -> int | Unknown:
    """The integer part (ToInt's documented examples: 3.7 → 3, -5.7 → -5)."""
    if isinstance(value, int):
        return whole(value)
    part = settle(value, truncate)
    return part if isinstance(part, Unknown) else whole(int(part))


def rounded(value: Number, places: int) -> Decimal | Unknown:
    """Round half up, as the documented examples do (3.225, 2 → 3.23). A negative tie is in none of them."""
    if not 0 <= places <= MAX_PLACES:
        return Unknown(f"rounding to {places} digits is outside what is documented")
    quantum = Decimal(1).scaleb(-places)
    exact = magnitude(value)
    if exact.adjusted() > _LARGEST_SHOWN:
        return Unknown("the number is too large to round", Cause.LIMIT)
    if exact < 0 and _WIDE.copy().remainder(exact, quantum) * -2 == quantum:
        return Unknown("which way a negative tie rounds is not documented")
    return settle(value, lambda number: number.quantize(quantum, ROUND_HALF_UP, _WIDE.copy()))


def compare(left: Number, right: Number) -> int | Unknown:
    """-1, 0 or 1; unknown where an inexact operand is too close to tell."""
    first, second = magnitude(left), magnitude(right)
    if isinstance(left, Approximate) or isinstance(right, Approximate):
        context = _CONTEXT.copy()
        if abs(context.subtract(first, second)) <= context.multiply(max(abs(first), abs(second)), _NEAR):
            return Unknown("the comparison depends on digits of an inexact decimal")
    return (first > second) - (first < second)
