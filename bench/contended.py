"""One flow that many writers want to save at once, in simulated time: the platform, and two ways to save.

Each request takes a little time on its way there and back; some are answered 429, and some connections break before or
after the platform has done what was asked. All of it is drawn from one seed.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from ivr_action.emulator.time import SimulatedTime
from ivr_action.genesys.answers import error_from
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.resolving import resolving
from ivr_action.genesys.save import SaveLoop
from ivr_action.genesys.transport import Limits, Request, Transport
from ivr_action.merge import resolver

THROTTLED, CUT = 0.3, 0.1
"""Of the requests that faults strike. Half of the cuts are after the platform has done what was asked."""
WAY = (0.02, 0.08)
"""Seconds that a request is on its way, and an answer; also the time within which all writers begin."""
RETRY_AFTER = 1
CAP = 60.0
"""Seconds that the plain loop waits at most; without a cap it would wait for years where there are many writers."""
EVER = 1e7
URL = "http://127.0.0.1"
LIMITS = Limits(failures=1000, pauses=1000)
"""Nobody gives up here, neither we nor the plain loop."""


class RefusedError(Exception):
    """An answer that is no 200, or none: 409, 429, 0."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


@dataclass
class Contended:
    """The platform's side, as the specification describes it. One thread at a time is in here, by the time's rules."""

    time: SimulatedTime
    rng: random.Random
    struck: str
    """The method whose requests go wrong; `*` for all."""
    nodes: dict[str, Any] = field(default_factory=lambda: {"start": {"type": "start"}})
    history: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    conflicts: int = 0
    version: int = 1

    def __post_init__(self) -> None:
        self.history.append(self.nodes)

    def ask(self, method: str, match: str = "", body: Any = None, version: int | None = None) -> dict[str, Any]:
        """One request, from its way there to its way back; raises RefusedError."""
        self.requests += 1
        self.time.sleep(self.rng.uniform(*WAY))
        fate = self.rng.random() if self.struck in ("*", method) else 1.0
        status = 429 if fate < THROTTLED else 0 if fate < THROTTLED + CUT / 2 else 200
        answer = None
        if status == 200:
            if method == "PUT" and match != str(self.version):
                status = 409
                self.conflicts += 1
            elif method == "PUT":
                self.nodes = body["nodes"]
                self.version += 1
                self.history.append(self.nodes)
            answer = {"id": "f1", "name": "Main", "type": "INBOUNDCALL", "nodes": self.nodes, "version": self.version}
            if version is not None:
                answer |= {"nodes": self.history[version - 1], "version": version}
            if THROTTLED + CUT / 2 <= fate < THROTTLED + CUT:
                status = 0
        self.time.sleep(self.rng.uniform(*WAY))
        if status != 200 or answer is None:
            raise RefusedError(status)
        return answer


Writer = Callable[[Contended, random.Random, str], None]


def plain(platform: Contended, rng: random.Random, mine: str) -> None:
    """Reads, puts its node in, sends; after anything else than a 200 it waits 2 ** attempt seconds and begins anew."""
    attempt = 0
    while True:
        try:
            flow = platform.ask("GET")
            nodes = {**flow["nodes"], mine: {"type": "disconnect"}}
            platform.ask("PUT", str(flow["version"]), {**flow, "nodes": nodes})
        except RefusedError:
            platform.time.sleep(min(CAP, 2.0**attempt))
            attempt += 1
        else:
            return


def plain_and_read_back(platform: Contended, rng: random.Random, mine: str) -> None:
    """The same, and it ends only when it has read its node back; so it knows a save whose answer was lost, too."""
    attempt, sent = 0, False
    while True:
        try:
            flow = platform.ask("GET")
            if sent and mine in flow["nodes"]:
                return
            nodes = {**flow["nodes"], mine: {"type": "disconnect"}}
            sent = True
            platform.ask("PUT", str(flow["version"]), {**flow, "nodes": nodes})
        except RefusedError:
            platform.time.sleep(min(CAP, 2.0**attempt))
            attempt += 1


def ours(platform: Contended, rng: random.Random, mine: str) -> None:
    """The save loop over the real transport, pace and store; only the wire is simulated."""

    def answer(request: httpx.Request) -> httpx.Response:
        *_, last = request.url.path.split("/")
        version = int(last) if "/versions/" in request.url.path else None
        body = json.loads(request.content) if request.content else None
        try:
            found = platform.ask(request.method, request.headers.get("If-Match", ""), body, version)
        except RefusedError as error:
            if not error.status:
                raise httpx.RemoteProtocolError("cut", request=request) from None
            headers = {"Retry-After": str(RETRY_AFTER)} if error.status == 429 else {}
            return httpx.Response(error.status, headers=headers, json={"message": "no"})
        return httpx.Response(200, json=found)

    clock = Clock(platform.time.now, platform.time.sleep)
    pace, deadline = Pace(clock, random=rng.random), Deadline.after(clock, EVER)
    transport = Transport(pace, Redactor(), URL, limits=LIMITS, wire=httpx.MockTransport(answer))

    def call(
        method: str, path: str, *, params: Any = None, query: Any = None, headers: Any = None, body: Any = None
    ) -> Any:
        content = json.dumps(body).encode() if body is not None else None
        request = Request(method, URL + path.format(**params), headers or {}, content)
        found = transport.send(request, deadline)
        if not found.ok:
            raise error_from(request.call, found.status, found.headers, found.content, Redactor())
        return found.json(request.call)

    store = NodeStore(call, URL)
    base = store.read("f1")
    edited = {**base.content, "nodes": {**base.content["nodes"], mine: {"type": "disconnect"}}}
    resolve = resolving(resolver("merge", lambda flow: ()))
    SaveLoop(store, pace, deadline, attempts=10**6, resolve=resolve).save(base, edited, base)
    transport.close()


@dataclass(frozen=True)
class Outcome:
    """What a number of writers cost."""

    requests: int
    conflicts: int
    seconds: float
    """Until the last one had saved, on the simulated clock."""
    lost: int
    """Writers whose node is not in the flow."""
    versions: int


def simulate(writer: Writer, count: int, seed: int, struck: str = "*") -> Outcome:
    """Lets this many writers save at once, each its own node, until all have; the same for the same seed.

    Args:
        writer: how they save.
        count: how many.
        seed: of all chance.
        struck: see `Contended`.
    """
    time = SimulatedTime()
    platform = Contended(time, random.Random(f"platform {seed} {count}"), struck)
    began = time.now()
    ready = threading.Barrier(count)
    ended: list[float] = []
    failed: list[BaseException] = []

    def run(number: int) -> None:
        rng = random.Random(f"writer {seed} {count} {number}")
        with time.worker():
            ready.wait()  # nobody sleeps before all are at work, so the time's order is certain
            time.sleep(rng.uniform(*WAY))
            try:
                writer(platform, rng, f"node-{number}")
            except BaseException as error:
                failed.append(error)
            ended.append(time.now())

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    lost = sum(f"node-{number}" not in platform.nodes for number in range(count))
    return Outcome(platform.requests, platform.conflicts, max(ended) - began, lost, platform.version - 1)
