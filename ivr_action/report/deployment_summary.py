"""The deployment in the job summary: what is live now, what is not and why, flow by flow, and who was told.

It never grows beyond `look.limit`: the changes node by node go first, then the tail of the flows, whose order is what
failed first; what was left out is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.report.deployment_words import (
    ICONS,
    Delivery,
    besides,
    changes_of,
    exit_words,
    headline,
    mark,
    result,
    span,
    told_all,
    took,
    versions,
    worst_first,
)
from ivr_action.report.difference_markdown import items
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, prose
from ivr_action.report.pieces import NAME, VALID, Page, file_link, finding_list
from ivr_action.report.plain import count_of, first_few
from ivr_action.report.plan_words import called

_TEXT = 1000
_ROWS = 300
_NOTICES = 20
_DELIVERIES = 20
_FINDINGS = 20
_NODES = 60
_NAMED = 25
_PLACES = 200
_RESERVE = 300
"""Bytes kept for the words about what was left out, beside where it is."""
_MORE = 100
_FAILED = (Result.UNKNOWN, Result.FAILED, Result.REFUSED)
_QUIET = (Result.UNCHANGED, Result.SKIPPED)


def render(deployment: Deployment, look: Look, *, deliveries: Sequence[Delivery] = (), audit: str = "") -> str:
    """The deployment in GitHub's Markdown, at most `look.limit` bytes long; empty where there is no room to speak of.

    Args:
        deployment: what became of each flow.
        look: addresses and the limit.
        deliveries: what became of the webhooks.
        audit: where the audit's log is and its head, in a sentence; empty where there is none.
    """
    places = escape(look.places, _PLACES)
    page = Page(look.limit - _RESERVE - len(places.encode()))
    if not page.add(f"## {mark(deployment)} {escape(headline(deployment), _TEXT)}\n\n"):
        return ""
    if deployment.stopped:
        page.add(f"**It ended early:** {prose(deployment.stopped, _TEXT)}\n\n")
    left = _add_failed(page, deployment, look)
    page.add("".join(f"> {prose(notice, _TEXT)}\n\n" for notice in deployment.notices[:_NOTICES]), page.room // 2)
    left += _add_table(page, deployment, look)
    left += _add_besides(page, deployment)
    page.add("".join(_end(deployment, deliveries, audit)), page.room // 2)
    left += _add_changes(page, deployment, look)
    if left:
        page.always(f"{count_of(left, 'part')} left out to keep this page small. Everything is in {places}.\n\n")
    return page.text()


def _add_failed(page: Page, deployment: Deployment, look: Look) -> int:
    """What went wrong, in at most half of the room; returns how many had no room."""
    failed = [flow for flow in worst_first(deployment) if flow.result in _FAILED]
    keep = page.room // 2
    shown = 0
    for flow in failed:
        if not page.add("".join(_failed(flow, look)), keep):
            break
        shown += 1
    return len(failed) - shown


def _failed(flow: DeployedFlow, look: Look) -> Iterator[str]:
    yield f"{ICONS[flow.result]} **{escape(called(flow), NAME)}** {file_link(flow.path, look)} {escape(result(flow))}"
    yield f": {prose(flow.message, _TEXT)}" if flow.message else ""
    yield f"<br>{prose(flow.hint, _TEXT)}" if flow.hint else ""
    yield "\n\n"
    yield finding_list(flow.findings, _FINDINGS, look)


def _add_table(page: Page, deployment: Deployment, look: Look) -> int:
    keep = page.room // 2
    rows = [flow for flow in worst_first(deployment) if flow.result not in _QUIET]
    shown = 0
    timed = any(took(flow) for flow in rows)
    head = f"| | Flow | Result | Live version | What changed |{' Took |' if timed else ''} File |\n"
    if rows and page.add(f"{head}|{' --- |' * (6 + timed)}\n", keep):
        for flow in rows[:_ROWS]:
            if not page.add(_row(flow, look, timed=timed), keep + _MORE):
                break
            shown += 1
        if shown < len(rows):
            page.add(f"| | and {count_of(len(rows) - shown, 'more flow')} | | | |{' |' if timed else ''} |\n", keep)
        page.add("\n")
    for quiet in _QUIET:
        flows = [flow for flow in deployment.flows if flow.result is quiet]
        if flows:
            names = first_few([escape(called(flow)) for flow in flows], _NAMED)
            said = f"{ICONS[quiet]} {len(flows):,} {result(flows[0])}"
            if not page.add(f"{said}: {names}\n\n", keep):
                page.add(f"{said}\n\n")
    return len(rows) - shown


def _row(flow: DeployedFlow, look: Look, *, timed: bool) -> str:
    cells = [
        ICONS[flow.result],
        escape(called(flow), NAME),
        escape(result(flow)),
        escape(versions(flow)),
        escape(changes_of(flow)),
        *([escape(took(flow))] if timed else []),
        file_link(flow.path, look),
    ]
    return f"| {' | '.join(cells)} |\n"


def _add_besides(page: Page, deployment: Deployment) -> int:
    """Sentences about flows that did not fail; returns of how many flows there was no room for them."""
    left = 0
    for flow in worst_first(deployment):
        said = [flow.message] if flow.message and flow.result not in (*_FAILED, Result.SKIPPED) else []
        said += besides(flow)
        if said:
            text = f"- **{escape(called(flow), NAME)}:** {prose(' '.join(said), _TEXT)}\n"
            left += not page.add(text, page.room // 2)
    page.always("\n")
    return left


def _end(deployment: Deployment, deliveries: Sequence[Delivery], audit: str) -> Iterator[str]:
    waited = sum(flow.waited for flow in deployment.flows)
    took = f"It took {span(deployment.seconds)}" if deployment.seconds else ""
    waiting = f", {span(waited)} of it waiting for the platform" if took and waited >= 1 else ""
    yield f"{escape(f'{took}{waiting}. ' if took else '')}{escape(exit_words(deployment))}\n\n"
    if deliveries:
        yield "**Told:**\n\n"
        lines = told_all(deliveries)
        for text, well in lines[:_DELIVERIES]:
            yield f"- {VALID if well else '⚠️'} {escape(text, _TEXT)}\n"
        if len(lines) > _DELIVERIES:
            yield f"- and {len(lines) - _DELIVERIES:,} more\n"
        yield "\n"
    if audit:
        yield f"**Audit:** {prose(audit, _TEXT)}\n\n"


def _add_changes(page: Page, deployment: Deployment, look: Look) -> int:
    """What changed node by node, folded; returns how many had no room."""
    left = 0
    for flow in worst_first(deployment):
        if not flow.changes:
            continue
        said = f"{versions(flow)}, {changes_of(flow)}"
        title = f"{ICONS[flow.result]} {escape(called(flow), NAME)} {code(flow.path, NAME)}: {escape(said)}"
        body = items(flow.changes, _NODES, path=flow.path, look=look)
        left += not page.add(f"<details><summary>{title}</summary>\n\n{body}\n</details>\n\n")
    return left
