"""The image deploys: to an emulated organisation on this machine's loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ivr_action.emulator import Emulator
from tests.e2e.engine import Engine
from tests.e2e.flows import flow
from tests.e2e.runner import Repository, Result, Runner, write

TAG = "refs/tags/v1"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    seed = tmp_path / "organisation.yaml"
    seed.write_text("emulator: 1\norganization: Acme\nqueues: [Sales, Support, Service]\n", encoding="utf-8")
    with Emulator(seeds=[seed]) as emulator:
        yield emulator


def deploy(runner: Runner, emulator: Emulator, name: str = "", **inputs: str) -> Result:
    given = {
        "client-id": emulator.client_id,
        "client-secret": emulator.client_secret,
        "api-url": emulator.api_url,
        "login-url": emulator.login_url,
        "allow-create": "true",
        **inputs,
    }
    return runner.run(given, event="push", ref=TAG, network="host", container=name)


def prepare(runner: Runner, emulator: Emulator) -> None:
    config = (
        f"environments:\n  live: {{organisation: {emulator.world.state.organization_id}, deploy-tags: v*}}\n"
    )  # fmt: skip
    write(runner.workspace, {"flows/main.yaml": flow(), ".ivr-action.yml": config})
    repository = Repository(runner.workspace)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message=flows")


def test_a_tag_deploys_and_the_next_one_finds_nothing_to_do(runner: Runner, emulator: Emulator) -> None:
    prepare(runner, emulator)

    result = deploy(runner, emulator)

    assert result.status == 0, result.log
    (deployed,) = json.loads(result.outputs["deployed"])
    assert (deployed["result"], deployed["to"]) == ("created", "1.0")
    assert emulator.flow(deployed["name"]).published == "1.0"
    assert result.summary.startswith("## ✅ Deployment to live")
    audit = runner.workspace / result.outputs["audit-log"]
    assert len(audit.read_text(encoding="utf-8").splitlines()) == 2
    assert audit.stat().st_mode & 0o444 == 0o444
    hidden = [command.data for command in result.commands if command.name == "add-mask"]
    assert emulator.client_secret in hidden

    again = deploy(runner, emulator, **{"audit-head": result.outputs["audit-head"]})

    assert again.status == 0, again.log
    assert json.loads(again.outputs["deployed"])[0]["result"] == "unchanged"


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_cancelled_job_says_how_far_it_came(engine: Engine, runner: Runner, emulator: Emulator, number: str) -> None:
    prepare(runner, emulator)
    emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"never_ends": True})
    name = f"ivr-{uuid4().hex[:12]}"
    told: list[float] = []

    def cancel() -> None:
        while not emulator.log.of("PUT", "/uploads/*"):
            time.sleep(0.1)
        told.append(time.monotonic())
        engine.docker("kill", f"--signal={number}", name)

    canceller = threading.Thread(target=cancel, daemon=True)
    canceller.start()
    result = deploy(runner, emulator, name)
    took = time.monotonic() - told[0]

    assert result.status == 4, result.log
    assert took < 7, "GitHub sends SIGTERM 7.5 seconds after SIGINT, and kills 2.5 seconds later"
    assert json.loads(result.outputs["deployed"])[0]["result"] == "unknown"
    assert "It ended early" in result.summary
