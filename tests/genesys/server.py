"""A platform on loopback with scripted answers, for faults on the wire that a proper server would never make."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT = ("client-one", "secret-of-client-one")


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """One answer, or how it goes wrong."""

    status: int = 200
    body: Any = None
    """Bytes as they are; anything else as JSON; None for nothing."""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte."""
    drip: float = 0.0
    """Seconds between single bytes of the body."""
    reset: bool = False
    """Cut the connection instead of answering."""
    cut_after: int | None = None
    """Bytes of the body after which the connection is reset."""

    def content(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Handler = Callable[[Seen], Reply | None]


class Server:
    """`with Server() as server`: logs in, and answers what `on` was told; whatever else is 404.

    Every answer of a route is used once, the last one for ever.
    """

    def __init__(self, *, expires_in: int | None = 86_400) -> None:
        self.seen: list[Seen] = []
        self.expires_in = expires_in
        self.tokens: list[str] = []
        self.good: set[str] = set()
        self.client = CLIENT
        self._routes: dict[tuple[str, str], list[Reply | Handler]] = {}
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def on(self, method: str, path: str, *replies: Reply | Handler) -> None:
        """What to answer to this method and path, in this order."""
        self._routes[method, path] = list(replies)

    def calls(self, method: str = "", path: str = "") -> list[Seen]:
        """What came in, but for the log-in."""
        return [
            seen
            for seen in self.seen
            if seen.path != "/oauth/token" and (not method or seen.method == method) and (not path or seen.path == path)
        ]

    def logins(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == "/oauth/token"]

    def revoke(self) -> None:
        """No token that was given out is good any more."""
        self.good.clear()

    def answer(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            planned = self._next(seen)
            if planned is None and seen.path == "/oauth/token":
                return self._log_in(seen)
            if seen.path.startswith("/api/") and seen.headers.get("authorization", "")[7:] not in self.good:
                return Reply(401, {"message": "No authentication bearer token specified", "code": "bad.credentials"})
        reply = planned(seen) if callable(planned) else planned
        return reply or Reply(404, {"message": "nothing here", "code": "not.found", "status": 404})

    def _next(self, seen: Seen) -> Reply | Handler | None:
        planned = self._routes.get((seen.method, seen.path))
        if not planned:
            return None
        return planned.pop(0) if len(planned) > 1 else planned[0]

    def _log_in(self, seen: Seen) -> Reply:
        import base64

        pair = base64.b64encode(":".join(self.client).encode()).decode()
        if seen.headers.get("authorization") != f"Basic {pair}" or seen.body != b"grant_type=client_credentials":
            return Reply(400, {"error": "invalid_client", "description": "client not found or secret wrong"})
        token = f"token-{len(self.tokens) + 1}-of-the-platform"
        self.tokens.append(token)
        self.good.add(token)
        life = {} if self.expires_in is None else {"expires_in": self.expires_in}
        return Reply(200, {"access_token": token, "token_type": "bearer", **life})


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: Server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests look at what was seen."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.owner.answer(Seen(self.command, self.path, headers, body, self.client_address[1]))
        if reply.delay:
            time.sleep(reply.delay)
        if reply.reset:
            self._reset()
            return
        content = reply.content()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.cut_after is not None:
            self.wfile.write(content[: reply.cut_after])
            self.wfile.flush()
            time.sleep(0.02)
            self._reset()
        elif reply.drip:
            for byte in content:
                self.wfile.write(bytes([byte]))
                time.sleep(reply.drip)
        elif self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = _handle  # noqa: N815

    def _reset(self) -> None:
        """RST instead of FIN."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        )
        self.connection.close()
        self.close_connection = True
