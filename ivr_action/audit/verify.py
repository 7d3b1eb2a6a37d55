"""Whether a log is as it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from ivr_action.audit.chain import BEGINNING, NOTHING, Head, canonical, seal_of
from ivr_action.audit.record import INTENT, OUTCOME

LONGEST = 1024 * 1024
"""Bytes of a line; ours have a few thousand."""
_HASH = re.compile(r"[0-9a-f]{64}")
_KEPT = 1000
"""Problems, and changes without an end, that are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """A place where the log is not as it was written."""

    line: int
    """From 1; one more than there are for what is missing at the end."""
    text: str


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that was begun and whose end is not recorded."""

    line: int
    change_id: str
    timestamp: str
    flow_id: str
    name: str
    path: str
    environment: str = ""
    settled: int = 0
    """Line of a later outcome for the same file and environment that is certain and names a version; 0 where there is
    none."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a log proves."""

    lines: int = 0
    start: Head = BEGINNING
    """What its first line goes on from."""
    end: Head = BEGINNING
    """The output `audit-head` that belongs to its last line."""
    problems: tuple[ChainProblem, ...] = ()
    problem_count: int = 0
    open_changes: tuple[OpenChange, ...] = ()
    open_count: int = 0
    unsettled_count: int = 0
    """Of these: changes to look at, since nothing later says how their flow stands."""
    unproven: tuple[str, ...] = field(default=())
    """What was not compared with anything from outside of the file."""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with the chain."""
        return not self.problem_count

    @property
    def unsettled(self) -> tuple[OpenChange, ...]:
        """Changes to look at, of those that are kept."""
        return tuple(one for one in self.open_changes if not one.settled)


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file with their line breaks, in pieces where one is longer than any of ours."""
    while line := file.readline(LONGEST + 1):
        yield line


def verify(lines: Iterable[bytes], head: Head | None = None, start: Head | None = None) -> Verification:
    """Finds lines that were edited, inserted, removed or reordered; with the head also what is missing at the end.

    One line is held at a time.

    Args:
        lines: with their line breaks.
        head: that the last line must have; None where it is not known.
        start: head of what came before the first line; None where it is not known.
    """
    return _Reader(head, start).read(lines)


