"""`execute_mock_trace`: the specification's function, and where it differs from a naive one."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_action import build_ivr_node_payload, execute_mock_trace
from tests.trace import naive
from tests.trace.graphs import INPUTS, graphs, node

MENU = {
    "a": node("menu", ("dtmf == '1'", "sales"), ("default", "bye")),
    "sales": node("transferToAcd"),
    "bye": node("disconnect"),
}


def test_a_call_ends_well_and_covers_what_it_visits() -> None:
    assert execute_mock_trace(MENU, "a", ["1"]) == {"path": ["a", "sales"], "error": None, "coverage": 2 / 3}


def test_nodes_from_the_payload_builder_are_taken() -> None:
    ways = [{"condition": "default", "destinationNodeId": "z"}]
    nodes = [build_ivr_node_payload("a", "playAudio", ways, "hello", {}), build_ivr_node_payload("z", "disconnect", [])]
    assert execute_mock_trace(nodes, "a", []) == {"path": ["a", "z"], "error": None, "coverage": 1.0}


@pytest.mark.parametrize("word", ["default", "else", " Default "])
def test_the_default_is_taken_only_where_nothing_else_is_true_wherever_it_stands(word: str) -> None:
    nodes = MENU | {"a": node("menu", (word, "bye"), ("dtmf == '1'", "sales"))}
    assert execute_mock_trace(nodes, "a", ["1"])["path"] == ["a", "sales"]
    assert execute_mock_trace(nodes, "a", ["2"])["path"] == ["a", "bye"]


def test_a_condition_that_contains_the_word_default_is_no_default() -> None:
    nodes = MENU | {"a": node("menu", ("speech == 'default'", "sales"), ("default", "bye"))}
    assert execute_mock_trace(nodes, "a", ["2"])["path"] == ["a", "bye"]
    assert execute_mock_trace(nodes, "a", ["default"])["path"] == ["a", "sales"]


def test_an_input_is_used_up_where_the_default_takes_it() -> None:
    nodes = MENU | {"a": node("menu", ("dtmf == '9'", "bye"), ("default", "b")), "b": MENU["a"]}
    assert execute_mock_trace(nodes, "a", ["5", "1"])["path"] == ["a", "b", "sales"]


def test_a_node_that_does_not_wait_uses_up_nothing() -> None:
    nodes = MENU | {"s": node("playAudio", ("default", "a"))}
    assert execute_mock_trace(nodes, "s", ["1"])["path"] == ["s", "a", "sales"]


def test_an_input_is_offered_as_key_and_as_words() -> None:
    nodes = MENU | {"a": node("menu", ("speech == 'sales'", "sales"), ("default", "bye"))}
    assert execute_mock_trace(nodes, "a", ["sales"])["path"] == ["a", "sales"]


def test_silence_is_timeout_where_the_node_has_it_else_default() -> None:
    with_timeout = MENU | {"a": node("menu", ("dtmf == '1'", "bye"), ("timeout", "sales"), ("default", "bye"))}
    for inputs in ([], ["<timeout>"]):
        assert execute_mock_trace(with_timeout, "a", inputs)["path"] == ["a", "sales"]
        assert execute_mock_trace(MENU, "a", inputs)["path"] == ["a", "bye"]


def test_the_platform_fails_and_the_caller_hangs_up() -> None:
    nodes = MENU | {"a": node("menu", ("error", "sales"), ("default", "bye"))}
    assert execute_mock_trace(nodes, "a", ["<error>"])["path"] == ["a", "sales"]
    assert execute_mock_trace(nodes, "a", ["<hangup>"]) == {"path": ["a"], "error": None, "coverage": 1 / 3}


def test_coverage_counts_a_repeated_node_once() -> None:
    nodes = MENU | {"a": node("menu", ("dtmf == '1'", "sales"), ("default", "a"))}
    assert execute_mock_trace(nodes, "a", ["7", "7", "1"]) == {
        "path": ["a", "a", "a", "sales"], "error": None, "coverage": 2 / 3,
    }  # fmt: skip


def test_an_unknown_start_is_an_error_and_no_exception() -> None:
    found = execute_mock_trace(MENU, "nowhere", [])
    assert (found["path"], found["coverage"]) == ([], 0.0)
    assert "`nowhere`" in str(found["error"])


@pytest.mark.parametrize("nodes", [{}, [], 5, "a", {"a": 5}, [{"type": "menu"}], {5: {}}])
def test_what_is_no_nodes_is_an_error_and_no_exception(nodes: Any) -> None:
    found = execute_mock_trace(nodes, "a", [])
    assert found["path"] == []
    assert found["error"]
    assert found["coverage"] == 0.0


def test_a_dead_end_is_an_error() -> None:
    found = execute_mock_trace({"a": node("playAudio")}, "a", [])
    assert found["path"] == ["a"]
    assert found["error"] == "`a` has no way on."


def test_an_input_without_a_way_is_an_error() -> None:
    found = execute_mock_trace({"a": node("menu", ("dtmf == '1'", "a"))}, "a", ["2"])
    assert found["error"] == "`a` has no way for this input, and no default."


def test_a_destination_that_is_no_node_is_an_error() -> None:
    found = execute_mock_trace({"a": node("playAudio", ("default", "b"))}, "a", [])
    assert (found["path"], found["error"]) == (["a"], "It leads to `b`, which is no node.")


@pytest.mark.parametrize("depth", [0, 1, 7, 20])
def test_the_limit_is_an_error_and_the_path_shows_the_round(depth: int) -> None:
    nodes = {"a": node("playAudio", ("default", "b")), "b": node("playAudio", ("default", "a"))}
    found = execute_mock_trace(nodes, "a", [], max_depth=depth)
    assert found["path"] == (["a", "b"] * 10)[:depth]
    assert f"max_depth = {depth}" in str(found["error"])


def test_a_call_of_exactly_max_depth_nodes_is_none() -> None:
    assert execute_mock_trace(MENU, "a", ["1"], 2)["error"] is None
    assert execute_mock_trace(MENU, "a", ["1"], 1)["error"] is not None


def test_a_condition_on_what_nobody_set_is_not_true() -> None:
    nodes = MENU | {"a": node("decision", ("tier == 'gold'", "sales"), ("default", "bye"))}
    assert execute_mock_trace(nodes, "a", [])["path"] == ["a", "bye"]


@pytest.mark.parametrize("inputs", ["12", [1], [None]])
def test_inputs_of_a_wrong_type_are_refused(inputs: Any) -> None:
    with pytest.raises(TypeError, match="mock_inputs"):
        execute_mock_trace(MENU, "a", inputs)


@given(graphs(), INPUTS, st.integers(0, 25))
@settings(max_examples=400, deadline=None)
def test_every_call_ends_once_within_the_limit_as_the_tiny_interpreter_says(
    nodes: dict[str, Any], inputs: list[str], depth: int
) -> None:
    before = copy.deepcopy(nodes)
    found = execute_mock_trace(nodes, "n0", inputs, depth)
    path, well = naive.trace(nodes, "n0", inputs, depth)
    assert found["path"] == path
    assert (found["error"] is None) == well
    assert found["coverage"] == len(set(path)) / len(nodes)
    assert nodes == before


@given(graphs(), INPUTS, st.integers(0, 24))
@settings(max_examples=150, deadline=None)
def test_coverage_lies_in_zero_to_one_and_never_falls_with_a_longer_call(
    nodes: dict[str, Any], inputs: list[str], depth: int
) -> None:
    shorter = execute_mock_trace(nodes, "n0", inputs, depth)["coverage"]
    longer = execute_mock_trace(nodes, "n0", inputs, depth + 1)["coverage"]
    assert 0.0 <= shorter <= longer <= 1.0
