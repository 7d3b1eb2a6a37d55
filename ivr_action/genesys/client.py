"""The way to the platform: the SDK's client, logged in, and calls with typed errors."""

from __future__ import annotations

import os
import random as random_
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack

from ivr_action.errors import UsageError
from ivr_action.genesys.answers import error_from
from ivr_action.genesys.call import Parts
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.errors import BadAnswerError
from ivr_action.genesys.login import Login
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.regions import DEFAULT_REGION
from ivr_action.genesys.sdk import api_client
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.transport import Answer, Limits, Request, Timeouts, Transport

PATIENCE = 180.0
"""Seconds that one call may take, waits included, where the caller gave no deadline."""
_OBJECT = "object"
"""Has the SDK hand over JSON as it is: its models drop every field that they do not know, `nodes` among them."""


@dataclass(frozen=True, slots=True)
class Session:
    """Sends requests with the token of the moment; a 401 is answered by one new token."""

    transport: Transport
    login: Login
    api_url: str
    deadline: Deadline | None = None
    """None: each request has `PATIENCE`."""

    def send(self, request: Request) -> Answer:
        """The answer. The token goes to the API alone, whatever the request's address is."""
        deadline = self.deadline or Deadline.after(self.transport.pace.clock, PATIENCE)
        if not request.url.startswith(f"{self.api_url}/api/"):
            return self.transport.send(request, deadline)
        token = self.login.token(deadline)
        answer = self.transport.send(_with(request, token), deadline)
        if answer.status == 401 and self.login.renewable:
            token = self.login.renew(token, deadline)
            answer = self.transport.send(_with(request, token), deadline)
        return answer


class Platform:
    """One organisation's platform for one client.

    Args:
        settings: addresses and credentials.
        session: sends requests.
        client: the SDK's `ApiClient` over the session; for the SDK's own API classes.
    """

    def __init__(self, settings: PlatformSettings, session: Session) -> None:
        self.settings = settings
        self.session = session
        self.client: Any = api_client(settings.api_url, session, "")

    @property
    def pace(self) -> Pace:
        """The pace that all requests share."""
        return self.session.transport.pace

    @property
    def redact(self) -> Redactor:
        """Hides secrets in texts."""
        return self.session.transport.redact

    def log_in(self) -> None:
        """Asks for a token now instead of before the first call.

        Raises:
            LoginError: the platform gives none.
        """
        deadline = self.session.deadline or Deadline.after(self.pace.clock, PATIENCE)
        self.client.access_token = self.session.login.token(deadline)

    def within(self, deadline: Deadline) -> Platform:
        """The same platform, whose calls end by this moment; pace, token and connections are shared."""
        return Platform(self.settings, replace(self.session, deadline=deadline))

    def call(self, method: str, path: str, **parts: Unpack[Parts]) -> Any:
        """One call of the API through the SDK.

        Args:
            method: of HTTP.
            path: such as `/api/v2/flows/{flowId}`.
            parts: `params` for what is in braces, `query`, `headers`, `body`.

        Returns:
            The JSON of the answer as it came; None where there is none.

        Raises:
            RefusedError: or the subclass that suits the status.
            PlatformError: of `Transport.send`.
        """
        return call_api(self.client, method, path, redact=self.redact, **parts)

    def close(self) -> None:
        """Closes the connections."""
        self.session.transport.close()

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def call_api(
    client: Any,
    method: str,
    path: str,
    *,
    redact: Redactor | None = None,
    **parts: Unpack[Parts],
) -> Any:
    """`Platform.call` for any `ApiClient` of the SDK, also one that somebody else has made.

    Raises:
        UsageError: an id is empty, no text, or would lead to another path.
    """
    params = parts.get("params", {})
    call = f"{method} {_filled(path, params)}"
    sent = {
        "Accept": client.select_header_accept(["application/json"]),
        "Content-Type": client.select_header_content_type(["application/json"]),
        **parts.get("headers", {}),
    }
    try:
        data = client.call_api(
            path,
            method,
            dict(params),
            dict(parts.get("query", {})),
            sent,
            body=parts.get("body"),
            post_params=[],
            files={},
            response_type=_OBJECT,
            auth_settings=["PureCloud OAuth"],
        )
    except RecursionError:
        raise BadAnswerError(call, "its JSON is nested too deeply") from None
    except Exception as error:
        status = getattr(error, "status", None)
        if type(error).__name__ != "ApiException" or not isinstance(status, int):
            raise
        body_, headers_ = getattr(error, "body", None), getattr(error, "headers", None)
        raise error_from(call, status, headers_ or {}, body_ or "", redact or Redactor()) from None
    if data is None or data == "":
        return None
    if not isinstance(data, (dict, list)):
        raise BadAnswerError(call, "no JSON object")
    return data


def connect(
    settings: PlatformSettings,
    *,
    clock: Clock | None = None,
    random: Callable[[], float] = random_.random,
    redact: Redactor | None = None,
    timeouts: Timeouts | None = None,
    limits: Limits | None = None,
    deadline: Deadline | None = None,
) -> Platform:
    """The platform of these settings; nothing is sent yet.

    Args:
        settings: addresses and credentials.
        clock: for waits; its stop event ends them.
        random: uniform in [0, 1), for jitter.
        redact: hides secrets; one that tells the runner (`add-mask`) is passed in here.
        timeouts: of each request.
        limits: for sending again.
        deadline: of the whole run.

    Raises:
        UsageError: no credentials, or the SDK is not installed.
    """
    pace = Pace(clock or Clock(), random=random)
    transport = Transport(
        pace, redact or Redactor(), settings.api_url, timeouts=timeouts or Timeouts(), limits=limits or Limits()
    )
    session = Session(transport, Login(settings, transport), settings.api_url, deadline)
    return Platform(settings, session)


def initialize_genesys_client(
    client_id: str,
    client_secret: str,
    region: str = DEFAULT_REGION,
    *,
    environ: Mapping[str, str] = os.environ,
) -> Any:
    """The official SDK's client (`ApiClient`), logged in with OAuth client credentials.

    Its requests have timeouts, keep the pace, renew the token and wait where the platform says 429; what the platform
    refuses is the SDK's `ApiException`. It shares no state with any other client.

    Args:
        client_id: of an OAuth client of type Client Credentials.
        client_secret: its secret.
        region: AWS's name (`eu-west-1`) or Genesys' domain (`mypurecloud.ie`).
        environ: `IVR_ACTION_API_URL` and `IVR_ACTION_LOGIN_URL` lead elsewhere, such as to the emulator.

    Raises:
        UsageError: an unknown region or missing credentials.
        LoginError: the platform gives no token.
        PlatformError: it cannot be reached.
    """
    platform = connect(
        PlatformSettings(
            client_id=client_id,
            client_secret=client_secret,
            region=region,
            api_url=environ.get("IVR_ACTION_API_URL", ""),
            login_url=environ.get("IVR_ACTION_LOGIN_URL", ""),
        )
    )
    platform.log_in()
    return platform.client


def _with(request: Request, token: str) -> Request:
    return replace(request, headers={**request.headers, "Authorization": f"Bearer {token}"})


def _filled(path: str, params: Mapping[str, Any]) -> str:
    """The path as it is shown; the SDK leaves slashes in ids, and an id with one would lead to another call."""
    for name, value in params.items():
        if not isinstance(value, str) or not value.strip(".") or "/" in value:
            raise UsageError(f"`{value}` is no {name}; nothing was sent.", "It is text without slashes.")
        path = path.replace("{" + name + "}", value)
    return path
