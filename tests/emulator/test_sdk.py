"""The official SDKs as clients: no key that their models do not know, no field that we rely on left out."""

from __future__ import annotations

import json
import os
import random
import re
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
from tests.genesys.test_sdk_requests import OPERATIONS

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "sdk.md"
PACE = Pace(job=0.05, export=0.05, operation=0.02, requests=10_000)


def _emulator(folder: Path) -> Emulator:
    described = ORGANISATION.replace(
        "version: 4}", "version: 4, openHoursFlow: Main line, scheduleGroup: Opening hours}"
    )
    more = "languages: [Dutch]\nemergency_groups: [Fire]\n"
    (folder / "organisation.yaml").write_text(described + more)
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


def _listed(column: int) -> set[str]:
    """What a column of the table in docs/sdk.md names: the Python SDK's methods, or the JavaScript SDK's."""
    rows = re.findall(r"^\| `([a-z_]+)` \|(.+)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 30
    checked = [name for name, cells in rows if cells.split("|")[column].strip()]
    return set(checked) if column == 0 else {_camel(name) for name in checked} | {"login", "upload", "download"}


def _camel(name: str) -> str:
    first, *more = name.split("_")
    return first + "".join(word.capitalize() for word in more)


def test_the_table_names_each_request_that_is_compared() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|(.+)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    compared = {name for name, cells in rows if cells.split("|")[2].strip()}
    assert compared == OPERATIONS
    for name, cells in rows:  # what we use is checked by all three
        assert name not in OPERATIONS or all(cell.strip() for cell in cells.split("|")), name


@pytest.mark.slow
@pytest.mark.skipif(find_spec("PureCloudPlatformClientV2") is None, reason="the official SDK is not installed")
def test_the_python_sdk_understands_every_answer(tmp_path: Path) -> None:
    with _emulator(tmp_path) as emulator:
        arguments = [emulator.api_url, emulator.client_id, emulator.client_secret, str(MAIN)]
        found = _run([sys.executable, str(HERE / "sdk" / "client.py"), *arguments], tmp_path)
        assert {name: wrong for name, wrong in found.items() if wrong} == {}
        assert set(found) == _listed(0)
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
        assert set(found) == _listed(1)
        assert all(entry.status in (200, 204) for entry in emulator.log), emulator.log.text()
