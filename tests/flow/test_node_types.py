"""The table of node types, and the page that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr_action.flow.actions import ACTIONS
from ivr_action.flow.node_types import NODE_TYPES, NodeType, fold, near_type, node_type
from ivr_action.model import NodeKind

PAGE = Path(__file__).parents[2] / "docs" / "node-graph.md"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("transferToQueue", "transferToAcd"),
        ("Transfer_To_Queue", "transferToAcd"),
        ("TRANSFER_TO_QUEUE", "transferToAcd"),
        ("transfer-to-queue", "transferToAcd"),
        ("Transfer to queue", "transferToAcd"),
        ("MENU", "menu"),
        ("MenuNode", "menu"),
        ("disconnectAction", "disconnect"),
        ("DataAction", "dataAction"),
        ("play_audio", "playAudio"),
        ("Hang Up", "disconnect"),
    ],
)
def test_spelling_does_not_matter(spelling: str, name: str) -> None:
    found = node_type(spelling)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("spelling", ["", "node", "action", "teleport", "menus of the day", "___"])
def test_other_types_are_unknown(spelling: str) -> None:
    assert node_type(spelling) is None


def test_no_name_means_two_types() -> None:
    names = [fold(name) for row in NODE_TYPES for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))


def test_every_action_of_architect_that_is_a_counterpart_exists() -> None:
    for row in NODE_TYPES:
        if row.architect and row.architect != "menu":
            assert row.architect in ACTIONS, row.name
            assert node_type(row.architect) is not None


def test_an_architect_action_has_the_same_kind_as_its_node_type() -> None:
    for row in NODE_TYPES:
        if row.architect in ACTIONS:
            assert ACTIONS[row.architect].kind is row.kind, row.name


@pytest.mark.parametrize("row", NODE_TYPES, ids=lambda row: row.name)
def test_a_row_is_consistent(row: NodeType) -> None:
    assert row.ends == (row.kind in (NodeKind.END, NodeKind.TRANSFER))
    assert row.waits == (row.kind in (NodeKind.MENU, NodeKind.INPUT))
    assert not (row.waits and row.waits_if_asked)
    assert row.needs_default or not row.waits
    assert row.summary.endswith(".")


def test_a_typing_slip_has_a_near_type() -> None:
    assert near_type("trasferToQueue") == "transferToQueue"
    assert near_type("playAduio") == "playAudio"
    assert near_type("meun") == "menu"
    assert near_type("xyzzy") is None


def table_row(row: NodeType) -> str:
    waits = "yes" if row.waits else "if it asks" if row.waits_if_asked else ""
    flags = [waits, *("yes" if flag else "" for flag in (row.ends, row.needs_default, row.needs_audio))]
    architect = f"`{row.architect}`" if row.architect else ""
    aliases = ", ".join(f"`{alias}`" for alias in row.aliases)
    cells = [f"`{row.name}`", row.summary, str(row.kind), *flags, architect, aliases]
    return "| " + " | ".join(cells) + " |"


def test_the_page_shows_the_table() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if line.startswith("| `") and line.count("|") == 10]
    assert shown == [table_row(row) for row in NODE_TYPES]
