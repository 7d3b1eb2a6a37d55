"""The folder of `--state`: whatever moment the process dies at, the next one reads it and goes on."""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from ivr_action.emulator.state import State
from ivr_action.emulator.store import FolderStore
from tests.emulator.conftest import MAIN
from tests.emulator.test_command import log_in, running

YAML = MAIN.read_text()


def _deploy_for_ever(line: dict[str, Any], http: httpx.Client, storage: httpx.Client, seen: list[int]) -> None:
    """Publish jobs and changes of metadata, until the process dies; notes each version that was answered."""
    url = f"/api/v2/flows/{line['flows'][0]['id']}"
    while True:
        job = http.post("/api/v2/flows/jobs").json()
        yaml = YAML.replace("Press 1", f"Press 1 or {len(seen)}")
        storage.put(job["presignedUrl"], content=yaml, headers=job["headers"])
        http.get(f"/api/v2/flows/jobs/{job['id']}")
        http.put(url, json={"description": f"Number {len(seen)}"})
        seen.append(int(http.get(url).json()["publishedVersion"]["id"].partition(".")[0]))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_at_any_moment_leaves_a_state_that_is_whole(tmp_path: Path) -> None:
    rng, folder, seen = random.Random(11), tmp_path / "state", [1]
    arguments = ["--state", str(folder), "--seed", str(MAIN), "--job-seconds", "0", "--requests-per-minute", "100000"]
    for _ in range(8):
        with running(*arguments) as (process, line):
            headers = {"authorization": log_in(line)}
            with (
                httpx.Client(base_url=line["api_url"], headers=headers, trust_env=False) as http,
                httpx.Client(trust_env=False) as storage,
            ):
                url = f"/api/v2/flows/{line['flows'][0]['id']}"
                now = http.get(url).json()["publishedVersion"]["id"]
                assert int(now.partition(".")[0]) >= seen[-1]  # what was answered is there
                assert http.get(f"{url}/versions/{now}/configuration").json()["name"] == "Main line"
                threading.Timer(rng.uniform(0.05, 0.4), process.kill).start()
                with pytest.raises((httpx.HTTPError, ValueError)):
                    _deploy_for_ever(line, http, storage, seen)
            process.wait(10)
        kept = State.model_validate_json((folder / "state.json").read_bytes())
        for record in kept.flows.values():
            for version in record.versions:
                assert json.loads((folder / "contents" / f"{version.content}.json").read_bytes())["yaml"]
    assert seen[-1] > 20


WRITER = """
import sys
from pathlib import Path
from ivr_action.emulator.state import State
from ivr_action.emulator.store import FolderStore
store = FolderStore(Path(sys.argv[1]))
number = 0
print("ready", flush=True)
while True:
    number += 1
    store.write_content(f"{number:064d}", b"x" * 200_000)
    store.write_state(State(mode="platform", organization_id=str(number), organization_name="n" * 500_000))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_in_the_middle_of_a_write_leaves_the_one_before(tmp_path: Path) -> None:
    import subprocess

    rng = random.Random(3)
    for _ in range(6):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0.02, 0.15))
        process.kill()
        process.wait(10)
        process.stdout.close()
        state = FolderStore(tmp_path).read_state()
        assert state is not None
        assert len(state.organization_name) == 500_000
        assert len(FolderStore(tmp_path).read_content(f"{int(state.organization_id):064d}")) == 200_000


def test_what_a_killed_write_left_behind_is_written_over(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    (tmp_path / "state.json.new").write_text("{half")
    (tmp_path / "contents" / f"{'0' * 64}.json.new").write_text("half")
    assert store.read_state() is None
    store.write_content("0" * 64, b"whole")
    store.write_state(State(mode="platform", organization_id="x"))
    assert store.read_content("0" * 64) == b"whole"
    assert not list(tmp_path.rglob("*.new"))
