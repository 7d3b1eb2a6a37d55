"""The step's calls: which flows are traced, what they are compared with, and whether enough of them is covered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ivr_action.check import CheckOptions
from ivr_action.check.registry import KNOWN
from ivr_action.check.suppressions import apply_suppressions
from ivr_action.errors import NothingScannedError, UsageError
from ivr_action.files import find
from ivr_action.flow.flow import Flow
from ivr_action.model import Finding, Level, Location, Report
from ivr_action.model.calls import TracedFlow, TraceReport, percent
from ivr_action.model.coverage import NO_LIMITS, Limits
from ivr_action.model.kinds import COVERAGE, FOR_ENDING, UNCOVERED_CHANGE, levelled
from ivr_action.model.patience import ENDLESS, Patience
from ivr_action.report.trace_text import why
from ivr_action.runner.changed import Changes
from ivr_action.scope import Scope
from ivr_action.trace.scenario import Scenario, looks_like_scenario, read_scenario
from ivr_action.trace.simulate import Paths, simulate

SECONDS = 60.0
"""After so long no further flow is traced; what was left out is said."""
_UNTRIED = 10
"""Changed nodes of one flow that are named where no call comes through them."""
_EXPLORED = frozenset(kind.id for kind in FOR_ENDING.values())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the settings say about calls."""

    scenarios: Sequence[str] = ()
    limits: Limits = NO_LIMITS
    explore: bool = True
    patience: Patience = ENDLESS


def with_calls(
    report: Report,
    wanted: Wanted,
    scope: Scope,
    changes: Changes,
    workspace: str,
    monotonic: Callable[[], float],
    options: CheckOptions,
    lines_of: Callable[[str], Sequence[range]] = lambda path: (),
) -> Report:
    """The report with the calls through the flows that are checked, and with what was found by them.

    Args:
        report: of the rules.
        wanted: by the settings.
        scope: what is checked.
        changes: what the event changed.
        workspace: its folder.
        monotonic: seconds that only grow.
        options: of the rules: the levels, and the day by which suppressions count.
        lines_of: lines of a file that the event changed, by its path; none where nobody knows.

    Raises:
        UsageError: a pattern of `scenarios` matches nothing, or a file cannot be read.
    """
    scenarios = _read_scenarios(wanted.scenarios, workspace)
    if not wanted.explore and not scenarios:
        return report

    def same(path: str) -> str:
        return os.path.realpath(os.path.join(workspace, path))

    checked = [reading.flow for reading in scope.readings if reading.flow is not None]
    others = [reading.flow for reading in scope.others if reading.flow is not None]
    touched = {same(one.flow_path) for one in scenarios if changes.known and changes.has(one.path)}
    flows = [*checked, *(flow for flow in others if same(flow.document.path) in touched)]
    traced = {same(flow.document.path) for flow in flows}
    beside = [flow for flow in others if same(flow.document.path) not in traced]
    known = {same(flow.document.path) for flow in beside}
    end = monotonic() + SECONDS
    simulation = simulate(
        flows,
        [one for one in scenarios if same(one.flow_path) not in known],
        beside=beside,
        base=_base(checked, scope, changes) if wanted.explore else None,
        paths=Paths(lambda path: os.path.isfile(os.path.join(workspace, path)), same),
        explores=wanted.explore,
        time_left=lambda: monotonic() < end,
        patience=wanted.patience,
    )
    calls = simulation.report
    tested = bool(wanted.scenarios)
    found = [*_news(calls.findings, report.findings), *_too_little(calls.flows, wanted.limits, tested=tested)]
    found += _untried(calls.flows, report.findings, lines_of)
    found = levelled(found, options.levels)
    places = {finding.location.path for finding in found}
    readings = [one for one in (*scope.readings, *scope.others) if one.document.path in places]
    found, suppressed, _ = apply_suppressions(found, readings, KNOWN, options.today)
    findings = tuple(sorted((*report.findings, *found), key=lambda finding: finding.order))
    invalid = {finding.location.path for finding in found if finding.level is Level.ERROR}
    return replace(
        report,
        findings=findings,
        flows=tuple(replace(flow, valid=flow.valid and flow.path not in invalid) for flow in report.flows),
        notices=(*report.notices, *calls.notices),
        suppressed=(*report.suppressed, *suppressed),
        calls=calls,
    )


