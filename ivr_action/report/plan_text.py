"""A plan for a terminal and the log: each flow with its changes, what stops first, the verdict at the end."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_action.model import Level
from ivr_action.model.plan import Plan, PlannedFlow
from ivr_action.report.difference_text import coloured, lines
from ivr_action.report.look import Look
from ivr_action.report.plain import one_line
from ivr_action.report.plan_pieces import speaks
from ivr_action.report.plan_words import called, headline, live, route_words, stops_first, verdict, when
from ivr_action.report.text import place

_NAMED = 100
_USERS = 20


def render(plan: Plan, look: Look) -> str:
    """The plan for people; the last line is the verdict."""
    said = [flow_text(flow, look) for flow in stops_first(plan) if speaks(flow)]
    return "".join([*said, ending(plan, look)])


def ending(plan: Plan, look: Look) -> str:
    """What stands below the flows: those that stay as they are, notices, the verdict."""
    lines = []
    quiet = [called(flow) for flow in plan.flows if not speaks(flow)]
    if quiet:
        more = f" and {len(quiet) - _NAMED:,} more" if len(quiet) > _NAMED else ""
        lines.append(f"unchanged: {', '.join(quiet[:_NAMED])}{more}")
    return "".join(f"{line}\n" for line in (*lines, *_notices(plan, look), verdict_line(plan, look)))


def verdict_line(plan: Plan, look: Look) -> str:
    """How much would be deployed where, and what stops, in one line without its end."""
    return coloured(headline(plan), "31" if plan.stops else "32", look)


def title(flow: PlannedFlow) -> str:
    """What a flow's group in the log is called: `Main line (flows/main.yaml): update, 14.0 → next`."""
    version = live(flow)
    return f"{called(flow)} ({one_line(flow.path, 200)}): {verdict(flow)}{f', {version}' if version else ''}"


def flow_text(flow: PlannedFlow, look: Look) -> str:
    """Everything about one flow, under its title."""
    head = coloured(title(flow), "31" if flow.stops else "1", look)
    return "".join(f"{line}\n" for line in (head, *_inside(flow, look)))


def _inside(flow: PlannedFlow, look: Look) -> Iterator[str]:
    if flow.reason:
        yield f"  {one_line(flow.reason)}"
    if flow.hint:
        yield f"  {one_line(flow.hint)}"
    for one in sorted(flow.findings, key=lambda one: one.order):
        level = coloured(one.level.value, "31" if one.level is Level.ERROR else "33", look)
        yield f"  {place(one)} {level} {one.rule}: {one_line(one.message)}"
        if one.hint:
            yield f"    {one_line(one.hint)}"
    if flow.drift:
        who = one_line(flow.by, 80) or "somebody"
        at = f" on {when(flow.at)}" if flow.at else ""
        yield f"  {who} changed what is live{at}: {one_line(flow.drift.summary())}"
        yield from lines(flow.drift, look)
    if flow.changes:
        yield f"  our changes: {one_line(flow.changes.summary())}"
        yield from lines(flow.changes, look)
    if flow.routes:
        yield f"  callers come in by {_listed([route_words(route) for route in flow.routes])}"
    if flow.consumers:
        users = [f"{one_line(one.name, 80)} ({one_line(one.type.lower(), 80)})" for one in flow.consumers]
        yield f"  also used by {_listed(users)}"
    for notice in flow.notices:
        yield f"  {coloured('note', '36', look)} {one_line(notice)}"


def _notices(plan: Plan, look: Look) -> Iterator[str]:
    if plan.against == "base":
        yield f"{coloured('note', '36', look)} compared with the base commit's files: what is live was not looked at"
    for notice in plan.notices:
        yield f"{coloured('note', '36', look)} {one_line(notice)}"


def _listed(words: list[str]) -> str:
    more = f"; and {len(words) - _USERS:,} more" if len(words) > _USERS else ""
    return f"{'; '.join(words[:_USERS])}{more}"
