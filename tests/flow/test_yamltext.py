"""YAML as Archy reads it: text stays text, both places of a duplicate are named, nothing can blow up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_action.flow.document import MapNode, plain, text, typed
from ivr_action.flow.yamltext import MAX_DEPTH, parse_yaml


def messages(source: str, **kwargs: object) -> list[str]:
    return [problem.message for problem in parse_yaml("f.yaml", source, **kwargs).problems]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "Yes", "NO", "y", "+15551234567", "010", "12:30", "0x1F", "1_000"]
)
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(word: str) -> None:
    root = parse_yaml("f.yaml", f"{word}: {word}").root
    assert plain(root) == {word: word}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("5", 5),
        ("-3", -3),
        ("1.5", 1.5),
        ('"5"', "5"),
        ("'true'", "true"),
        ("!!str 5", "5"),
    ],
)
def test_plain_scalars_follow_the_core_schema(word: str, value: object) -> None:
    assert plain(parse_yaml("f.yaml", f"key: {word}").root) == {"key": value}


def test_text_of_a_scalar_is_the_files_own() -> None:
    root = parse_yaml("f.yaml", "a: 007\nb: '007'\nc:\nd: ~").root
    assert [text(root[key]) for key in "abcd"] == ["007", "007", None, None]


def test_a_duplicate_key_is_named_with_both_lines() -> None:
    doc = parse_yaml("f.yaml", "a:\n  name: x\n  other: 1\n  name: y\n")
    (problem,) = doc.problems
    assert problem.rule == "duplicate-key"
    assert "first on line 2" in problem.message
    assert "again on line 4" in problem.message
    assert doc.location(problem.start, problem.end).line == 4


def test_reading_goes_on_after_a_duplicate_key() -> None:
    doc = parse_yaml("f.yaml", "a: 1\na: 2\nb: 3\nb: 4\n")
    assert len(doc.problems) == 2
    assert plain(doc.root) == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("a: [1", "did not find expected"),
        ("a: 1\n---\nb: 2\n", "more than one YAML document"),
        ("? [x]\n: y\n", "A key is a list or a mapping"),
        ("a: !!python/object:os.system {}", "tag"),
        ("a: !Ref x", "tag"),
        ("a: &x [*x]", "refers to the value it stands in"),
        ("a: *nobody", "used before it is defined"),
        ('a: "\x01"', "U+0001"),
        ("a: \ud800", "surrogate"),
        ("a:\n\t- b", "a tab indents this line"),
        ("a: @b", "a text cannot begin with `@`"),
        ("a: b: c", "a `:` with a blank behind it cannot stand here"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(source: str, part: str) -> None:
    (message,) = messages(source)
    assert part in message


def test_a_quote_that_is_never_closed_is_shown_where_it_begins() -> None:
    (problem,) = parse_yaml("f.yaml", 'a: 1\nb: "c\nd: 2\ne: 3\n').problems
    assert "never closed" in problem.message
    assert problem.start == 8
    assert problem.related == ()


def test_depth_is_bounded_and_does_not_overflow_the_stack() -> None:
    assert any("levels of nesting" in message for message in messages("[" * 200_000))
    assert not messages("a: " + "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2))


def test_aliases_cannot_explode() -> None:
    lines = ["a: &a [1,1,1,1,1,1,1,1,1]"]
    lines += [f"{chr(97 + i)}: &{chr(97 + i)} [{','.join(['*' + chr(96 + i)] * 9)}]" for i in range(1, 12)]
    (message,) = messages("\n".join(lines))
    assert "expand" in message


def test_anchors_and_merge_keys_work() -> None:
    root = parse_yaml("f.yaml", "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nagain: *b\n").root
    assert plain(root) == {"base": {"x": 1, "y": 2}, "use": {"y": 3, "x": 1}, "again": {"x": 1, "y": 2}}


# -- templates --------------------------------------------------------------------------------------------------


def test_a_template_is_read_without_values_and_keeps_positions() -> None:
    source = "flow:\n  name: {{flow_name}}\n  {{ category }}-Lambda:\n    a: b {{x}} c\n"
    doc = parse_yaml("f.yaml", source)
    assert not doc.problems
    assert plain(doc.root) == {"flow": {"name": "{{flow_name}}", "{{ category }}-Lambda": {"a": "b {{x}} c"}}}
    assert list(doc.placeholders) == ["flow_name", "category", "x"]
    where = doc.where(doc.root["flow"], "name")
    assert (where.line, where.column, where.end_column) == (2, 9, 9 + len("{{flow_name}}"))


def test_values_are_put_in_before_parsing_and_places_are_the_files_own() -> None:
    doc = parse_yaml("f.yaml", "name: {{n}}\ndivision: {{d}} # {{n}}\nlast: x\n", {"n": "a long name", "d": "Home"})
    assert plain(doc.root) == {"name": "a long name", "division": "Home", "last": "x"}
    assert doc.where(doc.root, "division").line == 2
    assert (doc.where(doc.root, "division").column, doc.where(doc.root, "division").end_column) == (11, 16)
    assert doc.where(doc.root, "last").line == 3


def test_a_value_that_breaks_the_yaml_is_an_error_on_its_line() -> None:
    doc = parse_yaml("f.yaml", "a: 1\nname: {{n}}\n", {"n": "one: two: three"})
    (problem,) = doc.problems
    assert doc.location(problem.start).line == 2


def test_a_value_with_lines_does_not_shift_what_follows() -> None:
    doc = parse_yaml("f.yaml", "a: {{n}}\nb: 2\n", {"n": '"x\n  y\n  z"'})
    assert plain(doc.root) == {"a": "x y z", "b": 2}
    assert doc.where(doc.root, "b").line == 2


def test_a_missing_value_is_an_error_at_its_key_with_a_suggestion() -> None:
    doc = parse_yaml("f.yaml", "a: x\nname: {{flow_nme}}\n", {"flow_name": "Main"})
    (problem,) = doc.problems
    assert problem.rule == "undefined-substitution"
    assert "flow_name" in problem.hint
    assert doc.location(problem.start, problem.end).line == 2
    assert doc.location(problem.start, problem.end).column == 7
    assert plain(doc.root)["name"] == "{{flow_nme}}"


def test_private_use_characters_of_the_file_survive() -> None:
    doc = parse_yaml("f.yaml", "a: \ue000\ue001 {{x}}\n")
    assert plain(doc.root) == {"a": "\ue000\ue001 {{x}}"}


# -- any text -----------------------------------------------------------------------------------------------------

_yamlish = st.text(
    alphabet=st.sampled_from([*"ab:-[]{}&*!|>'\"#%@`,? \n\t~<0.1", "\r", "\x00", "é", "\u2028", "\ud800"]),
    max_size=60,
)


@given(_yamlish)
@settings(max_examples=400, deadline=None)
def test_no_text_makes_it_raise_and_every_place_is_inside(source: str) -> None:
    doc = parse_yaml("f.yaml", source)
    assert (doc.root is None) == any(problem.rule == "unreadable-file" for problem in doc.problems)
    for problem in doc.problems:
        line = doc.location(problem.start, problem.end).line
        assert line is None or 1 <= line <= source.count("\n") + source.count("\r") + 1


@given(
    st.recursive(
        st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=12,
    )
)
@settings(max_examples=200, deadline=None)
def test_quoted_json_reads_back_as_it_was(value: object) -> None:
    import json

    source = json.dumps({"root": value}, ensure_ascii=True)
    if "\\ud" in source:  # YAML has no surrogate pairs in escapes
        return
    doc = parse_yaml("f.yaml", source)
    if doc.problems:
        assert {problem.rule for problem in doc.problems} <= {"unreadable-file"}
        assert "<<" in source
        return
    assert isinstance(doc.root, MapNode)
    assert plain(doc.root) == {"root": value}


def test_typed_of_a_json_value_is_the_value() -> None:
    assert typed(5) == 5
    assert typed("yes") == "yes"
    assert typed(None) is None
