"""HTTP with every wait bounded, and nothing sent twice that must not be.

What is sent again, and when:

| what happened | reading | changing |
|---|---|---|
| no connection: nothing was sent | again | again |
| connection broken, or no answer in time | again | `OutcomeUnknownError` |
| 429: the platform did not do it | again after its pause | again after its pause; with `If-Match` `ThrottledError` |
| 5xx | again | returned: it may have been done |

"Again" is bounded by a number and by the deadline. What is conditional on a version is not sent again after a pause:
whoever sent it looks first whether that version is still live.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from ivr_action import __version__
from ivr_action.genesys.answers import error_from, pause_of, retry_after
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.errors import (
    BadAnswerError,
    OutOfTimeError,
    RefusedError,
    ThrottledError,
    UnreachableError,
    outcome_unknown,
)
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.settings import is_loopback

USER_AGENT = f"ivr-action/{__version__}"
_READING = frozenset(("GET", "HEAD", "OPTIONS"))
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_FOR_GOOD = 501
"""The one 5xx that no repetition changes."""
_log = logging.getLogger(__name__)
for _name in ("httpx", "httpcore"):
    # They log whole addresses, and the query of a presigned one is a secret.
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds."""

    connect: float = 10.0
    read: float = 30.0
    """Between two pieces of an answer."""
    write: float = 30.0
    pool: float = 30.0
    """Until one of our connections is free."""
    total: float = 120.0
    """From the request to the last byte of the answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often one request is sent again."""

    failures: int = 4
    """After a connection error or a 5xx."""
    pauses: int = 20
    """After a 429."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)
    repeatable: bool = False
    """Whether a change may be sent again although the first may have taken effect."""

    @property
    def call(self) -> str:
        """Method and path, as messages name it: a query may contain a signature."""
        return f"{self.method} {urlsplit(self.url).path or '/'}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read to its end."""

    status: int
    reason: str
    headers: httpx.Headers
    content: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    def json(self, call: str) -> Any:
        """The body; raises BadAnswerError where it is no JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise BadAnswerError(call, f"no JSON ({error})") from None


class Transport:
    """Sends requests over connections that are kept; may be shared by threads.

    Args:
        pace: waits before each request, and takes over what answers say about it.
        redact: hides secrets in messages.
        base_url: where most requests go; proxies of the environment are left out for this machine.
        timeouts: in seconds.
        limits: for sending again.
        wire: what carries the requests. None: sockets.
    """

    def __init__(
        self,
        pace: Pace,
        redact: Redactor,
        base_url: str,
        timeouts: Timeouts = Timeouts(),
        limits: Limits = Limits(),
        wire: httpx.BaseTransport | None = None,
    ) -> None:
        self.pace = pace
        self.redact = redact
        self.timeouts = timeouts
        self._limits = limits
        self._client = client = httpx.Client(
            headers={"User-Agent": USER_AGENT},
            transport=wire,
            follow_redirects=False,  # a redirect would carry the token to wherever it leads
            trust_env=not is_loopback(base_url),
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=20, keepalive_expiry=30.0),
        )
        weakref.finalize(self, client.close)

    def close(self) -> None:
        """Closes all connections."""
        self._client.close()

    def send(self, request: Request, deadline: Deadline) -> Answer:
        """The answer, of whatever status but 429.

        Raises:
            UnreachableError: no answer, and nothing changed.
            OutcomeUnknownError: a change was sent and its answer is missing.
            ThrottledError: 429, and the pause does not fit into the deadline, or the request has an `If-Match`.
            OutOfTimeError: the deadline has passed, or the next wait would pass it.
            StoppedError: the run was told to stop while this waited.
        """
        again = request.method in _READING or request.repeatable
        failures = pauses = 0
        while True:
            self.pace.acquire(deadline)
            try:
                answer = self._once(request, deadline if request.method in _READING else None)
            except _NOTHING_SENT as error:
                failures = self._failed(request, error, failures, deadline)
                continue
            except httpx.TransportError as error:
                if not again:
                    raise outcome_unknown(request.call, self._worded(error)) from error
                failures = self._failed(request, error, failures, deadline)
                continue
            self.pace.observe(answer.headers)
            if answer.status == 429:
                self._pause(request, answer, pauses, deadline)
                pauses += 1
                continue
            if answer.status >= 500 and answer.status != _FOR_GOOD and again and failures < self._limits.failures:
                seconds = self.pace.backoff(failures, retry_after(answer.headers))
                if seconds <= deadline.left:
                    failures += 1
                    self.pace.wait(seconds, f"{request.call} was answered {answer.status}", deadline)
                    continue
            return answer

    def error(self, request: Request, answer: Answer) -> RefusedError:
        """The typed error for an answer outside 2xx."""
        return error_from(request.call, answer.status, answer.headers, answer.content, self.redact)

    def _once(self, request: Request, deadline: Deadline | None) -> Answer:
        limits = self.timeouts
        total = limits.total if deadline is None else max(0.01, min(limits.total, deadline.left))
        # Sockets live in real time, whatever clock the pace goes by.
        end = time.monotonic() + total
        timeout = httpx.Timeout(
            connect=min(limits.connect, total), read=min(limits.read, total), write=limits.write, pool=limits.pool
        )
        built = self._client.build_request(
            request.method, request.url, headers=dict(request.headers), content=request.content, timeout=timeout
        )
        response = self._client.send(built, stream=True)
        try:
            pieces = []
            for piece in response.iter_bytes():
                pieces.append(piece)
                if time.monotonic() > end:
                    raise httpx.ReadTimeout(f"no whole answer within {total:.0f} s", request=built)
        except httpx.DecodingError as error:
            raise httpx.RemoteProtocolError(f"the answer cannot be unpacked: {error}", request=built) from error
        finally:
            response.close()
        _log.debug("%s: %d, %d bytes", request.call, response.status_code, sum(map(len, pieces)))
        return Answer(response.status_code, response.reason_phrase, response.headers, b"".join(pieces))

    def _failed(self, request: Request, error: httpx.TransportError, failures: int, deadline: Deadline) -> int:
        """Waits for another attempt and counts this one; raises UnreachableError where there is none."""
        worded, certificate = self._worded(error), _certificate(error)
        seconds = self.pace.backoff(failures)
        if certificate or failures >= self._limits.failures or seconds > deadline.left:
            times = "once" if not failures else f"{failures + 1} times"
            raise UnreachableError(
                f"{request.call}: no answer from {urlsplit(request.url).netloc} ({worded}), tried {times}.",
                "The certificate is not trusted: behind a proxy that signs anew, name its authority's file in "
                "SSL_CERT_FILE."
                if certificate
                else "Check the region, the network and the proxy (HTTPS_PROXY); nothing was changed.",
            ) from error
        self.pace.wait(seconds, f"{request.call} failed ({worded})", deadline)
        return failures + 1

    def _pause(self, request: Request, answer: Answer, pauses: int, deadline: Deadline) -> None:
        """Waits as long as a 429 asks for, and lets all others wait too; raises ThrottledError where that cannot be."""
        after = pause_of(answer.headers, answer.content)
        seconds = self.pace.backoff(pauses, after, base=3.0)
        left = deadline.left
        error = self.error(request, answer)
        fits = pauses < self._limits.pauses and seconds <= left
        if fits and after is not None:
            self.pace.pause(after)
        if not fits or _is_conditional(request):
            raise ThrottledError(
                error.call,
                error.code,
                error.text,
                error.correlation_id,
                after if after is not None else seconds,
                left if seconds > left else None,
            )
        said = f"asked to wait {after:.0f} s" if after is not None else "did not say how long"
        try:
            self.pace.wait(seconds, f"{request.call} was too fast (429), and the platform {said}", deadline)
        except OutOfTimeError:  # the clock went on since `left` was read
            raise ThrottledError(
                error.call, error.code, error.text, error.correlation_id, seconds, deadline.left
            ) from None

    def _worded(self, error: BaseException) -> str:
        kind = type(error).__name__
        words = {
            "ConnectTimeout": f"no connection within {self.timeouts.connect:g} s",
            "ReadTimeout": "no answer in time",
            "WriteTimeout": "the request could not be sent in time",
            "PoolTimeout": "all connections are busy",
            "ReadError": "the connection broke",
            "WriteError": "the connection broke",
            "RemoteProtocolError": "the connection broke",
        }.get(kind, kind)
        said = self.redact(str(error)).strip()
        return f"{words}: {said}" if said and said != "timed out" else words


def _is_conditional(request: Request) -> bool:
    return any(name.lower() == "if-match" for name in request.headers)


def _certificate(error: BaseException | None) -> bool:
    """Whether what failed is the check of a certificate, which no repetition mends."""
    for _ in range(10):
        if error is None:
            return False
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
