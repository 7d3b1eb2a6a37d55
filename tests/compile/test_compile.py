"""What each type of node becomes, what joins and cycles become, and what is said of what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from ivr_action.compile import Compiled, compile_flow, source_of
from ivr_action.flow.node_types import NODE_TYPES
from ivr_action.model import Level
from tests.compile.graphs import architect, compiled, graph, messages, node

BYE = {"bye": node("disconnect")}
TO_BYE = ("default", "bye")


def body(made: Compiled) -> dict[str, Any]:
    """The flow's YAML as a tree."""
    assert made.yaml, messages(made)
    found: dict[str, Any] = yaml.safe_load(made.yaml)["inboundCall"]
    return found


def tasks(made: Compiled) -> dict[str, list[dict[str, Any]]]:
    return {item["task"]["name"]: item["task"]["actions"] for item in body(made).get("tasks", ())}


def menus(made: Compiled) -> dict[str, dict[str, Any]]:
    return {item["menu"]["name"]: item["menu"] for item in body(made).get("menus", ())}


def only(first: Mapping[str, Any], **more: Any) -> str:
    """The one message about a node."""
    made = compiled({"a": dict(first), "b": node("playAudio", TO_BYE, tts="B."), **BYE}, **more)
    ((_, line, message),) = messages(made)
    assert made.yaml == ""
    assert line == 2
    return message


# -- shape -------------------------------------------------------------------------------------------------------------


def test_a_chain_is_one_list() -> None:
    made = compiled(
        {"a": node("playAudio", ("default", "b"), tts="A."), "b": node("playAudio", TO_BYE, tts="B."), **BYE}
    )
    assert tasks(made) == {
        "a": [
            {"playAudio": {"name": "a", "audio": {"tts": "A."}}},
            {"playAudio": {"name": "b", "audio": {"tts": "B."}}},
            {"disconnect": {"name": "bye"}},
        ]
    }
    assert body(made)["startUpRef"] == "/inboundCall/tasks/task[a]"


def test_a_join_below_one_action_stands_behind_it() -> None:
    nodes = {
        "a": node("decision", ("vip", "b"), ("default", "c")),
        "b": node("playAudio", ("default", "c"), tts="B."),
        "c": node("playAudio", TO_BYE, tts="C."),
        **BYE,
    }
    ((name, actions),) = tasks(compiled(nodes, variables={"vip": False})).items()
    assert name == "a"
    assert [next(iter(action)) for action in actions] == ["decision", "playAudio", "disconnect"]
    assert list(actions[0]["decision"]["outputs"]) == ["yes"]


def test_a_join_from_elsewhere_is_a_task_that_is_jumped_to() -> None:
    nodes = {
        "a": node("menu", ("dtmf == '1'", "c"), ("dtmf == '2'", "b"), ("default", "c"), tts="A."),
        "b": node("playAudio", ("default", "c"), tts="B."),
        "c": node("playAudio", TO_BYE, tts="C."),
        **BYE,
    }
    made = compiled(nodes)
    assert list(tasks(made)) == ["c"]
    choices = menus(made)["a"]["choices"]
    assert [next(iter(choice)) for choice in choices] == ["menuJumpToTask", "menuTask"]
    assert choices[1]["menuTask"]["task"]["actions"][1] == {
        "jumpToTask": {"name": "c", "targetTaskRef": "/inboundCall/tasks/task[c]"}
    }


def test_a_cycle_is_a_jump_back() -> None:
    nodes = {
        "a": node("playAudio", ("default", "b"), tts="A."),
        "b": node("menu", ("dtmf == '1'", "a"), ("default", "b"), tts="B."),
    }
    made = compiled(nodes)
    assert tasks(made)["a"][1]["jumpToMenu"]["targetMenuRef"] == "/inboundCall/menus/menu[b]"
    assert architect(made).graph.reachable == set(architect(made).graph.nodes)


def test_deep_nesting_becomes_tasks() -> None:
    nodes = {
        f"n{number}": node("decision", (f"count == {number}", f"n{number + 1}"), ("default", f"p{number}"))
        for number in range(40)
    }
    nodes |= {f"p{number}": node("playAudio", TO_BYE, tts="P.") for number in range(40)}
    nodes |= {"n40": node("disconnect"), **BYE}
    made = compiled(nodes, "n0", variables={"count": 0})
    assert 3 < len(tasks(made)) < 10


