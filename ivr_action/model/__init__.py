"""Plain values under everything: what was found, where, and what a flow looks like as a graph."""

from ivr_action.model.finding import Finding, Level, Location
from ivr_action.model.fingerprint import fingerprint
from ivr_action.model.graph import FlowGraph, Node, NodeKind, Transition, TransitionKind
from ivr_action.model.report import CheckedFlow, Report
from ivr_action.model.suppression import Suppressed, Suppression

__all__ = [
    "CheckedFlow",
    "Finding",
    "FlowGraph",
    "Level",
    "Location",
    "Node",
    "NodeKind",
    "Report",
    "Suppressed",
    "Suppression",
    "Transition",
    "TransitionKind",
    "fingerprint",
]
