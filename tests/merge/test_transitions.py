"""Transitions merge by their condition, and keep an order."""

from __future__ import annotations

from typing import Any

import pytest

from ivr_action.merge import merge_nodes
from tests.merge.menus import BASE, ELSE, ONE, TWO, flow, menu, ways


def test_transitions_merge_by_condition() -> None:
    ours = flow(menu=menu(ONE, "dtmf == '2' → sales", ELSE))
    merged = merge_nodes(BASE, ours, flow(menu=menu("dtmf == '1' → help", TWO, ELSE)))
    assert merged.conflicts == ()
    assert ways(merged) == ["dtmf == '1' → help", "dtmf == '2' → sales", ELSE]


def test_one_condition_with_two_new_destinations_is_a_conflict() -> None:
    ours, theirs = (flow(menu=menu(ONE, f"dtmf == '2' → {where}", ELSE)) for where in ("sales", "end"))
    (conflict,) = merge_nodes(BASE, ours, theirs).conflicts
    assert conflict.field == "transitionConditions[dtmf == '2'].destinationNodeId"
    assert (conflict.base, conflict.ours, conflict.theirs) == ("help", "sales", "end")


def test_two_insertions_at_one_place_stay_ours_first_and_the_default_last() -> None:
    ours = flow(menu=menu(ONE, TWO, "dtmf == '3' → a", ELSE))
    theirs = flow(menu=menu(ONE, TWO, "dtmf == '4' → b", ELSE))
    assert ways(merge_nodes(BASE, ours, theirs)) == [ONE, TWO, "dtmf == '3' → a", "dtmf == '4' → b", ELSE]
    assert ways(merge_nodes(BASE, theirs, ours)) == [ONE, TWO, "dtmf == '4' → b", "dtmf == '3' → a", ELSE]


def test_a_default_that_one_side_adds_stays_last() -> None:
    base, ours, theirs = (flow(menu=menu(*listed)) for listed in ((ONE,), (ONE, ELSE), (ONE, TWO)))
    assert ways(merge_nodes(base, ours, theirs)) == [ONE, TWO, ELSE]
    assert ways(merge_nodes(base, theirs, ours)) == [ONE, TWO, ELSE]


def test_a_default_that_was_not_last_stays_where_it_was() -> None:
    base, ours = (flow(menu=menu(*listed)) for listed in ((ELSE, ONE), (ELSE, "dtmf == '1' → help")))
    theirs = flow(menu=menu(ELSE, ONE, TWO))
    assert ways(merge_nodes(base, ours, theirs)) == [ELSE, "dtmf == '1' → help", TWO]


def test_a_default_behind_which_one_side_puts_something_stays_before_it() -> None:
    ours, theirs = flow(menu=menu(ONE, TWO, "a → a", ELSE)), flow(menu=menu(ONE, TWO, ELSE, "b → b"))
    assert ways(merge_nodes(BASE, ours, theirs)) == [ONE, TWO, "a → a", ELSE, "b → b"]
    assert ways(merge_nodes(BASE, theirs, ours)) == [ONE, TWO, "a → a", ELSE, "b → b"]


def test_one_new_condition_in_two_places_is_a_conflict() -> None:
    ours, theirs = flow(menu=menu("a → a", ONE, TWO, ELSE)), flow(menu=menu(ONE, TWO, "a → a", ELSE))
    assert [c.field for c in merge_nodes(BASE, ours, theirs).conflicts] == ["order of transitionConditions"]


def test_the_order_of_the_side_that_changed_it_counts() -> None:
    turned, inserted = flow(menu=menu(TWO, ONE, ELSE)), flow(menu=menu(ONE, "dtmf == '3' → a", TWO, ELSE))
    want = [TWO, ONE, "dtmf == '3' → a", ELSE]
    merged = merge_nodes(BASE, inserted, turned)
    assert ways(merged) == ways(merge_nodes(BASE, turned, inserted)) == want
    assert merged.taken == ("menu",)


def test_ours_comes_first_also_where_their_order_counts() -> None:
    turned = flow(menu=menu(TWO, ONE, "dtmf == '4' → b", ELSE))
    inserted = flow(menu=menu(ONE, "dtmf == '3' → a", TWO, ELSE))
    assert ways(merge_nodes(BASE, inserted, turned)) == [TWO, ONE, "dtmf == '3' → a", "dtmf == '4' → b", ELSE]
    assert ways(merge_nodes(BASE, turned, inserted)) == [TWO, ONE, "dtmf == '4' → b", "dtmf == '3' → a", ELSE]


def test_two_new_orders_are_a_conflict() -> None:
    base = flow(menu=menu("a → a", "b → b", "c → c"))
    ours, theirs = flow(menu=menu("b → b", "a → a", "c → c")), flow(menu=menu("a → a", "c → c", "b → b"))
    (conflict,) = merge_nodes(base, ours, theirs).conflicts
    assert str(conflict) == (
        'Node `menu`: `order of transitionConditions` was ["a", "b", "c"]; '
        'it is ["b", "a", "c"] in yours, ["a", "c", "b"] in the live flow.'
    )


def test_a_condition_that_is_only_written_otherwise_is_the_same() -> None:
    ours = flow(menu=menu('dtmf=="1" → sales', TWO, "else → end"))
    merged = merge_nodes(BASE, ours, flow(menu=menu("dtmf == '1' → help", TWO, "default → sales")))
    assert merged.conflicts == ()
    assert ways(merged) == ['dtmf=="1" → help', TWO, "else → sales"]


def test_a_condition_that_is_given_twice_is_two() -> None:
    base, ours, theirs = (
        flow(menu=menu(*listed)) for listed in ((ONE, ONE), (ONE, "dtmf == '1' → help"), (ONE, ONE, TWO))
    )
    assert ways(merge_nodes(base, ours, theirs)) == [ONE, "dtmf == '1' → help", TWO]


def test_a_list_of_transitions_may_be_missing() -> None:
    bare = {key: value for key, value in menu().items() if key != "transitionConditions"}
    for empty in (bare, {**bare, "transitionConditions": None}, {**bare, "transitionConditions": []}):
        merged = merge_nodes(flow(menu=empty), flow(menu=menu(ONE)), flow(menu=menu(TWO)))
        assert (merged.conflicts, ways(merged)) == ((), [ONE, TWO])


@pytest.mark.parametrize("odd", ["text", [1], [{"destinationNodeId": "a"}], {"condition": "default"}])
def test_transitions_that_are_none_are_one_value(odd: Any) -> None:
    ours = flow(menu={**menu(), "transitionConditions": odd})
    assert [c.field for c in merge_nodes(BASE, ours, flow(menu=menu(ONE))).conflicts] == ["transitionConditions"]
    assert merge_nodes(BASE, ours, flow(sales=None)).conflicts == ()
