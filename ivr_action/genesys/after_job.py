"""A flow after a publish job: which of its versions is ours, and whether anybody else was there too."""

from __future__ import annotations

from dataclasses import replace

from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.flow_state import FlowState, VersionInfo
from ivr_action.genesys.inspect import Inspector
from ivr_action.genesys.job import JobEnd
from ivr_action.genesys.job_errors import SlippedBetweenError
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.store import Absent, FlowRef, RejectedError, Saved, Version

_LOOKS = 3
"""Looks at a flow after a job's success while it still shows the version before."""


class AfterJob:
    """Looks at flows after jobs.

    Args:
        inspector: looks.
        pace: for waits.
        deadline: of the run.
        client_id: of our OAuth client; empty where versions cannot be told apart by it.
    """

    def __init__(self, inspector: Inspector, pace: Pace, deadline: Deadline, client_id: str) -> None:
        self._inspector = inspector
        self._pace = pace
        self._deadline = deadline
        self._client_id = client_id

    def look(self, before: FlowState, end: JobEnd) -> FlowState:
        """The flow after a job's success, looked at again while it shows the version before."""
        if before.id and end.flow_id and end.flow_id != before.id:
            raise RejectedError(
                [
                    (
                        f"Flow `{before.name}` ({before.id}) is as it was: publish job {end.id} has published another "
                        f"flow, {end.flow_id}."
                    )
                ],
                "The platform finds a job's flow by the name and type in the file. Somebody has renamed the flow "
                "meanwhile, most likely: delete the other one, then deploy with `allow-rename: true`.",
            )
        look = 1
        while True:
            state = self.seen(before, end.flow_id)
            if state is not None and state.published is not None and state.published != before.published:
                return state
            if look >= _LOOKS:
                shown = before.published.id if before.published is not None else "none"
                raise RejectedError(
                    [
                        (
                            f"Flow `{before.name}`: publish job {end.id} says Success, and the published version is "
                            f"{shown} as before."
                        )
                    ],
                    "The deployment failed. Look at the flow in Architect; if it shows the new version by now, run "
                    "this again, which recognises it.",
                )
            self._pace.wait(2.0 * look, "the new version does not show yet", self._deadline)
            look += 1

    def seen(self, before: FlowState, flow_id: str = "") -> FlowState | None:
        flow_id = before.id or flow_id
        if flow_id:
            return self._inspector.state(flow_id)
        return self._inspector.find(FlowRef(before.name, before.type))

    def counted(self, before: FlowState, after: FlowState, expected: Version | Absent) -> Saved:
        """Finds our version among those that are new: exactly one, with nobody's between it and what was there."""
        published = after.published
        if published is None:
            raise RejectedError([f"Flow `{after.name}` ({after.id}) has no published version after a publish job."])
        saved = Saved(after.id, published.id, expected)
        if published.number == before.newest + 1 and self._may_be_ours(published):
            return saved
        versions = self._inspector.versions(after.id)
        new = [version for version in versions if version.kind != "save" and (version.number or 0) > before.newest]
        ours = [version for version in new if self._client_id and version.by_client == self._client_id]
        if not ours:
            named = "; ".join(version.described() for version in new) or published.described()
            raise RejectedError(
                [f"Flow `{after.name}` ({after.id}): the job says Success, and no new version is ours: {named}."],
                "Nothing of these is called ours. Compare them with your file in Architect's version history.",
            )
        mine = ours[0]
        saved = replace(saved, version=mine.id, superseded_by=published.id if published.id != mine.id else "")
        between = [version for version in new if (version.number or 0) < (mine.number or 0)]
        if between:
            raise SlippedBetweenError(after, saved, between)
        return saved

    def _may_be_ours(self, version: VersionInfo) -> bool:
        """Whether nothing says that a version was made by somebody else."""
        if not self._client_id:
            return True
        return version.by_client == self._client_id or not (version.by or version.by_client)
