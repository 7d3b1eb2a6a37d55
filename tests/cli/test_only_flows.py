"""`validate --only-flows`, as pre-commit's hook calls it with every YAML and JSON file of a commit; and `schema`."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from ivr_action.cli import main
from tests.corpus import ROOT
from tests.samples import menu_flow


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    status = main(arguments, environ={}, stdout=out, stderr=err)
    return status, out.getvalue(), err.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(menu_flow(), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(menu_flow("Other line", start="gone"), encoding="utf-8")
    (tmp_path / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    return tmp_path


def test_other_files_are_left_out_where_they_are_named(folder: Path) -> None:
    assert run("validate", "compose.yaml", "good.yaml")[0] == 1
    status, out, err = run("validate", "--only-flows", "compose.yaml", "good.yaml")
    assert (status, err) == (0, "")
    assert "compose.yaml" not in out
    assert out.endswith("in 1 file, valid\n")


def test_flows_are_still_checked(folder: Path) -> None:
    status, out, _ = run("validate", "--only-flows", "compose.yaml", "bad.yaml")
    assert status == 1
    assert "bad.yaml:4:15 error dangling-reference" in out


def test_no_flow_at_all_is_no_error_but_a_missing_file_is(folder: Path) -> None:
    assert run("validate", "compose.yaml", "!compose.yaml")[0] == 2
    assert run("validate", "--only-flows", "compose.yaml")[0] == 0
    assert run("validate", "--only-flows", "gone.yaml")[0] == 2


def test_the_hook_calls_a_command_that_exists() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, *arguments = hook["entry"].split()
    assert program == "ivr-action"
    assert run(*arguments, str(ROOT / "examples" / "flows" / "main-menu.yaml"))[0] == 0


@pytest.mark.parametrize("name", ["node-graph", "architect-yaml", "config", "report"])
def test_a_schema_is_printed_as_it_is_published(name: str) -> None:
    status, out, err = run("schema", name)
    assert (status, err) == (0, "")
    Draft202012Validator.check_schema(json.loads(out))
