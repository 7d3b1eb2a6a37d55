"""Collections: MakeList, GetAt, Count, Find, AddItem …"""

from __future__ import annotations

from ivr_action.trace.expressions.comparison import equal
from ivr_action.trace.expressions.limits import MAX_ITEMS
from ivr_action.trace.expressions.members import item
from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.values import Cause, Collection, Json, Unknown, Value, collection, kind_of


@function("MakeList", "any?...")
def _make_list(context: Context, *items: Value) -> Value:
    return collection(items)


@function("MakeEmptyList", "any?...")
def _make_empty_list(context: Context, *samples: Value) -> Value:
    """An empty collection of the samples' type."""
    made = collection(samples)
    return Collection(made.kind, ()) if isinstance(made, Collection) else made


@function("Count", "coll", "jsn")
def _count(context: Context, values: Value) -> Value:
    """The number of items; that of a JSON array likewise (inferred from flows that loop over one)."""
    if isinstance(values, Collection):
        return len(values.items)
    if isinstance(values, Json) and isinstance(values.data, list):
        return len(values.data)
    return Unknown("Count takes a collection", Cause.ERROR)


@function("GetAt", "coll int", "jsn int")
def _get_at(context: Context, values: Value, index: int) -> Value:
    return item(values, index)


@function("Find", "coll any?")
def _find(context: Context, values: Collection, sought: Value) -> Value:
    """The 0-based places of every equal item."""
    places: list[Value] = []
    for place, candidate in enumerate(values.items):
        same = equal(candidate, sought)
        if isinstance(same, Unknown):
            return same
        if same:
            places.append(place)
    return Collection("int", tuple(places))


@function("FindFirst", "coll any?")
def _find_first(context: Context, values: Collection, sought: Value) -> Value:
    """The 0-based place of the first equal item, or -1."""
    for place, candidate in enumerate(values.items):
        same = equal(candidate, sought)
        if isinstance(same, Unknown):
            return same
        if same:
            return place
    return -1


@function("AddItem", "coll any?")
def _add_item(context: Context, values: Collection, added: Value) -> Value:
    """The collection with one item more at its end. Inferred: a flow of the corpus collects texts with it."""
    if len(values.items) >= MAX_ITEMS:
        return Unknown(f"the collection would have more than {MAX_ITEMS:,} items", Cause.LIMIT)
    if values.kind not in ("any", kind_of(added)) and kind_of(added) != "any":
        return Unknown("an item of another type cannot be added to the collection", Cause.ERROR)
    return collection((*values.items, added))
