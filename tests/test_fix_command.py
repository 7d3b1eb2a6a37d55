"""`ivr-action fix`: what it prints, its exit status, and that a file is written as a whole or not at all."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest

from ivr_action.cli import main
from ivr_action.errors import UsageError
from ivr_action.files import SourceFile
from ivr_action.fix import write

BEFORE = """\
startNodeId: ask
nodes:
  ask:
    type: menu
    transitionConditions:
      - { condition: default, destinationNodeId: bye } # \u202e
      - { condition: dtmf == '1', destinationNodeId: bye }
      - { condition: dtmf == '2', destinationNodeId: bye }
      - { condition: dtmf == '2', destinationNodeId: ask }
  bye: { type: disconnect }
"""
DEFAULT = "      - { condition: default, destinationNodeId: bye } # \u202e\n"
AFTER = BEFORE.replace(DEFAULT, "").replace("  bye: {", f"{DEFAULT}  bye: {{")
MADE = "a.yaml:6:22 default-not-last: Moved `default` behind the other transitions.\n"
LEFT = (
    "a.yaml:9:22 shadowed-transition is left to you: the first leads to `bye`, this one to `ask`: "
    "one condition may be a slip.\n"
)


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.yaml"
    path.write_text(BEFORE, encoding="utf-8", newline="\n")
    return path


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    status = main(["fix", *arguments], environ={}, stdout=out, stderr=err)
    return status, out.getvalue(), err.getvalue()


def test_the_difference_ends_where_the_file_does(flow: Path) -> None:
    flow.write_text(BEFORE.replace("  bye: {", "\n  bye: {"), encoding="utf-8", newline="\n")
    _, said, _ = run("--diff", "a.yaml")
    assert said.endswith(
        "+      - { condition: default, destinationNodeId: bye } # \\u202e\n \n   bye: { type: disconnect }\n"
    )


def test_a_file_is_mended_and_a_second_run_has_nothing_to_do(flow: Path) -> None:
    flow.chmod(0o640)
    left = LEFT.replace(":9:", ":8:")
    assert run("a.yaml") == (0, f"{MADE}{left}1 finding mended in 1 file, 1 left to you\n", "")
    assert flow.read_bytes() == AFTER.encode()
    assert os.name == "nt" or flow.stat().st_mode & 0o777 == 0o640
    assert run("a.yaml") == (0, f"{left}nothing to mend, 1 left to you\n", "")
    assert os.listdir(flow.parent) == ["a.yaml"]


def test_check_and_diff_write_nothing(flow: Path) -> None:
    status, out, _ = run("a.yaml", "--check")
    assert (status, out.splitlines()[0] + "\n") == (1, MADE)
    assert out.endswith("1 finding would be mended in 1 file, 1 left to you\n")
    assert run("a.yaml", "--diff")[0] == 0
    assert run("a.yaml", "--diff", "--check")[0] == 1
    assert flow.read_bytes() == BEFORE.encode()
    flow.write_text(AFTER, encoding="utf-8")
    assert run("a.yaml", "--check")[0] == 0


def test_the_difference_is_shown_with_nothing_hidden_in_it(flow: Path) -> None:
    out = run("a.yaml", "--diff")[1]
    assert out.startswith("--- a.yaml\n+++ a.yaml\n@@ ")
    line = DEFAULT.replace("\u202e", "\\u202e")
    assert f"\n-{line}" in out
    assert f"\n+{line}" in out
    assert "\u202e" not in out


@pytest.mark.skipif(os.name == "nt", reason="a link needs a privilege there")
def test_a_link_stays_a_link(flow: Path) -> None:
    link = flow.with_name("link.yaml")
    link.symlink_to("a.yaml")
    assert run("link.yaml")[0] == 0
    assert link.is_symlink()
    assert flow.read_bytes() == AFTER.encode()


def test_a_file_that_changed_meanwhile_is_not_overwritten(flow: Path) -> None:
    with pytest.raises(UsageError, match="changed while"):
        write(str(flow), SourceFile("a.yaml", b"as it was read"), b"new")
    assert flow.read_bytes() == BEFORE.encode()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(flow: Path) -> None:
    # The new content cannot be written: it is no bytes. What was begun is gone again.
    with pytest.raises(TypeError):
        write(str(flow), SourceFile("a.yaml", BEFORE.encode()), "text")  # type: ignore[arg-type]
    assert flow.read_bytes() == BEFORE.encode()
    assert os.listdir(flow.parent) == ["a.yaml"]


def test_a_missing_file_is_a_usage_error(flow: Path) -> None:
    status, out, err = run("gone.yaml")
    assert (status, out) == (2, "")
    assert "does not exist" in err
