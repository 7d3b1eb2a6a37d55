"""The storage behind presigned addresses: what goes up and comes down without our token, and is never shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from ivr_action.genesys.client import Platform
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.errors import BadAnswerError
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.settings import is_loopback
from ivr_action.genesys.transport import Answer, Request


class Storage:
    """Sends and fetches files at presigned addresses.

    Args:
        send: sends one request as it is: no token, and a change never twice.
        redact: is told each address before anything is done with it.
    """

    def __init__(self, send: Callable[[Request], Answer], redact: Redactor) -> None:
        self._send = send
        self.redact = redact

    def put(self, url: str, headers: Mapping[str, str], data: bytes) -> Answer:
        """Sends a file with exactly these headers beside those of any client; the answer, of whatever status.

        Raises:
            OutcomeUnknownError: it was sent, and the answer is missing.
            PlatformError: of `Transport.send`; nothing was sent then.
        """
        self.hide(url)
        return self._send(Request("PUT", url, dict(headers), data))

    def get(self, url: str) -> bytes:
        """Fetches a file.

        Raises:
            BadAnswerError: it is not there.
        """
        self.hide(url)
        answer = self._send(Request("GET", url))
        if answer.status != 200:
            raise BadAnswerError("GET of the exported file", f"the storage answered {answer.status}")
        return answer.content

    def hide(self, url: str) -> None:
        """Keeps an address out of everything that is printed; raises BadAnswerError where it is not safe to use."""
        self.redact.add(url)
        query = urlsplit(url).query
        if query:
            self.redact.add(query)
        if not url.startswith("https://") and not is_loopback(url):
            raise BadAnswerError("a presigned address", "it is not https, so nothing was sent there")


def storage_of(platform: Platform, deadline: Deadline) -> Storage:
    """The storage by the platform's own connections and pace, past its login."""
    return Storage(lambda request: platform.session.transport.send(request, deadline), platform.redact)
