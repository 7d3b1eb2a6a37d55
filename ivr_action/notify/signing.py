"""Signatures by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), HMAC-SHA256.

The timestamp is that of the attempt and the id that of the event: a repetition has a new timestamp and a new signature
under the same id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from ivr_action.errors import UsageError

PREFIX = "whsec_"
SHORTEST = 24
"""Bytes that the specification asks of a secret."""


def signing_keys(secret: str) -> tuple[bytes, ...]:
    """The keys behind `webhook-secret`.

    Args:
        secret: `whsec_` and base64, or any other text, whose UTF-8 bytes are the key then; empty for none. Several,
            with white space between, sign each webhook as often, so that a secret can be exchanged without a gap.

    Raises:
        UsageError: too short, or no base64 after `whsec_`; the message does not show it.
    """
    keys = []
    for text in secret.split():
        key = text.encode()
        if text.startswith(PREFIX):
            bare = text[len(PREFIX) :]
            try:
                key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
            except binascii.Error:
                raise UsageError("`webhook-secret` has no base64 after `whsec_`.", _HOW) from None
        if len(key) < SHORTEST:
            raise UsageError(f"`webhook-secret` is a key of {len(key)} bytes; at least {SHORTEST} are needed.", _HOW)
        keys.append(key)
    return tuple(keys)


_HOW = "`echo whsec_$(openssl rand -base64 32)` makes one."


def signed_headers(keys: Sequence[bytes], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one attempt; without a key there is no signature among them.

    Args:
        keys: each makes one signature.
        event_id: without full stops, so that it cannot be mistaken for what follows it.
        timestamp: of this attempt, in seconds since 1970.
        body: exactly as it is sent.
    """
    headers = {"webhook-id": event_id, "webhook-timestamp": str(timestamp)}
    if keys:
        signed = b"%s.%d.%s" % (event_id.encode(), timestamp, body)
        digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
        headers["webhook-signature"] = " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
    return headers
