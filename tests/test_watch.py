"""`--watch`: what counts as a change, how often it checks, and that Ctrl-C ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest

from ivr_action.cli import main
from ivr_action.errors import NothingScannedError, UsageError
from ivr_action.watch import CLEAR, INTERVAL, SETTLE, SETTLE_LOOKS, Snapshot, snapshot, watch
from tests.samples import menu_flow

EMPTY: Snapshot = {}
FIRST: Snapshot = {"a.yaml": (1, 10)}
SECOND: Snapshot = {"a.yaml": (2, 10)}
THIRD: Snapshot = {"a.yaml": (3, 10)}


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Ticks:
    """A clock that somebody stops: looks are served one by one, and when none is left Ctrl-C comes."""

    def __init__(self, *looks: Snapshot) -> None:
        self.looks: Iterator[Snapshot] = iter(looks)
        self.slept: list[float] = []

    def look(self) -> Snapshot:
        try:
            return next(self.looks)
        except StopIteration:
            raise KeyboardInterrupt from None

    def run(self, check: Callable[[], int], out: StringIO | None = None) -> tuple[str, str]:
        out, err = out or StringIO(), StringIO()
        with pytest.raises(KeyboardInterrupt):
            watch(check, self.look, self.slept.append, out, err)
        return out.getvalue(), err.getvalue()


class Checks:
    """Counts the runs; a run whose number has an error raises it."""

    def __init__(self, **errors: Exception) -> None:
        self.runs = 0
        self.errors = errors

    def __call__(self) -> int:
        self.runs += 1
        error = self.errors.get(f"run{self.runs}")
        if error is not None:
            raise error
        return 0


def test_nothing_is_checked_again_while_nothing_changes() -> None:
    checks, ticks = Checks(), Ticks(FIRST, FIRST, FIRST, FIRST)
    ticks.run(checks)
    assert checks.runs == 1
    assert ticks.slept == [INTERVAL] * 3


def test_a_change_is_checked_once_it_has_settled() -> None:
    checks, ticks = Checks(), Ticks(FIRST, FIRST, SECOND, THIRD, THIRD, THIRD)
    ticks.run(checks)
    assert checks.runs == 2
    assert ticks.slept == [INTERVAL, SETTLE, SETTLE, INTERVAL]


def test_what_never_stands_still_is_checked_all_the_same() -> None:
    restless = [{"a.yaml": (number, 1)} for number in range(SETTLE_LOOKS + 2)]
    checks = Checks()
    Ticks(*restless).run(checks)
    assert checks.runs == 2


@pytest.mark.parametrize(("before", "after"), [(FIRST, EMPTY), (EMPTY, FIRST), (FIRST, {"a.yaml": (1, 11)})])
def test_deleted_new_and_resized_files_are_changes(before: Snapshot, after: Snapshot) -> None:
    checks = Checks()
    Ticks(before, after, after).run(checks)
    assert checks.runs == 2


def test_a_change_during_the_check_is_not_missed() -> None:
    checks = Checks()
    Ticks(FIRST, SECOND, SECOND, THIRD, THIRD).run(checks)
    assert checks.runs == 3


def test_only_a_terminal_is_cleared() -> None:
    looks = (FIRST, SECOND, SECOND)
    assert Ticks(*looks).run(Checks(), Terminal())[0] == CLEAR * 2
    assert Ticks(*looks).run(Checks())[0] == "\n"


def test_a_wrong_path_ends_the_first_run_and_no_later_one() -> None:
    with pytest.raises(UsageError):
        watch(Checks(run1=UsageError("no such file")), Ticks(FIRST).look, lambda _: None, StringIO(), StringIO())
    checks = Checks(run2=NothingScannedError("nothing left"))
    _, err = Ticks(FIRST, EMPTY, EMPTY, FIRST, FIRST).run(checks)
    assert checks.runs == 3
    assert "ivr-action: nothing left\n" in err


def test_the_snapshot_has_files_that_may_be_flows_and_those_read_beside_them(tmp_path: Path) -> None:
    for name in (
        "flows/a.yaml",
        "flows/b.json",
        "flows/notes.txt",
        "values.yml",
        ".ivr-action.yml",
        "node_modules/x.yaml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")

    def names(*patterns: str) -> set[str]:
        found = snapshot(patterns, (".ivr-action.yml", "gone.yml", ""), str(tmp_path))
        return {Path(path).relative_to(tmp_path).as_posix() for path in found}

    assert names() == {"flows/a.yaml", "flows/b.json", "values.yml", ".ivr-action.yml"}
    assert names("flows/a.yaml", "flows/gone.yaml") == {"flows/a.yaml", ".ivr-action.yml"}
    assert names("flows/*.json", "!flows/a.yaml") == {"flows/b.json", ".ivr-action.yml"}


def test_a_rewrite_of_equal_length_is_a_change(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("x: 1", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    before = snapshot((), (), str(tmp_path))
    path.write_text("x: 2", encoding="utf-8")
    assert snapshot((), (), str(tmp_path)) != before


@pytest.mark.parametrize("arguments", [("--format", "json"), ("-",)])
def test_only_text_and_files_can_be_watched(arguments: tuple[str, ...]) -> None:
    err = StringIO()
    assert main(["validate", "--watch", *arguments], environ={}, stdout=StringIO(), stderr=err) == 2
    assert "--watch" in err.getvalue()


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_the_command_checks_again_and_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    flow = tmp_path / "a.yaml"
    flow.write_text(menu_flow(), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "ivr_action.cli", "validate", "--watch", "."],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdout is not None

        def until_it_waits() -> str:
            lines = [""]
            while not lines[-1].startswith("Watching"):
                lines.append(process.stdout.readline())
                assert lines[-1], "it ended by itself"
            return "".join(lines)

        try:
            assert "dangling-reference" not in until_it_waits()
            flow.write_text(menu_flow(start="gone"), encoding="utf-8")
            assert "a.yaml:4:15 error dangling-reference: " in until_it_waits()
        finally:
            process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=30)[0]
    assert (process.returncode, rest) == (130, "")
