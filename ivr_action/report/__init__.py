"""Turns a report or a graph into text, one file per format.

A new format is a new file with `render` and one line in `FORMATS`, `GRAPH_FORMATS` or `TRACE_FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from ivr_action.model import FlowGraph, Report
from ivr_action.report.look import Look

if TYPE_CHECKING:
    from ivr_action.model.calls import TraceReport

FORMATS = {
    "text": "ivr_action.report.text",
    "json": "ivr_action.report.json",
    "sarif": "ivr_action.report.sarif",
    "junit": "ivr_action.report.junit",
}
GRAPH_FORMATS = {
    "json": "ivr_action.report.graph_json",
    "mermaid": "ivr_action.report.mermaid",
    "dot": "ivr_action.report.dot",
}
TRACE_FORMATS = {
    "text": "ivr_action.report.trace_text",
    "json": "ivr_action.report.trace_json",
    "junit": "ivr_action.report.trace_junit",
}


def render(format_: str, report: Report, look: Look) -> str:
    """A report in one of `FORMATS`, which is imported only now; it ends with a newline."""
    found: Callable[[Report, Look], str] = import_module(FORMATS[format_]).render
    return found(report, look)


def render_graph(format_: str, graph: FlowGraph) -> str:
    """A graph in one of `GRAPH_FORMATS`; it ends with a newline."""
    found: Callable[[FlowGraph], str] = import_module(GRAPH_FORMATS[format_]).render
    return found(graph)


def render_trace(format_: str, report: TraceReport, look: Look) -> str:
    """Calls in one of `TRACE_FORMATS`; it ends with a newline."""
    found: Callable[[TraceReport, Look], str] = import_module(TRACE_FORMATS[format_]).render
    return found(report, look)


__all__ = ["FORMATS", "GRAPH_FORMATS", "TRACE_FORMATS", "Look", "render", "render_graph", "render_trace"]
