"""What became of a deployment, flow by flow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ivr_action.model.difference import FlowDifference
from ivr_action.model.finding import Finding


class Result(StrEnum):
    """What became of one flow."""

    CREATED = "created"
    DEPLOYED = "deployed"
    MERGED = "merged"
    """Deployed, together with what somebody else had changed."""
    UNCHANGED = "unchanged"
    RESTORED = "restored"
    """An earlier version was published again."""
    DRY_RUN = "dry-run"
    """It would have been saved."""
    REFUSED = "refused"
    """We did not send it."""
    FAILED = "failed"
    """The platform refused it, or did not keep what it had taken."""
    UNKNOWN = "unknown"
    """It was sent, and nobody can tell whether it took effect."""
    SKIPPED = "skipped"
    """Not reached: the deployment stopped before."""

    @property
    def is_success(self) -> bool:
        return self in _SUCCESS

    @property
    def is_live(self) -> bool:
        """Whether a new version is live because of us."""
        return self in (Result.CREATED, Result.DEPLOYED, Result.MERGED, Result.RESTORED)


_SUCCESS = (Result.CREATED, Result.DEPLOYED, Result.MERGED, Result.UNCHANGED, Result.RESTORED, Result.DRY_RUN)


@dataclass(frozen=True, slots=True)
class DeployedFlow:
    """What became of one file's flow."""

    path: str
    name: str
    type: str
    """The platform's, in lower case."""
    result: Result
    flow_id: str = ""
    from_version: str = ""
    """The version that was live before; empty where there was none."""
    to_version: str = ""
    """The version that holds what we sent; empty where nothing was saved."""
    message: str = ""
    """Why, where it did not simply work; or what happened besides."""
    hint: str = ""
    seconds: float = 0.0
    """From the first look at it to its verification."""
    waited: float = 0.0
    """Seconds of it spent waiting: pace, 429, locks, jitter."""
    attempts: int = 0
    """Times that it was sent."""
    conflicts: int = 0
    """Times that somebody else was faster."""
    recovered: bool = False
    """True where an answer was lost and the version was recognised afterwards."""
    superseded_by: str = ""
    """A later version that somebody has put on top of it meanwhile."""
    changes: FlowDifference | None = None
    """From the version before to the one that was saved."""
    findings: tuple[Finding, ...] = ()
    """On lines of the file: what the platform had against it."""
    kept: str = ""
    """Path of the file with what was live before; empty where nothing was written."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """All selected flows, in the order in which they were taken."""

    flows: tuple[DeployedFlow, ...]
    environment: str = ""
    organisation: str = ""
    dry_run: bool = False
    seconds: float = 0.0
    notices: tuple[str, ...] = ()
    """What the reader should know: what changed since the plan, a restore that was made …"""
    stopped: str = ""
    """Why it ended early: SIGTERM, the first failure; empty where it did not."""
    restores: bool = False
    """Whether an earlier version was wanted, and not what the files say."""

    def count(self, *results: Result) -> int:
        """Number of flows with one of these."""
        return sum(1 for flow in self.flows if flow.result in results)

    @property
    def exit_status(self) -> int:
        """4 where an outcome is unknown, else 3 where a flow was not deployed, else 0."""
        if any(flow.result is Result.UNKNOWN for flow in self.flows):
            return 4
        return 3 if self.stopped or any(not flow.result.is_success for flow in self.flows) else 0
