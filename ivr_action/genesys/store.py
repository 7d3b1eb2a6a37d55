"""Where flows live: the interface that saving is written against, one variant per way of saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from ivr_action.errors import OutcomeUnknownError, PlatformError

Version = str
"""The platform's label of a version: `7`, or `14.0`. Compared for equality only."""
Content = Mapping[str, Any]
"""What a variant saves: for the node save a flow as the specification has it."""


class Absent(Enum):
    """Said of a flow that does not exist yet."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class FlowRef:
    """How a file names its flow."""

    name: str
    type: str = ""
    """The platform's type, in any case; empty for any."""
    id: str = ""
    """Known ids win over names."""


@dataclass(frozen=True, slots=True)
class Found:
    """A flow that exists."""

    id: str
    name: str
    type: str
    """In lower case."""
    division: str = ""
    """Name of its division."""


@dataclass(frozen=True, slots=True)
class Live:
    """A flow as the platform holds it."""

    flow_id: str
    name: str
    version: Version
    content: Content = field(repr=False)
    changed_by: str = ""
    """Who made this version; empty where the platform does not say."""
    changed_at: str = ""
    """When, as the platform writes it."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save."""

    flow_id: str
    version: Version
    """That holds what was sent."""
    previous: Version | Absent
    """The version that it followed."""
    changed: bool = True
    """False where the platform held the same already and nothing was sent."""
    recovered: bool = False
    """True where the answer was lost and the version was recognised afterwards."""
    superseded_by: Version = ""
    """A later version that somebody has saved on top of it meanwhile."""
    answered: bool = True
    """Whether the platform's answer showed the new version with what was sent."""
    attempts: int = 1
    content: Content = field(default_factory=dict, repr=False)
    """What was sent, merged with what others had done."""


class ConflictError(PlatformError):
    """Somebody else changed the flow.

    Args:
        flow_id: of the flow.
        expected: the version that ours was made from.
        live: the flow as it is now; None where it was not looked at.
        why: what does not go together; empty where that was not looked into.
    """

    def __init__(self, flow_id: str, expected: Version | Absent, live: Live | None = None, why: str = "") -> None:
        self.flow_id, self.expected, self.live = flow_id, expected, live
        was = "it did not exist before" if isinstance(expected, Absent) else f"version {expected} was expected"
        if live is None:
            text = f"Flow `{flow_id}` was changed by somebody else: {was}, and another is live."
        else:
            by = f" by {live.changed_by}" if live.changed_by else ""
            at = f" at {live.changed_at}" if live.changed_at else ""
            text = f"Flow `{live.name}` ({flow_id}) was changed{by}{at}: version {live.version} is live, {was}."
        super().__init__(
            f"{text}{'' if why.startswith(chr(10)) else ' '}{why}".rstrip(),
            "Nothing was overwritten. Take their change over into your file, or undo it on the platform, and run this "
            "again.",
        )


class RejectedError(PlatformError):
    """The platform does not take what was sent, or did not keep it.

    Args:
        messages: the platform's, or ours, root cause first.
        hint: what to do.
    """

    def __init__(self, messages: Sequence[str], hint: str = "") -> None:
        self.messages = tuple(messages)
        super().__init__("\n".join(self.messages), hint)


class JobUnderWayError(OutcomeUnknownError):
    """A publish job took the flow, and nobody saw its end.

    Nothing is sent again after it: the job may still publish, and a second one would make a second version.

    Args:
        job_id: of the job.
        what: the flow, for the message.
        status: the job's last known one.
        why: nobody saw its end.
    """

    def __init__(self, job_id: str, what: str, status: str, why: str) -> None:
        self.job_id, self.status = job_id, status
        super().__init__(
            f"{what}: publish job {job_id} was given the flow, and its end is unknown ({why}); its last status was "
            f"{status}.",
            f"Nothing was sent twice. Look at the flow's version history in Architect, or ask for "
            f"`GET /api/v2/flows/jobs/{job_id}?expand=messages`, before you deploy it again.",
        )


@runtime_checkable
class FlowStore(Protocol):
    """Reads and saves flows.

    Every method raises what `Platform.call` raises; `LockedError` and `ThrottledError` are among it.
    """

    def find(self, ref: FlowRef) -> Found | None:
        """The flow of this id, or of exactly this name and type; None where there is none that we may see.

        Raises:
            RejectedError: several fit.
        """

    def read(self, flow_id: str, version: Version | None = None) -> Live:
        """The flow as it is, or as it was in an earlier version.

        Raises:
            NotFoundError: no such flow or version.
            RejectedError: it is not held in the form that this variant saves.
        """

    def save(self, flow_id: str, content: Content, expected: Version | Absent) -> Saved:
        """Sends the content once; not verified, not repeated.

        Raises:
            ConflictError: another version than the expected one is live.
            RejectedError: the platform does not take the content.
            OutcomeUnknownError: it was sent, and the answer is missing.
        """

    def restore(self, flow_id: str, version: Version) -> Saved:
        """Saves an earlier version's content as a new version; raises as `read` and `save` do."""

    def next_version(self, version: Version) -> Version:
        """The version that a save on top of this one makes."""

    def holds(self, live: Live, content: Content) -> bool:
        """Whether what the platform holds is what was sent."""
