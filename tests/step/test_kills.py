"""The step killed at any moment of a publish job: nothing half saved is called good, and a run in an empty directory,
which has the repository and the platform and nothing else, finishes or reports.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import pytest

from ivr_action.emulator import Emulator
from ivr_action.emulator.world import Pace
from ivr_action.step import main
from ivr_action.world import Outside
from tests.conftest import Repository, outputs_of
from tests.samples import menu_flow
from tests.step.conftest import FLOW, TAG
from tests.step.killed import faster

ROOT = Path(__file__).parent.parent.parent
NAME = "Main line"
NEW = menu_flow().replace("Press one", "Please press one")
OTHER = menu_flow().replace("Press one", "Press something")
LONG = 600.0
BOTH = pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")]


@dataclass
class Run:
    """One run of the step, in a directory of its own."""

    folder: Path
    environ: dict[str, str]
    status: int = 0
    out: str = ""

    @property
    def deployed(self) -> list[tuple[str, str]]:
        """Results with the versions that they made."""
        outputs = outputs_of((self.folder / "output").read_text(encoding="utf-8"))
        return [(one["result"], one["to"]) for one in json.loads(outputs.get("deployed") or "[]")]


@dataclass
class Place:
    """An organisation in which version 1.0 was deployed from here, and a repository that has something newer."""

    emulator: Emulator
    repository: Repository
    folder: Path
    runs: int = 0

    def clone(self) -> Run:
        """A directory with a fresh clone and nothing else, on a tag that deploys."""
        self.runs += 1
        folder = self.folder / f"run{self.runs}"
        workspace = folder / "workspace"
        folder.mkdir()
        subprocess.run(["git", "clone", "-q", str(self.repository.folder), str(workspace)], check=True)
        (folder / "event.json").write_text("{}")
        for name in ("output", "summary.md"):
            (folder / name).write_text("")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_REPOSITORY": "example/ivr",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_REF": TAG,
            "GITHUB_SHA": self.repository.git("rev-parse", "HEAD"),
            "INPUT_CLIENT-ID": self.emulator.client_id,
            "INPUT_CLIENT-SECRET": self.emulator.client_secret,
            "INPUT_API-URL": self.emulator.api_url,
            "INPUT_LOGIN-URL": self.emulator.login_url,
            "INPUT_ALLOW-CREATE": "true",
        }
        return Run(folder, environ)

    def deploy(self) -> Run:
        """A whole run."""
        run, out = self.clone(), StringIO()
        run.status = main(run.environ, stdout=out, stderr=StringIO(), outside=Outside(clock=faster))
        run.out = out.getvalue()
        return run

    def killed(self, number: int, method: str, path: str, count: int = 1) -> None:
        """A run in a process that gets the signal as soon as so many of these requests have come."""
        before, run = len(self.emulator.log.of(method, path)), self.clone()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.step.killed"],
            cwd=run.folder / "workspace",
            env={**run.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        end = time.monotonic() + 90
        while len(self.emulator.log.of(method, path)) < before + count:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, self.emulator.log.text()
            time.sleep(0.005)
        process.send_signal(number)
        out, _ = process.communicate(timeout=60)
        # One that may still speak says how far it came; neither says that the flow is deployed.
        expected = (-signal.SIGKILL,) if number == signal.SIGKILL else (3, 4, 128 + signal.SIGTERM)
        assert process.returncode in expected, out
        assert all(result in ("unknown", "skipped") for result, _ in run.deployed), out
        assert (run.deployed == []) == (process.returncode not in (3, 4)), out

    @property
    def versions(self) -> list[str]:
        return [version.id for version in self.emulator.flow(NAME).versions]

    def live(self) -> str:
        """The YAML that callers hear."""
        flow = self.emulator.flow(NAME)
        version = next(one for one in flow.versions if one.id == flow.published)
        return str(self.emulator.world.content(version.content).yaml)


@pytest.fixture
def place(repository: Repository, tmp_path: Path) -> Iterator[Place]:
    seed = tmp_path / "organisation.yaml"
    seed.write_text("emulator: 1\norganization: Acme\nqueues: [Sales, Service]\n", encoding="utf-8")
    with Emulator(seeds=[seed], pace=Pace(job=0.3, requests=100_000)) as emulator:
        config = (
            "flows: [flows]\nenvironments:\n  test:\n"
            f"    organisation: {emulator.world.state.organization_id}\n    deploy-tags: v*\n"
        )
        repository.commit({FLOW: menu_flow(), ".ivr-action.yml": config})
        made = Place(emulator, repository, tmp_path)
        first = made.deploy()
        assert first.deployed == [("created", "1.0")], first.out
        repository.commit({FLOW: NEW})
        yield made


def finished(place: Place, result: tuple[str, str]) -> None:
    """That the next run ends it: version 2.0 has the file, and there is no third."""
    run = place.deploy()
    assert (run.status, run.deployed) == (0, [result]), run.out
    assert place.versions == ["1.0", "2.0"]
    assert "Please press one" in place.live()


@BOTH
def test_before_the_flow_is_read(place: Place, number: int) -> None:
    place.emulator.fault(method="GET", path="/api/v2/flows", delay=LONG)
    place.killed(number, "GET", "/api/v2/flows")
    finished(place, ("deployed", "2.0"))


@BOTH
def test_while_the_job_is_registered(place: Place, number: int) -> None:
    place.emulator.fault(method="POST", path="/api/v2/flows/jobs", delay=LONG)
    place.killed(number, "POST", "/api/v2/flows/jobs")
    assert place.versions == ["1.0"]
    finished(place, ("deployed", "2.0"))


@BOTH
def test_after_the_registration_and_before_the_upload(place: Place, number: int) -> None:
    place.emulator.fault(method="PUT", path="/uploads/*", drop="before")
    place.emulator.fault(method="GET", path="/api/v2/flows/jobs/*", delay=LONG)
    place.killed(number, "GET", "/api/v2/flows/jobs/*")
    finished(place, ("deployed", "2.0"))


@BOTH
def test_after_the_upload_and_before_its_answer(place: Place, number: int) -> None:
    place.emulator.fault(method="PUT", path="/uploads/*", drop="after")
    place.emulator.fault(method="GET", path="/api/v2/flows/jobs/*", delay=LONG)
    place.killed(number, "GET", "/api/v2/flows/jobs/*")
    finished(place, ("unchanged", ""))


@BOTH
def test_while_the_job_runs(place: Place, number: int) -> None:
    """The next run begins before it is over, waits for it, and finds its version."""
    place.emulator.world.pace = replace(place.emulator.world.pace, job=6.0)
    place.killed(number, "GET", "/api/v2/flows/jobs/*", 2)
    assert place.versions == ["1.0"]
    finished(place, ("unchanged", ""))


@BOTH
def test_before_the_verification(place: Place, number: int) -> None:
    reads = "/api/v2/flows/*/versions/2.0/configuration"
    place.emulator.fault(method="GET", path=reads, delay=LONG)
    place.killed(number, "GET", reads)
    finished(place, ("unchanged", ""))


@BOTH
def test_before_the_verification_of_something_else(place: Place, number: int) -> None:
    """The job has published what was not sent, and nobody has said so: the next run stops, and names the version."""
    place.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"publish": OTHER})
    reads = "/api/v2/flows/*/versions/2.0/configuration"
    place.emulator.fault(method="GET", path=reads, delay=LONG)
    place.killed(number, "GET", reads)
    run = place.deploy()
    assert (run.status, run.deployed) == (3, [("refused", "")]), run.out
    assert "2.0" in run.out
    assert place.versions == ["1.0", "2.0"]
