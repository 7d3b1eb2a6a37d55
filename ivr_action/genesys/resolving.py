"""Lets a merge that knows nothing of the platform decide for the save loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ivr_action.genesys.save import Resolve
from ivr_action.genesys.store import ConflictError, Content, Live


class Decision(Protocol):
    """What to save instead, or why nothing may be saved; `merge.Resolution` is one."""

    @property
    def content(self) -> Content: ...

    @property
    def problems(self) -> Sequence[str]: ...


Decided = TypeVar("Decided", bound=Decision)
_Flow = Mapping[str, Any]


def resolving(
    decide: Callable[[_Flow, _Flow, _Flow], Decided], told: Callable[[Decided], object] | None = None
) -> Resolve:
    """The `resolve` of a SaveLoop, by a pure function.

    Args:
        decide: (base, ours, theirs) → what to do, such as `merge.resolver("merge", validate)`.
        told: is given each decision, the ones that refuse too; there is one for each version of somebody else's that
            is met on the way.
    """

    def resolve(base: Live, ours: Content, live: Live) -> Content:
        decision = decide(base.content, ours, live.content)
        if told is not None:
            told(decision)
        if decision.problems:
            raise ConflictError(live.flow_id, base.version, live, "\n".join(["", *decision.problems]).rstrip())
        return decision.content

    return resolve
