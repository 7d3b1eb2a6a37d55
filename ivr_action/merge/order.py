"""In which order the items of two changed lists stand."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def merged_order(
    base: Sequence[Key],
    ours: Sequence[Key],
    theirs: Sequence[Key],
    kept: Collection[Key],
    last: Collection[Key] = (),
) -> tuple[list[Key], bool, bool]:
    """The order of the items that stay.

    The order of the side that has changed it counts, else ours; the items that only the other side has go behind the
    item that they follow there, ours before theirs where both have put something in one place.

    Args:
        base: the keys before.
        ours: as we have them.
        theirs: as they have them.
        kept: the keys that stay, each in ours or theirs.
        last: keys that stay at the end where neither side has anything behind them.

    Returns:
        The order, and who has changed it in a way that the other has not, ours and theirs: both is a conflict.
    """
    by_us, by_them = _whose(base, ours, theirs)
    they_lead = by_them and not by_us
    leading, other = (theirs, ours) if they_lead else (ours, theirs)
    order = [key for key in leading if key in kept]
    in_leading, in_other = set(leading), set(other)
    place = {key: at for at, key in enumerate(order)}
    behind: dict[int, list[Key]] = {}
    anchor = -1
    for key in other:
        if key in place:
            anchor = place[key]
        elif key in kept and key not in in_leading:
            behind.setdefault(anchor, []).append(key)
    result = list(behind.get(-1, ())) if they_lead else []
    pending = [] if they_lead else list(behind.get(-1, ()))
    for at, key in enumerate(order):
        if pending and key in in_other:  # ours that follow the same item come first
            result += pending
            pending = []
        result.append(key)
        if they_lead:
            result += behind.get(at, ())
        else:
            pending += behind.get(at, ())
    result += pending
    for key in last:
        if key in kept and all(key not in side or side[-1] == key for side in (ours, theirs)):
            result.remove(key)
            result.append(key)
    return result, by_us, by_them


def _whose(base: Sequence[Key], ours: Sequence[Key], theirs: Sequence[Key]) -> tuple[bool, bool]:
    """Whether ours and whether theirs has an order of its own, where the two differ."""
    both = set(ours) & set(theirs)
    our_order, their_order = ([key for key in side if key in both] for side in (ours, theirs))
    if our_order == their_order:
        return False, False
    # An item that is new in both is missing here: where it stands in two places, neither is as before.
    before = [key for key in base if key in both]
    return our_order != before, their_order != before
