"""If, AreEqual, IsSet, IsNotSetOrEmpty."""

from __future__ import annotations

from ivr_action.trace.expressions.comparison import equal
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.values import Collection, Currency, Json, NotSet, Unknown, Value


@function("If", "bln? every? every?")
def _if(context: Context, condition: Value, when_true: Value, when_false: Value) -> Value:
    """Registered for its name and its number of arguments: the evaluator itself evaluates the one branch taken."""
    return when_true if condition is True else when_false


@function("AreEqual", "bln str? str?...", "bln str_coll str_coll")
def _are_equal_text(context: Context, ignore_case: bool, first: Value, *others: Value) -> Value:
    return _all_equal(first, others, ignore_case)


@function("AreEqual", "every? every?...")
def _are_equal(context: Context, first: Value, *others: Value) -> Value:
    return _all_equal(first, others, False)


def _all_equal(first: Value, others: tuple[Value, ...], ignore_case: bool) -> Value:
    doubt: Unknown | None = None
    for other in others:
        same = equal(first, other, ignore_case)
        if same is False:
            return False
        if isinstance(same, Unknown):
            doubt = same
    return doubt or True


@function("IsSet", "every?")
def _is_set(context: Context, value: Value) -> Value:
    """A currency is set even when its amount and code are not (documented)."""
    return not isinstance(value, NotSet)


@function("IsNotSetOrEmpty", "every?")
def _is_not_set_or_empty(context: Context, value: Value) -> Value:
    if isinstance(value, NotSet):
        return True
    if isinstance(value, str):
        return not value
    if isinstance(value, Collection):
        return not value.items
    if isinstance(value, Currency):
        return value.amount is None  # documented for an amount that is NOT_SET
    if isinstance(value, Json) and value.data in (None, "", [], {}):
        return Unknown("whether blank JSON counts as empty is not documented")
    return False
