"""What holds for every merge."""

from __future__ import annotations

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from ivr_action.merge import merge_nodes
from tests.merge.flows import CONDITIONS, IDS, KEYS, SETTINGS, edited, expected, facts, flows, orders


@st.composite
def three(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """A flow and two edits of it that may collide."""
    base = draw(flows())
    return base, draw(edited(base)), draw(edited(base))


@st.composite
def disjoint(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """A flow and two edits of it that never touch the same thing, though often the same node."""
    base = draw(flows())
    owners: dict[tuple[str, ...], str] = {}
    for id_ in IDS:
        whole = draw(st.sampled_from(["a", "b", "shared"]))
        things = [("type", id_), ("order", id_), *(("property", id_, key) for key in KEYS)]
        things += [("way", id_, text) for text in CONDITIONS]
        owners |= {thing: draw(st.sampled_from("ab")) if whole == "shared" else whole for thing in things}
        owners["insert", id_] = owners["order", id_]  # one side alone decides about the order
        owners["node", id_] = whole
    owners |= {("setting", key): draw(st.sampled_from("ab")) for key in SETTINGS}
    a = draw(edited(base, lambda *thing: owners[thing] == "a"))
    return base, a, draw(edited(base, lambda *thing: owners[thing] == "b"))


@given(flows(), st.data())
def test_identical_edits_agree(base: Any, data: st.DataObject) -> None:
    edit = data.draw(edited(base))
    merged = merge_nodes(base, edit, edit)
    assert (merged.content, facts(merged.content)) == (edit, facts(edit))
    assert (merged.conflicts, merged.taken, merged.given) == ((), (), ())


@given(flows(), st.data())
def test_one_edit_alone_is_the_result(base: Any, data: st.DataObject) -> None:
    edit = data.draw(edited(base))
    for merged in (merge_nodes(base, base, edit), merge_nodes(base, edit, base)):
        assert merged.content == edit
        assert facts(merged.content) == facts(edit)  # with their types
        assert orders(merged.content) == orders(edit)
        assert merged.conflicts == ()


@given(disjoint())
def test_disjoint_edits_commute_and_never_conflict(sides: tuple[Any, Any, Any]) -> None:
    base, a, b = sides
    one, other = merge_nodes(base, a, b), merge_nodes(base, b, a)
    assert one.content == other.content
    assert facts(one.content) == facts(other.content) == expected(base, a, b)
    assert one.conflicts == other.conflicts == ()
    assert set(one.taken) == set(other.given)
    event(f"both changed something: {base not in (a, b)}")


@given(three())
def test_every_fact_is_accounted_for(sides: tuple[Any, Any, Any]) -> None:
    """Nothing that a side added, changed or deleted is lost or comes back; where that is impossible, it is said."""
    merged, wanted = merge_nodes(*sides), expected(*sides)
    about_order = [conflict for conflict in merged.conflicts if conflict.field.startswith("order of ")]
    assert (wanted is None) == (len(merged.conflicts) > len(about_order))
    if wanted is not None:
        assert facts(merged.content) == wanted
    event(f"conflict: {wanted is None}")


@given(three())
def test_conflicts_are_symmetric(sides: tuple[Any, Any, Any]) -> None:
    base, ours, theirs = sides

    def told(conflicts: Any, turned: bool) -> list[str]:
        seen = ((c.node, c.field, c.base, *((c.theirs, c.ours) if turned else (c.ours, c.theirs))) for c in conflicts)
        return sorted(repr(one) for one in seen)

    one, other = merge_nodes(base, ours, theirs), merge_nodes(base, theirs, ours)
    assert told(one.conflicts, False) == told(other.conflicts, True)


@given(three())
def test_nodes_that_theirs_left_alone_are_ours(sides: tuple[Any, Any, Any]) -> None:
    base, ours, theirs = sides
    merged = merge_nodes(*sides)
    for id_ in IDS:
        was, mine, live, now = (flow["nodes"].get(id_) for flow in (base, ours, theirs, merged.content))
        if repr(was) == repr(live):
            assert repr(now) == repr(mine)
            assert id_ not in merged.taken
        elif repr(was) == repr(mine):
            assert repr(now) == repr(live)
            assert id_ not in merged.given


@given(three())
def test_two_conditions_keep_an_order_that_both_sides_have(sides: tuple[Any, Any, Any]) -> None:
    merged = merge_nodes(*sides)
    if merged.conflicts:
        return
    mine, live = orders(sides[1]), orders(sides[2])
    for id_, now in orders(merged.content).items():
        for at, first in enumerate(now):
            for second in now[at + 1 :]:
                turned = [
                    side[id_].index(first) > side[id_].index(second)
                    for side in (mine, live)
                    if id_ in side and first in side[id_] and second in side[id_]
                ]
                assert not (len(turned) == 2 and all(turned)), (id_, first, second)


@given(three())
def test_nothing_that_was_passed_in_is_changed(sides: tuple[Any, Any, Any]) -> None:
    before = repr(sides)
    merge_nodes(*sides)
    assert repr(sides) == before
