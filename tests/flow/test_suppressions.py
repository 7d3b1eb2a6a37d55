"""Suppressions as they stand in a file: where they are, what they say, which lines they cover."""

from __future__ import annotations

import json

import pytest

from ivr_action.flow.read import read_flow
from ivr_action.flow.suppressions import find_suppressions
from ivr_action.model import Suppression
from ivr_action.model.suppression import EVERYWHERE

FLOW = """\
inboundCall:
  name: Support
  description: |-
    a text
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - playAudio:
              name: Greeting
          - disconnect:
              none: true
"""


def found_in(source: str, substitutions: dict[str, str] | None = None) -> list[Suppression]:
    return find_suppressions(read_flow("f.yaml", source.encode(), substitutions))


def above(line: str, comment: str) -> str:
    """The flow with a comment on a line of its own above another, as deep as it."""
    depth = len(line) - len(line.lstrip())
    assert FLOW.count(f"{line}\n") == 1
    return FLOW.replace(line, f"{' ' * depth}{comment}\n{line}")


def test_rules_reason_and_last_day_are_read() -> None:
    (found,) = found_in(above("        name: Main", "# ivr: ignore[dead-end, cycle] it is  meant until=2027-01-31 so"))
    assert found.rules == ("dead-end", "cycle")
    assert found.until == "2027-01-31"
    assert found.reason.split() == ["it", "is", "meant", "so"]
    assert (found.location.line, found.location.column) == (8, 9)


@pytest.mark.parametrize(
    "comment", ["#ivr:ignore[cycle]: why", "# IVR: Ignore[cycle] - why", "## ivr: ignore [cycle] why"]
)
def test_spelling_is_forgiven(comment: str) -> None:
    (found,) = found_in(above("        name: Main", comment))
    assert (found.rules, found.reason) == (("cycle",), "why")


@pytest.mark.parametrize(
    "words",
    [
        "why (until=2027-01-31)", "until=2027-01-31, why", "why; until=2027-01-31", "why until 2027-01-31",
        "why until: 2027-01-31", "why, Until = 2027-01-31",
    ],
)  # fmt: skip
def test_the_last_day_is_found_however_it_is_written(words: str) -> None:
    (found,) = found_in(above("        name: Main", f"# ivr: ignore[cycle] {words}"))
    assert (found.until, found.reason) == ("2027-01-31", "why")


@pytest.mark.parametrize("words", ["kept until the move", "until: the move", "stays until 2 people have left"])
def test_the_word_alone_is_no_last_day(words: str) -> None:
    (found,) = found_in(above("        name: Main", f"# ivr: ignore[cycle] {words}"))
    assert (found.until, found.reason) == ("", words)


@pytest.mark.parametrize("comment", ["# ivr: ignore why", "# ivr: ignore[] why", "# ivr: ignore[ , ] why"])
def test_a_comment_without_a_rule_is_a_problem(comment: str) -> None:
    (found,) = found_in(above("        name: Main", comment))
    assert found.problem.startswith("It names no rule.")


def test_behind_a_line_it_covers_that_line() -> None:
    (found,) = found_in(FLOW.replace("- playAudio:", "- playAudio: # ivr: ignore[cycle] why"))
    assert found.lines == (11, 11)


def test_on_its_own_line_it_covers_the_next_with_what_is_indented_below() -> None:
    (found,) = found_in(above("          - playAudio:", "# ivr: ignore[cycle] why"))
    assert found.lines == (11, 13)
    (found,) = found_in(above("    - task:", "# ivr: ignore[cycle] why"))
    assert found.lines == (7, 15)
    (found,) = found_in(above("  name: Support", "# ivr: ignore[cycle] why"))
    assert found.lines == (2, 3)


def test_blank_lines_and_other_comments_do_not_part_it_from_its_line() -> None:
    found = found_in(above("        name: Main", "# ivr: ignore[cycle] why\n\n# ivr: ignore[dead-end] why\n# more"))
    assert [one.lines for one in found] == [(8, 12), (10, 12)]


def test_above_the_first_key_it_covers_the_file() -> None:
    (found,) = found_in(f"# Support line\n\n---\n# ivr: ignore[cycle] why\n{FLOW}")
    assert found.lines == (1, EVERYWHERE)


def test_at_the_end_it_covers_nothing() -> None:
    (found,) = found_in(f"{FLOW}# ivr: ignore[cycle] why\n")
    assert found.lines == (15, 15)


