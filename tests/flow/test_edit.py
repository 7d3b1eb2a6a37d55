"""Edits of lists and scalars: what they do not name stays byte for byte, and a guess is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_action.flow.document import Document, plain
from ivr_action.flow.edit import Edit, UncertainError, apply_edits, move_last, remove_item, scalar_span
from ivr_action.flow.jsontext import parse_json
from ivr_action.flow.yamltext import parse_yaml


def document(source: str) -> Document:
    doc = (parse_json if source.lstrip().startswith("{") else parse_yaml)("a", source)
    assert doc.root is not None, doc.problems
    return doc


def moved(source: str, index: int) -> str:
    doc = document(source)
    return apply_edits(source, move_last(doc, doc.root["list"], index))


def removed(source: str, index: int) -> str:
    doc = document(source)
    return apply_edits(source, remove_item(doc, doc.root["list"], index))


def test_edits_are_made_at_once_by_the_places_in_the_old_text() -> None:
    assert apply_edits("abcdef", [Edit(4, 5, ""), Edit(0, 1, "xyz"), Edit(2, 2, "-")]) == "xyzb-cdf"


@pytest.mark.parametrize("edits", [[Edit(0, 2, ""), Edit(1, 3, "")], [Edit(2, 1, "")], [Edit(5, 9, "")]])
def test_edits_that_overlap_or_lie_outside_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply_edits("abcdef", edits)


MOVES = {
    "block style with a comment behind an item": (
        "list: # in order\n- a: 1 # first\n  b: 2\n\n- a: 3\n-   a: 5\n    b: 6\nrest: x # kept\n",
        "list: # in order\n- a: 3\n\n-   a: 5\n    b: 6\n- a: 1 # first\n  b: 2\nrest: x # kept\n",
    ),
    "block style with CRLF and no end of line at the end": (
        "list:\r\n  - a: 1\r\n    b: 2\r\n  - a: 3",
        "list:\r\n  - a: 3\r\n  - a: 1\r\n    b: 2",
    ),
    "block style with the item on the line below its dash": (
        "list:\n  -\n    a: 1\n  - a: 3\n",
        "list:\n  - a: 3\n  -\n    a: 1\n",
    ),
    "a comment inside of an item goes with it": (
        "list:\n  - a: 1\n    # why\n    b: 2\n  - a: 3\n",
        "list:\n  - a: 3\n  - a: 1\n    # why\n    b: 2\n",
    ),
    "a block scalar at the end of an item": (
        "list:\n  - a: |\n      x # no comment\n      y\n  - b: 1\n",
        "list:\n  - b: 1\n  - a: |\n      x # no comment\n      y\n",
    ),
    "a nested list at the end of an item": (
        "list:\n  - a:\n      - [1, 2]\n      - b:\n          - c\n  - d: 1\n",
        "list:\n  - d: 1\n  - a:\n      - [1, 2]\n      - b:\n          - c\n",
    ),
    "flow style": (
        "list: [{ a: '1,]' },{b: 2},   { c: \"}\" } ] # end\n",
        "list: [{b: 2},{ c: \"}\" },   { a: '1,]' } ] # end\n",
    ),
    "flow style over several lines with a comma at the end": (
        "list: [\n  { a: 1 },\n  { b: 2 },\n]\n",
        "list: [\n  { b: 2 },\n  { a: 1 },\n]\n",
    ),
    "items in flow style in a list in block style": (
        "list:\n  - { a: 1 } # one\n  - { b: 2 }\n",
        "list:\n  - { b: 2 }\n  - { a: 1 } # one\n",
    ),
    "a template": (
        'list:\n  - a: "{{first}} x"\n  - a: {{second}}\n',
        'list:\n  - a: {{second}}\n  - a: "{{first}} x"\n',
    ),
    "JSON": (
        '{"x": 1, "list": [ {"a": "]\\","},\n  {"b": [1, {}]} ,{"c": 3}\t]}\n',
        '{"x": 1, "list": [ {"b": [1, {}]},\n  {"c": 3} ,{"a": "]\\","}\t]}\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_the_first_item_is_moved_last(name: str) -> None:
    before, after = MOVES[name]
    assert moved(before, 0) == after
    listed = plain(document(before).root)["list"]
    assert plain(document(after).root)["list"] == [*listed[1:], listed[0]]


REMOVALS = {
    "block style": ("list:\n  - a: 1\n  - b: 2 # gone too\n    c: 3\n  - d: 4\n", "list:\n  - a: 1\n  - d: 4\n"),
    "the last in block style": ("list:\n- a: 1\n\n- b: 2\nx: y\n", "list:\n- a: 1\nx: y\n"),
    "CRLF": ("list:\r\n- a: 1\r\n- b: 2\r\n", "list:\r\n- a: 1\r\n"),
    "flow style": ("list: [{ a: 1 }, { b: 2 }, { c: 3 }]\n", "list: [{ a: 1 }, { c: 3 }]\n"),
    "the last in JSON": ('{"list": [\n  {"a": 1},\n  {"b": 2}\n]}', '{"list": [\n  {"a": 1}\n]}'),
}


@pytest.mark.parametrize("name", REMOVALS)
def test_the_second_item_is_removed(name: str) -> None:
    before, after = REMOVALS[name]
    assert removed(before, 1) == after


@pytest.mark.parametrize(
    "source",
    [
        "list:\n  - a: 1\n  # whose is this?\n  - b: 2\n",
        "list:\n  # of the item or of the list?\n  - a: 1\n  - b: 2\n",
        "list:\n  - # inside\n    a: 1\n  - b: 2\n",
        "list: [{ a: 1 }, # one\n  { b: 2 }]\n",
        "list: [ # first\n  { a: 1 }, { b: 2 }]\n",
        "list: [{ a: 1 }, { b: 2 } # last\n  ]\n",
        "x: &x { a: 1 }\nlist:\n  - *x\n  - b: 2\n",
        "x: &x { a: 1 }\nlist:\n  - <<: *x\n  - b: 2\n",
    ],
)
def test_a_comment_or_an_alias_between_items_is_no_place_for_a_guess(source: str) -> None:
    with pytest.raises(UncertainError):
        moved(source, 0)


def test_the_first_item_is_not_removed() -> None:
    with pytest.raises(UncertainError):
        removed("list: [1, 2]\n", 0)


@pytest.mark.parametrize(
    ("source", "key", "said"),
    [
        ("a: 1 # one\n", "a", "1"),
        ("a: 'it''s'\n", "a", "'it''s'"),
        ("{a: 1, b: 22}\n", "b", "22"),
        ('{"a": [1], "b" : "x\\"y"}', "b", '"x\\"y"'),
    ],
)
def test_a_scalar_stands_where_it_is_written(source: str, key: str, said: str) -> None:
    doc = document(source) if source[1] != "a" else parse_yaml("a", source)
    start, end = scalar_span(doc, doc.root, key)
    assert source[start:end] == said


@pytest.mark.parametrize("source", ["a: &x 1\n", "a: !!str 1\n", "x: &x 1\na: *x\n", "a: one\n  two\n"])
def test_a_scalar_with_more_to_it_than_its_text_is_left(source: str) -> None:
    doc = document(source)
    with pytest.raises(UncertainError):
        scalar_span(doc, doc.root, "a")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from("ab ,]}[{:#'\"\\-\n")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUES, min_size=2, max_size=5), st.data(), st.sampled_from([None, 1, 2]))
def test_any_json_list_is_edited_as_meant(items: list[object], data: st.DataObject, indent: int | None) -> None:
    source = json.dumps({"list": items, "after": 1}, indent=indent)
    index = data.draw(st.integers(1, len(items) - 1))
    assert json.loads(removed(source, index))["list"] == items[:index] + items[index + 1 :]
    assert json.loads(moved(source, index))["list"] == [*items[:index], *items[index + 1 :], items[index]]
