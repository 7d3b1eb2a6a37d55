"""Pieces of Markdown about a plan, for the job summary and for the comment."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from ivr_action.model.plan import Plan, PlannedFlow, Verdict
from ivr_action.report.difference_markdown import items
from ivr_action.report.difference_mermaid import difference_diagram
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, prose
from ivr_action.report.pieces import NAME, Page, file_link, finding_list
from ivr_action.report.plain import count_of, first_few
from ivr_action.report.plan_words import (
    ICONS,
    STOPS,
    called,
    counted,
    icon,
    live,
    route_words,
    stops,
    stops_first,
    verdict,
    when,
    who_when,
)

_TEXT = 600
_NODES = {2: 60, 1: 10}
_FINDINGS = {2: 50, 1: 10, 0: 3}
_USERS = {2: 20, 1: 5, 0: 2}
_NAMED = 25
_MORE = 100
"""Bytes kept for the words about what was left out."""


class Detail(IntEnum):
    """How much is said of one flow."""

    SHORT = 0
    """Why it stops, what to do, and the changes counted."""
    NODES = 1
    """The changes too, of a few nodes."""
    FULL = 2
    """All of them, and the diagram."""


def heading(plan: Plan) -> str:
    """The verdict: in numbers as a heading, and what stops by name below it."""
    mark = STOPS if plan.stops else ICONS[Verdict.UNCHANGED] if not plan.count(*_SAVES) else "🚀"
    if any(flow.verdict is Verdict.UNKNOWN for flow in plan.flows):
        mark = ICONS[Verdict.UNKNOWN]
    stopped = stops(plan)
    what, word = ("Drift", "Drifted") if plan.against == "drift" else ("Plan", "Stopped")
    below = f"{STOPS} **{word}:** {escape(stopped, _TEXT)}\n\n" if stopped else ""
    return f"## {mark} {what}: {escape(counted(plan), _TEXT)}\n\n{below}"


_SAVES = tuple(one for one in Verdict if one.saves)


def remarks(plan: Plan, most: int) -> str:
    """What the plan is measured against, and at most so many of its notices."""
    lines = []
    if plan.against == "base":
        lines.append(
            "> Compared with the base commit’s files, since there are no credentials here: what is live was not looked "
            "at, so nobody knows yet whether a colleague changed it.\n\n"
        )
    lines += [f"> {prose(notice, _TEXT)}\n\n" for notice in plan.notices[:most]]
    if len(plan.notices) > most:
        lines.append(f"> and {count_of(len(plan.notices) - most, 'more remark')}\n\n")
    return "".join(lines)


def add_table(page: Page, plan: Plan, look: Look, most: int) -> None:
    """A row for each flow, what stops first, in at most half of the room; what stays as it is is one line."""
    told = [flow for flow in stops_first(plan) if speaks(flow)]
    quiet = [flow for flow in plan.flows if not speaks(flow)]
    keep = page.room // 2
    # A column of blanks says nothing.
    version = any(flow.live_version for flow in told)
    who = any(who_when(flow) for flow in told)
    names = ["", "Flow", "What would happen", *["Live version"] * version, "What changes", *["Who, when"] * who, "File"]
    if told and page.add(f"| {' | '.join(names)} |\n|{' --- |' * len(names)}\n", keep):
        left = len(told)
        for flow in told[:most]:
            if not page.add(_row(flow, look, version=version, who=who), keep + _MORE):
                break
            left -= 1
        if left:
            page.add(f"| | and {count_of(left, 'more flow')} |{' |' * (len(names) - 2)}\n", keep)
        page.add("\n")
    if quiet:
        listed = first_few([escape(called(flow)) for flow in quiet], _NAMED)
        unchanged = f"{ICONS[Verdict.UNCHANGED]} {len(quiet):,} unchanged"
        if not page.add(f"{unchanged}: {listed}\n\n", keep):
            page.add(f"{unchanged}\n\n")


def speaks(flow: PlannedFlow) -> bool:
    """Whether there is anything to say about it."""
    return bool(flow.verdict is not Verdict.UNCHANGED or flow.stops or flow.findings or flow.notices or flow.drift)


def block(flow: PlannedFlow, look: Look, detail: Detail, *, opened: bool, base: bool = False) -> str:
    """Everything about one flow, folded."""
    # No Markdown in the title: GitHub's parser leaves a line that starts with HTML as it is.
    title = f"{icon(flow)} {escape(called(flow), NAME)} {code(flow.path, NAME)}: {escape(verdict(flow), NAME)}"
    start = f"<details{' open' if opened else ''}><summary>{title}</summary>\n\n"
    return f"{start}{''.join(_parts(flow, look, detail, base=base))}</details>\n\n"


def _row(flow: PlannedFlow, look: Look, *, version: bool, who: bool) -> str:
    shown = flow.changes.summary() if flow.changes else ""
    cells = [icon(flow), escape(called(flow), NAME), escape(verdict(flow), NAME)]
    cells += [escape(live(flow), NAME)] if version else []
    cells += [escape(shown, 2 * NAME)]
    cells += [escape(who_when(flow), 2 * NAME)] if who else []
    return f"| {' | '.join([*cells, file_link(flow.path, look)])} |\n"


def _parts(flow: PlannedFlow, look: Look, detail: Detail, *, base: bool) -> Iterator[str]:
    if flow.reason:
        yield f"**{'Why it stops' if flow.stops else 'Note'}:** {prose(flow.reason, _TEXT)}\n\n"
    if flow.hint:
        yield f"**What to do:** {prose(flow.hint, _TEXT)}\n\n"
    yield finding_list(flow.findings, _FINDINGS[detail], look)
    yield from _drift(flow, detail)
    if flow.changes:
        against = "the base commit" if base else "what is live"
        words = (
            "**The whole flow is new:**" if flow.verdict is Verdict.CREATE else f"**Our changes** against {against}:"
        )
        yield f"{words} {escape(flow.changes.summary())}\n\n"
        if detail:
            yield f"{items(flow.changes, _NODES[detail], path=flow.path, look=look)}\n"
    yield from _used(flow, detail)
    for notice in flow.notices:
        yield f"> {prose(notice, _TEXT)}\n\n"
    if detail is Detail.FULL and flow.changes:
        drawn = difference_diagram(flow.before, flow.after, flow.changes)
        if drawn is not None:
            yield f"```mermaid\n{drawn.text}```\n\n{escape(drawn.caption)}\n\n"


def _drift(flow: PlannedFlow, detail: Detail) -> Iterator[str]:
    if not flow.drift:
        return
    who = escape(flow.by, NAME) or "Somebody"
    at = f" on {escape(when(flow.at))}" if flow.at else ""
    since = f" since {code(flow.deployed_commit[:10])} was deployed" if flow.deployed_commit else ""
    yield f"**{who} changed what is live**{at}{since}: {escape(flow.drift.summary())}\n\n"
    if detail:
        yield f"{items(flow.drift, _NODES[detail])}\n"


def _used(flow: PlannedFlow, detail: Detail) -> Iterator[str]:
    most = _USERS[detail]
    if flow.routes:
        routes = [escape(route_words(route), 2 * NAME) for route in flow.routes]
        yield f"**Callers come in by** {first_few(routes, most, '; ')}\n\n"
    if flow.consumers:
        users = [f"{escape(one.name, NAME)} ({escape(one.kind, NAME)})" for one in flow.consumers]
        yield f"**Also used by** {first_few(users, most, '; ')}\n\n"