def test_a_long_chain_needs_no_stack() -> None:
    count = 3_000
    nodes = {f"n{i}": node("playAudio", ("default", f"n{i + 1}"), tts="N.") for i in range(count)}
    made = compiled({**nodes, f"n{count}": node("disconnect")}, "n0")
    assert len(tasks(made)["n0"]) == count + 1


def test_the_order_of_nodes_decides_nothing_but_the_order() -> None:
    nodes = {
        "a": node("menu", ("dtmf == '1'", "b"), ("default", "c"), tts="A."),
        "b": node("playAudio", ("default", "c"), tts="B."),
        "c": node("playAudio", TO_BYE, tts="C."),
        **BYE,
    }
    made, turned = compiled(nodes), compiled(dict(reversed(nodes.items())))
    assert menus(made) == menus(turned)
    assert tasks(made) == tasks(turned)


@pytest.mark.parametrize("type_", ["start", "decision", "updateData", "loop"])
@pytest.mark.parametrize("ways", [[], [("vip", "b")]])
def test_a_node_without_an_action_of_its_own(type_: str, ways: list[tuple[str, str]]) -> None:
    nodes = {"a": node(type_, *ways, TO_BYE, tts="A."), "b": node("playAudio", TO_BYE, tts="B."), **BYE}
    made = compiled(nodes, variables={"vip": False})
    assert next(iter(tasks(made)["a"][0])) == "playAudio"


ODD = [
    "yes",
    "1",
    "a b",
    "a/b",
    "[c]",
    "a#2",
    " ",
    "x: y",
    "- z",
    "null",
    "{{k}}",
    "#",
    "'",
    '"',
    "a\nb",
    "!x",
    "&a",
    "é\x07",
]


@pytest.mark.parametrize("id_", ODD)
def test_any_id_and_name_will_do(id_: str) -> None:
    nodes = {
        id_: {**node("menu", ("dtmf == '1'", "c"), ("default", "bye"), tts=id_), "name": id_},
        "c": node("playAudio", ("default", id_), tts="C."),
        **BYE,
    }
    made = compiled(nodes, id_, name=id_.strip() or "x", description=id_)
    assert sorted(made.nodes.values()) == sorted(nodes)


def test_names_are_unique_and_hold_no_brackets() -> None:
    nodes = {
        "a": {**node("playAudio", ("default", "b"), tts="A."), "name": "Say [it]/now"},
        "b": {**node("playAudio", TO_BYE, tts="B."), "name": "Say (it)-now"},
        **BYE,
    }
    made = compiled(nodes)
    names = [next(iter(action.values()))["name"] for action in next(iter(tasks(made).values()))]
    assert names == ["Say (it)-now (a)", "Say (it)-now (b)", "bye"]


def test_what_the_platform_speaks_of_leads_back_to_the_node() -> None:
    nodes = {
        "a": {**node("menu", ("dtmf == '1'", "b"), ("default", "c"), tts="A."), "name": "Main menu"},
        "b": {**node("transferToAcd", ("default", "c"), queue="Q"), "name": "To sales"},
        "c": node("playAudio", TO_BYE, tts="C.", variables={"tier": "x"}), **BYE,
    }  # fmt: skip
    made = compiled(nodes)
    source = graph(nodes)
    assert {source_of(source, id_) for id_ in made.nodes} == {"a", "b", "c", "bye"}
    assert source_of(source, "task/c/updateData c: variables") == "c"
    assert source_of(source, "menu/Main menu/menuTask To sales#2/task/transferToAcd To sales#2") == "b"
    assert source_of(source, "task/elsewhere/playAudio") == ""


def test_the_header_is_taken_over() -> None:
    made = compiled(
        {"a": node("disconnect")},
        name="Sales line", description="For sales", division="Sales", defaultLanguage="de-DE", voice="Anna",
    )  # fmt: skip
    found = body(made)
    assert (found["name"], found["description"], found["division"]) == ("Sales line", "For sales", "Sales")
    assert found["defaultLanguage"] == "de-de"
    assert found["supportedLanguages"]["de-de"]["textToSpeech"] == {"defaultEngine": {"voice": "Anna"}}


def test_variables_have_the_types_of_their_values() -> None:
    nodes = {"a": node("updateData", TO_BYE, variables={"count": 2.5, "note": "x"}), **BYE}
    made = compiled(nodes, variables={"count": 1, "vip": True, "order": {"id": "", "lines": {"n": 0}}})
    assert body(made)["variables"] == [
        {"decimalVariable": {"name": "Flow.count", "initialValue": {"lit": 1.0}}},
        {"stringVariable": {"name": "Flow.note", "initialValue": {"noValue": True}}},
        {"stringVariable": {"name": "Flow.order_id", "initialValue": {"lit": ""}}},
        {"integerVariable": {"name": "Flow.order_lines_n", "initialValue": {"lit": 0}}},
        {"booleanVariable": {"name": "Flow.vip", "initialValue": {"lit": True}}},
    ]
    assert tasks(made)["a"][0]["updateData"]["statements"] == [
        {"decimal": {"variable": "Flow.count", "value": {"lit": 2.5}}},
        {"string": {"variable": "Flow.note", "value": {"lit": "x"}}},
    ]


