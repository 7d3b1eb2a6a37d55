"""Where a call through a node graph stands: its node, its variables, what was asked and answered at the node."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ivr_action.flow.conditions import EVENT_WORDS
from ivr_action.model.trace import CallerEvent
from ivr_action.trace.machine import State, Way
from ivr_action.trace.node_plans import Plan

_UNSET = object()


class NodeGraphState(State):
    """Where a call through a node graph stands."""

    __slots__ = (
        "_shared",
        "denied",
        "event",
        "flagged",
        "heard",
        "node",
        "outcome",
        "plan",
        "values",
        "version",
        "way",
    )

    def __init__(self, node: str, values: dict[str, Any]) -> None:
        self.node = node
        self.heard: list[str] = []
        self.values = values
        """Variables and event words by name. Never changed in place while a twin shares it; a value never is."""
        self._shared = True
        self.version: _Contents | None = None
        """Of the variables; None where they changed since."""
        self.plan: Plan | None = None
        self.way: Way | None = None
        """The one way on, where nothing is asked."""
        self.event: CallerEvent | None = None
        self.outcome = ""
        """The answer to the node's own question, once it is given."""
        self.denied: frozenset[str] = frozenset()
        """Conditions that were answered with no, at this node."""
        self.flagged = False
        """True where `timeout`, `noMatch` or `error` may be true."""

    @property
    def variables(self) -> Mapping[str, object]:  # type: ignore[override]
        """The flow's variables, without the event words."""
        return {name: value for name, value in self.values.items() if name not in EVENT_WORDS}

    def fork(self) -> NodeGraphState:
        twin = type(self).__new__(type(self))
        twin.node, twin.heard, twin.values, twin.version = self.node, list(self.heard), self.values, self.version
        twin.plan, twin.way, twin.event, twin.outcome = self.plan, self.way, self.event, self.outcome
        twin.denied, twin.flagged = self.denied, self.flagged
        self._shared = twin._shared = True
        return twin

    def key(self) -> object:
        values = self.values
        version = self.version
        if version is None:
            version = self.version = _Contents(values)
        return (self.node, version, values["dtmf"], values["speech"], self.outcome, self.denied)

    def own(self) -> dict[str, Any]:
        """The values, safe to change."""
        if self._shared:
            self.values = dict(self.values)
            self._shared = False
        return self.values

    def assign(self, name: str, value: Any) -> None:
        """Set a variable; in `Flow.tier`, `tier` is a member of `Flow`, as CEL reads it."""
        values = self.own()
        self.version = None
        first, *rest = name.split(".")
        values[first] = _with_member(values.get(first), rest, value) if rest else value

    def forget(self, name: str) -> None:
        """Make a variable unknown."""
        if "." in name:
            self.assign(name, _UNSET)
        elif name in self.values:
            del self.own()[name]
            self.version = None

    def flags(self, **flags: Any) -> None:
        """Set event words."""
        self.own().update(flags)
        self.flagged = True


class _Contents:
    """The variables at one moment, as a key whose hash is computed once."""

    __slots__ = ("_contents", "_hash")

    def __init__(self, values: dict[str, Any]) -> None:
        pairs = ((name, _frozen(value)) for name, value in values.items() if name not in EVENT_WORDS)
        self._contents = tuple(sorted(pairs, key=lambda pair: pair[0]))
        self._hash = hash(self._contents)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, _Contents) and self._contents == other._contents)


def _frozen(value: Any) -> tuple[str, object]:
    """Hashable; `1`, `1.0` and `true` stay apart."""
    if isinstance(value, (dict, list)):
        return "json", json.dumps(value, sort_keys=True, default=str)
    return type(value).__name__, value


def _with_member(owner: Any, path: list[str], value: Any) -> dict[str, Any]:
    """A copy of a mapping with one member set, or removed where the value is `_UNSET`; what is no mapping gives way."""
    made = dict(owner) if isinstance(owner, dict) else {}
    first, *rest = path
    if rest:
        made[first] = _with_member(made.get(first), rest, value)
    elif value is _UNSET:
        made.pop(first, None)
    else:
        made[first] = value
    return made
