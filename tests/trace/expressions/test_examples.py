"""The worked examples of Genesys' own SDK as table tests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr_action.trace.expressions import Cause, NotSet, Unknown, Value, evaluate, kind_of, names
from ivr_action.trace.expressions.comparison import equal
from tests.trace.expressions.examples import Example, examples, function_names, told
from tests.trace.expressions.not_reached import NOT_REACHED, PROSE_NOT_REACHED

LITERAL = [example for example in examples() if example.literal]
PROSE = [example for example in examples() if not example.literal]
UNDERSTOOD = [(example, value) for example in PROSE if (value := told(example.result)) is not None]


def computed(example: Example) -> Value:
    return evaluate(example.text, clock=lambda: datetime(2026, 1, 31, 12, tzinfo=UTC))


def same(found: Value, expected: Value) -> bool:
    """Equal and of one type; an error stands for any error."""
    if isinstance(expected, Unknown):
        return isinstance(found, Unknown) and found.cause is expected.cause
    if isinstance(expected, NotSet):
        return found == expected
    return kind_of(found) == kind_of(expected) and equal(found, expected) is True


def documented_result(example: Example) -> Value:
    return example.result if example.result.startswith("|") else evaluate(example.result)  # two texts lack quotes


@pytest.mark.parametrize("example", LITERAL, ids=lambda example: f"{example.text} is {example.result}"[:120])
def test_documented_result(example: Example) -> None:
    reached = same(computed(example), documented_result(example))
    assert reached is (example.text not in NOT_REACHED), computed(example)


@pytest.mark.parametrize(
    ("example", "expected"), UNDERSTOOD, ids=[f"{example.text}"[:120] for example, _ in UNDERSTOOD]
)
def test_result_told_in_words(example: Example, expected: Value) -> None:
    assert same(computed(example), expected) is (example.text not in PROSE_NOT_REACHED), computed(example)


def test_the_tables_are_whole() -> None:
    assert len(LITERAL) == 596
    assert len(PROSE) == 561
    assert len(UNDERSTOOD) >= 250


def test_every_listed_exception_is_an_example() -> None:
    assert NOT_REACHED.keys() <= {example.text for example in LITERAL}
    assert PROSE_NOT_REACHED.keys() <= {example.text for example, _ in UNDERSTOOD}
    assert len(NOT_REACHED) / len(LITERAL) < 0.03


@pytest.mark.parametrize("example", PROSE, ids=lambda example: example.text[:120])
def test_no_example_is_refused_by_the_types(example: Example) -> None:
    """Each documented call fits an overload: none is an error except where the words say so."""
    found = computed(example)
    if isinstance(found, Unknown) and "error" not in example.result:
        assert found.cause in (Cause.MISSING, Cause.UNSUPPORTED), found


def test_every_function_of_the_table_is_known() -> None:
    known = {name.lower() for name in names()}
    assert [name for name in function_names() if name.lower() not in known] == []
    assert len(function_names()) == 98
