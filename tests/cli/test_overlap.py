"""Two deployments of the same commit at the same time: one outcome, and both tell the truth about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ivr_action.emulator import Emulator
from tests.conftest import Repository
from tests.samples import menu_flow

FLOWS = [f"Line {number}" for number in range(3)]


def start(folder: Path, emulator: Emulator) -> subprocess.Popen[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "IVR_ACTION_CLIENT_ID": emulator.client_id,
        "IVR_ACTION_CLIENT_SECRET": emulator.client_secret,
        "IVR_ACTION_API_URL": emulator.api_url,
        "IVR_ACTION_LOGIN_URL": emulator.login_url,
    }
    command = [sys.executable, "-m", "ivr_action.cli", "deploy", "--yes", "--allow-create", "--format", "json"]
    return subprocess.Popen(
        command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_two_deployments_of_one_commit(repository: Repository, tmp_path: Path) -> None:
    seed = tmp_path / "queues.yaml"
    seed.write_text("emulator: 1\nqueues: [Sales]\n")
    with Emulator(seeds=[seed]) as emulator:
        config = f"environments:\n  test:\n    organisation: {emulator.world.state.organization_id}\n"
        flows = {f"flows/{number}.yaml": menu_flow(name) for number, name in enumerate(FLOWS)}
        repository.commit({".ivr-action.yml": config, **flows})
        other = tmp_path / "other"
        repository.git("clone", "--quiet", str(repository.folder), str(other))
        runs = [start(repository.folder, emulator), start(other, emulator)]
        ended = [run.communicate(timeout=120) for run in runs]
        assert all(out for out, _ in ended), ended
        reports = [json.loads(out) for out, _ in ended]
        for report, run in zip(reports, runs, strict=True):
            assert report["exitStatus"] == run.returncode
            for flow in report["flows"]:
                there = {version.id for version in emulator.flow(flow["name"]).versions} if flow["to"] else set()
                if flow["result"] in ("created", "deployed"):
                    assert flow["to"] in there
                else:  # the other run's version is named, or nothing was done
                    assert flow["result"] in ("unchanged", "skipped") or "version" in flow["message"], flow
        last = start(repository.folder, emulator)
        out, err = last.communicate(timeout=120)
        assert last.returncode == 0, err
        for flow in json.loads(out)["flows"]:
            assert flow["result"] in ("unchanged", "created")
            made = emulator.flow(flow["name"])
            assert made.published == (flow["to"] or flow["from"])
            assert len([one for one in emulator.world.state.flows.values() if one.name == flow["name"]]) == 1
