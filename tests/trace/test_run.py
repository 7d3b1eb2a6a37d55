"""Running scenarios: what fails, at which line, in which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.model.trace import Ending
from ivr_action.trace.node_graph import NodeGraphMachine
from ivr_action.trace.run import CallResult, run_scenario
from ivr_action.trace.scenario import read_scenario

EXAMPLES = Path(__file__).parents[2] / "examples"
FLOW = b"""\
startNodeId: hello
nodes:
  hello:
    type: playAudio
    properties: { tts: Welcome to us. }
    transitionConditions: [{ condition: default, destinationNodeId: hours }]
  hours:
    type: schedule
    properties: { scheduleGroup: Office hours, result: open }
    transitionConditions:
      - { condition: open == 'open', destinationNodeId: menu }
      - { condition: default, destinationNodeId: closed }
  menu:
    type: menu
    name: Main menu
    properties: { audioResource: { id: main_menu, type: resource } }
    transitionConditions:
      - { condition: dtmf == '1' && tier == 'gold', destinationNodeId: sales }
      - { condition: dtmf == '2', destinationNodeId: look }
      - { condition: dtmf == '3', destinationNodeId: stuck }
  look:
    type: dataAction
    properties: { action: Get Customer, result: customer }
    transitionConditions:
      - { condition: error, destinationNodeId: look }
      - { condition: customer.known, destinationNodeId: sales }
      - { condition: default, destinationNodeId: closed }
  sales:
    type: transferToAcd
    properties: { queue: Sales }
  closed:
    type: disconnect
    name: Good night
  stuck:
    type: playAudio
