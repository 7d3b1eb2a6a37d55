"""Words about a plan that the Markdown, the terminal and the annotations share: plain text, for its users to escape."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ivr_action.model import Finding, Level, Location
from ivr_action.model.deployment import DeployedFlow
from ivr_action.model.kinds import DRAFT, DRIFTED, LOCKED, NOT_PLANNED, REFUSED, RENAMED, Kind
from ivr_action.model.plan import Plan, PlannedFlow, Route, Verdict
from ivr_action.report.plain import count_of, first_few, one_line

STOPS = "⛔"
ICONS = {
    Verdict.CREATE: "🆕",
    Verdict.UPDATE: "✏️",
    Verdict.MERGE: "🔀",
    Verdict.UNCHANGED: "✅",
    Verdict.UNKNOWN: "❓",
}
"""Of what stops nothing; the rest is `STOPS`, but what is unknown."""
NAME = 80
_NAMED = 3
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|\+00:?00)")
_ID = re.compile(r" \([0-9a-f-]{36}\)\Z")
_KINDS: dict[Verdict, Kind] = {
    Verdict.DRIFTED: DRIFTED,
    Verdict.DRAFT: DRAFT,
    Verdict.LOCKED: LOCKED,
    Verdict.RENAME: RENAMED,
    Verdict.REFUSED: REFUSED,
    Verdict.UNKNOWN: NOT_PLANNED,
}
_DONE = {Verdict.CREATE: "created", Verdict.UPDATE: "updated", Verdict.MERGE: "merged with a colleague’s change"}
_SORT = (Verdict.UNKNOWN, Verdict.MERGE, Verdict.CREATE, Verdict.UPDATE, Verdict.UNCHANGED)


def icon(flow: PlannedFlow) -> str:
    """What a reader sees first of a flow."""
    if flow.verdict is Verdict.UNKNOWN:
        return ICONS[Verdict.UNKNOWN]
    return STOPS if flow.stops else ICONS[flow.verdict]


def stops_first(plan: Plan) -> list[PlannedFlow]:
    """The order of every report: what stops, what is merged, what would be saved, what stays as it is."""
    return sorted(plan.flows, key=lambda flow: (not flow.stops, _place(flow.verdict)))


def headline(plan: Plan) -> str:
    """What a release manager reads: how much would be deployed where, and what stops, by name."""
    stopped = stops(plan)
    same = plan.count(Verdict.UNCHANGED)
    said = f"{counted(plan)}{f': {stopped}' if stopped else ''}"
    return f"{said}; {same:,} unchanged" if same else said


def counted(plan: Plan) -> str:
    """The same in numbers only, and without what stays as it is."""
    if plan.against == "drift":
        return _drifted(plan)
    if not plan.flows:
        return f"no flow to deploy{where(plan.environment, plan.organisation)}"
    saved = [flow for flow in plan.flows if flow.verdict.saves and not flow.stops]
    counts = [
        f"{number:,} {word}"
        for verdict, word in _DONE.items()
        if (number := sum(flow.verdict is verdict for flow in saved))
    ]
    if plan.against == "base":
        said = f"{count_of(len(saved), 'flow')} would change, compared with the base commit" if saved else "no change"
    elif saved:
        said = f"{count_of(len(saved), 'flow')} would be deployed{where(plan.environment, plan.organisation)}"
    else:
        said = f"nothing would be deployed{where(plan.environment, plan.organisation)}"
    said += f": {', '.join(counts)}" if counts else ""
    stopped = sum(flow.stops for flow in plan.flows)
    return f"{said}; {stopped:,} {'stops' if stopped == 1 else 'stop'}" if stopped else said


def _drifted(plan: Plan) -> str:
    there = where(plan.environment, plan.organisation).replace(" to ", " in ", 1)
    number = len(plan.drifted)
    said = f"{count_of(number, 'flow')} changed by somebody else{there}" if number else f"nothing changed{there}"
    unknown = plan.count(Verdict.UNKNOWN)
    return f"{said}; {unknown:,} not known" if unknown else said


def stops(plan: Plan) -> str:
    """What stops, by name and with the reason in a few words; empty where nothing does."""
    stopped = [flow for flow in stops_first(plan) if flow.stops]
    names = [f"{called(flow)} ({why(flow)})" for flow in stopped]
    return first_few(names, _NAMED)


def called(flow: PlannedFlow | DeployedFlow) -> str:
    """A flow's name, or its file where it has none."""
    return one_line(flow.name, NAME) or one_line(flow.path, NAME)


