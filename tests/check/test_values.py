"""Values and expressions of Architect YAML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_action.check.values import unbalanced
from ivr_action.check.words import misspelling

TEXTS = st.text(alphabet='abc "\\()[]', max_size=8).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
EXPRESSIONS = st.recursive(
    TEXTS | st.sampled_from(["Flow.x", "1", "NOT_SET"]),
    lambda inner: st.builds("Append({}, {})".format, inner, inner) | st.builds("({} == {})[0]".format, inner, inner),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_expressions_that_pair_up_are_left_alone(expression: str) -> None:
    assert unbalanced(expression) is None


@given(EXPRESSIONS, st.data())
def test_a_removed_parenthesis_is_found(expression: str, data: st.DataObject) -> None:
    inside = False
    places = []
    escaped = False
    for at, char in enumerate(expression):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            inside = not inside
        elif char in "()[]" and not inside:
            places.append(at)
    if places:
        at = data.draw(st.sampled_from(places))
        assert unbalanced(expression[:at] + expression[at + 1 :]) is not None


@pytest.mark.parametrize(
    "expression",
    ['"Sales', 'Append("a, "b")', "Left(Flow.x, 2", "Flow.x)", "Flow.list[0", '\\"a\\"', "Append(Flow.list[0)]"],
)
def test_these_do_not_pair_up(expression: str) -> None:
    assert unbalanced(expression) is not None


@pytest.mark.parametrize("expression", ["", '"{{a"b}}"', "{{expression}}", '"say \\"yes\\""', '"it\'s"'])
def test_these_pair_up(expression: str) -> None:
    assert unbalanced(expression) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("targetQueu", "targetQueue"),
        ("tragetQueue", "targetQueue"),
        ("TargetQueue", "targetQueue"),
        ("targetQueues", None),  # a plural is another word
        ("targetUser", None),
        ("transferToAcd", None),
    ],
)
def test_misspellings(word: str, meant: str | None) -> None:
    assert misspelling(word, ("targetQueue", "priority")) == meant


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("queueId", "queue"),
        ("acdSkills", "acdSkill"),
        ("getWrapupCode", "setWrapupCode"),
        ("newValue", "noValue"),
        ("callDialogflowCXBot", "callDialogflowBot"),
        ("callLexV1Bot", "callLexV2Bot"),
    ],
)
def test_words_that_genesys_has_side_by_side_are_no_misspellings(word: str, known: str) -> None:
    assert misspelling(word, (known,)) is None
    assert misspelling(known[:-1] + "x", (known,)) == known
