"""One publish job from its registration to its end: register, upload, ask until it is over.

A job without an upload does nothing, so it is registered again when the answer was lost. An upload starts it, so
nothing is uploaded twice while the first may have arrived.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ivr_action.errors import OutcomeUnknownError, PlatformError
from ivr_action.genesys.call import Caller
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.errors import (
    BadAnswerError,
    ForbiddenError,
    OutOfTimeError,
    ServerError,
    StoppedError,
    ThrottledError,
    UnauthorizedError,
    UnreachableError,
)
from ivr_action.genesys.job_times import JobTimes
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.store import JobUnderWayError, RejectedError
from ivr_action.genesys.upload import Storage

JOBS = "/api/v2/flows/jobs"
BUDGET = 960.0
"""Seconds that a job may take; as Genesys' own Terraform provider has it."""
_JITTER = 0.5
"""Seconds that looks are apart more, at most, so that not all runs look at once."""
_TRIES = 3
"""Registrations, and uploads of one job."""
_STILL_REGISTERED, _ARRIVAL = 4, 15.0
"""Looks and seconds after an upload whose answer was lost; then it did not arrive."""
_MISSES = 4
"""Looks in a row that may fail, each tried several times already."""
_CODE = re.compile(rb"<Code>(\w{1,60})</Code>")


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job ended."""

    id: str
    is_success: bool
    flow_id: str
    """Of the flow that was published; empty where the platform does not say."""
    messages: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Registered:
    id: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class _Upload(Enum):
    STORED = "stored"
    UNSURE = "unsure"
    REFUSED = "refused"


class PublishJobs:
    """Runs publish jobs.

    Args:
        call: makes one call of the API.
        storage: takes the upload.
        pace: for waits.
        deadline: of the run.
        create_stubs: whether the jobs make stubs of flows that are missing.
        budget: seconds that one job may take.
        times: of the run's jobs so far.
    """

    def __init__(
        self,
        call: Caller,
        storage: Storage,
        pace: Pace,
        deadline: Deadline,
        *,
        create_stubs: bool = False,
        budget: float = BUDGET,
        times: JobTimes | None = None,
    ) -> None:
        self.call = call
        self.storage = storage
        self.pace = pace
        self.deadline = deadline
        self._create_stubs = create_stubs
        self._budget = budget
        self.times = times or JobTimes()

    def run(self, yaml: str, what: str) -> JobEnd:
        """One job, until it is over.

        Args:
            yaml: of the flow.
            what: the flow, for messages.

        Raises:
            RejectedError: the storage does not take the file; nothing was changed.
            JobUnderWayError: the job was given the flow, and nobody saw its end.
            PlatformError: nothing was uploaded, and nothing was changed.
        """
        data = yaml.encode("utf-8")
        code = ""
        for _ in range(_TRIES - 1):
            job = self._register()
            run = _Run(self, job, what, self._until())
            end = run.through(data)
            if end is not None:
                return end
            code = run.code
        raise RejectedError(
            [f"{what}: the storage behind the publish job refused the upload twice (403 {code}). Nothing was changed."],
            "See whether a proxy changes requests to the storage: it takes exactly the headers that the platform asks "
            "for. If not, the job's address expires too early.",
        )

    def _until(self) -> Deadline:
        """The end of the job's time, or of the run where that is sooner."""
        clock = self.deadline.clock
        at = min(self.deadline.at, clock.now() + self._budget)
        return Deadline(clock, at, min(self.deadline.total, self._budget))

    def _register(self) -> _Registered:
        attempt = 0
        while True:
            try:
                return self._registered(self.call("POST", JOBS, body={"createStubs": self._create_stubs}))
            except (OutcomeUnknownError, BadAnswerError, ServerError) as error:
                attempt += 1
                if attempt >= _TRIES:
                    if isinstance(error, OutcomeUnknownError):
                        raise UnreachableError(
                            f"POST {JOBS}: no answer, tried {attempt} times. No flow was sent.",
                            "Nothing was changed: a job that was given no flow does nothing. Try again later.",
                        ) from error
                    raise
            seconds = self.pace.backoff(attempt)
            self.pace.wait(seconds, "the answer to the registration of a publish job is missing", self.deadline)

    def _registered(self, data: Any) -> _Registered:
        call = f"POST {JOBS}"
        if not isinstance(data, Mapping):
            raise BadAnswerError(call, "no JSON object")
        id_, url, headers = data.get("id"), data.get("presignedUrl"), data.get("headers")
        if isinstance(url, str):
            self.storage.hide(url)
        if not isinstance(id_, str) or not isinstance(url, str) or not id_ or not url:
            raise BadAnswerError(call, "it gives no job and no address to upload to")
        given = headers if isinstance(headers, Mapping) else {}
        return _Registered(id_, url, {str(name): str(value) for name, value in given.items()})