# -- who waits ---------------------------------------------------------------------------------------------------------


def test_a_menu_whose_default_needs_a_key_gets_a_free_one() -> None:
    nodes = {"a": node("menu", ("dtmf == '0'", "b"), TO_BYE, tts="A."), "b": node("playAudio", TO_BYE, tts="B."), **BYE}
    found = menus(compiled(nodes))["a"]
    assert found["settingsMenu"]["repeatCount"] == {"lit": 1}
    assert found["choices"][1] == {
        "menuDisconnect": {
            "name": "No input or no match", "dtmf": "digit_9", "globalDtmf": False, "globalSpeechRecTerms": False,
        }
    }  # fmt: skip
    assert found["defaultChildMenuRef"] == "./choices/menuDisconnect[No input or no match]"


def test_a_key_that_leads_where_wrong_keys_lead_stays_a_choice() -> None:
    nodes = {
        "a": node("menu", ("dtmf == '1'", "b"), ("dtmf == '2'", "c"), ("default", "c"), tts="A."),
        "b": node("playAudio", TO_BYE, tts="B."), "c": node("playAudio", TO_BYE, tts="C."), **BYE,
    }  # fmt: skip
    found = menus(compiled(nodes))["a"]
    assert [next(iter(choice.values()))["dtmf"] for choice in found["choices"]] == ["digit_1", "digit_2"]
    assert found["defaultChildMenuRef"].endswith("[c]")


def test_words_belong_to_their_choice() -> None:
    nodes = {
        "a": node("menu", ("dtmf == '1' || speech == 'sales'", "b"), ("speech == 'leave'", "b2"), TO_BYE, tts="A."),
        "b": node("playAudio", TO_BYE, tts="B."), "b2": node("playAudio", TO_BYE, tts="B2."), **BYE,
    }  # fmt: skip
    made = compiled(nodes)
    first, second, _ = (next(iter(choice.values())) for choice in menus(made)["a"]["choices"])
    assert first["speechRecTerms"] == {"en-us": {"terms": ["sales"]}}
    assert ("dtmf" in second, second["speechRecTerms"]) == (False, {"en-us": {"terms": ["leave"]}})
    assert body(made)["settingsSpeechRec"] == {"asrEnabledOnFlow": True}


def test_the_variable_that_takes_the_keys_is_the_keys() -> None:
    """Its own condition may speak of it: a star must come in, and be told from silence."""
    asks = node("collectInput", ("code == '*'", "b"), ("else", "bye"), tts="Code?", result="code")
    nodes = {"a": asks, "b": node("playAudio", TO_BYE, tts="B."), **BYE}
    found = tasks(compiled(nodes, variables={"code": ""}))["a"][0]["collectInput"]
    assert (found["acceptJustStar"], found["acceptJustPound"]) == ({"lit": True}, {"lit": True})


def test_silence_beside_wrong_keys_needs_collect_input() -> None:
    nodes = {"a": node("menu", ("dtmf == '1'", "b"), ("timeout", "a"), TO_BYE, tts="A."),
             "b": node("playAudio", TO_BYE, tts="B."), **BYE}  # fmt: skip
    found = tasks(compiled(nodes))["a"][0]["collectInput"]
    assert found["digits"] == {"range": {"min": 1, "max": 1}}
    assert (found["acceptJustStar"], found["acceptJustPound"]) == ({"lit": True}, {"lit": True})
    assert found["outputs"]["success"]["actions"][0]["decision"]["condition"] == {"exp": 'Flow.a_input == "1"'}
    assert found["outputs"]["failure"]["actions"][0]["jumpToTask"]["targetTaskRef"].endswith("[a]")


