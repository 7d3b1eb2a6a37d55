"""What the step asks of the platform's part: its errand, made of the event, the settings and what the gate has read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from ivr_action.flow.flow import Flow
from ivr_action.flow.read import Reading
from ivr_action.gate import Gate, Seen
from ivr_action.model import Finding, Level
from ivr_action.model.origin import Origin
from ivr_action.release.errand import Errand
from ivr_action.runner.before import BeforeError
from ivr_action.runner.decide import Decision
from ivr_action.runner.history import Commits
from ivr_action.world import World


def errand_of(world: World, gate: Gate, seen: Seen, decision: Decision) -> Errand:
    """The errand of this run.

    Raises:
        UsageError: a region or address that cannot be used.
    """
    context, environment = world.context, seen.environment(decision.environment)
    commits = Commits(world.git, cache(lambda: world.connect_github(gate.settings)))
    attempt = f"/attempts/{context.run_attempt}" if context.run_url and context.run_attempt else ""

    def validate(flow: Flow) -> Sequence[Finding]:
        alone = replace(gate.options, others=(), before=())
        found = world.check([Reading(flow.document, flow)], alone).findings
        return [finding for finding in found if finding.level is Level.ERROR]

    return Errand(
        decision=decision,
        settings=gate.settings,
        environment=environment,
        platform=world.credentials(gate.settings, environment.region),
        workspace=world.workspace,
        readings=gate.readings,
        values=gate.values,
        read=gate.read,
        before=_before(world, gate, seen, commits),
        validate=validate,
        commits=commits,
        origin=Origin(
            context.repository,
            context.repository_url,
            commits.head() or context.sha,
            context.ref,
            context.actor,
            f"{context.run_url}{attempt}",
        ),
        validated=len(gate.report.flows),
        turned_away=sum(1 for flow in gate.report.flows if not flow.valid),
    )


def _before(world: World, gate: Gate, seen: Seen, commits: Commits) -> Callable[[str], bytes | None]:
    """Files as they were: at `base-ref` where one is given, before the event, or on a terminal in the last commit."""
    name = gate.settings.base_ref or ("" if world.context.event or seen.changes.known else "HEAD")
    if not name:
        return seen.before

    def read(path: str) -> bytes | None:
        commit = commits.named(gate.settings.base_ref) or commits.head()
        if not commit:
            raise BeforeError("this is no Git repository with a commit")
        return commits.earlier(commit, path)

    return read