class _Run:
    """One registered job."""

    def __init__(self, jobs: PublishJobs, job: _Registered, what: str, deadline: Deadline) -> None:
        self._call = jobs.call
        self._storage = jobs.storage
        self._pace = jobs.pace
        self._deadline = deadline
        self._job = job
        self._what = what
        self._times = jobs.times
        self._status = "Registered"
        self.code = ""
        """The storage's reason for its refusal."""

    def through(self, data: bytes) -> JobEnd | None:
        """Its end; None where the storage refused the upload and has nothing of it."""
        may_have_arrived = False
        for _ in range(_TRIES):
            try:
                outcome = self._upload(data)
            except PlatformError as error:
                if may_have_arrived:
                    raise self._unknown(f"an upload was cut, and the next one failed: {error}") from error
                raise
            if outcome is _Upload.REFUSED and not may_have_arrived:
                return None
            may_have_arrived = True
            end = self._watch(is_stored=outcome is _Upload.STORED)
            if end is not None:
                return end
        raise self._unknown(f"the connection was cut in {_TRIES} uploads, and the job shows no sign of any")

    def _upload(self, data: bytes) -> _Upload:
        try:
            answer = self._storage.put(self._job.url, self._job.headers, data)
        except OutcomeUnknownError:
            return _Upload.UNSURE
        if answer.ok:
            return _Upload.STORED
        if answer.status >= 500:
            return _Upload.UNSURE
        code = _CODE.search(answer.content)
        self.code = code[1].decode() if code else ""
        if answer.status == 403:
            return _Upload.REFUSED
        raise RejectedError(
            [f"{self._what}: the storage behind the publish job answered {answer.status} {self.code}".rstrip() + "."],
            "Nothing was changed. Try again; if it stays, see whether a proxy stands between.",
        )

    def _watch(self, *, is_stored: bool) -> JobEnd | None:
        """Asks until the job is over; None where an upload that may not have arrived has not for some looks."""
        clock = self._deadline.clock
        began, took, misses, registered = clock.now(), 0.0, 0, 0
        while True:
            self._wait(self._times.pause(took))
            took = clock.now() - began
            data = self._look()
            if data is None:
                misses += 1
                if misses >= _MISSES:
                    raise self._unknown(f"{misses} questions in a row had no good answer")
                continue
            misses = 0
            self._status = str(data.get("status") or "unknown")
            if self._status == "Success":
                self._times.add(took)
            if self._status in ("Success", "Failure"):
                return self._end(data)
            if self._status != "Registered":
                is_stored = True
            elif not is_stored:
                registered += 1
                if registered >= _STILL_REGISTERED and took >= _ARRIVAL:
                    return None

    def _look(self) -> Mapping[str, Any] | None:
        """The job's state; None where this look failed and the next one may not."""
        try:
            data = self._call(
                "GET", f"{JOBS}/{{jobId}}", params={"jobId": self._job.id}, query={"expand": ["messages"]}
            )
        except (ForbiddenError, UnauthorizedError, StoppedError, OutOfTimeError, ThrottledError) as error:
            raise self._unknown(_brief(error)) from error
        except PlatformError:
            return None
        return data if isinstance(data, Mapping) else None

    def _wait(self, pause: float) -> None:
        seconds = pause + self._pace.backoff(0, base=min(pause / 4, _JITTER))
        try:
            self._pace.wait(seconds, f"publish job {self._job.id} is {self._status}", self._deadline)
        except (OutOfTimeError, StoppedError) as error:
            raise self._unknown(_brief(error)) from error

    def _end(self, data: Mapping[str, Any]) -> JobEnd:
        flow, messages = data.get("flow"), data.get("messages")
        return JobEnd(
            self._job.id,
            self._status == "Success",
            str(flow.get("id") or "") if isinstance(flow, Mapping) else "",
            tuple(item for item in messages if isinstance(item, Mapping)) if isinstance(messages, list) else (),
        )

    def _unknown(self, why: str) -> JobUnderWayError:
        return JobUnderWayError(self._job.id, self._what, self._status, why)


def _brief(error: PlatformError) -> str:
    return str(error).rstrip(".")
