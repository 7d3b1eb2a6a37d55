"""Coverage as Cobertura XML: a line for each node's line, a branch for each way out of it.

Nodes on one line count together; what has no line (the end of a task, an `.i3*` file) cannot be shown here and counts
only in the rates of its flow.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ivr_action.model.calls import TracedFlow, TraceReport
from ivr_action.model.coverage import transition_key
from ivr_action.report.plain import one_line

_DOCTYPE = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">'


def render(report: TraceReport, version: str, timestamp: int) -> str:
    """Cobertura XML.

    Args:
        report: the calls.
        version: of ivr-action.
        timestamp: milliseconds since 1970.
    """
    flows = report.flows
    lines = [line for flow in flows for line in _lines(flow).values()]
    hit, taken, ways = (sum(counts) for counts in zip(*lines, strict=True)) if lines else (0, 0, 0)
    head = (
        f'<coverage line-rate="{_rate(hit, len(lines))}" branch-rate="{_rate(taken, ways)}" lines-covered="{hit}" '
        f'lines-valid="{len(lines)}" branches-covered="{taken}" branches-valid="{ways}" complexity="0" '
        f'version="{escape(version)}" timestamp="{timestamp}">'
    )
    rates = f'line-rate="{_rate(hit, len(lines))}" branch-rate="{_rate(taken, ways)}" complexity="0"'
    classes = [line for flow in flows for line in _class(flow)]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            _DOCTYPE,
            head,
            "  <sources><source>.</source></sources>",
            "  <packages>",
            f'    <package name="flows" {rates}>',
            "      <classes>",
            *classes,
            "      </classes>",
            "    </package>",
            "  </packages>",
            "</coverage>",
            "",
        ]
    )


def _class(flow: TracedFlow) -> Iterator[str]:
    path, name = escape(one_line(flow.path)), escape(one_line(flow.name or flow.path, 200))
    rates = f'line-rate="{flow.nodes:.4f}" branch-rate="{flow.transitions:.4f}" complexity="0"'
    yield f'        <class name="{name}" filename="{path}" {rates}>'
    yield "          <methods/>"
    yield "          <lines>"
    for number, (hit, taken, ways) in sorted(_lines(flow).items()):
        branch = ' branch="false"'
        if ways > 1:
            branch = f' branch="true" condition-coverage="{100 * taken // ways}% ({taken}/{ways})"'
        yield f'            <line number="{number}" hits="{hit}"{branch}/>'
    yield "          </lines>"
    yield "        </class>"


def _lines(flow: TracedFlow) -> dict[int, tuple[int, int, int]]:
    """Line → whether a call came to all of its nodes, ways that were taken, all ways."""
    found: dict[int, tuple[int, int, int]] = {}
    for id_, ways in flow.graph.successors.items():
        line = flow.lines.get(id_)
        if line is not None:
            taken = sum(transition_key(way) in flow.coverage.transitions for way in ways)
            hit, before, all_ = found.get(line, (1, 0, 0))
            found[line] = (min(hit, int(id_ in flow.coverage.nodes)), before + taken, all_ + len(ways))
    return found


def _rate(part: int, whole: int) -> str:
    return f"{part / whole if whole else 1:.4f}"
