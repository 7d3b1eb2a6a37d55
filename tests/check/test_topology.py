"""Where callers can get to: circles, dead ends, defaults, shadowed transitions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ivr_action.check import CheckOptions, check
from ivr_action.check.options import Cycles
from ivr_action.flow.read import read_flow
from ivr_action.model import Finding


def graph(nodes: dict[str, tuple[str, list[tuple[str, str]]]], start: str = "a") -> bytes:
    made: dict[str, Any] = {
        id_: {
            "id": id_,
            "type": type_,
            "transitionConditions": [{"condition": c, "destinationNodeId": d} for c, d in ways],
            "properties": {"tts": "Hello."},
        }
        for id_, (type_, ways) in nodes.items()
    }
    return json.dumps({"id": "f", "name": "F", "startNodeId": start, "nodes": made}, indent=1).encode()


def found(data: bytes, rule: str, cycles: Cycles = "forbid") -> list[Finding]:
    report = check([read_flow("flow.json", data)], CheckOptions(cycles=cycles))
    return [finding for finding in report.findings if finding.rule == rule]


END: tuple[str, list[tuple[str, str]]] = ("disconnect", [])


def test_a_circle_is_named_in_order() -> None:
    data = graph(
        {"a": ("playAudio", [("default", "b")]), "b": ("playAudio", [("default", "c")]),
         "c": ("decision", [("x", "a"), ("default", "end")]), "end": END}
    )  # fmt: skip
    (finding,) = found(data, "cycle")
    assert "`a` → `b` → `c` → `a`" in finding.message


def test_a_node_that_leads_to_itself() -> None:
    data = graph({"a": ("menu", [("dtmf == '1'", "a"), ("default", "end")]), "end": END})
    (finding,) = found(data, "cycle")
    assert "leads to itself" in finding.message
    assert "caller-input" in finding.hint


@pytest.mark.parametrize(("cycles", "count"), [("forbid", 1), ("caller-input", 0), ("allow", 0)])
def test_a_circle_through_a_menu_depends_on_the_input(cycles: Cycles, count: int) -> None:
    data = graph(
        {"a": ("playAudio", [("default", "m")]), "m": ("menu", [("dtmf == '9'", "a"), ("default", "end")]), "end": END}
    )
    assert len(found(data, "cycle", cycles)) == count


@pytest.mark.parametrize(("cycles", "count"), [("forbid", 1), ("caller-input", 1), ("allow", 0)])
def test_a_circle_without_the_caller_depends_on_the_input(cycles: Cycles, count: int) -> None:
    data = graph(
        {"a": ("decision", [("x", "b"), ("default", "end")]), "b": ("playAudio", [("default", "a")]), "end": END}
    )
    assert len(found(data, "cycle", cycles)) == count


def test_each_knot_is_one_finding() -> None:
    data = graph(
        {"a": ("decision", [("x", "b"), ("default", "c")]), "b": ("playAudio", [("default", "b2")]),
         "b2": ("playAudio", [("default", "b")]), "c": ("playAudio", [("default", "c")])}
    )  # fmt: skip
    assert len(found(data, "cycle")) == 2


def test_a_diamond_is_no_circle() -> None:
    data = graph(
        {"a": ("decision", [("x", "b"), ("default", "c")]), "b": ("playAudio", [("default", "d")]),
         "c": ("playAudio", [("default", "d")]), "d": END}
    )  # fmt: skip
    assert found(data, "cycle") == []


def test_only_the_first_lost_destinations_get_a_suggestion() -> None:
    data = graph({f"n{i}": ("menu", [("default", f"x{i}")]) for i in range(2_000)} | {"end": END})
    lost = found(data, "dangling-reference")
    assert len(lost) == 2_000
    assert "Did you mean" not in lost[-1].hint


def test_one_lost_way_is_one_finding_that_names_what_lies_behind_it() -> None:
    data = graph({"a": END, "b": ("playAudio", [("default", "c")]), "c": END, "d": END})
    lost, alone = found(data, "unreachable-node")
    assert (lost.node, alone.node) == ("b", "d")
    assert "`b`" in lost.message
    assert "behind it: `c`" in lost.message
    assert "behind" not in alone.message


def test_lost_nodes_in_a_circle_are_one_finding_too() -> None:
    data = graph({"a": END, "b": ("playAudio", [("default", "c")]), "c": ("playAudio", [("default", "b")])})
    assert [finding.node for finding in found(data, "unreachable-node")] == ["b"]


def test_without_a_start_nothing_is_called_unreachable() -> None:
    data = graph({"a": END, "b": END}, start="nowhere")
    assert found(data, "unreachable-node") == []
    assert len(found(data, "no-start")) == 1


def test_a_dead_end_of_an_unknown_type_is_left_to_the_warning() -> None:
    data = graph({"a": ("teleport", [])})
    assert found(data, "dead-end") == []
    assert "no transition" in found(data, "unknown-node-type")[0].message


@pytest.mark.parametrize(
    "conditions",
    [
        ["dtmf == '1'", "default"],
        ["dtmf == '1'", "else"],
        ["dtmf == '1'", "true"],
        ["dtmf == '1'", "noMatch", "timeout"],
        ["dtmf == '1'", "dtmf != '1'"],
    ],
)
def test_these_leave_nobody_stuck(conditions: list[str]) -> None:
    data = graph({"a": ("menu", [(condition, "end") for condition in conditions]), "end": END})
    assert found(data, "missing-default") == []


@pytest.mark.parametrize("conditions", [["dtmf == '1'"], ["dtmf == '1'", "noMatch"], ["speech == 'default'"]])
def test_these_leave_somebody_stuck(conditions: list[str]) -> None:
    data = graph({"a": ("menu", [(condition, "end") for condition in conditions]), "end": END})
    assert len(found(data, "missing-default")) == 1


@pytest.mark.parametrize(
    ("conditions", "shadowed"),
    [
        (["dtmf == '1'", "dtmf=='1'", "default"], 1),
        (["dtmf == '1'", 'dtmf == "1"', "default"], 1),
        (["true", "dtmf == '1'", "default"], 2),
        (["default", "dtmf == '1'"], 0),
        (["default", "else"], 1),
        (["dtmf == '1'", "dtmf == '2'", "default"], 0),
    ],
)
def test_shadowed_transitions(conditions: list[str], shadowed: int) -> None:
    data = graph({"a": ("menu", [(condition, "end") for condition in conditions]), "end": END})
    assert len(found(data, "shadowed-transition")) == shadowed


def test_an_invalid_condition_points_at_its_column() -> None:
    data = graph({"a": ("menu", [("dtmf = '1'", "end"), ("default", "end")]), "end": END})
    (finding,) = found(data, "invalid-condition")
    line = data.decode().splitlines()[(finding.location.line or 0) - 1]
    assert line[(finding.location.column or 0) - 1] == "="


TASKS = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - callTask:
              name: First
              targetTaskRef: /inboundCall/tasks/task[Ask_2]
          - callTask:
              name: Second
              targetTaskRef: /inboundCall/tasks/task[Ask_2]
          - {last}
    - task:
        name: Ask
        refId: Ask_2
        actions:
          - {inner}
          - endTask:
              name: Done
"""
AGAIN = "jumpToTask: {name: Again, targetTaskRef: '/inboundCall/tasks/task[Main_1]'}"
SAY = "playAudio: {name: Say, audio: {tts: Hello.}}"
ASK = "collectInput: {name: Ask, inputData: {var: Task.x}, digits: {exact: 1}}"


