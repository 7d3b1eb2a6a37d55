"""The plan in summary and comment: its verdict, what stops first, within the limits, and nothing becomes markup."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from ivr_action.model import Level
from ivr_action.model.difference import Change, FlowDifference, NodeChange, TransitionChange
from ivr_action.model.plan import Plan, Verdict
from ivr_action.report import Look, comment, plan_comment
from ivr_action.report.plan_summary import render
from ivr_action.report.plan_words import findings_of, headline, when
from tests.plans import CHANGES, hostile_plan, planned
from tests.report.test_comment import report
from tests.report.test_summary import OURS, page_of
from tests.samples import HOSTILE, finding

LOOK = Look("1.0", blob_url="https://github.com/a/b/blob/0123/", rules_url="https://github.com/d/e/blob/v1/docs/rules/")
RUN = "https://github.com/example/ivr/actions/runs/1"
STOPS = [verdict for verdict in Verdict if verdict.stops]


def plan(*verdicts: Verdict) -> Plan:
    flows = tuple(planned(verdict, f"{verdict.value} {at}", f"flows/{at}.yaml") for at, verdict in enumerate(verdicts))
    return Plan(flows, "platform", "production", "Acme")


def test_the_verdict_is_what_a_release_manager_asks() -> None:
    found = plan(Verdict.CREATE, Verdict.UPDATE, Verdict.UPDATE, Verdict.DRIFTED, Verdict.UNCHANGED)
    assert headline(found) == (
        "3 flows would be deployed to production (Acme): 1 created, 2 updated; 1 stops: drifted 3 (A Colleague changed "
        "it); 1 unchanged"
    )
    assert page_of(render(found, LOOK)).text.startswith(
        "⛔ Plan: 3 flows would be deployed to production (Acme): 1 created, 2 updated; 1 stops\n"
        "⛔ Stopped: drifted 3 (A Colleague changed it)\n"
    )
    assert headline(plan(Verdict.UNCHANGED)) == "nothing would be deployed to production (Acme); 1 unchanged"
    assert headline(Plan(())) == "no flow to deploy"
    acme = "Acme (a0efc5d2-d91f-45db-9b28-c3cf9de816fb)"
    assert headline(Plan((), "platform", "test", acme)) == "no flow to deploy to test (Acme)"
    assert headline(Plan((), "platform", "", acme)) == "no flow to deploy to Acme"


def test_a_flow_that_an_error_stops_is_not_counted_among_those_that_would_be_deployed() -> None:
    stopped = replace(planned(), findings=(finding(rule="missing-reference"),))
    assert headline(Plan((stopped,))) == "nothing would be deployed; 1 stops: Main line (missing-reference)"
    warned = replace(planned(), findings=(finding(level=Level.WARNING),))
    assert headline(Plan((warned,))) == "1 flow would be deployed: 1 updated"


@pytest.mark.parametrize("verdict", STOPS)
def test_whatever_stops_says_why_who_when_and_what_to_do_before_everything_that_does_not(verdict: Verdict) -> None:
    text = page_of(render(plan(Verdict.UPDATE, Verdict.CREATE, verdict), LOOK)).text
    block = text[text.index("Why it stops:") :]
    assert block.index(f"It is {verdict.value}.") < block.index("Talk to them.") < block.index("update 0")
    row = next(line for line in text.split("File\n", 1)[1].split("flows/") if f"{verdict.value} 2" in line)
    assert "A Colleague, 2026-11-20 14:03 UTC" in row
    assert text.index(f"{verdict.value} 2") < text.index("update 0")


def test_drift_is_told_node_by_node_with_its_author_and_the_commit_that_was_deployed() -> None:
    text = page_of(render(plan(Verdict.DRIFTED), LOOK)).text
    assert "A Colleague changed what is live on 2026-11-20 14:03 UTC since abcdef0123 was deployed" in text
    assert "queue: Sales → VIP" in text


def test_our_changes_have_before_and_after_and_link_to_their_line() -> None:
    page = page_of(render(plan(Verdict.UPDATE), LOOK))
    assert "prompt: Press one. → Press one or two." in page.text
    assert "way 2: old → billing" in page.text
    assert "defaultLanguage: en-us (new)" in page.text
    assert "https://github.com/a/b/blob/0123/flows/0.yaml#L30" in page.links


def test_ways_out_of_a_node_that_is_new_or_gone_are_not_told_but_those_that_lead_elsewhere_are() -> None:
    nodes = (
        NodeChange("a", "x", Change.ADDED),
        NodeChange("b", "x", Change.REMOVED),
        NodeChange("c", "x", Change.CHANGED),
    )
    ways = tuple(
        TransitionChange(source, f"way {source} {number}", "choice", before, after)
        for source in "abcd"
        for number, (before, after) in enumerate(((None, "z"), ("z", None)))
    )
    text = render(Plan((replace(planned(), changes=FlowDifference(nodes, ways)),)), LOOK)
    listed = [f"{source} {number}" for source in "abcd" for number in (0, 1) if f"way {source} {number}" in text]
    assert listed == ["a 1", "b 0", "c 0", "c 1", "d 0", "d 1"]


def test_who_calls_in_and_who_else_uses_it() -> None:
    text = page_of(render(plan(Verdict.UPDATE), LOOK)).text
    assert "call route Main number (+13175550100), open and holiday; queue Front desk" in text.replace("\u200b", "")
    assert "Also used by Night line (inboundcall flow)" in text


def test_what_stays_as_it_is_takes_one_line() -> None:
    text = render(plan(*[Verdict.UNCHANGED] * 100, Verdict.UPDATE), LOOK)
    assert text.count("<details") == 1
    assert "100 unchanged: unchanged 0, unchanged 1," in text
    assert "and 75 more" in text


def test_without_credentials_it_says_that_nobody_looked_at_what_is_live() -> None:
    text = page_of(render(replace(plan(Verdict.UPDATE), against="base"), LOOK)).text
    assert "1 flow would change, compared with the base commit" in text
    assert "what is live was not looked at" in text


def test_nothing_hostile_becomes_markup() -> None:
    for text in (render(hostile_plan(), LOOK), plan_comment.render(hostile_plan(), LOOK, RUN)):
        page = page_of(text)
        assert page.tags <= OURS | {"strong"}
        assert page.attributes <= {"a href", "details open", "code class", "td style", "th style"}
        assert all(link.startswith(("https://github.com/a/b/", "https://github.com/d/e/", RUN)) for link in page.links)


@pytest.mark.parametrize("limit", [700, 3_000, 20_000, 200_000, 1024 * 1024])
@pytest.mark.parametrize("make", [hostile_plan, lambda: plan(*list(Verdict) * 60)], ids=["hostile", "many"])
def test_the_limit_holds_pieces_are_whole_and_what_is_left_out_is_said(limit: int, make) -> None:  # type: ignore[no-untyped-def]
    whole = render(make(), replace(LOOK, limit=10**9))
    text = render(make(), replace(LOOK, limit=limit))
    assert len(text.encode()) <= limit
    page = page_of(text)  # which says so where a tag is not closed
    assert text.count("```") % 2 == 0
    if text and len(text) < len(whole):
        assert "Everything is in the JSON report." in page.text


def test_diagrams_and_nodes_go_before_a_flow_does() -> None:
    found = plan(*[Verdict.UPDATE] * 20)
    whole = render(found, LOOK)
    text = render(found, replace(LOOK, limit=len(whole.encode()) * 2 // 3))
    assert text.count("<details") == whole.count("<details") == 20
    assert 0 < text.count("```mermaid") < 20


def test_a_large_change_is_counted_where_it_is_not_shown() -> None:
    nodes = tuple(NodeChange(f"node{number}", "step", Change.ADDED) for number in range(500))
    text = render(Plan((replace(planned(), changes=FlowDifference(nodes)),)), LOOK)
    assert "and 440 more nodes" in text
    assert "node59" in text
    assert "node60" not in text


def test_the_comment_holds_the_gates_part_and_the_plan_within_githubs_limit() -> None:
    for gate in (report(), report(400, 1_000, "ß" * 300)):
        below = plan_comment.render(plan(*list(Verdict) * 60), LOOK, RUN)
        text = comment.render(gate, LOOK, RUN, below=below)
        assert len(text.encode()) <= comment.LIMIT - 200
        assert len(below.encode()) <= plan_comment.LIMIT
        assert text.startswith("## ❌ IVR flows")
        assert text.index("## ❌ IVR flows") < text.index("Plan: ") < text.rindex("<sub>ivr-action")
        assert text.count("```mermaid") == 0
        page_of(text)


def test_a_short_plan_is_whole_in_the_comment() -> None:
    text = unescape(plan_comment.render(plan(Verdict.UPDATE, Verdict.DRIFTED), LOOK, RUN))
    assert "Press one. → " not in text
    assert "<code>Press one.</code> → <code>Press one or two.</code>" in text
    assert "left out" not in text
    assert "Everything is in" not in text


def test_each_flow_that_stops_is_a_finding_and_once_only() -> None:
    found = findings_of(plan(*Verdict))
    assert {one.rule for one in found} == {"drifted", "draft", "locked", "renamed", "deploy-refused", "not-planned"}
    assert all(one.location.path.startswith("flows/") and one.message and one.hint for one in found)
    own = finding(rule="missing-reference", path="flows/main.yaml")
    told = findings_of(Plan((replace(planned(Verdict.REFUSED), findings=(own,)),)))
    assert told == (own,)


def test_the_comment_is_told_first_that_a_deployment_would_stop() -> None:
    assert plan_comment.alert(plan(Verdict.UPDATE)) == ""
    assert plan_comment.alert(plan(Verdict.UPDATE, Verdict.LOCKED)) == (
        "A deployment would stop: locked 1 (A Colleague has it open). The plan below says why."
    )


def test_columns_without_a_word_are_left_out() -> None:
    assert "Who, when" not in render(plan(Verdict.UPDATE), LOOK)
    assert "Who, when" in render(plan(Verdict.UPDATE, Verdict.LOCKED), LOOK)
    assert "Live version" not in render(plan(Verdict.CREATE), LOOK)


def test_times_of_the_platform_are_for_people() -> None:
    assert when("2026-11-20T14:03:11.123Z") == "2026-11-20 14:03 UTC"
    assert when("2026-11-20T14:03:11+00:00") == "2026-11-20 14:03 UTC"
    assert when("yesterday") == "yesterday"
    assert "\x1b" not in when(HOSTILE[4])
    assert when("") == ""


def test_long_values_show_what_differs() -> None:
    long = "For sales, press 1. " * 40
    change = replace(
        CHANGES.nodes[0], fields=(replace(CHANGES.nodes[0].fields[0], before=long + "A", after=long + "B"),)
    )
    text = page_of(render(Plan((replace(planned(), changes=FlowDifference((change,))),)), LOOK)).text
    assert "press 1. A → …" in text
    assert "press 1. B" in text
    assert len(text) < 1500
