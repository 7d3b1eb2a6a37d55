"""Each rule of docs/merge.md by an example."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ivr_action.merge import ABSENT, NodeConflict, merge_nodes
from tests.merge.menus import BASE, flow, menu


def test_fields_of_one_node_merge_where_they_are_disjoint() -> None:
    ours = flow(menu=menu(audioResource={"id": "new", "type": "resource"}))
    merged = merge_nodes(BASE, ours, flow(menu=menu(retries=2)))
    assert merged.conflicts == ()
    assert merged.content["nodes"]["menu"]["properties"] == {
        "audioResource": {"id": "new", "type": "resource"},
        "retries": 2,
    }
    assert (merged.taken, merged.given) == (("menu",), ("menu",))
    assert [(change.field, change.theirs) for change in merged.changes] == [("properties.retries", 2)]


def test_a_field_that_both_changed_differently_is_a_conflict_with_all_three_values() -> None:
    ours = flow(menu=menu(audioResource={"id": "a", "type": "resource"}, retries=2), set_name="Ours")
    theirs = flow(menu=menu(audioResource={"id": "b", "type": "resource"}, retries=3), set_name="Theirs")
    merged = merge_nodes(BASE, ours, theirs)
    assert merged.conflicts == (
        NodeConflict("", "name", "Main line", "Ours", "Theirs"),
        NodeConflict("menu", "properties.audioResource.id", "main", "a", "b"),
        NodeConflict("menu", "properties.retries", 1, 2, 3),
    )
    assert [str(conflict) for conflict in merged.conflicts[:2]] == [
        'The flow: `name` was "Main line"; it is "Ours" in yours, "Theirs" in the live flow.',
        'Node `menu`: `properties.audioResource.id` was "main"; it is "a" in yours, "b" in the live flow.',
    ]


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), ("1", 1), (None, ""), (None, "null"), ([1], [True])])
def test_values_of_different_types_are_different(one: Any, other: Any) -> None:
    base, ours, theirs = (flow(menu=menu(retries=value)) for value in (one, other, "x"))
    assert [c.ours for c in merge_nodes(base, ours, theirs).conflicts] == [other]
    content = merge_nodes(base, ours, base).content
    assert repr(content["nodes"]["menu"]["properties"]["retries"]) == repr(other)
    assert merge_nodes(base, ours, base).given == ("menu",)


def test_one_and_one_point_zero_are_the_same_number() -> None:
    assert merge_nodes(BASE, flow(menu=menu(retries=1.0)), flow(menu=menu(retries=2))).conflicts == ()


def test_a_deleted_node_that_theirs_left_alone_is_gone() -> None:
    for ours, theirs in ((flow(help=None), flow(menu=menu(retries=2))), (flow(menu=menu(retries=2)), flow(help=None))):
        merged = merge_nodes(BASE, ours, theirs)
        assert merged.conflicts == ()
        assert set(merged.content["nodes"]) == {"menu", "sales", "end"}


def test_deleted_against_changed_is_a_conflict() -> None:
    changed = flow(help={**BASE["nodes"]["help"], "type": "disconnect"})
    ours, theirs = (merge_nodes(BASE, flow(help=None), changed), merge_nodes(BASE, changed, flow(help=None)))
    assert [str(conflict) for conflict in ours.conflicts + theirs.conflicts] == [
        "Node `help` is deleted in yours and changed in the live flow.",
        "Node `help` is deleted in the live flow and changed in yours.",
    ]
    assert ours.conflicts[0].ours is ABSENT
    without, other = ({"id": "sales", "type": "transferToAcd", "properties": has} for has in ({}, {"queue": "VIP"}))
    field = merge_nodes(BASE, flow(sales=without), flow(sales=other))
    assert [str(conflict) for conflict in field.conflicts] == [
        'Node `sales`: `properties.queue` was "Sales"; it is deleted in yours, "VIP" in the live flow.'
    ]


def test_the_same_node_added_by_both() -> None:
    new = {"id": "new", "type": "playAudio", "properties": {"tts": "Hello"}}
    assert merge_nodes(BASE, flow(new=new), flow(new=copy.deepcopy(new))).conflicts == ()
    merged = merge_nodes(BASE, flow(new=new), flow(new={**new, "properties": {"tts": "Bye", "x": 1}}))
    assert [str(conflict) for conflict in merged.conflicts] == [
        'Node `new`: `properties.tts` is new in both: "Hello" in yours, "Bye" in the live flow.'
    ]


def test_without_a_base_what_agrees_is_kept_and_what_differs_is_a_conflict() -> None:
    assert merge_nodes(None, BASE, BASE).content == BASE
    assert [c.field for c in merge_nodes(None, BASE, flow(set_name="Other")).conflicts] == ["name"]


# -- the flow's own fields


def test_variables_merge_by_name_in_both_forms() -> None:
    ours, theirs = (flow(set_variables={"tier": "standard", name: 1}) for name in "ab")
    assert merge_nodes(BASE, ours, theirs).content["variables"] == {"tier": "standard", "a": 1, "b": 1}

    def listed(**values: Any) -> dict[str, Any]:
        return flow(set_variables=[{"name": name, "value": value} for name, value in values.items()])

    merged = merge_nodes(listed(x=1, y=1), listed(x=2, y=1), listed(x=1, y=3, z=1))
    assert merged.content == listed(x=2, y=3, z=1)
    assert [c.field for c in merge_nodes(listed(x=1), listed(x=2), listed(x=True)).conflicts] == ["variables[x].value"]
    assert [c.field for c in merge_nodes(BASE, listed(x=1), flow(set_variables={})).conflicts] == ["variables"]


def test_both_spellings_of_the_start_node_are_one_field() -> None:
    spelt = {**{key: value for key, value in BASE.items() if key != "startNodeId"}, "start_node_id": "menu"}
    ours, theirs = {**spelt, "start_node_id": "sales"}, flow(set_name="Theirs")
    merged = merge_nodes(spelt, ours, theirs)
    assert merged.conflicts == ()
    assert merged.content == {**BASE, "startNodeId": "sales", "name": "Theirs"}
    conflicts = merge_nodes(spelt, ours, flow(set_startNodeId="help")).conflicts
    assert conflicts == (NodeConflict("", "startNodeId", "menu", "sales", "help"),)
    respelt = {**{key: value for key, value in BASE.items() if key != "startNodeId"}, "start_node_id": "menu"}
    assert merge_nodes(BASE, respelt, theirs).content == {**respelt, "name": "Theirs"}


def test_what_is_the_platforms_is_not_merged() -> None:
    ours = {**BASE, "version": 3, "modifiedBy": {"name": "A"}, "dateModified": "2026-01-01", "id": "f1"}
    theirs = {**flow(set_name="Theirs"), "version": 5, "modifiedBy": {"name": "B"}, "type": "INBOUNDCALL", "id": "f1"}
    merged = merge_nodes({**BASE, "type": "inboundCall"}, ours, theirs)
    assert merged.conflicts == ()
    assert merged.content == {**BASE, "name": "Theirs", "version": 5, "modifiedBy": {"name": "B"}, "id": "f1"}


def test_nodes_in_a_form_that_is_no_map_are_one_value() -> None:
    as_list = {**BASE, "nodes": list(BASE["nodes"].values())}
    assert merge_nodes(as_list, as_list, {**as_list, "name": "x"}).content == {**as_list, "name": "x"}
    assert [c.field for c in merge_nodes(BASE, as_list, flow(sales=None)).conflicts] == ["nodes"]


# -- size, depth, wording


def test_deep_values_are_no_problem() -> None:
    def deep(leaf: Any) -> Any:
        value: Any = leaf
        for _ in range(5000):
            value = {"in": value}
        return value

    base, ours, theirs = (flow(menu=menu(x=deep(leaf))) for leaf in (1, 2, 3))
    assert merge_nodes(base, ours, base).conflicts == ()
    (conflict,) = merge_nodes(base, ours, theirs).conflicts
    assert conflict.field.startswith("properties.x.in.in")
    assert len(str(conflict)) < 400


def test_messages_are_one_line_each_and_short() -> None:
    text = "\n::error::x\x1b[31m" + "y" * 500
    ours, theirs = (flow(menu=menu(**{text: value})) for value in (text, 1))
    (conflict,) = merge_nodes(BASE, ours, theirs).conflicts
    assert str(conflict).isprintable()
    assert len(str(conflict)) < 300
    assert conflict.ours == text
