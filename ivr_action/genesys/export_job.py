"""Export jobs: a version as Architect YAML, written anew by the platform. They change nothing, so all is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_action.errors import OutcomeUnknownError
from ivr_action.genesys.call import Caller
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.errors import BadAnswerError, ServerError, UnreachableError
from ivr_action.genesys.explain import explain, texts
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.store import RejectedError, Version
from ivr_action.genesys.upload import Storage

EXPORTS = "/api/v2/flows/export/jobs"
_POLL, _BUDGET = 2.0, 90.0
_TRIES, _PAUSE = 5, 15.0
"""As Genesys' own Terraform provider has it: whole jobs, and seconds before the next one times their number."""
_FOR_GOOD = ("permission", "missing")


class ExportJobs:
    """Runs export jobs.

    Args:
        call: makes one call of the API.
        storage: gives the file.
        pace: for waits.
        deadline: of the run.
    """

    def __init__(self, call: Caller, storage: Storage, pace: Pace, deadline: Deadline) -> None:
        self._call = call
        self._storage = storage
        self._pace = pace
        self._deadline = deadline

    def run(self, flow_id: str, version: Version) -> str:
        """The YAML of a version. A job that fails is started again: the platform's look-ups fail at random.

        Raises:
            RejectedError: no job succeeded.
            PlatformError: of `Platform.call`.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._once(flow_id, version)
            except (_FailedError, OutcomeUnknownError, BadAnswerError, ServerError) as error:
                lasting = isinstance(error, _FailedError) and error.is_lasting
                if lasting or attempt >= _TRIES:
                    raise _public(error, flow_id, version, attempt) from error
                seconds = _PAUSE * attempt + self._pace.backoff(0, base=_PAUSE / 4)
                self._pace.wait(seconds, f"the export of version {version} failed", self._deadline)

    def _once(self, flow_id: str, version: Version) -> str:
        body = {"flows": [{"flow": {"id": flow_id, "version": version}, "exportType": "Yaml"}]}
        data = self._object(self._call("POST", EXPORTS, body=body), "POST")
        id_ = data.get("id")
        if not isinstance(id_, str) or not id_:
            raise BadAnswerError(f"POST {EXPORTS}", "it gives no job")
        clock = self._deadline.clock
        until = clock.now() + _BUDGET
        while data.get("status") not in ("Success", "Failure"):
            if clock.now() >= until:
                raise _FailedError([f"it is {data.get('status')} after {_BUDGET:.0f} s"])
            self._pace.wait(_POLL, f"export job {id_} is {data.get('status')}", self._deadline)
            query = {"expand": ["messages"]}
            data = self._object(self._call("GET", f"{EXPORTS}/{{jobId}}", params={"jobId": id_}, query=query), "GET")
        if data["status"] == "Failure":
            messages = data.get("messages")
            problems = explain(item for item in messages if isinstance(item, Mapping)) if messages else []
            said = [self._storage.redact(text) for text in texts(problems)]
            raise _FailedError(said, is_lasting=any(problem.kind in _FOR_GOOD for problem in problems))
        url = data.get("downloadUrl")
        if not isinstance(url, str) or not url:
            raise BadAnswerError(f"GET {EXPORTS}/{id_}", "it gives no address to fetch the file from")
        content = self._storage.get(url)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadAnswerError("GET of the exported file", f"it is no UTF-8 ({error.reason})") from None

    def _object(self, data: Any, method: str) -> Mapping[str, Any]:
        if not isinstance(data, Mapping):
            raise BadAnswerError(f"{method} {EXPORTS}", "no JSON object")
        return data


class _FailedError(Exception):
    def __init__(self, said: list[str], *, is_lasting: bool = False) -> None:
        super().__init__("; ".join(said) or "the platform does not say why")
        self.said, self.is_lasting = said, is_lasting


def _public(error: Exception, flow_id: str, version: Version, attempts: int) -> Exception:
    if isinstance(error, _FailedError):
        times = "" if attempts == 1 else f" {attempts} times"
        return RejectedError(
            [
                f"Version {version} of flow `{flow_id}` was not exported: the job failed{times}.",
                *(error.said or [str(error)]),
            ],
            "Nothing was changed. Where the platform says that it could not find the flow, it has most often used up "
            "its request limit: try again in a few minutes.",
        )
    if isinstance(error, OutcomeUnknownError):
        return UnreachableError(
            f"POST {EXPORTS}: no answer, tried {attempts} times.", "Nothing was changed: an export only reads."
        )
    return error
