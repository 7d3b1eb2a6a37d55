"""The image, run as GitHub's runner runs it: inputs, exit status, outputs, log, summary, changed files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ivr_action.settings import OUTPUTS
from tests.e2e.flows import BROKEN_LINE, broken, flow
from tests.e2e.runner import REPOSITORY, Repository, Result, Runner, write

OURS = {"error", "warning", "notice", "debug", "group", "endgroup", "add-mask"}


def test_a_good_flow_passes(runner: Runner) -> None:
    write(runner.workspace, {"flows/main.yaml": flow()})

    result = runner.run()

    assert result.status == 0, result.log
    assert result.outputs["valid"] == "true"
    assert result.outputs["error-count"] == "0"
    assert result.outputs["warning-count"].isdigit()
    assert not result.annotations("error")
    assert "Main line" in result.summary
    assert "flows/main.yaml" in result.summary


def test_a_broken_flow_fails_at_its_line(runner: Runner) -> None:
    write(runner.workspace, {"flows/main.yaml": flow(), "flows/broken.yaml": broken()})

    result = runner.run()

    assert result.status == 1, result.log
    assert result.outputs["valid"] == "false"
    assert int(result.outputs["error-count"]) >= 1
    first = result.annotations("error")[0]
    assert first.properties["file"] == "flows/broken.yaml"
    assert first.properties["line"] == str(BROKEN_LINE)
    assert "gone" in first.data
    assert "flows/broken.yaml" in result.summary


def test_later_steps_can_read_the_reports(runner: Runner) -> None:
    write(runner.workspace, {"flows/broken.yaml": broken()})

    result = runner.run()

    report = reported_file(runner, result, "report")
    assert [entry["path"] for entry in report["flows"]] == ["flows/broken.yaml"]
    assert report["findings"][0]["line"] == BROKEN_LINE
    sarif = reported_file(runner, result, "sarif-file")
    assert sarif["version"] == "2.1.0"
    location = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "flows/broken.yaml"


def reported_file(runner: Runner, result: Result, output: str) -> dict[str, Any]:
    """What a later step finds at an output's path: it runs on the host, outside /github/workspace."""
    named = Path(result.outputs[output])
    assert not named.is_absolute(), f"{named} exists only inside the container"
    path = runner.workspace / named
    assert path.stat().st_mode & 0o444 == 0o444, "the runner's user cannot read it"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize(("level", "status"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0)])
def test_fail_on_decides_the_exit_status(runner: Runner, level: str, status: int) -> None:
    write(runner.workspace, {"broken.yaml": broken()})

    result = runner.run({"fail-on": level})

    assert result.status == status, result.log
    assert result.outputs["valid"] == "false"


def test_a_malformed_input_is_told_with_what_is_accepted(runner: Runner) -> None:
    write(runner.workspace, {"main.yaml": flow()})

    result = runner.run({"fail-on": "sometimes"})

    assert result.status == 2
    for expected in ("fail-on", "sometimes", "error", "warning", "note", "never"):
        assert expected in result.log


def test_an_empty_input_is_an_absent_one(runner: Runner) -> None:
    write(runner.workspace, {"main.yaml": flow()})

    result = runner.run({"flows": "", "fail-on": "", "changed-only": "", "substitutions": "", "allow-empty": ""})

    assert result.status == 0, result.log


def test_only_the_named_flows_are_checked(runner: Runner) -> None:
    write(runner.workspace, {"ivr/main.yaml": flow(), "old/broken.yaml": broken()})

    result = runner.run({"flows": "ivr/*.yaml\n"})

    assert result.status == 0, result.log
    assert "old/broken.yaml" not in result.summary


@pytest.mark.parametrize("inputs", [{"flows": "nowhere/main.yaml"}, {"flows": "nowhere/*.yaml"}, {}])
def test_nothing_scanned_is_never_green(runner: Runner, inputs: dict[str, str]) -> None:
    result = runner.run(inputs)

    assert result.status == 2, result.log
    assert result.annotations("error")


def test_nothing_scanned_may_be_allowed(runner: Runner) -> None:
    result = runner.run({"flows": "nowhere/*.yaml", "allow-empty": "true"})

    assert result.status == 0, result.log


HOSTILE = (
    "\n::add-mask::a\n::set-env name=PWNED::1\n \t::stop-commands::stop\n::warning file=PWNED::x"
    "\r::error file=PWNED::x ##[error file=PWNED]x ##[add-path]PWNED <script>alert(1)</script>"
)


@pytest.mark.parametrize(
    "files",
    [
        {"flows/a.yaml": broken(f"Name{HOSTILE}")},
        {"flows/a.yaml": broken(start=f"./menus/menu[gone{HOSTILE}]")},
        {"flows/a.yaml": flow(start="./menus/menu[gone]", menu=f"Menu{HOSTILE}")},
        {"flows/a.yaml": HOSTILE},
        {"flows/x\n::set-env name=PWNED::1\n##[add-path]PWNED.yaml": broken()},
    ],
    ids=["flow name", "reference", "menu name", "not a flow", "file name"],
)
def test_no_text_of_a_flow_becomes_a_command(runner: Runner, files: dict[str, str]) -> None:
    write(runner.workspace, files)

    result = runner.run({"flows": "flows/*"})

    assert result.status == 1, result.log
    assert {command.name for command in result.commands} <= OURS
    assert all(command.properties.get("file") != "PWNED" for command in result.commands)
    # Inside one of our own commands the runner does not look for the older form.
    assert not [line for line in result.log.splitlines() if "##[" in line and not line.startswith("::")]
    assert "<script>" not in result.summary
    assert set(result.outputs) <= set(OUTPUTS)


