"""Runs the rules over what was read and gathers the findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from ivr_action.check.options import CheckOptions
from ivr_action.check.registry import KNOWN, RULES
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.suppressions import apply_suppressions
from ivr_action.flow.flow import ArchitectFlow, NodeGraphFlow
from ivr_action.flow.read import Reading
from ivr_action.model import CheckedFlow, Finding, Level, Report

_DEFAULT = CheckOptions()


def check(readings: Sequence[Reading], options: CheckOptions = _DEFAULT) -> Report:
    """Check what was read.

    Args:
        readings: one per file, readable or not.
        options: cycles, and other levels than the rules' own.

    Returns:
        A report with one entry per file and all findings, worst first, those apart that the files suppress. An
        exception in a rule is a bug of ours and is not caught here: a file is never called valid because its check
        broke.
    """
    by_subject = _rules_by_subject(tuple(sorted(options.levels.items())))
    readings, findings = _check_project(readings, options, by_subject)
    for reading in readings:
        findings += _check_one(reading, options, by_subject)
    findings.sort(key=_order)
    findings, suppressed, applied = apply_suppressions(findings, readings, KNOWN, options.today)
    if applied.uses:
        for rule, level in by_subject["suppressions"]:
            findings += _levelled(rule.check(applied, options), rule, level)
        findings.sort(key=_order)
    invalid = {finding.location.path for finding in findings if finding.level is Level.ERROR}
    flows = tuple(_entry(reading, invalid) for reading in readings)
    return Report(flows, tuple(findings), suppressed=tuple(suppressed))


def _check_project(
    readings: Sequence[Reading], options: CheckOptions, by_subject: dict[WorksOn, list[tuple[Rule, Level]]]
) -> tuple[Sequence[Reading], list[Finding]]:
    """What the rules across files find about the files to check, and those files.

    A finding may have its place in one of the other files, such as the second flow of one name. That file is checked
    too then: only so do its suppressions count, and the finding is the same as in a run over all files.
    """
    every = sorted((*readings, *options.others), key=_path) if options.others else readings
    findings: list[Finding] = []
    for rule, level in by_subject["project"]:
        findings += _levelled(rule.check(every, options), rule, level)
    if not options.others:
        return readings, findings
    checked = {_path(reading) for reading in readings}
    findings = [
        finding
        for finding in findings
        if finding.location.path in checked or any(place.path in checked for place in finding.related)
    ]
    places = {finding.location.path for finding in findings} - checked
    if not places:
        return readings, findings
    return sorted((*readings, *(other for other in options.others if _path(other) in places)), key=_path), findings


def _path(reading: Reading) -> str:
    return reading.document.path


def _check_one(
    reading: Reading, options: CheckOptions, by_subject: dict[WorksOn, list[tuple[Rule, Level]]]
) -> Iterator[Finding]:
    doc, flow = reading.document, reading.flow
    for rule, level in by_subject["reading"]:
        yield from _levelled(rule.check(reading, options), rule, level)
    for rule, level in by_subject["document"]:
        yield from _levelled(rule.check(doc, options), rule, level)
    if flow is None:
        return
    own: WorksOn | None = None
    if isinstance(flow, ArchitectFlow):
        own = "architect"
    elif isinstance(flow, NodeGraphFlow):
        own = "node-graph"
    for rule, level in by_subject[own] if own is not None else ():
        yield from _levelled(rule.check(flow, options), rule, level)
    for rule, level in by_subject["graph"]:
        yield from _levelled(rule.check(flow, options), rule, level)


def _levelled(found: Iterator[Finding], rule: Rule, level: Level) -> Iterator[Finding]:
    if level is rule.level:
        return found
    return (replace(finding, level=level) for finding in found)


def _entry(reading: Reading, invalid: set[str]) -> CheckedFlow:
    doc, flow = reading.document, reading.flow
    valid = doc.path not in invalid
    if flow is None:
        return CheckedFlow(doc.path, valid=valid)
    return CheckedFlow(doc.path, flow.name, flow.type, str(flow.format), valid, flow.graph)


def _order(finding: Finding) -> tuple[int, str, int, int, str, str]:
    return finding.order


@lru_cache(maxsize=8)
def _rules_by_subject(levels: tuple[tuple[str, Level | None], ...]) -> dict[WorksOn, list[tuple[Rule, Level]]]:
    """The rules that run, with their levels, by what they work on."""
    chosen = dict(levels)
    unknown = chosen.keys() - KNOWN.keys() - {rule.id for rule in RULES}
    if unknown:
        from ivr_action.check.registry import known as look_up

        look_up(min(unknown))  # raises with the near names
    by_subject: dict[WorksOn, list[tuple[Rule, Level]]] = {
        "reading": [], "document": [], "architect": [], "node-graph": [], "graph": [], "project": [],
        "suppressions": [],
    }  # fmt: skip
    for rule in RULES:
        level = chosen.get(rule.id, rule.level if rule.enabled else None)
        if level is not None:
            by_subject[rule.works_on].append((rule, level))
    return by_subject
