"""Conditions at work: plain comparisons agree with CEL, and what nobody set is unknown."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import cel
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr_action.flow.conditions import check_condition
from ivr_action.trace.node_conditions import Guards

_NAMES = st.sampled_from(["a", "b", "dtmf", "speech"])
_TEXTS = ["", "1", "10", "2", "a", "b", "sales", "é", "Z", "z", " 1", "||", "&&", "default"]
_LITERALS = st.one_of(
    st.sampled_from(_TEXTS).map(lambda said: f"'{said}'"),
    st.sampled_from(_TEXTS).map(lambda said: f'"{said}"'),
    st.integers(0, 20).map(str),
    st.just("999999999999999"),
    st.sampled_from(["true", "false", "null"]),
)
_TERMS = st.one_of(
    _NAMES,
    _NAMES.map(lambda name: f"!{name}"),
    st.tuples(st.sampled_from(["", "!"]), _NAMES, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), _LITERALS).map(
        lambda parts: f"{parts[0]}{parts[1]} {parts[2]}{parts[3]}"
    ),
)
_VALUES = st.one_of(
    st.sampled_from(_TEXTS), st.integers(-3, 20), st.floats(-3, 20), st.booleans(), st.none(),
    st.integers(-(2**63), 2**63 - 1), st.just({"x": 1}), st.just([1]),
)  # fmt: skip


@st.composite
def plain_conditions(draw: st.DrawFn) -> str:
    terms = draw(st.lists(_TERMS, min_size=1, max_size=5))
    joints = draw(st.lists(st.sampled_from(["&&", " && ", "||", " || "]), min_size=5, max_size=5))
    return "".join(term + joint for term, joint in zip(terms, [*joints[: len(terms) - 1], ""], strict=True))


@given(plain_conditions(), st.fixed_dictionaries({"a": _VALUES, "b": _VALUES, "dtmf": _VALUES, "speech": _VALUES}))
@settings(max_examples=1500, deadline=None)
@example("a || b && dtmf", {"a": True, "b": False, "dtmf": False, "speech": ""})
@example("a == 1", {"a": True, "b": 0, "dtmf": 0, "speech": 0})
@example("!a != null", {"a": True, "b": 0, "dtmf": 0, "speech": 0})
def test_plain_comparisons_are_true_exactly_where_cel_says_so(text: str, values: dict[str, Any]) -> None:
    assert check_condition(text) is None
    test = Guards().get(text)
    assert "_evaluate" not in repr(test.run), "it went to CEL"
    try:
        expected = cel.evaluate(text, values) is True
    except (TypeError, RuntimeError, ValueError):
        expected = False
    assert test.run(values) is expected


@given(plain_conditions(), st.dictionaries(_NAMES, st.one_of(st.booleans(), st.sampled_from(["1", "a"]))), _VALUES)
@settings(max_examples=500, deadline=None)
def test_an_answer_without_a_variable_stays_the_same_whatever_it_is(
    text: str, values: dict[str, Any], value: Any
) -> None:
    test = Guards().get(text)
    result = test.run(values)
    if isinstance(result, bool):
        assert test.run({"a": value, "b": value, "dtmf": value, "speech": value} | values) is result


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("tier == 'gold'", {}, "nothing sets `tier`"),
        ("tier == 'gold' || vip", {"vip": True}, True),
        ("tier == 'gold' && vip", {"vip": False}, False),
        ("!vip", {}, "nothing sets `vip`"),
        ("size(tier) == 4", {}, "nothing sets `tier`"),
        ("size(tier) == 4", {"tier": "gold"}, True),
        ("size(tier) == 4", {"tier": 4}, False),
        ("invoice.found", {"invoice": {"found": True}}, True),
        ("invoice.amount > 0", {"invoice": {}}, "nothing sets the member `amount`"),
        ("invoice.found && invoice.amount > 0", {"invoice": {"found": False}}, False),
        ("has(invoice.amount)", {"invoice": {}}, False),
        ("[1, 2].exists(i, i == n)", {"n": 2}, True),
        ("noSuchFunction(1) == 1", {}, False),
        ("dtmf = '1'", {"dtmf": "1"}, False),
        ("tier == '{{tier}}'", {"tier": "gold"}, "`tier == '{{tier}}'` is a template that has no values yet"),
        ("true", {}, True),
        ("false", {}, False),
    ],
)
def test_what_nobody_set_is_unknown_and_an_error_is_not_true(text: str, values: Any, expected: bool | str) -> None:
    assert Guards().get(text).run(values) == expected


def test_one_context_follows_the_variables_from_question_to_question() -> None:
    tests = Guards()
    four, two = tests.get("size(a) == 4"), tests.get("size(a) + size(b) == 2")
    assert four.run({"a": "gold"}) is True
    assert two.run({"a": "x", "b": "y"}) is True
    assert four.run({"b": "y"}) == "nothing sets `a`"
    assert four.run({"a": "x"}) is False
    assert four.run({"a": "iron"}) is True


def test_each_text_is_compiled_once() -> None:
    tests = Guards()
    assert tests.get("size(a) == 1") is tests.get("size(a) == 1")


def test_plain_comparisons_do_not_import_cel() -> None:
    code = (
        "import sys\nfrom ivr_action.trace.node_conditions import Guards\n"
        "assert Guards().get(\"dtmf == '1' && vip || !x\").run({'dtmf': '1', 'vip': True}) is True\n"
        "assert 'cel' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
