"""The comment on the pull request: the verdict, which callers end differently, the flows, the worst findings, and
where the rest is.

GitHub refuses a comment of more than 65,536 characters. It is built piece by piece within so many bytes, the last lines
counted first, so that it never has more, however somebody counts characters.
"""

from __future__ import annotations

from ivr_action.model import Report
from ivr_action.report.accepted import added_suppressions
from ivr_action.report.calls import add_changes
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, link, prose
from ivr_action.report.pieces import Page, add_findings, add_table, scope, verdict
from ivr_action.report.plain import count_of

LIMIT = 65_536
"""Characters that GitHub takes."""
_MARK = 200
"""Bytes kept for the hidden mark that it is found by, which is put before it."""
_ROWS = 30
_FINDINGS = 25
_NOTICES = 5
_ALERTS = 10
_SHORT = 300


def render(report: Report, look: Look, run_url: str = "", below: str = "") -> str:
    """The comment in GitHub's Markdown, without the mark that it is found by; with it at most `LIMIT` bytes long.

    Args:
        report: what was found.
        look: addresses and the version.
        run_url: address of the run, where its summary is.
        below: Markdown that stands below the findings, such as `plan_comment.render` makes; its bytes count.
    """
    below = below.encode("utf-8", "backslashreplace").decode()
    page = Page(
        LIMIT - _MARK - len(_end(report, look, run_url, len(report.findings)).encode()) - len(below.encode()) - 1
    )
    for alert in report.alerts[:_ALERTS]:
        page.add(f"⚠️ **{prose(alert, 2 * _SHORT)}**\n\n", page.room // 2)
    page.add(verdict(report))
    add_changes(page, report.calls, look, page.room * 2 // 3)
    page.add(scope(report, _NOTICES), page.room // 2)
    if not page.add(added_suppressions(report.added, look), page.room // 2):
        page.add(f"### ⚠️ {count_of(len(report.added), 'suppression')} added by this change\n\n")
    add_table(page, report, look, _ROWS)
    left = add_findings(page, report, look, _FINDINGS)
    page.always(f"\n{below}" if below else "")
    page.always(_end(report, look, run_url, left))
    return page.text()


def _end(report: Report, look: Look, run_url: str, left: int) -> str:
    """Where the rest is, and what made this; `left` findings are not shown."""
    places = f"{link('this run’s summary', run_url)} and in {escape(look.places, _SHORT)}"
    rest = ""
    if left:
        rest = f"\n{count_of(left, 'more finding')} in {places}.\n\n"
    elif report.flows:
        rest = f"\nDiagrams and details are in {places}.\n\n"
    commit = f" · {code(look.sha[:10])}" if look.sha else ""
    return f"{rest}<sub>ivr-action {code(look.version, _SHORT)}{commit}</sub>\n".encode("utf-8", "replace").decode()