@pytest.mark.parametrize(
    "text",
    [
        "a text # ivr: ignore[cycle] why\n    # ivr: ignore[cycle] why",
        "# ivr: ignore[cycle] why",
    ],
)
@pytest.mark.parametrize("style", ["|-", ">", "|+2"])
def test_words_in_a_block_text_are_no_comment(text: str, style: str) -> None:
    source = FLOW.replace("|-\n    a text", f"{style}\n    {text}")
    assert source != FLOW
    assert found_in(source) == []


@pytest.mark.parametrize(
    "name",
    [
        '"Support # ivr: ignore[cycle] why"',
        "'Support # ivr: ignore[cycle] why'",
        '"Support\n    # ivr: ignore[cycle] why\n    more"',
        "Support#ivr: ignore[cycle] why",
        "Support# ivr:ignore[cycle] why",
        '"{{key}} # ivr: ignore[cycle] why"',
    ],
)
@pytest.mark.parametrize("values", [None, {"key": "a much longer value than before"}, {"key": ""}])
def test_words_in_a_text_are_no_comment(name: str, values: dict[str, str] | None) -> None:
    source = FLOW.replace("name: Support", f"name: {name}")
    assert found_in(source, values) == []


def test_words_in_a_key_are_no_comment() -> None:
    assert found_in(FLOW.replace("name: Greeting", '"x # ivr: ignore[cycle] why": Greeting')) == []


def test_words_inside_another_comment_are_none() -> None:
    assert found_in(above("        name: Main", "# write # ivr: ignore[cycle] why")) == []


@pytest.mark.parametrize("values", [None, {"key": "a much longer value than before"}, {"key": "x"}])
def test_a_comment_behind_a_text_is_found(values: dict[str, str] | None) -> None:
    for value in ('"Support # {{key}}"', "Support#{{key}}", "'it''s {{key}}'"):
        (found,) = found_in(FLOW.replace("name: Support", f"name: {value} # ivr: ignore[cycle] why"), values)
        assert found.lines == (2, 2)


def test_a_comment_at_and_behind_a_block_text_is_found() -> None:
    (found,) = found_in(FLOW.replace("|-", "|- # ivr: ignore[cycle] why"))
    assert found.lines == (3, 3)
    (found,) = found_in(FLOW.replace("    a text\n", "    a text\n  # ivr: ignore[cycle] why\n"))
    assert found.lines == (5, 6)


def test_other_line_ends_count_the_same() -> None:
    (found,) = found_in(above("          - playAudio:", "# ivr: ignore[cycle] why").replace("\n", "\r\n"))
    assert (found.lines, found.reason) == ((11, 13), "why")


def test_an_unreadable_file_has_none() -> None:
    assert found_in(f"# ivr: ignore[unreadable-file] why\n{FLOW.replace('Support', chr(34) + 'Support')}") == []


# -- node graphs


def graph(flow: object = None, node: object = None) -> str:
    nodes = {"a": {"type": "menu", "x-ivr-ignore": node}, "b/c": {"type": "disconnect"}}
    return json.dumps({"x-ivr-ignore": flow, "startNodeId": "a", "nodes": nodes}, indent=1)


def test_a_key_covers_its_node_or_the_flow() -> None:
    entry = {"rule": "cycle", "reason": "why", "until": "2027-01-31"}
    on_flow, on_node = found_in(graph([entry], [{"rule": "dead-end", "reason": "why"}]))
    assert (on_flow.rules, on_flow.reason, on_flow.until, on_flow.pointer) == (("cycle",), "why", "2027-01-31", "")
    assert (on_node.rules, on_node.until, on_node.pointer, on_node.node) == (("dead-end",), "", "/nodes/a", "a")
    assert on_node.location.pointer == "/nodes/a/x-ivr-ignore/0"
    assert on_node.location.line == 14


def test_a_node_graph_in_yaml_takes_both() -> None:
    source = """\
startNodeId: a
nodes:
  # ivr: ignore[cycle] why
  a:
    type: menu
    x-ivr-ignore:
      - {rule: dead-end, reason: "why # ivr: ignore[cycle] no", until: 2027-01-31}
"""
    assert [(one.kind, one.rules, one.until) for one in found_in(source)] == [
        ("comment", ("cycle",), ""),
        ("key", ("dead-end",), "2027-01-31"),
    ]


@pytest.mark.parametrize(
    "value", ["cycle", {"rule": "cycle"}, ["cycle"], [{"reason": "x"}], [{"rule": ""}], [{"rule": "cycle", "til": "x"}]]
)
def test_a_misshapen_key_is_a_problem(value: object) -> None:
    (found,) = found_in(graph(node=value))
    assert "`x-ivr-ignore` is a list" in found.problem


def test_a_null_key_is_none() -> None:
    assert found_in(graph()) == []