@pytest.mark.parametrize(
    ("ways", "digits"),
    [
        ([("size(dtmf) == 8", "b")], (8, 8)),
        ([("size(dtmf) >= 2 && size(dtmf) <= 4", "b")], (2, 4)),
        ([("timeout", "bye"), ("default", "b")], (1, 32)),
        ([("dtmf == '12' || dtmf == '345'", "b")], (2, 3)),
    ],
)
def test_collect_input_asks_for_what_the_conditions_tell_apart(
    ways: list[tuple[str, str]], digits: tuple[int, int]
) -> None:
    nodes = {"a": node("collectInput", *ways, TO_BYE, tts="A."), "b": node("playAudio", TO_BYE, tts="B."), **BYE}
    found = tasks(compiled(nodes))["a"][0]["collectInput"]
    assert tuple(found["digits"]["range"].values()) == digits


# -- works and leaves --------------------------------------------------------------------------------------------------


def test_a_data_action_has_a_way_for_each_outcome() -> None:
    nodes = {
        "a": node("dataAction", ("error || timeout", "bye"), ("order.open", "b"), ("default", "bye"),
                  action="Find", category="Orders", inputs={"id": {"variable": "number"}, "n": 3}, result="order"),
        "b": node("playAudio", TO_BYE, tts="B."), **BYE,
    }  # fmt: skip
    made = compiled(nodes, variables={"order": {"open": False}, "number": ""})
    found = tasks(made)["a"][0]["callData"]
    assert found["category"] == {
        "Orders": {
            "dataAction": {
                "Find": {
                    "inputs": {"id": {"exp": "Flow.number"}, "n": {"lit": 3}},
                    "successOutputs": {"open": {"var": "Flow.order_open"}},
                }
            }
        }
    }
    assert list(found["outputs"]) == ["success", "failure", "timeout"]


def test_a_schedule_keeps_its_word_where_another_node_reads_it() -> None:
    nodes = {
        "a": node("schedule", ("hours == 'open'", "b"), ("default", "b"), scheduleGroup="Office", result="hours"),
        "b": node("decision", ("hours == 'holiday'", "c"), TO_BYE), "c": node("playAudio", TO_BYE, tts="C."), **BYE,
    }  # fmt: skip
    found = tasks(compiled(nodes))["a"][0]["evaluateScheduleGroup"]
    statement = found["outputs"]["holiday"]["actions"][0]["updateData"]["statements"]
    assert statement == [{"string": {"variable": "Flow.hours", "value": {"lit": "holiday"}}}]
    assert list(found["outputs"]) == ["open", "closed", "holiday", "emergency"]


TARGETS = {
    "transferToAcd": ({"queue": "Sales"}, "targetQueue", {"lit": {"name": "Sales"}}),
    "transferToNumber": ({"number": "+15550100"}, "targetNumber", {"lit": "+15550100"}),
    "transferToUser": ({"user": "ann@example.com"}, "targetUser", {"lit": {"name": "ann@example.com"}}),
    "transferToGroup": ({"group": "Ring"}, "targetGroup", {"lit": {"name": "Ring"}}),
    "transferToFlow": ({"flow": "Other"}, "targetFlow", {"name": "Other"}),
    "transferToFlowSecure": ({"flow": "Pay"}, "targetFlow", {"name": "Pay"}),
    "transferToVoicemail": ({"queue": "Box"}, "destination", {"queue": {"targetQueue": {"lit": {"name": "Box"}}}}),
}


@pytest.mark.parametrize("type_", TARGETS)
def test_a_transfer_names_its_target_and_handles_its_failure(type_: str) -> None:
    properties, key, value = TARGETS[type_]
    nodes = {"a": node(type_, ("error", "b"), TO_BYE, **properties), "b": node("playAudio", TO_BYE, tts="B."), **BYE}
    found = tasks(compiled(nodes))["a"][0][type_]
    assert found[key] == value
    assert next(iter(found["outputs"]["failure"]["actions"][0])) == "playAudio"


def test_audio_is_a_prompt_a_text_or_both() -> None:
    resource = {"id": "0f1c", "type": "resource"}
    nodes = {
        "a": node("playAudio", ("default", "b"), audioResource=resource),
        "b": node("playAudio", TO_BYE, tts='Say "hi".', audioResource=resource), **BYE,
    }  # fmt: skip
    made = compile_flow(graph(nodes), prompts={"0f1c": "welcome"})
    assert [action["playAudio"]["audio"] for action in tasks(made)["a"][:2]] == [
        {"exp": "ToAudio(Prompt.welcome)"},
        {"exp": 'Append(Prompt.welcome, ToAudioTTS("Say \\"hi\\"."))'},
    ]


# -- what cannot be said -----------------------------------------------------------------------------------------------

