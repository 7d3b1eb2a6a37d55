"""What becomes of callers, in Markdown: what ends differently, calls and coverage by flow, what no call reaches."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_action.model import Level
from ivr_action.model.calls import Change, TracedFlow, TraceReport, percent
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, prose
from ivr_action.report.pieces import ICONS, NAME, VALID, Page, file_link
from ivr_action.report.plain import count_of
from ivr_action.report.trace_text import listening, why

_CHANGES = 12
"""Groups of calls that end differently, of one flow."""
_ROWS = 200
_REST = 40
"""Uncovered transitions of one flow."""
_WAYS = 100
"""Flows of which it is said how far it is to a person."""
_NOTE = 60
"""Bytes kept for the words about what was left out."""
_WIDTH = 240
_DID = ("pressed ", "said ", "stayed ", "hung ", "met ")
"""How the words of a call begin where the caller did something."""


def add_changes(page: Page, calls: TraceReport | None, look: Look, keep: int = 0) -> None:
    """Which callers end differently now: the first thing that a reviewer reads."""
    changed = [flow for flow in calls.flows if flow.changes] if calls is not None else []
    if not changed:
        return
    page.add("### 🔀 Ends differently\n\n", keep + _NOTE)
    left = 0
    for flow in changed:
        piece = f"{escape(flow.name, NAME)} {file_link(flow.path, look)}\n".lstrip() + "".join(_changes(flow)) + "\n"
        left += not page.add(piece, keep + _NOTE)
    if left:
        page.add(f"…and in {count_of(left, 'more flow')}.\n\n", keep)


def add_coverage(page: Page, calls: TraceReport | None, look: Look) -> None:
    """A table of calls and coverage, in at most half of the room."""
    if calls is None or not calls.flows:
        return
    keep = page.room // 2
    page.add("### Calls\n\n| | Flow | Calls | Failed | Nodes | Transitions | File |\n", keep)
    page.add("| --- | --- | ---: | ---: | ---: | ---: | --- |\n", keep)
    left = len(calls.flows)
    for flow in sorted(calls.flows, key=lambda flow: (-flow.failed, flow.transitions))[:_ROWS]:
        icon = "❌" if flow.failed else VALID if flow.calls else "–"
        number = f"{len(flow.calls):,}" + (" explored" if flow.explored else "")
        if flow.graph.start is None and not flow.calls:
            icon, number = ICONS[Level.WARNING], "no start, so no calls"
        shares = [f"{percent(share):g} %" for share in (flow.nodes, flow.transitions)]
        shares = shares if flow.calls else ["", ""]  # of nothing, all would be covered
        cells = [icon, escape(flow.name, NAME), number, f"{flow.failed or ''}", *shares, file_link(flow.path, look)]
        if not page.add(f"| {' | '.join(cells)} |\n", keep):
            break
        left -= 1
    if left:
        page.add(f"| | and {count_of(left, 'more flow')} | | | | | |\n")
    page.add("\n")


def add_ways(page: Page, calls: TraceReport | None) -> None:
    """How far it is to a person in each flow, and loops without the caller, folded."""
    lines = []
    for flow in calls.flows if calls is not None else ():
        said = []
        if flow.choices_to_agent is not None:
            fewest, most = flow.choices_to_agent
            span = count_of(most, "choice") if fewest == most else f"{fewest:,} to {count_of(most, 'choice')}"
            said.append(f"a caller is transferred after {span} and {listening(flow)}")
        if flow.loops:
            said.append(f"{count_of(flow.loops, 'loop')} that no caller, no clock and no count ends")
        if said:
            lines.append(f"- {escape(flow.name, NAME)} {code(flow.path, NAME)}: {'; '.join(said)}\n")
    if lines:
        rest = f"- and {count_of(len(lines) - _WAYS, 'more flow')}\n" if len(lines) > _WAYS else ""
        body = "".join(lines[:_WAYS])
        page.add(
            f"<details><summary>How far it is to a person</summary>\n\n{body}{rest}\n</details>\n\n", page.room // 2
        )


def add_uncovered(page: Page, calls: TraceReport | None) -> None:
    """What no call comes through and why, folded."""
    for flow in calls.flows if calls is not None else ():
        if flow.uncovered:
            page.add("".join(_uncovered(flow)), page.room // 2)


def _changes(flow: TracedFlow) -> Iterator[str]:
    """Callers with the same two endings are one item; the shortest of them tells how."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in flow.changes:
        groups.setdefault((change.before, change.after), []).append(change)
    for (before, after), found in list(groups.items())[:_CHANGES]:
        first = min(found, key=lambda change: len(change.caller))
        more = f" ({count_of(len(found) - 1, 'more call')})" if len(found) > 1 else ""
        caller = escape(first.caller, _WIDTH)
        who = f"A caller who {caller}" if caller.startswith(_DID) else f"A caller ({caller})"
        who = "Every caller" if first.caller == "every caller" else who
        yield f"- {who}: **{prose(before, _WIDTH)}** before, **{prose(after, _WIDTH)}** now{more}\n"
    if len(groups) > _CHANGES:
        yield f"- and {count_of(len(groups) - _CHANGES, 'more kind')} of difference\n"


def _uncovered(flow: TracedFlow) -> Iterator[str]:
    count = count_of(len(flow.uncovered), "transition")
    yield f"<details><summary>No call takes {count} of {code(flow.path, NAME)}</summary>\n\n"
    for rest in flow.uncovered[:_REST]:
        at = f"line {rest.line}: " if rest.line else ""
        source, target, label, *_ = rest.transition
        way = f" ({escape(label, NAME)})" if label else ""
        yield f"- {at}{code(source, NAME)}{way} → {code(target, NAME)}: {escape(why(rest), _WIDTH)}\n"
    if len(flow.uncovered) > _REST:
        yield f"- and {len(flow.uncovered) - _REST:,} more; `ivr-action trace` lists them all\n"
    yield "\n</details>\n\n"
