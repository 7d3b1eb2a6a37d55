"""Turns the parser's reductions into nodes, bottom up, with no intermediate tree."""

from __future__ import annotations

import re
from decimal import Decimal

from lark import Token, Transformer, v_args

from ivr_action.trace.expressions.errors import DepthError
from ivr_action.trace.expressions.limits import MAX_DEPTH
from ivr_action.trace.expressions.tree import (
    Binary,
    Call,
    Conditional,
    Empty,
    Index,
    Literal,
    Member,
    Node,
    Reference,
    Unary,
)

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
MAX_INTEGER_DIGITS = 19
"""A longer literal cannot be a 64-bit integer; it is kept as a decimal, exactly, and refused when evaluated."""


class _Name(Reference):
    """A single word whose role (a reference of its own, or a scope before a dot) shows only later."""


@v_args(inline=True)
class Builder(Transformer[Token, Node]):
    """One method per alternative of the grammar; the names are the grammar's."""

    def empty(self) -> Node:
        return Empty()

    def name(self, word: Token) -> Node:
        return _Name(str(word), _start(word))

    def group(self, inner: Node) -> Node:
        return _settled(inner)

    def start(self, inner: Node) -> Node:
        return _settled(inner)

    def string(self, token: Token) -> Node:
        text = token[1:-1]
        if "\\" in text:
            text = _ESCAPE.sub(_unescape, text)
        return Literal(str(text), str(text), _start(token))

    def integer(self, token: Token) -> Node:
        digits = str(token)
        short = len(digits.lstrip("0")) <= MAX_INTEGER_DIGITS
        return Literal(digits, int(digits) if short else Decimal(digits), _start(token))

    def decimal(self, token: Token) -> Node:
        return Literal(str(token), Decimal(token), _start(token))

    def boolean(self, token: Token) -> Node:
        value = token.lower() == "true"
        return Literal("true" if value else "false", value, _start(token))

    def not_set(self, token: Token) -> Node:
        return Literal("NOT_SET", None, _start(token))

    def unary(self, operator: Token, operand: Node) -> Node:
        offset = _start(operator)
        if operator == "-" and isinstance(operand, Literal) and operand.offset == offset + 1:
            value = operand.value
            if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and operand.text[0] != "-":
                negative = -value if isinstance(value, int) else value.copy_negate()
                return Literal(f"-{operand.text}", negative, offset)
        operand = _settled(operand)
        return Unary(str(operator), operand, offset, _height(offset, operand))

    def binary(self, left: Node, operator: Token, right: Node) -> Node:
        left, right, offset = _settled(left), _settled(right), _start(operator)
        return Binary(str(operator), left, right, offset, _height(offset, left, right))

    def conditional(self, condition: Node, question: Token, yes: Node, _colon: Token, no: Node) -> Node:
        condition, yes, no, offset = _settled(condition), _settled(yes), _settled(no), _start(question)
        return Conditional(condition, yes, no, offset, _height(offset, condition, yes, no))

    def member(self, target: Node, dot: Token, word: Token) -> Node:
        if isinstance(target, _Name):
            return Reference(f"{target.name}.{word}", target.offset)
        offset = _start(dot)
        return Member(target, str(word), offset, _height(offset, target))

    def index(self, target: Node, bracket: Token, index: Node) -> Node:
        target, index, offset = _settled(target), _settled(index), _start(bracket)
        return Index(target, index, offset, _height(offset, target, index))

    def call(self, word: Token, *arguments: Node) -> Node:
        settled, offset = tuple(map(_settled, arguments)), _start(word)
        return Call(str(word), settled, offset, _height(offset, *settled))


def _start(token: Token) -> int:
    return token.start_pos or 0


def _settled(node: Node) -> Node:
    return Reference(node.name, node.offset) if isinstance(node, _Name) else node


def _height(offset: int, *children: Node) -> int:
    height = 1 + max((child.depth for child in children), default=0)
    if height > MAX_DEPTH:
        raise DepthError(offset)
    return height


def _unescape(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[1])
