"""The step's calls: scenarios, coverage, and what ends differently on a pull request."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from tests.conftest import Ran, Repository, Step
from tests.samples import menu_flow

SCENARIO = """\
flow: ../flows/main.yaml
calls:
  - name: one reaches Sales
    caller: [press: "1"]
    expect: {queue: Sales}
"""
GRAPH = """\
name: Main line
startNodeId: menu
nodes:
  menu:
    type: menu
    properties: {audioResource: {id: hello, type: resource}}
    transitionConditions:
      - {condition: "dtmf == '1'", destinationNodeId: sales}
      - {condition: "dtmf == '2'", destinationNodeId: support}
      - {condition: default, destinationNodeId: bye}
  sales: {type: transferToQueue, properties: {queue: Sales}}
  support: {type: transferToQueue, properties: {queue: Support}}
  bye: {type: disconnect}
"""


def pull_request(repository: Repository, step: Step, files: dict[str, str], **inputs: str) -> Ran:
    """A merge commit of the files onto what is committed, checked as `actions/checkout` leaves it."""
    repository.git("checkout", "--quiet", "-b", "change")
    repository.commit(files)
    repository.git("checkout", "--quiet", "--detach", "main")
    repository.git("merge", "--quiet", "--no-ff", "-m", "merge", "change")
    step.environ["GITHUB_SHA"] = repository.git("rev-parse", "HEAD")
    step.environ["GITHUB_REF"] = "refs/pull/1/merge"
    return step.run("pull_request", {"number": 1, "pull_request": {"number": 1}}, **inputs)


def test_flows_are_explored_without_any_scenario(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow()})
    ran = step.run()
    assert ran.status == 0
    assert (ran.outputs["calls-passed"], ran.outputs["calls-failed"]) == ("5", "0")
    assert json.loads(ran.outputs["coverage"]) == {"flows/main.yaml": {"nodes": 1.0, "transitions": 1.0}}
    assert "| ✅ | Main line | 5 explored |  | 100 % | 100 % |" in ran.summary


def test_a_call_that_goes_otherwise_fails_the_step_at_the_expectation(repository: Repository, step: Step) -> None:
    scenario = SCENARIO.replace("queue: Sales", "queue: Support")
    repository.commit({"flows/main.yaml": menu_flow(), "scenarios/main.yaml": scenario})
    ran = step.run(scenarios="scenarios/*.yaml")
    assert ran.status == 1
    assert (ran.outputs["calls-passed"], ran.outputs["calls-failed"]) == ("0", "1")
    assert "::error title=scenario-failed,file=scenarios/main.yaml,line=5" in ran.out
    (finding,) = ran.report()["findings"]  # type: ignore[misc]
    assert finding["rule"] == "scenario-failed"
    assert "❌ | Main line | 1 | 1 |" in ran.summary
    assert "| ❌ | Main line | inboundCall | 1 | " in ran.summary
    assert ran.summary.startswith("## ❌ IVR flows: 1 error in 1 flow, 1 of them invalid\n")


def test_a_failed_expectation_puts_its_flow_first(repository: Repository, step: Step) -> None:
    scenario = SCENARIO.replace("queue: Sales", "queue: Support")
    files = {"flows/a.yaml": menu_flow("First"), "flows/main.yaml": menu_flow(), "scenarios/main.yaml": scenario}
    repository.commit(files)
    ran = step.run(scenarios="scenarios/*.yaml")
    assert ran.summary.index("| ❌ | Main line | inboundCall | 1 |") < ran.summary.index(
        "| ✅ | First | inboundCall |  |"
    )


def test_a_flow_without_a_start_does_not_look_green(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow(start="nowhere")})
    ran = step.run()
    calls = ran.summary.split("### Calls\n\n", 1)[1].split("\n\n", 1)[0]
    assert "| ⚠️ | Main line | no start, so no calls |  |  |  |" in calls
    assert "✅" not in calls


def test_a_scenario_pattern_that_matches_nothing_is_a_mistake(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow()})
    ran = step.run(scenarios="scenario/*.yaml")
    assert ran.status == 2
    assert "No scenario file matches `scenario/*.yaml`." in ran.out
    assert (ran.outputs["coverage"], ran.outputs["coverage-file"]) == ("{}", "")


def test_too_little_coverage_is_an_error(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow(), "scenarios/main.yaml": SCENARIO})
    ran = step.run(scenarios="scenarios", min_coverage="nodes: 60, transitions: 50")
    assert ran.status == 1
    (finding,) = ran.report()["findings"]  # type: ignore[misc]
    assert (finding["rule"], finding["path"]) == ("coverage-too-low", "flows/main.yaml")
    assert "33.3 % of the transitions, and `min-coverage` asks for 50 %" in finding["message"]
    assert ran.outputs["valid"] == "false"


def test_where_scenarios_are_wanted_a_flow_without_any_is_not_covered(repository: Repository, step: Step) -> None:
    files = {"flows/main.yaml": menu_flow(), "flows/other.yaml": menu_flow("Other"), "scenarios/main.yaml": SCENARIO}
    repository.commit(files)
    ran = step.run(scenarios="scenarios", min_coverage="nodes: 10")
    assert [finding["path"] for finding in ran.report()["findings"]] == ["flows/other.yaml"]  # type: ignore[attr-defined]
    assert "No scenario is about this flow" in ran.out


def test_a_least_coverage_that_is_none_is_a_mistake(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow()})
    ran = step.run(min_coverage="a lot")
    assert ran.status == 2
    assert "Input `min-coverage` is `a lot`; accepted: a number from 0 to 100" in ran.out


def test_exploring_can_be_turned_off(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow(), "scenarios/main.yaml": SCENARIO})
    alone = step.run(explore="false")
    assert (alone.outputs["calls-passed"], alone.outputs["coverage-file"]) == ("0", "")
    assert "### Calls" not in alone.summary
    ran = step.run(explore="false", scenarios="scenarios")
    assert (ran.status, ran.outputs["calls-passed"]) == (0, "1")


def test_a_reviewer_reads_first_which_callers_end_differently(repository: Repository, step: Step) -> None:
    repository.commit({"flows/graph.yaml": GRAPH})
    swapped = GRAPH.replace("'2'\", destinationNodeId: support", "'2'\", destinationNodeId: bye")
    ran = pull_request(repository, step, {"flows/graph.yaml": swapped})
    heading, changes, *_ = ran.summary.split("\n\n")
    assert heading.startswith("## ")
    assert changes == "### 🔀 Ends differently"
    said = "- A caller who pressed 2 at menu: **reached Support** before, **was disconnected at <code>bye</code>** now"
    assert said in ran.summary


def test_a_change_of_words_ends_no_call_differently(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow()})
    ran = pull_request(repository, step, {"flows/main.yaml": menu_flow().replace("nine to leave", "nine to hang up")})
    assert ran.status == 0
    assert "Ends differently" not in ran.summary


def test_a_renamed_file_is_compared_with_what_it_was(repository: Repository, step: Step) -> None:
    padding = "".join(f"# line {number}\n" for number in range(60))
    repository.commit({"flows/graph.yaml": GRAPH + padding})
    (repository.folder / "flows/graph.yaml").unlink()
    swapped = GRAPH.replace("queue: Support", "queue: Help") + padding
    ran = pull_request(repository, step, {"flows/renamed.yaml": swapped})
    assert "**reached Support** before, **reached Help** now" in ran.summary


MODULE = """\
commonModule:
  name: Hours
  startUpTaskActions:
    - playAudio:
        name: We are open
        audio: {tts: Open}
