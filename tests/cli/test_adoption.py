"""Adoption in three commands, on the published flows as if they were one team's repository."""

from __future__ import annotations

import json
import re
import shutil
from io import StringIO
from pathlib import Path

import pytest

from ivr_action.cli import main
from tests.corpus import index, need_corpus

BASELINE = ".ivr-action-baseline.json"


def run(*arguments: str) -> tuple[int, str]:
    out, err = StringIO(), StringIO()
    status = main(arguments, environ={}, stdout=out, stderr=err)
    return status, out.getvalue() + err.getvalue()


def fingerprints(team: Path) -> set[str]:
    content = json.loads((team / BASELINE).read_text(encoding="utf-8"))
    return {entry["fingerprint"] for entry in content["findings"]}


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The team's repository, with the step's current folder in it."""
    corpus = need_corpus()
    for name in index():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(corpus / name, target)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_baseline_green_and_a_new_mistake_is_red(team: Path) -> None:
    assert run("validate", "--fail-on", "note")[0] == 1  # there is something to adopt

    status, said = run("baseline", "--write")
    assert (status, "0 removed" in said) == (0, True), said

    status, said = run("validate", "--fail-on", "note")
    assert status == 0, said
    count = sum(entry["count"] for entry in json.loads((team / BASELINE).read_text(encoding="utf-8"))["findings"])
    assert f"({count:,} in the baseline)" in said

    victim, text = next(
        (path, text)
        for path in sorted(team.rglob("*.yaml"))
        for text in [path.read_text(encoding="utf-8")]
        if re.search(r"^  startUpRef: .*\]$", text, re.MULTILINE)
    )
    mistaken = re.sub(r"^(  startUpRef: .*\[).*\]$", r"\1nobody]", text, count=1, flags=re.MULTILINE)
    victim.write_text(mistaken, encoding="utf-8")
    status, said = run("validate")
    assert status == 1
    assert "dangling-reference" in said
    errors = [line for line in said.splitlines() if re.match(r"\S+:\d+:\d+ error ", line)]
    assert {line.split(":")[0] for line in errors} == {victim.relative_to(team).as_posix()}

    before = fingerprints(team)
    status, said = run("baseline", "--write")
    assert status == 1
    assert "dangling-reference" in said
    assert fingerprints(team) <= before  # it does not grow

    victim.write_text(text, encoding="utf-8")
    assert run("validate")[0] == 0


def test_inserted_lines_and_a_renamed_file_stay_green(team: Path) -> None:
    run("baseline", "--write")
    known = json.loads((team / BASELINE).read_text(encoding="utf-8"))["findings"]
    path = next(team / entry["path"] for entry in known if entry["path"].endswith(".yaml"))
    path.write_text("# moved\n#\n#\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert run("validate", "--fail-on", "note")[0] == 0
    renamed = path.with_name("renamed.yaml")
    path.rename(renamed)
    status, said = run("validate", "--fail-on", "note")
    assert status == 0, said
    assert run("baseline", "--write")[0] == 0
    text = (team / BASELINE).read_text(encoding="utf-8")
    assert renamed.relative_to(team).as_posix() in text
    assert f'"{path.relative_to(team).as_posix()}"' not in text
