"""Three-way merge of node graphs: pure functions, no I/O."""

from __future__ import annotations

from ivr_action.merge.nodes import merge_nodes
from ivr_action.merge.resolve import MODES, Resolution, Resolver, Validate, resolver
from ivr_action.merge.values import ABSENT, Merged, NodeConflict

__all__ = [
    "ABSENT",
    "MODES",
    "Merged",
    "NodeConflict",
    "Resolution",
    "Resolver",
    "Validate",
    "merge_nodes",
    "resolver",
]
