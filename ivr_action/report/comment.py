"""The comment on the pull request: the verdict, the flows, the worst findings, and where the rest is.

GitHub refuses a comment of more than 65,536 characters. It is built piece by piece within so many bytes, so that it
never has more, however somebody counts characters.
"""

from __future__ import annotations

from ivr_action.model import Report
from ivr_action.report.look import Look
from ivr_action.report.markdown import escape, link, prose
from ivr_action.report.pieces import Page, add_findings, add_table, scope, verdict
from ivr_action.report.plain import count_of, one_line

LIMIT = 65_536
"""Characters that GitHub takes."""
_RESERVE = 4_000
"""Bytes kept for the hidden mark and for the last lines."""
_ROWS = 30
_FINDINGS = 25
_NOTICES = 5
_PLACES = 300


def render(report: Report, look: Look, run_url: str = "") -> str:
    """The comment in GitHub's Markdown, without the mark that it is found by; with it at most `LIMIT` bytes long."""
    page = Page(LIMIT - _RESERVE)
    page.add(verdict(report))
    for alert in report.alerts:
        page.add(f"⚠️ **{prose(alert, _PLACES)}**\n\n", page.room // 2)
    page.add(scope(report, _NOTICES), page.room // 2)
    add_table(page, report, look, _ROWS)
    left = add_findings(page, report, look, _FINDINGS)
    where = link("this run's summary", run_url) if run_url else "the job summary"
    places = f"{where} and in {escape(look.places, _PLACES)}"
    if left:
        page.always(f"\n{count_of(left, 'more finding')} in {places}.\n\n")
    else:
        page.always(f"\nDiagrams and details are in {places}.\n\n" if report.flows else "")
    commit = f" · {look.sha[:10]}" if look.sha else ""
    page.always(f"<sub>ivr-action {escape(one_line(look.version, 40))}{escape(commit)}</sub>\n")
    return page.text()
