"""Annotations: the worst findings, as many as GitHub shows, and a word about the rest."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from ivr_action.model import Finding, Level, Report
from ivr_action.report.plain import count_of, one_line

PER_LEVEL = 10
"""GitHub shows so many annotations of each level per step and drops the others without a word."""
MESSAGE_LIMIT = 4096
_FILES_NAMED = 5


class Annotation(NamedTuple):
    """One annotation, with the runner's names for its parts."""

    level: Level
    message: str
    title: str = ""
    file: str = ""
    line: int | None = None
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None


def annotate(report: Report, rest: str) -> list[Annotation]:
    """At most `PER_LEVEL` annotations of each level, worst level first.

    Args:
        report: its findings are sorted worst first.
        rest: where all findings are, as the last annotation of a full level says it.
    """
    shown: list[Annotation] = []
    for level in Level:
        findings = [finding for finding in report.findings if finding.level is level]
        if len(findings) <= PER_LEVEL:
            shown += map(_annotation, findings)
        else:
            shown += map(_annotation, findings[: PER_LEVEL - 1])
            shown.append(_more(level, findings[PER_LEVEL - 1 :], rest))
    return shown


def _annotation(finding: Finding) -> Annotation:
    at = finding.location
    lines = [one_line(finding.message)]
    if at.line is None and (finding.node or at.pointer):
        lines.append(f"At {one_line(finding.node or at.pointer or '')}")
    if finding.hint:
        lines.append(one_line(finding.hint))
    message = "\n".join(lines)
    if len(message) > MESSAGE_LIMIT:
        message = message[: MESSAGE_LIMIT - 1] + "…"
    return Annotation(finding.level, message, finding.rule, at.path, at.line, at.end_line, at.column, at.end_column)


def _more(level: Level, findings: list[Finding], rest: str) -> Annotation:
    files = Counter(finding.location.path for finding in findings)
    named = ", ".join(f"{one_line(path, 200)} ({number})" for path, number in files.most_common(_FILES_NAMED))
    others = len(files) - _FILES_NAMED
    more = f" and {count_of(others, 'other file')}" if others > 0 else ""
    count = count_of(len(findings), f"more {level.value}")
    return Annotation(level, f"{count} in {named}{more}. GitHub shows no more; see {rest}.", count)
