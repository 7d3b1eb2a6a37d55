"""Whole workflows, run by act: repositories that hold the action, and the examples as our users copy them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.engine import BASE_IMAGE, Engine
from tests.e2e.runner import Repository

ROOT = Path(__file__).parents[2]
RUNNER_IMAGE = "localhost/ivr-action-e2e-runner:latest"
ACTION_IMAGE = "act-dockeraction:latest"
"""What act calls the image of `uses: ./`. It is there already: act cannot build on the host's network,
and our own daemon has no other."""
UPLOAD = ".stand-in/upload-artifact"
_STAND_IN = """\
name: upload-artifact
description: Shows what would be kept; the real one needs GitHub.
inputs:
  name: {required: true, description: name}
  path: {required: true, description: paths}
  include-hidden-files: {default: "false", description: also those}
  retention-days: {default: "90", description: how long}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        NAME: ${{ inputs.name }}
        PATHS: ${{ inputs.path }}
        HIDDEN: ${{ inputs.include-hidden-files }}
      run: |
        test "$HIDDEN" = true
        while read -r path; do
          test -z "$path" || find "$path" -type f | while read -r file; do echo "Kept in $NAME: $file"; done
        done <<<"$PATHS"
        cat .ivr-action/audit.jsonl
"""
_LINE = re.compile(r"^\[[^\]]*\]\s+\| (.*)$")


@dataclass(frozen=True)
class Done:
    """What a workflow left."""

    status: int
    log: str

    @property
    def lines(self) -> list[str]:
        """What its steps printed."""
        return [found[1] for line in self.log.splitlines() if (found := _LINE.match(line))]


def hold_action(engine: Engine, image: str, folder: Path) -> Repository:
    """A repository that holds the action itself, so that `uses: ./` finds it; nothing is committed yet."""
    engine.docker("tag", BASE_IMAGE, RUNNER_IMAGE)
    engine.docker("tag", image, ACTION_IMAGE)
    repository = Repository.create(folder)
    for name in ("action.yml", "Dockerfile", ".dockerignore", "entrypoint.py"):
        shutil.copy2(ROOT / name, repository.folder)
    (repository.folder / "requirements").mkdir()
    shutil.copy2(ROOT / "requirements/runtime.txt", repository.folder / "requirements")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "ivr_action", repository.folder / "ivr_action", ignore=ignored)
    return repository


def example(name: str) -> dict[str, str]:
    """An example workflow as our users copy it, with the action of this repository and a stand-in for GitHub's own."""
    text = (ROOT / "examples" / "workflows" / name).read_text(encoding="utf-8")
    ours = re.findall(r"uses: OWNER/ivr-action@.*", text)
    assert len(ours) == 1, "the example uses the action once"
    text = re.sub(r"uses: actions/upload-artifact@.*", f"uses: ./{UPLOAD}", text.replace(ours[0], "uses: ./"))
    return {f".github/workflows/{name}": text, f"{UPLOAD}/action.yml": _STAND_IN}


def act(
    engine: Engine,
    repository: Repository,
    event: str,
    payload: object = None,
    *,
    workflow: str = "",
    environ: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Done:
    """Runs the repository's workflows for an event.

    Args:
        engine: runs the containers.
        repository: what act is run in.
        event: its name.
        payload: its content.
        workflow: file name of the only workflow to run; all by default.
        environ: variables of all steps.
        values: `vars`.
        secrets: `secrets`.
    """
    scratch = repository.folder.parent
    (scratch / "event.json").write_text(json.dumps(payload or {}), encoding="utf-8")
    given = [
        f"--{option}={name}={value}"
        for option, pairs in (("env", environ), ("var", values), ("secret", secrets))
        for name, value in (pairs or {}).items()
    ]
    only = [f"--workflows=.github/workflows/{workflow}"] if workflow else []
    finished = subprocess.run(
        [
            Path(sys.executable).with_name("act"), event, "--pull=false", "--rebuild=false",
            "--action-offline-mode", "--container-daemon-socket=-", f"--eventpath={scratch / 'event.json'}",
            f"--platform=ubuntu-latest={RUNNER_IMAGE}", *only, *given,
        ],
        cwd=repository.folder,
        env={**engine.environ, "HOME": str(scratch), "XDG_CACHE_HOME": str(scratch / "cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    return Done(finished.returncode, finished.stdout + finished.stderr)
