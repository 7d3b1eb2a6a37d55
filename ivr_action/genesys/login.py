"""Tokens: asked for with OAuth client credentials, renewed in time and once when refused; or given."""

from __future__ import annotations

import base64
import threading
from urllib.parse import urlencode

from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.errors import BadAnswerError, LoginError
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.transport import Answer, Request, Transport

_EARLY = 60.0
"""Seconds before its end at which a token is renewed, or a tenth of its life where that is less."""
_DEFAULT_LIFE = 86_400.0
"""Seconds; the platform's default, for an answer without `expires_in`."""


class Login:
    """The current token; may be shared by threads, of which one at a time asks for a new one.

    Args:
        settings: with credentials.
        transport: sends the request for a token.
    """

    def __init__(self, settings: PlatformSettings, transport: Transport) -> None:
        settings.check_credentials()
        self._settings = settings
        self._transport = transport
        self._now = transport.pace.clock.now
        self._lock = threading.Lock()
        self._token = settings.access_token
        self._until = float("inf")
        for secret in (settings.client_secret, settings.access_token):
            transport.redact.add(secret)

    @property
    def renewable(self) -> bool:
        """Whether a new token can be asked for."""
        return not self._settings.access_token

    def token(self, deadline: Deadline) -> str:
        """A token that is good for a while yet.

        Raises:
            LoginError: the platform gives none.
            PlatformError: of `Transport.send`.
        """
        with self._lock:
            if not self._token or self._now() >= self._until:
                self._ask(deadline)
            return self._token

    def renew(self, refused: str, deadline: Deadline) -> str:
        """Another token than the one that was refused; asks only if no other thread has already."""
        with self._lock:
            if self._token == refused:
                self._ask(deadline)
            return self._token

    def _ask(self, deadline: Deadline) -> None:
        settings = self._settings
        pair = base64.b64encode(f"{settings.client_id}:{settings.client_secret}".encode("ascii")).decode("ascii")
        self._transport.redact.add(pair)
        request = Request(
            "POST",
            f"{settings.login_url}/oauth/token",
            {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"},
            urlencode({"grant_type": "client_credentials"}).encode("ascii"),
            repeatable=True,  # a token too many harms nobody
        )
        asked = self._now()
        answer = self._transport.send(request, deadline)
        if not answer.ok:
            raise self._refused(request, answer)
        data = answer.json(request.call)
        token = data.get("access_token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not token:
            raise BadAnswerError(request.call, "there is no `access_token` in it")
        self._transport.redact.add(token)
        life = data.get("expires_in")
        seconds = float(life) if isinstance(life, (int, float)) and 0 < life < 10**9 else _DEFAULT_LIFE
        self._token, self._until = token, asked + seconds - min(_EARLY, seconds / 10)

    def _refused(self, request: Request, answer: Answer) -> Exception:
        error = self._transport.error(request, answer)
        if answer.status >= 500:
            return error
        return LoginError(
            f"No login for the OAuth client `{self._settings.client_id}` at {self._settings.login_url}: {error}",
            "Check the id and the secret, that the client's grant type is Client Credentials, and the region: a client "
            "exists in the region of its organisation only. docs/permissions.md says how to make one.",
        )
