"""The plan in the job summary: the verdict, a table, and each flow with its changes and a diagram, what stops first.

It never grows beyond `look.limit`. Every flow has its few words, as far as they fit; what room is left over goes to the
changes and diagrams of the first flows. What was left out is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr_action.model.plan import Plan, PlannedFlow
from ivr_action.report.look import Look
from ivr_action.report.markdown import escape
from ivr_action.report.pieces import Page
from ivr_action.report.plain import count_of
from ivr_action.report.plan_pieces import Detail, add_table, block, heading, remarks, speaks
from ivr_action.report.plan_words import stops_first

_ROWS = 300
_NOTICES = 20
_OPEN = 5
"""So few flows are shown unfolded even where nothing stops."""
_PLACES = 200
_DIAGRAMS = 25
"""A page with more makes browsers slow."""
_RESERVE = 200
"""Bytes kept for the words about what was left out, beside where it is."""


def render(plan: Plan, look: Look) -> str:
    """The plan in GitHub's Markdown, at most `look.limit` bytes long; empty where there is no room to speak of."""
    places = escape(look.places, _PLACES)
    page = Page(look.limit - _RESERVE - len(places.encode()))
    if not page.add(heading(plan)):
        return ""
    page.add(remarks(plan, _NOTICES), page.room // 2)
    add_table(page, plan, look, _ROWS)
    told = [flow for flow in stops_first(plan) if speaks(flow)]
    add_blocks(page, told, look, (Detail.FULL, Detail.NODES), places, base=plan.against == "base")
    return page.text()


def add_blocks(
    page: Page,
    flows: Sequence[PlannedFlow],
    look: Look,
    details: Sequence[Detail],
    places: str,
    *,
    base: bool,
    more: int = 0,
) -> None:
    """A folded block for each flow, as detailed as there is room for, and a word about what there was no room for.

    Args:
        page: where they go.
        flows: the most important first.
        look: addresses.
        details: beyond the few words that each flow has, the most detailed first.
        places: where the rest is, as Markdown.
        base: whether they are compared with the base commit's files.
        more: flows that are not among them, and that are to be counted.
    """
    opened = len(flows) <= _OPEN and not more and details[0] is Detail.FULL
    short = [block(flow, look, Detail.SHORT, opened=opened or flow.stops, base=base) for flow in flows]
    sizes = [len(piece.encode("utf-8", "backslashreplace")) for piece in short]
    shown = 0
    spare = page.room
    while shown < len(short) and sizes[shown] <= spare:
        spare -= sizes[shown]
        shown += 1
    cut = diagrams = 0
    for flow, piece, size in zip(flows[:shown], short, sizes, strict=False):
        best = details[0]
        for detail in details:
            if detail is Detail.FULL and diagrams >= _DIAGRAMS:
                continue
            fuller = block(flow, look, detail, opened=opened or flow.stops, base=base)
            extra = len(fuller.encode("utf-8", "backslashreplace")) - size
            if extra <= spare:
                spare -= extra
                piece, best = fuller, detail
                break
        else:
            best = Detail.SHORT
        diagrams += "```mermaid" in piece
        cut += best is not details[0] and flow.changes is not None
        page.add(piece)
    words = []
    if cut:
        words.append(f"{count_of(cut, 'flow')} shown with less detail to keep this page small")
    left = len(flows) - shown + max(0, more)
    if left:
        words.append(f"{count_of(left, 'more flow')} not shown in detail")
    if words:
        page.always(f"{'; '.join(words)}. Everything is in {places}.\n\n")
