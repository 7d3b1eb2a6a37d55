"""What suppressions do to a run: findings go and come back, and the suppressions themselves are checked."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ivr_action.check import CheckOptions, check
from ivr_action.check.suppressions import RULES
from ivr_action.flow.read import read_flow
from ivr_action.model import Level, Report

TODAY = date(2026, 6, 15)
FLOW = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - disconnect:
              none: true
    # HERE
    - task:
        name: Nights
        refId: Nights_2
        actions:
          - disconnect:
              none: true
"""
RULE = "unused-container"


def report_of(comment: str, source: str = FLOW, **levels: Level | None) -> Report:
    given = {name.replace("_", "-"): level for name, level in levels.items()}
    text = source.replace("# HERE", comment).encode()
    return check([read_flow("f.yaml", text)], CheckOptions(levels=given, today=TODAY))


def rules_of(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def test_the_flow_has_one_finding() -> None:
    assert rules_of(report_of("")) == [RULE]


def test_a_suppressed_finding_stands_apart_with_its_suppression() -> None:
    report = report_of(f"# ivr: ignore[{RULE}] moves in next quarter")
    assert report.findings == ()
    (suppressed,) = report.suppressed
    assert suppressed.finding.rule == RULE
    assert suppressed.by.reason == "moves in next quarter"


def test_a_flow_whose_only_error_is_suppressed_is_valid() -> None:
    error = report_of("", unused_container=Level.ERROR)
    assert not error.flows[0].valid
    report = report_of(f"# ivr: ignore[{RULE}] moves in", unused_container=Level.ERROR)
    assert report.flows[0].valid
    assert not report.fails("error")


def test_another_rule_is_not_suppressed() -> None:
    report = report_of("# ivr: ignore[dead-end] callers leave")
    assert sorted(rules_of(report)) == ["suppression-unused", RULE]


def test_a_suppression_counts_on_its_last_day() -> None:
    assert rules_of(report_of(f"# ivr: ignore[{RULE}] why until=2026-06-15")) == []


@pytest.mark.parametrize("until", ["2026-06-14", "2026-02-30", "soon", "20270101", "2027-W01-1", ""])
def test_after_its_last_day_the_finding_comes_back(until: str) -> None:
    report = report_of(f"# ivr: ignore[{RULE}] why until={until}")
    expected = ["suppression-expired", RULE] if until else []
    assert sorted(rules_of(report)) == expected
    assert len(report.suppressed) == (not until)


def test_without_a_clock_every_date_has_passed() -> None:
    text = FLOW.replace("# HERE", f"# ivr: ignore[{RULE}] why until=2999-01-01").encode()
    assert sorted(rules_of(check([read_flow("f.yaml", text)]))) == ["suppression-expired", RULE]


def test_without_a_reason_it_does_not_count() -> None:
    report = report_of(f"# ivr: ignore[{RULE}] until=2027-01-01")
    assert sorted(rules_of(report)) == ["suppression-without-reason", RULE]


def test_an_unknown_rule_is_named_with_its_neighbour() -> None:
    report = report_of("# ivr: ignore[unused-contaner] why")
    found = next(finding for finding in report.findings if finding.rule == "suppression-unknown-rule")
    assert "`unused-contaner`" in found.message
    assert "Did you mean `unused-container`?" in found.hint
    assert found.location.line == 11
    assert RULE in rules_of(report)


def test_one_of_two_rules_that_is_not_needed_is_said() -> None:
    report = report_of(f"# ivr: ignore[{RULE}, cycle] why")
    (found,) = report.findings
    assert found.rule == "suppression-unused"
    assert "`cycle`" in found.message


def test_a_rule_that_is_off_needs_no_suppression() -> None:
    report = report_of(f"# ivr: ignore[{RULE}] why", unused_container=None)
    assert "switched off" in report.findings[0].message


@pytest.mark.parametrize("rule", ["unreadable-file", "suppression-unused", "suppression-without-reason"])
def test_what_guards_the_gate_cannot_be_suppressed(rule: str) -> None:
    report = report_of(f"# ivr: ignore[{rule}] why")
    assert "suppression-unknown-rule" in rules_of(report)
    assert f"`{rule}` cannot be suppressed" in report.findings[0].message + report.findings[1].message


def test_a_suppression_does_not_silence_the_rules_about_itself() -> None:
    comment = "# ivr: ignore[suppression-unused] why\n    # ivr: ignore[cycle] why"
    assert "suppression-unused" in rules_of(report_of(comment))


def test_a_file_that_cannot_be_read_stays_an_error_whatever_it_says() -> None:
    source = "# ivr: ignore[unreadable-file] why\n" + FLOW.replace("name: Support", 'name: "Support')
    report = report_of("", source)
    assert rules_of(report) == ["unreadable-file"]
    assert report.fails("error")


def test_the_rules_can_be_switched_off_and_raised() -> None:
    comment = "# ivr: ignore[dead-end] callers leave"
    assert rules_of(report_of(comment, suppression_unused=None)) == [RULE]
    assert report_of(comment, suppression_unused=Level.ERROR).fails("error")


@pytest.mark.parametrize("on", ["flow", "node"])
def test_a_key_in_a_node_graph_suppresses(on: str) -> None:
    entry = [{"rule": "dead-end", "reason": "the caller hangs up"}]
    nodes = {
        "start": {"type": "menu", "transitionConditions": [{"condition": "default", "destinationNodeId": "a"}]},
        "a": {"type": "playAudio", "properties": {"tts": "Hello"}},
    }
    flow = {"name": "x", "type": "inboundCall", "startNodeId": "start", "nodes": nodes}
    before = check([read_flow("f.json", json.dumps(flow).encode())])
    assert "dead-end" in rules_of(before)
    (flow if on == "flow" else nodes["a"])["x-ivr-ignore"] = entry
    after = check([read_flow("f.json", json.dumps(flow).encode())])
    assert sorted(rules_of(after)) == sorted(rule for rule in rules_of(before) if rule != "dead-end")
    assert [one.finding.node for one in after.suppressed] == ["a"]


def test_a_key_on_another_node_suppresses_nothing_here() -> None:
    nodes = {
        "start": {
            "type": "menu",
            "transitionConditions": [{"condition": "default", "destinationNodeId": "a"}],
            "x-ivr-ignore": [{"rule": "dead-end", "reason": "why"}],
        },
        "a": {"type": "playAudio", "properties": {"tts": "Hello"}},
    }
    flow = {"name": "x", "type": "inboundCall", "startNodeId": "start", "nodes": nodes}
    found = rules_of(check([read_flow("f.json", json.dumps(flow).encode())]))
    assert {"dead-end", "suppression-unused"} <= set(found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_examples_of_the_pages_are_true(rule: object) -> None:
    bad, good = (check([read_flow("f.yaml", getattr(rule, name).encode())]) for name in ("bad", "good"))
    assert rule.id in rules_of(bad)  # type: ignore[attr-defined]
    assert rules_of(good) == []


def test_a_suppression_of_what_calls_find_is_known_and_never_called_unused() -> None:
    assert rules_of(report_of("# ivr: ignore[call-dead-end] the line is cut on purpose", unused_container=None)) == []
    assert rules_of(report_of("# ivr: ignore[call-dead-edn] cut on purpose", unused_container=None)) == [
        "suppression-unknown-rule"
    ]


def test_a_suppression_of_what_calls_find_needs_a_reason_too() -> None:
    assert rules_of(report_of("# ivr: ignore[call-dead-end]", unused_container=None)) == ["suppression-without-reason"]
