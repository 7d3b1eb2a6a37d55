"""The calls of one flow brought together: coverage, what is uncovered and why, what the file does not say."""

from __future__ import annotations

import random
import re

from ivr_action.flow.flow import Flow
from ivr_action.flow.read import read_flow
from ivr_action.model.calls import Section, percent
from ivr_action.trace.machines import library_of
from ivr_action.trace.scenario import Scenario, read_scenario
from ivr_action.trace.traced import trace_flow
from tests.corpus import ROOT, corpus_files, need_corpus
from tests.samples import menu_flow
from tests.trace.exploration import page, traced_corpus

GRAPH = """\
startNodeId: menu
nodes:
  menu:
    type: menu
    transitionConditions:
      - {condition: "dtmf == '1'", destinationNodeId: sales}
      - {condition: default, destinationNodeId: bye}
  sales: {type: transferToQueue, properties: {queue: Sales}}
  bye: {type: disconnect}
  lost: {type: playPrompt, transitionConditions: [{condition: default, destinationNodeId: bye}]}
"""


def flow_of(source: str, path: str = "flow.yaml") -> Flow:
    flow = read_flow(path, source.encode()).flow
    assert flow is not None
    return flow


def scenario_of(calls: str) -> Scenario:
    scenario = read_scenario("s.yaml", f"flow: flow.yaml\ncalls:\n{calls}".encode())
    assert scenario.findings == ()
    return scenario


SALES = '  - name: sales\n    caller: [press: "1"]\n    expect: {queue: Sales}\n'


def test_without_scenarios_the_explored_calls_are_the_calls() -> None:
    flow = trace_flow(flow_of(GRAPH)).flow
    assert flow.explored
    assert [call.name for call in flow.calls][:2] == ["press 1 at menu: to Sales", "press 0 at menu: disconnected"]
    assert flow.failed == 0
    assert (percent(flow.nodes), percent(flow.transitions)) == (75.0, 66.6)
    assert [(rest.transition.source, rest.why) for rest in flow.uncovered] == [("lost", "unreachable")]


def test_with_scenarios_only_their_calls_cover() -> None:
    traced = trace_flow(flow_of(GRAPH), scenarios=[scenario_of(SALES)])
    flow = traced.flow
    assert not flow.explored
    assert traced.findings == ()
    (call,) = flow.calls
    assert (call.name, call.passed, call.scenario, call.line) == ("sales", True, "s.yaml", 3)
    assert flow.coverage.nodes == {"menu", "sales"}
    assert [(rest.transition.target, rest.why) for rest in flow.uncovered] == [
        ("bye", "no scenario"),
        ("bye", "unreachable"),
    ]


def test_a_failed_expectation_is_a_finding_and_fails_the_call() -> None:
    traced = trace_flow(flow_of(GRAPH), scenarios=[scenario_of(SALES.replace('"1"', '"2"'))])
    assert [finding.rule for finding in traced.findings] == ["scenario-failed"]
    (call,) = traced.flow.calls
    assert not call.passed
    assert "it was to reach the queue `Sales`" in call.failures[0]


def test_an_explored_call_that_ends_as_none_should_is_an_error_at_its_node() -> None:
    source = GRAPH.replace("bye: {type: disconnect}", "bye: {type: playPrompt}")
    traced = trace_flow(flow_of(source))
    (finding,) = traced.findings
    assert (finding.rule, finding.level, finding.node, finding.location.line) == ("call-dead-end", "error", "bye", 9)
    assert finding.message.startswith("A caller (pressed 0 at menu) was left without a way on at `bye`.")
    assert [step.line for step in finding.steps] == [4, 9]
    assert not all(call.passed for call in traced.flow.calls)


def test_a_circle_that_nothing_can_end_is_an_error() -> None:
    source = GRAPH.replace(
        "bye: {type: disconnect}",
        """\
bye: {type: playPrompt, transitionConditions: [{condition: default, destinationNodeId: bye}]}""",
    )
    assert [finding.rule for finding in trace_flow(flow_of(source)).findings] == ["call-loop"]


def test_published_flows_have_no_call_that_ends_as_none_should() -> None:
    need_corpus()
    for path in corpus_files():
        flow = read_flow(path.name, path.read_bytes()).flow
        assert flow is not None
        assert trace_flow(flow).findings == (), path


