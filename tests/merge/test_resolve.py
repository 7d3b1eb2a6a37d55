"""The three answers to somebody else's change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ivr_action.errors import UsageError
from ivr_action.merge import merge_nodes, resolver
from tests.merge.menus import BASE, ELSE, ONE, TWO, flow, menu

OURS = flow(menu=menu(retries=2))
THEIRS = flow(menu=menu(ONE, "dtmf == '2' → end", ELSE), help=None, set_name="Theirs")


def fine(content: Mapping[str, Any]) -> list[str]:
    return []


def test_merge_gives_the_merged_flow_and_what_was_taken() -> None:
    found = resolver("merge", fine)(BASE, OURS, THEIRS)
    assert (found.problems, found.conflicts, found.overwritten) == ((), (), ())
    assert set(found.taken) == {"menu", "help"}
    assert found.content == flow(
        menu=menu(ONE, "dtmf == '2' → end", ELSE, retries=2), help=None, set_name="Theirs"
    )  # fmt: skip


def test_merge_says_what_is_wrong_with_the_merged_flow() -> None:
    seen: list[Mapping[str, Any]] = []

    def refuse(content: Mapping[str, Any]) -> list[str]:
        seen.append(content)
        return ["Node `x` leads nowhere."]

    found = resolver("merge", refuse)(BASE, OURS, THEIRS)
    assert found.problems == (
        "Your change and the one in the live flow do not go together: Node `x` leads nowhere.",
    )  # fmt: skip
    assert seen == [found.content]


def test_merge_names_all_conflicts_and_asks_nobody_about_the_rest() -> None:
    theirs = flow(menu=menu(retries=3), sales=None)
    ours = flow(menu=menu(retries=2), sales={"id": "sales", "type": "disconnect"})
    found = resolver("merge", lambda content: pytest.fail("validated"))(BASE, ours, theirs)
    assert found.problems == tuple(str(conflict) for conflict in found.conflicts)
    assert [(c.node, c.field) for c in found.conflicts] == [("menu", "properties.retries"), ("sales", "")]


def test_fail_names_what_theirs_has_changed() -> None:
    found = resolver("fail", fine)(BASE, flow(menu=menu(retries=2), set_name="Ours"), THEIRS)
    assert found.problems == (
        "Changed in the live flow: `menu`, `help`, the flow's `name`; and `on-conflict` is `fail`.",
    )  # fmt: skip


def test_fail_lets_a_new_version_pass_in_which_nothing_differs() -> None:
    found = resolver("fail", fine)(BASE, OURS, {**BASE, "version": 9})
    assert (found.problems, found.content) == ((), OURS)


def test_ours_counts_where_both_changed_the_same_and_the_rest_is_merged() -> None:
    ours = flow(menu=menu(retries=2), set_name="Ours")
    found = resolver("ours", fine)(BASE, ours, THEIRS)
    merged = resolver("merge", fine)(BASE, flow(menu=menu(retries=2)), THEIRS)
    assert (found.content, found.problems) == ({**merged.content, "name": "Ours"}, ())
    assert (found.taken, "help" in found.content["nodes"]) == (merged.taken, False)
    assert [str(change) for change in found.overwritten] == [
        'The flow: `name` was "Main line"; it is "Ours" in yours, "Theirs" in the live flow.'
    ]


def test_ours_replaces_theirs_as_a_whole_where_the_two_do_not_go_together() -> None:
    ours = flow(menu=menu(retries=2), set_name="Ours")
    found = resolver("ours", lambda merged: ["it has no end"])(BASE, ours, THEIRS)
    assert (found.content, found.problems, found.taken) == (ours, (), ())
    menu_ = "Node `menu`: `transitionConditions[dtmf == '2'].destinationNodeId`"
    assert [str(change) for change in found.overwritten] == [
        'The flow: `name` was "Main line"; it is "Ours" in yours, "Theirs" in the live flow.',
        f'{menu_} was "help"; it is "end" in the live flow.',
        "Node `help` was deleted in the live flow.",
    ]


def test_each_change_that_only_theirs_has_made_is_a_sentence() -> None:
    way = "dtmf == '3' → sales"
    theirs = flow(menu=menu(TWO, ONE, way, ELSE, tts="Hi"), new={"id": "new", "type": "disconnect"})
    told = [str(change) for change in merge_nodes(BASE, BASE, theirs).changes]
    assert told[0] == 'Node `menu`: `properties.tts` was added in the live flow: "Hi".'
    assert told[1].startswith("Node `menu`: `transitionConditions[dtmf == '3']` was added in the live flow: {")
    assert told[2].startswith("""Node `menu`: `order of transitionConditions` was ["dtmf == '1'", "dtmf == '2'", """)
    assert told[3:] == ["Node `new` was added in the live flow."]


def test_an_unknown_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="`on-conflict` is `theirs`") as caught:
        resolver("theirs", fine)
    assert caught.value.hint == "It is one of merge, fail, ours."
