"""Outputs, result files and the summary's file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ivr_action.errors import UsageError
from ivr_action.runner import summary
from ivr_action.runner.context import Context
from ivr_action.runner.outputs import write_file, write_outputs
from tests.conftest import outputs_of


def test_outputs_cannot_be_forged_by_a_value(tmp_path: Path) -> None:
    path = tmp_path / "output"
    value = "a\nvalid=true\nEOF\nghadelimiter_x\nother<<EOF\ny\nEOF"
    assert write_outputs({"GITHUB_OUTPUT": str(path)}, {"valid": "false", "changed-flows": value})
    assert outputs_of(path.read_text()) == {"valid": "false", "changed-flows": value}


def test_without_a_runner_there_are_no_outputs() -> None:
    assert not write_outputs({}, {"valid": "true"})


def test_outputs_leave_the_processs_environment_alone(tmp_path: Path) -> None:
    before = dict(os.environ)
    write_outputs({"GITHUB_OUTPUT": str(tmp_path / "output")}, {"a": "b"})
    assert dict(os.environ) == before


def test_a_result_is_readable_for_everybody_and_stays_out_of_commits(tmp_path: Path) -> None:
    assert write_file(str(tmp_path), ".ivr-action/report.json", "é\ud800\n") == ".ivr-action/report.json"
    path = tmp_path / ".ivr-action" / "report.json"
    assert path.read_text(encoding="utf-8") == "é\\ud800\n"
    assert (tmp_path / ".ivr-action" / ".gitignore").read_text() == "*\n"
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert sorted(entry.name for entry in path.parent.iterdir()) == [".gitignore", "report.json"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    workspace.mkdir()
    outside.write_text("kept")
    (workspace / "report.json").symlink_to(outside)
    write_file(str(workspace), "report.json", "new")
    assert outside.read_text() == "kept"
    assert (workspace / "report.json").read_text() == "new"
    assert not (workspace / "report.json").is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_folder_that_leads_out_is_refused(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    workspace.mkdir()
    outside.mkdir()
    (workspace / ".ivr-action").symlink_to(outside)
    with pytest.raises(UsageError, match="leads out of the workspace"):
        write_file(str(workspace), ".ivr-action/report.json", "x")
    assert list(outside.iterdir()) == []


def test_a_path_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_file(str(tmp_path), "file/report.json", "x")


def test_the_summary_is_appended_and_never_passes_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_bytes(b"before\n")
    environ = {"GITHUB_STEP_SUMMARY": str(path)}
    room = summary.room(environ)
    assert room == summary.LIMIT - 8
    assert summary.append(environ, "x" * room)
    assert path.read_bytes() == b"before\n" + b"x" * room
    assert not summary.append(environ, "yy")
    assert summary.room({}) == 0


def test_context_survives_a_missing_or_odd_payload(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    for text in (None, "", "[]", "{"):
        if text is not None:
            path.write_text(text)
        context = Context.from_environ({"GITHUB_EVENT_PATH": str(path), "GITHUB_EVENT_NAME": "push"})
        assert context.payload == {}
        assert context.text("a", "b") == ""


def test_context_knows_the_addresses() -> None:
    context = Context.from_environ(
        {
            "GITHUB_SERVER_URL": "https://ghe.example/",
            "GITHUB_REPOSITORY": "a/b",
            "GITHUB_SHA": "c",
            "GITHUB_RUN_ID": "7",
            "GITHUB_ACTION_REPOSITORY": "d/e",
            "GITHUB_ACTION_REF": "v1",
        }
    )
    assert context.blob_url == "https://ghe.example/a/b/blob/c/"
    assert context.run_url == "https://ghe.example/a/b/actions/runs/7"
    assert context.rules_url == "https://ghe.example/d/e/blob/v1/docs/rules/"
    assert Context().blob_url == Context().run_url == Context().rules_url == ""
