"""Fingerprints of flows: one of what a file says, one of what the platform can be asked for."""

from __future__ import annotations

from ivr_action.flow.canonical import Canonical, canonical, complete, file_digest
from ivr_action.flow.canonical import digest as published_digest
from ivr_action.flow.flow import Flow

__all__ = ["differs_unseen", "file_digest", "published_digest"]


def differs_unseen(before: Flow, after: Flow) -> bool:
    """Whether two versions of one format differ in values that `published_digest` does not count.

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


def _names(form: Canonical, node: str) -> set[str]:
    found = form.nodes.get(node)
    return set(found.fields) if found is not None else set()
