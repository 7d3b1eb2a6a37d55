"""What can go wrong with a publish job, each with what the platform shows about it."""

from __future__ import annotations

from collections.abc import Sequence

from ivr_action.errors import PlatformError
from ivr_action.genesys.errors import LockedError
from ivr_action.genesys.explain import Problem, texts
from ivr_action.genesys.flow_state import FlowState, VersionInfo
from ivr_action.genesys.store import RejectedError, Saved

_MEANWHILE = "Meanwhile"


class HeldError(LockedError):
    """Somebody has the flow open for editing, as a look at it shows.

    Args:
        state: of the flow.
        own: True where it is our own OAuth client: another job of it.
    """

    def __init__(self, state: FlowState, *, own: bool = False) -> None:
        self.call, self.status, self.code, self.text, self.correlation_id = "", 0, "", "", ""
        self.who, self.since = state.locked_by, state.locked_since
        self.flow_id, self.draft = state.id, state.draft()
        client = " (an OAuth client)" if state.locked_by_client else ""
        since = f", with a draft saved at {self.since}" if self.since else ""
        hint = (
            "Ask them to check it in or to discard their changes, then run this again; or use `force-unlock`, which "
            "checks their draft in as a version."
        )
        if own:
            client = ", our own OAuth client"
            hint = (
                "Another run with the same client publishes it, or was ended while it did. Run this again once that "
                "job is over."
            )
        PlatformError.__init__(
            self, f"Flow `{state.name}` ({state.id}) is open for editing by {self.who}{client}{since}.", hint
        )


class JobFailedError(RejectedError):
    """A publish job failed: the platform does not take the flow, and did not change it.

    Args:
        what: the flow, for the message.
        job_id: of the job.
        problems: what its messages mean, the root cause first.
        raw: the messages' texts as they came.
        found: what a look at the flow showed: for a job that does not say why, and where something was published.
    """

    def __init__(
        self, what: str, job_id: str, problems: Sequence[Problem], raw: Sequence[str], found: Sequence[str]
    ) -> None:
        self.job_id = job_id
        self.problems = tuple(problems)
        self.raw = tuple(raw)
        hint = next((problem.hint for problem in problems if problem.hint), "")
        if problems:
            hint = hint or "Correct it in the file, then deploy it again."
            first = f"{what} was not published: the platform refused it (publish job {job_id})."
            lines = [first, *texts(problems), *(line for line in found if line.startswith(_MEANWHILE))]
        else:
            first = f"{what} was not published: publish job {job_id} failed and the platform does not say why."
            lines = [first, *(found or ["A look at the flow shows nothing: no lock, no draft, no failed operation."])]
            hint = (
                "See whether everything that the flow names exists and the OAuth client may view it "
                "(docs/permissions.md), and whether Architect takes the flow by hand."
            )
        super().__init__(lines, hint)

    @property
    def is_throttled(self) -> bool:
        """Whether the job failed because it used up the request limit."""
        return bool(self.problems) and self.problems[0].kind == "throttled"


class SlippedBetweenError(RejectedError):
    """Our version is live, and somebody else's was published between our look and the job: both are kept.

    Args:
        state: of the flow.
        saved: ours.
        others: theirs, newest first.
    """

    def __init__(self, state: FlowState, saved: Saved, others: Sequence[VersionInfo]) -> None:
        self.saved, self.others = saved, tuple(others)
        named = "; ".join(version.described() for version in others)
        super().__init__(
            [
                (
                    f"Flow `{state.name}` ({state.id}): while version {saved.version} of ours was published, "
                    f"somebody else was faster: {named}. Ours went over it. Both are in the version history."
                )
            ],
            f"Look at version {others[0].id} and take over into your file what ours lacks, or restore it.",
        )


def diagnosis(before: FlowState, after: FlowState, client_id: str) -> list[str]:
    """What a look at a flow shows after a job that failed; empty where it shows nothing.

    Args:
        before: the flow before the job.
        after: after it.
        client_id: of our OAuth client.
    """
    found = []
    if after.is_locked:
        ours = " (our own client)" if not after.locked_against(client_id) else ""
        found.append(f"It is open for editing by {after.locked_by}{ours}.")
    draft = after.draft()
    if draft is not None:
        found.append(f"There is a draft: {draft.described()}.")
    operation = after.operation
    if operation is not None and (operation.error or operation.under_way or operation.status == "FAILURE"):
        how = "is under way" if operation.under_way else f"ended with {operation.status}"
        by = f" by {operation.by}" if operation.by else ""
        found.append(f"Operation {operation.action}{by} {how}{f': {operation.error}' if operation.error else ''}.")
    if after.published is not None and after.published != before.published:
        found.append(f"{_MEANWHILE} {after.published.described()} was published.")
    return found
