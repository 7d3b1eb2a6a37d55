"""`ivr-action trace`: scenarios run, flows explored, scenarios suggested."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from ivr_action.cli import main
from tests.corpus import ROOT, corpus_files, need_corpus
from tests.samples import menu_flow

SCENARIO = """\
flow: ../flows/main.yaml
calls:
  - name: one reaches Sales
    caller: [press: "1"]
    expect: {queue: Sales}
  - name: nine leaves
    caller: [press: "9"]
    expect: {ends: disconnected}
"""
STUCK = "startNodeId: a\nnodes:\n  a: {type: playPrompt}\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a folder with one flow and its scenarios."""
    monkeypatch.chdir(tmp_path)
    write("flows/main.yaml", menu_flow())
    write("scenarios/main.yaml", SCENARIO)

    def command(*arguments: str) -> tuple[int, str, str]:
        out, err = StringIO(), StringIO()
        status = main(["trace", *arguments], environ={}, stdout=out, stderr=err)
        return status, out.getvalue(), err.getvalue()

    return command


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def schema() -> Draft202012Validator:
    return Draft202012Validator(
        json.loads((ROOT / "ivr_action/report/schema/trace-1.json").read_text(encoding="utf-8"))
    )


def as_json(run: Run, *arguments: str) -> tuple[int, dict[str, Any]]:
    status, out, err = run(*arguments, "--format", "json")
    assert err == ""
    found = json.loads(out)
    schema().validate(found)
    return status, found


def test_a_flow_is_explored(run: Run) -> None:
    status, out, err = run("flows/main.yaml")
    assert (status, err) == (0, "")
    assert out.startswith("flows/main.yaml  Main line\n")
    assert "    ok   press 1 at Main menu: to Sales\n" in out
    assert "coverage: nodes 100 %, transitions 100 %" in out
    assert "a caller is transferred after 1 to 2 choices and about 3 to 6 seconds of prompts (estimated)" in out
    assert out.endswith(" calls in 1 flow, all pass\n")


def test_the_json_has_calls_coverage_and_what_nobody_knows(run: Run) -> None:
    status, found = as_json(run, "flows/main.yaml")
    assert status == 0
    assert found["findings"] == []
    (flow,) = found["flows"]
    assert (flow["path"], flow["coverage"]) == ("flows/main.yaml", {"nodes": 1.0, "transitions": 1.0})
    call = next(call for call in flow["calls"] if call["queue"] == "Sales")
    assert {key: call[key] for key in ("passed", "ends", "path", "hears")} == {
        "passed": True,
        "ends": "transferred",
        "path": ["menu/Main menu", "menu/Main menu/menuTransferToAcd Sales"],
        "hears": ["Press one for sales, nine to leave."],
    }
    assert [doubt["question"] for doubt in flow["unknown"]] == ["transfer"]


def test_scenarios_name_the_flow_that_they_are_about(run: Run) -> None:
    status, found = as_json(run, "--scenarios", "scenarios")
    assert status == 0
    (flow,) = found["flows"]
    assert [(call["name"], call["scenario"], call["line"]) for call in flow["calls"]] == [
        ("one reaches Sales", "scenarios/main.yaml", 3),
        ("nine leaves", "scenarios/main.yaml", 6),
    ]
    assert not flow["explored"]
    assert flow["coverage"]["nodes"] == 1.0
    assert flow["coverage"]["transitions"] < 1.0
    assert {rest["why"] for rest in flow["uncovered"]} == {"no scenario"}


def test_a_call_that_fails_fails_the_command(run: Run) -> None:
    write("scenarios/main.yaml", SCENARIO.replace("queue: Sales", "queue: Support"))
    status, out, _ = run("flows/main.yaml", "--scenarios", "scenarios/main.yaml")
    assert status == 1
    assert "    FAIL one reaches Sales  (transferred to Sales)\n" in out
    assert "it was to reach the queue `Support`" in out
    assert out.endswith("2 calls in 1 flow, 1 of them failed\n")


