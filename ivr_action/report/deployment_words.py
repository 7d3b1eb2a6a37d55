"""Words about a deployment that the Markdown, the terminal and the annotations share: plain, to be escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ivr_action.model import Finding, Level, Location
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.kinds import OUTCOME_UNKNOWN, PUBLISH_FAILED, REFUSED, Kind
from ivr_action.report.plain import count_of, one_line
from ivr_action.report.plan_words import NAME, called, where

ICONS = {
    Result.UNKNOWN: "❓",
    Result.FAILED: "❌",
    Result.REFUSED: "⛔",
    Result.SKIPPED: "⏭️",
    Result.RESTORED: "↩️",
    Result.MERGED: "🔀",
    Result.CREATED: "🆕",
    Result.DEPLOYED: "✅",
    Result.DRY_RUN: "🧪",
    Result.UNCHANGED: "➖",
}
"""In the order of every report: what is unknown or failed first."""
_NOTHING = "⚠️"
_WORDS = {
    Result.UNKNOWN: "unknown",
    Result.FAILED: "failed",
    Result.REFUSED: "refused",
    Result.SKIPPED: "not reached",
    Result.RESTORED: "restored",
    Result.MERGED: "merged with a colleague’s change",
    Result.CREATED: "created",
    Result.DEPLOYED: "updated",
    Result.DRY_RUN: "would be saved",
    Result.UNCHANGED: "unchanged",
}
_KINDS: dict[Result, Kind] = {
    Result.UNKNOWN: OUTCOME_UNKNOWN,
    Result.FAILED: PUBLISH_FAILED,
    Result.REFUSED: REFUSED,
}
_MEANING = {
    0: "every flow is live as the files say",
    3: "not everything was deployed",
    4: "nobody can tell whether a flow took effect",
}


class Delivery(Protocol):
    """What became of one webhook."""

    @property
    def url(self) -> str:
        """Its host, and the port where it is not the usual one."""

    @property
    def event(self) -> str: ...

    @property
    def status(self) -> int | str | None:
        """Of the last answer; None or empty where there was none."""

    @property
    def result(self) -> str:
        """`delivered`, or what else became of it."""

    @property
    def reason(self) -> str:
        """Why it was not delivered."""


def worst_first(deployment: Deployment) -> list[DeployedFlow]:
    """The order of every report: what a person must look at first."""
    order = list(ICONS)
    return sorted(deployment.flows, key=lambda flow: order.index(flow.result))


def headline(deployment: Deployment) -> str:
    """What a release manager reads: how much is live where, and what is not."""
    place = where(deployment.environment, deployment.organisation)
    word = "Dry run" if deployment.dry_run else "Deployment"
    if not deployment.flows:
        return f"{word}{place}: no flow to deploy"
    live = [one for one in ICONS if one.is_live]
    groups = [
        _counts(deployment, [one for one in ICONS if not one.is_success]),
        _counts(deployment, [one for one in ICONS if one.is_success and one not in live]),
    ]
    if deployment.dry_run:
        return f"{word}{place}: {'; '.join(filter(None, [_counts(deployment, live), *groups, 'nothing was sent']))}"
    new = deployment.count(*live)
    said = f"{count_of(new, 'new version')} live ({_counts(deployment, live)})" if new else "nothing new is live"
    return f"{word}{place}: {'; '.join(filter(None, [said, *groups]))}"


def _counts(deployment: Deployment, results: list[Result]) -> str:
    return ", ".join(f"{number:,} {_WORDS[one]}" for one in results if (number := deployment.count(one)))


def mark(deployment: Deployment) -> str:
    """The heading's icon; nothing to deploy is no success, though it may be allowed."""
    if not deployment.flows and not deployment.exit_status:
        return _NOTHING
    return {0: ICONS[Result.DEPLOYED], 4: ICONS[Result.UNKNOWN]}.get(deployment.exit_status, ICONS[Result.FAILED])


def exit_words(deployment: Deployment) -> str:
    """`Exit status 3: not everything was deployed.`"""
    status = deployment.exit_status
    meaning = _MEANING[status]
    if not status and not deployment.flows:
        meaning = "there was no flow to deploy"
    elif not status and deployment.restores and not deployment.count(Result.RESTORED):
        could = deployment.count(Result.DRY_RUN)
        meaning = "the version could be published again" if could else "the version is live, whatever the files say"
    elif not status and deployment.dry_run:
        meaning = "every flow could be deployed"
    elif not status and any(flow.result is Result.UNCHANGED and flow.changes for flow in deployment.flows):
        meaning = "nothing failed, and not every flow is live as its file says"
    elif not status and deployment.count(Result.RESTORED):
        meaning = "an earlier version is live again, whatever the files say"
    return f"Exit status {status}: {meaning}."


