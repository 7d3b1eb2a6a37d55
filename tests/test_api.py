"""The public functions, importable from `ivr_action`."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

import ivr_action
from ivr_action import build_ivr_node_payload, validate_flow_topology

TO_END = [{"condition": "default", "destinationNodeId": "end"}]


def node(id_: str, type_: str, *ways: tuple[str, str]) -> dict[str, Any]:
    return build_ivr_node_payload(id_, type_, [{"condition": c, "destinationNodeId": d} for c, d in ways])


def by_id(*nodes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {found["id"]: found for found in nodes}


# -- build_ivr_node_payload


def test_a_payload_has_the_shape_of_the_specification() -> None:
    ways = [{"condition": "dtmf == '1'", "destinationNodeId": "sales"}, *TO_END]
    assert build_ivr_node_payload("main", "menu", ways, "welcome-prompt", {"lang": "en"}) == {
        "id": "main",
        "type": "menu",
        "transitionConditions": [
            {"condition": "dtmf == '1'", "destinationNodeId": "sales"},
            {"condition": "default", "destinationNodeId": "end"},
        ],
        "variables": {"lang": "en"},
        "properties": {"audioResource": {"id": "welcome-prompt", "type": "resource"}},
    }


def test_none_means_no_audio_and_no_variables() -> None:
    payload = build_ivr_node_payload("end", "disconnect", [], None, None)
    assert payload["properties"] == {}
    assert payload["variables"] == {}


def test_a_payload_shares_nothing_with_its_arguments() -> None:
    variables = {"a": 1}
    payload = build_ivr_node_payload("a", "playAudio", TO_END, "p", variables)
    payload["variables"]["b"] = 2
    payload["transitionConditions"][0]["condition"] = "else"
    assert variables == {"a": 1}
    assert TO_END[0]["condition"] == "default"


@pytest.mark.parametrize("field", ["condition", "destinationNodeId"])
@pytest.mark.parametrize("how", ["absent", "none", "blank", "number"])
def test_a_transition_without_a_field_names_node_and_field(field: str, how: str) -> None:
    way: dict[str, Any] = {"condition": "default", "destinationNodeId": "end"}
    if how == "absent":
        del way[field]
    else:
        way[field] = {"none": None, "blank": " ", "number": 1}[how]
    with pytest.raises(ValueError, match=rf"^Node `main`: transition 2(?::| has no) `{field}`"):
        build_ivr_node_payload("main", "menu", [*TO_END, way], None, {})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, "menu", []), "A node: `id` is missing"),
        (("", "menu", []), "A node: `id` is empty"),
        (("main", 5, []), "Node `main`: `type` is of type int"),
        (("main", "menu", None), "Node `main`: `transitions` is missing"),
        (("main", "menu", {"condition": "default"}), "Node `main`: `transitions` is of type dict"),
        (("main", "menu", ["default"]), "Node `main`: transition 1 is of type str"),
        (("main", "menu", [], ""), "Node `main`: `audioResource id` is empty"),
        (("main", "menu", [], 7), "Node `main`: `audioResource id` is of type int"),
        (("main", "menu", [], None, "x"), "Node `main`: `variables` is of type str"),
        (("main", "menu", [], None, {1: 2}), "Node `main`: `variables` is of type int"),
    ],
)
def test_wrong_types_name_node_and_field(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_ivr_node_payload(*arguments)


# -- validate_flow_topology

SOUND = by_id(
    node("main", "menu", ("dtmf == '1'", "sales"), ("default", "end")),
    node("sales", "transferToAcd"),
    node("end", "disconnect"),
)


def test_a_sound_flow_is_valid() -> None:
    assert validate_flow_topology(SOUND) == (True, "The topology is valid: 3 nodes, all reached from `main`.")


def test_a_list_of_nodes_is_taken_too() -> None:
    assert validate_flow_topology(list(SOUND.values())) == validate_flow_topology(SOUND)
    assert validate_flow_topology(value for value in SOUND.values()) == validate_flow_topology(SOUND)


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        (SOUND | by_id(node("lost", "playAudio", ("default", "end"))), ["lost"]),
        (by_id(node("main", "playAudio")), ["main"]),
        (by_id(node("main", "menu", ("dtmf == '1'", "end")), node("end", "disconnect")), ["main"]),
        (by_id(node("main", "playAudio", ("default", "nowhere"))), ["main", "nowhere"]),
        (by_id(node("a", "playAudio", ("default", "b")), node("b", "playAudio", ("default", "a"))), ["a", "b"]),
        (by_id(node("a", "menu", ("dtmf == '1'", "end"), ("default", "a")), node("end", "end")), ["a"]),
    ],
    ids=["unreachable", "dead end", "no default", "dangling", "cycle", "cycle that waits"],
)
def test_a_broken_topology_names_its_nodes(nodes: dict[str, Any], names: list[str]) -> None:
    valid, message = validate_flow_topology(nodes)
    assert not valid
    for name in names:
        assert f"`{name}`" in message


def test_other_mistakes_are_not_its_business() -> None:
    nodes = by_id(node("a", "teleport", ("dtmf = ", "b"), ("default", "b")), node("b", "disconnect"))
    nodes["a"] |= {"id": "other", "properties": 5, "variables": "x"}
    assert validate_flow_topology(nodes)[0]


def test_the_first_node_is_the_start() -> None:
    nodes = by_id(node("a", "playAudio", ("default", "b")), node("b", "disconnect"))
    assert validate_flow_topology(nodes)[0]
    valid, message = validate_flow_topology(dict(reversed(nodes.items())))
    assert not valid
    assert "`a`" in message


def test_a_node_of_type_start_is_the_start_wherever_it_stands() -> None:
    nodes = by_id(node("b", "disconnect"), node("a", "Start", ("default", "b")))
    assert validate_flow_topology(nodes)[0]


def test_the_start_can_be_named() -> None:
    nodes = by_id(node("b", "disconnect"), node("a", "playAudio", ("default", "b")))
    assert validate_flow_topology(nodes, start_node_id="a")[0]
    assert validate_flow_topology(nodes, start_node_id="c") == (False, "The start node `c` is not among the nodes.")


@pytest.mark.parametrize(
    "nodes",
    [{}, [], None, 5, "nodes", {"a": 5}, {1: {}}, [{}], [{"id": ""}], [5], {"a": {"transitionConditions": 5}},
     {"a": {"transitionConditions": [5]}}, {"a": {"transitionConditions": [{"condition": "default"}]}},
     [{"id": "a", "type": "end"}, {"id": "a", "type": "end"}]],
)  # fmt: skip
def test_what_is_no_map_of_nodes_is_invalid_with_a_reason(nodes: Any) -> None:
    valid, message = validate_flow_topology(nodes)
    assert valid is False
    assert message


def test_the_message_stays_short() -> None:
    nodes = SOUND | {f"lost{i}": node(f"lost{i}", "end") for i in range(50)}
    message = validate_flow_topology(nodes)[1]
    assert len(message.splitlines()) == 11
    assert message.endswith("… and 40 more.")


@pytest.mark.parametrize("end", ["disconnect", "n0"], ids=["chain", "ring"])
def test_a_hundred_thousand_nodes_take_linear_time_and_no_recursion(end: str) -> None:
    def seconds(count: int) -> float:
        nodes = {f"n{i}": node(f"n{i}", "playAudio", ("default", f"n{i + 1}")) for i in range(count)}
        last = ("default", "n0") if end == "n0" else ("default", "end")
        nodes[f"n{count}"] = node(f"n{count}", "playAudio", last)
        if end != "n0":
            nodes["end"] = node("end", "disconnect")
        before = time.process_time()
        valid, message = validate_flow_topology(nodes)
        after = time.process_time()
        assert valid == (end != "n0")
        assert len(message) < 2000
        return after - before

    small, large = seconds(10_000), seconds(100_000)
    assert large < 20
    assert large < 40 * max(small, 0.01)


# -- the package


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = "import sys, ivr_action; print([m for m in sys.modules if m.startswith('ivr_action')])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "['ivr_action']"


def test_every_exported_name_exists() -> None:
    for name in ivr_action.__all__:
        assert hasattr(ivr_action, name)
        assert name in dir(ivr_action)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        ivr_action.nothing  # noqa: B018