class _Reader:
    def __init__(self, head: Head | None, start: Head | None) -> None:
        self._head = head
        self._given = start
        self._start: Head | None = start
        self._at = start or BEGINNING
        self._count = 0
        self._problems: list[ChainProblem] = []
        self._problem_count = 0
        self._open: dict[str, OpenChange] = {}
        self._unsettled: dict[tuple[str, str], dict[str, None]] = {}
        """Ids of changes in `_open` by path and environment."""
        self._more: set[str] = set()
        """Ids of changes for which there was no room there; they count as not settled."""
        self._settled = 0
        """Changes that left `_open` to make room."""
        self._broken = False
        """Whether the line before is none, so that the next one cannot be compared with it."""

    def read(self, lines: Iterable[bytes]) -> Verification:
        for line in lines:
            self._count += 1
            self._line(line)
        self._check_end()
        return Verification(
            self._count,
            self._start or BEGINNING,
            self._at,
            tuple(self._problems),
            self._problem_count,
            tuple(self._open.values()),
            len(self._open) + len(self._more) + self._settled,
            sum(map(len, self._unsettled.values())) + len(self._more),
            tuple(self._unproven()),
        )

    def _line(self, raw: bytes) -> None:
        line = raw.removesuffix(b"\n")
        before, self._at = self._at, self._at.follow(line)
        if line == raw:
            self._problem("it has no line break at its end: it was cut, or is no line of this log.")
        record, why = _record(line)
        broken, self._broken = self._broken, record is None
        if record is None:
            self._problem(why)
            return
        sequence, previous = record["sequence"], record["previous"]
        if self._start is None:
            self._start = before = Head(sequence - 1, previous)
            if (sequence == 1) is not (previous == NOTHING):
                self._problem("it is the first of a chain and goes on from another line, or the other way round.")
        elif broken:
            pass  # said already, of the line before
        elif sequence != before.count + 1:
            self._problem(
                f"it is number {sequence} of the chain, and {before.count + 1} was expected: "
                + ("lines are missing before it." if sequence > before.count + 1 else "it is out of its place.")
            )
        elif previous != before.hash:
            self._problem(
                "it does not go on from what stands before it: that was edited, or this line was put in its place."
            )
        # From here on the line counts as it is, so that one change is one problem.
        self._at = replace(self._at, count=sequence)
        self._follow(record)

    def _follow(self, record: dict[str, Any]) -> None:
        """Keeps book of what was begun."""
        change, phase = _text(record, "change_id"), record.get("phase")
        if phase == INTENT:
            if len(self._open) >= _KEPT and not self._make_room():
                self._more.add(change)
                return
            named = (_text(record, name) for name in ("timestamp", "flow_id", "name", "path", "environment"))
            at, flow_id, flow, path, environment = named
            self._open[change] = OpenChange(self._count, change, at, flow_id, flow, path, environment)
            self._unsettled.setdefault((path, environment), {})[change] = None
        elif phase == OUTCOME:
            ended, where = self._open.pop(change, None), (_text(record, "path"), _text(record, "environment"))
            self._more.discard(change)
            if ended is not None:
                self._unsettled.get((ended.path, ended.environment), {}).pop(change, None)
            if record.get("success") is None or not (record.get("version_before") or record.get("version_after")):
                return  # in doubt itself, or refused before anybody looked at the flow
            for one in self._unsettled.pop(where, {}):
                self._open[one] = replace(self._open[one], settled=self._count)

    def _make_room(self) -> bool:
        """Forgets a change that a later line settles; False where there is none."""
        settled = next((change for change, one in self._open.items() if one.settled), None)
        if settled is None:
            return False
        del self._open[settled]
        self._settled += 1
        return True

    def _check_end(self) -> None:
        """What is missing at the end is said of the line that would be the next one."""
        end, head = self._at, self._head
        if head is None:
            if not self._count:
                self._problem("the log is empty.", self._count + 1)
        elif end.count < head.count:
            counts = f"its last number is {end.count}, and the head counts {head.count}"
            self._problem(f"lines are missing: {counts}.", self._count + 1)
        elif end.count > head.count:
            counts = f"its last number is {end.count}, and the head counts {head.count}"
            self._problem(f"something was added at the end: {counts}.", self._count)
        elif end.hash != head.hash:
            self._problem("the last line has another hash than the head: it was edited or replaced.", self._count)

    def _unproven(self) -> Iterator[str]:
        if self._head is None:
            yield (
                "Whether lines are missing at its end, its last line was replaced, or all of it was made anew: give "
                "the head that the last run told."
            )
        if self._given is None and self._start is not None and self._start.count:
            yield (
                f"What came before its first line, which is number {self._start.count + 1} of its chain: give the head "
                "of the run before as the start."
            )

    def _problem(self, text: str, line: int = 0) -> None:
        self._problem_count += 1
        if len(self._problems) < _KEPT:
            self._problems.append(ChainProblem(line or self._count, text))


def _record(line: bytes) -> tuple[dict[str, Any] | None, str]:
    """The record, or None and what is wrong with the line by itself."""
    if len(line) > LONGEST:
        return None, "it is longer than any line of an audit log."
    try:
        record = json.loads(line.decode())
        if not isinstance(record, dict):
            return None, "it is no record."
        if canonical(record) != line:
            return None, "it is not written as records are (RFC 8785): it was edited."
        sequence, previous, seal = record.get("sequence"), record.get("previous"), record.get("seal")
        if type(sequence) is not int or sequence < 1 or not _HASH.fullmatch(str(previous)):
            return None, "it has no place in a chain: `sequence` or `previous` is missing or wrong."
        if seal != seal_of(record):
            return None, "it is not what was sealed: it was edited."
    except (ValueError, RecursionError):
        return None, "it is no JSON: it was edited, or is no line of this log."
    return record, ""


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
