"""What two versions of a flow have beyond its digest, and what of a change another flow has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_action.flow.canonical import Canonical, canonical, complete
from ivr_action.flow.flow import Flow


def differs_unseen(before: Flow, after: Flow) -> bool:
    """Whether two versions of one format differ in values that `digest` does not count.

    What nodes say that only one of them has is not looked at, nor the description.
    """
    whole = [complete(flow) for flow in (before, after)]
    seen = [canonical(flow) for flow in (before, after)]
    pairs = [
        (whole[0].nodes[id_].fields, whole[1].nodes[id_].fields, _names(seen[0], id_) | _names(seen[1], id_))
        for id_ in whole[0].nodes.keys() & whole[1].nodes.keys()
    ]
    pairs.append((whole[0].settings, whole[1].settings, {*seen[0].settings, *seen[1].settings, "description"}))
    return any(one.get(name) != other.get(name) for one, other, known in pairs for name in {*one, *other} - known)


def holds_change(before: Flow, after: Flow, flow: Flow) -> bool:
    """Whether a flow has all that changed from one version to the next, as far as `digest` counts it.

    What it says beyond that may be its own. A node that stands elsewhere has another id, so that its change is not
    found: such a flow does not hold it. The description is not looked at.

    Args:
        before: the earlier version.
        after: the later one.
        flow: of any format.
    """
    old, new, ours = canonical(before), canonical(after), canonical(flow)
    for id_ in old.nodes.keys() | new.nodes.keys():
        was, now, mine = (form.nodes.get(id_) for form in (old, new, ours))
        if was is None or now is None or mine is None:
            if was != now and mine != now:
                return False
        elif not _holds(*({**node.fields, "": (node.type, node.kind)} for node in (was, now, mine))):
            return False
    ways = [_ways(form) for form in (old, new, ours)]
    return _holds(*ways) and _holds(*({**form.settings, "description": ""} for form in (old, new, ours)))


def _holds(old: Mapping[Any, Any], new: Mapping[Any, Any], ours: Mapping[Any, Any]) -> bool:
    return all(ours.get(name) == new.get(name) for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _ways(form: Canonical) -> dict[tuple[str, str, str], list[str]]:
    """Where each way out leads."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for source, label, kind, target in form.transitions:
        found.setdefault((source, label, kind), []).append(target)
    return found


def _names(form: Canonical, node: str) -> set[str]:
    found = form.nodes.get(node)
    return set(found.fields) if found is not None else set()
