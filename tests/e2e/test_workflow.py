"""A whole workflow with `uses: ./`, run by act: action.yml, its defaults, and outputs between steps."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

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


def test_a_workflow_uses_the_action(engine: Engine, image: str, tmp_path: Path) -> None:
    engine.docker("tag", BASE_IMAGE, RUNNER_IMAGE)
    engine.docker("tag", image, ACTION_IMAGE)
    repository = Repository.create(tmp_path / "repository")
    for name in ("action.yml", "Dockerfile", ".dockerignore", "entrypoint.py"):
        shutil.copy2(ROOT / name, repository.folder)
    (repository.folder / "requirements").mkdir()
    shutil.copy2(ROOT / "requirements/runtime.txt", repository.folder / "requirements")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "ivr_action", repository.folder / "ivr_action", ignore=ignored)
    repository.commit(
        {
            ".github/workflows/gate.yml": WORKFLOW,
            "flows/good.yaml": flow("Good line"),
            "flows/broken.yaml": broken(),
        }
    )

    finished = subprocess.run(
        [
            Path(sys.executable).with_name("act"), "push", "--pull=false", "--rebuild=false",
            "--action-offline-mode", "--container-daemon-socket=-",
            f"--platform=ubuntu-latest={RUNNER_IMAGE}",
        ],
        cwd=repository.folder,
        env={**engine.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip

    log = finished.stdout + finished.stderr
    assert finished.returncode == 0, log[-6000:]
    assert "Job succeeded" in log
