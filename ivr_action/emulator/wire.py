"""The web application: one request from the socket through log, faults, login, quota and route, and back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from ivr_action.emulator import colleague, jobs
from ivr_action.emulator.call import Answer, Call, Row
from ivr_action.emulator.faults import FaultRule, Faults
from ivr_action.emulator.limits import Quota, too_many
from ivr_action.emulator.login import Tokens, unauthorized
from ivr_action.emulator.problems import ApiError, not_emulated, not_found
from ivr_action.emulator.requests import Logged, RequestLog, redacted_headers, redacted_query
from ivr_action.emulator.world import World

MAX_BODY = 32 * 1024 * 1024


class Application:
    """An ASGI application.

    Args:
        world: the organisation.
        rows: routes; the first that fits counts.
        tokens: who is logged in.
        quota: the limit of requests.
        faults: what goes wrong.
        log: takes every request.
        settle: brings the organisation up to the present; True where something happened.
        pause: waits, for a delay.
    """

    def __init__(
        self,
        world: World,
        rows: Iterable[Row],
        tokens: Tokens,
        quota: Quota,
        faults: Faults,
        log: RequestLog,
        settle: Callable[[], bool],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.world, self.tokens, self.quota = world, tokens, quota
        self.faults, self.log, self.settle, self.pause = faults, log, settle, pause
        self.routes = [(compile_path(row.path)[0], row) for row in rows]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            body = await self._body(request)
        except ClientDisconnect:
            return
        world = self.world
        with world.lock:
            entry = Logged(
                0,
                request.method,
                request.scope["path"],
                redacted_query(request.url.query),
                redacted_headers(scope["headers"]),
                body or b"",
                world.clock(),
                correlation_id=world.guid(),
            )
            self.log.add(entry)
            struck = self.faults.strike(request.method, request.scope["path"])
        entry.fault = "; ".join(str(rule) for rule in struck)
        for rule in struck:
            if rule.delay:
                try:
                    await self.pause(rule.delay)
                except asyncio.CancelledError:  # the emulator ends: whoever waits sees a cut connection
                    scope["state"]["transport"].abort()
                    return
        drop = next((rule.drop for rule in struck if rule.drop), "")
        if drop == "before":
            await _cut(scope)
            return
        with world.lock:
            answer = self._answer(request, body, entry, struck)
            entry.seconds = world.clock() - entry.started
        if drop == "after":
            await _cut(scope)
            return
        entry.status = answer.status
        truncate = next((rule.truncate for rule in struck if rule.truncate is not None), None)
        await _send(scope, send, answer, request.method == "HEAD", truncate)

    async def _body(self, request: Request) -> bytes | None:
        """The body; None where it is too large (it is read to its end all the same)."""
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size <= MAX_BODY:
                parts.append(part)
        return b"".join(parts) if size <= MAX_BODY else None

    def _answer(self, request: Request, body: bytes | None, entry: Logged, struck: list[FaultRule]) -> Answer:
        path = request.scope["path"]
        headers = {"ININ-Correlation-Id": entry.correlation_id}
        client_id = ""
        before = self.settle()
        changed = request.method not in ("GET", "HEAD") or before
        try:
            call, row = self._call(request, body, entry)
            for rule in struck:
                if rule.colleague is not None:
                    flow = call.params.get("flow", "") or call.first("flow")
                    if not colleague.do(self.world, rule.colleague, flow):
                        entry.fault += f" (not done: no flow {rule.colleague.flow or flow or 'is named'})"
                    changed = True
                if rule.expire_token:
                    self.tokens.revoke(_bearer(request.headers))
                if rule.job is not None:
                    call.job_fault = rule.job
            if row is None or not row.open:
                self._log_in(call)
                client_id = call.client.id if call.client is not None else ""
                self._charge(call)
            for rule in struck:
                if rule.status is not None:
                    raise _ordered(rule)
            if row is None:
                raise self._unknown(request.method, path)
            if row.permission:
                call.permit(row.permission)
            answer = self._handle(row, call, is_ignored=any(rule.ignore for rule in struck))
        except ApiError as error:
            answer = Answer(error.body(entry.correlation_id), error.status, error.headers)
            if path.startswith(("/uploads/", "/downloads/")):  # storage, which speaks XML
                answer = jobs.refusal(
                    error.status, "InternalError" if error.status >= 500 else "AccessDenied", str(error)
                )
        if client_id:
            headers |= self.quota.headers(client_id)
        answer.headers = {**headers, **answer.headers}
        if changed:
            self.world.save()
        return answer

    def _handle(self, row: Row, call: Call, *, is_ignored: bool) -> Answer:
        """The answer; with `is_ignored` from a copy of the organisation, of which nothing is kept."""
        if not is_ignored:
            return row.handler(call)
        real = self.world.state
        self.world.state = real.model_copy(deep=True)
        try:
            return row.handler(call)
        finally:
            self.world.state = real

    def _call(self, request: Request, body: bytes | None, entry: Logged) -> tuple[Call, Row | None]:
        params: dict[str, str] = {}
        found: Row | None = None
        for pattern, row in self.routes:
            match = pattern.match(request.scope["path"])
            if match is not None and row.method == request.method:
                found, params = row, match.groupdict()
                break
        query = parse_qsl(request.url.query, keep_blank_values=True)
        call = Call(
            self.world, self.quota, request.method, request.scope["path"], params, query, request.headers, body or b"",
            entry.correlation_id,
        )  # fmt: skip
        if body is None:
            raise ApiError(413, "request.entity.too.large", "The request is larger than the emulator reads.")
        return call, found

    def _log_in(self, call: Call) -> None:
        token = _bearer(call.headers)
        client = self.tokens.client(token) if token else None
        if client is None:
            raise unauthorized()
        call.client, call.token = client, token

    def _charge(self, call: Call) -> None:
        if call.client is not None and not self.quota.spend(call.client.id):
            raise self.quota.refusal(call.client.id)

    def _unknown(self, method: str, path: str) -> ApiError:
        methods = [row.method for pattern, row in self.routes if pattern.match(path)]
        if methods:
            return ApiError(405, "method.not.allowed", "The HTTP method {method} is not allowed.", {"method": method})
        return not_emulated(f"{method} {path}") if path.startswith("/api/v2/") else not_found("path", path)


def _ordered(rule: FaultRule) -> ApiError:
    status = rule.status or 500
    if status == 429 and not rule.message:
        return too_many(rule.retry_after)
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    code, message = _DEFAULTS.get(status, ("internal.server.error", "The server could not handle the request."))
    return ApiError(status, rule.code or code, rule.message or message, headers=headers)


_DEFAULTS = {
    400: ("bad.request", "Bad Request"),
    401: ("bad.credentials", "Invalid login credentials."),
    403: ("missing.any.permissions", "Unable to perform the requested action."),
    404: ("not.found", "The requested resource was not found."),
    409: ("general.conflict", "The request conflicts with the current state of the resource."),
    503: ("service.unavailable", "Service Unavailable - the server is currently unavailable."),
    504: ("gateway.timeout", "Gateway Timeout"),
}
"""Code and message of an answer that a fault orders without saying them; only `bad.request` is the platform's own."""


def _bearer(headers: Any) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


async def _send(scope: Scope, send: Send, answer: Answer, is_head: bool, truncate: float | None) -> None:
    body = answer.body
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = Headers({**answer.headers, "content-length": str(len(data))}).raw
    if data:
        headers.append((b"content-type", answer.media_type.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if truncate is None:
        await send({"type": "http.response.body", "body": b"" if is_head else data})
        return
    await send({"type": "http.response.body", "body": data[: int(len(data) * truncate)], "more_body": True})
    await _cut(scope, gently=True)


async def _cut(scope: Scope, *, gently: bool = False) -> None:
    """Close the connection; `gently` sends first what is written already."""
    transport = scope["state"]["transport"]
    if gently:
        transport.close()
    else:
        transport.abort()
    for _ in range(3):  # the server notices on the next turns of its loop
        await asyncio.sleep(0)
