"""Conditions of a node graph as trees: the part of CEL that can be computed beforehand or written in Architect.

`cel` itself gives no tree. That a condition is CEL at all is checked before, so a text that cannot be read here is one
that uses more of CEL than Architect has words for.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from ivr_action.compile.tokens import UnreadError, number, string, tokens

Scalar: TypeAlias = "str | int | float | bool | None"


class Lit(NamedTuple):
    """A literal."""

    value: Scalar


class Name(NamedTuple):
    """A variable, or a word for what the caller did."""

    name: str


class Member(NamedTuple):
    """`target.name`, and `target['name']`."""

    target: Expr
    name: str


class Call(NamedTuple):
    """`size(x)`, `x.startsWith(y)`: the target comes first."""

    function: str
    arguments: tuple[Expr, ...]


class Unary(NamedTuple):
    """`!` or `-`."""

    operator: str
    operand: Expr


class Binary(NamedTuple):
    """Any operator between two."""

    operator: str
    left: Expr
    right: Expr


class Choose(NamedTuple):
    """`condition ? yes : no`."""

    condition: Expr
    yes: Expr
    no: Expr


class Items(NamedTuple):
    """A list."""

    items: tuple[Expr, ...]


class Entry(NamedTuple):
    """Keys that a caller pressed, of which only their number is known."""

    size: int


class Broken(NamedTuple):
    """What CEL computes as an error, such as `'a' < 1`: never true."""


Expr: TypeAlias = "Lit | Name | Member | Call | Unary | Binary | Choose | Items | Entry | Broken"

_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_LOGICAL = 2
"""The first so many levels are `||` and `&&`."""
_MOST_DEPTH = 60


def parse(text: str) -> Expr:
    """The tree of a condition that is CEL.

    Raises:
        UnreadError: it uses more than is read here; the message is a part of a sentence.
    """
    parser = _Parser(tokens(text))
    found = parser.choice()
    if parser.at < len(parser.tokens):
        raise UnreadError(f"`{parser.tokens[parser.at][1]}` has no counterpart in Architect")
    return found


def names(tree: Expr) -> frozenset[str]:
    """Variables and caller's words in a tree."""
    found: set[str] = set()
    todo: list[Expr] = [tree]
    while todo:
        expr = todo.pop()
        if isinstance(expr, Name):
            found.add(expr.name)
        todo.extend(children(expr))
    return frozenset(found)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The trees right below a tree."""
    match expr:
        case Member(target, _):
            return (target,)
        case Call(_, parts) | Items(parts):
            return parts
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Choose(condition, yes, no):
            return (condition, yes, no)
    return ()


def dotted(expr: Expr) -> tuple[str, ...]:
    """`a.b.c` as its parts; empty for anything else."""
    parts: list[str] = []
    while isinstance(expr, Member):
        parts.append(expr.name)
        expr = expr.target
    return (expr.name, *reversed(parts)) if isinstance(expr, Name) else ()


def _balanced(operator: str, parts: list[Expr]) -> Expr:
    """`a && b && c && d` as `(a && b) && (c && d)`, which is the same and no deeper than need be."""
    while len(parts) > 1:
        pairs = [Binary(operator, *parts[at : at + 2]) for at in range(0, len(parts) - 1, 2)]
        parts = pairs + (parts[-1:] if len(parts) % 2 else [])
    return parts[0]


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        """The next operator or word; empty for a string, and at the end."""
        if self.at < len(self.tokens) and self.tokens[self.at][0] != "string":
            return self.tokens[self.at][1]
        return ""

    def accept(self, word: str) -> bool:
        if self.peek() != word:
            return False
        self.at += 1
        return True

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise UnreadError(f"`{word}` is missing")

    def choice(self) -> Expr:
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise UnreadError("it is nested too deeply")
        found = self.level(0)
        if self.accept("?"):
            yes = self.choice()
            self.expect(":")
            found = Choose(found, yes, self.choice())
        self.depth -= 1
        return found

    def level(self, place: int) -> Expr:
        if place == len(_LEVELS):
            return self.unary()
        found = [self.level(place + 1)]
        operators: list[str] = []
        while self.peek() in _LEVELS[place]:
            operators.append(self.tokens[self.at][1])
            self.at += 1
            found.append(self.level(place + 1))
        if place < _LOGICAL:
            return _balanced(operators[0], found) if operators else found[0]
        if len(operators) > _MOST_DEPTH:
            raise UnreadError("it is too long")
        tree = found[0]
        for operator, right in zip(operators, found[1:], strict=True):
            tree = Binary(operator, tree, right)
        return tree

    def unary(self) -> Expr:
        signs: list[str] = []
        while self.peek() in ("!", "-"):
            signs.append(self.tokens[self.at][1])
            self.at += 1
        found = self.member()
        if len(signs) > _MOST_DEPTH:
            raise UnreadError("it is too long")
        for sign in reversed(signs):
            value = found.value if isinstance(found, Lit) else None
            if sign == "-" and isinstance(value, (int, float)) and not isinstance(value, bool):
                found = Lit(-value)
            else:
                found = Unary(sign, found)
        return found

    def member(self) -> Expr:
        found = self.primary()
        first = self.at
        while True:
            if self.at - first > _MOST_DEPTH:
                raise UnreadError("it is too long")
            if self.accept("."):
                name = self.word()
                found = Call(name, (found, *self.arguments())) if self.accept("(") else Member(found, name)
            elif self.accept("["):
                index = self.choice()
                self.expect("]")
                if not isinstance(index, Lit) or not isinstance(index.value, str):
                    raise UnreadError("the items of a list have no counterpart here")
                found = Member(found, index.value)
            else:
                return found

    def word(self) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "name":
            self.at += 1
            return self.tokens[self.at - 1][1]
        raise UnreadError("a name is missing behind `.`")

    def arguments(self) -> tuple[Expr, ...]:
        found: list[Expr] = []
        while not self.accept(")"):
            found.append(self.choice())
            if not self.accept(","):
                self.expect(")")
                break
        return tuple(found)

    def primary(self) -> Expr:
        if self.at >= len(self.tokens):
            raise UnreadError("it ends too early")
        kind, word = self.tokens[self.at]
        self.at += 1
        if kind == "string":
            return Lit(string(word))
        if kind == "number":
            return Lit(number(word))
        if kind == "name":
            if word in _WORDS:
                return Lit(_WORDS[word])
            return Call(word, self.arguments()) if self.accept("(") else Name(word)
        if word == "(":
            found = self.choice()
            self.expect(")")
            return found
        if word == "[":
            items: list[Expr] = []
            while not self.accept("]"):
                items.append(self.choice())
                if not self.accept(","):
                    self.expect("]")
                    break
            return Items(tuple(items))
        raise UnreadError(f"`{word}` has no counterpart here")


_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}
