"""Calls as JUnit XML: one suite per flow, one case per call; mistakes in scenario files are suites of their own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ivr_action.model import Finding
from ivr_action.model.calls import TracedCall, TracedFlow, TraceReport
from ivr_action.report.look import Look
from ivr_action.report.plain import one_line
from ivr_action.report.trace_text import ending


def render(report: TraceReport, look: Look) -> str:
    """The calls for test reporters."""
    del look
    told = {flow.path for flow in report.flows}
    beside: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.rule != "scenario-failed" and finding.location.path not in told:
            beside.setdefault(finding.location.path, []).append(finding)
    mistakes = sum(map(len, beside.values()))
    tests, failures = report.passed + report.failed + mistakes, report.failed + mistakes
    suites = [line for flow in report.flows for line in _suite(flow)]
    for path, findings in beside.items():
        suites += _mistakes(path, findings)
    head = f'<testsuites name="ivr-action trace" tests="{tests}" failures="{failures}" errors="0" time="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>", ""])


def _suite(flow: TracedFlow) -> Iterator[str]:
    """`time` is there because some readers fail without it."""
    path = _attribute(flow.path)
    yield (
        f'  <testsuite name="{path}" tests="{len(flow.calls)}" failures="{flow.failed}" errors="0" skipped="0" '
        f'time="0" file="{path}">'
    )
    seen: dict[str, int] = {}
    for call in flow.calls:
        number = seen[call.name] = seen.get(call.name, 0) + 1
        yield from _case(call, flow, call.name if number == 1 else f"{call.name} ({number})")
    yield "  </testsuite>"


def _case(call: TracedCall, flow: TracedFlow, name: str) -> Iterator[str]:
    file = _attribute(call.scenario or flow.path)
    line = f' line="{call.line}"' if call.line is not None else ""
    case = f'    <testcase name="{_attribute(name)}" classname="{_attribute(flow.path)}" file="{file}"{line} time="0"'
    if call.passed:
        yield f"{case}/>"
        return
    yield f"{case}>"
    first = call.failures[0] if call.failures else ending(call)
    body = escape("\n".join(one_line(said) for said in call.failures), quote=False)
    yield f'      <failure message="{_attribute(first)}" type="{call.ending.value}">{body}</failure>'
    yield "    </testcase>"


def _mistakes(path: str, findings: list[Finding]) -> Iterator[str]:
    shown = _attribute(path)
    yield (
        f'  <testsuite name="{shown}" tests="{len(findings)}" failures="{len(findings)}" errors="0" skipped="0" '
        f'time="0" file="{shown}">'
    )
    for number, finding in enumerate(findings, 1):
        line = finding.location.line
        at = "" if line is None else f' line="{line}"'
        name = finding.rule if number == 1 else f"{finding.rule} ({number})"
        yield f'    <testcase name="{name}" classname="{shown}" file="{shown}"{at} time="0">'
        message, hint = _attribute(finding.message), escape(one_line(finding.hint), quote=False)
        yield f'      <failure message="{message}" type="{finding.rule}">{hint}</failure>'
        yield "    </testcase>"
    yield "  </testsuite>"


def _attribute(text: str) -> str:
    """One visible line: what XML cannot hold is not printable either, and becomes its code."""
    return escape(one_line(text))