CASES: list[tuple[dict[str, Any], str]] = [
    (node("playAudio", TO_BYE, audioResource={"id": "w1"}), "nobody knows the name of the prompt `w1`"),
    (node("playAudio", TO_BYE), "there is nothing to play"),
    (node("unheardOf", TO_BYE), "its type `unheardOf` is unknown"),
    (node("decision", ("nobody == 'x'", "b"), TO_BYE), "nothing sets `nobody`"),
    (node("decision", ("tier == 1", "b"), TO_BYE), "is compared with a number"),
    (node("decision", ("tier.matches('a')", "b"), TO_BYE), "`matches` has no counterpart"),
    (node("decision", ("tier == 'a'", "b")), "it has no way on where none of its conditions is true"),
    (node("decision", ("dtmf == '1'", "b"), TO_BYE), "only a node that asks the caller knows it"),
    (node("playAudio", ("error", "b"), TO_BYE, tts="A."), "in Architect this action has no way for that"),
    (node("menu", ("error", "b"), TO_BYE, tts="A."), "one error handling for the whole flow"),
    (node("menu", ("dtmf == '12'", "b"), TO_BYE, tts="A."), "its conditions want more than one key"),
    (node("menu", ("speech == 'x'", "b"), ("timeout", "b"), TO_BYE, tts="A."), "tells silence from a wrong word"),
    (node("menu", ("speech.contains('x')", "b"), TO_BYE, tts="A."), "more than a menu's words can tell"),
    (node("collectInput", ("speech == 'x'", "b"), TO_BYE, tts="A."), "Collect Input takes keys only"),
    (node("dataAction", TO_BYE, action="Find"), "nobody knows the category of the data action `Find`"),
    (node("dataAction", TO_BYE, action="Find", category="C", result="what"), "nothing says the type of its result"),
    (node("schedule", TO_BYE, scheduleGroup="Office"), "no variable takes what the schedule says"),
    (node("transferToAcd", TO_BYE), "it does not say which queue"),
    (node("transferToAcd", ("error", "bye"), ("default", "b"), queue="S"), "where the agent hangs up first"),
    (node("start", ("default", "a")), "it goes round, and nothing is done on the way"),
    (node("updateData", TO_BYE, variables={"tier": 5}), "holds text in one place and a number in another"),
    (node("updateData", TO_BYE, variables={"other": [1]}), "`other` is set to a list"),
    (node("setParticipantData", TO_BYE), "it sets no attribute"),
    (node("dataTableLookup", TO_BYE, table="T", result="tier"), "it does not say which row"),
]


@pytest.mark.parametrize(("first", "said"), CASES, ids=[said for _, said in CASES])
def test_what_cannot_be_said_is_an_error_at_the_node(first: dict[str, Any], said: str) -> None:
    assert said in only(first, variables={"tier": "gold"})


@pytest.mark.parametrize("type_", ["askForIntent", "setLanguage", "wait", "createCallback", "callTask"])
def test_types_without_words_are_refused(type_: str) -> None:
    assert f"`{type_}`: " in only(node(type_, TO_BYE, tts="A."))


def test_every_type_is_compiled_or_refused() -> None:
    for row in NODE_TYPES:
        made = compiled({"a": node(row.name, TO_BYE, tts="A."), **BYE})
        assert made.yaml or made.problems


def test_a_property_that_gets_lost_is_told() -> None:
    made = compiled({"a": node("transferToAcd", queue="Sales", skill="Spanish", **{"x-note": "old"})})
    ((_, _, message),) = messages(made)
    assert message.startswith("`a`: `skill` of its properties is not carried over to Architect")
    assert made.yaml


def test_a_warning_does_not_stop_it() -> None:
    nodes = {"a": node("schedule", ("hours == 'emergency'", "b"), TO_BYE, scheduleGroup="Office", result="hours"),
             "b": node("playAudio", TO_BYE, tts="B."), **BYE}  # fmt: skip
    made = compiled(nodes)
    assert [problem.level for problem in made.problems] == [Level.WARNING]
    assert made.yaml


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ({"type": "workflow"}, "A flow of the type `workflow` has no menus and tasks"),
        ({"name": ""}, "The flow has no name"),
        ({"startNodeId": "gone"}, "The flow has no start"),
        ({"description": "half \ud800"}, "A text holds half of a character pair, which no YAML can: 'half \\ud800'"),
        ({"variables": {"Tier": "a", "tier": "b"}}, "which ignores letter case"),
    ],
)
def test_what_is_wrong_with_the_flow_is_said(head: dict[str, Any], said: str) -> None:
    made = compile_flow(graph({"a": node("disconnect")}, **head))
    assert made.yaml == ""
    assert said in made.problems[0].message
