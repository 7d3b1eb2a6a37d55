"""The real platform's way to save: a publish job that is given Architect YAML, checked before and verified after.

The platform compares nothing: a job publishes over whatever is live. So the flow is looked at right before a job is
registered, and counted afterwards: exactly one new version, made by our client. What slips in between is not lost (it
stays in the version history), but it is found and named. docs/platform.md says how the platform is known to behave.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from ivr_action.errors import PlatformError
from ivr_action.genesys.after_job import AfterJob
from ivr_action.genesys.errors import OutOfTimeError
from ivr_action.genesys.explain import explain
from ivr_action.genesys.export_job import ExportJobs
from ivr_action.genesys.flow_state import FlowState, VersionInfo
from ivr_action.genesys.held import Held, live_of, name_of
from ivr_action.genesys.inspect import Inspector
from ivr_action.genesys.job import JobEnd, PublishJobs
from ivr_action.genesys.job_errors import HeldError, JobFailedError, diagnosis
from ivr_action.genesys.store import (
    ABSENT,
    Absent,
    ConflictError,
    Content,
    FlowRef,
    Found,
    JobUnderWayError,
    Live,
    RejectedError,
    Saved,
    Version,
)

_JOBS = 3
"""Jobs that are started for one save, where each failed by the platform's request limit."""
_PAUSE = 20.0
"""Seconds before another job then, times the number of jobs."""
_TURN = 0.5
"""Seconds between two looks whether a place among the jobs is free."""
_log = logging.getLogger(__name__)


class Slots(Protocol):
    """A semaphore: how many jobs may be under way at once."""

    def acquire(self, blocking: bool = ...) -> bool: ...

    def release(self) -> object: ...


