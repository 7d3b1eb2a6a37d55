"""The walk through three versions of a flow's content, field by field."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr_action.flow.conditions import classify
from ivr_action.merge.order import merged_order
from ivr_action.merge.values import ABSENT, NodeConflict, shown
from ivr_action.model.alike import alike

_DEPTH = 40
"""Levels of mappings that are merged by key; what lies deeper is one value."""
_DEFAULT = (classify("default").normal, 0)
_Key = tuple[Hashable, int]
_Keys = Callable[[Sequence[Any]], list[_Key] | None]


@dataclass(frozen=True, slots=True)
class At:
    """Where the walk is."""

    node: str = ""
    """Empty for the flow's own fields."""
    path: str = ""
    depth: int = 0

    def key(self, name: object) -> At:
        """A key of this mapping."""
        return At(self.node, f"{self.path}.{name}" if self.path else str(name), self.depth + 1)

    def item(self, name: str) -> At:
        """An item of this list."""
        return At(self.node, f"{self.path}[{shown(name)}]", self.depth + 1)


@dataclass(slots=True)
class Walk:
    """Merges values and remembers what came from where."""

    conflicts: list[NodeConflict] = field(default_factory=list)
    taken: list[NodeConflict] = field(default_factory=list)
    """From theirs."""
    given: list[NodeConflict] = field(default_factory=list)
    """By ours."""

    def value(self, at: At, base: Any, ours: Any, theirs: Any) -> Any:
        """One value of three, any of which may be `ABSENT`."""
        if alike(ours, theirs):
            return ours
        if alike(base, ours):
            self.taken.append(NodeConflict(at.node, at.path, base, ours, theirs))
            return theirs
        if alike(base, theirs):
            self.given.append(NodeConflict(at.node, at.path, base, ours, theirs))
            return ours
        if at.depth < _DEPTH:
            sides = (base, ours, theirs)
            if all(isinstance(side, Mapping) for side in (ours, theirs)):
                return self.mapping(at, base if isinstance(base, Mapping) else {}, ours, theirs)
            keys = _condition_keys if at.node and at.path == "transitionConditions" else _variable_keys
            if at.path in ("transitionConditions", "variables") and all(_is_listed(side) for side in sides):
                merged = self.listed(at, keys, *sides)
                if merged is not None:
                    return merged[0]
        self.conflicts.append(NodeConflict(at.node, at.path, base, ours, theirs))
        return ours

    def mapping(
        self,
        at: At,
        base: Mapping[str, Any],
        ours: Mapping[str, Any],
        theirs: Mapping[str, Any],
        below: Callable[[At, str], At] = At.key,
    ) -> dict[str, Any]:
        """By key; ours first, then what only theirs has."""
        merged = {}
        for name in {**ours, **theirs}:
            values = (side.get(name, ABSENT) for side in (base, ours, theirs))
            value = self.value(below(at, name), *values)
            if value is not ABSENT:
                merged[name] = value
        return merged

    def listed(self, at: At, keys_of: _Keys, base: Any, ours: Any, theirs: Any) -> tuple[Any] | None:
        """A list whose items have names, as a tuple of one; None where they have none. `null` counts as empty."""
        lists = [side if isinstance(side, (list, tuple)) else () for side in (base, ours, theirs)]
        keys = [keys_of(side) for side in lists]
        if any(found is None for found in keys):
            return None
        base_of, ours_of, theirs_of = (
            dict(zip(found or (), side, strict=True)) for found, side in zip(keys, lists, strict=True)
        )
        merged = {}
        for key in {**ours_of, **theirs_of}:
            items = [side.get(key, ABSENT) for side in (base_of, ours_of, theirs_of)]
            value = self.value(at.item(_named(key, items)), *items)
            if value is not ABSENT:
                merged[key] = value
        order, by_us, by_them = merged_order(list(base_of), list(ours_of), list(theirs_of), merged, (_DEFAULT,))
        if by_us or by_them:
            texts = [[_named(key, [item]) for key, item in side.items()] for side in (base_of, ours_of, theirs_of)]
            ordered = NodeConflict(at.node, f"order of {at.path}", *texts)
            (self.conflicts if by_us and by_them else self.taken if by_them else self.given).append(ordered)
        if order:
            return ([merged[key] for key in order],)
        return ([],)


def _is_listed(side: Any) -> bool:
    return side is None or side is ABSENT or isinstance(side, (list, tuple))


def _condition_keys(items: Sequence[Any]) -> list[_Key] | None:
    """Each condition with its running number among equal ones; blanks, comments and quotes do not count."""
    found = [item.get("condition") if isinstance(item, Mapping) else None for item in items]
    texts = [text for text in found if isinstance(text, str)]
    return _numbered([classify(text).normal for text in texts]) if len(texts) == len(items) else None


def _variable_keys(items: Sequence[Any]) -> list[_Key] | None:
    found = [item.get("name") if isinstance(item, Mapping) else None for item in items]
    names = [("name", name) for name in found if isinstance(name, str)]
    return _numbered(names) if len(names) == len(items) else None


def _numbered(names: Sequence[Hashable]) -> list[_Key]:
    seen: dict[Hashable, int] = {}
    keys = []
    for name in names:
        number = seen[name] = seen.get(name, -1) + 1
        keys.append((name, number))
    return keys


def _named(key: _Key, items: Sequence[Any]) -> str:
    item = next(item for item in items if item is not ABSENT)
    name = str(item.get("condition", item.get("name")))
    return f"{name} #{key[1] + 1}" if key[1] else name
