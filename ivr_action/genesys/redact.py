"""Nothing secret is printed: one register of secrets, and what hides them in texts and in the log."""

from __future__ import annotations

import base64
import logging
import re
import threading
from collections.abc import Callable
from urllib.parse import quote, quote_plus

HIDDEN = "***"
_SHORTEST = 4
"""What is shorter is no secret, and hiding it would garble every text."""
_SHAPES = (
    (re.compile(r"(?i)\b((?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}"), rf"\1{HIDDEN}"),
    (re.compile(r'(?i)("?(?:access_token|refresh_token|client_secret)"?\s*[:=]\s*"?)[^"&\s,}]+'), rf"\1{HIDDEN}"),
    # The query of a presigned URL is the permission to use it.
    (
        re.compile(r"(?i)(https?://[^\s\"'<>?]+\?)[^\s\"'<>]*\b(?:signature|x-amz-[a-z-]+|sig)=[^\s\"'<>]*"),
        rf"\1{HIDDEN}",
    ),
)


class Redactor:
    """Hides secrets that it was told of, and whatever is shaped like a token or a presigned URL.

    Args:
        on_secret: is told each new secret once, in the form in which a log could show it; under GitHub the runner's
            `add-mask`, so that later steps hide it too.
    """

    def __init__(self, on_secret: Callable[[str], None] | None = None) -> None:
        self._on_secret = on_secret
        self._lock = threading.Lock()
        self._known: tuple[str, ...] = ()

    def add(self, secret: str) -> None:
        """Hides this text from now on, also as it looks inside a URL or in base64."""
        if len(secret) < _SHORTEST:
            return
        encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
        forms = dict.fromkeys((secret, quote(secret, safe=""), quote_plus(secret), encoded))
        with self._lock:
            new = [form for form in forms if form not in self._known]
            # Long ones first: one secret may contain another.
            self._known = tuple(sorted({*self._known, *new}, key=len, reverse=True))
        if self._on_secret is not None:
            for form in new:
                self._on_secret(form)

    def __call__(self, text: str) -> str:
        """The same text without secrets."""
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text


class RedactingFormatter(logging.Formatter):
    """Formats as another formatter does, tracebacks too, and hides what is secret in the result.

    Args:
        redact: what hides it.
        inner: the formatter that does the work.
    """

    def __init__(self, redact: Redactor, inner: logging.Formatter | None = None) -> None:
        super().__init__()
        self._redact = redact
        self._inner = inner or logging.Formatter("%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One record as text."""
        return self._redact(self._inner.format(record))
