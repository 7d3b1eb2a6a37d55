"""The calls of one run: which scenario is about which flow, and what became of every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ivr_action.flow.flow import Flow
from ivr_action.model import Finding, Level, Location
from ivr_action.model.calls import Change, TraceReport
from ivr_action.model.patience import ENDLESS, Patience
from ivr_action.trace.compare import compared
from ivr_action.trace.explore import explore
from ivr_action.trace.machines import library_of, machine_of
from ivr_action.trace.scenario import ERROR_RULE, Scenario
from ivr_action.trace.traced import Traced, trace_flow


class Paths(NamedTuple):
    """What paths in scenarios mean; only the caller knows the disk."""

    exists: Callable[[str], bool] = lambda path: True
    """Tells whether there is a file, by the path that a scenario names."""
    same: Callable[[str], str] = lambda path: path
    """Brings different spellings of one path together."""


_AS_WRITTEN = Paths()


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a run has to say about calls."""

    report: TraceReport
    traced: tuple[Traced, ...]
    """One for each flow of the report, with what the explorer found."""


def simulate(
    flows: Sequence[Flow],
    scenarios: Sequence[Scenario] = (),
    *,
    beside: Sequence[Flow] = (),
    base: Mapping[str, Flow] | None = None,
    paths: Paths = _AS_WRITTEN,
    explores: bool = True,
    time_left: Callable[[], bool] = lambda: True,
    patience: Patience = ENDLESS,
) -> Simulation:
    """Trace flows.

    Args:
        flows: whose calls are wanted.
        scenarios: as read; those about other flows are left out, with a notice.
        beside: flows that are not traced and may be called.
        base: earlier versions of some of the flows, by the path of the flow now.
        paths: what the paths in scenarios mean.
        explores: False for scenarios only; flows without one are left out then.
        time_left: False where the run has to come to its end; flows that are left then are not traced.
        patience: what callers may be asked for before a person or an end.
    """
    every = [*flows, *beside]
    exists, same = paths
    library = library_of(every)
    about: dict[str, list[Scenario]] = {same(flow.document.path): [] for flow in flows}
    findings = [finding for scenario in scenarios for finding in scenario.findings]
    elsewhere: list[str] = []
    for scenario in scenarios:
        if not scenario.flow:
            continue
        found = about.get(same(scenario.flow_path))
        if found is not None:
            found.append(scenario)
        elif exists(scenario.flow_path):
            elsewhere.append(scenario.path)
        else:
            findings.append(_no_flow(scenario))
    traced: list[Traced] = []
    left = not_compared = 0
    for flow in flows:
        if not time_left():
            left += 1
            continue
        own = about[same(flow.document.path)]
        if not explores and not own:
            continue
        one = trace_flow(flow, library, own, explores=explores, patience=patience)
        earlier = (base or {}).get(flow.document.path)
        if earlier is not None and flow.graph.start is not None:  # without a start a rule says it all
            changes, skipped = _changes(earlier, flow, base or {}, every)
            one = replace(one, flow=replace(one.flow, changes=changes))
            not_compared += skipped
        traced.append(one)
        findings += one.findings
    findings.sort(key=lambda finding: finding.order)
    report = TraceReport(
        tuple(one.flow for one in traced), tuple(findings), tuple(_notices(elsewhere, left, not_compared))
    )
    return Simulation(report, tuple(traced))


def _changes(
    earlier: Flow, flow: Flow, base: Mapping[str, Flow], every: Sequence[Flow]
) -> tuple[tuple[Change, ...], int]:
    """What ends differently; each version calls the modules and bots of its own time."""
    before = explore(machine_of(earlier, library_of([*base.values(), *every])), earlier.graph)
    found = compared(before, machine_of(flow, library_of(every)), flow.graph)
    return tuple(Change(one.caller, one.before, one.after) for one in found.differences), found.left


def _no_flow(scenario: Scenario) -> Finding:
    message = f"There is no file `{scenario.flow_path}`, which `flow` names."
    hint = "`flow` counts from the scenario's folder; with a leading `/`, from the workspace."
    return Finding(ERROR_RULE, Level.ERROR, message, hint, scenario.flow_at or Location(scenario.path))


def _notices(elsewhere: list[str], left: int, not_compared: int) -> list[str]:
    notices = []
    if elsewhere:
        named = ", ".join(f"`{path}`" for path in elsewhere[:5])
        more = f" and {len(elsewhere) - 5:,} more" if len(elsewhere) > 5 else ""
        notices.append(f"Scenarios about flows that were not traced were not run: {named}{more}.")
    if not_compared:
        notices.append(
            f"{not_compared:,} long calls of the versions before were not compared: they take too many steps."
        )
    if left:
        flows = "1 flow" if left == 1 else f"{left:,} flows"
        notices.append(f"Time was up: the calls of {flows} were not traced.")
    return notices
