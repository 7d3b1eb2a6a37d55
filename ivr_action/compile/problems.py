"""What cannot be compiled, as findings at the node's line."""

from __future__ import annotations

from typing import Any

from ivr_action.flow.flow import GraphNode, NodeGraphFlow
from ivr_action.model.finding import Finding, Level
from ivr_action.model.kinds import NOT_COMPILABLE

_TABLE = "docs/compile.md has the table of what can be said."


class Problems:
    """Collects findings, each once.

    Args:
        flow: whose lines they are on.
    """

    def __init__(self, flow: NodeGraphFlow) -> None:
        self._flow = flow
        self._found: dict[Finding, None] = {}

    def at(
        self,
        node: GraphNode,
        message: str,
        hint: str = "",
        *,
        element: Any = None,
        key: str | None = None,
        level: Level = NOT_COMPILABLE.level,
    ) -> None:
        """A finding at a node, or at one of its parts.

        Args:
            node: that cannot be said in Architect.
            message: what and why.
            hint: what to do.
            element: the part; the node where None.
            key: in the part.
            level: an error, unless the flow is right without it.
        """
        place = node.element if element is None else element
        where = self._flow.document.where(place, key if isinstance(place, dict) and key in place else None)
        said = f"`{node.id}` cannot be written as an Architect flow: {message}"
        if level is not Level.ERROR:
            said = f"`{node.id}`: {message}"
        self._found[Finding(NOT_COMPILABLE.id, level, said, hint or _TABLE, where, node.id)] = None

    def of_flow(
        self, message: str, hint: str = "", key: str | None = None, *, level: Level = NOT_COMPILABLE.level
    ) -> None:
        """A finding about the flow itself."""
        flow = self._flow
        place = flow.element if isinstance(flow.element, dict) else None
        where = flow.document.where(place, key) if place is not None and key in place else flow.document.where()
        self._found[Finding(NOT_COMPILABLE.id, level, message, hint or _TABLE, where)] = None

    def all(self) -> tuple[Finding, ...]:
        """What was found, by place."""
        return tuple(sorted(self._found, key=lambda finding: finding.order))

    @property
    def stops(self) -> bool:
        """Whether there is an error among them."""
        return any(finding.level is Level.ERROR for finding in self._found)
