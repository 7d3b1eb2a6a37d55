"""GitHub's REST API on loopback, as far as the action uses it: files, comparisons, contents, comments, limits.

What it answers follows the documentation of the REST API: pages with `Link` headers, lists that end at 3,000 and at
300 files, and the words of its errors, which clients go by.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

READ_ONLY = {"message": "Resource not accessible by integration", "status": "403"}
SECONDARY_LIMIT = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
}
TOKEN = "ghs_0123456789abcdefghijklmnopqrstuvwxyz"
BOT = {"login": "github-actions[bot]", "type": "Bot", "id": 41898282}


@dataclass
class Answer:
    """What is answered instead of the ordinary thing."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    after: bool = False
    """True where the request is carried out first: the answer is lost, not the deed."""


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class GitHubApi:
    """The state of one repository; a test sets what it needs."""

    repository: str = "example/ivr"
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    comparisons: dict[str, dict[str, Any]] = field(default_factory=dict)
    parents: dict[str, list[str]] = field(default_factory=dict)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    me: dict[str, Any] | None = None
    """Whose token it is; None for an app's, which may not ask."""
    requests: list[Request] = field(default_factory=list)
    answers: list[tuple[str, str, Answer]] = field(default_factory=list)
    """Method, pattern of the path, and what is answered once instead."""
    before: Callable[[Request], None] | None = None
    """Called before each request: what others do at the same time."""
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    last_id: int = 100

    def instead(self, method: str, path: str, *answers: Answer) -> None:
        """Answers the next requests of this kind so, one after the other."""
        self.answers += [(method, path, answer) for answer in answers]

    def pull(self, number: int, head: str, base: str, files: list[dict[str, Any]], total: int | None = None) -> None:
        self.files[number] = files
        self.pulls[number] = {"head": {"sha": head}, "base": {"sha": base}, "changed_files": total or len(files)}

    def comment(self, number: int, body: str, user: dict[str, Any] | None = None) -> dict[str, Any]:
        self.last_id += 1
        made = {
            "id": self.last_id, "body": body, "user": BOT if user is None else user,
            "url": f"{self.url}/repos/{self.repository}/issues/comments/{self.last_id}",
        }  # fmt: skip
        self.comments.setdefault(number, []).append(made)
        return made

    def asked(self, method: str) -> list[str]:
        return [request.path for request in self.requests if request.method == method]


@contextmanager
def running() -> Iterator[GitHubApi]:
    api = GitHubApi()

    class Handler(_Handler):
        state = api

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    state: GitHubApi
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(length)
        request = Request(self.command, self.path, dict(self.headers), json.loads(data) if data else None)
        state = self.state
        if state.before is not None:
            state.before(request)
        with state.lock:
            state.requests.append(request)
            answer = self._scripted()
            if answer is None or answer.after:
                status, body, headers = self._carry_out(request)
            if answer is not None:
                status, body, headers = answer.status, answer.body, answer.headers
        if answer is not None and answer.delay:
            time.sleep(answer.delay)
        text = b"" if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except ConnectionError:
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - the names that http.server calls

    def _scripted(self) -> Answer | None:
        for at, (method, pattern, answer) in enumerate(self.state.answers):
            if method == self.command and re.search(pattern, self.path):
                del self.state.answers[at]
                return answer
        return None

    def _carry_out(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        state = self.state
        if request.headers.get("Authorization") != f"token {TOKEN}":
            return 401, {"message": "Bad credentials"}, {}
        parts = urlsplit(request.path)
        if parts.path == "/user":
            return (200, state.me, {}) if state.me else (403, READ_ONLY, {})
        start = f"/repos/{state.repository}"
        for pattern, answer in (
            (r"/pulls/(\d+)/files", self._files),
            (r"/pulls/(\d+)", lambda number: state.pulls.get(int(number))),
            (r"/compare/(.+)", state.comparisons.get),
            (r"/commits/(\w+)", self._commit),
            (r"/contents/(.+)", self._content),
            (r"/git/blobs/(\w+)", self._blob),
            (r"/issues/(\d+)/comments", self._comments),
            (r"/issues/comments/(\d+)", self._comment),
        ):
            match = re.fullmatch(re.escape(start) + pattern, unquote(parts.path))
            if match:
                found = answer(match[1])
                if isinstance(found, tuple):
                    return found
                return (404, {"message": "Not Found"}, {}) if found is None else (200, found, {})
        return 404, {"message": "Not Found"}, {}

    def _paged(self, items: list[Any]) -> tuple[int, Any, dict[str, str]]:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
        last = max(1, -(-len(items) // size))
        address = f"{self.state.url}{parts.path}?per_page={size}&page="
        links = [f'<{address}{page + 1}>; rel="next"', f'<{address}{last}>; rel="last"'] if page < last else []
        return 200, items[(page - 1) * size : page * size], {"Link": ", ".join(links)} if links else {}

    def _files(self, number: str) -> Any:
        files = self.state.files.get(int(number))
        return None if files is None else self._paged(files[:3000])

    def _commit(self, sha: str) -> Any:
        if sha not in self.state.parents:
            return None
        return {"sha": sha, "parents": [{"sha": parent, "url": "x"} for parent in self.state.parents[sha]]}

    def _content(self, path: str) -> Any:
        ref = parse_qs(urlsplit(self.path).query)["ref"][0]
        data = self.state.contents.get((ref, path))
        if data is None:
            return None
        small = len(data) <= 1_000_000
        return {
            "type": "file", "path": path, "sha": hashlib.sha1(data).hexdigest(),
            "encoding": "base64" if small else "none",
            "content": base64.encodebytes(data).decode() if small else "",
        }  # fmt: skip

    def _blob(self, sha: str) -> Any:
        for data in self.state.contents.values():
            if hashlib.sha1(data).hexdigest() == sha:
                return {"sha": sha, "encoding": "base64", "content": base64.encodebytes(data).decode()}
        return None

    def _comments(self, number: str) -> Any:
        if self.command == "GET":
            return self._paged(self.state.comments.get(int(number), []))
        body = self.state.requests[-1].body["body"]
        if len(body) > 65_536:
            return (
                422,
                {"message": "Validation Failed", "errors": ["body is too long (maximum is 65536 characters)"]},
                {},
            )
        return 201, self.state.comment(int(number), body, self.state.me), {}

    def _comment(self, id_: str) -> Any:
        for comments in self.state.comments.values():
            for comment in comments:
                if comment["id"] == int(id_):
                    if self.command == "DELETE":
                        comments.remove(comment)
                        return 204, None, {}
                    if self.command == "PATCH":
                        comment["body"] = self.state.requests[-1].body["body"]
                    return comment
        return None

    def log_message(self, format: str, *args: Any) -> None:
        pass
