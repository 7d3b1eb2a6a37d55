"""What the platform says about a flow beside its content: versions, drafts, locks, what is being done to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ivr_action.genesys.errors import BadAnswerError

_DRAFT_ID = "saved_version_"
"""How the id of a draft begins that was saved and not checked in (seen on the platform)."""
_KINDS = {"PUBLISH": "publish", "CHECKIN": "checkin", "SAVE": "save"}
_NUMBER = re.compile(r"(\d+)(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One version of a flow, or a draft."""

    id: str
    """`14.0`, or `saved_version_…` for a draft."""
    kind: str
    """`publish`, `checkin` or `save`; of a published version always `publish`."""
    by: str = ""
    """Name of the user, else of the client, else an id; of a flow's published version whoever published it. Empty where
    the platform does not say."""
    by_client: str = ""
    """Id of the OAuth client that made its content; empty where a user did or nobody is named."""
    at: str = ""
    """ISO 8601; of a published version when it was published. Empty where unknown."""

    @property
    def number(self) -> int | None:
        """14 for `14.0`; None for what is no such label."""
        found = _NUMBER.fullmatch(self.id)
        return int(found[1]) if found else None

    def described(self) -> str:
        """`version 15.0, by A Colleague at 2026-01-01T10:00:00Z`."""
        what = "a saved draft" if self.kind == "save" else f"version {self.id}"
        by = f", by {self.by}" if self.by else ""
        return f"{what}{by}{f' at {self.at}' if self.at else ''}"


@dataclass(frozen=True, slots=True)
class Operation:
    """What was done to the flow last, or is being done to it."""

    action: str
    """`PUBLISH`, `CHECKOUT` …"""
    status: str
    """`STARTED`, `SUCCESS`, `FAILURE` …"""
    complete: bool
    by: str = ""
    by_client: str = ""
    error: str = ""
    """What went wrong, in the platform's words; empty where nothing did."""

    @property
    def under_way(self) -> bool:
        """Whether it is not over yet."""
        return not self.complete and self.status not in ("SUCCESS", "FAILURE", "UNLOCKED", "LOCKED")


@dataclass(frozen=True, slots=True)
class FlowState:
    """A flow as a GET of it, or an entity of the listing, shows it."""

    id: str
    name: str
    type: str
    """In lower case: `inboundcall`."""
    division: str = ""
    """Name of its division."""
    description: str = ""
    published: VersionInfo | None = None
    saved: VersionInfo | None = None
    """The platform's `savedVersion`: a draft, or the version that is checked in where there is none."""
    checked_in: VersionInfo | None = None
    locked_by: str = ""
    """Name of the user or client that has it open; empty where nobody has."""
    locked_by_client: str = ""
    """Id of the OAuth client that has it open; empty where a user has."""
    locked_since: str = ""
    """ISO 8601. The platform gives no date of a lock: it is that of the holder's draft, so held since then at least."""
    operation: Operation | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """As it came."""

    @property
    def is_locked(self) -> bool:
        """Whether anybody has it open."""
        return bool(self.locked_by)

    def locked_against(self, client_id: str) -> bool:
        """Whether somebody else than this client has it open."""
        return self.is_locked and not (client_id and self.locked_by_client == client_id)

    @property
    def holds_nodes(self) -> bool:
        """Whether it is held as the specification has it: `nodes` is a map, `version` an integer."""
        version = self.raw.get("version")
        number = isinstance(version, int) and not isinstance(version, bool)
        return isinstance(self.raw.get("nodes"), Mapping) and number

    def draft(self) -> VersionInfo | None:
        """What somebody has saved or checked in since the published version; the saved one where there are both.

        A saved draft counts while somebody has the flow open, where a date is missing, and unless it is older than the
        published version: the platform is not known to clear `savedVersion` when it publishes. A version that is
        checked in counts where its number is higher than the published one's and it has never been published itself;
        without numbers, where its date is later.
        """
        saved, checked_in, published = self.saved, self.checked_in, self.published
        if saved is not None and saved.kind == "save":
            dated = published is not None and saved.at and published.at
            if not dated or self.is_locked or (published is not None and saved.at >= published.at):
                return saved
        if checked_in is None or checked_in.kind == "publish":
            return None
        if published is None:
            return checked_in
        if checked_in.id == published.id:
            return None
        if checked_in.number is not None and published.number is not None:
            return checked_in if checked_in.number > published.number else None
        return checked_in if checked_in.at and published.at and checked_in.at > published.at else None

    @property
    def newest(self) -> int:
        """The highest number among the published and the checked-in version, or the one of the nodes; 0 for none."""
        if self.holds_nodes:
            return int(self.raw["version"])
        return max([version.number or 0 for version in (self.published, self.checked_in) if version is not None] or [0])