def verdict(flow: PlannedFlow) -> str:
    """`update`, `stops: drifted`, `stops: missing-reference`."""
    if not flow.stops:
        return flow.verdict.value
    if flow.verdict.stops and flow.verdict is not Verdict.REFUSED:
        return "stops: not known" if flow.verdict is Verdict.UNKNOWN else f"stops: {flow.verdict.value}"
    return f"stops: {_first_error(flow)}"


def why(flow: PlannedFlow) -> str:
    """In a few words why it stops: `Jane Doe changed it`."""
    who = one_line(flow.by, NAME) or "somebody"
    if flow.verdict is Verdict.DRIFTED:
        return f"{who} changed it"
    if flow.verdict is Verdict.DRAFT:
        return f"{who} has a newer draft"
    if flow.verdict is Verdict.LOCKED:
        return f"{who} has it open"
    if flow.verdict is Verdict.RENAME:
        return "it has another name than before"
    if flow.verdict is Verdict.UNKNOWN:
        return "nobody could look"
    return _first_error(flow)


def who_when(flow: PlannedFlow) -> str:
    """`Jane Doe, 2026-11-20 14:03 UTC`; empty where neither is known."""
    return ", ".join(part for part in (one_line(flow.by, NAME), when(flow.at)) if part)


def when(at: str) -> str:
    """A time of the platform for people; what is no such time stays as it is."""
    found = _ISO.fullmatch(at)
    return f"{found[1]} {found[2]} UTC" if found else one_line(at, NAME)


def live(flow: PlannedFlow) -> str:
    """What is live and what would be: `14.0 → next`, `none → first`, `14.0`."""
    before = one_line(flow.live_version, 40)
    if flow.stops or not flow.verdict.saves:
        return before
    return f"{before or 'none'} → {'next' if before else 'first'}"


def route_words(route: Route) -> str:
    """`call route Main number (+1 317 555 0100), open and holiday`."""
    kind = {"ivr": "call route", "queue": "queue"}.get(route.kind, one_line(route.kind, NAME))
    numbers = f" ({', '.join(one_line(number, 40) for number in route.numbers)})" if route.numbers else ""
    return f"{kind} {one_line(route.name, NAME)}{numbers}{f', {_and(route.when)}' if route.when else ''}"


def findings_of(plan: Plan) -> tuple[Finding, ...]:
    """Every finding of a plan, worst first: those on lines of the files, and one for each flow that stops."""
    found = [one for flow in plan.flows for one in flow.findings]
    for flow in plan.flows:
        kind = _KINDS.get(flow.verdict)
        if kind is None or any(one.rule == kind.id or one.level is Level.ERROR for one in flow.findings):
            continue  # one of its own says it already, or is the reason
        message = flow.reason or f"{called(flow)}: {why(flow)}."
        found.append(Finding(kind.id, kind.level, message, flow.hint or kind.fix, Location(flow.path)))
    return tuple(sorted(found, key=lambda one: one.order))


def _first_error(flow: PlannedFlow) -> str:
    return next((one.rule for one in flow.findings if one.level is Level.ERROR), "refused")


def _place(verdict: Verdict) -> int:
    return _SORT.index(verdict) if verdict in _SORT else -1


def where(environment: str, organisation: str) -> str:
    """` to production (Acme)`; empty where neither is known. An organisation's id is left to the JSON."""
    company = one_line(_ID.sub("", organisation), NAME)
    place = one_line(environment, NAME) or company
    if not place:
        return ""
    return f" to {place}{f' ({company})' if environment and company else ''}"


def _and(words: Sequence[str]) -> str:
    shown = [one_line(word, 40) for word in words]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