def test_an_explored_call_that_ends_as_none_should_fails_the_command(run: Run) -> None:
    write("flows/stuck.yaml", STUCK)
    status, found = as_json(run, "flows/stuck.yaml")
    assert status == 1
    assert [(finding["rule"], finding["node"]) for finding in found["findings"]] == [("call-dead-end", "a")]
    assert [call["passed"] for call in found["flows"][0]["calls"]] == [False]


@pytest.mark.parametrize(("level", "told"), [("off", []), ("note", ["note"]), ("warning", ["warning"])])
def test_the_configuration_says_how_much_a_failed_call_matters(run: Run, level: str, told: list[str]) -> None:
    write("flows/stuck.yaml", STUCK)
    write(".ivr-action.yml", f"rules: {{call-dead-end: {level}}}\n")
    status, found = as_json(run, "flows/stuck.yaml")
    assert (status, [finding["level"] for finding in found["findings"]]) == (0, told)


def test_a_failed_expectation_has_a_level_too(run: Run) -> None:
    write("scenarios/main.yaml", SCENARIO.replace("queue: Sales", "queue: Support"))
    write(".ivr-action.yml", "rules: {scenario-failed: warning}\n")
    status, found = as_json(run, "flows/main.yaml", "--scenarios", "scenarios/main.yaml")
    assert (status, [finding["level"] for finding in found["findings"]]) == (0, ["warning"])


def test_a_flow_file_suppresses_what_calls_find(run: Run) -> None:
    write("flows/stuck.yaml", STUCK.replace("  a:", "  # ivr: ignore[call-dead-end] the line is cut on purpose\n  a:"))
    status, found = as_json(run, "flows/stuck.yaml")
    assert (status, found["findings"]) == (0, [])


def test_a_way_that_is_too_long_is_a_warning_and_fails_nothing(run: Run) -> None:
    status, found = as_json(run, "flows/main.yaml", "--max-seconds", "2")
    assert status == 0
    assert {(finding["rule"], finding["level"]) for finding in found["findings"]} == {("too-long-to-agent", "warning")}
    (flow,) = found["flows"]
    assert flow["secondsToAgent"]["shortest"] == 2.8
    assert flow["loopsWithoutCaller"] == 0
    assert as_json(run, "flows/main.yaml", "--max-seconds", "0", "--max-choices", "1")[1]["findings"] == []


@pytest.mark.parametrize("option", ["--max-choices", "--max-seconds"])
def test_a_limit_that_is_no_number_is_a_mistake_of_use(run: Run, option: str) -> None:
    status, out, err = run("flows/main.yaml", option, "few")
    assert (status, out) == (2, "")
    assert f"`{option}` is `few`" in err


def test_of_a_flow_without_a_start_nothing_is_said_to_pass(run: Run) -> None:
    write("flows/main.yaml", menu_flow(start="nowhere"))
    _, out, _ = run("flows/main.yaml")
    assert "  0 calls, the flow has no start\n" in out
    assert out.endswith("0 calls in 1 flow, so nothing is known\n")


def test_a_mistake_in_a_scenario_file_fails_the_command(run: Run) -> None:
    write("scenarios/main.yaml", SCENARIO.replace("caller: [press", "calller: [press", 1))
    status, found = as_json(run, "flows/main.yaml", "--scenarios", "scenarios/main.yaml")
    assert status == 1
    assert [(finding["rule"], finding["line"]) for finding in found["findings"]] == [("scenario-error", 4)]


def test_a_scenario_about_a_file_that_is_not_there_is_an_error_at_its_line(run: Run) -> None:
    write("scenarios/main.yaml", SCENARIO.replace("main.yaml", "mian.yaml"))
    status, found = as_json(run, "flows/main.yaml", "--scenarios", "scenarios/main.yaml")
    assert status == 1
    (finding,) = found["findings"]
    assert (finding["rule"], finding["line"]) == ("scenario-error", 1)
    assert "There is no file `flows/mian.yaml`" in finding["message"]


