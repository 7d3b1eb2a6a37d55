"""Conditions as expressions of Architect, by type; what has no words there is said, never written.

Sources: the functions and operators of Genesys' own scripting SDK (docs/expressions.md), and published flows. The type
of every part is known, since Architect refuses to compare text with a number where CEL would only say no.
"""

from __future__ import annotations

from collections.abc import Callable

from ivr_action.compile.cel import (
    Binary,
    Call,
    Choose,
    Expr,
    Lit,
    Member,
    Name,
    Unary,
    dotted,
)

STRING, INTEGER, DECIMAL, BOOLEAN = "string", "integer", "decimal", "boolean"
_NUMBERS = frozenset((INTEGER, DECIMAL))


class UnwritableError(ValueError):
    """Architect has no words for a part of a condition. The message is a part of a sentence."""


Lookup = Callable[[tuple[str, ...]], tuple[str, str]]
"""Parts of a name → what stands for it in Architect, and its type; raises UnwritableError."""


def write(tree: Expr, lookup: Lookup) -> str:
    """A condition as an expression that is true or false.

    Args:
        tree: with everything computed that is known beforehand.
        lookup: finds variables.

    Raises:
        UnwritableError: with what has no words.
    """
    said, kind = _Writer(lookup).write(tree)
    if kind != BOOLEAN:
        raise UnwritableError(f"`{said}` is {_a(kind)}, neither true nor false")
    return said


