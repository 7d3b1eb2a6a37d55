"""A platform as plans and deployments need it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ivr_action.deploy.live import flow_of
from ivr_action.deploy.values import MOST_JOBS, Compiled, Ground, History
from ivr_action.flow.canonical import digest
from ivr_action.flow.flow import Flow, NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.genesys.client import Platform
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.inspect import Inspector
from ivr_action.genesys.job_times import JobTimes
from ivr_action.genesys.lookups import Lookups
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.publish_job import PublishStore
from ivr_action.genesys.publishing import publish_store
from ivr_action.genesys.store import Live
from ivr_action.model.finding import Finding


def ground_of(
    platform: Platform,
    deadline: Deadline,
    *,
    history: History | None = None,
    read: Callable[[str, bytes], Flow | None] = lambda path, data: read_flow(path, data).flow,
    compile: Callable[[NodeGraphFlow], Compiled] | None = None,
    validate: Callable[[Flow], Sequence[Finding]] = lambda flow: (),
    keep: Callable[[Live], str] | None = None,
    jobs: int = MOST_JOBS,
) -> Ground:
    """A platform that is connected.

    Args:
        platform: of `connect`.
        deadline: of the run; no call goes on after it.
        history: what Git knows.
        read: an earlier version of a file as a flow, with the same substitutions.
        compile: makes Architect YAML of a node graph.
        validate: findings that forbid to send a merged flow.
        keep: writes what is live to a file before it is replaced, and gives its path.
        jobs: publish jobs at once, over all runs on this ground.
    """
    within = platform.within(deadline)
    inspector = Inspector(within.call)
    times = JobTimes()
    slots = threading.BoundedSemaphore(max(1, jobs))

    def publishing(
        client_id: str, *, create_stubs: bool = False, guard: Callable[[FlowState], None] | None = None
    ) -> PublishStore:
        return publish_store(
            platform, inspector, deadline, digest=_digest, client_id=client_id, create_stubs=create_stubs, slots=slots,
            guard=guard, times=times,
        )  # fmt: skip

    return Ground(
        inspector=inspector,
        lookups=Lookups(within.call, platform.pace),
        publishing=publishing,
        nodes=NodeStore(within.call, platform.settings.api_url),
        pace=platform.pace,
        deadline=deadline,
        history=history or History(),
        read=read,
        compile=compile,
        validate=validate,
        keep=keep,
    )


def _digest(content: str | Mapping[str, Any]) -> str:
    """Of YAML or a configuration; of what is no flow a text that no digest equals."""
    flow = read_flow("flow.yaml", content.encode()).flow if isinstance(content, str) else flow_of(content)
    return digest(flow) if flow is not None else "no flow"
