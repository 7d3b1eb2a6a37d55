"""One call of the platform's API, as everything here makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypedDict, Unpack


class Parts(TypedDict, total=False):
    """What a call may have beside its method and path."""

    params: Mapping[str, str]
    """Values for what is in braces; quoted on the way."""
    query: Mapping[str, Any]
    """As the SDK encodes it."""
    headers: Mapping[str, str]
    """Of this request alone, such as `If-Match`."""
    body: Any
    """What is sent as JSON."""


class Caller(Protocol):
    """`Platform.call`, or the same over a client that somebody else has made."""

    def __call__(self, method: str, path: str, **parts: Unpack[Parts]) -> Any:
        """The JSON of the answer; raises a PlatformError."""
