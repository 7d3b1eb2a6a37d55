"""Brings the calls of one flow together: the scenarios' if there are any, else those that the explorer finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr_action.flow.flow import ArchitectFlow, Flow
from ivr_action.model import Finding
from ivr_action.model.calls import Doubt, Section, TracedCall, TracedFlow, Uncovered
from ivr_action.model.coverage import Coverage, transition_key
from ivr_action.model.kinds import FOR_ENDING
from ivr_action.model.patience import ENDLESS, Patience
from ivr_action.model.trace import Trace
from ivr_action.trace.compare import describe, ending_in_words
from ivr_action.trace.explore import Exploration, Why, explore
from ivr_action.trace.explored import ExploredCall, all_given
from ivr_action.trace.machines import Library, machine_of
from ivr_action.trace.naming import names_of
from ivr_action.trace.patience import loops_without_caller, seconds_of, seconds_of_calls, too_long
from ivr_action.trace.run import places_of, run_scenario
from ivr_action.trace.scenario import Scenario
from ivr_action.trace.watched import Recorder

NO_SCENARIO = "no scenario"
"""Why a transition is uncovered that the explorer can reach."""
_NOTHING = Exploration((), Coverage(), (), 0, {})


@dataclass(frozen=True, slots=True)
class Traced:
    """What became of a flow's calls."""

    flow: TracedFlow
    findings: tuple[Finding, ...]
    """Of the calls; a scenario file's own mistakes are not among them."""
    exploration: Exploration


def trace_flow(
    flow: Flow,
    library: Library | None = None,
    scenarios: Sequence[Scenario] = (),
    *,
    explores: bool = True,
    patience: Patience = ENDLESS,
) -> Traced:
    """Run a flow's scenarios, and explore it.

    Args:
        flow: of any format.
        library: modules, bots and flows that it may call.
        scenarios: about this flow; without any call in them the explored calls are the flow's calls.
        explores: False to run scenarios only.
        patience: what callers may be asked for before a person or an end; the explored calls tell.
    """
    graph = flow.graph
    recorder = Recorder(machine_of(flow, library), graph)
    exploration = explore(recorder.machine, graph) if explores else _NOTHING
    seconds = seconds_of_calls(exploration.calls)
    names: list[str] = []
    if any(scenario.calls for scenario in scenarios):
        recorder = Recorder(machine_of(flow, library), graph)
        calls, findings = _scenario_calls(scenarios, recorder, flow)
        coverage, explored = recorder.coverage, False
        unknown = _assumed(call.trace for call in calls)
    else:
        names = names_of(exploration.calls, graph)
        calls = [_explored(*one) for one in zip(names, exploration.calls, seconds, strict=True)]
        findings = list(_failures(exploration.calls, flow))
        coverage, explored = exploration.coverage, True
        unknown = _tried(exploration.calls)
    if any(patience):
        names = names or names_of(exploration.calls, graph)
        findings += too_long(exploration.calls, seconds, names, flow, patience)
    lines = {id_: flow.document.line_of(node.element) for id_, node in graph.nodes.items()}
    doubted = {doubt.node for doubt in unknown}
    traced = TracedFlow(
        flow.document.path,
        flow.name,
        graph,
        tuple(calls),
        coverage,
        tuple(_uncovered(flow, exploration, coverage, lines)),
        unknown,
        tuple(_sections(flow, coverage)),
        {
            "evaluated": len(recorder.decided),
            "supplied": len(recorder.doubted - doubted),
            "unknown": len(doubted),
        },
        lines,
        explored,
        loops=loops_without_caller(graph),
    )
    return Traced(traced, tuple(findings), exploration)


def _explored(name: str, call: ExploredCall, seconds: float) -> TracedCall:
    choices = call.choices
    if call.ending not in FOR_ENDING:
        return TracedCall(name, True, call.ending, call.target, choices, call, seconds=seconds)
    trace = call.trace
    said = f"It {ending_in_words(trace)}: {trace.error}"
    return TracedCall(name, False, call.ending, call.target, choices, call, failures=(said,), seconds=seconds)


