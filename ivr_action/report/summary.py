"""The job summary: what a change does to the gate itself, the verdict, which callers end differently, how the files
were chosen, flows, calls, findings with links, diagrams.

It is built piece by piece and never grows beyond its limit: the runner drops a summary that does, all of it. Diagrams
go first, then the tail of the findings, which are sorted worst first; what is left out is said.
"""

from __future__ import annotations

from ivr_action.model import CheckedFlow, Level, Report
from ivr_action.model.coverage import TransitionKey, transition_key
from ivr_action.report.accepted import accepted, added_suppressions
from ivr_action.report.calls import add_changes, add_coverage, add_uncovered, add_ways
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, prose
from ivr_action.report.mermaid import diagram_of
from ivr_action.report.pieces import NAME, Page, add_findings, add_table, scope, verdict, worst_first
from ivr_action.report.plain import count_of

_ROWS = 300
_DIAGRAMS = 25
"""A page with more makes browsers slow."""
_OPEN = 5
"""So few diagrams are shown at once even where nothing was found."""
_NOTICES = 20
_RESERVE = 600
"""Bytes kept for the words about what was left out."""


def render(report: Report, look: Look) -> str:
    """The summary in GitHub's Markdown, at most `look.limit` bytes long."""
    page = Page(look.limit - _RESERVE)
    for alert in report.alerts:
        page.add(f"⚠️ **{prose(alert)}**\n\n")
    page.add(verdict(report))
    add_changes(page, report.calls, look, page.room // 2)
    page.add(scope(report, _NOTICES))
    page.add(added_suppressions(report.added, look))
    add_table(page, report, look, _ROWS)
    add_coverage(page, report.calls, look)
    for piece in accepted(report, look):
        page.add(piece)
    left = add_findings(page, report, look)
    if left:
        page.always(f"\n{count_of(left, 'more finding')} did not fit here; {escape(look.places)} has them all.\n")
    else:
        add_ways(page, report.calls)
        add_uncovered(page, report.calls)
        _add_diagrams(page, report, look)
    return page.text()


def _add_diagrams(page: Page, report: Report, look: Look) -> None:
    changed = look.changed
    flows = [f for f in worst_first(report) if f.graph is not None and (changed is None or f.path in changed)]
    levels: dict[str, dict[str, Level]] = {}
    for finding in reversed(report.findings):  # so that the worst one stays
        if finding.node is not None:
            levels.setdefault(finding.location.path, {})[finding.node] = finding.level
    missed = {
        flow.path: frozenset(transition_key(rest.transition) for rest in flow.uncovered)
        for flow in (report.calls.flows if report.calls is not None else ())
    }
    left = max(0, len(flows) - _DIAGRAMS)
    started = False
    for flow in flows[:_DIAGRAMS]:
        found = levels.get(flow.path, {})
        piece = _diagram(flow, found, missed.get(flow.path, frozenset()), opened=bool(found) or len(flows) <= _OPEN)
        if not started:
            started = page.add("### Diagrams\n\n")
        if not started or not page.add(piece):
            left += 1
    if left:
        page.always(
            f"{count_of(left, 'diagram')} left out to keep this page small; `ivr-action graph FILE` draws them.\n"
        )


def _diagram(flow: CheckedFlow, levels: dict[str, Level], uncovered: frozenset[TransitionKey], *, opened: bool) -> str:
    if flow.graph is None:
        return ""
    diagram = diagram_of(flow.graph, levels, uncovered=uncovered)
    # No Markdown in here: GitHub's parser leaves a line that starts with HTML as it is.
    title = f"{escape(flow.name, NAME)} {code(flow.path, NAME)}".strip()
    caption = f"\n{escape(diagram.caption)}\n" if diagram.caption else ""
    start = f"<details{' open' if opened else ''}><summary>{title}</summary>"
    return f"{start}\n\n```mermaid\n{diagram.text}```\n{caption}\n</details>\n\n"
