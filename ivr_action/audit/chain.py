"""The chain: canonical JSON (RFC 8785), one record a line, each with the hash of the line before.

A line's hash is SHA-256 over its bytes, which are canonical, without the line break. Its `seal` is the hash of the same
record without `seal`: with it a change to the last line, which no other line vouches for, shows as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr_action.errors import UsageError

NOTHING = "0" * 64
"""What stands for the line before the first one."""
_HEAD = re.compile(r"(0|[1-9][0-9]{0,14}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain goes; `str(head)` is the output `audit-head`."""

    count: int = 0
    """Lines so far, over all files of the chain."""
    hash: str = NOTHING
    """Of the last one."""

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"

    def follow(self, line: bytes) -> Head:
        """With one more line, without its line break."""
        return Head(self.count + 1, hashlib.sha256(line).hexdigest())


BEGINNING = Head()


def parse_head(text: str, name: str = "audit-head") -> Head:
    """Reads a head; an empty text is the beginning of a chain.

    Raises:
        UsageError: it is neither; the message names the input.
    """
    text = text.strip()
    if not text:
        return BEGINNING
    found = _HEAD.fullmatch(text)
    if found is None or (found[1] == "0") is not (found[2] == NOTHING):
        raise UsageError(
            f"`{name}` is no head of an audit log: a number, a colon and 64 hexadecimal digits.",
            "Take the output `audit-head` of the run before as it is; leave it empty for a new chain.",
        )
    return Head(int(found[1]), found[2])


def link(record: Mapping[str, Any], head: Head) -> bytes:
    """The record as the line that follows the head, without a line break.

    Raises:
        ValueError: as for `canonical`.
    """
    linked = {**record, "sequence": head.count + 1, "previous": head.hash}
    return canonical({**linked, "seal": seal_of(linked)})


def seal_of(record: Mapping[str, Any]) -> str:
    """The hash of a record without its seal."""
    bare = {key: value for key, value in record.items() if key != "seal"}
    return hashlib.sha256(canonical(bare)).hexdigest()


def canonical(record: Mapping[str, Any]) -> bytes:
    """A record by RFC 8785, without a line break at its end; half a character in a text becomes its code.

    Raises:
        ValueError: it contains what JSON cannot say, or whole numbers beyond 2^53.
    """
    import rfc8785

    return rfc8785.dumps(_plain(record))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_plain(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
