"""What a save has changed and what it would change, told from two contents of one flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ivr_action.genesys.store import Content
from ivr_action.model.alike import alike

_OPTIONAL = ("description", "variables")
"""What a flow of nodes need not have."""


def leaves_out(live: Content, sent: Content) -> bool:
    """Whether a flow of nodes has something beside them that what would replace it has not."""
    return "nodes" in sent and any(live.get(key) and key not in sent for key in _OPTIONAL)


def shows(live: Content, before: Content, sent: Content) -> bool:
    """Whether what is live has all that a save has changed: its values, and its nodes one by one."""
    return all(
        alike(was, ours) or alike(ours, now)
        for key in sent
        for was, ours, now in _triples(before.get(key), sent[key], live.get(key))
    )


def _triples(before: Any, sent: Any, live: Any) -> Iterator[tuple[Any, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(sent, Mapping) and isinstance(live, Mapping):
        yield from ((before.get(key), sent.get(key), live.get(key)) for key in {**before, **sent})
    else:
        yield before, sent, live
