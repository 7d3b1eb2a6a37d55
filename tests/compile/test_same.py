"""`same_graph` sees every change to a compiled flow that a caller could meet."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from ivr_action.compile import compile_flow, same_graph
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow
from tests.compile.graphs import graph, node

SOURCE = graph(
    {
        "a": node("playAudio", ("default", "m"), tts="A."),
        "m": node("menu", ("dtmf == '1'", "q"), ("dtmf == '2'", "d"), ("default", "a"), tts="M."),
        "q": node("transferToAcd", ("error", "d"), ("default", "bye"), queue="Sales"),
        "d": node("decision", ("vip", "s"), ("count > 2", "q"), ("default", "bye"), tts="D."),
        "s": node("dataAction", ("error", "q"), ("default", "bye"), action="Find", category="C"),
        "bye": node("disconnect"),
    },
    variables={"vip": False, "count": 0},
)
MADE = compile_flow(SOURCE)


def read(tree: Any) -> ArchitectFlow:
    found = read_flow("flow.yaml", yaml.safe_dump(tree, sort_keys=False).encode()).flow
    assert isinstance(found, ArchitectFlow)
    return found


def find(tree: Any, key: str, name: str) -> dict[str, Any]:
    """The action or container of a type and name."""
    todo = [tree]
    while todo:
        value = todo.pop(0)
        if isinstance(value, dict):
            inner = value.get(key)
            if isinstance(inner, dict) and inner.get("name") == name:
                return inner
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    raise AssertionError(f"no {key} {name}")


def test_what_was_compiled_is_the_same() -> None:
    assert same_graph(SOURCE, read(yaml.safe_load(MADE.yaml)), MADE.nodes) == []
    assert sorted(set(MADE.nodes.values())) == ["a", "bye", "d", "m", "q", "s"]


def start(tree: Any) -> None:
    tree["inboundCall"]["startUpRef"] = "/inboundCall/menus/menu[m]"


def key(tree: Any) -> None:
    find(tree, "menuJumpToTask", "q")["dtmf"] = "digit_5"


def default(tree: Any) -> None:
    find(tree, "menu", "m")["defaultChildMenuRef"] = "./choices/menuJumpToTask[q]"


def swapped(tree: Any) -> None:
    one, other = find(tree, "menuJumpToTask", "q"), find(tree, "menuJumpToTask", "d")
    one["targetTaskRef"], other["targetTaskRef"] = other["targetTaskRef"], one["targetTaskRef"]


def condition(tree: Any) -> None:
    find(tree, "switch", "d")["evaluate"]["firstTrue"]["cases"][1]["case"]["value"]["exp"] = "Flow.count > 3"


def lost_output(tree: Any) -> None:
    del find(tree, "callData", "s")["outputs"]["failure"]


def lost_failure(tree: Any) -> None:
    find(tree, "transferToAcd", "q")["outputs"]["failure"]["actions"] = [{"disconnect": {"name": "bye"}}]


CHANGES: list[Callable[[Any], None]] = [start, key, default, swapped, condition, lost_output, lost_failure]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(change: Callable[[Any], None]) -> None:
    tree = copy.deepcopy(yaml.safe_load(MADE.yaml))
    change(tree)
    assert same_graph(SOURCE, read(tree), MADE.nodes)


def test_another_kind_of_action_is_seen() -> None:
    tree = yaml.safe_load(MADE.yaml.replace("transferToAcd:", "updateData:"))
    nodes = {id_.replace("transferToAcd", "updateData"): source for id_, source in MADE.nodes.items()}
    assert any("`q` is transfer in the source" in said for said in same_graph(SOURCE, read(tree), nodes))


def test_a_node_that_is_not_mapped_is_missing() -> None:
    nodes = {id_: source for id_, source in MADE.nodes.items() if source != "s"}
    assert "`s` is missing" in same_graph(SOURCE, read(yaml.safe_load(MADE.yaml)), nodes)
