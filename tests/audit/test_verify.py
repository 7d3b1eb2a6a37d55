"""What was done to a log is found; 1,000 records."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator

import pytest

from ivr_action.audit.chain import BEGINNING, Head, link, parse_head
from ivr_action.audit.record import outcome_record
from ivr_action.audit.verify import LONGEST, read_lines, verify
from ivr_action.errors import UsageError
from ivr_action.model.deployment import Result
from tests.audit.records import ACTOR, AT, chain, deployed

COUNT = 1000
LINES, HEAD = chain(COUNT)
HEADS = [BEGINNING]
for _line in LINES:
    HEADS.append(HEADS[-1].follow(_line[:-1]))


def parsed(data: bytes) -> Iterator[bytes]:
    return read_lines(io.BytesIO(data))


def test_a_log_as_it_was_written_holds() -> None:
    found = verify(LINES, HEAD, BEGINNING)
    assert (found.holds, found.lines, found.start, found.end) == (True, COUNT, BEGINNING, HEAD)
    assert (found.problems, found.unproven, found.open_changes) == ((), (), ())


def test_a_piece_of_a_log_holds_between_its_heads() -> None:
    found = verify(LINES[400:600], HEADS[600], HEADS[400])
    assert (found.holds, found.unproven, found.start, found.end) == (True, (), HEADS[400], HEADS[600])


def changed(line: int, at: int, byte: int) -> bytes:
    """The line and the one after it, one byte being another."""
    piece = bytearray(b"".join(LINES[line : line + 2]))
    piece[at] = byte
    return bytes(piece)


@pytest.mark.parametrize("line", [0, 1, 499, COUNT - 2, COUNT - 1])
def test_every_byte_of_a_record_counts(line: int) -> None:
    """Found without any head: each line vouches for itself and for the one before it."""
    for at, byte in enumerate(LINES[line]):
        for other in (byte ^ 1, byte ^ 0x20, ord(" "), ord("0")):
            if other != byte:
                found = verify(parsed(changed(line, at, other)), None, HEADS[line])
                assert not found.holds, (line, at, other)
                assert found.problems[0].line <= 2


def test_any_byte_of_any_record_counts() -> None:
    chance = random.Random(8)
    for line in range(COUNT):
        for _ in range(4):
            at = chance.randrange(len(LINES[line]))
            byte = chance.choice([one for one in range(256) if one != LINES[line][at]])
            assert not verify(parsed(changed(line, at, byte)), None, HEADS[line]).holds, (line, at, byte)


def test_an_edit_in_the_whole_log_is_one_problem_in_its_place() -> None:
    for line in (0, 1, 500, 998, 999):
        edited = LINES[line].replace(b'"mona"', b'"lisa"')
        assert edited != LINES[line]
        found = verify([*LINES[:line], edited, *LINES[line + 1 :]], HEAD if line < 999 else None)
        assert [problem.line for problem in found.problems] == [line + 1]
        assert "edited" in found.problems[0].text


def sealed_anew(line: int) -> bytes:
    """Edited by somebody who knows how records are made."""
    record = json.loads(LINES[line])
    record["actor"] = "lisa"
    return link(record, HEADS[line]) + b"\n"


def test_an_edit_with_a_new_seal_shows_in_the_next_line() -> None:
    for line in (0, 1, 500, 998):
        found = verify([*LINES[:line], sealed_anew(line), *LINES[line + 1 :]], HEAD)
        assert [problem.line for problem in found.problems] == [line + 2]


def test_in_the_last_line_only_the_head_tells() -> None:
    lines = [*LINES[:-1], sealed_anew(COUNT - 1)]
    assert "last line has another hash" in verify(lines, HEAD).problems[0].text
    found = verify(lines)
    assert found.holds
    assert "its last line was replaced" in found.unproven[0]


def test_a_removed_line_is_found() -> None:
    for line in range(COUNT - 1):
        around = [*LINES[max(0, line - 1) : line], LINES[line + 1]]
        assert not verify(around, None, HEADS[max(0, line - 1)]).holds, line
    found = verify([*LINES[:500], *LINES[501:]], HEAD)
    assert [(problem.line, "missing before it" in problem.text) for problem in found.problems] == [(501, True)]


@pytest.mark.parametrize("cut", [1, 2, 500, 999, 1000])
def test_a_cut_tail_is_found_with_the_head_and_named_as_unproven_without(cut: int) -> None:
    kept = LINES[: COUNT - cut]
    [problem] = verify(kept, HEAD).problems
    assert problem.line == COUNT - cut + 1
    assert f"its last number is {COUNT - cut}, and the head counts {COUNT}" in problem.text
    if kept:
        found = verify(kept)
        assert found.holds
        assert "lines are missing at its end" in found.unproven[0]


def test_a_cut_inside_of_the_last_line_is_found_without_a_head() -> None:
    data = b"".join(LINES[-3:])
    for left_out in range(1, len(LINES[-1])):
        assert not verify(parsed(data[:-left_out]), None, HEADS[-4]).holds, left_out


def test_an_inserted_line_is_found() -> None:
    chance = random.Random(9)
    for place in (0, 500, 1000):
        copy = LINES[chance.randrange(COUNT)]
        made = link({"phase": "outcome", "success": True}, HEADS[place]) + b"\n"
        for inserted in (copy, made, b"{}\n", b"\n", b"not of this log\n"):
            lines = [*LINES[:place], inserted, *LINES[place:]]
            found = verify(lines, HEAD)
            assert not found.holds, (place, inserted)
            assert place + 1 <= found.problems[0].line <= place + 2


def test_a_line_that_was_added_at_the_end_shows_by_the_head() -> None:
    added = link(outcome_record(deployed(), "", ACTOR, AT), HEAD) + b"\n"
    [problem] = verify([*LINES, added], HEAD).problems
    assert (problem.line, "added at the end" in problem.text) == (1001, True)


def test_lines_in_another_order_are_found() -> None:
    chance = random.Random(10)
    for _ in range(12):
        one, other = sorted(chance.sample(range(COUNT), 2))
        lines = list(LINES)
        lines[one], lines[other] = lines[other], lines[one]
        found = verify(lines, HEAD)
        assert found.problems[0].line == one + 1
    for line in range(COUNT - 1):
        assert not verify([LINES[line + 1], LINES[line]], None, HEADS[line]).holds


def test_what_came_before_the_first_line_is_proved_by_the_start_only() -> None:
    piece = LINES[500:]
    assert "number 501 of its chain" in verify(piece, HEAD).unproven[0]
    assert verify(piece, HEAD, HEADS[500]).unproven == ()
    assert not verify(piece, HEAD, HEADS[499]).holds
    assert not verify(piece, HEAD, Head(500, "a" * 64)).holds
    assert not verify(piece, HEAD, BEGINNING).holds


def test_a_log_that_was_made_anew_as_a_whole_differs_in_its_head_only() -> None:
    forged, head = chain(COUNT, seed=2)
    assert verify(forged).holds
    assert verify(forged).unproven
    assert head != HEAD
    assert not verify(forged, HEAD).holds


def test_nothing_is_no_log_unless_the_head_says_so() -> None:
    assert verify([]).problems[0].text == "the log is empty."
    assert verify([], BEGINNING, BEGINNING).holds
    assert verify([], HEADS[5], HEADS[5]).holds
    assert not verify([], HEADS[5]).holds


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1}\n',
        b"[]\n",
        b"null\n",
        b"\xff\xfe{\n",
        b'{"sequence":true}\n',
        b"[" * 100_000 + b"\n",
        b'{"sequence":1,"sequence":1}\n',
        b'{"n":1e999}\n',
        b'{"n":NaN}\n',
        b"1" * 10_000 + b"\n",
        b"x" * (LONGEST + 5) + b"\n",
    ],
)
def test_what_is_no_record_is_a_problem_and_no_crash(line: bytes) -> None:
    found = verify(parsed(line + LINES[0]))
    assert not found.holds


def test_problems_are_counted_beyond_those_that_are_kept() -> None:
    found = verify([b"{}\n"] * 2500)
    assert (found.problem_count, len(found.problems)) == (2500, 1000)


def test_a_change_without_end_is_named() -> None:
    found = verify(LINES[:-1])
    [change] = found.open_changes
    assert (change.line, change.flow_id, change.name, change.path) == (999, "f499", "Flow 499 Grüße", "flows/499.yaml")
    assert found.unsettled == (change,)
    assert found.holds


def test_a_later_certain_outcome_of_the_same_file_settles_it() -> None:
    start, head = LINES[:1], HEADS[1]
    doubtful = outcome_record(deployed(0, Result.UNKNOWN), "", ACTOR, AT)
    later = outcome_record(deployed(0), "", ACTOR, AT)
    elsewhere = {**later, "environment": "staging"}
    unseen = outcome_record(deployed(0, Result.REFUSED, from_version="", to_version=""), "", ACTOR, AT)
    for record, settled in ((doubtful, 0), (elsewhere, 0), (unseen, 0), (later, 2)):
        line = link({**record, "change_id": "another"}, head) + b"\n"
        [change] = verify([*start, line]).open_changes
        assert change.settled == settled


def ends(*changes: tuple[str, str, str]) -> Iterator[bytes]:
    """A line for each phase, change and file."""
    head = BEGINNING
    for phase, change, path in changes:
        more = {"success": True, "version_after": "8.0"} if phase == "outcome" else {}
        line = link({"phase": phase, "change_id": change, "path": path, "environment": "", **more}, head)
        head = head.follow(line)
        yield line + b"\n"


def test_a_change_without_end_is_not_lost_among_many_that_are_settled() -> None:
    many = [("intent", f"a{number}", "a.yaml") for number in range(1000)]
    found = verify(ends(*many, ("outcome", "b", "a.yaml"), ("intent", "lost", "b.yaml")))
    assert [one.change_id for one in found.unsettled] == ["lost"]
    assert (found.open_count, found.unsettled_count) == (1001, 1)


def test_changes_without_end_are_counted_beyond_those_that_are_kept() -> None:
    many = [("intent", f"a{number}", "a.yaml") for number in range(1005)]
    found = verify(ends(*many, ("intent", "b", "b.yaml"), ("outcome", "b", "b.yaml")))
    assert (found.open_count, found.unsettled_count, len(found.open_changes)) == (1005, 1005, 1000)
    found = verify(ends(*many, ("outcome", "c", "a.yaml")))
    assert (found.open_count, found.unsettled_count) == (1005, 5)


def test_a_head_is_a_number_and_a_hash() -> None:
    assert parse_head(str(HEAD)) == HEAD
    assert parse_head(f" {HEAD}\n") == HEAD
    assert parse_head("") == BEGINNING == parse_head(str(BEGINNING))
    for wrong in ("1", "1:abc", f"01:{'a' * 64}", f"0:{'a' * 64}", f"5:{'0' * 64}", f"1:{'A' * 64}", f"-1:{'a' * 64}"):
        with pytest.raises(UsageError, match="audit-head"):
            parse_head(wrong)
