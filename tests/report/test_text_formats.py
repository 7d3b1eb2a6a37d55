"""Text, JSON and graphs for terminals and programs."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ivr_action import report as reports
from ivr_action.model import CheckedFlow, FlowGraph, Level, Location, Node, NodeKind, Report, Transition
from ivr_action.report import Look, render, render_graph
from ivr_action.report.jsontext import dumps
from ivr_action.report.plain import one_line, step_name, uri_path
from tests.samples import HOSTILE, chain, finding, hostile_graph, hostile_report

SCHEMA = json.loads((Path(reports.__file__).parent / "schema" / "report-1.json").read_text(encoding="utf-8"))
LOOK = Look(version="1.2.3")


def test_text_says_where_what_and_what_to_do_in_the_order_of_the_file() -> None:
    flows = (CheckedFlow("a.yaml", valid=False), CheckedFlow("b.i3InboundFlow"))
    found = (
        finding("Second.", path="a.yaml", line=9),
        finding("First.", Level.NOTE, "a.yaml", 3, hint=""),
        finding("Elsewhere.", Level.WARNING, "b.i3InboundFlow", None, node="task/Main/x"),
    )
    assert render("text", Report(flows, found, ("Left out: c",)), LOOK).splitlines() == [
        "a.yaml:3:5 note some-rule: First.",
        "a.yaml:9:5 error some-rule: Second.",
        "    Mend it.",
        "b.i3InboundFlow: task/Main/x: warning some-rule: Elsewhere.",
        "    Mend it.",
        "note Left out: c",
        "1 error, 1 warning, 1 note in 2 files, 1 invalid",
    ]


def test_text_of_a_clean_run_and_colours_only_when_asked() -> None:
    report = Report((CheckedFlow("a.yaml"), CheckedFlow("b.yaml")), ())
    assert render("text", report, LOOK) == "nothing found in 2 files, all valid\n"
    assert "\x1b[32m" in render("text", report, Look(colour=True))


def test_text_shows_no_escape_sequence_and_one_line_per_message() -> None:
    text = render("text", hostile_report(), LOOK)
    assert not [character for character in text if not character.isprintable() and character not in "\n"]
    assert len(text.splitlines()) == 2 * len(HOSTILE) + len(HOSTILE) + 1


def test_json_follows_its_published_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    validator = Draft202012Validator(SCHEMA)
    for report in (Report((), ()), hostile_report(), Report((CheckedFlow("a.i3InboundFlow"),), (finding(line=None),))):
        value = json.loads(render("json", report, LOOK))
        assert list(validator.iter_errors(value)) == []
        assert value["tool"] == {"name": "ivr-action", "version": "1.2.3"}


def test_json_has_exactly_the_documented_members() -> None:
    value = json.loads(render("json", Report((CheckedFlow("a"),), (finding(),)), LOOK))
    assert list(value)[:4] == ["schema", "tool", "flows", "findings"]  # a minor version adds at the end
    assert list(value["flows"][0]) == ["path", "name", "type", "format", "valid"]
    assert list(value["findings"][0]) == [
        "rule", "level", "message", "hint", "path", "line", "column", "pointer", "node",
    ]  # fmt: skip


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)))
def test_json_keeps_every_text_and_shows_no_command(value: object) -> None:
    text = dumps(value)
    assert json.loads(text) == value
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_json_keeps_what_hides_or_is_half_a_character() -> None:
    for text in HOSTILE:
        written = dumps([text])
        written.encode("utf-8")
        assert json.loads(written) == [text]
        assert not set(written) & set("\u202e\u2066\u200b\u2028\x1b")


def test_graph_json_has_exactly_the_documented_members() -> None:
    nodes = [Node("a", NodeKind.MENU, "menu", "A"), Node("b", NodeKind.END, "disconnect", "B")]
    graph = FlowGraph("a", nodes, [Transition("a", "b", "1")])
    assert json.loads(render_graph("json", graph)) == {
        "start": "a",
        "nodes": [
            {"id": "a", "kind": "menu", "type": "menu", "name": "A"},
            {"id": "b", "kind": "end", "type": "disconnect", "name": "B"},
        ],
        "transitions": [{"from": "a", "to": "b", "label": "1", "kind": "next"}],
    }


def test_dot_quotes_everything_from_the_flow() -> None:
    text = render_graph("dot", hostile_graph())
    for line in text.splitlines():
        assert line.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 0, line
    assert render_graph("dot", FlowGraph(None, [], [])).startswith("digraph")


@pytest.mark.parametrize("name", sorted(reports.GRAPH_FORMATS))
def test_every_graph_format_writes_large_and_empty_graphs(name: str) -> None:
    assert render_graph(name, chain(3000)).endswith("\n")
    assert render_graph(name, FlowGraph(None, [], [])).endswith("\n")


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_one_line_is_one_visible_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert all(character.isprintable() or character in "\u200c\u200d" for character in line)
    assert one_line(line) == line


def test_one_line_keeps_ordinary_text() -> None:
    for text in ("Öffnungszeiten, 9–17 Uhr", "مرحبا", "👩‍💻", "a 'b' \"c\" `d`"):
        assert one_line(text) == text
    assert one_line("a\r\n\tb") == "a b"


def test_a_name_that_repeats_its_type_is_said_once() -> None:
    assert step_name("transferToAcd", "Transfer to ACD") == ("Transfer to ACD",)
    assert step_name("menuTransferToAcd", "Transfer to ACD") == ("Transfer to ACD",)
    assert step_name("decision", "Is it open?") == ("decision", "Is it open?")
    assert step_name("decision", "") == ("decision",)


def test_paths_in_addresses_are_percent_encoded_bytes() -> None:
    assert uri_path('flows/ü "x"#?.yaml') == "flows/%C3%BC%20%22x%22%23%3F.yaml"
    assert uri_path("\udcff/\ud800") == "%3F/%3F"
    assert uri_path("\udcff") == "%FF"


def test_worst_findings_come_first_in_reports_made_by_hand_too() -> None:
    findings = hostile_report().findings
    assert all(a.order <= b.order for a, b in pairwise(findings))
    assert Location("x").line is None
