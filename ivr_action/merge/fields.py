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
_Items = Mapping[_Key, Any]


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
            self.taken += details(at, base, theirs)
            return theirs
        if alike(base, theirs):
            self.given.append(NodeConflict(at.node, at.path, base, ours, theirs))
            return ours
        if at.depth < _DEPTH:
            if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
                return self.mapping(at, base if isinstance(base, Mapping) else {}, ours, theirs)
            named = [_named_items(at, side) for side in (base, ours, theirs)]
            if None not in named:
                return self.listed(at, *(side or {} for side in named))
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

    def listed(self, at: At, base: _Items, ours: _Items, theirs: _Items) -> list[Any]:
        """A list whose items have names."""
        merged = {}
        for key in {**ours, **theirs}:
            items = [side.get(key, ABSENT) for side in (base, ours, theirs)]
            value = self.value(at.item(_shown(key, *items)), *items)
            if value is not ABSENT:
                merged[key] = value
        order, by_us, by_them = merged_order(list(base), list(ours), list(theirs), merged, (_DEFAULT,))
        if by_us or by_them:
            into = self.conflicts if by_us and by_them else self.taken if by_them else self.given
            into.append(_ordered(at, base, ours, theirs))
        return [merged[key] for key in order]


def details(at: At, base: Any, theirs: Any) -> list[NodeConflict]:
    """What differs, down to the single value; ours is as the base."""
    if at.depth < _DEPTH:
        if isinstance(base, Mapping) and isinstance(theirs, Mapping):
            return _parts(base, theirs, at.key)
        was, now = _named_items(at, base), _named_items(at, theirs)
        if was is not None and now is not None and (was or now):
            found = _parts(was, now, lambda key: at.item(_shown(key, was.get(key, ABSENT), now.get(key, ABSENT))))
            turned = [key for key in was if key in now] != [key for key in now if key in was]
            return [*found, _ordered(at, was, was, now)] if turned else found
    return [NodeConflict(at.node, at.path, base, base, theirs)]


def _parts(base: Mapping[Any, Any], theirs: Mapping[Any, Any], below: Callable[[Any], At]) -> list[NodeConflict]:
    pairs = ((key, base.get(key, ABSENT), theirs.get(key, ABSENT)) for key in {**base, **theirs})
    return [one for key, was, now in pairs if not alike(was, now) for one in details(below(key), was, now)]


def _ordered(at: At, *sides: _Items) -> NodeConflict:
    base, ours, theirs = ([_shown(key, item) for key, item in side.items()] for side in sides)
    return NodeConflict(at.node, f"order of {at.path}", base, ours, theirs)


def _named_items(at: At, side: Any) -> _Items | None:
    """The items of a list by name, where it is one whose items have names; `null` counts as empty."""
    if side is None or side is ABSENT:
        side = ()
    keys_of = {("transitionConditions", True): _condition_keys, ("variables", True): _variable_keys,
               ("variables", False): _variable_keys}.get((at.path, bool(at.node)))  # fmt: skip
    keys = keys_of(side) if keys_of and isinstance(side, (list, tuple)) else None
    return None if keys is None else dict(zip(keys, side, strict=True))


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


def _shown(key: _Key, *items: Any) -> str:
    item = next(item for item in items if item is not ABSENT)
    name = str(item.get("condition", item.get("name")))
    return f"{name} #{key[1] + 1}" if key[1] else name
