"""Faults and what docs/faults.md says of them, and a flow on a platform that takes nodes."""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ivr_action.emulator import Emulator, SimulatedTime
from ivr_action.errors import IvrError
from ivr_action.genesys.client import Platform, connect
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.transport import Limits
from ivr_action.updater import update_flow_with_conflict_resolution
from tests.genesys.fakes import QUICK, STEADY
from tests.genesys.publishing import NAME, Kept

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "faults.md"
WRITE = {"method": "PUT", "path": "/api/v2/flows/*"}
READ = {"method": "GET", "path": "/api/v2/flows/*"}
GRAPH: dict[str, Any] = {
    "id": "main",
    "name": NAME,
    "type": "inboundcall",
    "startNodeId": "menu",
    "nodes": {
        "menu": {
            "id": "menu",
            "type": "menu",
            "properties": {"tts": "Hello"},
            "transitionConditions": [{"condition": "default", "destinationNodeId": "end"}],
        },
        "end": {"id": "end", "type": "disconnect", "transitionConditions": []},
    },
}
_SAME = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "…"),
    (re.compile(r"127\.0\.0\.1:\d+"), "api.…"),
    (re.compile(r"20\d\d-\d\d-\d\dT[0-9:.]+Z"), "…"),
    (re.compile(r"it would take \d+ s and \d+ s of"), "it would take … s and … s of"),
)


@dataclass(frozen=True)
class Row:
    """One line of a table of the page."""

    fault: str
    outcome: str
    message: str
    status: str
    test: str


def rows() -> list[Row]:
    """All faults of the page."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if len(cells) == 5 and "::" in cells[4]:
            found.append(Row(cells[0], cells[1], cells[2], cells[3], cells[4].strip("`")))
    return found


def documented(message: str, status: int, request: pytest.FixtureRequest) -> None:
    """That the page says of this test's fault what has come of it, whole."""
    name = f"{Path(request.path).relative_to(ROOT).as_posix()}::{request.function.__name__}"
    for pattern, text in _SAME:
        message = pattern.sub(text, message)
    message = "<br>".join(line.strip() for line in message.splitlines())
    said = [(row.message, row.status) for row in rows() if row.test == name]
    assert said == [(message, str(status))], f"docs/faults.md has {said}, and {name} has {(message, str(status))}"


@dataclass
class Nodes:
    """A flow on a platform that takes nodes, and what the log has said."""

    emulator: Emulator
    time: SimulatedTime
    platform: Platform
    log: Kept

    def save(self, **more: Any) -> dict[str, Any]:
        menu = {**GRAPH["nodes"]["menu"], "properties": {"tts": "Welcome"}}
        store = NodeStore(self.platform.call, self.platform.settings.api_url)
        deadline = Deadline.after(self.platform.pace.clock, 600)
        body = {"nodes": {**GRAPH["nodes"], "menu": menu}, "version": 1}
        flow_id = self.emulator.flow(NAME).id
        return update_flow_with_conflict_resolution(
            store, flow_id, body, pace=self.platform.pace, deadline=deadline, **more
        )

    def refused(self, **more: Any) -> tuple[str, int]:
        """The whole message and the exit status."""
        with pytest.raises(IvrError) as caught:
            self.save(**more)
        return f"{caught.value}\n{caught.value.hint}", caught.value.exit_status

    def saved(self, **more: Any) -> tuple[str, int]:
        """What the log says on the way to a success."""
        assert self.save(**more)["version"] == self.version
        return "\n".join(self.log.lines) or "none", 0

    @property
    def version(self) -> int:
        return self.emulator.flow(NAME).revision

    @property
    def puts(self) -> int:
        return len(self.emulator.log.of("PUT"))

    @property
    def said(self) -> str:
        found: str = self.emulator.flow(NAME).document["nodes"]["menu"]["properties"]["tts"]
        return found


Begin = Callable[..., Nodes]


@pytest.fixture
def log() -> Iterator[Kept]:
    kept, logger = Kept(), logging.getLogger("ivr_action.genesys")
    before = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    yield kept
    logger.removeHandler(kept)
    logger.setLevel(before)


@pytest.fixture
def begin(tmp_path: Path, log: Kept) -> Iterator[Begin]:
    """Starts a platform with these faults."""
    (tmp_path / "main.json").write_text(json.dumps(GRAPH))
    with ExitStack() as stack:

        def start(*faults: dict[str, Any], slow: bool = False, token: bool = False) -> Nodes:
            time = SimulatedTime()
            edges: dict[str, Any] = {} if slow else {"clock": time.now, "pause": time.pause}
            emulator = stack.enter_context(
                Emulator("specification", [tmp_path / "main.json"], rng=random.Random(6), **edges)
            )
            for fault in faults:
                emulator.fault(**fault)
            given = {"client_id": emulator.client_id, "client_secret": emulator.client_secret}
            addresses = {"api_url": emulator.api_url, "login_url": emulator.login_url}
            clock = Clock(time.now, time.sleep, time.stop)
            with connect(PlatformSettings(**given, **addresses)) as first:
                first.log_in()
                if token:
                    given = {"access_token": first.client.access_token}
            platform = stack.enter_context(
                connect(
                    PlatformSettings(**given, **addresses),
                    clock=clock,
                    random=lambda: 0.5,
                    timeouts=QUICK if slow else STEADY,
                    limits=Limits(failures=2),
                    deadline=Deadline.after(clock, 600),
                )
            )
            log.lines.clear()
            return Nodes(emulator, time, platform, log)

        yield start
