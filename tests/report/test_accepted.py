"""What does not count, in the summary: said, collapsed, and harmless whatever it says."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from ivr_action.model import Level, Location, Report, Suppressed, Suppression
from ivr_action.report import Look
from ivr_action.report.summary import render
from tests.samples import HOSTILE, finding

LOOK = Look("1", blob_url="https://github.com/a/b/blob/c/")


def suppression(reason: str = "callers hang up here", until: str = "2027-01-31", line: int = 7) -> Suppression:
    return Suppression("comment", Location("flows/a.yaml", line, 3), ("dead-end", "cycle"), reason, until)


def test_alerts_come_before_the_verdict() -> None:
    page = render(Report((), (), alerts=("The rules change.", "The baseline changes.")), LOOK)
    first, second, verdict = [line for line in page.splitlines() if line][:3]
    assert (first, second) == ("⚠️ **The rules change.**", "⚠️ **The baseline changes.**")
    assert verdict.startswith("## ")


def test_new_suppressions_are_listed_with_reason_and_end() -> None:
    page = unescape(render(Report((), (), added=(suppression(),)), LOOK))
    assert "### ⚠️ 1 suppression added by this change" in page
    assert "[<code>flows/a.yaml</code> line 7](https://github.com/a/b/blob/c/flows/a.yaml#L7)" in page
    assert "<code>dead-end</code>, <code>cycle</code> until 2027-01-31: callers hang up here" in page


def test_a_suppression_without_reason_or_rule_is_listed_as_such() -> None:
    page = render(Report((), (), added=(replace(suppression("", ""), rules=()),)), LOOK)
    assert "no rule: <em>no reason</em>" in page


def test_what_does_not_count_is_counted_and_collapsed() -> None:
    known = (finding(level=Level.NOTE), finding(path="b.yaml"), finding(path="b.yaml", line=9))
    page = unescape(render(Report((), (), suppressed=(Suppressed(finding(), suppression()),), known=known), LOOK))
    assert "<details><summary>1 suppressed finding</summary>" in page
    assert "accepted until 2027-01-31: callers hang up here" in page
    assert "<details><summary>3 findings in the baseline</summary>" in page
    assert "- <code>b.yaml</code>: 2\n" in page
    assert "❌" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_reasons_cannot_break_out(text: str) -> None:
    hostile = Suppression("comment", Location(text, 7), (text,), text, text)
    accepted = Suppressed(replace(finding(text), location=Location(text, 3), rule=text), hostile)
    page = render(Report((), (), suppressed=(accepted,), added=(hostile,)), LOOK)
    assert "<script" not in page
    assert "<img" not in page
    assert "\n::" not in page
    assert "\x1b" not in page
    assert page.count("</details>") == 1


def test_the_page_stays_within_its_limit() -> None:
    known = tuple(finding(path=f"{number}.yaml") for number in range(5_000))
    suppressed = tuple(Suppressed(finding("x" * 900), suppression("y" * 900)) for _ in range(5_000))
    report = Report((), (), suppressed=suppressed, known=known, added=(suppression(),) * 5_000)
    page = render(report, replace(LOOK, limit=200_000))
    assert len(page.encode()) <= 200_000
    assert "4,900 more" in page
    assert "4,950 more" in page
