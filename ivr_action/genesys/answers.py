"""From the platform's error body to a typed error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from ivr_action.genesys.errors import (
    ForbiddenError,
    LockedError,
    NotFoundError,
    RefusedError,
    ServerError,
    ThrottledError,
    UnauthorizedError,
)
from ivr_action.genesys.redact import Redactor

_PERMISSION = re.compile(r"\b[A-Za-z][A-Za-z0-9]*:(?:[A-Za-z][A-Za-z0-9]*|\*):(?:[A-Za-z][A-Za-z0-9]*|\*)(?!\w)")
_LOCKED = ("architect.flow.locked", "flow.locked")
_LOCKED_BY = re.compile(r"locked by (?:user )?(.+?)\.?$", re.IGNORECASE)
_RETRY_IN = re.compile(r"retry the request in \[?(\d+)", re.IGNORECASE)
_LONGEST = 500
"""Characters of a foreign text that a message repeats."""
_DETAILS = 5


def error_from(call: str, status: int, headers: Mapping[str, str], body: bytes | str, redact: Redactor) -> RefusedError:
    """The typed error for an answer outside 2xx.

    Args:
        call: method and path, without query.
        status: of HTTP.
        headers: of the answer; looked up without regard to case.
        body: the platform's error body, or whatever a proxy wrote.
        redact: hides secrets that the answer may repeat.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    data = _parsed(body)
    code = _text(data.get("code")) or _text(data.get("error"))
    text = redact(_message(data) if data else _plain(body))
    correlation = lowered.get("inin-correlation-id", "") or _text(data.get("contextId"))
    if code.startswith(_LOCKED) and not code.startswith("architect.flow.not"):
        return LockedError(call, status, code, text, correlation, _locker(data, text))
    if status == 401:
        return UnauthorizedError(call, status, code, text, correlation)
    if status == 403:
        return ForbiddenError(call, status, code, text, correlation, _permissions(data, text))
    if status == 404:
        return NotFoundError(call, status, code, text, correlation)
    if status == 429:
        return ThrottledError(call, code, text, correlation, pause_of(headers, body) or 0.0)
    if status == 501:
        return RefusedError(call, status, code, text, correlation, "There is no such call behind this address.")
    return (ServerError if status >= 500 else RefusedError)(call, status, code, text, correlation)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header; None where there is none, or none that can be read."""
    lowered = {name.lower(): value.strip() for name, value in headers.items()}
    given = lowered.get("retry-after", "")
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", given):
        return float(given)
    if given and "date" in lowered:
        try:
            span = parsedate_to_datetime(given) - parsedate_to_datetime(lowered["date"])
        except (TypeError, ValueError, OverflowError):
            return None
        return max(0.0, span.total_seconds())
    return None


def pause_of(headers: Mapping[str, str], body: bytes | str) -> float | None:
    """Seconds that a 429 asks to wait: by `Retry-After`, by its message, or by the end of the platform's window."""
    given = retry_after(headers)
    if given is not None:
        return given
    said = _RETRY_IN.search(_message(_parsed(body)))
    if said:
        return float(said[1])
    reset = {name.lower(): value.strip() for name, value in headers.items()}.get("inin-ratelimit-reset", "")
    return float(reset) if re.fullmatch(r"\d{1,4}", reset) else None


def _parsed(body: bytes | str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _message(data: Mapping[str, Any]) -> str:
    """The message with its parameters, and what the details and the errors inside add to it."""
    text = _text(data.get("message"))
    template, params = _text(data.get("messageWithParams")), data.get("messageParams")
    if isinstance(params, dict):
        text = _filled(template or text, params)
    text = text or template or _text(data.get("error_description")) or _text(data.get("description"))
    more = [part for part in _details(data) if part not in text]
    return "; ".join([part for part in (text, *more[:_DETAILS]) if part])[:_LONGEST]


def _filled(template: str, params: Mapping[str, Any]) -> str:
    """`{name}` by name, then each `%s` by the order of the parameters."""
    for name, value in params.items():
        for mark in ("{{" + name + "}}", "${" + name + "}", "{" + name + "}"):
            template = template.replace(mark, _text(value))
    for value in params.values():
        template = template.replace("%s", _text(value), 1)
    return template


def _details(data: Mapping[str, Any]) -> Iterable[str]:
    for detail in _dicts(data.get("details")):
        names = (detail.get("fieldName"), detail.get("entityName") or detail.get("entityId"))
        where = " ".join(_text(name) for name in names if name)
        yield ": ".join(part for part in (where, _text(detail.get("errorCode"))) if part)
    for inner in _dicts(data.get("errors")):
        yield _text(inner.get("message")) or _text(inner.get("code"))
    limit = data.get("limit")
    if isinstance(limit, dict) and limit.get("key"):
        yield f"limit {_text(limit.get('key'))} = {_text(limit.get('value'))}"


def _permissions(data: Mapping[str, Any], text: str) -> list[str]:
    params = data.get("messageParams")
    places = [text, *(map(_text, params.values()) if isinstance(params, dict) else ())]
    return list(dict.fromkeys(name for place in places for name in _PERMISSION.findall(place)))


def _locker(data: Mapping[str, Any], text: str) -> str:
    params = data.get("messageParams")
    if isinstance(params, dict):
        for name in ("userName", "user", "lockedBy", "userId"):
            if params.get(name):
                return _text(params[name])
    said = _LOCKED_BY.search(text)
    return said[1] if said else ""


def _plain(body: bytes | str) -> str:
    """What a proxy or a gateway wrote, as one line without markup."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    return " ".join(re.sub(r"<[^<>]*>", " ", text[:20_000]).split())[:_LONGEST]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def described(error: RefusedError) -> str:
    """Status, code and text of a refusal, without the call and the correlation id."""
    return ": ".join(part for part in (f"{error.status} {error.code}".strip(), error.text) if part).rstrip(".")
