"""Conditions of a node graph: what their text says, and CEL's errors with their columns."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr_action.flow import conditions
from ivr_action.flow.conditions import (
    MAX_LENGTH,
    ConditionError,
    ConditionKind,
    check_condition,
    classify,
    compile_condition,
    number_for_text,
)


@pytest.mark.parametrize("text", ["default", "else", " default\n", "Default", "ELSE"])
def test_the_word_alone_is_the_default(text: str) -> None:
    assert classify(text).is_default
    assert classify(text).normal == "default"
    assert check_condition(text) is None


@pytest.mark.parametrize(
    "text", ["speech == 'default'", "defaults", "default == true", "!default", "dtmf == 'else'", "default else"]
)
def test_a_condition_that_only_contains_the_word_is_an_expression(text: str) -> None:
    assert classify(text).kind is ConditionKind.EXPRESSION


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_blank_is_empty(text: str) -> None:
    assert classify(text).kind is ConditionKind.EMPTY
    with pytest.raises(ConditionError, match="empty"):
        compile_condition(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dtmf == '1'", {"dtmf"}),
        ("speech == 'dtmf timeout'", {"speech"}),
        ("timeout||noMatch", {"timeout", "noMatch"}),
        ("!error", {"error"}),
        ("Flow.error == 'x'", set()),
        ("error.code == 5", {"error"}),
        ("my_dtmf == 1 || dtmf2 == 1 || nomatch", set()),
        (r"""name == "a \" timeout" """, set()),
        ("name == r'\\' || timeout", {"timeout"}),
        ("x == '''it's dtmf''' && speech != ''", {"speech"}),
        ("x == 1 // timeout", set()),
        ("default", set()),
    ],
)
def test_caller_words_are_found_outside_of_text(text: str, words: set[str]) -> None:
    assert classify(text).words == words


def test_a_negated_word_is_mentioned_but_not_affirmed() -> None:
    assert classify("!error").affirmed == frozenset()
    assert classify("!error && timeout").affirmed == {"timeout"}
    assert classify("!dtmf.startsWith('1') || dtmf == '2'").affirmed == {"dtmf"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dtmf=='1'", " dtmf  ==\n'1' "),
        ("dtmf == '1'", 'dtmf == "1"'),
        ("a&&b", "a && b // both"),
        ("default", "Else"),
    ],
)
def test_conditions_that_differ_in_blanks_and_quotes_are_the_same(one: str, other: str) -> None:
    assert classify(one).normal == classify(other).normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dtmf == '1'", "dtmf == '1 '"),
        ("dtmf == 'a  b'", "dtmf == 'a b'"),
        ("dtmf == '1'", "dtmf == 1"),
        ("a < b", "a <= b"),
        ("ab", "a b"),
        ("dtmf == 'A'", "dtmf == 'a'"),
    ],
)
def test_conditions_that_differ_in_meaning_stay_apart(one: str, other: str) -> None:
    assert classify(one).normal != classify(other).normal


def test_only_the_literal_true_is_always_true() -> None:
    assert classify(" true ").is_always_true
    assert not any(classify(text).is_always_true for text in ("default", "'true'", "True", "true && x", ""))


@given(st.text(max_size=60))
@settings(max_examples=500)
def test_classifying_never_fails_and_its_normal_form_is_stable(text: str) -> None:
    info = classify(text)
    assert (info.kind is ConditionKind.EMPTY) == (not text.strip())
    again = classify(info.normal)
    if info.kind is ConditionKind.EXPRESSION:
        assert again.words == info.words


# -- CEL


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("dtmf = '1'", 6, "`=` is no comparison; write `==`"),
        ("  dtmf = '1'", 8, "`=` is no comparison; write `==`"),
        ("dtmf === '1'", 8, "`=` is no comparison; write `==`"),
        ("dtmf == ", 9, "the condition ends too early"),
        ("(dtmf == '1'", 13, "`)` is missing at the end"),
        ("dtmf == '1')", 12, "`)` is not expected here"),
        ("dtmf == '1' and timeout", 13, "write `&&` for `and`"),
        ("timeout OR noMatch", 9, "write `||` for `or`"),
        ("a & b", 3, "`&` is not known; write `&&`"),
        ("a | b", 3, "`|` is not known; write `||`"),
        ("dtmf == '1", 9, "the text in quotes is not closed"),
        ("x ? 1", 6, "the condition ends too early"),
        ("if == 1", 1, "`if` is a reserved word of CEL"),
        ("x == 'é😀' = 2", 11, "`=` is no comparison"),
        ("x == 'ERROR: <input>:1:2: no' = 2", 31, "`=` is no comparison"),
        ("1", 1, "is a number, not a condition that can be true; for the key write dtmf == '1'"),
        (" '*'", 2, "is a text, not a condition that can be true; for the key write dtmf == '*'"),
        ("99999999999999999999 == x", 1, "invalid int literal"),
        ("has(x)", 5, "invalid argument to has()"),
        ("\ud800 == 1", 1, "lone surrogate"),
    ],
)
def test_an_error_has_its_column_and_says_what_to_write(text: str, column: int, message: str) -> None:
    error = check_condition(text)
    assert error is not None
    assert (error.line, error.column) == (1, column)
    assert message in error.message
    with pytest.raises(ConditionError) as raised:
        compile_condition(text)
    assert (raised.value.message, raised.value.column) == (error.message, error.column)


def test_an_error_on_another_line_has_its_line() -> None:
    error = check_condition("dtmf == '1' &&\n x ==")
    assert error is not None
    assert (error.line, error.column) == (2, 6)


@pytest.mark.parametrize(
    "text",
    [
        "dtmf == '1'",
        "speech in ['a', 'b']",
        "size(dtmf) == 8",
        "dtmf.matches('^[0-9]+$')",
        "Flow.tier == 'gold'",
        "true",
    ],
)
def test_cel_compiles(text: str) -> None:
    assert check_condition(text) is None
    assert compile_condition(text).source == text


def test_an_endless_condition_is_refused_before_the_parser_sees_it() -> None:
    error = check_condition("a" + ".a" * MAX_LENGTH)
    assert error is not None
    assert "at most 2,000" in error.message


@pytest.mark.parametrize("text", ["a" + ".a" * 999, "a" + "[0]" * 660, "1" + "+1" * 999, "!" * 1999 + "a", "(" * 1000])
def test_the_longest_condition_fits_a_small_stack(text: str) -> None:
    """Windows gives a main thread about this much; more would end the process without a word."""
    code = f"""
