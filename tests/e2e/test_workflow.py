"""Whole workflows with `uses: ./`, run by act: action.yml, its defaults, outputs between steps, and our examples."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT
from tests.e2e.engine import BASE_IMAGE, Engine
from tests.e2e.flows import broken, flow
from tests.e2e.runner import Repository

RUNNER_IMAGE = "localhost/ivr-action-e2e-runner:latest"
ACTION_IMAGE = "act-dockeraction:latest"
"""What act calls the image of `uses: ./`. It is there already: act cannot build on the host's network,
and our own daemon has no other."""

WORKFLOW = """\
on: [push]
permissions: {}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - id: good
        uses: ./
        with:
          flows: flows/good.yaml
          changed-only: "false"
      - name: The outputs of a good flow
        env:
          VALID: ${{ steps.good.outputs.valid }}
          ERRORS: ${{ steps.good.outputs.error-count }}
          REPORT: ${{ steps.good.outputs.report }}
        run: test "$VALID" = true && test "$ERRORS" = 0 && test -s "$REPORT"
      - id: bad
        uses: ./
        continue-on-error: true
        with:
          flows: |
            flows/*.yaml
          changed-only: "false"
      - name: A broken flow fails its step and still gives its outputs
        env:
          OUTCOME: ${{ steps.bad.outcome }}
          VALID: ${{ steps.bad.outputs.valid }}
          SARIF: ${{ steps.bad.outputs.sarif-file }}
        run: test "$OUTCOME" = failure && test "$VALID" = false && test -s "$SARIF"
"""


@pytest.fixture
def repository(engine: Engine, image: str, tmp_path: Path) -> Repository:
    """A repository that holds the action itself, so that `uses: ./` finds it; nothing is committed yet."""
    engine.docker("tag", BASE_IMAGE, RUNNER_IMAGE)
    engine.docker("tag", image, ACTION_IMAGE)
    repository = Repository.create(tmp_path / "repository")
    for name in ("action.yml", "Dockerfile", ".dockerignore", "entrypoint.py"):
        shutil.copy2(ROOT / name, repository.folder)
    (repository.folder / "requirements").mkdir()
    shutil.copy2(ROOT / "requirements/runtime.txt", repository.folder / "requirements")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "ivr_action", repository.folder / "ivr_action", ignore=ignored)
    return repository


def act(engine: Engine, repository: Repository, event: str, payload: object = None) -> tuple[int, str]:
    """Runs the repository's workflows for an event; exit status and log."""
    scratch = repository.folder.parent
    (scratch / "event.json").write_text(json.dumps(payload or {}), encoding="utf-8")
    finished = subprocess.run(
        [
            Path(sys.executable).with_name("act"), event, "--pull=false", "--rebuild=false",
            "--action-offline-mode", "--container-daemon-socket=-", f"--eventpath={scratch / 'event.json'}",
            f"--platform=ubuntu-latest={RUNNER_IMAGE}",
        ],
        cwd=repository.folder,
        env={**engine.environ, "HOME": str(scratch), "XDG_CACHE_HOME": str(scratch / "cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    return finished.returncode, finished.stdout + finished.stderr


def test_a_workflow_uses_the_action(engine: Engine, repository: Repository) -> None:
    repository.commit(
        {
            ".github/workflows/gate.yml": WORKFLOW,
            "flows/good.yaml": flow("Good line"),
            "flows/broken.yaml": broken(),
        }
    )
    status, log = act(engine, repository, "push")
    assert status == 0, log[-6000:]
    assert "Job succeeded" in log


def example(name: str) -> str:
    """An example workflow as our users copy it, with the action of this repository."""
    text = (ROOT / "examples" / "workflows" / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if "uses: OWNER/ivr-action@" in line]
    assert len(lines) == 1, "the example uses the action once"
    indent = lines[0][: lines[0].index("uses:")]
    return text.replace(lines[0], f"{indent}uses: ./\n")


@pytest.mark.parametrize(("changed", "good"), [(flow("Main line, reworded"), True), (broken("Main line"), False)])
def test_the_example_gate_judges_what_a_pull_request_changes(
    engine: Engine, repository: Repository, changed: str, good: bool
) -> None:
    base = repository.commit(
        {
            ".github/workflows/gate.yml": example("gate.yml"),
            "flows/main.yaml": flow("Main line"),
            "flows/legacy.yaml": broken("Legacy line"),
        }
    )
    repository.git("checkout", "--quiet", "-b", "change")
    head = repository.commit({"flows/main.yaml": changed})
    repository.git("checkout", "--quiet", "--detach", base)
    repository.git("merge", "--quiet", "--no-ff", "--message=merge", head)
    payload = {
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "number": 7,
            "base": {"ref": "main", "sha": base},
            "head": {"ref": "change", "sha": head, "repo": {"fork": True}},
        },
    }
    status, log = act(engine, repository, "pull_request", payload)
    assert "Checked 1 of 2 flow files: those that changed" in log, log[-6000:]
    assert (status, "Job succeeded" in log, "Job failed" in log) == (0 if good else 1, good, not good), log[-6000:]
    assert ("flows/main.yaml:8:" in log and "dangling-reference" in log) == (not good)
    assert "flows/legacy.yaml" not in log
