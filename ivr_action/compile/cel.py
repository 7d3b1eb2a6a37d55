"""Conditions of a node graph as trees: the part of CEL that can be computed beforehand or written in Architect.

`cel` itself gives no tree. That a condition is CEL at all is checked before, so a text that cannot be read here is one
that uses more of CEL than Architect has words for.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

Scalar: TypeAlias = "str | int | float | bool | None"


class UnreadError(ValueError):
    """The condition uses something of CEL that is not read here."""


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

_TOKEN = re.compile(
    r"""
    (?P<skip> \s+ | //[^\n]* )
  | (?P<string> (?P<prefix>[rRbB]{0,2}) (?: '''(?s:.*?)''' | \"\"\"(?s:.*?)\"\"\" | '(?:[^'\\\n]|\\.)*'
        | "(?:[^"\\\n]|\\.)*" ) )
  | (?P<number> 0[xX][0-9a-fA-F]+[uU]? | \d+(?:\.\d+)?(?:[eE][-+]?\d+)?[uU]? | \.\d+(?:[eE][-+]?\d+)? )
  | (?P<name> [A-Za-z_]\w* )
  | (?P<operator> == | != | <= | >= | && | \|\| | [-+*/%!<>?:.,()\[\]] )
    """,
    re.VERBOSE,
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_MOST_DEPTH = 60


def parse(text: str) -> Expr:
    """The tree of a condition that is CEL.

    Raises:
        UnreadError: it uses more than is read here; the message is a part of a sentence.
    """
    parser = _Parser(_tokens(text))
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


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadError(f"`{text[at]}` has no counterpart in Architect")
        if match.lastgroup != "skip":
            kind = "string" if match["string"] is not None else str(match.lastgroup)
            found.append((kind, match[0]))
        at = match.end()
    return found


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

    def level(self, number: int) -> Expr:
        if number == len(_LEVELS):
            return self.unary()
        found = self.level(number + 1)
        while self.peek() in _LEVELS[number]:
            operator = self.tokens[self.at][1]
            self.at += 1
            found = Binary(operator, found, self.level(number + 1))
        return found

    def unary(self) -> Expr:
        signs: list[str] = []
        while self.peek() in ("!", "-"):
            signs.append(self.tokens[self.at][1])
            self.at += 1
        found = self.member()
        for sign in reversed(signs):
            negative = sign == "-" and isinstance(found, Lit) and isinstance(found.value, (int, float))
            if negative and isinstance(found, Lit) and not isinstance(found.value, bool):
                found = Lit(-found.value)  # type: ignore[operator]
            else:
                found = Unary(sign, found)
        return found

    def member(self) -> Expr:
        found = self.primary()
        while True:
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
            return Lit(_string(word))
        if kind == "number":
            return Lit(_number(word))
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


def _number(token: str) -> int | float:
    bare = token.rstrip("uU")
    if bare[:2] in ("0x", "0X"):
        return int(bare, 16)
    return float(bare) if any(sign in bare for sign in ".eE") else int(bare)


_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|X[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _string(token: str) -> str:
    prefix = token[: len(token) - len(token.lstrip("rRbB"))]
    body = token[len(prefix) :]
    if "b" in prefix.lower():
        raise UnreadError("bytes have no counterpart in Architect")
    width = 3 if body[:3] in ("'''", '"""') and len(body) >= 6 else 1
    inner = body[width:-width]
    return inner if prefix else _ESCAPE.sub(_escape, inner)


def _escape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xXuU" and len(code) > 1:
        return chr(int(code[1:], 16))
    if len(code) == 3:
        return chr(int(code, 8))
    return _ESCAPED.get(code, code)
