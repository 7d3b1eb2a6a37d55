"""Texts of real publish jobs, as the reference of the platform quotes them, and what a person is told instead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_action.genesys.explain import Problem, explain, texts

LOCKED = (
    "The flow ( name: 'Main line', type: 'inboundcall' ) is locked by another entity. You can use the --forceUnlock "
    "command line parameter if you wish to publish flows locked by another entity."
)
ISSUE = (
    "[Type:'ArchValidationIssue', ErrorCount:1, "
    "ArchObject:[TrackingID:12, Name:'Call Data Action', Type:'ArchActionCallData']]"
)
ROLLUP = "[Type:'ArchValidationIssue', RollupErrorCount:1, ArchObject:[TrackingID:10, Name:'Start', Type:'ArchState']]"
REF_PATH = "ref path: /inboundEmail/states/state[Start]/actions/callData[Call Data Action]"
NOISE = (
    "session startup initialization",
    "An error occurred",
    "Error(s) encountered",
    "- Architect Scripting errors",
    "setting the Archy exit code to 123",
    "exit code: 123",
    "ending the Session",
)


def only(*messages: Any) -> Problem:
    (problem,) = explain(messages)
    return problem


def test_a_lock_is_named_without_archys_command_line() -> None:
    problem = only(LOCKED, *NOISE)
    assert (problem.kind, problem.text) == ("locked", "Flow `Main line` is open for editing by somebody else.")
    assert "--forceUnlock" not in problem.text + problem.hint
    assert "`force-unlock`" in problem.hint


def test_a_limit_behind_a_flow_that_was_not_found_is_named() -> None:
    problem = only(
        "ArchSession.startWithAuthToken - Exception info: could not find the flow with id 'b2a1'",
        "Error during program export execution:",
        "setting the Archy exit code to 107",
    )
    assert problem.kind == "throttled"
    assert "“could not find the flow with id 'b2a1'” (exit code 107)" in problem.text
    assert "request limit (429)" in problem.text
    assert "`jobs: 1`" in problem.hint


def test_a_429_in_the_details_is_certain() -> None:
    message = {
        "type": "Error",
        "text": "find 'queue' by value of 'Support DK' - no matches",
        "details": [{"statusCode": 429, "requestBody": "a secret", "responseBody": "another"}],
    }
    first = explain([message])[0]
    assert first.kind == "throttled"
    assert "most often" not in first.text
    assert "secret" not in repr(explain([message]))


def test_a_403_in_the_details_is_a_permission_and_nothing_missing() -> None:
    message = {"text": "find 'queue' by value of 'Support DK' - no matches", "details": [{"statusCode": 403}]}
    problem = only(message)
    assert (problem.kind, problem.entity, problem.name) == ("permission", "queue", "Support DK")
    assert "docs/permissions.md" in problem.hint


def test_a_missing_reference_names_kind_and_name() -> None:
    problem = only("- ERROR! find 'queue' by value of 'Support DK' - no matches -- [ x: 1 ]", *NOISE)
    assert (problem.kind, problem.entity, problem.name) == ("missing", "queue", "Support DK")
    assert problem.text == "There is no queue named `Support DK`."


def test_a_name_with_quotes_is_read_to_its_end() -> None:
    assert only("find 'queue' by value of 'Joe's 'best'' - no matches").name == "Joe's 'best'"


def test_an_ambiguous_reference_names_kind_and_name() -> None:
    text = "find 'queue' by value of 'Support' - 'Support' is another case sensitive match - unable to disambiguate "
    problem = only(f"{text}network results.")
    assert (problem.kind, problem.entity, problem.name) == ("ambiguous", "queue", "Support")
    short = only("'Support' is another case sensitive match - unable to disambiguate network results.")
    assert (short.kind, short.name) == ("ambiguous", "")
    assert "'Support'" in short.text


def test_an_issue_carries_its_text_its_object_and_its_place() -> None:
    problem = only(ISSUE, "A data action must be selected.", REF_PATH, *NOISE)
    assert problem == Problem(
        "A data action must be selected.",
        node="Call Data Action",
        ref_path="/inboundEmail/states/state[Start]/actions/callData[Call Data Action]",
        kind="validation",
        node_type="callData",
        tracking_id="12",
    )
    assert texts([problem]) == ["callData `Call Data Action`: A data action must be selected."]


def test_the_same_error_one_level_up_is_dropped() -> None:
    lines = [ISSUE, "A data action must be selected.", REF_PATH, ROLLUP, "A data action must be selected.", REF_PATH]
    assert [problem.node for problem in explain(lines)] == ["Call Data Action"]


def test_what_a_level_up_says_besides_is_kept() -> None:
    found = explain([ISSUE, "A data action must be selected.", ROLLUP, "The state has no way out."])
    assert [problem.text for problem in found] == ["A data action must be selected.", "The state has no way out."]


def test_an_issue_in_one_message_is_the_same_as_in_many() -> None:
    lines = [ISSUE, "A data action must be selected.", REF_PATH]
    assert explain(["\n".join(lines)]) == explain(lines)
    assert explain([f"{ISSUE} A data action must be selected.", REF_PATH]) == explain(lines)


def test_two_issues_keep_apart() -> None:
    second = ISSUE.replace("12", "14").replace("Call Data Action", "Get order")
    found = explain([ISSUE, "A data action must be selected.", REF_PATH, second, "An input is missing."])
    assert [(problem.node, problem.tracking_id, problem.text) for problem in found] == [
        ("Call Data Action", "12", "A data action must be selected."),
        ("Get order", "14", "An input is missing."),
    ]
    assert found[1].ref_path == ""


def test_an_issue_with_two_errors_keeps_both_with_its_object() -> None:
    two = ISSUE.replace("ErrorCount:1", "ErrorCount:2")
    found = explain([two, "A data action must be selected.", REF_PATH, "An input is missing.", "Something else."])
    assert [(problem.node, problem.text, bool(problem.ref_path)) for problem in found] == [
        ("Call Data Action", "A data action must be selected.", True),
        ("Call Data Action", "An input is missing.", False),
        ("", "Something else.", False),
    ]


def test_an_issue_that_only_gives_a_place_is_a_reference_to_nowhere() -> None:
    problem = only(ISSUE, "ref path: ./tasks/task[Nowhere]")
    assert problem.text == "What it refers to is not there: ./tasks/task[Nowhere]"
    assert problem.node == "Call Data Action"


def test_an_issue_without_a_word_is_still_one() -> None:
    assert only(ISSUE).text == "It is not valid."


def test_a_permission_is_named() -> None:
    problem = only("the 'architect:flow:add' permission is required", "setting the Archy exit code to 123")
    assert (problem.kind, problem.name) == ("permission", "architect:flow:add")
    assert problem.text == "Missing permission: `architect:flow:add`."


def test_what_explains_the_rest_comes_first_and_warnings_last() -> None:
    found = explain(
        [
            {"type": "Warning", "text": "The prompt has no audio."},
            {"type": "Error", "text": "Something else."},
            {"type": "Error", "text": "find 'queue' by value of 'Sales' - no matches"},
            {"type": "Error", "text": "the 'routing:queue:view' permission is required"},
        ]
    )
    assert [problem.kind for problem in found] == ["permission", "other", "missing", "warning"]


def test_unknown_texts_are_passed_on_in_one_line() -> None:
    assert only("A new\tkind of   error").text == "A new kind of error"
    long = only("x" * 1000)
    assert len(long.text) == 300
    assert long.text.endswith("…")


def test_noise_alone_is_not_dropped() -> None:
    assert [problem.text for problem in explain(["ending the Session", "exit code: 99"])] == [
        "ending the Session",
        "exit code: 99",
    ]
    assert explain([]) == []


def test_an_exit_code_of_another_kind_does_not_make_it_a_limit() -> None:
    found = explain(["could not find the flow with id 'x'", "setting the Archy exit code to 99"])
    assert [problem.kind for problem in found] == ["other"]


@pytest.mark.parametrize("noise", NOISE)
def test_each_kind_of_noise_is_dropped_beside_a_cause(noise: str) -> None:
    assert [problem.text for problem in explain(["The cause.", noise])] == ["The cause."]


@given(st.lists(st.text(max_size=60), max_size=6))
def test_no_text_is_lost_and_none_has_two_lines(messages: list[str]) -> None:
    found = explain(messages)
    assert bool(found) == any(message.split() for message in messages)
    assert not [problem for problem in found if "\n" in problem.text or not problem.text]