import threading
from ivr_action.flow.conditions import check_condition
threading.stack_size(1024 * 1024)
thread = threading.Thread(target=check_condition, args=({text!r},))
thread.start()
thread.join()
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_panic_of_the_native_parser_is_an_error_like_others(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(conditions, "MAX_LENGTH", 10**6)
    error = check_condition("(" * 100_000)
    assert error is not None
    assert error.column == 1
    capfd.readouterr()  # the native code writes of it itself


def test_plain_comparisons_never_import_cel() -> None:
    code = """
import sys
from ivr_action.flow.conditions import check_condition
for text in ("dtmf == '1'", "!error", "timeout || noMatch", 'speech=="sales" && tier != 3', "true", "default"):
    assert check_condition(text) is None
print("cel" in sys.modules)
check_condition("size(dtmf) == 1")
print("cel" in sys.modules)
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "True"]


PIECES = st.sampled_from(
    ["dtmf", "error", "x", "_y1", "in", "true", "null", "if", "==", "!=", "<", ">=", "&&", "||", "!", " ", "'1'", '"a"',
     "'", "''", "7", "007", "-1", "12345678901234567890", "'é'", "r'\\'", "b", ".", "(", ")", "'\t'", "'\u2028'", "0"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=7).map("".join) | st.lists(PIECES, max_size=7).map(" ".join))
@example("a == 007")
@example("inx == 1")
def test_what_is_known_by_its_form_compiles(text: str) -> None:
    if conditions._plain().fullmatch(text):
        assert compile_condition(text).source == text
    else:
        check_condition(text)  # says something or nothing, and never fails


def test_conditions_compile_in_threads() -> None:
    errors: list[ConditionError | None] = []
    threads = [threading.Thread(target=lambda: errors.append(check_condition("a = b"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error.column for error in errors if error is not None] == [3, 3, 3, 3]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("dtmf == 1", 9),
        ("1 == dtmf", 1),
        ("tier == 'gold' && dtmf != 2", 27),
        ("speech == 5 || timeout", 11),
        ("(dtmf == 12)", 10),
    ],
)
def test_a_key_compared_with_a_number_is_never_true(text: str, column: int) -> None:
    error = number_for_text(text)
    assert error is not None
    assert (error.line, error.column) == (1, column)
    assert "never true" in error.message


@pytest.mark.parametrize(
    "text",
    [
        "dtmf == '1'", "size(dtmf) == 4", "int(dtmf) == 1", "Flow.dtmf == 1", "count == 1", "dtmf == '== 1'",
        "dtmf == '1' && count == 1", "count + 1 == 2 && dtmf == '2'", "dtmf", "1 == 1", "dtmf == x // dtmf == 1",
        "dtmf in ['1'] && n > 3",
    ],
)  # fmt: skip
def test_what_compares_text_with_text_or_numbers_with_numbers_is_fine(text: str) -> None:
    assert number_for_text(text) is None
