"""The plan in the pull request's comment, below what the gate found: the verdict, a table, what stops and why.

`report.comment.render(report, look, run_url, below=render(plan, look, run_url))` makes the one comment of both.
"""

from __future__ import annotations

from ivr_action.model.plan import Plan
from ivr_action.report.look import Look
from ivr_action.report.markdown import escape, link
from ivr_action.report.pieces import Page
from ivr_action.report.plan_pieces import Detail, add_table, heading, remarks, speaks
from ivr_action.report.plan_summary import add_blocks
from ivr_action.report.plan_words import stops, stops_first

LIMIT = 28_000
"""Bytes; the gate's part has the rest of the 65,536 that GitHub takes."""
_ROWS = 20
_FLOWS = 10
_NOTICES = 3
_RESERVE = 400
_PLACES = 200


def alert(plan: Plan) -> str:
    """What stands above the gate's verdict where a deployment would stop; empty where it would not.

    The gate's own verdict comes first in the comment, and may be green.
    """
    return f"A deployment would stop: {stops(plan)}. The plan below says why." if plan.stops else ""


def render(plan: Plan, look: Look, run_url: str = "", limit: int = LIMIT) -> str:
    """The plan in GitHub's Markdown, shortened to at most `limit` bytes; without diagrams.

    Args:
        plan: what a deployment would do.
        look: addresses and the version.
        run_url: address of the run, where its summary is.
        limit: bytes.
    """
    places = f"{link('this run’s summary', run_url)} and {escape(look.places, _PLACES)}"
    page = Page(limit - _RESERVE - len(places.encode()))
    if not page.add(heading(plan)):
        return ""
    page.add(remarks(plan, _NOTICES), page.room // 2)
    add_table(page, plan, look, _ROWS)
    told = [flow for flow in stops_first(plan) if speaks(flow)]
    add_blocks(page, told[:_FLOWS], look, (Detail.NODES,), places, base=plan.against == "base", more=len(told) - _FLOWS)
    return page.text()
