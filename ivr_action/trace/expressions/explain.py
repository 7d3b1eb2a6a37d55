"""Words for a syntax error: what is wrong there, and what to write instead."""

from __future__ import annotations

import re

from lark.exceptions import UnexpectedInput, UnexpectedToken

from ivr_action.trace.expressions.errors import ExpressionSyntaxError, syntax_error
from ivr_action.trace.expressions.grammar import TERMINAL_NAMES

_NOT_CLOSED = 'this string literal is not closed: add a " at its end (a quote inside it is written \\")'
_STARTS_VALUE = {"STRING", "INTEGER", "DECIMAL", "TRUE", "FALSE", "NOT_SET", "NOT"}
_BRACKETS = {"(": ")", "[": "]"}
_SCAN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[()\[\]]', re.DOTALL)
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")


def explain(text: str, error: UnexpectedInput) -> ExpressionSyntaxError:
    """The error for what lark met, with a position inside `text`."""
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return _too_early(text, error)
    place: int | None = getattr(error, "pos_in_stream", None)  # lark's stubs declare it None
    offset = (error.token.start_pos if isinstance(error, UnexpectedToken) else place) or 0
    if text[offset : offset + 1] == '"' and not isinstance(error, UnexpectedToken):
        return syntax_error(text, offset, _NOT_CLOSED)
    hint = _known_mistake(text, offset)
    if hint:
        return syntax_error(text, *hint)
    if isinstance(error, UnexpectedToken):
        return _out_of_place(text, offset, error)
    return syntax_error(text, offset, f"{_quote(text[offset : offset + 1])} is not part of the expression language")


def _known_mistake(text: str, offset: int) -> tuple[int, str] | None:
    here = text[offset : offset + 2]
    before = text[offset - 1 : offset]
    placeholder = _PLACEHOLDER.match(text, offset)
    if placeholder:
        found = placeholder[0]
        return offset, f"{found} is a template placeholder outside a string literal; substitute it before parsing"
    if here[:1] in "'\N{LEFT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}":
        return offset, f'text is written between straight double quotes ("…"), not {here[:1]}'
    if here[:1] == "=":
        return offset, "= is not an operator; two values are compared with =="
    if here[:1] == "&" and before == "&":
        return offset - 1, "&& is not an operator; write And"
    if here[:1] == "|" and before == "|":
        return offset - 1, "|| is not an operator; write Or"
    if here == "<>" or (here[:1] == ">" and before == "<"):
        return offset - (before == "<"), "<> is not an operator; write !="
    return None


def _too_early(text: str, error: UnexpectedToken) -> ExpressionSyntaxError:
    opened = _open_bracket(text, len(text))
    if opened is not None and not error.accepts.isdisjoint({"RPAR", "RSQB"}):
        bracket = text[opened]
        return syntax_error(text, opened, f"this {bracket} is not closed: a {_BRACKETS[bracket]} is missing")
    return syntax_error(text, len(text), f"the expression ends too early: {_expected(error)} is missing")


def _out_of_place(text: str, offset: int, error: UnexpectedToken) -> ExpressionSyntaxError:
    found = str(error.token)
    if found in (")", "]"):
        opened = _open_bracket(text, offset)
        if opened is None:
            return syntax_error(text, offset, f"this {found} closes nothing: remove it or add the opening bracket")
        if _BRACKETS[text[opened]] != found:
            wanted = _BRACKETS[text[opened]]
            return syntax_error(text, offset, f"{_quote(found)} found where {_quote(wanted)} is needed")
    value_follows = error.token.type in _STARTS_VALUE | {"NAME"} or found == "("
    if value_follows and not _wants_value(error):
        return syntax_error(text, offset, f"an operator or a comma is missing before {_quote(found)}")
    return syntax_error(text, offset, f"{_quote(found)} is out of place: {_expected(error)} is needed here")


def _wants_value(error: UnexpectedToken) -> bool:
    return bool(error.accepts & _STARTS_VALUE)


def _expected(error: UnexpectedToken) -> str:
    if _wants_value(error):
        return "a value" + (" or )" if "RPAR" in error.accepts else "")
    if error.accepts == {"NAME"}:
        return "the name of a property"
    for wanted in ("COLON", "RPAR", "RSQB"):
        if wanted in error.accepts:
            return "an operator or " + TERMINAL_NAMES[wanted]
    return "an operator"


def _open_bracket(text: str, end: int) -> int | None:
    """The innermost bracket opened before `end` and not closed there; brackets inside string literals do not count."""
    opened: list[int] = []
    for match in _SCAN.finditer(text, 0, end):
        found = match[0]
        if found in _BRACKETS:
            opened.append(match.start())
        elif found in (")", "]") and opened:
            opened.pop()
    return opened[-1] if opened else None


def _quote(found: str) -> str:
    shown = found if len(found) <= 40 else found[:37] + "…"
    return shown if shown.startswith('"') else f"'{shown}'"