def _scenario_calls(
    scenarios: Iterable[Scenario], recorder: Recorder, flow: Flow
) -> tuple[list[TracedCall], list[Finding]]:
    calls: list[TracedCall] = []
    findings: list[Finding] = []
    for scenario in scenarios:
        results = run_scenario(scenario, recorder.machine, flow)
        for call, result in zip(scenario.calls, results, strict=True):
            said = tuple(failure.message for failure in result.failures)
            trace = result.trace
            choices = sum(step.event is not None for step in trace.steps)
            calls.append(
                TracedCall(
                    result.name,
                    result.passed,
                    trace.ending,
                    trace.target,
                    choices,
                    result,
                    scenario.path,
                    call.at.line,
                    said,
                    seconds_of(trace.heard),
                )
            )
            findings += result.failures
    return calls, findings


def _failures(calls: Iterable[ExploredCall], flow: Flow) -> Iterable[Finding]:
    """One finding for each node at which explored calls end as no call should; the first of them tells the way."""
    by_place: dict[tuple[str, str], list[ExploredCall]] = {}
    for call in calls:
        if call.ending in FOR_ENDING:
            by_place.setdefault((call.ending, call.last_node), []).append(call)
    for (_, node), found in by_place.items():
        call = min(found, key=lambda call: call.length)
        trace = call.trace
        kind = FOR_ENDING[trace.ending]
        known = flow.graph.nodes.get(node)
        more = f" {len(found) - 1:,} more of the calls that were tried end here." if len(found) > 1 else ""
        how = describe(call)
        who = "Every caller" if how == "every caller" else f"A caller ({how})"
        yield Finding(
            kind.id,
            kind.level,
            f"{who} {ending_in_words(trace)}. {trace.error}{more}".strip(),
            kind.fix,
            flow.document.where(known.element if known is not None else None),
            node or None,
            steps=tuple(places_of(trace, flow)),
        )


def _uncovered(
    flow: Flow, exploration: Exploration, coverage: Coverage, lines: dict[str, int | None]
) -> Iterable[Uncovered]:
    reasons = {transition_key(rest.transition): rest for rest in exploration.uncovered}
    for transition in flow.graph.transitions:
        key = transition_key(transition)
        if key not in coverage.transitions:
            reason = reasons.get(key)
            if reason is not None and reason.why is not Why.RULED_OUT and transition.source in coverage.nodes:
                reason = None  # a scenario came there with a variable that the file does not set
            why, instead = (str(reason.why), reason.instead) if reason is not None else (NO_SCENARIO, ())
            yield Uncovered(transition, why, lines.get(transition.source), instead)


def _tried(calls: Iterable[ExploredCall]) -> tuple[Doubt, ...]:
    found: dict[tuple[str, str, str, str], dict[str, None]] = {}
    for given in all_given(calls):
        found.setdefault((given.node, str(given.asks), given.key, given.reason), {})[given.name] = None
    return tuple(Doubt(*about, tuple(answers)) for about, answers in found.items())


def _assumed(traces: Iterable[Trace]) -> tuple[Doubt, ...]:
    found: dict[tuple[str, str, str, str], dict[str, None]] = {}
    for trace in traces:
        for unknown in trace.unknown:
            about = (unknown.node, unknown.question, unknown.key, unknown.reason)
            found.setdefault(about, {})[unknown.chosen] = None
    return tuple(Doubt(*about, tuple(answers)) for about, answers in found.items())


def _sections(flow: Flow, coverage: Coverage) -> Iterable[Section]:
    """Coverage of each menu, task and state of an Architect flow, in the file's order."""
    if not isinstance(flow, ArchitectFlow):
        return
    containers = {container.id for container in flow.containers}
    counts: dict[str, list[int]] = {container.id: [0, 0, 0, 0] for container in flow.containers}
    home: dict[str, list[int] | None] = {}
    for id_ in flow.graph.nodes:
        parts = id_.split("/")
        outer = ("/".join(parts[:end]) for end in range(len(parts), 0, -1))
        name = next((name for name in outer if name in containers), "")
        count = home[id_] = counts.get(name)
        if count is not None:
            count[0] += id_ in coverage.nodes
            count[1] += 1
    for transition in flow.graph.transitions:
        count = home[transition.source]
        if count is not None:
            count[2] += transition_key(transition) in coverage.transitions
            count[3] += 1
    for name, (visited, nodes, taken, transitions) in counts.items():
        if nodes:
            yield Section(name, (visited, nodes), (taken, transitions))
