"""From the platform's error body to what a person reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ivr_action.genesys.answers import error_from, pause_of, retry_after
from ivr_action.genesys.errors import ForbiddenError, LockedError, NotFoundError, RefusedError, ThrottledError
from ivr_action.genesys.redact import Redactor


def refused(status: int, body: Any, headers: dict[str, str] | None = None) -> RefusedError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_from("GET /api/v2/flows", status, headers or {}, data, Redactor())


def test_code_message_and_correlation_id_are_told() -> None:
    error = refused(
        404,
        {"message": "Could not find flow with specified ID.", "code": "architect.flow.not.found", "contextId": "c-7"},
    )
    assert isinstance(error, NotFoundError)
    assert str(error) == (
        "GET /api/v2/flows: 404 architect.flow.not.found: Could not find flow with specified ID. (correlation id c-7)"
    )
    assert (error.status, error.code, error.exit_status) == (404, "architect.flow.not.found", 3)


def test_the_header_is_the_better_correlation_id() -> None:
    assert refused(400, {"contextId": "body"}, {"ININ-Correlation-Id": "header"}).correlation_id == "header"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"messageWithParams": "Flow {name} of {who}", "messageParams": {"name": "Main", "who": "Ada"}}, "Main of Ada"),
        ({"message": "Missing: %s", "messageParams": {"0": "a:b:c"}}, "Missing: a:b:c"),
        ({"message": "Bad Request", "details": [{"errorCode": "too.long", "fieldName": "name"}]}, "name: too.long"),
        ({"message": "Many", "errors": [{"message": "first"}, {"code": "second"}]}, "Many; first; second"),
        ({"message": "Limit", "limit": {"key": "some.rate", "namespace": "x", "value": 300}}, "limit some.rate = 300"),
        ({"error": "invalid_client", "description": "no such client"}, "no such client"),
        (b"<html><body>Bad   Gateway</body></html>", "Bad Gateway"),
        (b"", ""),
        (b"[1, 2]", "[1, 2]"),
        ({"message": None, "details": "odd", "errors": [1], "messageParams": []}, ""),
    ],
)
def test_the_message_has_its_parameters_and_details(body: Any, text: str) -> None:
    assert text in str(refused(400, body))


def test_a_message_is_cut() -> None:
    assert len(str(refused(400, {"message": "x" * 100_000}))) < 700


@pytest.mark.parametrize(
    ("body", "permissions"),
    [
        (
            {
                "code": "missing.any.permissions",
                "message": "Unable to perform the requested action. You must have at least one of the following "
                "permissions assigned: [architect:flow:edit, architect:flow:unlock]",
            },
            ("architect:flow:edit", "architect:flow:unlock"),
        ),
        (
            {
                "code": "missing.permissions",
                "messageWithParams": "You are missing the following permission(s): %s",
                "messageParams": {"permissions": "architect:job:create"},
            },
            ("architect:job:create",),
        ),
        ({"message": "no", "messageParams": {"x": "telephony:plugin:all"}}, ("telephony:plugin:all",)),
        ({"message": "at 12:30:59 https://x:1 said no"}, ()),
    ],
)
def test_403_names_the_permission(body: Any, permissions: tuple[str, ...]) -> None:
    error = refused(403, body)
    assert isinstance(error, ForbiddenError)
    assert error.permissions == permissions
    assert all(f"`{name}`" in error.hint for name in permissions)
    assert "docs/permissions.md" in error.hint


@pytest.mark.parametrize("status", [400, 409, 423])
def test_a_lock_is_known_by_its_code_whatever_the_status(status: int) -> None:
    error = refused(status, {"code": "architect.flow.locked.by.user", "message": "Flow 'x' is locked by user Ada"})
    assert isinstance(error, LockedError)
    assert error.who == "Ada"
    assert "Ada" in error.hint


def test_a_flow_that_is_not_locked_is_no_lock() -> None:
    assert type(refused(409, {"code": "architect.flow.not.locked.by.user"})) is RefusedError


def test_429_carries_the_pause() -> None:
    error = refused(429, {"code": "too.many.requests"}, {"retry-after": "31"})
    assert isinstance(error, ThrottledError)
    assert error.after == 31


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "58"}, 58),
        ({"retry-after": " 0 "}, 0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 40}, None),
        ({"Retry-After": "Tue, 24 Nov 2026 10:01:00 GMT", "Date": "Tue, 24 Nov 2026 10:00:30 GMT"}, 30),
        ({"Retry-After": "Tue, 24 Nov 2026 10:00:00 GMT", "Date": "Tue, 24 Nov 2026 10:00:30 GMT"}, 0),
        ({"Retry-After": "Tue, 24 Nov 2026 10:01:00 GMT"}, None),
        ({"Retry-After": f"Tue, 24 Nov {'9' * 30} 10:01:00 GMT", "Date": "Tue, 24 Nov 2026 10:00:30 GMT"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_429_without_the_header_is_read_further() -> None:
    reset = {"inin-ratelimit-reset": "44"}
    older = b'{"message": "Rate limit exceeded the maximum [300] requests within [60] seconds"}'
    newer = b'{"message": "Rate limit exceeded the maximum. Retry the request in [7] seconds"}'
    assert pause_of({}, b"") is None
    assert pause_of(reset, older) == 44
    assert pause_of(reset, newer) == 7
    assert pause_of({**reset, "Retry-After": "3"}, newer) == 3
