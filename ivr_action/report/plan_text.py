"""A plan for a terminal and the log: each flow with its changes, what stops first, the verdict at the end."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_action.model.plan import Plan, PlannedFlow, Verdict
from ivr_action.report.difference_text import lines
from ivr_action.report.look import Look
from ivr_action.report.plain import first_few, one_line
from ivr_action.report.plan_pieces import speaks
from ivr_action.report.plan_words import called, headline, live, route_words, stops_first, verdict, when
from ivr_action.report.text import finding_lines

_NAMED = 100
_USERS = 20


def render(plan: Plan, look: Look) -> str:
    """The plan for people; the last line is the verdict."""
    said = [flow_text(flow, look, plan.against) for flow in stops_first(plan) if speaks(flow)]
    return "".join([*said, ending(plan, look)])


def ending(plan: Plan, look: Look) -> str:
    """What stands below the flows: those that stay as they are, notices, the verdict."""
    lines = []
    quiet = [called(flow) for flow in plan.flows if not speaks(flow)]
    if quiet:
        lines.append(f"unchanged: {first_few(quiet, _NAMED)}")
    return "".join(f"{line}\n" for line in (*lines, *_notices(plan, look), verdict_line(plan, look)))


def verdict_line(plan: Plan, look: Look) -> str:
    """How much would be deployed where, and what stops, in one line without its end."""
    return look.coloured(headline(plan), "31" if plan.stops else "32")


def title(flow: PlannedFlow) -> str:
    """What a flow's group in the log is called: `Main line (flows/main.yaml): update, 14.0 → next`."""
    version = live(flow)
    return f"{called(flow)} ({one_line(flow.path, 200)}): {verdict(flow)}{f', {version}' if version else ''}"


def flow_text(flow: PlannedFlow, look: Look, against: str) -> str:
    """Everything about one flow, under its title; `against` is the plan's."""
    head = look.coloured(title(flow), "31" if flow.stops else "1")
    return "".join(f"{line}\n" for line in (head, *_inside(flow, look, against)))


def _inside(flow: PlannedFlow, look: Look, against: str) -> Iterator[str]:
    if flow.reason:
        yield f"  {one_line(flow.reason)}"
    if flow.hint:
        yield f"  {one_line(flow.hint)}"
    yield from finding_lines(flow.findings, look)
    if flow.drift:
        who = one_line(flow.by, 80) or "somebody"
        at = f" on {when(flow.at)}" if flow.at else ""
        yield f"  {who} changed what is live{at}: {one_line(flow.drift.summary())}"
        yield from lines(flow.drift, look)
    if flow.changes:
        other = "the base commit" if against == "base" else "what is live"
        words = "the whole flow is new" if flow.verdict is Verdict.CREATE else f"the file against {other}"
        yield f"  {words}: {one_line(flow.changes.summary())}"
        yield from lines(flow.changes, look)
    if flow.routes:
        yield f"  callers come in by {first_few([route_words(route) for route in flow.routes], _USERS, '; ')}"
    if flow.consumers:
        users = [f"{one_line(one.name, 80)} ({one_line(one.kind, 80)})" for one in flow.consumers]
        yield f"  also used by {first_few(users, _USERS, '; ')}"
    for notice in flow.notices:
        yield f"  {look.coloured('note', '36')} {one_line(notice)}"


def _notices(plan: Plan, look: Look) -> Iterator[str]:
    if plan.against == "base":
        yield f"{look.coloured('note', '36')} compared with the base commit's files: what is live was not looked at"
    for notice in plan.notices:
        yield f"{look.coloured('note', '36')} {one_line(notice)}"
