"""A deployment for a terminal and the log: each flow with what became of it, the verdict at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.report.deployment_words import (
    Delivery,
    besides,
    changes_of,
    exit_words,
    headline,
    result,
    told_all,
    took,
    versions,
    worst_first,
)
from ivr_action.report.difference_text import lines
from ivr_action.report.look import Look
from ivr_action.report.plain import first_few, one_line
from ivr_action.report.plan_words import called
from ivr_action.report.text import finding_lines

_NAMED = 5


def render(deployment: Deployment, look: Look, *, deliveries: Sequence[Delivery] = (), audit: str = "") -> str:
    """The deployment for people, what must be looked at last, so that it stands right above the verdict.

    Args:
        deployment: what became of each flow.
        look: whether there are colours.
        deliveries: what became of the webhooks.
        audit: where the audit's log is and its head, in a sentence; empty where there is none.
    """
    said = [flow_text(flow, look) for flow in reversed(worst_first(deployment)) if speaks(flow, deployment)]
    return "".join([*said, ending(deployment, look, deliveries=deliveries, audit=audit)])


def ending(deployment: Deployment, look: Look, *, deliveries: Sequence[Delivery] = (), audit: str = "") -> str:
    """What stands below the flows: who was told, and the verdict; the arguments are those of `render`."""
    return "".join(f"{line}\n" for line in _end(deployment, look, deliveries, audit))


def speaks(flow: DeployedFlow, deployment: Deployment) -> bool:
    """Whether there is more to say about it than that the deployment ended before its turn; `ending` counts those."""
    if flow.result is not Result.SKIPPED or flow.hint or flow.findings:
        return True
    return bool(flow.message) and not (deployment.stopped and flow.message.endswith(deployment.stopped))


def title(flow: DeployedFlow) -> str:
    """What a flow's group in the log is called: `Main line (flows/main.yaml): updated, 14.0 → 15.0`."""
    version = versions(flow)
    return f"{called(flow)} ({one_line(flow.path, 200)}): {result(flow)}{f', {version}' if version else ''}"


def flow_text(flow: DeployedFlow, look: Look) -> str:
    """Everything about one flow, under its title."""
    return "".join(f"{line}\n" for line in (look.coloured(title(flow), _colour(flow)), *_inside(flow, look)))


def _colour(flow: DeployedFlow) -> str:
    if flow.result.is_success:
        return "32" if flow.result is not Result.UNCHANGED else "1"
    return "33" if flow.result is Result.SKIPPED else "31"


def _inside(flow: DeployedFlow, look: Look) -> Iterator[str]:
    if flow.message:
        yield f"  {one_line(flow.message)}"
    if flow.hint:
        yield f"  {one_line(flow.hint)}"
    yield from finding_lines(flow.findings, look)
    for text in besides(flow):
        yield f"  {one_line(text)}"
    if flow.changes:
        yield f"  {one_line(changes_of(flow))}"
        yield from lines(flow.changes, look)
    if took(flow):
        yield f"  took {took(flow)}"


def _end(deployment: Deployment, look: Look, deliveries: Sequence[Delivery], audit: str) -> Iterator[str]:
    quiet = [called(flow) for flow in deployment.flows if not speaks(flow, deployment)]
    if quiet:
        yield f"{len(quiet):,} not reached: {first_few(quiet, _NAMED)}"
    for notice in deployment.notices:
        yield f"{look.coloured('note', '36')} {one_line(notice)}"
    for line, _ in told_all(deliveries):
        yield f"told {line}"
    if audit:
        yield f"audit: {one_line(audit)}"
    if deployment.stopped:
        yield f"It ended early: {one_line(deployment.stopped)}"
    yield look.coloured(headline(deployment), "31" if deployment.exit_status else "32")
    yield exit_words(deployment)
