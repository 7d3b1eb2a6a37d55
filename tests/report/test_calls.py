"""Calls in every form: hostile names stay text, limits hold, what is left out is said."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from ivr_action.model import Report
from ivr_action.model.calls import Change, Doubt, Section, TracedCall, TracedFlow, TraceReport, Uncovered
from ivr_action.model.coverage import Coverage
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Step, Trace
from ivr_action.report import Look, render_trace
from ivr_action.report.calls import add_changes, add_coverage, add_uncovered
from ivr_action.report.cobertura import render as cobertura
from ivr_action.report.comment import LIMIT
from ivr_action.report.comment import render as render_comment
from ivr_action.report.pieces import Page
from ivr_action.report.summary import render as render_summary
from tests.samples import HOSTILE, hostile_graph, hostile_report


class Made:
    """A call's trace that is there already."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace


def hostile_calls() -> TraceReport:
    graph = hostile_graph()
    flows = []
    for text in HOSTILE:
        step = Step(text, text, None, (text,), CallerEvent(EventKind.SAY, text))
        trace = Trace((step,), Ending.TRANSFERRED, text, text)
        call = TracedCall(text, False, Ending.TRANSFERRED, text, 1, Made(trace), text, 1, (text,))
        rest = tuple(Uncovered(way, "ruled out", 1, (text,)) for way in graph.transitions)
        flows.append(
            TracedFlow(
                text.replace("\ud800", "?"),
                text,
                graph,
                (call, replace(call, passed=True)),
                Coverage(),
                rest,
                (Doubt(text, "decision", text, text, (text,)),),
                (Section(text, (1, 2), (0, 1)),) * 2,
                {"evaluated": 1, "supplied": 0, "unknown": 1},
                dict.fromkeys(graph.nodes, 3),
                True,
                (Change(text, text, text),),
            )
        )
    return TraceReport(tuple(flows), hostile_report().findings, HOSTILE)


def test_no_text_of_a_flow_is_a_line_of_its_own_for_a_terminal() -> None:
    text = render_trace("text", hostile_calls(), Look("1.2.3"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not any(line.startswith(("::", "##[")) for line in text.splitlines())


def test_the_json_gives_every_text_back_as_it_was() -> None:
    found = json.loads(render_trace("json", hostile_calls(), Look("1.2.3")))
    assert [flow["name"] for flow in found["flows"]] == list(HOSTILE)
    assert [flow["calls"][0]["hears"] for flow in found["flows"]] == [[text] for text in HOSTILE]


def test_junit_and_cobertura_are_xml_whatever_the_names() -> None:
    root = ElementTree.fromstring(render_trace("junit", hostile_calls(), Look("1.2.3")))
    assert root.get("tests") == str(len(list(root.iter("testcase"))))
    assert root.get("failures") == str(len(list(root.iter("failure"))))
    assert len(list(root.iter("testcase"))) > 2 * len(HOSTILE)
    names = [case.get("name") for case in root[0]]
    assert len(set(names)) == len(names)
    xml = ElementTree.fromstring(cobertura(hostile_calls(), "1.2.3", 0))
    assert len(list(xml.iter("class"))) == len(HOSTILE)
    assert {line.get("hits") for line in xml.iter("line")} == {"0"}


def test_summary_and_comment_keep_hostile_names_as_text_and_their_limits() -> None:
    report = replace(hostile_report(), calls=hostile_calls())
    for limit in (2_000, 20_000, 1024 * 1024):
        assert len(render_summary(report, Look("1", limit=limit)).encode()) <= limit
    comment = render_comment(report, Look("1"))
    assert len(comment.encode()) <= LIMIT
    for page in (comment, render_summary(report, Look("1"))):
        assert "<script>" not in page
        assert "@octocat" not in page


def test_what_does_not_fit_is_counted() -> None:
    calls = hostile_calls()
    page = Page(600)
    add_changes(page, calls, Look("1"))
    assert "…and in " in page.text()
    page = Page(3_000)
    add_coverage(page, calls, Look("1"))
    assert " more flows | | | | | |" in page.text()


@pytest.mark.parametrize("calls", [None, TraceReport(())])
def test_without_calls_nothing_is_said(calls: TraceReport | None) -> None:
    page = Page(10_000)
    add_changes(page, calls, Look("1"))
    add_coverage(page, calls, Look("1"))
    add_uncovered(page, calls)
    assert page.text() == ""
    assert "Calls" not in render_summary(Report((), (), calls=calls), Look("1"))