def test_scenarios_about_other_flows_are_left_out_and_said_to_be(run: Run) -> None:
    write("flows/other.yaml", menu_flow("Other"))
    status, out, _ = run("flows/other.yaml", "--scenarios", "scenarios/main.yaml")
    assert status == 0
    assert "note Scenarios about flows that were not traced were not run: `scenarios/main.yaml`." in out


def test_junit_has_a_case_for_each_call(run: Run) -> None:
    write("scenarios/main.yaml", SCENARIO.replace("queue: Sales", "queue: Support"))
    status, out, _ = run("--scenarios", "scenarios/main.yaml", "--format", "junit")
    assert status == 1
    root = ElementTree.fromstring(out)
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    first, second = root[0]
    assert (first.get("name"), first.get("file"), first.get("line")) == (
        "one reaches Sales",
        "scenarios/main.yaml",
        "3",
    )
    assert "it was to reach the queue `Support`" in str(first[0].get("message"))
    assert len(second) == 0


def test_junit_tells_mistakes_in_scenario_files(run: Run) -> None:
    write("scenarios/main.yaml", "flow: ../flows/main.yaml\ncalls: []\n")
    status, out, _ = run("flows/main.yaml", "--scenarios", "scenarios/main.yaml", "--format", "junit")
    assert status == 1
    root = ElementTree.fromstring(out)
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [
        ("flows/main.yaml", "0"),
        ("scenarios/main.yaml", "1"),
    ]


def test_what_is_suggested_passes_and_covers_the_same(run: Run) -> None:
    status, out, _ = run("flows/main.yaml", "--suggest")
    assert status == 0
    write("elsewhere/suggested.yaml", out)
    explored = as_json(run, "flows/main.yaml")[1]["flows"][0]
    status, found = as_json(run, "--scenarios", "elsewhere/suggested.yaml")
    assert status == 0
    assert found["flows"][0]["coverage"] == explored["coverage"]
    assert [call["name"] for call in found["flows"][0]["calls"]] == [call["name"] for call in explored["calls"]]


def test_scenarios_are_suggested_for_one_flow(run: Run) -> None:
    write("flows/other.yaml", menu_flow("Other"))
    status, out, err = run("flows", "--suggest")
    assert (status, out) == (2, "")
    assert "`--suggest` writes scenarios for one flow, not 2." in err


def test_a_file_that_is_no_flow_fails_the_command(run: Run) -> None:
    write("flows/main.yaml", "inboundCall: [\n")
    status, found = as_json(run, "flows/main.yaml")
    assert (status, found["flows"], len(found["findings"])) == (1, [], 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "There is nothing to trace."),
        (("--scenarios", "nothing/*.yaml"), "No scenario file matches `nothing/*.yaml`."),
        (("flows/gone.yaml",), "gone.yaml"),
    ],
)
def test_nothing_to_trace_is_a_mistake_of_use(run: Run, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert said in err


def test_the_json_of_published_flows_follows_the_published_schema() -> None:
    need_corpus()
    out = StringIO()
    assert (
        main(["trace", *map(str, corpus_files()), "--format", "json"], environ={}, stdout=out, stderr=StringIO()) == 0
    )
    found = json.loads(out.getvalue())
    schema().validate(found)
    assert len(found["flows"]) == len(corpus_files())
    assert all(call["passed"] for flow in found["flows"] for call in flow["calls"])


def test_validate_does_not_import_what_simulates_calls(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(menu_flow(), encoding="utf-8")
    code = (
        "import sys; from ivr_action.cli import main; "
        f"status = main(['validate', {str(path)!r}]); "
        "print(status, [name for name in sys.modules if name == 'lark' or name.startswith('ivr_action.trace.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
