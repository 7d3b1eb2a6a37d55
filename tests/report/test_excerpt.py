"""The line of the file below a finding: marks stand under what they mean, whatever the line holds."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_action.flow.read import read_flow
from ivr_action.model import CheckedFlow, Finding, Level, Location, Report
from ivr_action.report import Look, render
from ivr_action.report.excerpt import WIDTH, excerpt
from ivr_action.report.look import lines_of


def cells(text: str) -> int:
    """Cells of a text of these tests: wide characters take two, combining marks and joiners none."""
    return sum(
        0 if unicodedata.category(one) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(one) in "WF")
        for one in text
    )


@pytest.mark.parametrize(
    ("line", "word", "shown"),
    [
        ("      dtmf: digit_2", "digit_2", "      dtmf: digit_2"),
        ("\t\tdtmf:\tdigit_2", "digit_2", "        dtmf:    digit_2"),
        ("  name: 営業時間 # closed", "closed", "  name: 営業時間 # closed"),
        ("  name: 営業時間 # closed", "時間", "  name: 営業時間 # closed"),
        ("  name: Cafe\u0301 noe\u0308l", "noe\u0308l", "  name: Cafe\u0301 noe\u0308l"),
        ("  name: a\u202eb\u200bc\x1b[31m bad", "bad", "  name: a\\u202eb\\u200bc\\u001b[31m bad"),
        ("  name: 👩\u200d💻 here", "here", "  name: 👩\u200d💻 here"),
    ],
)
def test_the_mark_is_as_long_as_what_it_means_and_stands_below_it(line: str, word: str, shown: str) -> None:
    column = line.index(word) + 1
    found = excerpt(line, column, column + len(word))
    assert found.line == shown
    before = shown[: shown.index(word)]
    assert found.mark == " " * cells(before) + "^" * cells(word)


def test_a_place_whose_end_is_unknown_is_one_character() -> None:
    assert excerpt("  - playAudio:", 5) == ("  - playAudio:", "    ^")


def test_a_place_behind_the_end_of_the_line_is_marked_at_its_end() -> None:
    assert excerpt("nodes:   ", 40) == ("nodes:", "      ^")
    assert excerpt("nodes:", 2, 400) == ("nodes:", " ^^^^^")


@pytest.mark.parametrize("at", [0, 60, 5_000, 9_990])
def test_a_long_line_is_cut_around_the_place(at: int) -> None:
    line = "".join(f"{number:05}" for number in range(2_000))
    found = excerpt(line, at + 1, at + 6)
    assert len(found.line) <= WIDTH
    start = found.mark.index("^")
    assert found.line[start : start + 5] == line[at : at + 5]
    assert found.line.startswith("…") == (at > WIDTH)
    assert found.line.endswith("…") == (at < len(line) - WIDTH)


def test_a_mark_longer_than_the_width_ends_where_the_line_is_cut() -> None:
    found = excerpt("x" * 1_000, 11, 900)
    assert found.line.endswith("…")
    assert len(found.mark) < len(found.line) <= WIDTH


def test_a_line_of_megabytes_is_not_walked_through() -> None:
    line = '{"nodes": "' + "营" * 3_000_000 + '"}'
    found = excerpt(line, 1_500_000, 1_500_003)
    assert cells(found.line) <= WIDTH + 2
    assert found.mark.endswith("^" * 6)


@given(st.text(), st.integers(-5, 300), st.none() | st.integers(-5, 300), st.integers(20, 60))
def test_any_line_and_place_give_one_visible_line_with_a_mark_within_it(
    line: str, column: int, end: int | None, width: int
) -> None:
    found = excerpt(line, column, end, width)
    assert found.mark.lstrip(" ").strip("^") == ""
    assert "^" in found.mark
    assert all(one.isprintable() or one in "\u200c\u200d" for one in found.line)
    assert cells(found.line) <= width + 1
    assert len(found.mark) <= width + 1


# -- within the text output

FLOW = """\
name: Line
startNodeId: a
nodes:
  a: { id: a, type: menu, transitionConditions: [{ condition: default, destinationNodeId: b }] }
"""


def at(line: int, column: int, end: int | None = None, message: str = "Wrong.") -> Finding:
    return Finding("some-rule", Level.ERROR, message, "", Location("a.yaml", line, column, line if end else None, end))


def text(*findings: Finding, colour: bool = False, path: str = "a.yaml", data: str = FLOW) -> list[str]:
    document = read_flow(path, data.encode()).document
    report = Report((CheckedFlow(path, valid=False),), findings)
    return render("text", report, Look(colour=colour, source=lines_of([document]))).splitlines()[:-1]


def test_the_line_stands_below_its_finding_with_its_number() -> None:
    assert text(at(2, 14, 15)) == [
        "a.yaml:2:14 error some-rule: Wrong.",
        "     2 | startNodeId: a",
        "       |              ^",
    ]


def test_two_places_of_one_line_are_both_marked_and_one_place_is_shown_once() -> None:
    assert text(at(2, 14, 15), at(2, 1, 12), at(2, 14, 15, "Wrong again.")) == [
        "a.yaml:2:1 error some-rule: Wrong.",
        "     2 | startNodeId: a",
        "       | ^^^^^^^^^^^",
        "a.yaml:2:14 error some-rule: Wrong.",
        "     2 | startNodeId: a",
        "       |              ^",
        "a.yaml:2:14 error some-rule: Wrong again.",
    ]


def test_a_place_of_several_lines_is_marked_to_the_end_of_its_first() -> None:
    found = Finding("some-rule", Level.ERROR, "Wrong.", "", Location("a.yaml", 2, 1, 4, 3))
    assert text(found)[2] == "       | ^^^^^^^^^^^^^^"


def test_an_empty_line_and_one_that_the_file_does_not_have_are_not_shown() -> None:
    assert len(text(at(1, 1), data="\n\n")) == 1
    assert len(text(at(99, 1))) == 1


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_lines_end_as_the_positions_count_them(end: str) -> None:
    assert text(at(3, 1, 6), data=FLOW.replace("\n", end))[1] == "     3 | nodes:"


def test_an_export_without_lines_names_action_and_pointer() -> None:
    found = Finding("some-rule", Level.ERROR, "Wrong.", "", Location("b.i3InboundFlow", pointer="/a/0"), "task/Main/x")
    assert text(found) == ["b.i3InboundFlow: task/Main/x: error some-rule: Wrong.", "    at /a/0"]


def test_the_line_has_colours_only_when_asked() -> None:
    assert "\x1b" not in "".join(text(at(2, 14, 15)))
    assert text(at(2, 14, 15), colour=True)[2].endswith("\x1b[31m^\x1b[0m")
