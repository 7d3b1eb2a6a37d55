"""Conditions: read as trees, computed as far as is known, written in Architect's words with the same answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_action.compile.cel import Binary, Call, Entry, Expr, Lit, Member, Name, Unary, parse
from ivr_action.compile.expressions import UnwritableError, write
from ivr_action.compile.partial import decided, is_never, is_true, simplify
from ivr_action.compile.tokens import UnreadError
from ivr_action.trace.expressions import evaluate
from ivr_action.trace.node_conditions import Guards

TYPES = {"tier": "string", "count": "integer", "rate": "decimal", "vip": "boolean", "dtmf": "string"}


def lookup(path: tuple[str, ...]) -> tuple[str, str]:
    name = "_".join(path)
    if name not in TYPES:
        raise UnwritableError(f"nothing sets `{'.'.join(path)}`")
    return f"Flow.{name}", TYPES[name]


def said(condition: str, **known: Expr) -> str:
    return write(decided(simplify(parse(condition), known)), lookup)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a.b == 'x'", Binary("==", Member(Name("a"), "b"), Lit("x"))),
        ("a['b'] < -1.5", Binary("<", Member(Name("a"), "b"), Lit(-1.5))),
        ("!vip && size(dtmf) == 8u", Binary("&&", Unary("!", Name("vip")),
                                            Binary("==", Call("size", (Name("dtmf"),)), Lit(8)))),
        ("tier.startsWith(\"g\\\"o\\u0041\")", Call("startsWith", (Name("tier"), Lit('g"oA')))),
        ("r'a\\n' == '''b''' // both", Binary("==", Lit("a\\n"), Lit("b"))),
        ("1 + 2 * 3 == 0x7", Binary("==", Binary("+", Lit(1), Binary("*", Lit(2), Lit(3))), Lit(7))),
    ],
)  # fmt: skip
def test_a_condition_is_read_as_a_tree(text: str, tree: Expr) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text", ["[1, 2][0] == 1", "b'x' == y", "a ? b", "{1: 2}", "a == ", "(" * 100 + "a" + ")" * 100]
)
def test_what_is_not_read_is_refused(text: str) -> None:
    with pytest.raises(UnreadError):
        parse(text)


def test_a_long_condition_needs_no_stack() -> None:
    long = " || ".join(["count == 1 && vip"] * 90)
    assert said(long).count(" or ") == 89
    with pytest.raises(UnreadError, match="too long"):
        parse("+".join("1" * 900) + " == 1")


KEY = {"dtmf": Lit("1"), "timeout": Lit(False)}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("dtmf == '1'", True),
        ("dtmf == '2' || timeout", False),
        ("dtmf < 2", False),
        ("!(dtmf < 2)", False),
        ("dtmf < 2 || dtmf == '1'", True),
        ("vip && dtmf == '2'", False),
        ("dtmf in ['1', '2']", True),
        ("dtmf.startsWith('1') && size(dtmf) == 1", True),
        ("dtmf", False),
        ("dtmf == 1", False),
        ("dtmf == '1' ? timeout : true", False),
    ],
)
def test_what_is_known_is_computed(text: str, answer: bool) -> None:
    found = decided(simplify(parse(text), KEY))
    assert (is_true(found), is_never(found)) == (answer, not answer)
    assert Guards().get(text).run({"dtmf": "1", "timeout": False, "vip": True}) is answer


def test_keys_of_which_only_the_number_is_known() -> None:
    keys = {"dtmf": Entry(3)}
    assert is_true(simplify(parse("size(dtmf) == 3"), keys))
    assert is_never(simplify(parse("dtmf == '12'"), keys))
    assert is_never(simplify(parse("dtmf.startsWith('1234')"), keys))
    open_ = simplify(parse("dtmf == '123'"), keys)
    assert not is_true(open_)
    assert not is_never(open_)


@pytest.mark.parametrize(
    ("condition", "expression"),
    [
        ("tier == 'gold' && count > 2 || vip", '(Flow.tier == "gold" and Flow.count > 2) or Flow.vip'),
        ("!(vip && count == 1)", "!(Flow.vip and Flow.count == 1)"),
        ("tier in ['a', 'b']", 'Flow.tier == "a" or Flow.tier == "b"'),
        ("size(tier) == 8", "Length(Flow.tier) == 8"),
        ("tier.contains('ol')", 'Contains(Flow.tier, "ol")'),
        ("tier.startsWith('go')", 'Left(Flow.tier, Length("go")) == "go"'),
        ("tier.endsWith('ld')", 'Right(Flow.tier, Length("ld")) == "ld"'),
        ("rate < 1.5", "Flow.rate < 1.5"),
        ("tier == 'say \"hi\"'", 'Flow.tier == "say \\"hi\\""'),
        ("tier != null", "IsSet(Flow.tier)"),
        ("vip ? count == 1 : rate > 0.0", "If(Flow.vip, Flow.count == 1, Flow.rate > 0.0)"),
        ("count + 1 < 3 - count * 2", "(Flow.count + 1) < (3 - (Flow.count * 2))"),
    ],
)
def test_a_condition_in_architects_words(condition: str, expression: str) -> None:
    assert said(condition) == expression


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("tier < 'b'", "only numbers have an order"),
        ("tier == 1", "text (`Flow.tier`) is compared with a number (`1`)"),
        ("count", "`Flow.count` is a number, neither true nor false"),
        ("!tier", "`Flow.tier` is text, where true or false belongs"),
        ("count / 2 == 1", "`/` has another meaning"),
        ("tier.matches('^a')", "`matches` has no counterpart"),
        ("nobody == 'x'", "nothing sets `nobody`"),
        ("tier == 'a\\nb'", "control character"),
        ("vip || 'a' < 1 && !(('a' < 1) || vip)", "has no words"),
    ],
)
def test_what_architect_has_no_words_for_is_said(condition: str, why: str) -> None:
    with pytest.raises(UnwritableError) as caught:
        write(simplify(parse(condition), {}), lookup)
    assert why in str(caught.value)


_ATOMS = st.sampled_from(
    [
        "tier == 'gold'", "tier != 'silver'", "count > 2", "count == 1", "rate < 1", "rate >= 0.5", "vip", "!vip",
        "size(tier) == 4", "tier.startsWith('go')", "tier.endsWith('er')", "tier.contains('il')", "count + 1 == 2",
        "tier in ['gold', 'x']", "count * 2 <= 4", "vip == false", "true", "dtmf < 2", "dtmf == '1'", "count - 3 < 0",
    ]
)  # fmt: skip
_CONDITIONS = st.recursive(
    _ATOMS,
    lambda inner: (
        st.builds("({}) && ({})".format, inner, inner)
        | st.builds("({}) || ({})".format, inner, inner)
        | st.builds("!({})".format, inner)
        | st.builds("({}) ? ({}) : ({})".format, inner, inner, inner)
    ),
    max_leaves=6,
)
_VALUES = st.fixed_dictionaries(
    {
        "tier": st.sampled_from(["gold", "silver", "", "go"]),
        "count": st.integers(0, 4),
        "rate": st.sampled_from([0.5, 1.0, 2.25]),
        "vip": st.booleans(),
    }
)


@given(condition=_CONDITIONS, values=_VALUES, key=st.sampled_from(["1", "2"]))
def test_the_answer_is_the_same_in_both_languages(condition: str, values: dict[str, Any], key: str) -> None:
    tree = decided(simplify(parse(condition), {"dtmf": Lit(key)}))
    answer = Guards().get(condition).run({**values, "dtmf": key})
    if is_true(tree) or is_never(tree):
        assert answer is is_true(tree)
        return
    try:
        expression = write(tree, lookup)
    except UnwritableError:
        return
    names = {f"Flow.{name}": Decimal(str(value)) if name == "rate" else value for name, value in values.items()}
    assert evaluate(expression, names) is answer