def flow_state(data: Any) -> FlowState:
    """The state in a flow's JSON.

    Raises:
        BadAnswerError: it has no id.
    """
    if not isinstance(data, Mapping) or not data.get("id"):
        raise BadAnswerError("GET /api/v2/flows", "a flow has no id")
    saved = version_info(data.get("savedVersion"))
    published, publisher = version_info(data.get("publishedVersion"), published=True), _name(data.get("publishedBy"))
    if published is not None and publisher:
        published = replace(published, by=publisher)
    user, client = _mapping(data.get("lockedUser")), _mapping(data.get("lockedClient"))
    holder = _name(user) or _name(client)
    since = saved.at if holder and saved is not None and saved.kind == "save" else ""
    return FlowState(
        id=str(data["id"]),
        name=_text(data.get("name")),
        type=_text(data.get("type")).lower(),
        division=_text(_mapping(data.get("division")).get("name")),
        description=_text(data.get("description")),
        published=published,
        saved=saved,
        checked_in=version_info(data.get("checkedInVersion")),
        locked_by=holder,
        locked_by_client="" if user else _text(client.get("id")),
        locked_since=since,
        operation=_operation(data.get("currentOperation")),
        raw=data,
    )


def version_info(data: Any, *, published: bool = False) -> VersionInfo | None:
    """One `FlowVersion`; None where there is none.

    Args:
        data: its JSON.
        published: True for what the flow's `publishedVersion` holds, whatever its type says.
    """
    if not isinstance(data, Mapping) or not data.get("id"):
        return None
    id_ = str(data["id"])
    kind = _KINDS.get(_text(data.get("type")).upper(), "")
    if published:
        kind = "publish"
    elif id_.startswith(_DRAFT_ID):
        kind = "save"
    elif not kind:
        kind = "publish" if data.get("datePublished") else "checkin"
    dates = {
        "publish": ("datePublished", "dateCheckedIn", "dateCreated"),
        "checkin": ("dateCheckedIn", "dateCreated", "dateSaved"),
        "save": ("dateSaved", "dateCreated"),
    }[kind]
    user, client = _mapping(data.get("createdBy")), _mapping(data.get("createdByClient"))
    at = next((found for key in dates if (found := moment(data.get(key)))), "")
    return VersionInfo(id_, kind, _name(user) or _name(client), _text(client.get("id")), at)


def moment(value: Any) -> str:
    """Milliseconds since the epoch or ISO 8601 → ISO 8601 in UTC with milliseconds; empty for anything else."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, str) and re.fullmatch(r"\d{9,16}", value):
        value = int(value)
    try:
        if isinstance(value, (int, float)) and value > 0:
            found = datetime.fromtimestamp(value / 1000, UTC)
        elif isinstance(value, str) and value:
            found = datetime.fromisoformat(value)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        else:
            return ""
    except (ValueError, OverflowError, OSError):
        return ""
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _operation(data: Any) -> Operation | None:
    if not isinstance(data, Mapping) or not (data.get("actionName") or data.get("id")):
        return None
    user, client = _mapping(data.get("user")), _mapping(data.get("client"))
    said = [_text(data.get("errorMessage")), _text(data.get("errorCode"))]
    details = data.get("errorDetails")
    for detail in details if isinstance(details, list) else []:
        names = [_text(_mapping(detail).get(key)) for key in ("fieldName", "entityName", "errorCode")]
        said.append(" ".join(name for name in names if name))
    return Operation(
        action=_text(data.get("actionName")),
        status=_text(data.get("actionStatus")),
        complete=data.get("complete") is True,
        by=_name(user) or _name(client),
        by_client=_text(client.get("id")),
        error=": ".join(dict.fromkeys(part for part in said if part)),
    )


def _name(person: Any) -> str:
    named = _mapping(person)
    return next((found for key in ("name", "email", "id") if (found := _text(named.get(key)))), "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return (
        value if isinstance(value, str) else "" if value is None or isinstance(value, (Mapping, list)) else str(value)
    )
