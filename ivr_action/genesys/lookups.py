"""Looks up by name what flows refer to, and who leads callers into a flow or uses it; once for each name and run.

The platform's `name` filters differ by kind (with `*`, partial, by its beginning), and none promises an exact match, so
what they list is compared here. docs/permissions.md names the permission that each kind needs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ivr_action.genesys.answers import described
from ivr_action.genesys.call import Caller
from ivr_action.genesys.errors import ForbiddenError, NotFoundError, RefusedError, ThrottledError, UnauthorizedError
from ivr_action.genesys.inspect import FLOWS, Inspector
from ivr_action.genesys.once import Once
from ivr_action.genesys.pace import Pace
from ivr_action.model.plan import Consumer, Route

_ENOUGH = 300
"""Entities of one answer that are looked at for one name; a filter that lists more does not filter."""
_NEAR = 5
_PREFIX = 4
"""Letters that a name must begin with to count as near."""
_TRACKING = "/api/v2/architect/dependencytracking"


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that exists on the platform."""

    id: str
    name: str
    kind: str
    division: str = ""
    """Name of its division; empty where the kind has none or the platform does not say."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look-up found."""

    kind: str
    name: str
    found: tuple[Entity, ...] = ()
    """Those of exactly this name."""
    near: tuple[str, ...] = ()
    """Names that differ in letter case, or begin the same; only where nothing was found."""
    unchecked: str = ""
    """Why nothing can be said, such as a missing permission; empty where it was looked up."""

    @property
    def is_missing(self) -> bool:
        return not self.found and not self.unchecked

    @property
    def is_ambiguous(self) -> bool:
        return len(self.found) > 1


class _Kind(NamedTuple):
    path: str
    permission: str
    """Empty for none."""
    more: tuple[tuple[str, str], ...] = ()
    """Of the query."""


KINDS: dict[str, _Kind] = {
    "queue": _Kind("/api/v2/routing/queues", "routing:queue:view"),
    "prompt": _Kind("/api/v2/architect/prompts", "architect:userPrompt:view", (("includeMediaUris", "false"),)),
    "systemPrompt": _Kind("/api/v2/architect/systemprompts", "architect:systemPrompt:view"),
    "dataAction": _Kind("/api/v2/integrations/actions", "integrations:action:view"),
    "schedule": _Kind("/api/v2/architect/schedules", "routing:schedule:view"),
    "scheduleGroup": _Kind("/api/v2/architect/schedulegroups", "routing:scheduleGroup:view"),
    "emergencyGroup": _Kind("/api/v2/architect/emergencygroups", "routing:emergencyGroup:view"),
    "skill": _Kind("/api/v2/routing/skills", "routing:skill:view"),
    "language": _Kind("/api/v2/routing/languages", ""),
    "dataTable": _Kind("/api/v2/flows/datatables", "architect:datatable:view"),
    "flow": _Kind(FLOWS, "architect:flow:view"),
}
"""What can be looked up. The words of a configuration's manifest, which `flow.outside` uses, are taken too."""
_WORDS = {"userPrompt": "prompt", "acdSkill": "skill", "languageSkill": "language"}
_QUEUE_FLOWS = {
    "queueFlow": "inqueuecall",
    "emailInQueueFlow": "inqueueemail",
    "messageInQueueFlow": "inqueueshortmessage",
}
_HOURS = {"openHoursFlow": "open", "closedHoursFlow": "closed", "holidayHoursFlow": "holiday"}


