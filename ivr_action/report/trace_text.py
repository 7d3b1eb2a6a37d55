"""Calls for a tester at a terminal: each with its ending, the coverage, what no call reaches and why."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_action.model import Level
from ivr_action.model.calls import TracedCall, TracedFlow, TraceReport, Uncovered, percent
from ivr_action.model.trace import Ending, Trace
from ivr_action.report.look import Look
from ivr_action.report.plain import count_of, one_line
from ivr_action.report.text import place

_REST = 25
"""Uncovered transitions and open questions that are shown of one flow; the JSON has all."""
_WIDTH = 160
_WHY = {
    "unreachable": "nothing leads there from the start",
    "ruled out": "the file itself always decides otherwise",
    "not met": "what leads there is never taken",
    "bound": "the search was stopped before it was sure",
    "no scenario": "a call could come here; no scenario does",
}


def render(report: TraceReport, look: Look) -> str:
    """Flow by flow; the last line counts."""
    lines: list[str] = []
    for flow in report.flows:
        lines += _flow(flow, look)
    for finding in report.findings:
        if not finding.rule.startswith("scenario-failed"):  # stands with its call
            level = look.coloured(finding.level.value, "31" if finding.level is Level.ERROR else "33")
            lines.append(f"{place(finding)} {level} {finding.rule}: {one_line(finding.message)}")
            lines.append(f"    {one_line(finding.hint)}")
    for notice in report.notices:
        lines.append(f"{look.coloured('note', '36')} {one_line(notice)}")
    total = count_of(report.passed + report.failed, "call")
    made = any(flow.calls for flow in report.flows)
    verdict = f"{report.failed:,} of them failed" if report.failed else "all pass" if made else "so nothing is known"
    last = f"{total} in {count_of(len(report.flows), 'flow')}, {verdict}"
    lines.append(look.coloured(last, "31" if report.failed else "32" if made else "33"))
    return "\n".join(lines) + "\n"


def ending(call: TracedCall | Trace) -> str:
    """`transferred to Sales`, `disconnected`."""
    to = f" to {one_line(call.target, _WIDTH)}" if call.ending is Ending.TRANSFERRED and call.target else ""
    return f"{call.ending.value}{to}"


def listening(flow: TracedFlow) -> str:
    """`about 4 to 31 seconds of prompts (estimated)`, for a flow of which a call was transferred."""
    shortest, longest = flow.seconds_to_agent or (0.0, 0.0)
    least, most = f"{shortest:.0f}", f"{longest:.0f}"
    span = most if least == most else f"{least} to {most}"
    return f"about {span} second{'' if span == '1' else 's'} of prompts (estimated)"


def why(rest: Uncovered) -> str:
    """Why no call takes a transition, in words."""
    if rest.instead:
        return f"{_WHY[rest.why]}: {', '.join(one_line(name, 40) or '(the only way)' for name in rest.instead[:4])}"
    return _WHY.get(rest.why, rest.why)


def _flow(flow: TracedFlow, look: Look) -> Iterator[str]:
    name = f"  {one_line(flow.name, 80)}" if flow.name else ""
    yield f"{look.coloured(one_line(flow.path), '1')}{name}"
    how = "explored" if flow.explored else "from scenarios"
    if flow.graph.start is None and not flow.calls:
        how = look.coloured("the flow has no start", "33")
    yield f"  {count_of(len(flow.calls), 'call')}, {how}"
    for call in flow.calls:
        state = look.coloured("ok  ", "32") if call.passed else look.coloured("FAIL", "31")
        end = "" if flow.explored else f"  ({ending(call)})"
        yield f"    {state} {one_line(call.name, _WIDTH)}{end}"
        for said in call.failures:
            yield f"           {one_line(said)}"
    yield f"  coverage: nodes {percent(flow.nodes):g} %, transitions {percent(flow.transitions):g} %"
    if len(flow.sections) > 1:
        width = max(len(one_line(section.name, 60)) for section in flow.sections)
        for section in flow.sections:
            nodes, ways = ("/".join(map(str, pair)) for pair in (section.nodes, section.transitions))
            full = section.nodes[0] == section.nodes[1] and section.transitions[0] == section.transitions[1]
            row = f"    {one_line(section.name, 60):{width}}  nodes {nodes:>7}  transitions {ways:>7}"
            yield row if full else look.coloured(row, "33")
    yield from _decisions(flow)
    yield from _uncovered(flow)
    yield ""


def _decisions(flow: TracedFlow) -> Iterator[str]:
    agent = flow.choices_to_agent
    if agent is not None:
        fewest, most = agent
        span = count_of(most, "choice") if fewest == most else f"{fewest:,} to {count_of(most, 'choice')}"
        yield f"  a caller is transferred after {span} and {listening(flow)}"
    if flow.loops:
        yield f"  {count_of(flow.loops, 'loop')} that no caller, no clock and no count ends"
    counts = flow.asked
    if any(counts.values()):
        given = f", {counts['supplied']:,} a scenario" if counts.get("supplied") else ""
        other = "tried both ways" if flow.explored else "assumed"
        asked = counts.get("unknown", 0)
        yield f"  decisions: {counts.get('evaluated', 0):,} the file answers{given}, {asked:,} nobody ({other})"
    by_key: dict[tuple[str, str], dict[str, None]] = {}
    for doubt in flow.unknown:
        by_key.setdefault((doubt.question, doubt.key or doubt.node), {}).update(dict.fromkeys(doubt.answers))
    for (question, key), answers in list(by_key.items())[:_REST]:
        yield f"    {question:8} {one_line(key, 80)}: {', '.join(one_line(answer, 40) for answer in list(answers)[:5])}"
    if len(by_key) > _REST:
        yield f"    and {len(by_key) - _REST:,} more; --format json has them all"


def _uncovered(flow: TracedFlow) -> Iterator[str]:
    if flow.uncovered:
        yield f"  no call takes {count_of(len(flow.uncovered), 'transition')}:"
    for rest in flow.uncovered[:_REST]:
        at = f"line {rest.line}: " if rest.line else ""
        source, target, label, *_ = rest.transition
        way = f" ({one_line(label, 40)})" if label else ""
        yield f"    {at}{one_line(source, _WIDTH)}{way} → {one_line(target, _WIDTH)}"
        yield f"      {why(rest)}"
    if len(flow.uncovered) > _REST:
        yield f"    and {len(flow.uncovered) - _REST:,} more; --format json has them all"
