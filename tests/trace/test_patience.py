"""How long callers listen, by estimate, and what is said where that is too long."""

from __future__ import annotations

import pytest

from ivr_action.flow.flow import Flow
from ivr_action.flow.read import read_flow
from ivr_action.model.patience import Patience, read_choices, read_seconds
from ivr_action.trace.patience import PROMPT_SECONDS, loops_without_caller, seconds_of
from ivr_action.trace.traced import trace_flow

TEN_WORDS = "one two three four five six seven eight nine ten."
"""Four seconds at 150 words a minute."""
DEEP = f"""\
name: Deep
startNodeId: first
nodes:
  first:
    type: menu
    properties: {{tts: "{TEN_WORDS}"}}
    transitionConditions:
      - {{condition: "dtmf == '1'", destinationNodeId: second}}
      - {{condition: "dtmf == '0'", destinationNodeId: desk}}
      - {{condition: default, destinationNodeId: bye}}
  second:
    type: menu
    properties: {{audioResource: {{id: second_menu, type: resource}}}}
    transitionConditions:
      - {{condition: "dtmf == '1'", destinationNodeId: sales}}
      - {{condition: default, destinationNodeId: bye}}
  sales: {{type: transferToQueue, properties: {{queue: Sales}}}}
  desk: {{type: transferToQueue, properties: {{queue: Desk}}}}
  bye: {{type: disconnect}}
"""


def flow_of(source: str) -> Flow:
    flow = read_flow("flow.yaml", source.encode()).flow
    assert flow is not None
    return flow


@pytest.mark.parametrize(
    ("heard", "seconds"),
    [
        ((), 0.0),
        ((TEN_WORDS,), 4.0),
        ((TEN_WORDS, TEN_WORDS), 8.0),
        (("main_welcome",), PROMPT_SECONDS),
        (("[prompt Welcome]",), PROMPT_SECONDS),
        ((f"[prompt Welcome] {TEN_WORDS} [prompt Bye]",), 2 * PROMPT_SECONDS + 4.0),
        (("Goodbye.",), 0.4),
    ],
)
def test_text_takes_its_words_and_a_named_prompt_a_constant(heard: tuple[str, ...], seconds: float) -> None:
    assert seconds_of(heard) == pytest.approx(seconds)


def test_the_shortest_and_the_longest_way_to_a_person() -> None:
    flow = trace_flow(flow_of(DEEP)).flow
    assert flow.choices_to_agent == (1, 2)
    assert flow.seconds_to_agent == pytest.approx((4.0, 4.0 + PROMPT_SECONDS))
    by_target = {call.target: call.seconds for call in flow.calls if call.target}
    assert by_target == pytest.approx({"Desk": 4.0, "Sales": 4.0 + PROMPT_SECONDS})


def test_seconds_of_explored_calls_are_those_of_what_they_hear() -> None:
    for call in trace_flow(flow_of(DEEP)).flow.calls:
        assert call.seconds == pytest.approx(seconds_of(call.trace.heard))


@pytest.mark.parametrize(
    ("patience", "nodes"),
    [
        (Patience(), []),
        (Patience(2, 60.0), []),
        (Patience(choices=1), ["sales"]),
        (Patience(seconds=9.0), []),
        (Patience(seconds=8.9), ["sales"]),
        (Patience(seconds=3.0), ["bye", "desk", "sales"]),
    ],
)
def test_a_place_that_is_too_far_is_a_warning_that_names_the_call(patience: Patience, nodes: list[str]) -> None:
    findings = trace_flow(flow_of(DEEP), patience=patience).findings
    assert sorted(str(finding.node) for finding in findings) == nodes
    assert {finding.rule for finding in findings} <= {"too-long-to-agent"}
    for finding in findings:
        if finding.node == "sales":
            assert "`press 1 at first, press 1 at second: to Sales`" in finding.message
            assert finding.location.line == 17


def test_a_silent_caller_makes_no_choice() -> None:
    silent = DEEP.replace("      - {condition: \"dtmf == '1'\", destinationNodeId: sales}\n", "")
    assert trace_flow(flow_of(silent), patience=Patience(choices=1)).findings == ()


CIRCLE = """\
name: Circle
startNodeId: first
nodes:
  first: {{type: playPrompt, transitionConditions: [{{condition: default, destinationNodeId: second}}]}}
  second: {{type: {type}, transitionConditions: [{{condition: "open", destinationNodeId: first}},
    {{condition: default, destinationNodeId: bye}}]}}
  bye: {{type: disconnect}}
"""


@pytest.mark.parametrize(("type_", "loops"), [("dataAction", 1), ("schedule", 0), ("menu", 0)])
def test_loops_that_neither_caller_nor_clock_ends_are_counted(type_: str, loops: int) -> None:
    assert loops_without_caller(flow_of(CIRCLE.format(type=type_)).graph) == loops


def test_a_loop_that_no_call_comes_to_is_none() -> None:
    apart = CIRCLE.format(type="dataAction").replace("startNodeId: first", "startNodeId: bye")
    assert loops_without_caller(flow_of(apart).graph) == 0


@pytest.mark.parametrize("said", ["-1", "two", "1.5", "²"])
def test_a_number_of_choices_that_is_none(said: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is nobody's to read
        read_choices(said)


@pytest.mark.parametrize("said", ["-1", "long", "nan", "inf"])
def test_a_number_of_seconds_that_is_none(said: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is nobody's to read
        read_seconds(said)
