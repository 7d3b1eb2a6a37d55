"""What a plan and a deployment are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ivr_action.flow.flow import Flow, NodeGraphFlow
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.inspect import Inspector
from ivr_action.genesys.lookups import Lookups
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.publish_job import PublishStore
from ivr_action.genesys.store import FlowStore, Live
from ivr_action.model.deployment import DeployedFlow
from ivr_action.model.finding import Finding
from ivr_action.model.plan import PlannedFlow

MOST_JOBS = 2
"""Publish jobs at once: each spends the client's quota inside the platform too."""


@dataclass(frozen=True, slots=True, eq=False)
class Deployable:
    """One file's flow, read with the environment's substitutions and checked."""

    path: str
    """As reports show it: relative to the workspace, with `/`. Stands in the stamp."""
    flow: Flow
    yaml: str = field(default="", repr=False)
    """Architect YAML as it will be sent, substitutions made; empty for a node graph, which is compiled where that is
    needed."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the environment says about the place that is deployed to."""

    environment: str = ""
    organisation: str = ""
    """Id or name that the organisation must have; empty for any."""
    flow_ids: Mapping[str, str] = field(default_factory=dict)
    """Path of a flow file → id of the flow on the platform."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user allows; as the inputs of the same names."""

    on_conflict: Literal["merge", "fail", "ours"] = "merge"
    on_draft: Literal["stop", "publish-over"] = "stop"
    on_failure: Literal["stop", "continue", "restore"] = "stop"
    adopt: Literal["stop", "git", "live"] = "stop"
    allow_create: bool = False
    allow_rename: bool = False
    allow_rollback: bool = False
    force_unlock: bool = False
    lock_wait: float = 0.0
    """Seconds."""
    dry_run: bool = False
    jobs: int = 1
    """Publish jobs at once."""
    routes: bool = False
    """Whether to look up by which ways callers come into each flow, and what else uses it: for plans."""


@dataclass(frozen=True, slots=True)
class History:
    """What Git knows."""

    commit: str = ""
    """That is deployed; empty outside of Git."""
    ancestor: Callable[[str, str], bool | None] = lambda earlier, later: None
    """Whether the first commit is the second or among its ancestors; None where the checkout does not reach so far."""
    earlier: Callable[[str, str], bytes | None] = lambda commit, path: None
    """The file at a commit, as `Deployable.path` names it; None where it is not there or the commit is not known."""
    base_ref: str = ""
    """Commit to merge from where the platform does not tell; node graphs only."""


class Compiled(Protocol):
    """A node graph as Architect YAML."""

    @property
    def yaml(self) -> str: ...

    @property
    def problems(self) -> tuple[Finding, ...]: ...


class PublishStores(Protocol):
    """Makes a store that saves by publish jobs."""

    def __call__(
        self, client_id: str, *, create_stubs: bool = False, guard: Callable[[FlowState], None] | None = None
    ) -> PublishStore:
        """A store for versions by this client.

        Args:
            client_id: of our OAuth client.
            create_stubs: whether its jobs make stubs of flows that are missing.
            guard: is shown the flow right before a job is registered, and raises to stop it.
        """


@dataclass(frozen=True, slots=True)
class Ground:
    """The platform, and what else the outside gives."""

    inspector: Inspector
    lookups: Lookups
    publishing: PublishStores
    """Publish jobs: the public platform's way to save."""
    nodes: FlowStore
    """The specification's way: PUT with `If-Match`."""
    pace: Pace
    deadline: Deadline
    history: History = field(default_factory=History)
    read: Callable[[str, bytes], Flow | None] = field(default=lambda path, data: None)
    """An earlier version of a file as a flow, with the same substitutions; None where it is none."""
    compile: Callable[[NodeGraphFlow], Compiled] | None = None
    """Makes Architect YAML of a node graph; None where that is not possible."""
    validate: Callable[[Flow], Sequence[Finding]] = field(default=lambda flow: ())
    """The findings that forbid to send a flow; asked before a merged one is sent."""
    keep: Callable[[Live], str] | None = None
    """Keeps what is live before it is replaced, and gives the path of the file."""


class Journal(Protocol):
    """Takes down what is done, for the audit."""

    def intent(self, flow: PlannedFlow) -> None:
        """Written before anything is sent."""

    def outcome(self, flow: DeployedFlow) -> None:
        """Written when it is known what became of it."""


class NoJournal:
    """Takes nothing down."""

    def intent(self, flow: PlannedFlow) -> None: ...

    def outcome(self, flow: DeployedFlow) -> None: ...
