"""Currencies."""

from __future__ import annotations

from decimal import Decimal

from ivr_action.trace.expressions import text as texts
from ivr_action.trace.expressions.operators import amount_of
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.values import Cause, Collection, Currency, NotSet, Unknown, Value

_SYMBOLS = {"USD": "$", "EUR": "€"}
"""The two in the documented examples; a symbol can depend on the language, so others are not guessed."""


@function("MakeCurrency", "dec? str?")
def _make_currency(context: Context, amount: Value, code: Value) -> Value:
    return _currency(amount, code)


def _currency(amount: Value, code: Value) -> Value:
    if not isinstance(amount, (Decimal, NotSet)):
        return Unknown("the amount has no exact decimal form")
    return Currency(amount if isinstance(amount, Decimal) else None, code if isinstance(code, str) else None)


@function("MakeListCurrency", "dec_coll str?")
def _with_one_code(context: Context, amounts: Collection, code: Value) -> Value:
    return _all(amounts, (code,) * len(amounts.items))


@function("MakeListCurrency", "dec_coll str_coll")
def _with_codes(context: Context, amounts: Collection, codes: Collection) -> Value:
    if len(amounts.items) != len(codes.items):
        return Unknown("MakeListCurrency takes as many codes as amounts", Cause.ERROR)
    return _all(amounts, codes.items)


def _all(amounts: Collection, codes: tuple[Value, ...]) -> Value:
    made = tuple(_currency(amount, code) for amount, code in zip(amounts.items, codes, strict=True))
    return next((item for item in made if isinstance(item, Unknown)), Collection("cur", made))


@function("ToCurrency", "str?", "dec?", "cur?")
def _to_currency(context: Context, value: Value) -> Value:
    if isinstance(value, str):
        return texts.read_currency(value)
    if isinstance(value, NotSet):
        return NotSet("cur")
    return value if isinstance(value, Currency) else _currency(value, NotSet("str"))


@function("GetCurrencySymbol", "str", "cur?")
def _symbol(context: Context, value: Value) -> Value:
    code = value.code if isinstance(value, Currency) else value
    if isinstance(code, str) and code.upper() in _SYMBOLS:
        return _SYMBOLS[code.upper()]
    return Unknown(f"the symbol of {code if isinstance(code, str) else 'NOT_SET'} is not documented")


@function("ConvertCurrency", "cur? str?", "cur? str? dec")
def _convert(context: Context, source: Value, code: Value, rate: Value = Decimal(1)) -> Value:
    """The same amount times the rate, under the new code; a NOT_SET currency stays NOT_SET (documented)."""
    if not isinstance(source, Currency):
        return NotSet("cur")
    name = code if isinstance(code, str) else None
    return Currency(None, name) if source.amount is None else amount_of(name, "*", source.amount, rate)
