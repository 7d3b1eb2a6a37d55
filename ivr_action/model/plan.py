"""What a deployment would do, flow by flow, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ivr_action.model.difference import FlowDifference
from ivr_action.model.finding import Finding, Level
from ivr_action.model.graph import FlowGraph


class Verdict(StrEnum):
    """What a deployment would do with a flow, or why it would do nothing."""

    CREATE = "create"
    """It is not on the platform yet."""
    UPDATE = "update"
    UNCHANGED = "unchanged"
    """What is live is what the file says, and we put it there."""
    MERGE = "merge"
    """Somebody else changed it too, and the two changes go together (node graphs)."""
    DRIFTED = "drifted"
    """Somebody else changed what is live since we deployed it: nothing would be sent."""
    DRAFT = "draft"
    """Somebody has a newer draft: nothing would be sent."""
    LOCKED = "locked"
    """Somebody has it open: nothing would be sent."""
    RENAME = "rename"
    """The file's flow has another name than the one that was deployed from it."""
    REFUSED = "refused"
    """For another reason, which `reason` gives: nothing would be sent."""
    UNKNOWN = "unknown"
    """It could not be looked at; never green."""

    @property
    def saves(self) -> bool:
        """Whether a deployment would send it."""
        return self in (Verdict.CREATE, Verdict.UPDATE, Verdict.MERGE)

    @property
    def stops(self) -> bool:
        """Whether it fails a deployment."""
        return not self.saves and self is not Verdict.UNCHANGED


@dataclass(frozen=True, slots=True)
class Route:
    """A way by which callers come into the flow: a call route of the platform, or a queue."""

    kind: str
    """`ivr` (a call route) or `queue`."""
    name: str
    numbers: tuple[str, ...] = ()
    """The call route's DNIS, E.164."""
    when: tuple[str, ...] = ()
    """Which of the route's flows it is: `open`, `closed`, `holiday`; empty for a queue."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Something else on the platform that uses the flow."""

    type: str
    """As the platform has it: `INBOUNDCALLFLOW`."""
    name: str
    id: str = ""

    @property
    def kind(self) -> str:
        """For people: `inboundcall flow`, `queue`."""
        type_ = self.type.lower()
        return f"{type_.removesuffix('flow')} flow" if type_.endswith("flow") and type_ != "workflow" else type_


@dataclass(frozen=True, slots=True)
class PlannedFlow:
    """One file's flow."""

    path: str
    name: str
    type: str
    """The platform's, in lower case: `inboundcall`."""
    verdict: Verdict
    flow_id: str = ""
    """Empty where there is none yet."""
    live_version: str = ""
    """The published version; empty where there is none."""
    changes: FlowDifference | None = None
    """From what is live (or the base commit's file) to ours; None where it is not known."""
    drift: FlowDifference | None = None
    """From what we deployed to what is live; None where nothing drifted or it is not known."""
    by: str = ""
    """Who drifted, drafted or locked it, as the platform names them."""
    at: str = ""
    """When, ISO 8601."""
    deployed_commit: str = ""
    """The commit that the live version was deployed from; empty where the version does not say."""
    reason: str = ""
    """Why, in a sentence; empty for a plain create, update or unchanged."""
    hint: str = ""
    """What to do about it."""
    findings: tuple[Finding, ...] = ()
    """On lines of the file: missing or ambiguous references, and the like."""
    routes: tuple[Route, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    notices: tuple[str, ...] = ()
    """What the reader should know besides: another division, a lock of our own that will be released …"""
    before: FlowGraph | None = None
    """What is live, for the diagram."""
    after: FlowGraph | None = None
    """What would be."""
    digest: str = ""
    """Of the file's flow."""

    @property
    def stops(self) -> bool:
        """Whether it fails a deployment: by its verdict, or by an error among its findings."""
        return self.verdict.stops or any(finding.level is Level.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Plan:
    """All selected flows, in the order in which they would be saved."""

    flows: tuple[PlannedFlow, ...]
    against: str = "platform"
    """`platform`; `base`: compared with the base commit's files, since there were no credentials; `drift`: no plan, but
    what is live compared with what was deployed."""
    environment: str = ""
    organisation: str = ""
    """Name and id, as the platform gives them."""
    notices: tuple[str, ...] = ()

    def count(self, *verdicts: Verdict) -> int:
        """Number of flows with one of these."""
        return sum(1 for flow in self.flows if flow.verdict in verdicts)

    @property
    def stops(self) -> bool:
        """Whether a deployment of it would fail before or at some flow."""
        return any(flow.stops for flow in self.flows)

    @property
    def drifted(self) -> tuple[PlannedFlow, ...]:
        """Flows that somebody else changed since we deployed them."""
        return tuple(flow for flow in self.flows if flow.drift or flow.verdict in (Verdict.DRIFTED, Verdict.MERGE))
