"""Calls through node graphs, and the ways that a node offers to who tries them all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from ivr_action.model.trace import CallerEvent, Ending, Trace
from ivr_action.trace.machine import Asks
from ivr_action.trace.walk import Answer, walk
from tests.trace.graphs import ERROR, HANG_UP, SILENCE, Script, flow, graphs, machine, node, press, say

SALES = node("transferToAcd", properties={"queue": "Sales"})
BYE = node("disconnect")


def call(nodes: dict[str, Any], *events: CallerEvent, answers: Any = None, **more: Any) -> Trace:
    return walk(machine(nodes, **more), Script(*events, answers=answers))


def ways(nodes: dict[str, Any], at: str = "a", **more: Any) -> dict[str, str]:
    """Name of each way → where it leads."""
    one = machine(nodes, at, **more)
    state = one.start()
    assert state is not None
    one.visit(state)
    found = one.ways(state)
    names = [way.name for way in found]
    assert len(set(names)) == len(names)
    return {way.name: way.transition.target if way.transition else str(way.ending) for way in found}


# -- endings


@pytest.mark.parametrize(
    ("type_", "properties", "ending", "target"),
    [
        ("transferToAcd", {"queue": "Sales"}, Ending.TRANSFERRED, "Sales"),
        ("queue", {"queueName": "Sales"}, Ending.TRANSFERRED, "Sales"),
        ("transfer", {"queue": {"id": "7", "name": "Sales"}}, Ending.TRANSFERRED, "Sales"),
        ("dial", {"number": "+15551234567"}, Ending.TRANSFERRED, "+15551234567"),
        ("transferToUser", {"user": "ann@example.com"}, Ending.TRANSFERRED, "ann@example.com"),
        ("transferToFlow", {"flow": "Night line"}, Ending.TRANSFERRED, "Night line"),
        ("transferToAcd", {}, Ending.TRANSFERRED, "a"),
        ("disconnect", {}, Ending.DISCONNECTED, ""),
        ("end", {}, Ending.COMPLETED, ""),
    ],
)
def test_an_ending_type_ends_well(type_: str, properties: Any, ending: Ending, target: str) -> None:
    trace = call({"a": node(type_, properties=properties)})
    assert (trace.ending, trace.target, trace.failed) == (ending, target, False)


def test_a_node_without_a_way_on_is_a_dead_end() -> None:
    assert call({"a": node("playAudio")}).ending is Ending.DEAD_END
    assert call({"a": node("decision", ("false", "a"))}).ending is Ending.DEAD_END


def test_no_true_condition_where_the_caller_is_asked_is_no_matching_input() -> None:
    assert call({"a": node("menu", ("dtmf == '1'", "a"))}, press("2")).ending is Ending.NO_MATCHING_INPUT


def test_a_flow_without_a_start_is_a_dead_end_without_steps() -> None:
    trace = call({"a": BYE}, start="b")
    assert (trace.ending, trace.steps) == (Ending.DEAD_END, ())


def test_a_round_without_the_caller_is_a_loop_and_one_that_counts_is_not() -> None:
    rounds = {"a": node("playAudio", ("default", "b")), "b": node("playAudio", ("default", "a"))}
    trace = call(rounds)
    assert (trace.ending, trace.path) == (Ending.LOOP, ("a", "b", "a"))
    changing = {
        "a": node("updateData", ("n == 1", "z"), ("default", "b"), variables={"x": 1}),
        "b": node("updateData", ("default", "a"), variables={"n": 1}),
        "z": BYE,
    }
    assert call(changing, variables={"n": 0}).path == ("a", "b", "a", "z")


def test_the_caller_hangs_up() -> None:
    trace = call({"a": node("menu", ("default", "a"))}, press("1"), HANG_UP, press("2"))
    assert (trace.ending, trace.left_over, len(trace.steps)) == (Ending.HUNG_UP, (press("2"),), 2)


# -- the caller

MENU = {
    "a": node(
        "menu", ("noMatch", "m"), ("default", "d"), ("timeout", "t"), ("error", "e"),
        ("dtmf == '1' || speech == 'sales'", "s"),
    ),
    **dict.fromkeys("mdtes", BYE),
}  # fmt: skip


@pytest.mark.parametrize(
    ("event", "to"),
    [(press("1"), "s"), (say("sales"), "s"), (press("2"), "m"), (say("hm"), "m"), (SILENCE, "t"), (ERROR, "e")],
)
def test_each_thing_a_caller_does_has_its_word(event: CallerEvent, to: str) -> None:
    assert call(MENU, event).path == ("a", to)


@pytest.mark.parametrize("event", [press("2"), say("hm"), SILENCE, ERROR])
def test_the_default_takes_what_has_no_condition(event: CallerEvent) -> None:
    nodes = {"a": node("menu", ("default", "b"), ("dtmf == '1'", "a")), "b": BYE}
    assert call(nodes, event).path == ("a", "b")


def test_keys_are_no_words_and_words_no_keys() -> None:
    nodes = {"a": node("menu", ("dtmf == 'x' || speech == '1'", "a"), ("default", "b")), "b": BYE}
    assert call(nodes, press("1")).path == ("a", "b")


def test_a_later_node_still_knows_what_was_pressed_but_not_that_it_was_silence() -> None:
    nodes = {
        "a": node("collectInput", ("default", "b")),
        "b": node("decision", ("timeout", "x"), ("size(dtmf) == 3", "y"), ("default", "z")),
        **dict.fromkeys("xyz", BYE),
    }
    assert call(nodes, press("123")).path == ("a", "b", "y")
    assert call(nodes, SILENCE).path == ("a", "b", "z")


def test_an_input_is_put_into_the_variable_that_takes_it() -> None:
    nodes = {
        "a": node("collectInput", ("default", "b"), properties={"result": "account"}),
        "b": node("decision", ("account == '42'", "c"), ("default", "b")),
        "c": BYE,
    }
    trace = call(nodes, press("42"))
    assert trace.path == ("a", "b", "c")
    assert trace.variables == {"account": "42"}


def test_what_is_played_is_heard_at_each_visit() -> None:
    nodes = {
        "a": node("menu", ("default", "a"), properties={"audioResource": {"id": "hello"}, "tts": "Press 1."}),
    }
    assert call(nodes, press("1"), HANG_UP).heard == ("hello", "Press 1.") * 2


# -- what the file does not say


def test_a_condition_on_an_unknown_variable_is_asked_for_by_its_text() -> None:
    nodes = {
        "a": node("decision", (" tier == 'gold' ", "b"), ("vip", "c"), ("default", "d")),
        "b": BYE,
        "c": BYE,
        "d": BYE,
    }
    yes = Script(answers={"tier == 'gold'": "Yes"})
    assert walk(machine(nodes), yes).path == ("a", "b")
    assert yes.asked[0] == (Asks.DECISION, "tier == 'gold'", "nothing sets `tier`", "")
    assert call(nodes, answers={"tier == 'gold'": "no", "vip": "true"}).path == ("a", "c")
    assert call(nodes, answers={"tier == 'gold'": "no", "vip": "no"}).path == ("a", "d")
    assert call(nodes, answers={"tier == 'gold'": "default"}).path == ("a", "d")
    nobody = call(nodes)
    assert nobody.path == ("a", "b")
    assert [(found.key, found.chosen) for found in nobody.unknown] == [("tier == 'gold'", "tier == 'gold'")]


def test_a_condition_on_the_key_and_an_unknown_variable_is_asked_only_for_that_key() -> None:
    nodes = {
        "a": node("menu", ("dtmf == '1' && vip", "b"), ("noMatch", "c"), ("default", "d")),
        "b": BYE,
        "c": BYE,
        "d": BYE,
    }
    assert call(nodes, press("1"), answers={"dtmf == '1' && vip": "yes"}).path == ("a", "b")
    assert call(nodes, press("1"), answers={"dtmf == '1' && vip": "no"}).path == ("a", "c")
    other = Script(press("2"))
    assert walk(machine(nodes), other).path == ("a", "c")
    assert other.asked == []
    assert ways(nodes) == {
        "press 1: dtmf == '1' && vip": "b", "press 1: noMatch": "c", "press 0": "c", "silence": "d",
    }  # fmt: skip


INVOICE = {
    "a": node(
        "dataAction", ("error", "e"), ("timeout", "t"), ("invoice.found && invoice.amount > 0", "p"), ("default", "n"),
        properties={"action": "Find Invoice", "result": "invoice"},
    ),
    **dict.fromkeys("etpn", BYE),
}  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "to"),
    [
        (Answer("success", {"found": True, "amount": 5}), "p"),
        (Answer("Success", {"found": False}), "n"),
        (Answer("failure"), "e"),
        (Answer("error"), "e"),
        (Answer("timeout"), "t"),
    ],
)
def test_a_data_action_goes_by_its_outcome_and_what_it_brings(answer: Answer, to: str) -> None:
    trace = call(INVOICE, answers={"Find Invoice": answer}, variables={"invoice": {"found": False}})
    assert trace.path == ("a", to)
    assert trace.unknown == ()


def test_a_result_without_data_is_unknown_even_where_the_variable_had_a_value() -> None:
    answers = {"Find Invoice": "success", "invoice.found && invoice.amount > 0": "no"}
    script = Script(answers=answers)
    trace = walk(machine(INVOICE, variables={"invoice": {"found": False}}), script)
    assert trace.path == ("a", "n")
    assert [question.asks for question in script.asked] == [Asks.OUTCOME, Asks.DECISION]
    assert "invoice" not in trace.variables


def test_every_outcome_is_a_way() -> None:
    assert ways(INVOICE, variables={"invoice": {"found": False}}) == {
        "success: invoice.found && invoice.amount > 0": "p", "success: default": "n", "failure": "e", "timeout": "t",
    }  # fmt: skip


HOURS = {
    "a": node(
        "schedule", ("hours == 'open'", "o"), ("hours == 'lunch'", "l"), ("default", "c"),
        properties={"scheduleGroup": "Office", "result": "hours"},
    ),
    **dict.fromkeys("olc", BYE),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "to"), [("open", "o"), ("Lunch", "l"), ("closed", "c"), ("holiday", "c")])
def test_a_schedule_is_what_the_script_says(answer: str, to: str) -> None:
    assert call(HOURS, answers={"Office": answer}, variables={"hours": "open"}).path == ("a", to)


def test_a_schedule_is_assumed_open_and_that_is_noted() -> None:
    trace = call(HOURS, answers={"Office": "opened"})
    assert trace.path == ("a", "o")
    assert [(found.question, found.key, found.chosen) for found in trace.unknown] == [("schedule", "Office", "open")]
    assert ways(HOURS) == {"open": "o", "lunch": "l", "closed": "c"}


def test_a_schedule_can_be_a_boolean() -> None:
    nodes = {
        "a": node("schedule", ("isOpen", "o"), ("default", "c"), properties={"result": "isOpen"}),
        "o": BYE,
        "c": BYE,
    }
    assert call(nodes, answers={"a": "open"}).path == ("a", "o")
    assert call(nodes, answers={"a": "holiday"}).path == ("a", "c")


def test_a_transfer_fails_or_the_agent_comes_back() -> None:
    nodes = {"a": SALES | node("transferToAcd", ("error", "e"), ("default", "d")), "e": BYE, "d": BYE}
    assert call(nodes, answers={"Sales": "success"}).ending is Ending.TRANSFERRED
    assert call(nodes, answers={"Sales": "failure"}).path == ("a", "e")
    assert call(nodes, answers={"Sales": "return"}).path == ("a", "d")
    assert ways(nodes) == {"success": "transferred", "failure": "e", "return": "d"}


def test_a_failed_transfer_without_a_way_on_is_a_dead_end_only_where_the_script_says_so() -> None:
    assert ways({"a": SALES}) == {"success": "transferred"}
    trace = call({"a": SALES}, answers={"Sales": "failure"})
    assert trace.ending is Ending.DEAD_END
    assert "`Sales` failed" in trace.error


def test_variables_are_known_before_the_call() -> None:
    nodes = {"a": node("decision", ("Flow.tier == 'gold'", "b"), ("default", "c")), "b": BYE, "c": BYE}
    given_ = walk(machine(nodes), Script(), variables={"Flow.tier": "gold", "Flow.age": 7})
    assert given_.path == ("a", "b")
    assert given_.variables == {"Flow": {"tier": "gold", "age": 7}}
    assert walk(machine(nodes), Script(), variables={"Flow.tier": "iron"}).path == ("a", "c")


def test_a_list_of_variables_is_read_like_a_map() -> None:
    nodes = {"a": node("decision", ("tier == 'gold'", "b"), ("default", "c")), "b": BYE, "c": BYE}
    assert call(nodes, variables=[{"name": "tier", "value": "gold"}]).path == ("a", "b")
    assert call(nodes, variables=[{"name": "tier"}]).unknown[0].key == "tier == 'gold'"


# -- ways


def test_a_menu_offers_what_makes_a_difference() -> None:
    assert ways(MENU) == {
        "press 1": "s", "press 0": "m", "say something else": "m", "silence": "t", "error": "e",
    }  # fmt: skip


def test_lengths_patterns_and_lists_are_tried() -> None:
    nodes = {
        "a": node(
            "collectInput", ("size(dtmf) == 4", "b"), ("dtmf in ['7', '77']", "c"), ("dtmf.startsWith('9')", "d"),
            ("default", "e"),
        ),
        **dict.fromkeys("bcde", BYE),
    }  # fmt: skip
    assert set(ways(nodes).values()) == set("bcde")


def test_keys_that_only_a_later_node_tells_apart_are_offered() -> None:
    nodes = {
        "a": node("collectInput", ("default", "b"), properties={"result": "choice"}),
        "b": node("decision", ("choice == '3'", "c"), ("default", "d")),
        "c": BYE,
        "d": BYE,
    }
    assert set(ways(nodes)) == {"press 3", "say 3", "press 0", "silence"}


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_every_way_can_be_gone_and_a_twin_is_independent(nodes: dict[str, Any]) -> None:
    one = machine(nodes, "n0")
    for id_ in nodes:
        state = one.start()
        assert state is not None
        state.node = id_
        one.visit(state)
        key, before = state.key(), dict(state.values)
        for way in one.ways(state):
            if way.ending is None:
                twin = state.fork()
                one.take(twin, way)
                assert way.transition is not None
                assert (twin.node, way.transition.source) == (way.transition.target, id_)
                one.visit(twin)
        assert (state.key(), state.values) == (key, before)


def test_what_a_node_sets_is_set_on_each_visit() -> None:
    nodes = {
        "a": node("updateData", ("default", "b"), variables={"n": 1}),
        "b": node("updateData", ("n == 1", "c"), ("default", "z"), variables={"m": 1}),
        "c": node("updateData", ("default", "b"), variables={"n": 2}),
        "z": BYE,
    }
    assert call(nodes).path == ("a", "b", "c", "b", "z")


def test_the_machine_walks_a_flow_with_findings() -> None:
    found = flow({"a": node("menu", ("", "b"), ("dtmf = 1", "b"), ("default", "nowhere"))})
    assert found.graph.start == "a"
    trace = call({"a": node("menu", ("", "b"), ("dtmf = 1", "b"), ("default", "nowhere"))}, press("1"))
    assert (trace.ending, trace.error) == (Ending.DEAD_END, "It leads to `nowhere`, which is no node.")


def test_no_match_is_of_one_node_only() -> None:
    nodes = {
        "a": node("menu", ("noMatch", "b"), ("dtmf == '1'", "a")),
        "b": node("decision", ("noMatch", "x"), ("default", "y")),
        "x": BYE,
        "y": BYE,
    }
    assert call(nodes, press("2")).path == ("a", "b", "y")


def test_the_first_of_two_defaults_counts() -> None:
    assert call({"a": node("playAudio", ("else", "b"), ("default", "c")), "b": BYE, "c": BYE}).path == ("a", "b")


def test_a_way_taken_as_offered_does_what_its_event_or_outcome_would() -> None:
    nodes = {
        "a": node("collectInput", ("default", "b"), properties={"result": "choice"}),
        "b": node("dataAction", ("error", "c"), ("default", "c"), properties={"result": "found"}),
        "c": BYE,
    }
    one = machine(nodes, variables={"found": 1})
    state = one.start()
    assert state is not None
    for name in ("press 0", "success"):
        one.visit(state)
        one.take(state, next(way for way in one.ways(state) if way.name == name))
    assert state.values["dtmf"] == "0"
    assert state.variables == {"choice": "0"}