class Lookups:
    """Looks things up; may be shared by threads. What two ask for at once is asked for once.

    Args:
        call: makes one call of the API.
        pace: of the client; calls keep it by themselves.
    """

    def __init__(self, call: Caller, pace: Pace) -> None:
        self.pace = pace
        self._inspector = Inspector(call)
        self._call = call
        self._lock = threading.Lock()
        self._once = Once()
        self._denied: dict[str, str] = {}

    @property
    def unchecked(self) -> Mapping[str, str]:
        """Kind → why it cannot be looked up at all, in a sentence: each is worth one notice.

        Filled as things are looked up; `route` and `consumer` are among the kinds.
        """
        with self._lock:
            return dict(self._denied)

    # -- by name ------------------------------------------------------------------------------------------------------

    def find(self, kind: str, name: str, *, category: str = "", type_: str = "") -> list[Entity]:
        """All of a kind with exactly this name; see `look`."""
        return list(self.look(kind, name, category=category, type_=type_).found)

    def look(self, kind: str, name: str, *, category: str = "", type_: str = "") -> Looked:
        """Looks for one name; one request for most, none for a name that was looked for before.

        Args:
            kind: one of KINDS, or the manifest's word for one.
            name: exact.
            category: of a data action, where the flow names one.
            type_: of a flow, in any case; empty for any.

        Raises:
            PlatformError: the platform could not be asked. What it refuses is said in the answer.
        """
        kind = _WORDS.get(kind, kind)
        row = KINDS.get(kind)
        if row is None:
            return Looked(kind, name, unchecked=f"There is no look-up for the kind {kind}.")
        denied = self.unchecked.get(kind)
        if denied:
            return Looked(kind, name, unchecked=denied)
        key = (kind, name, category, type_.lower())
        return self._once.ask(key, lambda: self._look(kind, row, name, category, type_.lower()))

    def _look(self, kind: str, row: _Kind, name: str, category: str, type_: str) -> Looked:
        query = {"name": name, **dict(row.more)}
        if category:
            query["category"] = category
        if type_:
            query["type"] = type_
        found: dict[str, Entity] = {}
        others: list[str] = []
        try:
            for seen, item in enumerate(self._inspector.listed(row.path, query), 1):
                its_category, its_type = item.get("category"), str(item.get("type") or "").lower()
                if (category and its_category not in (None, category)) or (type_ and its_type != type_):
                    continue
                entity = _entity(kind, item)
                if entity.name == name:
                    found[entity.id] = entity
                else:
                    others.append(entity.name)
                if seen >= _ENOUGH and found:
                    break
        except (ThrottledError, UnauthorizedError):
            raise
        except RefusedError as error:
            return Looked(kind, name, unchecked=self._refused(kind, row.permission, error))
        return Looked(kind, name, tuple(found.values()), () if found else _near(name, others))

    # -- who comes in, who uses it ------------------------------------------------------------------------------------

    def routes(self, flow_id: str, type_: str = "") -> list[Route]:
        """The ways by which callers come into a flow: call routes, and queues whose in-queue flow it is.

        Call routes and queues are listed whole, once a run.

        Args:
            flow_id: of the flow.
            type_: the platform's; spares the list that cannot name it. Empty for both lists.
        """
        found: list[Route] = []
        if type_.lower() in ("", "inboundcall"):
            for ivr in self._all("route", "/api/v2/architect/ivrs", "routing:callRoute:view"):
                when = tuple(word for key, word in _HOURS.items() if _id(ivr.get(key)) == flow_id)
                numbers = ivr.get("dnis")
                if when:
                    dnis = tuple(str(number) for number in numbers) if isinstance(numbers, list) else ()
                    found.append(Route("ivr", str(ivr.get("name") or ""), dnis, when))
        if type_.lower() in ("", *_QUEUE_FLOWS.values()):
            for queue in self._all("queue", "/api/v2/routing/queues", "routing:queue:view"):
                if any(_id(queue.get(key)) == flow_id for key in _QUEUE_FLOWS):
                    found.append(Route("queue", str(queue.get("name") or "")))
        return found

    def consumers(self, flow_id: str, type_: str, version: str = "") -> list[Consumer]:
        """What else on the platform uses a flow in its published version, by dependency tracking.

        Empty also where its build is not `OPERATIONAL`, since only then does it know all; `unchecked` says so.

        Args:
            flow_id: of the flow.
            type_: the platform's, in any case.
            version: that is used; empty for any.
        """
        permission = "architect:dependencyTracking:view"
        try:
            status = self._once.ask(("build",), self._build)
            if status != "OPERATIONAL":
                said = f"What uses a flow cannot be checked: dependency tracking is {status or 'in an unknown state'}."
                with self._lock:
                    self._denied["consumer"] = said
                return []
            word = type_.upper() if type_.lower() == "workflow" else f"{type_.upper()}FLOW"
            query = {"id": flow_id, "objectType": word, "flowFilter": "published"}
            if version:
                query["version"] = version
            path = f"{_TRACKING}/consumingresources"
            users = self._once.ask(
                ("consumers", flow_id, version), lambda: list(self._inspector.listed(path, query, size=100))
            )
        except NotFoundError:
            return []
        except (ThrottledError, UnauthorizedError):
            raise
        except RefusedError as error:
            self._refused("consumer", permission, error)
            return []
        return [
            Consumer(str(user.get("type") or ""), str(user.get("name") or ""), str(user.get("id") or ""))
            for user in users
            if user.get("deleted") is not True and user.get("id") != flow_id
        ]

    def _build(self) -> str:
        data = self._call("GET", f"{_TRACKING}/build")
        return str(data.get("status") or "") if isinstance(data, Mapping) else ""

    def _all(self, kind: str, path: str, permission: str) -> list[Mapping[str, Any]]:
        """A whole listing, once a run; empty where it is refused."""
        if kind in self.unchecked:
            return []
        try:
            return self._once.ask(("all", path), lambda: list(self._inspector.listed(path, {})))
        except (ThrottledError, UnauthorizedError):
            raise
        except RefusedError as error:
            self._refused(kind, permission, error)
            return []

    def _refused(self, kind: str, permission: str, error: RefusedError) -> str:
        """Why a kind cannot be looked up; remembered for all names where a permission is missing."""
        if not isinstance(error, ForbiddenError):
            return f"{kind} cannot be looked up: {described(error)}."
        named = " or ".join(error.permissions) or permission
        said = f"{kind} cannot be looked up: the OAuth client lacks the permission {named}."
        with self._lock:
            self._denied[kind] = said
        return said


def _entity(kind: str, item: Mapping[str, Any]) -> Entity:
    division = item.get("division")
    named = str(division.get("name") or "") if isinstance(division, Mapping) else ""
    return Entity(str(item.get("id") or ""), str(item.get("name") or ""), kind, named)


def _near(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """Same but for letter case and spaces first, then those that begin the same."""
    folded = " ".join(name.split()).casefold()
    beginning = folded[: max(_PREFIX, len(folded) * 2 // 3)]
    alike = {other: " ".join(other.split()).casefold() for other in others}
    same = [other for other, text in alike.items() if text == folded]
    begun = [other for other, text in alike.items() if text != folded and text.startswith(beginning)]
    return tuple([*sorted(same), *sorted(begun)][:_NEAR])


def _id(reference: Any) -> str:
    return str(reference.get("id") or "") if isinstance(reference, Mapping) else ""
