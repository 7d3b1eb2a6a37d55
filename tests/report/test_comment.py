"""The pull-request comment: what it says, and that it fits whatever is in it."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from ivr_action.model import CheckedFlow, Level, Location, Report, Suppression
from ivr_action.report.comment import LIMIT, render
from ivr_action.report.look import Look
from tests.samples import HOSTILE, finding, hostile_report

MARK = 200
"""More than a mark needs, which is added later."""
LOOK = Look(
    version="1.2.3",
    blob_url="https://github.com/example/ivr/blob/abc/",
    rules_url="https://github.com/example/action/blob/v1/docs/rules/",
    sha="abcdef0123456789",
    places="the JSON report (report.json)",
)
RUN = "https://github.com/example/ivr/actions/runs/1"


def report(flows: int = 1, findings: int = 1, text: str = "Main") -> Report:
    checked = tuple(
        CheckedFlow(f"flows/{at:04}.yaml", f"{text} {at}", "inboundCall", valid=False) for at in range(flows)
    )
    found = [
        finding(f"{text} is wrong", list(Level)[at % 3], f"flows/{at % flows:04}.yaml", at + 1)
        for at in range(findings)
    ]
    return Report(checked, tuple(sorted(found, key=lambda item: item.order)), scope="Checked what changed.")


def test_it_has_the_verdict_the_flows_the_findings_and_where_the_rest_is() -> None:
    text = render(report(2, 3), LOOK, RUN)
    lines = text.splitlines()
    assert lines[0].startswith("## ❌ IVR flows: 1 error, 1 warning, 1 note in 2 flows")
    assert "Checked what changed." in text
    assert "| ❌ | Main 0 | inboundCall |" in text
    assert "[line 1](https://github.com/example/ivr/blob/abc/flows/0000.yaml#L1)" in text
    assert "https://github.com/example/action/blob/v1/docs/rules/some-rule.md" in text
    assert f"[this run’s summary]({RUN})" in text
    assert "1.2.3" in unescape(lines[-1])
    assert "abcdef0123" in lines[-1]


def test_a_change_to_the_gate_itself_comes_first() -> None:
    text = render(replace(report(), alerts=("This change touches the rules.",)), LOOK)
    assert text.splitlines()[0] == "⚠️ **This change touches the rules.**"


def test_new_suppressions_are_listed_or_at_least_counted() -> None:
    one = Suppression("comment", Location("a.yaml", 3), ("dead-end",), "callers hang up here")
    text = render(replace(report(), added=(one,)), LOOK)
    assert "1 suppression added by this change" in text
    assert "callers hang up here" in unescape(text)
    many = render(replace(report(), added=(replace(one, reason="@" * 300),) * 90), LOOK)
    assert "90 suppressions added by this change" in many
    assert len(many.encode()) + MARK <= LIMIT


def test_only_the_worst_findings_are_in_it_and_the_others_are_counted() -> None:
    text = render(report(4, 100), LOOK, RUN)
    assert text.count("](https://github.com/example/ivr/blob/abc/flows/0000.yaml#L") <= 25
    assert text.count("some-rule") // 2 == 25
    assert "75 more findings in [this run’s summary]" in text


def test_an_error_in_a_later_file_comes_before_the_notes_of_the_worst_one() -> None:
    noisy = [finding("An error", path="flows/0000.yaml"), finding("An error", path="flows/0000.yaml", line=4)]
    notes = [finding("A note", Level.NOTE, "flows/0000.yaml", line) for line in range(5, 60)]
    other = finding("The other error", path="flows/0001.yaml")
    found = sorted([*noisy, *notes, other], key=lambda item: item.order)
    assert "The other error" in render(replace(report(2), findings=tuple(found)), LOOK)


def test_nothing_found_is_short() -> None:
    text = render(Report((CheckedFlow("a.yaml", "A", "inboundCall"),), ()), LOOK, RUN)
    assert text.startswith("## ✅ IVR flows: 1 flow checked, nothing found")
    assert len(text) < 500


@pytest.mark.parametrize("text", ["Main", "@" * 300, "😀|" * 200, "漢" * 500, "\ud800" * 300, "<" * 400, *HOSTILE])
def test_it_always_fits(text: str) -> None:
    large = replace(report(600, 3000, text), notices=(text,) * 50, alerts=(text,) * 50, scope=text)
    made = render(large, replace(LOOK, places=text, version=text, sha=text[:40]), RUN)
    assert len(made.encode()) + MARK <= LIMIT
    assert len(made.encode("utf-16-le")) // 2 + MARK <= LIMIT


def test_hostile_names_stay_text() -> None:
    made = render(hostile_report(), LOOK, RUN)
    for evil in ("<script", "<img", "@octocat", "](https://example.com)", "</details>", "\u202e", "\0", "-->"):
        assert evil not in made
    assert [line for line in made.splitlines() if line.startswith(("#", "```", "~~~"))] == [
        line for line in made.splitlines() if line.startswith(("## ❌", "### "))
    ]