def outputs_of(calls: TraceReport | None) -> dict[str, str]:
    """The step's outputs about calls."""
    from ivr_action.report.jsontext import dumps
    from ivr_action.report.trace_json import coverage_json

    flows = calls.flows if calls is not None else ()
    return {
        "coverage": dumps({flow.path: coverage_json(flow) for flow in flows}, indent=None).strip(),
        "calls-passed": str(calls.passed if calls is not None else 0),
        "calls-failed": str(calls.failed if calls is not None else 0),
    }


def _read_scenarios(patterns: Sequence[str], workspace: str) -> list[Scenario]:
    if not patterns:
        return []
    try:
        found = find(patterns, workspace, looks_like_flow=looks_like_scenario)
    except NothingScannedError:
        named = ", ".join(f"`{pattern}`" for pattern in patterns)
        hint = "Check the globs of the input `scenarios`; docs/trace.md says how to write one."
        raise UsageError(f"No scenario file matches {named}.", hint) from None
    return [read_scenario(file.path, file.data) for file in found.files]


def _base(flows: Iterable[Flow], scope: Scope, changes: Changes) -> dict[str, Flow]:
    """Earlier versions by the path of the flow now; a caller of what changed is its own, with what it called then."""
    if not scope.before:
        return {}
    before = {reading.document.path: reading.flow for reading in scope.before if reading.flow is not None}
    names = {new: old for old, new in changes.renamed}
    base: dict[str, Flow] = {}
    for flow in flows:
        path = flow.document.path
        earlier = before.get(names.get(path, path))
        if earlier is not None:
            base[path] = earlier
        elif not changes.has(path):
            base[path] = flow
    return base


def _news(found: Iterable[Finding], known: Iterable[Finding]) -> list[Finding]:
    """Without what a rule has said already about the node at which a call breaks off."""
    said = {(one.location.path, one.node) for one in known if one.level is Level.ERROR and one.node is not None}
    return [one for one in found if one.rule not in _EXPLORED or (one.location.path, one.node) not in said]


def _untried(
    flows: Iterable[TracedFlow], known: Iterable[Finding], lines_of: Callable[[str], Sequence[range]]
) -> Iterable[Finding]:
    """Changed nodes that no call came to, without those of which a rule speaks already: what nothing leads to is
    theirs, and the end of a task is written nowhere."""
    said = {(one.location.path, one.node) for one in known}
    for flow in flows:
        ways = {rest.transition.target: rest for rest in reversed(flow.uncovered)}
        left = [
            (line, id_)
            for id_, line in flow.lines.items()
            if line
            and id_ not in flow.coverage.nodes
            and (flow.path, id_) not in said
            and not id_.endswith("/(end)")
            and (id_ not in ways or ways[id_].why != "unreachable")
        ]
        changed = lines_of(flow.path) if left else ()
        touched = [(line, id_) for line, id_ in sorted(left) if any(line in lines for lines in changed)]
        for line, id_ in touched[:_UNTRIED]:
            reason = f": {why(ways[id_])}" if id_ in ways else ""
            message = f"The change touches `{id_}`, and no call comes here{reason}."
            level, hint = UNCOVERED_CHANGE.level, UNCOVERED_CHANGE.fix
            yield Finding(UNCOVERED_CHANGE.id, level, message, hint, Location(flow.path, line), id_)


def _too_little(flows: Iterable[TracedFlow], limits: Limits, *, tested: bool) -> Iterable[Finding]:
    """Where scenarios are asked for, only they count: a flow without any is not covered at all."""
    for flow in flows:
        without = tested and flow.explored
        shares = {"nodes": flow.nodes, "transitions": flow.transitions}
        reached = {name: 0.0 if without else percent(share) for name, share in shares.items()}
        low = [
            f"{reached[name]:g} % of the {name}, and `min-coverage` asks for {least:g} %"
            for name, least in limits._asdict().items()
            if reached[name] < least
        ]
        if low:
            whose = "No scenario is about this flow: its calls come" if without else "The calls come"
            yield Finding(
                COVERAGE.id,
                COVERAGE.level,
                f"{whose} through {'; through '.join(low)}.",
                COVERAGE.fix,
                Location(flow.path),
            )