"""


def run(calls: str, given: str = "schedules: {Office hours: open}") -> list[CallResult]:
    source = f"flow: flow.yaml\ngiven: {{{given}}}\ncalls:\n{calls}"
    scenario = read_scenario("tests/a.yaml", source.encode())
    assert scenario.findings == ()
    flow = read_flow("flows/flow.yaml", FLOW).flow
    assert isinstance(flow, NodeGraphFlow)
    return run_scenario(scenario, NodeGraphMachine(flow), flow)


def one(call: str, given: str = "schedules: {Office hours: open}") -> CallResult:
    """Runs `- name: c` on line 4 with more keys from line 5 on."""
    (found,) = run(f" - name: c\n{call}", given)
    assert found.passed == (not found.failures)
    return found


GOLD = "   given: {variables: {tier: gold}}\n   caller: [press: 1]\n"


@pytest.mark.parametrize(
    "expect",
    [
        "ends: transferred", "queue: sales", "target: Sales", "hears: [welcome, MAIN_MENU]", "hears: Welcome to us",
        "visits: [hello, Main menu]", "visits: main menu", "never: [Good night, look]", "steps: 4", "steps: <= 4",
        "steps: < 5", "steps: '>= 4'", "steps: '> 3'", "steps: = 4",
    ],
)  # fmt: skip
def test_an_expectation_is_met(expect: str) -> None:
    assert one(f"{GOLD}   expect:\n    {expect}").passed


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("ends: disconnected", "it was to end `disconnected`, and ended `transferred` to `Sales` at `sales`."),
        ("queue: Billing", "it was to reach the queue `Billing`, and ended `transferred` to `Sales` at `sales`."),
        ("target: Billing", "it was to reach `Billing`, and ended `transferred` to `Sales` at `sales`."),
        ("hears: Goodbye", "it did not hear `Goodbye`, but `Welcome to us.`, `main_menu`."),
        ("hears: [main_menu, welcome]", "it was to hear `welcome` later than it did."),
        ("hears: [welcome, welcome]", "it was to hear `welcome` later than it did."),
        ("visits: look", "it did not come to `look`."),
        ("visits: [menu, hello]", "it was to come to `hello` later than it did."),
        ("visits: [menu, menu]", "it was to come to `menu` later than it did."),
        ("visits: Main mneu", "no node is called `Main mneu`."),
        ("never: [main menu]", "it was never to come to `main menu`, and did."),
        ("never: [us]", "it was never to hear `us`, and heard `Welcome to us.`."),
        ("never: [Closd]", "`Closd` stands nowhere in the flow, so `never` says nothing."),
        ("steps: <= 3", "it was to take <= 3 steps, and took 4."),
        ("steps: 5", "it was to take 5 steps, and took 4."),
        ("steps: < 4", "it was to take < 4 steps, and took 4."),
        ("steps: '> 4'", "it was to take > 4 steps, and took 4."),
        ("steps: '>= 5'", "it was to take >= 5 steps, and took 4."),
    ],
)
def test_an_expectation_that_is_not_met_says_what_happened_instead(expect: str, message: str) -> None:
    (failure,) = one(f"{GOLD}   expect:\n    {expect}").failures
    assert failure.message == (
        f"`c`: {message} Path in flows/flow.yaml: `hello` (line 4) → `hours` (line 8) → `menu` (line 14, press 1) → "
        "`sales` (line 29)."
    )
    assert (failure.rule, failure.level, failure.location.path) == ("scenario-failed", "error", "tests/a.yaml")
    assert failure.location.line == 8
    assert [place.line for place in failure.steps] == [4, 8, 14, 29]
    assert [(place.path, place.line) for place in failure.related] == [("flows/flow.yaml", 29)]


def test_a_name_that_is_nearly_right_is_named() -> None:
    (failure,) = one(f"{GOLD}   expect: {{visits: Main mneu}}").failures
    assert failure.hint == "Did you mean `Main menu`?"


def test_each_expectation_fails_by_itself_at_its_line() -> None:
    found = one(f"{GOLD}   expect:\n    ends: disconnected\n    hears:\n     - Welcome\n     - Goodbye\n    steps: 4\n")
    assert [failure.location.line for failure in found.failures] == [8, 11]


# -- endings that no call should have


@pytest.mark.parametrize(
    ("key", "ending", "message"),
    [
        ("3", Ending.DEAD_END, "it ended `dead-end` at `stuck` (`stuck` has no way on), and"),
        (
            "9",
            Ending.NO_MATCHING_INPUT,
            "it ended `no-matching-input` at `menu` (`menu` has no way for this input, and",
        ),
    ],
)
def test_a_call_must_not_end_badly_unless_it_says_so(key: str, ending: Ending, message: str) -> None:
    found = one(f"   caller: [press: {key}]")
    assert found.trace.ending is ending
    (failure,) = found.failures
    assert failure.location.line == 4
    assert message in failure.message
    assert "`expect.ends` does not say that it may." in failure.message
    assert one(f"   caller: [press: {key}]\n   expect: {{ends: {ending}}}").passed


def test_a_call_without_expectations_passes_where_it_ends_well() -> None:
    assert one("   given: {schedules: {Office hours: closed}}").passed


# -- what is given


def test_what_was_assumed_given_in_vain_and_left_over_is_said() -> None:
    (failure,) = one(
        "   given: {data-actions: {Get Custmer: success}}\n   caller: [press: 1, silence]\n"
        "   expect: {ends: completed}",
        "variables: {}",
    ).failures
    assert failure.hint == (
        "Assumed, since `given` does not say: schedule `Office hours` is `open`; decision `dtmf == '1' && tier == "
        "'gold'` is `dtmf == '1' && tier == 'gold'`. Given, but never asked for: the data action `Get Custmer`. The "
        "caller would still have done: silence."
    )


def given_look(given: str, expect: str = "ends: transferred") -> CallResult:
    return one(f"   given: {{{given}}}\n   caller: [press: 2]\n   expect: {{{expect}}}")


def test_a_data_action_brings_what_is_given() -> None:
    assert given_look("data-actions: {get customer: {success: {known: true}}}").passed
    assert given_look("data-actions: {Get Customer: {success: {known: false}}}", "ends: disconnected").passed


def test_answers_are_given_one_after_the_other_and_the_last_from_then_on() -> None:
    found = given_look("data-actions: {Get Customer: [failure, failure, {success: {known: true}}]}", "steps: 7")
    assert found.passed, found.failures
    assert given_look("data-actions: {Get Customer: [failure]}", "ends: action-limit").passed


def test_a_node_may_be_named_instead_and_a_star_is_every_other() -> None:
    assert given_look("data-actions: {look: {success: {known: true}}}").passed
    assert given_look("data-actions: {'*': {success: {known: true}}}").passed
    both = "data-actions: {'*': failure, Get Customer: {success: {known: true}}}"
    assert given_look(both).passed


def test_a_decision_goes_by_its_text_whatever_the_blanks_and_quotes() -> None:
    given = '   given: {decisions: {\'dtmf=="1" && tier=="gold"\': %s}}\n   caller: [press: 1]\n   expect: {ends: %s}'
    assert one(given % ("yes", "transferred")).passed
    assert one(given % ("no", "no-matching-input")).passed


def test_transfers_succeed_unless_given_otherwise() -> None:
    given: Any = (
        "   given: {variables: {tier: gold}, transfers: {Sales: %s}}\n   caller: [press: 1]\n   expect: {ends: %s}"
    )
    assert one(given % ("success", "transferred")).passed
    assert one(given % ("failure", "dead-end")).passed
    assert one(f"{GOLD}   expect: {{ends: transferred}}").trace.unknown == ()


# -- the examples


@pytest.mark.parametrize("path", sorted((EXAMPLES / "scenarios").glob("*.yaml")), ids=lambda path: path.name)
def test_the_examples_pass_without_a_guess(path: Path) -> None:
    scenario = read_scenario(f"examples/scenarios/{path.name}", path.read_bytes())
    assert scenario.findings == ()
    flow = read_flow(scenario.flow_path, (EXAMPLES.parent / scenario.flow_path).read_bytes()).flow
    assert isinstance(flow, NodeGraphFlow)
    results = run_scenario(scenario, NodeGraphMachine(flow), flow)
    assert len(results) >= 5
    for result in results:
        assert result.failures == ()
        assert result.trace.unknown == ()


def test_both_syntaxes_of_one_flow_give_equal_calls() -> None:
    path = EXAMPLES / "scenarios" / "appointment.yaml"
    scenario = read_scenario("examples/scenarios/appointment.yaml", path.read_bytes())
    traces = []
    for name in ("appointment.yaml", "appointment.json"):
        flow = read_flow(name, (EXAMPLES / "flows" / name).read_bytes()).flow
        assert isinstance(flow, NodeGraphFlow)
        traces.append([result.trace for result in run_scenario(scenario, NodeGraphMachine(flow), flow)])
    assert traces[0] == traces[1]
