"""What several rooms' tests need: real git repositories, a step that runs in one, reports made by hand."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

from ivr_action.step import main


@dataclass
class Repository:
    """A git repository with what a test commits."""

    folder: Path

    def git(self, *arguments: str) -> str:
        """Runs git with an identity of its own and without the machine's configuration."""
        identity = {"NAME": "tests", "EMAIL": "tests@example.com", "DATE": "2026-01-01T00:00:00Z"}
        environ = {f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in identity.items()}
        environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env={**os.environ, **environ}, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def write(self, path: str, text: str = "x\n") -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def commit(self, files: Mapping[str, str] | None = None, message: str = "change") -> str:
        """Writes the files, commits everything, and returns the commit."""
        for path, text in (files or {}).items():
            self.write(path, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "repository"
    folder.mkdir()
    made = Repository(folder)
    made.git("init", "--quiet", "--initial-branch=main")
    return made


@dataclass
class Ran:
    """What a run of the step left behind."""

    status: int
    out: str
    err: str
    outputs: dict[str, str]
    summary: str
    workspace: Path

    def report(self) -> dict[str, object]:
        return dict(json.loads((self.workspace / self.outputs["report"]).read_text(encoding="utf-8")))


@dataclass
class Step:
    """Runs the step as the runner does, with files of its own for outputs and summary."""

    workspace: Path
    scratch: Path
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, event: str = "workflow_dispatch", payload: object = None, **inputs: str) -> Ran:
        """Inputs by name with `_` for `-`; edges that a test replaces are in `edges`."""
        return self.run_with({}, event, payload, **inputs)

    def run_with(self, edges: Mapping[str, object], event: str, payload: object = None, **inputs: str) -> Ran:
        self.scratch.mkdir(exist_ok=True)
        output, summary, path = (self.scratch / name for name in ("output", "summary.md", "event.json"))
        output.write_text("")
        summary.write_text("")
        path.write_text(json.dumps(payload or {}), encoding="utf-8")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.scratch),
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_REPOSITORY": "example/ivr",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            **{f"INPUT_{name.replace('_', '-').upper()}": value for name, value in inputs.items()},
            **self.environ,
        }
        out, err = StringIO(), StringIO()
        status = main(environ, stdout=out, stderr=err, **edges)  # type: ignore[arg-type]
        return Ran(
            status, out.getvalue(), err.getvalue(), outputs_of(output.read_text(encoding="utf-8")),
            summary.read_text(encoding="utf-8"), self.workspace,
        )  # fmt: skip


def outputs_of(text: str) -> dict[str, str]:
    """Outputs as the runner reads them from its file."""
    outputs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        value = []
        for content in lines:
            if content == delimiter:
                break
            value.append(content)
        outputs[name] = "\n".join(value)
    return outputs


@pytest.fixture
def step(repository: Repository, tmp_path: Path) -> Step:
    return Step(repository.folder, tmp_path / "runner")
