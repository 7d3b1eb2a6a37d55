"""Looks at the platform's flows: who we are, which flow a file means, what is live, what came before."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr_action.errors import OutcomeUnknownError
from ivr_action.genesys.call import Caller
from ivr_action.genesys.errors import BadAnswerError, NotFoundError
from ivr_action.genesys.flow_state import FlowState, VersionInfo, flow_state, version_info
from ivr_action.genesys.node_save import FLOW
from ivr_action.genesys.store import FlowRef, RejectedError, Version

FLOWS = "/api/v2/flows"
_PAGES = 100
_PAGE_SIZE = 100
_KEPT = 500
"""Configurations that are remembered."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose platform it is, and who we are there."""

    id: str
    name: str
    client_id: str
    """Of the OAuth client that the token belongs to; empty where the platform does not say."""
    client_name: str


@dataclass(frozen=True, slots=True)
class Search:
    """What looking for a flow by its name found."""

    found: FlowState | None
    near: tuple[str, ...] = ()
    """Names that are the same but for letter case or spaces; for a message."""


class Inspector:
    """Reads flows, and what little of them is changed outside of a publish job; may be shared by threads.

    Args:
        call: makes one call of the API.
    """

    def __init__(self, call: Caller) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._configurations: dict[tuple[str, Version], Mapping[str, Any]] = {}

    def organisation(self) -> Organisation:
        """Who the token belongs to; one request, which needs no permission.

        Raises:
            BadAnswerError: the platform does not say which organisation it is.
        """
        data = self._object("GET", "/api/v2/tokens/me")
        organisation, client = _mapping(data.get("organization")), _mapping(data.get("OAuthClient"))
        if not organisation.get("id"):
            raise BadAnswerError("GET /api/v2/tokens/me", "it names no organisation")
        return Organisation(
            str(organisation["id"]),
            str(organisation.get("name") or ""),
            str(client.get("id") or ""),
            str(client.get("name") or ""),
        )

    def find(self, ref: FlowRef) -> FlowState | None:
        """The flow of this id, or else of exactly this name and type; None where there is none that we may see.

        What an id leads to is returned whatever its name and type are: judging them is the caller's affair.

        Raises:
            RejectedError: several fit, which it names.
        """
        return self.search(ref).found

    def search(self, ref: FlowRef) -> Search:
        """`find`, with names that are nearly the same. One request for most names.

        The listing's `name` is a filter (`*` in it stands for anything, letter case does not count), so what it lists
        is compared here; its entities are whole flows and need no second look.
        """
        if ref.id:
            try:
                return Search(self.state(ref.id))
            except NotFoundError:
                return Search(None)
        type_ = ref.type.lower()
        query = {"name": ref.name, **({"type": type_} if type_ else {})}
        listed = [flow_state(item) for item in self.listed(FLOWS, query)]
        listed = [state for state in listed if not type_ or state.type == type_]
        fitting = [state for state in {state.id: state for state in listed}.values() if state.name == ref.name]
        if len(fitting) > 1:
            named = ", ".join(
                f"{state.type} {state.id}" + (f" in division {state.division}" if state.division else "")
                for state in fitting
            )
            raise RejectedError([f"{len(fitting)} flows are named `{ref.name}`: {named}."], "Give the type or the id.")
        folded = _folded(ref.name)
        near = {state.name for state in listed if state.name != ref.name and _folded(state.name) == folded}
        return Search(fitting[0] if fitting else None, tuple(sorted(near)))

    def state(self, flow_id: str) -> FlowState:
        """The flow as it is now; never remembered.

        Raises:
            NotFoundError: there is none that we may see.
        """
        return flow_state(self._object("GET", FLOW, params={"flowId": flow_id}))

    def configuration(self, flow_id: str, version: Version) -> Mapping[str, Any]:
        """The content of a version; remembered, since a version never changes. A draft's is asked for each time."""
        key = (flow_id, version)
        with self._lock:
            known = self._configurations.get(key)
        if known is not None:
            return known
        params = {"flowId": flow_id, "versionId": version}
        found = self._object("GET", f"{FLOW}/versions/{{versionId}}/configuration", params=params)
        if not version.startswith("saved_version_"):
            with self._lock:
                if len(self._configurations) >= _KEPT:
                    self._configurations.clear()
                self._configurations[key] = found
        return found

    def versions(self, flow_id: str, limit: int = 25) -> list[VersionInfo]:
        """The newest versions, newest first, whichever way round the platform lists them (it is not documented)."""
        path, params = f"{FLOW}/versions", {"flowId": flow_id}
        first = self._object("GET", path, params=params, query={"pageSize": limit, "pageNumber": 1})
        found, pages = _versions(first), _count(first)
        numbers = [version.number for version in found if version.number is not None]
        if pages > 1 and numbers and numbers[0] < numbers[-1]:  # oldest first: the newest are on the last pages
            for page in range(pages, max(1, pages - 2), -1):
                query = {"pageSize": limit, "pageNumber": page}
                found += _versions(self._object("GET", path, params=params, query=query))
        unique = {version.id: version for version in found}.values()
        return sorted(unique, key=lambda version: (version.number or 0, version.at), reverse=True)[:limit]

    def unlock(self, flow_id: str) -> FlowState:
        """Takes the lock from whoever has it; their draft is checked in as a version (documented by Genesys).

        Raises:
            OutcomeUnknownError: the answer is missing, and looking did not tell.
        """
        try:
            return flow_state(self._object("POST", f"{FLOWS}/actions/unlock", query={"flow": flow_id}))
        except OutcomeUnknownError:
            state = self.state(flow_id)
            if state.is_locked:
                raise
            return state

    def publish_version(self, flow_id: str, version: Version) -> None:
        """Asks to make an earlier version the published one.

        The platform answers 200 at once, also for a version that does not exist, and does it later: only a look at the
        flow tells (seen on the platform).
        """
        self._call("POST", f"{FLOWS}/actions/publish", query={"flow": flow_id, "version": version})

    def rename(self, flow_id: str, name: str, description: str | None = None) -> FlowState:
        """Gives the flow another name, by its metadata, so that its id stays.

        Args:
            flow_id: of the flow.
            name: the new one.
            description: the new one; None to keep the old one.

        Raises:
            RejectedError: the platform answered 200 and kept the old name.
            OutcomeUnknownError: the answer is missing, and looking did not tell.
        """
        raw = self.state(flow_id).raw
        body = {key: raw[key] for key in ("id", "type", "division", "description") if key in raw} | {"name": name}
        if description is not None:
            body["description"] = description
        try:
            state = flow_state(self._object("PUT", FLOW, params={"flowId": flow_id}, body=body))
        except OutcomeUnknownError:
            state = self.state(flow_id)
            if state.name != name:
                raise
        if state.name != name:
            raise RejectedError(
                [f"Flow `{state.name}` ({flow_id}): the platform answered 200 and kept the old name, not `{name}`."],
                "Rename it in Architect, then run this again.",
            )
        return state

    def listed(self, path: str, query: Mapping[str, Any], *, size: int = _PAGE_SIZE) -> Iterator[Mapping[str, Any]]:
        """The entities of a listing, page by page, as far as the caller reads on.

        Raises:
            BadAnswerError: it is no listing.
        """
        for number in range(1, _PAGES + 1):
            page = self._object("GET", path, query={**query, "pageSize": size, "pageNumber": number})
            entities = page.get("entities")
            if not isinstance(entities, list):
                raise BadAnswerError(f"GET {path}", "there is no `entities` in it")
            yield from (item for item in entities if isinstance(item, Mapping))
            if not (number < _count(page) or page.get("nextUri")) or not entities:
                return

    def _object(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        found = self._call(method, path, **more)
        if not isinstance(found, Mapping):
            raise BadAnswerError(f"{method} {path}", "no JSON object")
        return found


def _versions(page: Mapping[str, Any]) -> list[VersionInfo]:
    entities = page.get("entities")
    if not isinstance(entities, list):
        raise BadAnswerError(f"GET {FLOW}/versions", "there is no `entities` in it")
    return [version for item in entities if (version := version_info(item)) is not None]


def _count(page: Mapping[str, Any]) -> int:
    count = page.get("pageCount")
    return count if isinstance(count, int) else 1


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
