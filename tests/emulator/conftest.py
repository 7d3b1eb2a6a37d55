"""A time that tests move by hand, an emulator on it, and a client that is logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from ivr_action.emulator.server import Emulator
from ivr_action.emulator.state import Client
from ivr_action.emulator.world import Pace

ASSETS = Path(__file__).parent / "assets"
MAIN = ASSETS / "main.yaml"


@dataclass
class Time:
    """Seconds since the epoch, moved by tests and by waits."""

    now: float = 1_800_000_000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@dataclass
class Session:
    """What a client of the platform does, in few words."""

    emulator: Emulator
    time: Time
    http: httpx.Client

    def log_in(self, client: Client | None = None) -> None:
        client = client or self.emulator.client
        answer = self.http.post(
            f"{self.emulator.login_url}/oauth/token",
            auth=(client.id, client.secret),
            data={"grant_type": "client_credentials"},
        )
        assert answer.status_code == 200, answer.text
        self.http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = self.http.get(f"/api/v2{path}", params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    def send(
        self, method: str, path: str, body: Any = None, status: int = 200, headers: dict[str, str] | None = None
    ) -> Any:
        answer = self.http.request(method, f"/api/v2{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def register(self, **body: Any) -> dict[str, Any]:
        return dict(self.send("POST", "/flows/jobs", body))

    def upload(self, job: dict[str, Any], yaml: str | bytes, **headers: str) -> httpx.Response:
        """To the presigned address, with the headers it wants and no token."""
        data = yaml.encode() if isinstance(yaml, str) else yaml
        return httpx.put(job["presignedUrl"], content=data, headers={**job["headers"], **headers}, trust_env=False)

    def publish(self, yaml: str, **body: Any) -> dict[str, Any]:
        """The whole job; returns its last state, with messages."""
        job = self.register(**body)
        assert self.upload(job, yaml).status_code == 200
        self.time.now += 1.0
        return dict(self.get(f"/flows/jobs/{job['id']}", expand="messages"))

    def export(self, flow: str, version: str = "", kind: str = "Yaml") -> bytes:
        ref = {"id": flow} | ({"version": version} if version else {})
        job = self.send("POST", "/flows/export/jobs", {"flows": [{"flow": ref, "exportType": kind}]})
        self.time.now += 0.5
        done = self.get(f"/flows/export/jobs/{job['id']}", expand="messages")
        assert done["status"] == "Success", done
        return httpx.get(done["downloadUrl"], trust_env=False).content


Serve = Callable[..., Session]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts an emulator with these arguments and logs in."""
    with ExitStack() as stack:

        def start(*seeds: Path, time: Time | None = None, pace: Pace | None = None, **options: Any) -> Session:
            time = time or Time()
            emulator = stack.enter_context(
                Emulator(seeds=seeds, clock=time, pause=time.pause, pace=pace or Pace(), **options)
            )
            http = stack.enter_context(httpx.Client(base_url=emulator.api_url, trust_env=False))
            session = Session(emulator, time, http)
            session.log_in()
            return session

        yield start
