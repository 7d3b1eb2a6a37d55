"""For a terminal: each finding with its line of the file and what to do about it, counts at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ivr_action.model import Finding, Level, Location, Report
from ivr_action.report.look import Look

_COLOURS = {Level.ERROR: "31", Level.WARNING: "33", Level.NOTE: "36"}


def render(report: Report, look: Look) -> str:
    """The report for people, ordered by file and line."""
    lines: list[str] = []
    path: str | None = None
    source: Sequence[str] = ()
    shown: Location | None = None
    for finding in sorted(report.findings, key=_by_place):
        at = finding.location
        if look.source is not None and at.path != path:
            path, source = at.path, look.source(at.path) or ()
        # What is said of one and the same place stands together, so the line is shown once.
        lines += _finding(finding, source if at != shown else (), look)
        shown = at
    for notice in (*report.alerts, *report.notices):
        lines.append(f"{look.coloured('note', '36')} {_clean(notice)}")
    lines.append(_counts(report, look))
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, source: Sequence[str], look: Look) -> list[str]:
    at = finding.location
    level = look.coloured(finding.level.value, _COLOURS[finding.level])
    lines = [f"{look.coloured(place(finding), '1')} {level} {finding.rule}: {_clean(finding.message)}"]
    if at.line is None and finding.node and at.pointer:
        lines.append(f"    at {_clean(at.pointer)}")
    elif at.line is not None and 0 < at.line <= len(source):
        lines += _excerpt(source[at.line - 1], finding, look)
    for other in finding.related:
        if other.line is not None:
            lines.append(f"    see also {_clean(other.path)}:{other.line}:{other.column or 1}")
    if finding.hint:
        lines.append(f"    {_clean(finding.hint)}")
    return lines


def _excerpt(line: str, finding: Finding, look: Look) -> list[str]:
    from ivr_action.report.excerpt import excerpt  # a run that finds nothing does without it

    at = finding.location
    end = at.end_column if at.end_line in (None, at.line) else len(line) + 1
    shown = excerpt(line, at.column or 1, end)
    if not shown.line:
        return []
    number = f"{at.line:>6}"
    bar = look.coloured("|", "34")
    mark = look.coloured(shown.mark.lstrip(), _COLOURS[finding.level])
    indent = shown.mark[: len(shown.mark) - len(shown.mark.lstrip())]
    return [f"{look.coloured(number, '34')} {bar} {shown.line}", f"{'':6} {bar} {indent}{mark}"]


def finding_lines(findings: Iterable[Finding], look: Look) -> Iterator[str]:
    """The findings of one flow below its title: no lines of the file, and what to do on a line of its own."""
    for one in sorted(findings, key=lambda one: one.order):
        level = look.coloured(one.level.value, "31" if one.level is Level.ERROR else "33")
        yield f"  {place(one)} {level} {one.rule}: {_clean(one.message)}"
        if one.hint:
            yield f"    {_clean(one.hint)}"


def place(finding: Finding) -> str:
    """`path:line:column`, or what is known of it; a node or pointer stands in where a file has no lines."""
    at = finding.location
    path = _clean(at.path)
    if at.line is None:
        inside = finding.node or at.pointer
        return f"{path}: {_clean(inside)}:" if inside else f"{path}:"
    return f"{path}:{at.line}:{at.column or 1}"


def _counts(report: Report, look: Look) -> str:
    from ivr_action.report.plain import count_of

    found = [count_of(report.count(level), level.value) for level in Level if report.count(level)]
    invalid = sum(not flow.valid for flow in report.flows)
    files = count_of(len(report.flows), "file")
    verdict = f"{invalid:,} invalid" if invalid else "valid" if len(report.flows) == 1 else "all valid"
    accepted = [
        f"{number:,} {what}"
        for number, what in ((len(report.suppressed), "suppressed"), (len(report.known), "in the baseline"))
        if number
    ]
    beside = f" ({', '.join(accepted)})" if accepted else ""
    text = f"{', '.join(found) or 'nothing found'} in {files}, {verdict}{beside}"
    return look.coloured(text, "31" if invalid else "32")


def _by_place(finding: Finding) -> tuple[str, int, int, int]:
    at = finding.location
    return at.path, at.line or 0, at.column or 0, -finding.level.rank


def _clean(text: str) -> str:
    if text.isprintable() and "  " not in text:  # nearly always; spares the import
        return text
    from ivr_action.report.plain import one_line

    return one_line(text)
