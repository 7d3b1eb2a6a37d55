"""Runs a scenario's calls through a flow, and words what went otherwise than expected."""

from __future__ import annotations

from dataclasses import dataclass

from ivr_action.flow.flow import Flow
from ivr_action.model import Finding, Level, Location
from ivr_action.model.trace import Ending, Trace
from ivr_action.trace.expect import unmet
from ivr_action.trace.machine import Machine
from ivr_action.trace.scenario import FAILED_RULE, Given, Scenario, ScenarioCall
from ivr_action.trace.script import ScenarioScript
from ivr_action.trace.walk import walk

_SHOWN = 12
"""Nodes of the path that a message names: the last ones."""
_WORDS = {
    Given.DATA_ACTIONS: "the data action",
    Given.SCHEDULES: "the schedule",
    Given.DECISIONS: "the decision",
    Given.TRANSFERS: "the transfer to",
    Given.CALLS: "the call of",
}


@dataclass(frozen=True, slots=True)
class CallResult:
    """How one call of a scenario went."""

    name: str
    passed: bool
    trace: Trace
    failures: tuple[Finding, ...]
    """Rule `scenario-failed`, each at its expectation's line."""


def run_scenario(scenario: Scenario, machine: Machine, flow: Flow) -> list[CallResult]:
    """Run every call of a scenario.

    Args:
        scenario: as read; its own findings are not repeated here.
        machine: of the flow.
        flow: for the names and lines of its nodes.

    Returns:
        One result for each call, in order. A call fails where an expectation is not met, and, where it expects no
        ending, where it ends as no call should.
    """
    return [run_call(call, machine, flow) for call in scenario.calls]


def run_call(call: ScenarioCall, machine: Machine, flow: Flow) -> CallResult:
    """Run one call; see `run_scenario`."""
    script = ScenarioScript(call, flow.graph)
    trace = walk(machine, script, variables=call.world.variables)
    said = list(unmet(call, trace, flow))
    if not said:
        return CallResult(call.name, True, trace, ())
    places = places_of(trace, flow)
    end = tuple(places[-1:])
    path = _path(trace, places, flow)
    hint = _hint(trace, script)
    failures = tuple(
        Finding(
            FAILED_RULE,
            Level.ERROR,
            f"`{call.name}`: {found.message} {path}".rstrip(),
            found.hint or hint,
            found.at,
            related=end,
            steps=tuple(places),
        )
        for found in said
    )
    return CallResult(call.name, False, trace, failures)


def places_of(trace: Trace, flow: Flow) -> list[Location]:
    """Where the visited nodes stand; what no file spells out is left out."""
    nodes, doc = flow.graph.nodes, flow.document
    known: dict[str, Location | None] = {}
    for id_ in trace.path:
        if id_ not in known:
            element = nodes[id_].element if id_ in nodes else None
            known[id_] = doc.where(element) if element is not None else None
    return [place for id_ in trace.path if (place := known[id_]) is not None]


def _path(trace: Trace, places: list[Location], flow: Flow) -> str:
    if not trace.steps:
        return ""
    lines: dict[str, int | None] = {}
    parts: list[str] = []
    shown = trace.steps[-_SHOWN:]
    for step in shown:
        if step.node not in lines:
            element = flow.graph.nodes[step.node].element if step.node in flow.graph.nodes else None
            lines[step.node] = flow.document.line_of(element)
        line = lines[step.node]
        about = [f"line {line}"] if line is not None else []
        if step.event is not None:
            about.append(str(step.event))
        parts.append(f"`{step.node}`" + (f" ({', '.join(about)})" if about else ""))
    more = "… → " if len(trace.steps) > len(shown) else ""
    file = f" in {places[-1].path}" if places else ""
    return f"Path{file}: {more}{' → '.join(parts)}."


def _hint(trace: Trace, script: ScenarioScript) -> str:
    """What may explain a failure: what was assumed, given in vain, or not used up."""
    parts = []
    assumed = dict.fromkeys(f"{found.question} `{found.key}` is `{found.chosen}`" for found in trace.unknown)
    if assumed:
        parts.append(f"Assumed, since `given` does not say: {'; '.join(assumed)}.")
    vain = [f"{_WORDS[kind]} `{key}`" for kind, key in script.never_asked]
    if vain:
        parts.append(f"Given, but never asked for: {', '.join(vain)}.")
    if trace.left_over and trace.ending is not Ending.HUNG_UP:
        parts.append(f"The caller would still have done: {', '.join(map(str, trace.left_over))}.")
    return " ".join(parts) or "Mend the flow, or the expectation if the flow is right."