class PublishStore:
    """A `FlowStore` that saves by publish jobs; may be shared by threads.

    What it saves is a mapping with `yaml`, `name` and `type` (and `description`, where that is known already); what it
    reads has `configuration`, the platform's own form of the version, and `state`, a `FlowState`. A flow that was never
    published has the version "".

    Args:
        inspector: looks at flows.
        jobs: runs publish jobs; its pace and deadline are the store's.
        exports: runs export jobs.
        digest: of a flow, from its YAML text or its configuration: the same for the same flow.
        client_id: of our OAuth client; empty for a token of a user, where nobody can tell our versions from others' and
            the version's number and content alone count.
        slots: bounds the jobs under way; one at a time where it is not given.
        guard: is shown the flow right before a job is registered, and raises to stop it.
    """

    def __init__(
        self,
        inspector: Inspector,
        jobs: PublishJobs,
        exports: ExportJobs,
        *,
        digest: Callable[[str | Mapping[str, Any]], str],
        client_id: str,
        slots: Slots | None = None,
        guard: Callable[[FlowState], None] | None = None,
    ) -> None:
        self._inspector = inspector
        self._jobs = jobs
        self._exports = exports
        self._client_id = client_id
        self._slots: Slots = slots or threading.BoundedSemaphore(1)
        self._guard = guard
        self._held = Held(digest)
        self._after = AfterJob(inspector, jobs.pace, jobs.deadline, client_id)
        self._just_seen: dict[str, FlowState] = {}

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self, ref: FlowRef) -> Found | None:
        """See FlowStore."""
        state = self._inspector.find(ref)
        return None if state is None else Found(state.id, state.name, state.type, state.division)

    def read(self, flow_id: str, version: Version | None = None) -> Live:
        """See FlowStore. One request for the flow, and one for each version that was not read before.

        The first reading after a save is spared the look at the flow that the save has ended with.
        """
        state = self._just_seen.pop(flow_id, None) if version is None else None
        if state is None:
            state = self._inspector.state(flow_id)
        published = state.published
        wanted = version if version is not None else published.id if published is not None else ""
        configuration = self._inspector.configuration(flow_id, wanted) if wanted else {}
        info = published if published is not None and published.id == wanted else None
        return live_of(state, wanted, info, configuration)

    def export(self, flow_id: str, version: Version) -> str:
        """A version as Architect YAML, written anew by the platform.

        Raises:
            RejectedError: the platform cannot export it.
            PlatformError: of `Platform.call`; an export changes nothing.
        """
        return self._exports.run(flow_id, version)

    def next_version(self, version: Version) -> Version:
        """See FlowStore. Whatever is checked in besides takes a number too, which `save` takes into account."""
        number = VersionInfo(version, "publish").number
        return f"{(number or 0) + 1}.0"

    def holds(self, live: Live, content: Content) -> bool:
        """See FlowStore. The same flow by its digest, with the same description."""
        return self._held.same(live, content)

    # -- saving -------------------------------------------------------------------------------------------------------

    def save(self, flow_id: str, content: Content, expected: Version | Absent) -> Saved:
        """See FlowStore. Returned is what was counted; the content is the caller's to verify, by `read` and `holds`.

        Raises:
            ConflictError: another version than the expected one is live, or the flow exists and should not.
            HeldError: somebody has the flow open (a LockedError).
            SlippedBetweenError: our version is there, and somebody else's was published between the look and the job.
            JobFailedError: the job failed; nothing was changed (a RejectedError).
            RejectedError: the job succeeded, and the platform does not show a version of ours.
            JobUnderWayError: the job was given the flow, and nobody saw its end.
            PlatformError: nothing was changed.
        """
        if isinstance(expected, Absent):
            if not flow_id:
                return self.create(content)
            raise ConflictError(flow_id, expected, live_of(self._inspector.state(flow_id)))
        with self._slot():
            return self._publish(lambda: self._checked(flow_id, content, expected), content, expected)

    def create(self, content: Content) -> Saved:
        """Publishes a flow that does not exist yet, and verifies its content too.

        Raises:
            ConflictError: it exists by now.
            PlatformError: as `save`.
        """
        with self._slot():
            saved = self._publish(lambda: self._free(content), content, ABSENT)
        return saved if saved.recovered else self._verified(saved, content)

    def restore(self, flow_id: str, version: Version) -> Saved:
        """See FlowStore. The description of the old version, with whatever stands in it, is published again too."""
        state = self._inspector.state(flow_id)
        yaml = self.export(flow_id, version)
        name = name_of(yaml)
        if name != state.name:
            raise RejectedError(
                [f"Version {version} of flow `{state.name}` ({flow_id}) is named `{name}`. Nothing was sent."],
                "Publishing it would make a second flow, since the platform finds flows by name: give the flow its old "
                "name back first.",
            )
        content = {"yaml": yaml, "name": name, "type": state.type}
        published = state.published
        return self._verified(self.save(flow_id, content, published.id if published is not None else ""), content)

    def _publish(self, before_of: Callable[[], FlowState], content: Content, expected: Version | Absent) -> Saved:
        number = 0
        while True:
            number += 1
            before = before_of()
            what = f"Flow `{before.name}`" + (f" ({before.id})" if before.id else "")
            try:
                end = self._jobs.run(str(content["yaml"]), what)
            except JobUnderWayError as error:
                landed = self._landed(before, content, expected)
                if landed is None:
                    raise
                _log.info("%s The flow shows version %s, which holds what was sent.", error, landed.version)
                return landed
            if end.is_success:
                after = self._after.look(before, end)
                saved = self._after.counted(before, after, expected)
                if before.id:
                    self._just_seen[before.id] = after
                return saved
            error_ = self._failed(before, end, what)
            if not isinstance(error_, JobFailedError) or not error_.is_throttled or number >= _JOBS:
                raise error_
            try:
                seconds = _PAUSE * number + self._jobs.pace.backoff(number)
                self._jobs.pace.wait(seconds, f"publish job {end.id} used up the request limit", self._jobs.deadline)
            except OutOfTimeError:
                raise error_ from None

    # -- before -------------------------------------------------------------------------------------------------------

    def _checked(self, flow_id: str, content: Content, expected: Version) -> FlowState:
        """The flow right before the job; raises where it is not what it was, or not free."""
        state = self._inspector.state(flow_id)
        version = state.published.id if state.published is not None else ""
        if version != expected:
            raise ConflictError(flow_id, expected, live_of(state))
        name, type_ = str(content.get("name") or ""), str(content.get("type") or "").lower()
        if (name and name != state.name) or (type_ and type_ != state.type):
            said = f"Flow `{state.name}` ({flow_id}, {state.type}) is to be saved as `{name}` ({type_})."
            raise RejectedError(
                [f"{said} Nothing was sent."],
                "The platform finds a job's flow by name and type, so this would make a second flow: rename it first.",
            )
        if state.locked_against(self._client_id):
            raise HeldError(state)
        if self._guard is not None:
            self._guard(state)
        return state

    def _free(self, content: Content) -> FlowState:
        """The place of a flow that does not exist; raises ConflictError where it does."""
        ref = FlowRef(str(content["name"]), str(content["type"]))
        state = self._inspector.find(ref)
        if state is not None:
            raise ConflictError(state.id, ABSENT, live_of(state))
        return FlowState("", ref.name, ref.type.lower())

    # -- after --------------------------------------------------------------------------------------------------------

    def _landed(self, before: FlowState, content: Content, expected: Version | Absent) -> Saved | None:
        """Our version, where the flow shows it although nobody saw the job's end; None where it does not (yet)."""
        with contextlib.suppress(PlatformError):
            after = self._after.seen(before)
            if after is None or after.published is None or after.published == before.published:
                return None
            saved = self._after.counted(before, after, expected)
            if self._held.same(self.read(saved.flow_id, saved.version), content):
                return replace(saved, recovered=True)
        return None

    def _verified(self, saved: Saved, content: Content) -> Saved:
        live = self.read(saved.flow_id, saved.version)
        if self._held.same(live, content):
            return saved
        raise RejectedError(
            [f"Flow `{live.name}` ({saved.flow_id}): version {live.version} does not hold what was sent."],
            "Compare the two in Architect: the platform left something out or changed it.",
        )

    def _failed(self, before: FlowState, end: JobEnd, what: str) -> PlatformError:
        """The error for a failed job: its messages explained, or what a look at the flow shows."""
        after = before
        if before.id:
            with contextlib.suppress(PlatformError):
                after = self._inspector.state(before.id)
        raw = [
            {**message, "text": self._jobs.storage.redact(str(message.get("text") or ""))} for message in end.messages
        ]
        problems = explain(raw)
        if after.is_locked and any(problem.kind == "locked" for problem in problems):
            return HeldError(after, own=not after.locked_against(self._client_id))
        found = diagnosis(before, after, self._client_id)
        return JobFailedError(what, end.id, problems, [str(message["text"]) for message in raw], found)

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        while not self._slots.acquire(False):
            # Not by the semaphore itself, which neither a signal nor the deadline would interrupt.
            self._jobs.deadline.check("other publish jobs are under way")
            self._jobs.deadline.clock.sleep(_TURN)
        try:
            yield
        finally:
            self._slots.release()