"""
CALLER = """\
inboundCall:
  name: Main
  defaultLanguage: en-us
  startUpRef: ./tasks/task[t]
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


def test_callers_of_a_changed_module_are_compared_too(repository: Repository, step: Step) -> None:
    repository.commit({"flows/module.yaml": MODULE, "flows/main.yaml": CALLER})
    changed = MODULE.replace("playAudio:", "disconnect:").replace("        audio: {tts: Open}\n", "")
    ran = pull_request(repository, step, {"flows/module.yaml": changed})
    assert "flows/main.yaml" in ran.summary.split("### 🔀 Ends differently")[1].split("###")[0]


def test_a_dead_end_that_a_rule_reports_is_not_reported_twice(repository: Repository, step: Step) -> None:
    repository.commit({"flows/graph.yaml": GRAPH.replace("bye: {type: disconnect}", "bye: {type: playPrompt}")})
    ran = step.run()
    assert ran.status == 1
    about = [finding["rule"] for finding in ran.report()["findings"] if finding["level"] == "error"]  # type: ignore[attr-defined]
    assert len(about) == 1


def test_a_scenario_that_changed_is_run_though_its_flow_did_not(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow(), "scenarios/main.yaml": SCENARIO})
    changed = SCENARIO.replace("queue: Sales", "queue: Support")
    ran = pull_request(repository, step, {"scenarios/main.yaml": changed}, scenarios="scenarios")
    assert (ran.status, ran.outputs["calls-failed"]) == (1, "1")


