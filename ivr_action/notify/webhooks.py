"""Delivers events to receivers: signed, in order, with repetitions that end, and without ever failing a deployment.

| what the receiver does | again |
|---|---|
| 2xx | delivered |
| no connection, no answer in time, a broken connection | with full jitter |
| 408, 425, 429, 5xx | with full jitter, after `Retry-After` where it is given |
| 410 | no, and nothing more is sent to it in this run |
| any other answer, redirects too | no |
| a certificate that is not trusted, an address that must not be reached | no |
"""

from __future__ import annotations

import logging
import random as random_
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec

from ivr_action import __version__
from ivr_action.errors import UsageError
from ivr_action.genesys.answers import retry_after
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.errors import StoppedError
from ivr_action.notify.addresses import Receiver, UnsafeAddressError, check_addresses, receiver
from ivr_action.notify.events import FORMATS, Event
from ivr_action.notify.signing import signed_headers, signing_keys

SECONDS = 120.0
"""For all deliveries of a run together."""
_AGAIN = (408, 425, 429)
_GONE = 410
_AT_ONCE = 4
"""Receivers that are told at the same time."""
_log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of one event at one receiver."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    """By us: the receiver's address must not be reached."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event at one receiver."""

    receiver: str
    """Host, and the port where it is not the usual one: paths often are a secret."""
    event_id: str
    result: Outcome
    status: int | None = None
    """Of the answer to the last attempt; None where there was none."""
    attempts: int = 0
    reason: str = ""
    """Why it was not delivered."""

    @property
    def delivered(self) -> bool:
        """Whether the receiver answered 2xx."""
        return self.result is Outcome.DELIVERED


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one event at one receiver."""

    attempts: int = 5
    seconds: float = 15.0
    """Of one attempt; Standard Webhooks advises 15 to 30."""
    base: float = 1.0
    cap: float = 30.0
    """Seconds: the n-th wait is between nothing and `base` × 2ⁿ⁻¹, at most `cap`."""


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a name, in the system's order; raises OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


def trusted() -> ssl.SSLContext:
    """Checks certificates against `SSL_CERT_FILE` or `SSL_CERT_DIR` where they are set, else against certifi's."""
    import httpx

    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class World:
    """What deliveries need of the outside."""

    now: Callable[[], float] = time.time
    """Seconds since 1970, for signatures."""
    random: Callable[[], float] = random_.random
    resolve: Callable[[str, int], Sequence[str]] = resolve
    tls: Callable[[], ssl.SSLContext] = trusted


