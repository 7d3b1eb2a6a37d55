"""Annotations: worst first, ten of a level, no silent loss."""

from __future__ import annotations

from ivr_action.model import Level, Report
from ivr_action.report.annotations import MESSAGE_LIMIT, PER_LEVEL, annotate
from tests.samples import finding, hostile_report


def report_of(errors: int, warnings: int) -> Report:
    found = [finding(f"E{number}.", path=f"flows/{number % 7}.yaml") for number in range(errors)]
    found += [finding(f"W{number}.", Level.WARNING) for number in range(warnings)]
    return Report((), tuple(found))


def test_each_has_file_line_and_its_rule_as_title() -> None:
    (note,) = annotate(Report((), (finding(),)), "x")
    assert (note.level, note.title, note.file, note.line, note.column) == (
        Level.ERROR,
        "some-rule",
        "flows/a.yaml",
        3,
        5,
    )
    assert note.message == "Something is wrong.\nMend it."


def test_ten_of_a_level_are_all_shown() -> None:
    assert len(annotate(report_of(10, 10), "x")) == 20


def test_of_more_the_tenth_says_how_many_and_where() -> None:
    notes = annotate(report_of(25, 1), "the job summary")
    assert len(notes) == PER_LEVEL + 1
    last = notes[PER_LEVEL - 1]
    assert last.message.startswith("16 more errors in flows/")
    assert "and 2 other files" in last.message
    assert "see the job summary." in last.message
    assert notes[PER_LEVEL].level is Level.WARNING


def test_without_a_line_the_place_is_in_the_message() -> None:
    (note,) = annotate(Report((), (finding(line=None, pointer="/flow/0"),)), "x")
    assert note.line is None
    assert "At /flow/0" in note.message


def test_messages_stay_below_the_runners_limit() -> None:
    for note in annotate(hostile_report(), "x"):
        assert len(note.message) <= MESSAGE_LIMIT
        assert not any(character in note.message for character in "\u202e\u2066\x1b\u2028\r")
