"""Configuration, suppressions and the baseline from the terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from ivr_action.cli import main
from tests.samples import menu_flow

GOOD = menu_flow()
BROKEN = menu_flow("Broken line", start="gone")
UNUSED = (
    GOOD
    + """\
  tasks:
    # HERE
    - task:
        name: Nights
        refId: nights
        actions:
          - disconnect:
              none: true
"""
)
BASELINE = ".ivr-action-baseline.json"


class Folder:
    """A folder with files, and the command line run in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, **files: str) -> None:
        names = {"config": ".ivr-action.yml", "baseline": BASELINE}
        for name, text in files.items():
            target = self.path / names.get(name, f"{name}.yaml")
            target.write_text(text, encoding="utf-8")

    def run(self, *arguments: str, **environ: str) -> tuple[int, str]:
        out, err = StringIO(), StringIO()
        status = main(arguments, environ=environ, stdout=out, stderr=err, today=lambda: date(2026, 6, 15))
        return status, out.getvalue() + err.getvalue()

    def entries(self) -> list[dict[str, object]]:
        content = json.loads((self.path / BASELINE).read_text(encoding="utf-8"))
        return list(content["findings"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


# -- configuration


def test_levels_come_from_the_configuration(folder: Folder) -> None:
    folder.write(a=BROKEN, config="rules: {dangling-reference: note}\n")
    assert folder.run("validate")[0] == 0
    assert folder.run("validate", "--fail-on", "note")[0] == 1
    folder.write(config="rules: {dangling-reference: off, unused-container: off, no-start: off}\n")
    assert "dangling-reference" not in folder.run("validate")[1]


def test_an_option_wins_over_the_environment_over_the_configuration(folder: Folder) -> None:
    folder.write(a=BROKEN, config="fail-on: never\n")
    assert folder.run("validate")[0] == 0
    assert folder.run("validate", IVR_ACTION_FAIL_ON="error")[0] == 1
    assert folder.run("validate", "--fail-on", "never", IVR_ACTION_FAIL_ON="error")[0] == 0
    assert folder.run("validate", "--fail-on", "", IVR_ACTION_FAIL_ON=" ")[0] == 0


def test_ignored_files_are_left_out_whoever_names_them(folder: Folder) -> None:
    folder.write(a=GOOD, b=BROKEN, config="ignore: b*\n")
    assert folder.run("validate")[0] == 0
    assert folder.run("validate", "a.yaml", "b.yaml")[0] == 0
    status, said = folder.run("validate", "b.yaml")
    assert (status, "`ignore` in the configuration leaves out 1" in said) == (2, True)


def test_flows_are_what_is_checked_where_nobody_names_files(folder: Folder) -> None:
    folder.write(a=GOOD, b=BROKEN, config="flows: [a.yaml]\n")
    assert folder.run("validate")[0] == 0
    assert folder.run("validate", "b.yaml")[0] == 1


@pytest.mark.parametrize("values", ["values.yaml", "{word: Support}"])
def test_substitutions_come_from_the_configuration(folder: Folder, values: str) -> None:
    folder.write(a=menu_flow("{{word}} {{other}}"), values="word: Support\n", config=f"substitutions: {values}\n")
    said = folder.run("validate", "a.yaml")[1]
    assert "`other` is not among the substitutions" in said
    assert "`word` is not" not in said


def test_a_mistake_stops_the_run_with_its_line(folder: Folder) -> None:
    folder.write(a=GOOD, config="rules:\n  dead-ends: off\n")
    status, said = folder.run("validate")
    assert status == 2
    assert ".ivr-action.yml:2:3: There is no rule `dead-ends`. Did you mean `dead-end`?" in said


def test_another_configuration_must_exist_and_the_default_need_not(folder: Folder) -> None:
    folder.write(a=BROKEN, other="fail-on: never\n")
    assert folder.run("validate", "a.yaml")[0] == 1
    assert folder.run("validate", "a.yaml", "--config", "other.yaml")[0] == 0
    assert folder.run("validate", "a.yaml", IVR_ACTION_CONFIG="other.yaml")[0] == 0
    assert folder.run("validate", "a.yaml", "--config", "gone.yaml")[0] == 2


def test_a_configuration_with_another_ending_is_not_passed_over(folder: Folder) -> None:
    folder.write(a=GOOD)
    (folder.path / ".ivr-action.yaml").write_text("fail-on: warning\n")
    status, said = folder.run("validate")
    assert status == 2
    assert "the configuration's name is `.ivr-action.yml`" in said
    assert folder.run("validate", "--config", ".ivr-action.yaml")[0] == 0
    folder.write(config="fail-on: never\n")
    assert folder.run("validate")[0] == 0


def test_a_valid_configuration_imports_nothing_slow(folder: Folder) -> None:
    folder.write(a=GOOD, config="rules: {cycle: off}\nenvironments: {test: {region: eu-west-1}}\n")
    folder.run("baseline", "--write")
    code = (
        "import sys; from ivr_action.cli import main; status = main(['validate', 'a.yaml'])\n"
        "print(status, [name for name in ('jsonschema', 'pydantic', 'networkx', 'cel') if name in sys.modules])"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": root}
    )
    assert done.stdout.splitlines()[-1] == "0 []"


# -- suppressions


def test_a_suppressed_finding_is_counted_and_kept_for_programs_only(folder: Folder) -> None:
    folder.write(a=UNUSED.replace("# HERE", "# ivr: ignore[unused-container] moves in until=2026-06-15"))
    status, said = folder.run("validate", "--fail-on", "note")
    assert (status, said) == (0, "nothing found in 1 file, valid (1 suppressed)\n")
    report = json.loads(folder.run("validate", "--format", "json")[1])
    assert report["findings"] == []
    (suppressed,) = report["suppressed"]
    assert suppressed["rule"] == "unused-container"
    expected = {"kind": "comment", "reason": "moves in", "until": "2026-06-15", "line": suppressed["line"] - 2}
    assert suppressed["suppression"] == expected
    assert '"results": []' in folder.run("validate", "--format", "sarif")[1]


def test_on_the_day_after_it_is_back(folder: Folder) -> None:
    folder.write(a=UNUSED.replace("# HERE", "# ivr: ignore[unused-container] moves in until=2026-06-14"))
    said = folder.run("validate")[1]
    assert "suppression-expired" in said
    assert "unused-container" in said


# -- baseline


def test_the_first_baseline_takes_everything(folder: Folder) -> None:
    folder.write(a=BROKEN, b=UNUSED)
    assert folder.run("validate")[0] == 1
    status, said = folder.run("baseline", "--write")
    assert status == 0, said
    assert {entry["rule"] for entry in folder.entries()} >= {"dangling-reference", "unused-container"}
    status, said = folder.run("validate", "--fail-on", "note")
    assert status == 0
    assert "in the baseline)" in said
    assert folder.run("baseline")[0] == 0


def test_it_does_not_grow_unless_somebody_says_so(folder: Folder) -> None:
    folder.write(a=UNUSED)
    folder.run("baseline", "--write")
    folder.write(b=BROKEN)
    assert folder.run("validate")[0] == 1
    status, said = folder.run("baseline")
    assert (status, "dangling-reference" in said) == (1, True)
    status, said = folder.run("baseline", "--write")
    assert (status, "`ivr-action baseline --write --grow` accepts them" in said) == (1, True)
    assert [entry["path"] for entry in folder.entries()] == ["a.yaml"]
    assert folder.run("baseline", "--write", "--grow")[0] == 0
    assert folder.run("validate")[0] == 0


def test_what_is_mended_is_said_and_leaves_it(folder: Folder) -> None:
    folder.write(a=UNUSED)
    folder.run("baseline", "--write")
    folder.write(a=GOOD)
    status, said = folder.run("validate")
    assert status == 0
    assert "1 finding in the baseline occurs no longer; `ivr-action baseline --write`" in said
    assert folder.run("baseline")[0] == 1
    assert folder.run("baseline", "--write") == (0, f"{BASELINE}: 0 findings, 0 added, 1 removed.\n")
    assert folder.entries() == []
    folder.write(a=UNUSED)
    assert folder.run("validate", "--fail-on", "note")[0] == 1


def test_a_file_that_cannot_be_read_is_never_accepted(folder: Folder) -> None:
    folder.write(a=UNUSED, b=GOOD.replace("audio:", "audio: ["))
    status, said = folder.run("baseline", "--write")
    assert status == 1
    assert "never accepted" in said
    assert {entry["path"] for entry in folder.entries()} == {"a.yaml"}
    assert folder.run("validate")[0] == 1
    folder.write(config="ignore: b.yaml\n")
    assert folder.run("validate")[0] == 0


def test_suppressed_findings_are_not_in_it(folder: Folder) -> None:
    folder.write(a=UNUSED.replace("# HERE", "# ivr: ignore[unused-container] moves in"))
    folder.run("baseline", "--write")
    assert folder.entries() == []


def test_its_path_can_be_chosen(folder: Folder) -> None:
    folder.write(a=UNUSED, config="baseline: ci/known.json\n")
    assert "`ci/known.json` does not exist, so every finding counts" in folder.run("validate")[1]
    assert folder.run("baseline", "--write")[0] == 0
    assert (folder.path / "ci" / "known.json").is_file()
    assert folder.run("validate", "--fail-on", "note")[0] == 0
    assert folder.run("validate", "--fail-on", "note", "--baseline", "gone.json")[0] == 1


def test_a_broken_baseline_stops_the_run(folder: Folder) -> None:
    folder.write(a=GOOD, baseline="{}")
    status, said = folder.run("validate")
    assert status == 2
    assert BASELINE in said


def test_grow_alone_is_a_mistake(folder: Folder) -> None:
    folder.write(a=GOOD)
    assert folder.run("baseline", "--grow")[0] == 2


def test_flows_are_read_with_the_values_of_each_environment(folder: Folder) -> None:
    folder.write(a=GOOD.replace("nine", "{{key}}"), config="environments:\n  live: {substitutions: {other: x}}\n")
    status, said = folder.run("validate", "a.yaml")
    assert status == 1
    assert "a.yaml:10:" in said
    assert "environment-values: Environment `live`: `{{key}}` has no value" in said
