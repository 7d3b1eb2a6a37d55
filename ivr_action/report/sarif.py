"""SARIF 2.1.0, within what GitHub's code scanning accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ivr_action.model import Finding, Level, Location, Report, fingerprint
from ivr_action.report.jsontext import dumps
from ivr_action.report.look import Look, RuleText
from ivr_action.report.plain import one_line, uri_path

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 5_000
"""GitHub keeps so many results of a run; ours are the worst."""
_RELATED = 100
_STEPS = 1_000
"""GitHub shows so many steps of a path at the most; the last ones are where it went wrong."""
_SEVERITY = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}


def render(report: Report, look: Look) -> str:
    """The report for code scanning; one run, the worst findings first."""
    rules = {rule.id: rule for rule in look.rules}
    kept = report.findings[:RESULTS]
    used = list(dict.fromkeys([*rules, *(finding.rule for finding in kept)]))
    index = {id_: number for number, id_ in enumerate(used)}
    driver: dict[str, Any] = {
        "name": "ivr-action",
        "version": look.version,
        "rules": [_rule(id_, rules.get(id_), look) for id_ in used],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "results": list(_results(kept, index)),
        "invocations": [_invocation(report, len(kept), look)],
    }
    if look.repository_url and look.sha:
        run["versionControlProvenance"] = [{"repositoryUri": look.repository_url, "revisionId": look.sha}]
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(id_: str, rule: RuleText | None, look: Look) -> dict[str, Any]:
    if rule is None:
        return {"id": id_}
    described: dict[str, Any] = {
        "id": id_,
        "name": "".join(part.capitalize() for part in id_.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.summary} {rule.why}"},
        "help": {
            "text": f"{rule.why}\n\n{rule.fix}\n\nSource: {rule.source}",
            "markdown": f"{rule.why}\n\n**What to do:** {rule.fix}\n\nSource: {rule.source}",
        },
        "defaultConfiguration": {"level": str(rule.level)},
        "properties": {"tags": ["ivr", "genesys-cloud"], "problem.severity": _SEVERITY[Level(rule.level)]},
    }
    if look.rules_url:
        described["helpUri"] = f"{look.rules_url}{id_}.md"
    return described


def _results(findings: Iterable[Finding], index: dict[str, int]) -> Iterable[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in findings:
        print_ = fingerprint(finding)
        seen[print_] += 1
        message = f"{one_line(finding.message)}\n{one_line(finding.hint)}".strip()
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "level": finding.level.value,
            "message": {"text": message},
            "locations": [_location(finding.location, finding.node)],
            # GitHub matches alerts by the first name alone; the second says whose it is.
            "partialFingerprints": {
                "primaryLocationLineHash": f"{print_}:{seen[print_]}",
                "ivrActionFinding/v1": f"{print_}:{seen[print_]}",
            },
        }
        if finding.related:
            result["relatedLocations"] = [_location(other) for other in finding.related[:_RELATED]]
        if finding.steps:
            path = [{"location": _location(step)} for step in finding.steps[-_STEPS:]]
            result["codeFlows"] = [{"threadFlows": [{"locations": path}]}]
        yield result


def _location(at: Location, node: str | None = None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri_path(at.path), "uriBaseId": "%SRCROOT%"}}
    region = {
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
    }
    # Code scanning shows nothing without a line.
    physical["region"] = {name: value for name, value in region.items() if value is not None} or {"startLine": 1}
    location: dict[str, Any] = {"physicalLocation": physical}
    if node:
        location["logicalLocations"] = [{"fullyQualifiedName": one_line(node, 500), "kind": "element"}]
    return location


def _invocation(report: Report, kept: int, look: Look) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True}
    left = len(report.findings) - kept
    if left:
        text = f"{left:,} more findings are in {look.places}."
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return invocation