def test_scenarios_of_flows_that_did_not_change_are_left_out(repository: Repository, step: Step) -> None:
    files = {"flows/main.yaml": menu_flow(), "flows/other.yaml": menu_flow("Other"), "scenarios/main.yaml": SCENARIO}
    repository.commit(files)
    ran = pull_request(repository, step, {"flows/other.yaml": menu_flow("Another")}, scenarios="scenarios")
    assert ran.status == 0
    assert list(json.loads(ran.outputs["coverage"])) == ["flows/other.yaml"]
    assert "were not run" not in ran.summary


def test_when_time_is_up_it_is_said_what_was_not_traced(repository: Repository, step: Step) -> None:
    repository.commit({"flows/a.yaml": menu_flow(), "flows/b.yaml": menu_flow("Other")})
    seconds = iter(range(0, 1_000, 40))
    ran = step.run_with({"monotonic": lambda: float(next(seconds))}, "workflow_dispatch")
    assert ran.status == 0
    assert list(json.loads(ran.outputs["coverage"])) == ["flows/a.yaml"]
    assert "note Time was up: the calls of 1 flow were not traced." in ran.out


def test_coverage_is_written_as_cobertura_xml(repository: Repository, step: Step) -> None:
    repository.commit({"flows/graph.yaml": GRAPH, "scenarios/graph.yaml": SCENARIO.replace("main", "graph")})
    ran = step.run(scenarios="scenarios")
    assert ran.outputs["coverage-file"] == ".ivr-action/coverage.xml"
    root = ElementTree.parse(ran.workspace / ran.outputs["coverage-file"]).getroot()
    assert (root.get("lines-valid"), root.get("lines-covered")) == ("4", "2")
    assert (root.get("branches-valid"), root.get("branches-covered")) == ("3", "1")
    (flow,) = root.iter("class")
    assert flow.get("filename") == "flows/graph.yaml"
    lines = {line.get("number"): (line.get("hits"), line.get("condition-coverage")) for line in flow.iter("line")}
    assert lines == {"5": ("1", "33% (1/3)"), "11": ("1", None), "12": ("0", None), "13": ("0", None)}


STUCK = """\
name: Stuck
startNodeId: menu
nodes:
  menu:
    type: menu
    properties: {audioResource: {id: hello, type: resource}}
    transitionConditions:
      - {condition: "dtmf == '1'", destinationNodeId: sales}
  sales: {type: transferToQueue, properties: {queue: Sales}}
"""


def rules_of(ran: Ran, key: str = "findings") -> list[tuple[str, str]]:
    return [(one["rule"], one["level"]) for one in ran.report()[key]]  # type: ignore[attr-defined]


def test_the_configuration_says_how_much_calls_matter(repository: Repository, step: Step) -> None:
    quiet = "rules: {missing-default: off, no-input-unhandled: off, no-match-unhandled: off"
    repository.commit({"flows/stuck.yaml": STUCK, ".ivr-action.yml": f"{quiet}}}\n"})
    assert ("call-no-matching-input", "error") in rules_of(step.run())
    repository.commit({".ivr-action.yml": f"{quiet}, call-no-matching-input: note}}\n"})
    ran = step.run()
    assert ran.status == 0
    assert ("call-no-matching-input", "note") in rules_of(ran)
    repository.commit({".ivr-action.yml": f"{quiet}, call-no-matching-input: off}}\n"})
    assert "call-no-matching-input" not in dict(rules_of(step.run()))


def test_a_flow_file_suppresses_what_calls_find(repository: Repository, step: Step) -> None:
    quiet = "rules: {missing-default: off, no-input-unhandled: off, no-match-unhandled: off}\n"
    comment = "  # ivr: ignore[call-no-matching-input] a wrong key ends the call on purpose\n  menu:"
    repository.commit({"flows/stuck.yaml": STUCK.replace("  menu:", comment), ".ivr-action.yml": quiet})
    ran = step.run()
    assert "call-no-matching-input" not in dict(rules_of(ran))
    assert ("call-no-matching-input", "error") in rules_of(ran, "suppressed")
    assert ran.status == 0


def test_a_comment_for_the_whole_file_covers_its_coverage(repository: Repository, step: Step) -> None:
    comment = "# ivr: ignore[coverage-too-low] scenarios follow next month\n"
    repository.commit({"flows/main.yaml": comment + menu_flow(), "scenarios/main.yaml": SCENARIO})
    ran = step.run(scenarios="scenarios", min_coverage="transitions: 50")
    assert (ran.status, rules_of(ran)) == (0, [])
    assert rules_of(ran, "suppressed") == [("coverage-too-low", "error")]
    repository.commit({"flows/main.yaml": menu_flow().replace("  menus:", f"  {comment}  menus:")})
    assert step.run(scenarios="scenarios", min_coverage="transitions: 50").status == 1


