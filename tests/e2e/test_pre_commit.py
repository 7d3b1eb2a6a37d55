"""Our pre-commit hook, tried by pre-commit itself: it installs the repository and runs the hook in another one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import ROOT
from tests.e2e.flows import broken, flow
from tests.e2e.runner import Repository


def test_the_hook_checks_the_flows_of_a_commit_and_nothing_else(tmp_path: Path) -> None:
    ours = Repository.create(tmp_path / "ivr-action")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy2(ROOT / name, ours.folder)
    shutil.copytree(ROOT / "ivr_action", ours.folder / "ivr_action", ignore=shutil.ignore_patterns("__pycache__"))
    ours.commit({})
    theirs = Repository.create(tmp_path / "flows")
    theirs.commit({"good.yaml": flow("Good line"), "compose.yaml": "services: {}\n", "data.json": "[]\n"})

    status, log = try_hook(theirs, ours, tmp_path)
    assert status == 0, log
    assert "Genesys Cloud IVR flows" in log
    assert "Passed" in log

    (theirs.folder / "broken.yaml").write_text(broken(), encoding="utf-8")
    theirs.git("add", "broken.yaml")
    status, log = try_hook(theirs, ours, tmp_path)
    assert status == 1, log
    assert "broken.yaml:8:" in log
    assert "compose.yaml" not in log


def try_hook(repository: Repository, hooks: Repository, scratch: Path) -> tuple[int, str]:
    finished = subprocess.run(
        [Path(sys.executable).with_name("pre-commit"), "try-repo", str(hooks.folder), "ivr-action-validate",
         "--all-files", "--color=never"],
        cwd=repository.folder,
        env={**os.environ, "PRE_COMMIT_HOME": str(scratch / "home"), "GIT_CONFIG_GLOBAL": os.devnull},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False,
    )  # fmt: skip
    return finished.returncode, finished.stdout
