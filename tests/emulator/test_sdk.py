"""The official SDKs as clients: no key that their models do not know, no field that we rely on left out."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ivr_action.emulator.server import Emulator
from ivr_action.emulator.world import Pace
from tests.emulator.conftest import MAIN
from tests.emulator.test_organisation import ORGANISATION

HERE = Path(__file__).parent
PACE = Pace(job=0.05, export=0.05, operation=0.02, requests=10_000)


def _emulator(folder: Path) -> Emulator:
    described = ORGANISATION.replace(
        "version: 4}", "version: 4, openHoursFlow: Main line, scheduleGroup: Opening hours}"
    )
    (folder / "organisation.yaml").write_text(described)
    return Emulator(seeds=[MAIN, folder / "organisation.yaml"], pace=PACE, rng=random.Random(5))


def _run(command: list[str], home: Path, **environ: str) -> dict[str, list[str]]:
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "USERPROFILE": str(home), "NO_PROXY": "*", **environ},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.slow
@pytest.mark.skipif(find_spec("PureCloudPlatformClientV2") is None, reason="the official SDK is not installed")
def test_the_python_sdk_understands_every_answer(tmp_path: Path) -> None:
    with _emulator(tmp_path) as emulator:
        arguments = [emulator.api_url, emulator.client_id, emulator.client_secret, str(MAIN)]
        found = _run([sys.executable, str(HERE / "sdk" / "client.py"), *arguments], tmp_path)
        assert {name: wrong for name, wrong in found.items() if wrong} == {}
        assert len(found) == 33
        assert all(entry.status in (200, 204) for entry in emulator.log), emulator.log.text()


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("IVR_ACTION_JS_SDK") or shutil.which("node") is None,
    reason="IVR_ACTION_JS_SDK names no folder with node_modules/purecloud-platform-client-v2",
)
def test_the_javascript_sdk_deploys_and_exports(tmp_path: Path) -> None:
    with _emulator(tmp_path) as emulator:
        arguments = [emulator.api_url, emulator.client_id, emulator.client_secret, str(MAIN)]
        modules = str(Path(os.environ["IVR_ACTION_JS_SDK"]) / "node_modules")
        found = _run(["node", str(HERE / "sdk" / "client.cjs"), *arguments], tmp_path, NODE_PATH=modules)
        assert {name: wrong for name, wrong in found.items() if wrong} == {}
        assert len(found) == 21
        assert all(entry.status in (200, 204) for entry in emulator.log), emulator.log.text()