def result(flow: DeployedFlow) -> str:
    """`updated`, `failed`, `not reached`."""
    return _WORDS[flow.result]


def versions(flow: DeployedFlow) -> str:
    """What is live: `14.0 → 15.0`, `none → 1.0`, `14.0 still`, `14.0 or what was sent`; empty where it is not known."""
    before, after = one_line(flow.from_version, 40), one_line(flow.to_version, 40)
    if flow.result is Result.UNKNOWN:
        return f"{before or 'none'} or what was sent"
    if not after or after == before:
        return f"{before} still" if before and not flow.result.is_success else before
    return f"{before or 'none'} → {after}"


def took(flow: DeployedFlow) -> str:
    """`12 s, 4.0 s of it waiting, sent 3 times, overtaken 2 times`; empty where it took nothing."""
    said = [span(flow.seconds)] if flow.seconds else []
    if flow.waited >= 1:
        said.append(f"{span(flow.waited)} of it waiting")
    if flow.attempts > 1:
        said.append(f"sent {flow.attempts:,} times")
    if flow.conflicts:
        said.append(f"overtaken {count_of(flow.conflicts, 'time')}")
    return ", ".join(said)


def span(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:,} min {rest} s" if minutes else f"{rest} s"


def besides(flow: DeployedFlow) -> list[str]:
    """Sentences about what happened besides: an answer that was lost, a later version, a file that was kept."""
    said = []
    if flow.recovered:
        said.append("The platform’s answer was lost; the version was recognised afterwards.")
    if flow.superseded_by:
        said.append(f"Somebody has put version {one_line(flow.superseded_by, 40)} on top of it meanwhile.")
    if flow.kept:
        said.append(f"What was live before is kept in `{one_line(flow.kept, 200)}`.")
    return said


def told(delivery: Delivery) -> str:
    """`hooks.example.com · deployment.succeeded · delivered (204)`."""
    event = f" · {one_line(delivery.event, NAME)}" if delivery.event else ""
    status = f" ({one_line(str(delivery.status), 40)})" if delivery.status else ""
    reason = f": {one_line(delivery.reason, 300)}" if delivery.reason else ""
    return f"{host(delivery.url)}{event} · {one_line(str(delivery.result), NAME)}{status}{reason}"


def told_all(deliveries: Sequence[Delivery]) -> list[tuple[str, bool]]:
    """A sentence for each delivery and whether it arrived; what reads alike is one, with how often."""
    counted: dict[tuple[str, bool], int] = {}
    for delivery in deliveries:
        line = told(delivery), delivery.result == "delivered"
        counted[line] = counted.get(line, 0) + 1
    return [(f"{text} · {times:,} times" if times > 1 else text, well) for (text, well), times in counted.items()]


def changes_of(flow: DeployedFlow) -> str:
    """What the new version changed, or would have changed where there is none."""
    if not flow.changes:
        return ""
    summary = flow.changes.summary()
    return f"not deployed: {summary}" if flow.result in (Result.REFUSED, Result.FAILED) else summary


def host(url: str) -> str:
    """The host of an address: a path or a query may hold a secret."""
    rest = url.split("://", 1)[-1]
    return one_line(rest.split("/", 1)[0].split("?", 1)[0].rsplit("@", 1)[-1], NAME)


def findings_of(deployment: Deployment) -> tuple[Finding, ...]:
    """Every finding of a deployment, worst first: those on lines of the files, and one for each flow that failed."""
    found = [one for flow in deployment.flows for one in flow.findings]
    for flow in deployment.flows:
        kind = _KINDS.get(flow.result)
        if kind is None or any(one.level is Level.ERROR for one in flow.findings):
            continue  # the reason stands on its line already
        message = flow.message or f"{called(flow)} was not deployed."
        found.append(Finding(kind.id, kind.level, message, flow.hint or kind.fix, Location(flow.path)))
    return tuple(sorted(found, key=lambda one: one.order))
