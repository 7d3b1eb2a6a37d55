"""Killed at any step of a save: what was printed is true, and the next run, which knows only the platform, ends it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr_action import IvrFlowUpdater
from ivr_action.emulator import Emulator
from tests.genesys.faults import GRAPH
from tests.genesys.publishing import NAME

ROOT = Path(__file__).parent.parent.parent
FLOW = "/api/v2/flows/*"
NODES = {**GRAPH["nodes"], "menu": {**GRAPH["nodes"]["menu"], "properties": {"tts": "Welcome"}}}
LONG = 600.0
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    (tmp_path / "main.json").write_text(json.dumps(GRAPH))
    with Emulator("specification", [tmp_path / "main.json"]) as running:
        yield running


def start(emulator: Emulator, folder: Path, *more: str) -> subprocess.Popen[str]:
    """The program, in an empty directory that is its home too."""
    folder.mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "tests.genesys.killed", emulator.flow(NAME).id, json.dumps(NODES), *more],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "IVR_ACTION_API_URL": emulator.api_url,
            "IVR_ACTION_LOGIN_URL": emulator.login_url,
            "CLIENT_ID": emulator.client_id,
            "CLIENT_SECRET": emulator.client_secret,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def reached(emulator: Emulator, method: str, number: int) -> Callable[[], bool]:
    """Whether so many requests have come."""
    return lambda: len(emulator.log.of(method, FLOW)) >= number


def kill(process: subprocess.Popen[str], number: int, when: Callable[[], bool]) -> str:
    """What it had printed when it was killed."""
    end = time.monotonic() + 60
    while not when():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == -number
    return out


def after(emulator: Emulator, folder: Path) -> dict[str, Any]:
    """What the next run says, in an empty directory."""
    folder.mkdir()
    environ = {"IVR_ACTION_API_URL": emulator.api_url, "IVR_ACTION_LOGIN_URL": emulator.login_url}
    with (
        contextlib.chdir(folder),
        IvrFlowUpdater(emulator.client_id, emulator.client_secret, environ=environ) as updater,
    ):
        done = updater.update_nodes(emulator.flow(NAME).id, NODES, "menu", base_version=1)
    assert list(folder.iterdir()) == []
    return done


BOTH = pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])


@pytest.mark.slow
@BOTH
def test_before_the_read(emulator: Emulator, tmp_path: Path, number: int) -> None:
    emulator.fault(method="GET", path=FLOW, delay=LONG)
    assert kill(start(emulator, tmp_path / "one"), number, reached(emulator, "GET", 1)) == ""
    done = after(emulator, tmp_path / "two")
    assert (done["status"], done["version"], emulator.flow(NAME).revision) == ("deployed", 2, 2)


@pytest.mark.slow
@BOTH
def test_between_read_and_write(emulator: Emulator, tmp_path: Path, number: int) -> None:
    process = start(emulator, tmp_path / "one", "hold")
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    assert kill(process, number, lambda: True) == ""
    assert (emulator.log.of("PUT"), emulator.flow(NAME).revision) == ([], 1)
    done = after(emulator, tmp_path / "two")
    assert (done["status"], done["version"], emulator.flow(NAME).revision) == ("deployed", 2, 2)


@pytest.mark.slow
@BOTH
def test_while_the_write_is_on_its_way(emulator: Emulator, tmp_path: Path, number: int) -> None:
    """It arrives when the next run is over: the version that it names is not live any more."""
    emulator.fault(method="PUT", path=FLOW, delay=3.0)
    assert kill(start(emulator, tmp_path / "one"), number, reached(emulator, "PUT", 1)) == ""
    done = after(emulator, tmp_path / "two")
    assert (done["version"], emulator.flow(NAME).document["nodes"]) == (2, NODES)
    late, *_ = emulator.log.of("PUT")
    end = time.monotonic() + 30
    while not late.status and time.monotonic() < end:
        time.sleep(0.02)
    statuses = sorted(entry.status for entry in emulator.log.of("PUT"))
    assert statuses in ([200, 409], [200])  # the next run may have come late: then it has found the first one's
    assert (done["status"], emulator.flow(NAME).revision) == ("deployed" if len(statuses) == 2 else "unchanged", 2)


@pytest.mark.slow
@BOTH
def test_after_the_write_and_before_its_answer(emulator: Emulator, tmp_path: Path, number: int) -> None:
    emulator.fault(method="PUT", path=FLOW, drop="after")
    emulator.fault(method="GET", path=FLOW, nth=2, delay=LONG)
    assert kill(start(emulator, tmp_path / "one"), number, reached(emulator, "GET", 2)) == ""
    assert [entry.status for entry in emulator.log.of("PUT")] == [0]
    done = after(emulator, tmp_path / "two")
    assert (done["status"], done["version"], emulator.flow(NAME).revision) == ("unchanged", 2, 2)


@pytest.mark.slow
@BOTH
def test_before_the_verification(emulator: Emulator, tmp_path: Path, number: int) -> None:
    emulator.fault(method="GET", path=FLOW, nth=2, delay=LONG)
    assert kill(start(emulator, tmp_path / "one"), number, reached(emulator, "GET", 2)) == ""
    assert [entry.status for entry in emulator.log.of("PUT")] == [200]
    done = after(emulator, tmp_path / "two")
    assert (done["status"], done["version"], emulator.flow(NAME).revision) == ("unchanged", 2, 2)


@pytest.mark.slow
@BOTH
def test_before_the_verification_of_what_the_platform_did_not_store(
    emulator: Emulator, tmp_path: Path, number: int
) -> None:
    emulator.fault(method="PUT", path=FLOW, ignore=True)
    emulator.fault(method="GET", path=FLOW, nth=2, delay=LONG)
    assert kill(start(emulator, tmp_path / "one"), number, reached(emulator, "GET", 2)) == ""
    done = after(emulator, tmp_path / "two")
    assert (done["status"], done["version"], emulator.flow(NAME).document["nodes"]) == ("deployed", 2, NODES)
