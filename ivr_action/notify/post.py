"""One POST to one of a set of addresses, within one span of time, whatever the other side does.

httpx has no public way to say to which address a name leads, nor to bound an answer as a whole; httpcore, which it is
built on, has both. There is no proxy, no redirect, no cookie and no unpacking at this level.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore

from ivr_action.notify.addresses import Receiver

_READ = 16 * 1024
"""Bytes of an answer's body that are taken from the receiver, so that it need not notice a cut; they are forgotten."""
_LINGER = 2.0
"""Seconds for that."""
_PIECE = 16 * 1024
for _name in ("httpcore",):
    # It logs whole addresses, and the path of a receiver's often is a secret.
    logging.getLogger(_name).setLevel(logging.WARNING)


class NoAnswerError(Exception):
    """No answer; `str(error)` says why, without the receiver's address.

    Args:
        why: in a few words.
        lasting: True where no repetition can help.
    """

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Answer:
    """What counts of an answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names in lower case."""


def post(
    to: Receiver,
    addresses: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    seconds: float,
    tls: Callable[[], ssl.SSLContext],
) -> Answer:
    """Sends once and returns the answer, of whatever status.

    Args:
        to: whose name is in the certificate and the `Host` header.
        addresses: tried one after another until there is a connection; nothing is resolved here.
        headers: beside `Host` and `Content-Length`.
        body: as it is.
        seconds: of real time, from the first connection to the end of the answer's headers.
        tls: makes the context that checks certificates; asked only for https.

    Raises:
        NoAnswerError: there is none.
    """
    span = _Span(time.monotonic() + seconds)
    url = httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=to.target)
    sent = {"Host": to.shown, "Content-Length": str(len(body)), "Connection": "close", **headers}
    try:
        context = tls() if to.secure else None
    except OSError as error:
        raise NoAnswerError(f"no certificates to check it against: {error.strerror or error}", lasting=True) from None
    try:
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=_Pinned(addresses, span)) as pool,
            pool.stream("POST", url, headers=list(sent.items()), content=body) as response,
        ):
            answer = Answer(response.status, _decoded(response.headers))
            _drain(response, span)
            return answer
    except httpcore.TimeoutException:
        raise NoAnswerError(f"no answer within {seconds:.0f} s") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise _no_answer(error) from None


def _drain(response: httpcore.Response, span: _Span) -> None:
    """Takes a little of the body and forgets it; the answer counts, however its body goes on."""
    span.end = min(span.end, time.monotonic() + _LINGER)
    taken = 0
    try:
        for piece in response.iter_stream():
            taken += len(piece)
            if taken >= _READ:
                return
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        return


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _no_answer(error: Exception) -> NoAnswerError:
    cause: BaseException | None = error
    for _ in range(10):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NoAnswerError(f"its certificate is not trusted ({cause.verify_message})", lasting=True)
        if isinstance(cause, ssl.SSLError):
            return NoAnswerError(f"no TLS connection ({cause.reason or 'closed'})")
        cause = None if cause is None else cause.__cause__ or cause.__context__
    words = {
        "ConnectError": "no connection",
        "ReadError": "the connection broke",
        "WriteError": "the connection broke",
        "RemoteProtocolError": "the connection was closed, or what came is no HTTP",
    }
    return NoAnswerError(words.get(type(error).__name__, type(error).__name__))


class _Span:
    """The time that an attempt has, which ends at the same moment for all that is done in it.

    So a drop now and then does not keep a connection open.
    """

    def __init__(self, end: float) -> None:
        self.end = end

    def left(self, error: type[httpcore.TimeoutException] = httpcore.ConnectTimeout) -> float:
        """Seconds for the next wait."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise error("out of time")
        return left


class _Pinned(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, not to whatever the name leads to by now."""

    def __init__(self, addresses: Sequence[str], span: _Span) -> None:
        self._addresses = addresses
        self._span = span
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """To the first address that takes the connection."""
        last: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("no address")
        for number, address in enumerate(self._addresses, 1):
            left = self._span.left()
            # The last one has all the time that is left; the others leave half of it to those after them.
            seconds = left if number == len(self._addresses) else left / 2
            try:
                stream = self._real.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return _Bounded(stream, self._span)
        raise last


class _Bounded(httpcore.NetworkStream):
    """A connection that waits no longer than its span."""

    def __init__(self, stream: httpcore.NetworkStream, span: _Span) -> None:
        self._stream = stream
        self._span = span

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._span.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], self._span.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, self._span.left()), self._span)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
