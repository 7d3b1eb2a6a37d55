"""Runs the image the way GitHub's runner runs a container action, and reads the log the way it does."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.e2e.engine import Engine

REPOSITORY = "octo/ivr"
RUNNER_UID = 1001
"""The workspace belongs to the runner's user while the container runs as root; git minds that."""

REGISTERED = frozenset(
    (
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
        "warning",
    )
)
"""The commands that the runner acts on (actions/runner, ActionCommandManager)."""


@dataclass(frozen=True)
class Command:
    name: str
    properties: Mapping[str, str]
    data: str


@dataclass(frozen=True)
class Result:
    """What one run left: the exit status, the log, and the files that the runner reads afterwards."""

    status: int
    log: str
    outputs: Mapping[str, str]
    summary: str
    home: Path

    @property
    def commands(self) -> list[Command]:
        return commands(self.log)

    def annotations(self, level: str) -> list[Command]:
        return [command for command in self.commands if command.name == level]

    @property
    def changed_flows(self) -> list[str]:
        return sorted(json.loads(self.outputs["changed-flows"]))


@dataclass(frozen=True)
class Runner:
    """One job's step: `run` may be called again for the next step of the same workspace."""

    engine: Engine
    image: str
    scratch: Path

    @property
    def workspace(self) -> Path:
        return self.scratch / "workspace"

    def run(
        self,
        inputs: Mapping[str, str] | None = None,
        *,
        event: str = "workflow_dispatch",
        payload: Mapping[str, Any] | None = None,
        sha: str = "",
        ref: str = "refs/heads/main",
        environ: Mapping[str, str] | None = None,
        network: str = "none",
        container: str = "",
    ) -> Result:
        """Runs the step without a network: everything up to the save works offline.

        Args:
            inputs: by the names of action.yml; the runner's rule for the variable's name is applied.
            environ: what the job's `env:` adds.
            network: `host` reaches what listens on this machine's loopback.
            container: its name, to send it signals; empty for any.
        """
        folders = {name: self.scratch / name for name in ("home", "workflow", "file_commands", "runner_temp")}
        for folder in folders.values():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        (folders["workflow"] / "event.json").write_text(json.dumps(payload or {}), encoding="utf-8")
        kinds = ("output", "step_summary", "env", "path", "state")
        files = {kind: f"{kind}_{uuid4()}" for kind in kinds}
        for name in files.values():
            (folders["file_commands"] / name).touch()
        self._give_to_runner()

        variables = {
            "HOME": "/github/home",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION": "__self",
            "GITHUB_ACTOR": "mona",
            "GITHUB_API_URL": "https://api.github.invalid",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_JOB": "gate",
            "GITHUB_REF": ref,
            "GITHUB_REF_NAME": ref.split("/", 2)[-1],
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REPOSITORY_OWNER": REPOSITORY.partition("/")[0],
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_RUN_NUMBER": "1",
            "GITHUB_SERVER_URL": "https://github.invalid",
            "GITHUB_SHA": sha or "0" * 40,
            "GITHUB_WORKFLOW": "gate",
            "GITHUB_WORKSPACE": "/github/workspace",
            "RUNNER_ARCH": "X64",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": "/github/runner_temp",
            **{f"GITHUB_{kind.upper()}": f"/github/file_commands/{name}" for kind, name in files.items()},
            **{f"INPUT_{key.replace(' ', '_').upper()}": value for key, value in (inputs or {}).items()},
            **(environ or {}),
        }
        mounts = {**folders, "workspace": self.workspace}
        finished = self.engine.docker(
            "run", "--rm", "--pull=never", f"--network={network}", "--workdir=/github/workspace",
            *([f"--name={container}"] if container else []),
            *(f"--env={name}={value}" for name, value in variables.items()),
            *(f"--volume={path}:/github/{name}" for name, path in mounts.items()),
            self.image,
            timeout=120,
            check=False,
        )  # fmt: skip
        read = {kind: (folders["file_commands"] / name).read_text(encoding="utf-8") for kind, name in files.items()}
        return Result(
            status=finished.returncode,
            log=finished.stdout + finished.stderr,
            outputs=parse_outputs(read["output"]),
            summary=read["step_summary"],
            home=folders["home"],
        )

    def _give_to_runner(self) -> None:
        if os.geteuid() == 0:
            for path in (self.workspace, *self.workspace.rglob("*")):
                os.chown(path, RUNNER_UID, RUNNER_UID, follow_symlinks=False)


def parse_outputs(text: str) -> dict[str, str]:
    """Reads a `GITHUB_OUTPUT` file: `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`."""
    outputs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        heredoc = re.match(r"([^=]*?)<<(.+)", line)
        if heredoc:
            value: list[str] = []
            for inner in lines:
                if inner == heredoc[2]:
                    break
                value.append(inner)
            else:
                raise AssertionError(f"the output {heredoc[1]} has no closing delimiter")
            outputs[heredoc[1]] = "\n".join(value)
        else:
            name, equals, rest = line.partition("=")
            assert equals, f"not an output: {line!r}"
            outputs[name] = rest
    return outputs


def commands(log: str) -> list[Command]:
    """The workflow commands that the runner would find in a log.

    `::name key=value::data` counts after leading blanks, the older `##[name key=value]data` anywhere in a
    line that holds none of the first kind; both only with a registered name. Between `::stop-commands::token`
    and `::token::` none counts.
    """
    found: list[Command] = []
    resume = None
    for line in re.split(r"\r\n|\r|\n", log):
        current = re.match(r"\s*::([^\s:]+)(?:\s+(.*?))?::(.*)", line)
        older = re.search(r"##\[([^\s\]]+)(?:\s+([^\]]*))?\](.*)", line)
        if resume:
            if current and current[1] == resume:
                resume = None
            continue
        if current and current[1].lower() in REGISTERED:
            match, separator = current, ","
        elif older and older[1].lower() in REGISTERED:
            match, separator = older, ";"
        else:
            continue
        if match[1].lower() == "stop-commands":
            resume = match[3]
        pairs = (pair.partition("=") for pair in (match[2] or "").split(separator))
        properties = {key.strip(): _unescape(value, separator) for key, _, value in pairs if value}
        found.append(Command(match[1].lower(), properties, _unescape(match[3], "")))
    return found


def _unescape(text: str, separator: str) -> str:
    table = {"%0D": "\r", "%0A": "\n"}
    if separator:
        table |= {"%3A": ":", "%2C": ","}
    for code, character in table.items():
        text = text.replace(code, character)
    return text.replace("%25", "%")


@dataclass(frozen=True)
class Repository:
    """A Git repository with just enough history to stand for a pull request or a push."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> Repository:
        folder.mkdir(parents=True, exist_ok=True)
        repository = cls(folder)
        repository.git("init", "--quiet", "--initial-branch=main")
        return repository

    def git(self, *arguments: str) -> str:
        isolated = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        settings = {"user.name": "Mona", "user.email": "mona@example.invalid", "safe.directory": "*"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return subprocess.run(
            ["git", *options, "-C", self.folder, *arguments],
            env={**{k: v for k, v in os.environ.items() if not k.startswith("GIT_")}, **isolated},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def commit(self, files: Mapping[str, str], message: str = "change") -> str:
        """Writes the files, commits them and returns the commit's id."""
        write(self.folder, files)
        self.git("add", "--all")
        self.git("commit", "--quiet", f"--message={message}")
        return self.git("rev-parse", "HEAD")


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
