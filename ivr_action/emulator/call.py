"""What a route gets and gives: plain values, so that no route knows the web server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ivr_action.emulator.limits import Quota
from ivr_action.emulator.problems import ApiError, bad_request
from ivr_action.emulator.state import Client, JobFault, Who
from ivr_action.emulator.world import World

MAX_PAGE = 500


@dataclass(slots=True)
class Answer:
    """Status, headers and a body: JSON, bytes, or nothing."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(slots=True)
class Call:
    """One request."""

    world: World
    quota: Quota
    method: str
    path: str
    params: Mapping[str, str]
    """From the path."""
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    correlation_id: str
    client: Client | None = None
    token: str = ""
    job_fault: JobFault | None = None

    @property
    def who(self) -> Who:
        if self.client is None:
            raise RuntimeError("an open route has no client")
        return self.client.who()

    def permit(self, permission: str) -> None:
        """Raises ApiError where the client lacks the permission."""
        held = self.client.permissions if self.client is not None else None
        if held is not None and permission not in held:
            raise ApiError(
                403,
                "missing.any.permissions",
                "Unable to perform the requested action. You must have at least one of the following permissions "
                "assigned: {permissions}",
                {"permissions": f"[{permission}]"},
            )

    def first(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)

    def all(self, name: str) -> list[str]:
        """A parameter that may come several times: repeated, or as one value with commas; both are in use."""
        return [part for key, value in self.query if key == name for part in value.split(",") if part]

    def integer(self, name: str, default: int) -> int:
        said = self.first(name)
        if not said:
            return default
        if not said.isdecimal() or int(said) < 1:
            raise bad_request(f"The value of {name} is no positive integer: {said[:20]}")
        return int(said)

    def flag(self, name: str) -> bool:
        return self.first(name).lower() == "true"

    def json(self) -> Any:
        """The body; None for an empty one."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            raise bad_request("The request could not be understood by the server due to malformed syntax.") from None

    def object(self) -> dict[str, Any]:
        """The body, which must be an object.

        Raises:
            ApiError: 400.
        """
        found = self.json()
        if not isinstance(found, dict):
            raise bad_request("The request body must be an object.")
        return found


Handler = Callable[[Call], Answer]


class Row(NamedTuple):
    """One route."""

    method: str
    path: str
    handler: Handler
    permission: str = ""
    """What the client must have; empty for nothing."""
    open: bool = False
    """True for what takes no token."""


def page(call: Call, items: list[dict[str, Any]], default_size: int = 25) -> Answer:
    """One page of a listing, with the links the platform gives."""
    size, number = call.integer("pageSize", default_size), call.integer("pageNumber", 1)
    if size > MAX_PAGE:
        raise ApiError(400, "invalid.value", "The page size is {size}; the greatest is 500.", {"size": str(size)})
    count = -(-len(items) // size)

    def link(wanted: int) -> str:
        others = [(key, value) for key, value in call.query if key not in ("pageSize", "pageNumber")]
        return f"{call.path}?{urlencode([*others, ('pageSize', str(size)), ('pageNumber', str(wanted))])}"

    body: dict[str, Any] = {
        "entities": items[(number - 1) * size : number * size],
        "pageSize": size,
        "pageNumber": number,
        "total": len(items),
        "firstUri": link(1),
        "lastUri": link(max(1, count)),
        "selfUri": link(number),
        "pageCount": count,
    }
    if number < count:
        body["nextUri"] = link(number + 1)
    if 1 < number <= count + 1:
        body["previousUri"] = link(number - 1)
    return Answer(body)
