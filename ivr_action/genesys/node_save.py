"""The specification's way to save: GET, then PUT `/api/v2/flows/{flowId}` with `If-Match`.

The public API has no such thing: there this PUT takes a flow's name, description and division, ignores `nodes`, and
answers 200. So nothing is sent to a public region, and nothing where the GET does not show `nodes` and an integer
`version`. docs/platform.md says how that is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_action.genesys.answers import described
from ivr_action.genesys.call import Caller
from ivr_action.genesys.errors import (
    BadAnswerError,
    ForbiddenError,
    LockedError,
    NotFoundError,
    RefusedError,
    ServerError,
    ThrottledError,
    UnauthorizedError,
    outcome_unknown,
)
from ivr_action.genesys.regions import public_region
from ivr_action.genesys.store import Absent, ConflictError, Content, FlowRef, Found, Live, RejectedError, Saved, Version
from ivr_action.model.alike import alike

FLOW = "/api/v2/flows/{flowId}"
_CONFLICT = (409, 412)
_CLEAR = (LockedError, ForbiddenError, NotFoundError, ThrottledError, UnauthorizedError)
"""Refusals that say all there is to say."""
_KEYS = ("nodes", "startNodeId", "start_node_id", "name", "description", "variables")
"""What a save must have kept; the platform may add to the rest, such as dates."""
_PAGES = 100
_PAGE_SIZE = 100
_INSTEAD = (
    "Genesys Cloud's public API saves flows by publish jobs from Architect YAML; a PUT changes name, description and "
    "division only and would report success. docs/platform.md has the details."
)


class NodeStore:
    """Flows that the platform holds as `nodes` with an integer `version`.

    Args:
        call: makes one call of the API.
        api_url: where the calls go.
    """

    def __init__(self, call: Caller, api_url: str) -> None:
        self._call = call
        self._api_url = api_url

    def find(self, ref: FlowRef) -> Found | None:
        """See FlowStore. The platform's `name` is a filter, so what it finds is compared here."""
        if ref.id:
            try:
                return _found(self._call("GET", FLOW, params={"flowId": ref.id}))
            except NotFoundError:
                return None
        fitting: list[Found] = []
        query = {"name": ref.name, "pageSize": _PAGE_SIZE, **({"type": ref.type.lower()} if ref.type else {})}
        for number in range(1, _PAGES + 1):
            page = self._call("GET", "/api/v2/flows", query={**query, "pageNumber": number})
            entities = page.get("entities") if isinstance(page, dict) else None
            if not isinstance(entities, list):
                raise BadAnswerError("GET /api/v2/flows", "there is no `entities` in it")
            fitting += [found for item in entities if (found := _found(item)).name == ref.name]
            if number >= int(page.get("pageCount") or 1):
                break
        fitting = [found for found in fitting if not ref.type or found.type == ref.type.lower()]
        if len(fitting) > 1:
            types = ", ".join(f"{found.type} {found.id}" for found in fitting)
            raise RejectedError([f"{len(fitting)} flows are named `{ref.name}`: {types}."], "Give the type or the id.")
        return fitting[0] if fitting else None

    def read(self, flow_id: str, version: Version | None = None) -> Live:
        """See FlowStore."""
        path, params = FLOW, {"flowId": flow_id}
        if version is not None:
            path, params = f"{FLOW}/versions/{{versionId}}", {**params, "versionId": version}
        data = self._call("GET", path, params=params)
        number = data.get("version") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("nodes"), dict) or not _is_number(number):
            named = data.get("name") if isinstance(data, dict) else None
            raise RejectedError(
                [f"Flow `{named or flow_id}` has no map `nodes` with an integer `version` here. Nothing was sent."],
                _INSTEAD,
            )
        return live_of(data, flow_id)

    def save(self, flow_id: str, content: Content, expected: Version | Absent) -> Saved:
        """See FlowStore."""
        region = public_region(self._api_url)
        if region is not None:
            raise RejectedError(
                [f"{self._api_url} is the public region {region.name}, which takes no nodes. Nothing was sent."],
                _INSTEAD,
            )
        if isinstance(expected, Absent):
            raise RejectedError(
                [f"Flow `{flow_id}` does not exist, and this way of saving cannot create one."],
                "Create the flow on the platform first.",
            )
        if not isinstance(content.get("nodes"), Mapping):
            raise RejectedError(["There is no map `nodes` in what is to be saved. Nothing was sent."])
        call = f"PUT /api/v2/flows/{flow_id}"
        body = {**content, "version": int(expected)}
        try:
            answer = self._call("PUT", FLOW, params={"flowId": flow_id}, headers={"If-Match": expected}, body=body)
        except BadAnswerError as error:
            raise outcome_unknown(call, str(error)) from error
        except ServerError as error:
            raise outcome_unknown(call, f"the platform answered {described(error)}") from error
        except _CLEAR:
            raise
        except RefusedError as error:
            if error.status in _CONFLICT:
                raise ConflictError(flow_id, expected, why=f"The platform says {described(error)}.") from error
            raise RejectedError([f"{call}: {described(error)}"], error.hint) from error
        following = self.next_version(expected)
        shown = isinstance(answer, dict) and str(answer.get("version")) == following and _same(answer, content)
        return Saved(flow_id, following, expected, answered=shown)

    def restore(self, flow_id: str, version: Version) -> Saved:
        """See FlowStore."""
        live, old = self.read(flow_id), self.read(flow_id, version)
        return self.save(flow_id, {key: old.content[key] for key in _KEYS if key in old.content}, live.version)

    def next_version(self, version: Version) -> Version:
        """See FlowStore."""
        return str(int(version) + 1)

    def holds(self, live: Live, content: Content) -> bool:
        """See FlowStore. Compared are the nodes, the start node, name, description and variables that were sent."""
        return _same(live.content, content)


def live_of(data: Mapping[str, Any], flow_id: str = "") -> Live:
    """A flow's JSON with `nodes` and an integer `version`, with who made the version and when."""
    flow_id = flow_id or str(data.get("id") or "")
    return Live(flow_id, str(data.get("name") or flow_id), str(data["version"]), data, _who(data), _when(data))


def _same(one: Content, sent: Content) -> bool:
    return all(alike(one.get(key), sent[key]) for key in _KEYS if key in sent)


def _found(data: Any) -> Found:
    if not isinstance(data, dict) or not data.get("id"):
        raise BadAnswerError("GET /api/v2/flows", "a flow has no id")
    division = data.get("division")
    name = division.get("name") if isinstance(division, dict) else None
    return Found(str(data["id"]), str(data.get("name") or ""), str(data.get("type") or "").lower(), str(name or ""))


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _who(data: Mapping[str, Any]) -> str:
    for key in ("modifiedBy", "updatedBy", "lastModifiedBy", "createdBy"):
        value = data.get(key)
        if isinstance(value, dict):
            value = value.get("name") or value.get("id")
        if isinstance(value, str) and value:
            return value
    return ""


def _when(data: Mapping[str, Any]) -> str:
    return next((str(data[key]) for key in ("dateModified", "modifiedDate", "dateUpdated") if data.get(key)), "")
