"""What to do when somebody else has changed the flow: the three answers that a user can choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr_action.errors import UsageError
from ivr_action.merge.nodes import merge_nodes
from ivr_action.merge.values import Merged, NodeConflict, shown

MODES = ("merge", "fail", "ours")
_Flow = Mapping[str, Any]
Validate = Callable[[_Flow], Sequence[str]]
"""A flow → what is wrong with it, in sentences; empty where it may be saved."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What to save instead, or why nothing may be saved."""

    content: _Flow = field(repr=False)
    """To be saved only where there are no problems."""
    problems: tuple[str, ...] = ()
    """In sentences."""
    conflicts: tuple[NodeConflict, ...] = ()
    """The fields that do not go together."""
    taken: tuple[str, ...] = ()
    """Ids of the nodes to which theirs has contributed."""
    overwritten: tuple[NodeConflict, ...] = ()
    """With `ours`: the changes of theirs that are lost, field by field."""


Resolver = Callable[[_Flow | None, _Flow, _Flow], Resolution]
"""(base, ours, theirs) → what to do; pure, and never raises for what is in the flows."""


def resolver(mode: str, validate: Validate) -> Resolver:
    """How to resolve.

    Args:
        mode: `merge` saves both changes where they go together; `fail` saves nothing over somebody else's change;
            `ours` merges, ours counts where both changed the same, and what is lost of theirs is told;
            where the two do not go together ours replaces theirs as a whole.
        validate: looks at a merged flow before it is saved.

    Raises:
        UsageError: an unknown mode.
    """
    found = {"merge": _merge, "fail": _fail, "ours": _ours}.get(mode)
    if found is None:
        raise UsageError(f"`on-conflict` is `{shown(mode)}`.", f"It is one of {', '.join(MODES)}.")

    def resolve(base: _Flow | None, ours: _Flow, theirs: _Flow) -> Resolution:
        return found(merge_nodes(base, ours, theirs), ours, validate)

    return resolve


def _merge(merged: Merged, ours: _Flow, validate: Validate) -> Resolution:
    if merged.conflicts:
        problems = tuple(str(conflict) for conflict in merged.conflicts)
    else:
        problems = tuple(
            f"Your change and the one in the live flow do not go together: {message}"
            for message in validate(merged.content)
        )
    return Resolution(merged.content, problems, merged.conflicts, merged.taken)


def _fail(merged: Merged, ours: _Flow, validate: Validate) -> Resolution:
    changes = merged.changes + merged.conflicts
    if not changes:
        return _merge(merged, ours, validate)
    nodes = [f"`{shown(id_)}`" for id_ in dict.fromkeys(change.node for change in changes if change.node)]
    fields = [f"the flow's `{shown(change.field)}`" for change in changes if not change.node]
    said = f"Changed in the live flow: {', '.join(nodes + fields)}; and `on-conflict` is `fail`."
    return Resolution(ours, (said,), merged.conflicts)


def _ours(merged: Merged, ours: _Flow, validate: Validate) -> Resolution:
    if validate(merged.content):  # together they are no flow: ours alone is
        return Resolution(ours, overwritten=merged.conflicts + merged.changes)
    return Resolution(merged.content, taken=merged.taken, overwritten=merged.conflicts)
