"""The emulator as an object: own thread, real socket on 127.0.0.1, everything that varies passed in."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from ivr_action.emulator import colleague, seeds
from ivr_action.emulator.colleague import Deed
from ivr_action.emulator.faults import FaultRule, Faults
from ivr_action.emulator.limits import Quota
from ivr_action.emulator.login import Tokens
from ivr_action.emulator.requests import RequestLog
from ivr_action.emulator.routes import all_rows
from ivr_action.emulator.settle import settle
from ivr_action.emulator.state import Client, FlowRecord, Mode, State
from ivr_action.emulator.store import FolderStore, MemoryStore
from ivr_action.emulator.wire import Application
from ivr_action.emulator.world import Pace, World

_START_SECONDS = 10.0
_STOP_SECONDS = 5.0


class Emulator:
    """Genesys Cloud on loopback.

        with Emulator(seeds=[Path("flows")]) as emulator:
            client = connect(emulator.api_url, emulator.client_id, emulator.client_secret)

    Args:
        mode: `platform`, or `specification` for flows with `nodes` and `If-Match`.
        seeds: files and folders: flows, and descriptions of the organisation (docs/emulator.md).
        state: a folder to go on from and to write to; None keeps all in memory. Seeds that are there already are
            left as they are.
        faults: rules that are in force from the start.
        clock: seconds since the epoch.
        pause: waits, for faults with a delay.
        rng: for ids and secrets; with a seed all ids are the same in each run.
        pace: times and limits.
        port: 0 for any.
        substitutions: values for the `{{key}}`s of seeds; a key without a value stands for itself.

    Raises:
        ValueError: a seed that cannot be used.
        OSError: the port is taken.
    """

    def __init__(  # noqa: PLR0913 - the edge: everything that varies comes in here
        self,
        mode: Mode = "platform",
        seeds: Iterable[Path | str] = (),
        *,
        state: Path | None = None,
        faults: Iterable[FaultRule] = (),
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: random.Random | None = None,
        pace: Pace | None = None,
        port: int = 0,
        substitutions: Mapping[str, str] | None = None,
    ) -> None:
        rng = rng if rng is not None else random.SystemRandom()
        store = FolderStore(state) if state is not None else MemoryStore()
        kept = store.read_state()
        if kept is not None and kept.mode != mode:
            raise ValueError(f"The state folder was written in {kept.mode} mode, not in {mode} mode.")
        self.world = World(kept or State(mode=mode, organization_id=""), store, clock, rng, pace or Pace())
        if kept is None:
            self.world.state.organization_id = self.world.guid()
            self.add_client("ivr-action")
        self.log = RequestLog()
        self.faults = Faults(rng)
        for rule in faults:
            self.faults.add(rule)
        self.tokens = Tokens(self.world)
        self.quota = Quota(self.world.pace.requests, self.world.pace.window, clock)
        self.seeded = self._plant([Path(seed) for seed in seeds], substitutions or {})
        self.world.save()
        self._application = Application(
            self.world, all_rows(self.world, self.tokens), self.tokens, self.quota, self.faults, self.log,
            lambda: settle(self.world, self.quota), pause,
        )  # fmt: skip
        self._port = port
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    # -- running ----------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Bind the port and serve in a thread of its own; returns when requests are answered."""
        # With the protocol named, asyncio sends small packets at once; without, each answer waits 40 ms.
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":  # elsewhere the option would let two processes have the same port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(("127.0.0.1", self._port))
        except OSError:
            bound.close()
            raise
        self._socket, self._port = bound, bound.getsockname()[1]
        self.world.base_url = self.api_url
        config = Config(
            self._application,
            loop="asyncio",
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        server = self._server = _Server(config)
        self._thread = threading.Thread(target=server.run, args=([bound],), name="ivr-emulator", daemon=True)
        self._thread.start()
        if not server.ready.wait(_START_SECONDS):
            self.stop()
            raise RuntimeError("the emulator did not start")
        return self

    def stop(self) -> None:
        """Finish what is under way, close, and wait for the thread."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_STOP_SECONDS)
        if self._socket is not None:
            self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- where and who ----------------------------------------------------------------------------------------

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def login_url(self) -> str:
        return self.api_url

    @property
    def client(self) -> Client:
        """The first client, which the commands use."""
        return next(iter(self.world.state.clients.values()))

    @property
    def client_id(self) -> str:
        return self.client.id

    @property
    def client_secret(self) -> str:
        return self.client.secret

    def add_client(self, name: str, permissions: list[str] | None = None) -> Client:
        """Another OAuth client; with `permissions`, one that may do only these things."""
        with self.world.lock:
            made = Client(id=self.world.guid(), secret=self.world.secret(), name=name, permissions=permissions)
            self.world.state.clients[made.id] = made
            return made

    def ready_line(self, version: str) -> dict[str, Any]:
        """What `ivr-action emulator` prints when it serves; `schema/emulator-1.json` describes it.

        Args:
            version: of this program.
        """
        return {
            "schema": "urn:ivr-action:schema:emulator:1",
            "tool": {"name": "ivr-action", "version": version},
            "mode": self.world.mode,
            "api_url": self.api_url,
            "login_url": self.login_url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "flows": [
                {"id": flow.id, "name": flow.name, "type": flow.type, "version": flow.published or str(flow.revision)}
                for flow in self.world.state.flows.values()
                if not flow.deleted and (flow.published or flow.revision)
            ],
        }

    # -- for tests --------------------------------------------------------------------------------------------

    def flow(self, name: str, type_: str = "") -> FlowRecord:
        """The record of a flow, by its name.

        Raises:
            KeyError: there is none.
        """
        with self.world.lock:
            self._settle()
            for flow in self.world.state.flows.values():
                if flow.name == name and not flow.deleted and (not type_ or flow.type == type_.lower()):
                    return flow
        raise KeyError(name)

    def fault(self, **rule: Any) -> None:
        """Put a fault in force: the keys of `FaultRule`."""
        with self.world.lock:
            self.faults.add(FaultRule.model_validate(rule))

    def colleague(self, does: str, flow: str, **deed: Any) -> None:
        """Have a colleague do something now: the keys of `Deed`.

        Raises:
            KeyError: the flow is not there.
            ValueError: it cannot be done to this flow.
        """
        with self.world.lock:
            self._settle()
            if not colleague.do(self.world, Deed.model_validate({"does": does, "flow": flow, **deed})):
                raise KeyError(flow)
            self.world.save()

    def _settle(self) -> None:
        settle(self.world, self.quota)

    def _plant(self, paths: list[Path], substitutions: Mapping[str, str]) -> list[FlowRecord]:
        return seeds.plant(self.world, paths, substitutions)


class _Server(Server):
    """Says when it serves."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class _Protocol(H11Protocol):
    """Hands the connection to the application, so that a fault can cut it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
