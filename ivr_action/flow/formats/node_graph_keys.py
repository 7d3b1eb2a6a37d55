"""The keys of a node graph, and what a key that is none of them was surely meant to be."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ivr_action.flow.node_types import fold

START_KEYS = ("startNodeId", "start_node_id")
"""The first is the format's own; the second is accepted."""
PLATFORM_KEYS = frozenset(
    (
        *("id", "type", "division", "version", "selfUri", "active", "system", "deleted", "currentOperation"),
        *("createdBy", "modifiedBy", "updatedBy", "lastModifiedBy", "publishedBy", "createdClient", "modifiedClient"),
        *("dateCreated", "dateModified", "dateUpdated", "createdDate", "modifiedDate", "datePublished"),
        *("lockedUser", "lockedClient", "publishedVersion", "savedVersion", "checkedInVersion"),
    )
)
"""Keys of a flow that a save does not change: the platform's own, which no comparison counts and no merge touches."""


class Level(NamedTuple):
    """One kind of mapping in a node graph."""

    known: frozenset[str]
    required: frozenset[str]
    mistaken: tuple[tuple[str, str], ...] = ()
    """Names that people write by mistake → the key they mean."""

    def meant(self, key: str) -> str | None:
        """The known key that an unknown one was surely meant to be; None where that is not sure.

        Sure are: another spelling (`transition_conditions`), a name from `mistaken`, and one slip in a long name
        (`transitionCondtions`). Keys that start with `x-` are never mistaken for anything.
        """
        return None if key in self.known or key.startswith("x-") else _meant(self, key)


@lru_cache(maxsize=4096)
def _meant(level: Level, key: str) -> str | None:
    folded = fold(key)
    by_fold = {fold(name): known for name, known in level.mistaken}
    by_fold.update((fold(known), known) for known in sorted(level.known))
    if folded in by_fold:
        return by_fold[folded]
    if len(folded) >= _LONG:
        from difflib import get_close_matches

        near = get_close_matches(folded, [name for name in by_fold if len(name) >= _LONG], n=1, cutoff=0.88)
        return by_fold[near[0]] if near else None
    return None


_LONG = 8


def _pairs(known: str, *names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, known) for name in names)


FLOW = Level(
    frozenset(
        (
            "$schema",
            "id",
            "name",
            "type",
            "description",
            "division",
            "version",
            "startNodeId",
            "variables",
            "nodes",
            "start_node_id",
            "x-ivr-ignore",
        )
    ),
    frozenset(("nodes",)),
    _pairs("startNodeId", "start", "startNode", "startId", "entryNodeId", "initialNodeId", "firstNodeId"),
)
NODE = Level(
    frozenset(("id", "type", "name", "description", "transitionConditions", "variables", "properties", "x-ivr-ignore")),
    frozenset(("type",)),
    _pairs("transitionConditions", "transitions", "transition", "conditions")
    + _pairs("properties", "property", "props"),
)
TRANSITION = Level(
    frozenset(("condition", "destinationNodeId")),
    frozenset(("condition", "destinationNodeId")),
    _pairs(
        "destinationNodeId",
        "destination",
        "destinationNode",
        "destinationId",
        "target",
        "targetNodeId",
        "next",
        "nextNodeId",
        "to",
        "goto",
    )
    + _pairs("condition", "when", "if", "expression", "cel"),
)
PROPERTIES = Level(
    frozenset(("audioResource", "tts", "result")),
    frozenset(),
    _pairs("audioResource", "audioResourceId"),
)