def quoted(text: str) -> str:
    """A text as a literal of an expression.

    Raises:
        UnwritableError: it holds a control character.
    """
    if any(ord(sign) < 32 for sign in text):
        raise UnwritableError("a text with a line break or another control character cannot be compared with")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Writer:
    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup

    def write(self, tree: Expr) -> tuple[str, str]:
        match tree:
            case Lit(value):
                return _literal(value)
            case Name() | Member():
                parts = dotted(tree)
                if parts:
                    return self.lookup(parts)
            case Unary("!", operand):
                return f"!{self.inner(operand, BOOLEAN)}", BOOLEAN
            case Unary("-", operand):
                said, kind = self.write(operand)
                return f"-{_bracketed(said, operand)}", _number(kind)
            case Binary("&&" | "||" as sign, left, right):
                return self.logical(sign, left, right), BOOLEAN
            case Binary("==" | "!=" as sign, left, right):
                return self.equality(sign, left, right), BOOLEAN
            case Binary("<" | "<=" | ">" | ">=" as sign, left, right):
                first, second = self.numbers(left, right)
                return f"{first[0]} {sign} {second[0]}", BOOLEAN
            case Binary("+" | "-" | "*" as sign, left, right):
                return self.arithmetic(sign, left, right)
            case Binary(sign, _, _):
                raise UnwritableError(f"`{sign}` has another meaning in Architect, or none")
            case Choose(condition, yes, no):
                return self.choose(condition, yes, no)
            case Call(function, arguments):
                return self.call(function, arguments)
        raise UnwritableError("a part of it has no words in Architect")

    def inner(self, tree: Expr, wanted: str) -> str:
        said, kind = self.write(tree)
        if kind != wanted:
            raise UnwritableError(f"`{said}` is {_a(kind)}, where {_a(wanted)} belongs")
        return _bracketed(said, tree)

    def logical(self, sign: str, left: Expr, right: Expr) -> str:
        word = "and" if sign == "&&" else "or"
        parts = []
        for side in (left, right):
            said, kind = self.write(side)
            if kind != BOOLEAN:
                raise UnwritableError(f"`{said}` is {_a(kind)}, neither true nor false")
            mixed = isinstance(side, Binary) and side.operator in ("&&", "||") and side.operator != sign
            parts.append(f"({said})" if mixed or isinstance(side, Choose) else said)
        return f"{parts[0]} {word} {parts[1]}"

    def equality(self, sign: str, left: Expr, right: Expr) -> str:
        for null, other in ((left, right), (right, left)):
            if isinstance(null, Lit) and null.value is None:
                said, _ = self.write(other)
                return f"{'!' if sign == '==' else ''}IsSet({said})"
        (first, kind), (second, other_kind) = self.write(left), self.write(right)
        if kind != other_kind and not {kind, other_kind} <= _NUMBERS:
            raise UnwritableError(f"{_a(kind)} (`{first}`) is compared with {_a(other_kind)} (`{second}`)")
        return f"{_bracketed(first, left)} {sign} {_bracketed(second, right)}"

    def numbers(self, left: Expr, right: Expr) -> tuple[tuple[str, str], tuple[str, str]]:
        found = []
        for side in (left, right):
            said, kind = self.write(side)
            if kind not in _NUMBERS:
                raise UnwritableError(f"`{said}` is {_a(kind)}, and only numbers have an order that both know")
            found.append((_bracketed(said, side), kind))
        return found[0], found[1]

    def arithmetic(self, sign: str, left: Expr, right: Expr) -> tuple[str, str]:
        if sign == "+":
            (first, kind), (second, other) = self.write(left), self.write(right)
            if kind == other == STRING:
                return f"{_bracketed(first, left)} + {_bracketed(second, right)}", STRING
        (first, kind), (second, other) = self.numbers(left, right)
        return f"{first} {sign} {second}", DECIMAL if DECIMAL in (kind, other) else INTEGER

    def choose(self, condition: Expr, yes: Expr, no: Expr) -> tuple[str, str]:
        (first, kind), (second, other) = self.write(yes), self.write(no)
        if kind != other:
            raise UnwritableError(f"`?` chooses between {_a(kind)} and {_a(other)}")
        return f"If({self.inner(condition, BOOLEAN)}, {first}, {second})", kind

    def call(self, function: str, arguments: tuple[Expr, ...]) -> tuple[str, str]:
        if function == "has" and len(arguments) == 1 and dotted(arguments[0]):
            return f"IsSet({self.lookup(dotted(arguments[0]))[0]})", BOOLEAN
        wanted = _FUNCTIONS.get(function)
        if wanted is None or len(arguments) != wanted:
            raise UnwritableError(f"`{function}` has no counterpart in Architect")
        said = []
        for argument in arguments:
            text, kind = self.write(argument)
            if kind != STRING:
                raise UnwritableError(f"`{function}` takes text, and `{text}` is {_a(kind)}")
            said.append(text)
        if function == "size":
            return f"Length({said[0]})", INTEGER
        if function == "contains":
            return f"Contains({said[0]}, {said[1]})", BOOLEAN
        side = "Left" if function == "startsWith" else "Right"
        return f"{side}({said[0]}, Length({said[1]})) == {_bracketed(said[1], arguments[1])}", BOOLEAN


_FUNCTIONS = {"size": 1, "contains": 2, "startsWith": 2, "endsWith": 2}


def _literal(value: object) -> tuple[str, str]:
    if isinstance(value, bool):
        return str(value).lower(), BOOLEAN
    if isinstance(value, str):
        return quoted(value), STRING
    if isinstance(value, int):
        return str(value), INTEGER
    if isinstance(value, float):
        said = format(value, "f") if abs(value) < 1e15 and value - value == 0 else ""
        if float(said or "nan") != value:
            raise UnwritableError(f"the number {value} has no short decimal form")
        return said.rstrip("0") + "0" if said.endswith(".000000") else said.rstrip("0"), DECIMAL
    raise UnwritableError("`null` can only be compared with")


def _number(kind: str) -> str:
    if kind not in _NUMBERS:
        raise UnwritableError(f"`-` takes a number, not {_a(kind)}")
    return kind


def _bracketed(said: str, tree: Expr) -> str:
    call = isinstance(tree, Call) and tree.function in ("startsWith", "endsWith")
    return f"({said})" if isinstance(tree, Binary) or call else said


def _a(kind: str) -> str:
    return {STRING: "text", INTEGER: "a number", DECIMAL: "a number"}.get(kind, "true or false")
