"""JUnit XML, as GitLab, Jenkins and the reporters for GitHub read it: one suite per flow file.

A finding that fails the run is a test case of its own with one failure, since readers show one failure per case. Its
name is rule and node, without a line, so that a reader that compares runs sees the same case after an edit elsewhere
in the file. A file without such a finding is one case that passed. JUnit knows no levels: what does not fail the run
stands in the suite's `system-out`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

from ivr_action.model import CheckedFlow, Finding, Level, Report
from ivr_action.report.look import Look
from ivr_action.report.plain import one_line
from ivr_action.report.text import place

_NAME_LIMIT = 400


def render(report: Report, look: Look) -> str:
    """The report for test reporters. `look.fail_on` says which findings are failures."""
    by_path: dict[str, list[Finding]] = {flow.path: [] for flow in report.flows}
    for finding in report.findings:
        by_path.setdefault(finding.location.path, []).append(finding)
    flows = {flow.path: flow for flow in report.flows}
    suites: list[str] = []
    tests = failures = 0
    for path, findings in by_path.items():
        failing = [finding for finding in findings if _fails(finding, look.fail_on)]
        others = [finding for finding in findings if not _fails(finding, look.fail_on)]
        tests += max(1, len(failing))
        failures += len(failing)
        suites += _suite(path, flows.get(path), failing, others)
    head = f'<testsuites name="ivr-action" tests="{tests}" failures="{failures}" errors="0" time="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>", ""])


def _suite(path: str, flow: CheckedFlow | None, failing: list[Finding], others: list[Finding]) -> Iterator[str]:
    """Attributes that every reader asks for; `time` is there because some fail without it."""
    shown = _attribute(path)
    tests = max(1, len(failing))
    yield (
        f'  <testsuite name="{shown}" tests="{tests}" failures="{len(failing)}" errors="0" skipped="0" time="0" '
        f'file="{shown}">'
    )
    if not failing:
        name = f"{flow.type} {flow.name}".strip() if flow is not None else ""
        yield f'    <testcase name="{_attribute(name or path)}" classname="{shown}" file="{shown}" time="0"/>'
    for finding, name in zip(failing, _names(failing), strict=True):
        line = finding.location.line
        at = "" if line is None else f' line="{line}"'
        message, type_ = _attribute(finding.message), _attribute(f"{finding.level.value}: {finding.rule}")
        yield f'    <testcase name="{_attribute(name)}" classname="{shown}" file="{shown}"{at} time="0">'
        yield f'      <failure message="{message}" type="{type_}">{_body(finding)}</failure>'
        yield "    </testcase>"
    if others:
        yield f"    <system-out>{chr(10).join(map(_body, others))}</system-out>"
    yield "  </testsuite>"


def _names(findings: Iterable[Finding]) -> Iterator[str]:
    """A name for each that no other of the file has: readers take equal names for one case."""
    seen: Counter[str] = Counter()
    for finding in findings:
        inside = one_line(finding.node or finding.location.pointer or "", _NAME_LIMIT)
        name = f"{finding.rule}: {inside}" if inside else finding.rule
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _body(finding: Finding) -> str:
    lines = [f"{place(finding)} {finding.level.value} {finding.rule}: {one_line(finding.message)}"]
    if finding.hint:
        lines.append(one_line(finding.hint))
    return escape("\n".join(lines), quote=False)


def _fails(finding: Finding, fail_on: str) -> bool:
    return fail_on != "never" and finding.level.rank >= Level(fail_on).rank


def _attribute(text: str) -> str:
    """One visible line: what XML cannot hold is not printable either, and becomes its code."""
    return escape(one_line(text))
