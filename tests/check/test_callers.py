"""The rules for callers, each edge in a small flow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ivr_action.check import CheckOptions, check, rule
from ivr_action.check.options import Cycles
from ivr_action.flow.read import read_flow
from ivr_action.model import Finding, Level


def found(
    text: str,
    rule_id: str,
    cycles: Cycles = "caller-input",
    settings: dict[str, int | str] | None = None,
) -> list[Finding]:
    options = CheckOptions(
        cycles=cycles,
        levels={} if rule(rule_id).enabled else {rule_id: Level.NOTE},
        settings={} if settings is None else {rule_id: settings},
    )
    report = check([read_flow("flow.yaml", text.encode())], options)
    return [finding for finding in report.findings if finding.rule == rule_id]


def graph(nodes: dict[str, tuple[str, dict[str, str]]], type_: str = "inboundCall") -> str:
    """A node graph from id → (type, condition → destination)."""
    made: dict[str, Any] = {
        name: {
            "type": kind,
            "properties": {"tts": "Hello."},
            "transitionConditions": [
                {"condition": condition, "destinationNodeId": target} for condition, target in ways.items()
            ],
        }
        for name, (kind, ways) in nodes.items()
    }
    return json.dumps({"name": "Support", "type": type_, "startNodeId": next(iter(nodes)), "nodes": made})


ROUND = {"a": ("menu", {"dtmf == '1'": "b", "default": "a"}), "b": ("menu", {"default": "a"})}


def test_two_menus_that_only_lead_to_one_another_are_a_trap() -> None:
    (finding,) = found(graph(ROUND), "caller-trap")
    assert finding.node == "a"
    assert "or from 1 more node around it," in finding.message


def test_one_way_out_is_enough() -> None:
    out = {**ROUND, "b": ("menu", {"dtmf == '9'": "bye", "default": "a"}), "bye": ("disconnect", {})}
    assert found(graph(out), "caller-trap") == []


def test_a_trap_behind_a_good_start_is_found() -> None:
    nodes = {"start": ("menu", {"dtmf == '1'": "a", "default": "bye"}), "bye": ("disconnect", {}), **ROUND}
    assert [finding.node for finding in found(graph(nodes), "caller-trap")] == ["a"]


def test_where_circles_are_forbidden_the_circle_is_the_finding() -> None:
    assert found(graph(ROUND), "caller-trap", "forbid") == []
    assert found(graph(ROUND), "cycle", "forbid")


def architect(actions: str, tasks: str = "", kind: str = "inboundCall") -> str:
    lines = "".join(f"          - {line}\n" for line in actions.strip().splitlines())
    return f"""\
{kind}:
  name: Support
  startUpRef: /{kind}/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
{lines}{tasks}"""


ASK = "collectInput: {inputAudio: {tts: Your number?}}"
AGAIN = "jumpToTask: {targetTaskRef: '/inboundCall/tasks/task[Main_1]'}"
CALL = "callTask: {targetTaskRef: '/inboundCall/tasks/task[Sub_2]'}"
SUB = "    - task:\n        name: Sub\n        refId: Sub_2\n        actions:\n          - {}\n"
END = "endTask: {outputPath: {name: default}}"


@pytest.mark.parametrize(
    ("actions", "tasks", "count"),
    [
        (f"{ASK}\n{AGAIN}", "", 1),
        (f"{ASK}\ndecision: {{condition: {{exp: Call.x}}, outputs: {{'yes': {{actions: [{AGAIN}]}}}}}}", "", 0),
        (f"{ASK}\n{CALL}\n{AGAIN}", SUB.format(END), 1),  # the end of a called task is no end of the call
        (f"{ASK}\n{CALL}\n{AGAIN}", SUB.format("disconnect: {none: true}"), 0),
        (f"{ASK}\n{CALL}\ndisconnect: {{none: true}}", SUB.format(END), 0),
        (f"{ASK}\n{AGAIN}".replace(ASK, "playAudio: {audio: {tts: Hello.}}"), "", 0),  # a silent circle is `cycle`'s
    ],
)
def test_traps_in_tasks(actions: str, tasks: str, count: int) -> None:
    assert len(found(architect(actions, tasks), "caller-trap")) == count


def test_a_workflow_has_no_caller_to_trap() -> None:
    text = architect(f"{ASK}\n{AGAIN}".replace("inboundCall", "workflow"), kind="workflow")
    assert found(text, "caller-trap") == []


def chain(menus: int, end: str = "transferToAcd") -> str:
    nodes: dict[str, tuple[str, dict[str, str]]] = {
        f"m{number}": ("menu", {"dtmf == '1'": f"m{number + 1}", "default": "bye"}) for number in range(menus)
    }
    return graph({**nodes, f"m{menus}": (end, {}), "bye": ("disconnect", {})})


@pytest.mark.parametrize(("menus", "count"), [(1, 0), (3, 0), (4, 1)])
def test_a_person_within_three_choices(menus: int, count: int) -> None:
    assert len(found(chain(menus), "no-human")) == count


def test_how_many_choices_are_too_many_is_a_setting() -> None:
    assert len(found(chain(2), "no-human", settings={"max-choices": 1})) == 1
    assert found(chain(4), "no-human", settings={"max-choices": 4}) == []


@pytest.mark.parametrize(
    ("kind", "type_", "count"),
    [("disconnect", "inboundCall", 1), ("voicemail", "inboundCall", 0), ("createCallback", "inboundCall", 0),
     ("disconnect", "", 1), ("disconnect", "inboundShortMessage", 0), ("disconnect", "INBOUND_CALL", 1)],
)  # fmt: skip
def test_who_is_a_person_and_where_it_matters(kind: str, type_: str, count: int) -> None:
    nodes: dict[str, tuple[str, dict[str, str]]] = {"m": ("menu", {"default": "x"}), "x": (kind, {"default": "bye"})}
    assert len(found(graph({**nodes, "bye": ("disconnect", {})}, type_), "no-human")) == count


def test_an_announcement_needs_no_person() -> None:
    assert found(graph({"a": ("playAudio", {"default": "b"}), "b": ("disconnect", {})}), "no-human") == []


@pytest.mark.parametrize(("menus", "count"), [(3, 0), (4, 1), (6, 1)])
def test_menus_behind_menus(menus: int, count: int) -> None:
    """Only the first menu that is too deep is named, not everything behind it."""
    deep = found(chain(menus), "menu-too-deep")
    assert [finding.node for finding in deep] == ["m3"] * count


def wide(keys: int) -> str:
    ways = {f"dtmf == '{key}'": "bye" for key in range(keys)}
    return graph({"m": ("menu", {**ways, "default": "bye", "timeout": "bye"}), "bye": ("disconnect", {})})


@pytest.mark.parametrize(("keys", "count"), [(5, 0), (6, 1)])
def test_choices_are_counted_without_default_and_timeout(keys: int, count: int) -> None:
    assert len(found(wide(keys), "menu-too-wide")) == count


def test_how_wide_is_too_wide_is_a_setting() -> None:
    assert found(wide(6), "menu-too-wide", settings={"max-choices": 6}) == []


@pytest.mark.parametrize(
    ("ways", "rules"),
    [
        ({"dtmf == '1'": "bye"}, ["no-input-unhandled", "no-match-unhandled"]),
        ({"dtmf == '1'": "bye", "timeout": "bye"}, ["no-match-unhandled"]),
        ({"dtmf == '1'": "bye", "timeout || noMatch": "bye"}, []),
        ({"dtmf == '1'": "bye", "else": "bye"}, []),
        ({"tier == 'gold'": "bye", "tier != 'gold'": "bye"}, []),  # it does not wait
    ],
)
def test_silent_and_wrong_answers(ways: dict[str, str], rules: list[str]) -> None:
    text = graph({"a": ("playAudio", ways), "bye": ("disconnect", {})})
    got = [name for name in ("no-input-unhandled", "no-match-unhandled") if found(text, name)]
    assert got == rules


def test_what_a_menu_leaves_out_is_for_missing_default_alone() -> None:
    text = graph({"a": ("menu", {"dtmf == '1'": "bye"}), "bye": ("disconnect", {})})
    assert found(text, "no-input-unhandled") == []
    assert found(text, "missing-default")


TRANSFER = "transferToAcd: {targetQueue: {lit: {name: Sales}}}"


def test_hours_are_looked_at_on_the_way() -> None:
    ask: dict[str, tuple[str, dict[str, str]]] = {
        "hours": ("schedule", {"open": "queue", "default": "bye"}),
        "queue": ("transferToAcd", {}),
        "bye": ("disconnect", {}),
    }
    assert found(graph(ask), "hours-not-checked") == []
    early: dict[str, tuple[str, dict[str, str]]] = {"m": ("menu", {"dtmf == '1'": "queue", "default": "hours"}), **ask}
    assert [finding.node for finding in found(graph(early), "hours-not-checked")] == ["queue"]


@pytest.mark.parametrize(
    ("actions", "count"),
    [
        ("callData: {category: {A: {dataAction: {B: {}}}}}", 1),
        ("callData: {outputs: {failure: {actions: [disconnect: {none: true}]}}}", 1),  # no `timeout`
        (TRANSFER, 1),
        (f"{TRANSFER}\ndisconnect: {{none: true}}", 0),
        ("transferToAcd: {outputs: {failure: {actions: [disconnect: {none: true}]}}}", 0),
        (f"decision: {{outputs: {{'yes': {{actions: [{TRANSFER}]}}}}}}\ndisconnect: {{none: true}}", 0),
    ],
)
def test_what_happens_where_something_fails(actions: str, count: int) -> None:
    assert len(found(architect(actions), "failure-path-missing")) == count


@pytest.mark.parametrize(
    ("actions", "count"),
    [
        ("playAudio: {name: Hello}", 1),
        ("playAudio: {audio: {noValue: true}}", 1),
        ("playAudio: {audio: {prompt: Prompt.Hello}}", 0),
        ("collectInput: {audio: {tts: Number?}}", 1),  # its key is `inputAudio`
        ("collectInput: {inputAudio: {tts: Number?}}", 0),
    ],
)
def test_prompts_that_say_nothing(actions: str, count: int) -> None:
    assert len(found(architect(actions), "prompt-without-audio")) == count


def test_a_trap_may_be_as_deep_as_it_likes() -> None:
    count = 20_000
    nodes: dict[str, tuple[str, dict[str, str]]] = {
        f"m{number}": ("menu", {"default": f"m{(number + 1) % count}"}) for number in range(count)
    }
    assert [finding.node for finding in found(graph(nodes), "caller-trap")] == ["m0"]