@dataclass(frozen=True, slots=True)
class WebhookOptions:
    """Checked before anything is deployed.

    Raises:
        UsageError: a URL, the secret or the format cannot be used, or the packages for it are not installed.
    """

    urls: tuple[str, ...] = field(default=(), repr=False)
    secret: str = field(default="", repr=False)
    """Empty: nothing is signed."""
    form: str = "plain"
    allow_private: bool = False
    receivers: tuple[Receiver, ...] = field(init=False)
    keys: tuple[bytes, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.form not in FORMATS:
            raise UsageError(f"`webhook-format` is `{self.form}`; accepted: {', '.join(FORMATS)}.")
        found = tuple(receiver(url, allow_private=self.allow_private) for url in dict.fromkeys(self.urls))
        if found and find_spec("httpcore") is None:
            raise UsageError("Webhooks need httpx.", "Install it with `pip install 'ivr-action[platform]'`.")
        object.__setattr__(self, "receivers", found)
        object.__setattr__(self, "keys", signing_keys(self.secret))


def deliver(
    options: WebhookOptions,
    events: Sequence[Event],
    deadline: Deadline,
    *,
    limits: Limits = Limits(),
    world: World = World(),
) -> list[Delivery]:
    """Sends every event to every receiver, each receiver's in order; by receiver, then by event.

    Never raises for what a receiver or the network does. When the run is told to stop, each event still has its first
    attempt, and no other.

    Args:
        options: where to, and how.
        events: in the order in which they happened.
        deadline: for all of it together; its clock is waited by.
        limits: of one event at one receiver.
        world: the outside.
    """
    if not options.receivers or not events:
        return []
    # Rendered once: what is signed is what is sent, and a payload that cannot be sent is known before any is.
    bodies = [event.render(options.form) for event in events]
    with ThreadPoolExecutor(min(_AT_ONCE, len(options.receivers)), "webhook") as pool:
        lines = [
            pool.submit(_Line(to, options, deadline, limits, world).deliver, events, bodies) for to in options.receivers
        ]
        return [delivery for line in lines for delivery in line.result()]


class _Line:
    """The events for one receiver."""

    def __init__(self, to: Receiver, options: WebhookOptions, deadline: Deadline, limits: Limits, world: World) -> None:
        self._to, self._options, self._deadline, self._limits, self._world = to, options, deadline, limits, world

    def deliver(self, events: Sequence[Event], bodies: Sequence[tuple[bytes, str]]) -> list[Delivery]:
        done: list[Delivery] = []
        attempts, closed = self._limits.attempts, ""
        for event, (body, content_type) in zip(events, bodies, strict=True):
            if closed:
                done.append(Delivery(self._to.shown, event.id, Outcome.FAILED, reason=closed))
                continue
            try:
                delivery = self._one(event.id, body, content_type, attempts)
            except Exception as error:  # a bug of ours must not take a deployment with it
                _log.debug("Webhook %s to %s:", event.id, self._to.shown, exc_info=True)
                delivery = self._failed(event.id, None, 0, f"a bug of ours: {type(error).__name__}")
            done.append(delivery)
            if delivery.status == _GONE:
                closed = f"not sent: the receiver answered {_GONE} before"
            # Who has not answered for one event at all is asked once for each of the others.
            attempts = self._limits.attempts if delivery.status is not None else 1
            told = _log.info if delivery.delivered else _log.warning
            told("Webhook %s to %s: %s%s.", event.id, self._to.shown, delivery.result.value, _because(delivery))
        return done

    def _one(self, event_id: str, body: bytes, content_type: str, attempts: int) -> Delivery:
        status, reason, number = None, "", 0
        while True:
            if self._deadline.left <= 0:
                return self._failed(event_id, status, number, _joined(reason, "no time is left"))
            number += 1
            after = None
            try:
                status, after = self._attempt(event_id, body, content_type)
            except UnsafeAddressError as error:
                return Delivery(self._to.shown, event_id, Outcome.REFUSED, status, number - 1, str(error))
            except _FailedAttempt as error:
                status, reason, again = None, str(error), not error.lasting
            else:
                if 200 <= status < 300:
                    return Delivery(self._to.shown, event_id, Outcome.DELIVERED, status, number)
                reason, again = _worded(status), status in _AGAIN or status >= 500
            if not again or number >= attempts:
                return self._failed(event_id, status, number, reason)
            seconds = self._pause(number, after)
            if seconds > self._deadline.left:
                left = f"the next attempt would be in {seconds:.0f} s, and {self._deadline.left:.0f} s are left"
                return self._failed(event_id, status, number, _joined(reason, left))
            _log.info("Waiting %.1f s: webhook %s to %s: %s.", seconds, event_id, self._to.shown, reason)
            try:
                self._deadline.clock.sleep(seconds)
            except StoppedError:
                return self._failed(event_id, status, number, _joined(reason, "the run was told to stop"))

    def _attempt(self, event_id: str, body: bytes, content_type: str) -> tuple[int, float | None]:
        """The status, and the seconds of a `Retry-After`; the name is resolved, checked and pinned anew each time."""
        from ivr_action.notify.post import NoAnswerError, post

        to, world = self._to, self._world
        try:
            addresses = world.resolve(to.host, to.port)
        except (OSError, UnicodeError):
            addresses = ()
        if not addresses:
            raise _FailedAttempt("its name cannot be resolved")
        check_addresses(to, addresses, allow_private=self._options.allow_private)
        headers = {
            "Content-Type": content_type,
            "User-Agent": f"ivr-action/{__version__}",
            **signed_headers(self._options.keys, event_id, int(world.now()), body),
        }
        try:
            seconds = max(0.01, min(self._limits.seconds, self._deadline.left))
            answer = post(to, addresses, headers, body, seconds, world.tls)
        except NoAnswerError as error:
            raise _FailedAttempt(str(error), lasting=error.lasting) from None
        return answer.status, retry_after(answer.headers)

    def _pause(self, number: int, after: float | None) -> float:
        if after is not None:
            return after + self._world.random() * max(1.0, after / 4)
        return self._world.random() * min(self._limits.cap, self._limits.base * 2.0 ** (number - 1))

    def _failed(self, event_id: str, status: int | None, attempts: int, reason: str) -> Delivery:
        return Delivery(self._to.shown, event_id, Outcome.FAILED, status, attempts, reason)


class _FailedAttempt(Exception):  # noqa: N818 - it is caught here and seen nowhere else
    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


def _worded(status: int) -> str:
    if 300 <= status < 400:
        return f"it answered {status}, and redirects are not followed: give the address that it leads to"
    if status == _GONE:
        return f"it answered {status}: it wants no more webhooks; remove it from `webhook-urls`"
    return f"it answered {status}"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _because(delivery: Delivery) -> str:
    return f" ({delivery.reason})" if delivery.reason else f" ({delivery.status})"
