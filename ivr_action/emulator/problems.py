"""Refusals in the platform's form: `{message, code, status, messageWithParams, messageParams, contextId, …}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An answer that is an error.

    Args:
        status: HTTP status.
        code: the platform's dotted code.
        message: with `{name}` where a parameter stands.
        params: the message's parameters.
        headers: to send with it.
        details: as in the platform's body.
        limit: as in the body of a 429.
        entity: id of what it is about.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        params: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        details: list[dict[str, Any]] | None = None,
        limit: Mapping[str, Any] | None = None,
        entity: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.params = dict(params or {})
        self.headers = dict(headers or {})
        self.details = details or []
        self.limit = limit
        self.entity = entity

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The JSON of the answer."""
        said = self.message
        for name, value in self.params.items():
            said = said.replace("{" + name + "}", value)
        found: dict[str, Any] = {
            "message": said,
            "code": self.code,
            "status": self.status,
            "messageWithParams": self.message,
            "messageParams": self.params,
            "contextId": correlation_id,
            "details": self.details,
            "errors": [],
        }
        if self.entity:
            found["entityId"] = self.entity
        if self.limit is not None:
            found["limit"] = dict(self.limit)
        return found


def not_found(what: str, id_: str) -> ApiError:
    """A 404 for anything but a flow."""
    return ApiError(404, "not.found", "The requested resource was not found: {what} {id}.", {"what": what, "id": id_})


def flow_not_found(id_: str) -> ApiError:
    """The platform's own answer for a flow that is not there."""
    return ApiError(404, "architect.flow.not.found", "Could not find flow with specified ID.", entity=id_)


def bad_request(message: str, code: str = "bad.request") -> ApiError:
    """A 400."""
    return ApiError(400, code, message)


def not_emulated(what: str) -> ApiError:
    """A 501: the platform has an answer, and this emulator does not invent one."""
    return ApiError(501, "emulator.not.implemented", "The emulator has no answer for this: {what}", {"what": what})


def locked(flow: str, who: str, id_: str) -> ApiError:
    """Somebody else holds the lock. The code and the text are the platform's; its HTTP status is inferred."""
    return ApiError(
        409,
        "architect.flow.locked.by.user",
        "Flow '{flowName}' is locked by user {userName}",
        {"flowName": flow, "userName": who},
        entity=id_,
    )
