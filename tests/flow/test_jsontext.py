"""JSON: places by a lazy scan, duplicates with both lines, `.i3*` exports without lines."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_action.flow.jsontext import decode_i3, parse_json, scan_spans

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(_values, st.sampled_from([None, 2]))
@settings(max_examples=300, deadline=None)
def test_every_value_is_found_where_it_stands(value: object, indent: int | None) -> None:
    source = json.dumps(value, indent=indent)
    spans = scan_spans(source)
    todo: list[tuple[tuple[str | int, ...], object]] = [((), value)]
    while todo:
        path, item = todo.pop()
        key_start, key_end, start, end = spans[path]
        assert json.loads(source[start:end]) == item
        if path and isinstance(path[-1], str):
            assert json.loads(source[key_start:key_end]) == path[-1]
        pairs = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        todo.extend(((*path, key), inner) for key, inner in pairs)


def test_a_place_in_json_has_line_column_and_pointer() -> None:
    doc = parse_json("f.json", '{\n  "nodes": {\n    "a/b": {"type": "menu"}\n  }\n}')
    where = doc.where(doc.root["nodes"]["a/b"], "type")
    assert (where.line, where.column, where.end_column, where.pointer) == (3, 21, 27, "/nodes/a~1b/type")
    assert doc.where(doc.root["nodes"], "a/b", of="key").column == 5


def test_a_duplicate_key_is_named_with_both_lines() -> None:
    doc = parse_json("f.json", '{"nodes": {\n "a": {"x": [1, 2]},\n "b": 1,\n "a": 2\n}}')
    (problem,) = doc.problems
    assert problem.rule == "duplicate-key"
    assert "first on line 2" in problem.message
    assert "again on line 4" in problem.message
    assert doc.root == {"nodes": {"a": 2, "b": 1}}


@pytest.mark.parametrize("source", ["{", '{"a": }', '{"a": NaN}', '{"a": 1} x', "[" * 200_000, '{"a": "\x01"}'])
def test_what_cannot_be_read_is_one_problem(source: str) -> None:
    doc = parse_json("f.json", source)
    assert doc.root is None
    assert [problem.rule for problem in doc.problems] == ["unreadable-file"]


def test_an_i3_export_is_decoded_and_has_a_pointer_instead_of_a_line() -> None:
    body = json.dumps({"name": "Größe %", "list": [{"name": "x"}]})
    source = base64.b64encode(quote(body).encode()).decode()
    payload = decode_i3(source)
    assert payload == body
    doc = parse_json("f.i3InboundFlow", source, syntax="i3", payload=payload or "")
    where = doc.where(doc.root["list"][0], "name")
    assert (where.line, where.pointer) == (None, "/list/0/name")


@pytest.mark.parametrize("source", ["", "not base64!", "aGVsbG8=", base64.b64encode(b"%7Bbroken%").decode()[:-3]])
def test_what_is_no_export_is_not_decoded(source: str) -> None:
    assert decode_i3(source) is None


def test_a_key_used_twice_in_broken_json_is_no_bug_of_ours() -> None:
    doc = parse_json("a.json", '{"a": {"b": 1, "b": 2}}, }')
    assert [problem.rule for problem in doc.problems] == ["unreadable-file"]
    doc = parse_json("a.json", '{"task": [{}, {"id": 1, "id": 2}\n}}}')
    assert [problem.rule for problem in doc.problems] == ["unreadable-file"]
