"""SARIF: valid by OASIS' schema, stable, within code scanning's limits.

The schema is OASIS' own, as the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT) ships it, unchanged.

"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

from ivr_action.check import RULES
from ivr_action.model import Level, Location, Report, fingerprint
from ivr_action.report import Look, render
from ivr_action.report.sarif import RESULTS
from tests.samples import finding, hostile_report

LOOK = Look("1.2.3", rules=RULES, rules_url="https://x/", repository_url="https://github.com/a/b", sha="0" * 40)


@cache
def validator() -> Draft4Validator:
    path = Path(__file__).parent / "assets" / "sarif-2.1.0-rtm.5.json"
    return Draft4Validator(json.loads(path.read_text(encoding="utf-8")))


def run_of(report: Report, look: Look = LOOK) -> dict[str, Any]:
    text = render("sarif", report, look)
    text.encode("utf-8")
    value = json.loads(text)
    assert [error.message for error in validator().iter_errors(value)] == []
    return dict(value["runs"][0])


def test_an_empty_and_a_hostile_report_are_valid() -> None:
    run_of(Report((), ()))
    run_of(Report((), ()), Look("1"))
    run_of(hostile_report())


def test_every_rule_has_its_help_and_level() -> None:
    rules = run_of(Report((), ()))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in RULES]
    for rule in rules:
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["helpUri"] == f"https://x/{rule['id']}.md"
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert len(rule["properties"]["tags"]) <= 10


def test_a_result_points_to_its_rule_and_place() -> None:
    other = Location("flows/a b.yaml", 9, 1)
    found = replace(finding(path="flows/a b.yaml", rule=RULES[3].id, node="task/Main"), related=(other,))
    run = run_of(Report((), (found,)))
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == RULES[3].id
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "flows/a%20b.yaml", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 3, "startColumn": 5}
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 9
    assert run["versionControlProvenance"] == [{"repositoryUri": "https://github.com/a/b", "revisionId": "0" * 40}]


def test_a_simulated_call_is_a_code_flow_of_its_last_thousand_steps() -> None:
    steps = tuple(Location("flows/a.yaml", line, 1) for line in range(1, 1_502))
    (result,) = run_of(Report((), (replace(finding(), steps=steps),)))["results"]
    (code_flow,) = result["codeFlows"]
    (thread,) = code_flow["threadFlows"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in thread["locations"]]
    assert lines == list(range(502, 1_502))


def test_a_finding_without_steps_has_no_code_flow() -> None:
    (result,) = run_of(Report((), (finding(),)))["results"]
    assert "codeFlows" not in result


def test_fingerprints_stay_when_lines_move_and_differ_by_place() -> None:
    first = finding(node="task/Main/x")
    moved = replace(first, location=replace(first.location, line=99))
    assert fingerprint(first) == fingerprint(moved)
    others = [
        finding(node="task/Main/y"),
        finding(node="task/Main/x", rule="other"),
        finding(node="task/Main/x", path="b.yaml"),
        finding(pointer="/x"),
        finding("Line 3 is wrong."),
    ]
    assert len({fingerprint(found) for found in [first, *others]}) == 6
    assert fingerprint(finding("Line 3 is wrong.")) == fingerprint(finding("Line 14 is wrong."))


def test_a_fingerprint_keeps_names_and_forgets_positions_in_lists() -> None:
    assert fingerprint(finding("`3` is wrong.")) != fingerprint(finding("`4` is wrong."))
    assert fingerprint(finding("`/nodes/3` is wrong.")) == fingerprint(finding("`/nodes/4` is wrong."))
    assert fingerprint(finding(pointer="/tasks/3/task")) == fingerprint(finding(pointer="/tasks/11/task"))
    assert fingerprint(finding(pointer="/tasks/3/task")) != fingerprint(finding(pointer="/menus/3/menu"))
    assert fingerprint(finding(), "b.yaml") == fingerprint(finding(path="b.yaml"))


def test_equal_findings_have_different_fingerprints() -> None:
    results = run_of(Report((), (finding(), finding(line=7))))["results"]
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]
    assert len(set(prints)) == 2
    assert prints[0].split(":")[1] == "1"


def test_only_the_worst_results_are_kept_and_the_rest_is_said() -> None:
    found = tuple(finding(f"{number}") for number in range(RESULTS)) + (finding(level=Level.NOTE),) * 3
    run = run_of(Report((), found), replace(LOOK, rules=()))
    assert len(run["results"]) == RESULTS
    assert {result["level"] for result in run["results"]} == {"error"}
    assert "3 more findings" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
