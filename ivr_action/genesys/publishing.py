"""The store that saves by publish jobs, on a platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr_action.genesys.client import Platform
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.export_job import ExportJobs
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.inspect import Inspector
from ivr_action.genesys.job import PublishJobs
from ivr_action.genesys.job_times import JobTimes
from ivr_action.genesys.publish_job import PublishStore, Slots
from ivr_action.genesys.upload import storage_of


def publish_store(  # noqa: PLR0913 - it joins what the edges give
    platform: Platform,
    inspector: Inspector,
    deadline: Deadline,
    *,
    digest: Callable[[str | Mapping[str, Any]], str],
    client_id: str,
    create_stubs: bool = False,
    slots: Slots | None = None,
    guard: Callable[[FlowState], None] | None = None,
    times: JobTimes | None = None,
) -> PublishStore:
    """The store; the arguments are those of PublishStore and PublishJobs. Its calls end by the deadline.

    The inspector should be made of `platform.within(deadline).call`, so that its calls do too.
    """
    platform = platform.within(deadline)
    storage = storage_of(platform, deadline)
    return PublishStore(
        inspector,
        PublishJobs(platform.call, storage, platform.pace, deadline, create_stubs=create_stubs, times=times),
        ExportJobs(platform.call, storage, platform.pace, deadline),
        digest=digest,
        client_id=client_id,
        slots=slots,
        guard=guard,
    )
