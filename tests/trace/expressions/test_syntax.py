"""Trees of single expressions, and what a syntax error tells."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ivr_action.trace.expressions import (
    Binary,
    Call,
    Conditional,
    Empty,
    ExpressionSyntaxError,
    Index,
    Literal,
    Member,
    Reference,
    Unary,
    calls,
    parse,
    references,
    walk,
)
from ivr_action.trace.expressions.limits import MAX_DEPTH, MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("a / b * c", "(a / b) * c"),
        ("a - b - c", "(a - b) - c"),
        ("a == b or c == d", "(a == b) or (c == d)"),
        ("a or b and c", "a or (b and c)"),
        ("a > b == c > d", "(a > b) == (c > d)"),
        ("a + b >= c", "(a + b) >= c"),
        ("!a == b", "(!a) == b"),
        ("!a.b.c[0]", "!(a.b.c[0])"),
        ("-a * b", "(-a) * b"),
        ("2 ^ -1", "2 ^ (-1)"),
        ("a & b == c | d", "(a & b) == (c | d)"),
        ("a ? b : c ? d : e", "a ? b : (c ? d : e)"),
        ("a or b ? c : d", "(a or b) ? c : d"),
    ],
)
def test_operators_group_by_precedence(text: str, grouped: str) -> None:
    assert parse(text) == parse(grouped)


def test_a_dotted_name_is_a_reference_and_then_members() -> None:
    assert parse("Workitem.Workitem.status.name") == Member(Member(Reference("Workitem.Workitem"), "status"), "name")
    assert parse("Flow.list[1].id") == Member(Index(Reference("Flow.list"), Literal("1", 1)), "id")
    assert parse("Find(x).id") == Member(Call("Find", (Reference("x"),)), "id")


def test_words_of_the_language_can_be_names_of_variables() -> None:
    assert parse("Flow.and + Flow.true") == Binary("+", Reference("Flow.and"), Reference("Flow.true"))
    assert parse("Flow.order or Flow.notSet") == Binary("or", Reference("Flow.order"), Reference("Flow.notSet"))


def test_words_are_read_without_regard_to_case() -> None:
    assert parse("TRUE And nOt_SeT") == Binary("And", Literal("true", True), Literal("NOT_SET", None))


def test_a_sign_before_a_number_belongs_to_the_literal() -> None:
    assert parse("-1") == Literal("-1", -1)
    assert parse("-1.50") == Literal("-1.50", Decimal("-1.50"))
    assert parse("2 - 1") == Binary("-", Literal("2", 2), Literal("1", 1))
    assert parse("-(1)") == Unary("-", Literal("1", 1))
    assert parse("--1") == Unary("-", Literal("-1", -1))


def test_escapes_in_string_literals() -> None:
    assert parse(r'"say \"hi\" \\ \n"').value == 'say "hi" \\ \n'  # type: ignore[union-attr]
    assert parse('"two\nlines"').value == "two\nlines"  # type: ignore[union-attr]


def test_a_template_placeholder_inside_a_string_literal_is_text() -> None:
    assert parse('"call {{number}} or {{ a.b-c }}"').value == "call {{number}} or {{ a.b-c }}"  # type: ignore[union-attr]


def test_blank_text_is_empty() -> None:
    assert parse("") == parse(" \n\t") == Empty()


def test_conditional_and_its_position() -> None:
    tree = parse("a ? 1 : 2")
    assert tree == Conditional(Reference("a"), Literal("1", 1), Literal("2", 2))
    assert tree.offset == 2


def test_names_and_functions_used() -> None:
    tree = parse('If(Flow.a == flow.A, Append(Task.b.c, "x"), append(State.list[Task.i], Call.Ani))')
    assert references(tree) == ("Flow.a", "Task.b", "State.list", "Task.i", "Call.Ani")
    assert calls(tree) == ("If", "Append")
    assert sum(1 for _ in walk(tree)) == 13


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("1 +", 1, 4, "a value is missing"),
        ("Append(1", 1, 7, "this ( is not closed"),
        ("(a[1)", 1, 5, "']' is needed"),
        ("f(1))", 1, 5, "closes nothing"),
        ("f(1,, 2)", 1, 5, "a value is needed here"),
        ('"a" Flow.b', 1, 5, "an operator or a comma is missing before 'Flow'"),
        ('Append("a", "b)', 1, 13, "string literal is not closed"),
        ('say "hi"', 1, 5, "an operator or a comma is missing"),
        ("Flow.a = 1", 1, 8, "compared with =="),
        ("Flow.a && Flow.b", 1, 8, "write And"),
        ("Flow.a || Flow.b", 1, 8, "write Or"),
        ("Flow.a <> 1", 1, 8, "write !="),
        ("'text'", 1, 1, "straight double quotes"),
        ("\N{LEFT DOUBLE QUOTATION MARK}text\N{RIGHT DOUBLE QUOTATION MARK}", 1, 1, "straight double quotes"),
        ("{{number}} + 1", 1, 1, "{{number}} is a template placeholder outside a string literal"),
        ("a ? b", 1, 6, "an operator or : is missing"),
        ("a.", 1, 3, "the name of a property is missing"),
        ("If(\n  a,\n  b +* c\n)", 3, 6, "'*' is out of place"),
        ("a # b", 1, 3, "'#' is not part of the expression language"),
        ("#", 1, 1, "'#' is not part"),
    ],
)
def test_a_syntax_error_says_where_and_what(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message
    assert str(caught.value).startswith(f"line {line}, column {column}: ")


@pytest.mark.parametrize(
    "nested",
    ["!" * 5000 + "a", "f(" * 5000 + ")" * 5000, "a" + " + a" * 5000, "a" + ".b" * 5000, "a" + " ? a : a" * 5000],
)
def test_deep_nesting_is_a_clear_error(nested: str) -> None:
    with pytest.raises(ExpressionSyntaxError, match=f"nested more than {MAX_DEPTH} levels deep"):
        parse(nested)


def test_parentheses_alone_do_not_count_as_depth() -> None:
    assert parse("(" * 5000 + "a" + ")" * 5000) == Reference("a")


def test_the_deepest_tree_can_be_compared_printed_and_hashed() -> None:
    deepest = parse("!" * (MAX_DEPTH - 1) + "a")
    assert deepest.depth == MAX_DEPTH
    assert deepest == parse("! " * (MAX_DEPTH - 1) + "a")
    assert repr(deepest)
    assert hash(deepest)


def test_absurdly_long_text_is_refused() -> None:
    with pytest.raises(ExpressionSyntaxError, match="longer than"):
        parse('"' + "a" * MAX_LENGTH + '"')
