"""Computes of a condition what is known before a call: which key was pressed, whether the caller was silent.

CEL's own rules: `&&` and `||` do not mind an error on one side where the other side decides; values of two types are
never equal, and have no order.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from ivr_action.compile.cel import (
    Binary,
    Broken,
    Call,
    Choose,
    Entry,
    Expr,
    Items,
    Lit,
    Member,
    Name,
    Unary,
)

TRUE, FALSE = Lit(True), Lit(False)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def simplify(tree: Expr, known: Mapping[str, Expr]) -> Expr:
    """A condition with what is known put in and computed as far as that goes.

    Args:
        tree: the condition; its depth is bounded by the reader.
        known: names with their values.
    """
    match tree:
        case Name(name):
            return known.get(name, tree)
        case Member(target, name):
            inner = simplify(target, known)
            return Broken() if isinstance(inner, (Lit, Entry, Broken)) else Member(inner, name)
        case Unary(sign, operand):
            return _unary(sign, simplify(operand, known))
        case Binary(sign, left, right):
            return _binary(sign, simplify(left, known), simplify(right, known))
        case Choose():
            return _choose(tree, known)
        case Items(items):
            return Items(tuple(simplify(item, known) for item in items))
        case Call(function, arguments):
            return _call(function, tuple(simplify(argument, known) for argument in arguments))
    return tree


def decided(tree: Expr) -> Expr:
    """A condition as far as it matters whether it is true: an error in it is as good as false there."""
    if isinstance(tree, Binary) and tree.operator in ("&&", "||"):
        left, right = decided(tree.left), decided(tree.right)
        if tree.operator == "&&":
            return Broken() if is_never(left) or is_never(right) else Binary("&&", left, right)
        if is_never(left):
            return right
        return left if is_never(right) else Binary("||", left, right)
    return tree


def is_true(tree: Expr) -> bool:
    """Whether it holds, whatever the variables."""
    return isinstance(tree, Lit) and tree.value is True


def is_never(tree: Expr) -> bool:
    """Whether it cannot hold, whatever the variables: false, an error, or no Boolean."""
    return isinstance(tree, Broken) or (isinstance(tree, Lit) and tree.value is not True)


def _choose(tree: Choose, known: Mapping[str, Expr]) -> Expr:
    found = simplify(tree.condition, known)
    if isinstance(found, Lit) and isinstance(found.value, bool):
        return simplify(tree.yes if found.value else tree.no, known)
    if isinstance(found, (Lit, Broken)):
        return Broken()
    return Choose(found, simplify(tree.yes, known), simplify(tree.no, known))


def _logical(sign: str, deciding: bool, left: Expr, right: Expr) -> Expr:
    for side in (left, right):
        if isinstance(side, Lit) and side.value is deciding:
            return Lit(deciding)
    left, right = (Broken() if isinstance(side, Lit) and not isinstance(side.value, bool) else side
                   for side in (left, right))  # fmt: skip
    if isinstance(left, Lit):
        return right
    if isinstance(right, Lit):
        return left
    # An error beside what is not known stays where it is: `!(error || x)` is not true where x is false.
    return left if isinstance(left, Broken) and isinstance(right, Broken) else Binary(sign, left, right)


def _unary(sign: str, operand: Expr) -> Expr:
    if isinstance(operand, Lit):
        value = operand.value
        if sign == "!":
            return Lit(not value) if isinstance(value, bool) else Broken()
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return Lit(-value)
        return Broken()
    if isinstance(operand, (Broken, Entry)):
        return Broken()
    return Unary(sign, operand)


def _binary(sign: str, left: Expr, right: Expr) -> Expr:
    if sign in ("&&", "||"):
        return _logical(sign, sign == "||", left, right)
    return _compared(sign, left, right)


def _compared(sign: str, left: Expr, right: Expr) -> Expr:
    if isinstance(left, Broken) or isinstance(right, Broken):
        return Broken()
    if sign == "in":
        return _within(left, right)
    if isinstance(left, Entry) or isinstance(right, Entry):
        return _with_entry(sign, left, right)
    if not isinstance(left, Lit) or not isinstance(right, Lit):
        return Binary(sign, left, right)
    first, second = left.value, right.value
    kind = _kind(first)
    if sign in ("==", "!="):
        same = kind == _kind(second) and first == second
        return Lit(same is (sign == "=="))
    if kind != _kind(second) or kind == "null":
        return Broken()
    if sign in _ORDER:
        return Lit(_ORDER[sign](first, second))
    if sign == "+" and kind == "text":
        return Lit(str(first) + str(second))
    if kind == "number" and sign in "+-*":
        return Lit({"+": operator.add, "-": operator.sub, "*": operator.mul}[sign](first, second))
    return Binary(sign, left, right) if kind == "number" else Broken()


def _with_entry(sign: str, left: Expr, right: Expr) -> Expr:
    """A comparison with keys of which only the number is known."""
    entry, other = (left, right) if isinstance(left, Entry) else (right, left)
    assert isinstance(entry, Entry)  # noqa: S101
    if isinstance(other, Lit):
        if not isinstance(other.value, str):
            return FALSE if sign == "==" else TRUE if sign == "!=" else Broken()
        if sign in ("==", "!=") and len(other.value) != entry.size:
            return Lit(sign == "!=")
    return Binary(sign, left, right)


def _within(left: Expr, right: Expr) -> Expr:
    """`x in [a, b]` as comparisons joined by `||`."""
    if not isinstance(right, Items):
        return Binary("in", left, right)
    found: Expr = FALSE
    for item in right.items:
        found = _logical("||", True, found, _compared("==", left, item))
    return found


def _call(function: str, arguments: tuple[Expr, ...]) -> Expr:
    if any(isinstance(argument, Broken) for argument in arguments):
        return Broken()
    if function == "size" and len(arguments) == 1:
        (only,) = arguments
        if isinstance(only, Entry):
            return Lit(only.size)
        if isinstance(only, Lit):
            return Lit(len(only.value)) if isinstance(only.value, str) else Broken()
    if function in _TEXT and len(arguments) == 2:
        left, right = arguments
        if isinstance(left, Lit) and isinstance(right, Lit):
            if isinstance(left.value, str) and isinstance(right.value, str):
                return Lit(_TEXT[function](left.value, right.value))
            return Broken()
        if isinstance(left, Entry) and isinstance(right, Lit):
            if not isinstance(right.value, str):
                return Broken()
            if len(right.value) > left.size:
                return FALSE
    return Call(function, arguments)


_TEXT: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
}


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number" if isinstance(value, (int, float)) else "null"
