"""A platform that holds flows as nodes, on the scripted server: what the specification describes, and its faults."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ivr_action.genesys.client import Platform
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.save import SaveLoop
from ivr_action.genesys.store import ConflictError, Live, Saved
from ivr_action.genesys.transport import Limits
from tests.genesys.fakes import STEADY, FakeTime, platform_on
from tests.genesys.server import Reply, Seen, Server

FLOW = "/api/v2/flows/f1"


def node(text: str) -> dict[str, Any]:
    return {"id": "start", "type": "playAudio", "properties": {"audioResource": {"id": text, "type": "resource"}}}


class NodeFlow:
    """One flow. `faults` are taken one for each PUT: called before it is handled, they may answer instead."""

    def __init__(self, server: Server, *, history: bool = True) -> None:
        self.history: dict[int, dict[str, Any]] = {}
        self.version = 0
        self.faults: list[Callable[[Seen], Reply | None]] = []
        self._after: Reply | None = None
        self._lock = threading.Lock()
        self.store({"name": "Main", "type": "INBOUNDCALL", "startNodeId": "start", "nodes": {"start": node("old")}})
        server.on("GET", FLOW, lambda seen: self.get())
        server.on("PUT", FLOW, self._put)
        if history:
            for number in range(1, 100):
                server.on("GET", f"{FLOW}/versions/{number}", self._old(number))

    def store(self, document: dict[str, Any], who: str = "Ada Example") -> None:
        self.version += 1
        self.history[self.version] = {**copy.deepcopy(document), "modifiedBy": {"name": who}}

    def edit(self, text: str, node_id: str = "start", who: str = "Ada Example") -> None:
        """A colleague saves."""
        document = copy.deepcopy(self.history[self.version])
        document["nodes"][node_id] = node(text)
        self.store(document, who)

    def get(self, version: int | None = None) -> Reply:
        number = version or self.version
        return Reply(200, {**self.history[number], "id": "f1", "version": number})

    def text(self, version: int | None = None) -> str:
        found: str = self.history[version or self.version]["nodes"]["start"]["properties"]["audioResource"]["id"]
        return found

    def put(self, seen: Seen) -> Reply:
        with self._lock:
            if seen.headers.get("if-match") != str(self.version):
                return Reply(409, {"code": "version.conflict", "message": f"The flow is at version {self.version}."})
            self.store({key: value for key, value in seen.json().items() if key not in ("id", "version")}, "ivr-action")
            return self.get()

    def _put(self, seen: Seen) -> Reply:
        fault = self.faults.pop(0) if self.faults else None
        return (fault(seen) if fault else None) or self.put(seen)

    def _old(self, number: int) -> Callable[[Seen], Reply | None]:
        return lambda seen: self.get(number) if number in self.history else None


def opened(server: Server, time: FakeTime, **more: Any) -> tuple[Platform, NodeStore]:
    platform = platform_on(server, time, limits=Limits(failures=1), **more)
    return platform, NodeStore(platform.call, platform.settings.api_url)


def ours(base: Live, text: str = "new", node_id: str = "start") -> dict[str, Any]:
    return {**base.content, "nodes": {**base.content["nodes"], node_id: node(text)}}


def save(server: Server, time: FakeTime, content: Mapping[str, Any] | None = None, **more: Any) -> Saved:
    platform, store = opened(server, time, timeouts=more.pop("timeouts", STEADY))
    with platform:
        base = store.read("f1")
        loop = SaveLoop(store, platform.pace, time.deadline(), **more)
        return loop.save(base, content if content is not None else ours(base))


def join(base: Live, mine: Mapping[str, Any], live: Live) -> dict[str, Any]:
    """The simplest merge there is: whole nodes."""
    changed = {id_: node for id_, node in mine["nodes"].items() if base.content["nodes"].get(id_) != node}
    for id_, mine_now in changed.items():
        if live.content["nodes"].get(id_) not in (base.content["nodes"].get(id_), mine_now):
            raise ConflictError(live.flow_id, base.version, live, f"Node `{id_}` was changed by both.")
    return {**live.content, "nodes": {**live.content["nodes"], **changed}}
