"""The platform of an errand, as plans and deployments need it, and the log that a deployment writes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ivr_action.genesys.redact import Redactor
from ivr_action.release.compiling import Compiling
from ivr_action.release.errand import Errand
from ivr_action.settings import read_duration
from ivr_action.world import Outside

if TYPE_CHECKING:
    from ivr_action.audit.log import AuditLog
    from ivr_action.deploy.values import Ground

KEPT = ".ivr-action/kept"
"""Folder for what was live before it was replaced, relative to the workspace."""


def connect_ground(
    errand: Errand, outside: Outside, stop: threading.Event, redact: Redactor
) -> tuple[Ground, Callable[[], None]]:
    """The platform, and what closes its connections; nothing is sent yet.

    Raises:
        UsageError: no credentials, an unknown `base-ref`, or the SDK is not installed.
    """
    from ivr_action.deploy.ground import ground_of
    from ivr_action.deploy.values import History
    from ivr_action.genesys.client import connect
    from ivr_action.genesys.clock import Deadline

    errand.platform.check_credentials()
    commits = errand.commits
    history = History(commits.head(), commits.ancestor, commits.earlier, commits.named(errand.settings.base_ref))
    clock = outside.clock(stop)
    deadline = Deadline.after(clock, read_duration(errand.settings.timeout))
    platform = connect(errand.platform, clock=clock, random=outside.random, redact=redact, deadline=deadline)
    ground = ground_of(
        platform,
        deadline,
        history=history,
        read=lambda path, data: errand.read(path, data).flow,
        compile=Compiling(platform.within(deadline).call, errand.environment.prompts),
        validate=errand.validate,
        keep=_keeper(errand.workspace),
    )
    return ground, platform.close


def audit_log(errand: Errand, outside: Outside, redact: Redactor) -> AuditLog:
    """The log, opened: lines are added to what is there.

    Raises:
        UsageError: it cannot be written, does not verify, or does not end at `audit-head`.
    """
    from ivr_action.audit.chain import parse_head
    from ivr_action.audit.log import AuditLog
    from ivr_action.audit.record import Actor

    origin = errand.origin
    return AuditLog(
        os.path.join(errand.workspace, *errand.settings.audit_log.split("/")),
        parse_head(errand.settings.audit_head),
        Actor(
            origin.actor, origin.repository, origin.commit, origin.run_url, errand.decision.environment,
            errand.environment.organisation,
        ),
        root=errand.workspace,
        now=outside.now,
        redact=redact,
    )  # fmt: skip


def _keeper(workspace: str) -> Callable[[Any], str]:
    """Keeps what is live below the workspace; the path that it gives is relative to that."""
    from ivr_action.keep import Keeper

    keep = Keeper(os.path.join(workspace, *KEPT.split("/")), workspace)
    return lambda live: os.path.relpath(keep(live), workspace).replace(os.sep, "/")
