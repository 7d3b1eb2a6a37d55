"""The organisation at work: its state with ids, time and contents, and what happens in it by itself."""

from __future__ import annotations

import hashlib
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ivr_action.emulator.problems import flow_not_found
from ivr_action.emulator.state import Content, Entity, FlowRecord, Mode, State, Version, Who
from ivr_action.emulator.store import Store
from ivr_action.flow.flow import ArchitectFlow

_CACHED = 2048
"""Contents that are kept as values."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take and how much is allowed; all in seconds or requests."""

    job: float = 1.0
    """From the upload to the end of a publish job."""
    export: float = 0.5
    operation: float = 0.2
    """From a call of check-in or publish to its end."""
    token: float = 86_400.0
    requests: int = 300
    """Requests of one client in one window."""
    window: float = 60.0
    upload: float = 900.0
    """How long a presigned address lives."""
    job_base: int = 3
    """Requests that a job spends beside one for each object it looks up."""


@dataclass
class World:
    """Everything that requests change. Whoever touches it holds `lock`.

    Args:
        state: what lasts.
        store: where it lies.
        clock: seconds since the epoch.
        rng: for ids and secrets.
        pace: times and limits.
    """

    state: State
    store: Store
    clock: Callable[[], float]
    rng: random.Random
    pace: Pace
    lock: threading.RLock = field(default_factory=threading.RLock)
    base_url: str = ""
    readings: dict[str, tuple[str, ArchitectFlow]] = field(default_factory=dict)
    """Publish job → what was uploaded and the flow in it, while the job runs."""
    _contents: dict[str, Content] = field(default_factory=dict)
    _languages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def mode(self) -> Mode:
        return self.state.mode

    def guid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def secret(self, length: int = 43) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
        return "".join(self.rng.choices(letters, k=length))

    # -- flows ------------------------------------------------------------------------------------------------

    def flow(self, id_: str, *, deleted: bool = False) -> FlowRecord:
        """The flow of an id.

        Raises:
            ApiError: 404.
        """
        found = self.state.flows.get(id_)
        if found is None or (found.deleted and not deleted):
            raise flow_not_found(id_)
        return found

    def flow_named(self, name: str, type_: str) -> FlowRecord | None:
        """The flow of a name and type; the platform's jobs find their target so."""
        for flow in self.state.flows.values():
            if not flow.deleted and flow.type == type_ and flow.name == name:
                return flow
        return None

    def new_flow(self, name: str, type_: str, description: str = "", id_: str = "") -> FlowRecord:
        flow = FlowRecord(id=id_ or self.guid(), name=name, type=type_, description=description)
        self.state.flows[flow.id] = flow
        return flow

    def keep(self, content: Content) -> str:
        """Store a content and return its key."""
        data = content.model_dump_json().encode()
        key = hashlib.sha256(data).hexdigest()
        self.store.write_content(key, data)
        return key

    def content(self, key: str) -> Content:
        """A content by its key; shared, so nobody changes it."""
        found = self._contents.get(key)
        if found is None:
            if len(self._contents) >= _CACHED:
                self._contents.clear()
            found = self._contents[key] = Content.model_validate_json(self.store.read_content(key))
        return found

    def languages(self, key: str) -> list[dict[str, Any]]:
        """`supportedLanguages` of a content, read once."""
        found = self._languages.get(key)
        if found is None:
            configuration = self.content(key).configuration or {}
            default = configuration.get("defaultLanguage")
            found = self._languages[key] = [
                {"language": language, "isDefault": language == default}
                for language in configuration.get("supportedLanguages", [])
            ]
        return found

    def check_in(self, flow: FlowRecord, content: str, who: Who, at: float) -> Version:
        """Add a version that is checked in and not published."""
        number = flow.versions[-1].number + 1 if flow.versions else 1
        made = Version(id=f"{number}.0", number=number, kind="CHECKIN", created=at, by=who, content=content)
        flow.versions.append(made)
        flow.checked_in = made.id
        flow.saved = None
        return made

    def publish(self, flow: FlowRecord, version: Version, who: Who, at: float) -> None:
        """Make a version the published one."""
        version.kind = "PUBLISH"
        version.published, version.published_by = at, who
        flow.published = version.id
        flow.active = True

    def save_draft(self, flow: FlowRecord, content: str, who: Who, at: float) -> Version:
        """What the editor's Save does: a draft and the lock."""
        made = Version(
            id=f"saved_version_{self.guid()}",
            number=flow.versions[-1].number if flow.versions else 0,
            kind="SAVE",
            created=at,
            by=who,
            content=content,
        )
        flow.saved = made
        self.take_lock(flow, who, at)
        return made

    def take_lock(self, flow: FlowRecord, who: Who, at: float, job: str = "") -> None:
        """Give somebody the lock, a publish job of his where one is named."""
        flow.locked_by, flow.locked_at, flow.locked_job = who, at, job

    def release_lock(self, flow: FlowRecord) -> None:
        flow.locked_by = flow.locked_at = None
        flow.locked_job = ""

    def unlock(self, flow: FlowRecord, at: float) -> None:
        """Take the lock from whoever holds it; a saved draft becomes a version and is not lost."""
        if flow.saved is not None:
            self.check_in(flow, flow.saved.content, flow.saved.by, at)
        self.release_lock(flow)

    # -- entities ---------------------------------------------------------------------------------------------

    def entities(self, kind: str) -> list[Entity]:
        return self.state.entities.setdefault(kind, [])

    def entity(self, kind: str, name: str) -> list[Entity]:
        """All of a kind with exactly this name."""
        return [entity for entity in self.entities(kind) if entity.name == name]

    def add_entity(self, kind: str, name: str, id_: str = "", **extra: object) -> Entity:
        made = Entity(id=id_ or self.guid(), name=name, extra=dict(extra))
        self.entities(kind).append(made)
        return made

    def save(self) -> None:
        """Write the state, where it has a folder."""
        self.store.write_state(self.state)