def test_what_the_file_does_not_say_is_listed_with_what_was_tried() -> None:
    flow = trace_flow(flow_of(GRAPH.replace("default, destinationNodeId: bye}\n  sales", """\
tier == 'gold', destinationNodeId: sales}
      - {condition: default, destinationNodeId: bye}
  sales"""))).flow  # fmt: skip
    assert [(doubt.node, doubt.question, doubt.key) for doubt in flow.unknown if doubt.key] == [
        ("sales", "transfer", "Sales")
    ]
    doubt = next(doubt for doubt in flow.unknown if doubt.node == "menu")
    assert set(doubt.answers) == {"tier == 'gold'", "default"}


def test_a_scenario_that_leaves_something_out_is_told_what_was_assumed() -> None:
    source = GRAPH.replace("type: menu", "type: dataAction, properties: {action: Find, result: x}").replace(
        "  menu:\n    type: dataAction, properties: {action: Find, result: x}",
        "  menu:\n    type: dataAction\n    properties: {action: Find, result: x}",
    )
    flow = trace_flow(
        flow_of(source), scenarios=[scenario_of("  - name: any\n    expect: {ends: disconnected}\n")]
    ).flow
    assert [(doubt.question, doubt.key, doubt.answers) for doubt in flow.unknown if doubt.question == "outcome"] == [
        ("outcome", "Find", ("success",))
    ]
    assert flow.asked["unknown"] >= 1


def test_coverage_is_told_for_each_menu_of_an_architect_flow() -> None:
    flow = trace_flow(flow_of(menu_flow())).flow
    assert [section for section in flow.sections if section.name == "menu/Main menu"] == [
        Section("menu/Main menu", (3, 3), (3, 3))
    ]


def test_a_call_goes_on_in_the_module_of_the_same_run() -> None:
    module = "commonModule:\n  name: Hours\n  startUpTaskActions:\n    - playAudio:\n        name: We are open\n        audio: {tts: Open}\n"  # noqa: E501
    caller = """\
inboundCall:
  name: Main
  startUpRef: /inboundCall/tasks/task[t]
  tasks:
    - task:
        name: Start
        refId: t
        actions:
          - callCommonModule:
              name: Hours
              commonModule: {Hours: {ver_latestPublished: {}}}
          - disconnect: {name: Bye}
"""
    library = library_of([flow_of(module, "module.yaml")])
    alone, together = trace_flow(flow_of(caller)).flow, trace_flow(flow_of(caller), library).flow
    assert [doubt.question for doubt in alone.unknown] == ["call"]
    assert together.unknown == ()
    assert [call.trace.heard for call in together.calls] == [("Open",)]


def test_percent_is_a_hundred_only_where_nothing_is_missing() -> None:
    assert percent(0.99999) == 99.9
    assert percent(1.0) == 100.0
    assert percent(2 / 3) == 66.6


def test_a_flow_with_any_line_broken_is_traced_all_the_same() -> None:
    """The gate tells what is wrong with a flow; a simulator that trips over it would hide that."""
    chance = random.Random(20261124)
    sources = sorted((ROOT / "examples" / "flows").glob("**/*.yaml"))
    traced = 0
    for _ in range(200):
        path = chance.choice(sources)
        lines = path.read_text(encoding="utf-8").splitlines()
        for _ in range(chance.choice((1, 1, 3))):
            at = chance.randrange(len(lines))
            broken = chance.choice(("", ": []", ": {}", ": 5", ": null", "twice", "elsewhere"))
            if broken == "twice":
                lines.insert(at, lines[at])
            elif broken == "elsewhere":
                lines.insert(chance.randrange(len(lines)), lines.pop(at))
            else:
                lines[at] = re.sub(r":.*", broken, lines[at])
        flow = read_flow(path.name, "\n".join(lines).encode()).flow
        if flow is not None:
            found = trace_flow(flow).flow
            assert 0 <= found.nodes <= 1
            traced += 1
    assert traced > 60


def test_the_page_of_explored_flows_is_what_exploring_gives() -> None:
    need_corpus()
    shown = (ROOT / "docs" / "exploration.md").read_text(encoding="utf-8")
    assert page(traced_corpus()) == shown, "python -m tests.trace.exploration > docs/exploration.md"