def test_a_task_called_twice_is_no_circle() -> None:
    data = TASKS.format(last="disconnect: {none: true}", inner=SAY).encode()
    assert found(data, "cycle") == []


def test_a_circle_through_a_called_task_that_never_waits() -> None:
    (finding,) = found(TASKS.format(last=AGAIN, inner=SAY).encode(), "cycle")
    assert "callTask First" in finding.message


def test_a_circle_through_a_called_task_that_waits() -> None:
    assert found(TASKS.format(last=AGAIN, inner=ASK).encode(), "cycle") == []


def test_a_task_that_calls_itself() -> None:
    inner = "callTask: {name: Deeper, targetTaskRef: '/inboundCall/tasks/task[Ask_2]'}"
    assert len(found(TASKS.format(last="disconnect: {none: true}", inner=inner).encode(), "cycle")) == 1


@pytest.mark.parametrize("last", [[], [("default", "n0")]], ids=["chain", "ring"])
def test_a_hundred_thousand_nodes_take_no_stack(last: list[tuple[str, str]]) -> None:
    count = 100_000
    nodes: dict[str, tuple[str, list[tuple[str, str]]]] = {
        f"n{n}": ("playAudio", [("default", f"n{n + 1}")]) for n in range(count - 1)
    }
    nodes[f"n{count - 1}"] = ("playAudio", last) if last else END
    data = graph(nodes, start="n0")
    cycles = found(data, "cycle")
    assert len(cycles) == bool(last)
    assert all("99991 more" in finding.message for finding in cycles)
