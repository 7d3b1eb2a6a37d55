"""A store that saves by publish jobs, on an emulator that shares its time."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr_action.emulator import Emulator, SimulatedTime
from ivr_action.flow.canonical import digest
from ivr_action.flow.read import read_flow
from ivr_action.genesys.client import Platform, connect
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.inspect import Inspector
from ivr_action.genesys.lookups import Lookups
from ivr_action.genesys.publish_job import PublishStore
from ivr_action.genesys.publishing import publish_store
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.save import SaveLoop
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.store import Content, Live, Saved
from tests.genesys.fakes import STEADY

MAIN = Path(__file__).parent.parent / "emulator" / "assets" / "main.yaml"
YAML = MAIN.read_text()
CHANGED = YAML.replace("Press 1 for", "Choose 1 for")
NAME = "Main line"


def digest_of(content: str | Mapping[str, Any]) -> str:
    """Of a flow in YAML or as a configuration."""
    text = content if isinstance(content, str) else json.dumps(content)
    flow = read_flow("flow", text.encode()).flow
    assert flow is not None
    return digest(flow)


def content_of(yaml: str, name: str = NAME, type_: str = "inboundcall") -> Content:
    return {"yaml": yaml, "name": name, "type": type_}


@dataclass
class Ground:
    """Both sides of the wire."""

    emulator: Emulator
    time: SimulatedTime
    platform: Platform
    inspector: Inspector
    store: PublishStore
    deadline: Deadline
    secrets: list[str] = field(default_factory=list)
    """What the runner was told to hide."""

    @property
    def id(self) -> str:
        return self.emulator.flow(NAME).id

    @property
    def published(self) -> str | None:
        return self.emulator.flow(NAME).published

    def save(self, yaml: str = CHANGED, base: Live | None = None) -> Saved:
        """By the loop, as a deployment does it."""
        loop = SaveLoop(self.store, self.platform.pace, self.deadline)
        return loop.save(base or self.store.read(self.id), content_of(yaml))

    def calls(self, since: int = 0) -> list[str]:
        """What was asked of the emulator, ids cut out."""
        entries = self.emulator.log.entries[since:]
        jobs = {*self.emulator.world.state.jobs, *self.emulator.world.state.exports}
        found = []
        for entry in entries:
            path = entry.path
            for id_ in (*self.emulator.world.state.flows, *jobs):
                path = path.replace(id_, "{id}")
            found.append(f"{entry.method} {path}")
        return [call for call in found if "oauth" not in call]

    def count(self, call: str) -> int:
        return self.calls().count(call)


Serve = Callable[..., Ground]


@contextmanager
def serving() -> Iterator[Serve]:
    """Starts grounds; all of them are stopped at the end."""
    with ExitStack() as stack:

        def serve(*seeds: Path, seconds: float = 3600.0, stop: threading.Event | None = None, **more: Any) -> Ground:
            time = SimulatedTime(stop=stop)
            client = more.pop("client", None)
            store = {key: more.pop(key) for key in ("slots", "guard", "create_stubs") if key in more}
            emulator = stack.enter_context(Emulator(seeds=seeds or (MAIN,), clock=time.now, pause=time.pause, **more))
            who = emulator.client if client is None else emulator.add_client("other", client)
            clock = Clock(time.now, time.sleep, time.stop)
            deadline = Deadline.after(clock, seconds)
            secrets: list[str] = []
            platform = stack.enter_context(
                connect(
                    PlatformSettings(
                        client_id=who.id,
                        client_secret=who.secret,
                        api_url=emulator.api_url,
                        login_url=emulator.login_url,
                    ),
                    clock=clock,
                    random=lambda: 0.5,
                    redact=Redactor(secrets.append),
                    timeouts=STEADY,
                    deadline=deadline,
                )
            )
            inspector = Inspector(platform.call)
            made = publish_store(platform, inspector, deadline, digest=digest_of, client_id=who.id, **store)
            return Ground(emulator, time, platform, inspector, made, deadline, secrets)

        yield serve


def again(ground: Ground, seconds: float = 600.0) -> Ground:
    """Another run of the same client, with time of its own."""
    deadline = Deadline.after(ground.deadline.clock, seconds)
    platform = ground.platform.within(deadline)
    inspector = Inspector(platform.call)
    client = ground.emulator.client_id
    store = publish_store(platform, inspector, deadline, digest=digest_of, client_id=client)
    return Ground(ground.emulator, ground.time, platform, inspector, store, deadline)


def lookups(ground: Ground) -> Lookups:
    return Lookups(ground.platform.call, ground.platform.pace)


class Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