def test_a_pull_request_does_not_switch_off_its_own_calls(repository: Repository, step: Step) -> None:
    repository.commit({"flows/graph.yaml": GRAPH})
    loose = GRAPH.replace("  bye: {type: disconnect}", "  bye: {type: playPrompt}")
    off = "rules: {call-dead-end: off, dead-end: off}\n"
    ran = pull_request(repository, step, {"flows/graph.yaml": loose, ".ivr-action.yml": off})
    assert ran.status == 1
    assert "This change touches the configuration" in ran.summary


def test_a_way_that_is_too_long_is_a_warning(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": menu_flow()})
    assert rules_of(step.run(max_choices="1")) == []
    ran = step.run(max_seconds="2.5")
    assert ran.status == 0
    assert ("too-long-to-agent", "warning") in rules_of(ran)
    assert "a caller is transferred after 1 to 2 choices and about 3 to 6 seconds of prompts (estimated)" in ran.summary
    ran = step.run(max_choices="few", max_seconds="long")
    assert ran.status == 2
    assert "Input `max-choices` is `few`; accepted: a whole number" in ran.out
    assert "Input `max-seconds` is `long`; accepted: a number of seconds" in ran.out


TRIED = GRAPH.replace(
    "  bye: {type: disconnect}\n",
    """\
  bye: {type: disconnect}
  old:
    type: playPrompt
    properties: {audioResource: {id: old, type: resource}}
    transitionConditions: [{condition: default, destinationNodeId: bye}]
""",
)
"""With a node that nothing leads to, so that it is there and was not touched."""
MORE = """\
  never:
    type: condition
    variables: {tier: silver}
    transitionConditions:
      - {condition: "tier == 'gold'", destinationNodeId: gold}
      - {condition: default, destinationNodeId: bye}
  gold: {type: transferToQueue, properties: {queue: Gold}}
"""


def untried(ran: Ran) -> list[tuple[str, int]]:
    found: list[dict[str, object]] = ran.report()["findings"]  # type: ignore[assignment]
    return [(str(one["node"]), int(str(one["line"]))) for one in found if one["rule"] == "uncovered-change"]


def test_a_changed_node_that_no_call_comes_through_is_a_note(repository: Repository, step: Step) -> None:
    repository.commit({"flows/graph.yaml": TRIED, ".ivr-action.yml": "rules: {unreachable-node: off}\n"})
    changed = TRIED.replace("destinationNodeId: support", "destinationNodeId: never") + MORE
    ran = pull_request(repository, step, {"flows/graph.yaml": changed})
    line = changed.splitlines().index("  gold: {type: transferToQueue, properties: {queue: Gold}}") + 1
    assert untried(ran) == [("gold", line)]
    assert "::notice title=uncovered-change,file=flows/graph.yaml" in ran.out
    assert "no call comes here: the file itself always decides otherwise: " in ran.out


def test_a_scenario_that_does_not_come_through_a_change_leaves_it_untried(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": GRAPH, "scenarios/main.yaml": SCENARIO})
    changed = GRAPH.replace("{queue: Support}", "{queue: Help}")
    ran = pull_request(repository, step, {"flows/main.yaml": changed}, scenarios="scenarios")
    assert [node for node, _ in untried(ran)] == ["support"]


def test_a_renamed_flow_is_untried_only_where_it_was_edited(repository: Repository, step: Step) -> None:
    repository.commit({"flows/old.yaml": GRAPH, "scenarios/main.yaml": SCENARIO})
    repository.git("mv", "flows/old.yaml", "flows/main.yaml")
    ran = pull_request(repository, step, {}, scenarios="scenarios")
    assert untried(ran) == []


def test_of_one_flow_ten_untried_nodes_are_named(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": GRAPH, "scenarios/main.yaml": SCENARIO})
    keys = "".join(
        f"      - {{condition: \"dtmf == '{number}'\", destinationNodeId: more{number}}}\n" for number in range(10, 24)
    )
    nodes = "".join(f"  more{number}: {{type: disconnect}}\n" for number in range(10, 24))
    at = "      - {condition: default"
    ran = pull_request(
        repository, step, {"flows/main.yaml": GRAPH.replace(at, keys + at) + nodes}, scenarios="scenarios"
    )
    assert [node for node, _ in untried(ran)] == [f"more{number}" for number in range(10, 20)]


def test_where_nobody_knows_what_changed_nothing_is_untried(repository: Repository, step: Step) -> None:
    repository.commit({"flows/main.yaml": GRAPH, "scenarios/main.yaml": SCENARIO})
    assert untried(step.run(scenarios="scenarios")) == []