def pull_request(runner: Runner) -> dict[str, Any]:
    """A pull request that changes one flow of three; its base branch has moved since it was opened.

    GITHUB_SHA is the merge commit. The payload's base.sha is the commit the request was opened on, which
    is what GitHub really sends: a comparison with it would blame this request for others' changes.
    """
    repository = Repository.create(runner.workspace)
    base = repository.commit({name: flow(name) for name in ("flows/a.yaml", "flows/b.yaml", "flows/c.yaml")})
    repository.git("switch", "--quiet", "--create=change")
    head = repository.commit({"flows/b.yaml": flow("b, mended"), "README.md": "Flows\n"})
    repository.git("switch", "--quiet", "main")
    repository.commit({"flows/c.yaml": broken("c, broken on main meanwhile")})
    repository.git("merge", "--quiet", "--no-ff", "--message=Merge", "change")
    merge = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "--quiet", "--detach")
    repo = {"full_name": REPOSITORY, "default_branch": "main"}
    return {
        "event": "pull_request",
        "sha": merge,
        "ref": "refs/pull/7/merge",
        "environ": {"GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "change"},
        "payload": {
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "number": 7,
                "base": {"ref": "main", "sha": base, "repo": repo},
                "head": {"ref": "change", "sha": head, "repo": repo},
                "merge_commit_sha": merge,
            },
            "repository": repo,
        },
    }


def test_a_pull_request_is_judged_by_its_own_changes(runner: Runner) -> None:
    result = runner.run(**pull_request(runner))

    assert result.changed_flows == ["flows/b.yaml"]
    assert result.status == 0, result.log


def test_changed_only_false_checks_every_flow(runner: Runner) -> None:
    result = runner.run({"changed-only": "false"}, **pull_request(runner))

    assert result.status == 1
    assert "flows/c.yaml" in result.summary


def test_a_shallow_clone_checks_every_flow_and_says_so(runner: Runner, tmp_path: Path) -> None:
    request = pull_request(runner)
    full = tmp_path / "full"
    runner.workspace.rename(full)
    Repository(full).git("branch", "merge", request["sha"])
    Repository(tmp_path).git("clone", "--quiet", "--depth=1", "--branch=merge", full.as_uri(), str(runner.workspace))

    result = runner.run(**request)

    assert result.status == 1, result.log
    assert result.changed_flows == ["flows/a.yaml", "flows/b.yaml", "flows/c.yaml"]
    assert "fetch-depth" in result.summary


def test_a_push_is_judged_by_the_commits_it_brought(runner: Runner) -> None:
    repository = Repository.create(runner.workspace)
    repository.commit({"a.yaml": broken("a"), "b.yaml": flow("b")})
    before = repository.commit({"README.md": "Flows\n"})
    repository.commit({"b.yaml": flow("b, mended")})
    after = repository.commit({"c.yaml": flow("c")})
    payload = {
        "ref": "refs/heads/main", "before": before, "after": after,
        "created": False, "deleted": False, "forced": False,
        "repository": {"full_name": REPOSITORY, "default_branch": "main"},
    }  # fmt: skip

    result = runner.run(event="push", payload=payload, sha=after)

    assert result.changed_flows == ["b.yaml", "c.yaml"]
    assert result.status == 0, result.log


def test_the_checked_out_code_is_not_imported(runner: Runner) -> None:
    modules = {f"{name}.py": "raise SystemExit(99)\n" for name in ("yaml", "json", "ivr_action", "sitecustomize")}
    write(runner.workspace, {"main.yaml": flow(), **modules})

    result = runner.run(environ={"PYTHONPATH": "/github/workspace", "PYTHONSTARTUP": "/github/workspace/yaml.py"})

    assert result.status == 0, result.log


def test_a_run_leaves_git_and_the_home_folder_alone(runner: Runner) -> None:
    request = pull_request(runner)
    config = (runner.workspace / ".git/config").read_bytes()

    result = runner.run(**request)

    assert (runner.workspace / ".git/config").read_bytes() == config
    assert list(result.home.iterdir()) == []


def test_the_image_is_small_and_compiled(runner: Runner) -> None:
    def inspect(*arguments: str) -> str:
        return runner.engine.docker("image", "inspect", *arguments).stdout

    size, base = (int(inspect("--format={{.Size}}", name)) for name in (runner.image, "python:3.13-slim"))
    assert size - base < 250_000_000, "two thirds of it are the official SDK"

    look = """\
import pathlib, sysconfig, yaml
from importlib.util import cache_from_source
site = pathlib.Path(sysconfig.get_path("purelib"))
sources = list(site.rglob("*.py"))
bare = [path for path in sources if not pathlib.Path(cache_from_source(path)).exists()]
print(yaml.__with_libyaml__, (site / "pip").exists(), len(sources) > 500, len(bare))
"""
    python = "/opt/ivr-action/bin/python"
    found = runner.engine.docker("run", "--rm", "--network=none", f"--entrypoint={python}", runner.image, "-c", look)
    assert found.stdout.split() == ["True", "False", "True", "0"]
