"""The environments of the configuration: which values a flow gets in each, and whether it is a flow with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr_action.check import CheckOptions
from ivr_action.check.registry import KNOWN
from ivr_action.check.suppressions import apply_suppressions
from ivr_action.config import Environment
from ivr_action.errors import UsageError
from ivr_action.flow.document import Document
from ivr_action.flow.read import Reading, read_flow
from ivr_action.flow.yamltext import PLACEHOLDER
from ivr_action.model import Finding, Level, Location, Report
from ivr_action.model.kinds import ENVIRONMENT_VALUES, levelled
from ivr_action.substitutions import load_substitutions

Check = Callable[[Sequence[Reading], CheckOptions], Report]


@dataclass(frozen=True, slots=True)
class Values:
    """What `{{key}}` stands for in one environment."""

    environment: str
    values: Mapping[str, str] | None
    """None where nobody gives any, which is not the same as none."""
    path: str = ""
    """The file that they come from; empty for a map in the configuration."""


def values_of(name: str, environment: Environment, general: str, root: str) -> Values:
    """The environment's own substitutions, else those for all of them.

    Args:
        name: of the environment.
        environment: as the configuration has it.
        general: a path, a map, or nothing.
        root: the folder that paths are relative to.

    Raises:
        UsageError: the file cannot be read or used.
    """
    try:
        values, path = load_substitutions(environment.substitutions or general, root)
    except UsageError as error:
        raise UsageError(f"Environment `{name}`: {error}", error.hint) from error
    return Values(name, values, path)


def with_environments(
    report: Report, readings: Sequence[Reading], every: Sequence[Values], check: Check, options: CheckOptions
) -> Report:
    """The report with what is wrong with a flow in one of the environments only.

    Only files with a `{{key}}` can differ, so only they are read again.

    Args:
        report: of the rules.
        readings: the files, read with other values or none.
        every: the environments' values.
        check: applies the rules.
        options: of the rules.
    """
    templates = [reading for reading in readings if "{{" in reading.document.text and reading.document.syntax == "yaml"]
    if not templates or not every:
        return report
    known = {_place(finding) for finding in report.findings}
    found: dict[tuple[object, ...], tuple[Finding, list[str]]] = {}
    for values in every:
        again = [read_flow(one.document.path, one.document.text.encode(), values.values or {}) for one in templates]
        documents = {one.document.path: one.document for one in again}
        for finding in check(again, replace(options, others=(), before=())).findings:
            if finding.level is Level.ERROR and _place(finding) not in known:
                finding = _at_the_value(finding, documents[finding.location.path], values.path)
                found.setdefault(_place(finding), (finding, []))[1].append(values.environment)
    news = [_worded(finding, names) for finding, names in found.values()]
    news = levelled(news, options.levels)
    news, suppressed, _ = apply_suppressions(news, templates, KNOWN, options.today)
    invalid = {finding.location.path for finding in news if finding.level is Level.ERROR}
    return replace(
        report,
        findings=tuple(sorted((*report.findings, *news), key=lambda finding: finding.order)),
        flows=tuple(replace(flow, valid=flow.valid and flow.path not in invalid) for flow in report.flows),
        suppressed=(*report.suppressed, *suppressed),
    )


def at_their_values(report: Report, readings: Sequence[Reading], path: str) -> Report:
    """The report with each finding about a value that breaks a file's YAML at the `{{key}}`, and with its name.

    Args:
        report: of the rules.
        readings: the files, read with the values.
        path: the file that the values come from; empty where there is none.
    """
    broken = {finding.location.path for finding in report.findings if finding.rule == "unreadable-file"}
    documents = {
        one.document.path: one.document
        for one in readings
        if one.document.path in broken and one.document.replacements and _is_fine_without_values(one.document)
    }
    if not documents:
        return report
    found = [
        _at_the_value(one, documents[one.location.path], path) if one.location.path in documents else one
        for one in report.findings
    ]
    return replace(report, findings=tuple(sorted(found, key=lambda finding: finding.order)))


def _is_fine_without_values(doc: Document) -> bool:
    """Whether a word in place of each value makes a readable file, so that it is a value that breaks it."""
    keys = (doc.text[one.source_at : one.source_at + one.source_length] for one in doc.replacements)
    words = {match[1]: "x" for match in map(PLACEHOLDER.fullmatch, keys) if match}
    again = read_flow(doc.path, doc.text.encode("utf-8", "surrogateescape"), words)
    return not any(problem.rule == "unreadable-file" for problem in again.document.problems)


def _at_the_value(finding: Finding, doc: Document, path: str) -> Finding:
    """Where the YAML breaks is often a line below the value that breaks it: the finding is moved to the `{{key}}`."""
    line = finding.location.line
    if finding.rule != "unreadable-file" or line is None:
        return finding
    places = [doc.line_column(one.source_at) for one in doc.replacements]
    before = [place for place in places if place[0] <= line]
    if not before:
        return finding
    key = doc.replacements[len(before) - 1]
    text = doc.text[key.source_at : key.source_at + key.source_length]
    source = f", from `{path}`," if path else ""
    message = f"the value of `{text}`{source} breaks the YAML: {finding.message}"
    return replace(finding, location=Location(doc.path, *before[-1]), message=message)


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.location.path, finding.location.line, finding.message


def _worded(finding: Finding, names: Sequence[str]) -> Finding:
    """One for all environments in which it is so."""
    where = f"Environment{'s' if len(names) > 1 else ''} {', '.join(f'`{name}`' for name in names)}"
    hint = finding.hint or ENVIRONMENT_VALUES.fix
    message = f"{where}: {finding.message} ({finding.rule})"
    return replace(finding, rule=ENVIRONMENT_VALUES.id, level=ENVIRONMENT_VALUES.level, message=message, hint=hint)
