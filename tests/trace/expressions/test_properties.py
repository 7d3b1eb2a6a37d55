"""Whatever text comes: a tree or a syntax error, a value, and in bounded time."""

from __future__ import annotations

import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr_action.trace.expressions import (
    Audio,
    Collection,
    ExpressionSyntaxError,
    Json,
    Unknown,
    Value,
    evaluate,
    names,
    parse,
    walk,
)
from ivr_action.trace.expressions.limits import MAX_ITEMS, MAX_TEXT
from tests.trace.expressions.examples import examples

PIECES = (
    "Flow.x", "Flow.n", "Call.Ani", "1", "0", "-3", "2.5", "00", "9" * 30, '"a"', '"b\\"c"', "true", "NOT_SET", "and",
    "Or", "+", "-", "*", "/", "%", "^", "&", "|", "~", "!", "==", "!=", "<", "<=", ">", ">=", "?", ":", ".", ",", "(",
    ")", "[", "]", "{{k}}", '"', "'", "\\", "\n", " ", "é", "\N{GRINNING FACE}", "=", "#",
)  # fmt: skip
SCOPE: dict[str, Value] = {"Flow.x": "text", "Flow.n": 7, "Call.Ani": "tel:+13175550100", "Flow.j": Json({"a": [1]})}

soup = st.lists(st.sampled_from((*PIECES, *(f"{name}(" for name in names()))), max_size=40).map("".join)

LEAVES = st.sampled_from((
    "Flow.x", "Flow.n", "Flow.j", "Flow.missing", "Call.Ani", "Prompt.Hi", "Format.Date.shortYear", "1", "0", "-3",
    "2.5", "-0.0", "1000000000", "99999999999999999999", "0.0000001", '""', '"a b"', '"2009-01-10T06:30:00Z"', '"PT1H"',
    '"1.5|USD"', '"{}"', '"\N{GRINNING FACE}"', "true", "false", "NOT_SET", "ToInt(NOT_SET)", "MakeList()",
    'MakeCurrency(1.5, "USD")', "MakeDuration(0, 0, 0, -1, 5)", "MakeDateTime(2009, 1, 31)", "MakeList(1, 2)",
))  # fmt: skip


def _bigger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "%", "^", "&", "|", "==", "!=", "<", ">=", " and ", " or "])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda parts: f"({parts[0]}{parts[1]}{parts[2]})"),
        st.tuples(st.sampled_from(["-", "!", "~"]), inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"(({parts[0]}) ? {parts[1]} : {parts[2]})"),
        st.tuples(inner, st.sampled_from([".name", ".e164", "[0]", '["a"]', "[-1]"])).map(lambda p: f"({p[0]}){p[1]}"),
        st.tuples(st.sampled_from(names()), st.lists(inner, max_size=5)).map(lambda p: f"{p[0]}({', '.join(p[1])})"),
    )


wellformed = st.recursive(LEAVES, _bigger, max_leaves=12)


def parses(text: str) -> bool:
    try:
        tree = parse(text)
    except ExpressionSyntaxError as refused:
        error = refused
    else:
        assert all(0 <= node.offset <= len(text) for node in walk(tree))
        return True
    assert 0 <= error.offset <= len(text)
    assert error.line == text.count("\n", 0, error.offset) + 1
    assert error.column >= 1
    assert error.message
    return False


@given(st.text(max_size=60) | soup)
@settings(deadline=None)
@example('"\\')
@example("{{")
@example("&")
def test_parse_raises_nothing_but_a_syntax_error(text: str) -> None:
    if parses(text):
        evaluate(text, SCOPE)


@given(wellformed)
@settings(max_examples=400, deadline=None)
def test_valid_syntax_never_raises_and_values_are_bounded(text: str) -> None:
    assert parses(text)
    found = evaluate(text, SCOPE)
    assert isinstance(found, Value.__args__)
    if isinstance(found, str):
        assert len(found) <= MAX_TEXT
    if isinstance(found, Collection):
        assert len(found.items) <= MAX_ITEMS
    assert repr(found)


@given(st.sampled_from([example.text for example in examples()]), st.integers(0, 200), st.sampled_from(PIECES))
@settings(max_examples=300, deadline=None)
def test_damaged_examples_raise_nothing_but_a_syntax_error(text: str, place: int, piece: str) -> None:
    damaged = text[: place % (len(text) + 1)] + piece + text[place % (len(text) + 1) + 1 :]
    if parses(damaged):
        evaluate(damaged, SCOPE)


@given(wellformed)
@settings(max_examples=200, deadline=None)
def test_evaluation_is_deterministic(text: str) -> None:
    assert repr(evaluate(text, SCOPE)) == repr(evaluate(text, SCOPE))


def test_more_knowledge_never_changes_a_known_result() -> None:
    """What is computed without a variable's value is the same with any value."""

    @given(wellformed, st.sampled_from([True, False, 5, "a", Unknown("x")]))
    @settings(max_examples=300, deadline=None)
    def holds(text: str, value: Value) -> None:
        before = evaluate(text, SCOPE)
        if not isinstance(before, (Unknown, Audio)):
            assert evaluate(text, {**SCOPE, "Flow.missing": value}) == before

    holds()


def test_time_grows_with_the_length_of_the_text() -> None:
    """Ten times the text takes about ten times as long; thirty leaves room for a busy machine."""

    def seconds(count: int) -> float:
        text = "MakeList(" + ", ".join(f'If(Flow.x == "{number}", 1, 2)' for number in range(count)) + ")"
        start = time.perf_counter()
        evaluate(text, SCOPE)
        return time.perf_counter() - start

    seconds(10)
    assert min(seconds(1500) for _ in range(3)) < 30 * max(seconds(150), 0.001)


def test_hostile_texts_are_refused_fast() -> None:
    start = time.perf_counter()
    for text in (
        '"' + "\\" * 90_001,
        '"' + 'a\\"' * 30_000,
        "(" * 90_000,
        "((" + '"' * 90_001,
        "{{" * 45_000,
        "a." * 45_000,
    ):
        assert not parses(text)
    assert time.perf_counter() - start < 5
