"""What is live against what was deployed from here: who changed what, since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ivr_action.deploy.live import Reader
from ivr_action.deploy.plan import label
from ivr_action.deploy.refusals import Decision, by_at, renamed_there, short
from ivr_action.deploy.stamp import clean
from ivr_action.deploy.survey import at_once, the_organisation
from ivr_action.deploy.target import aim, platform_type
from ivr_action.deploy.values import Deployable, Ground, Options, Target
from ivr_action.deploy.verdict import Facts, foreign
from ivr_action.errors import PlatformError
from ivr_action.flow.canonical import file_digest
from ivr_action.flow.difference import difference
from ivr_action.genesys.errors import StoppedError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.model.difference import FlowDifference
from ivr_action.model.plan import Plan, PlannedFlow, Verdict

_NAMED = 5
"""Flows that a notice names."""


def drift(deployables: Sequence[Deployable], ground: Ground, target: Target) -> Plan:
    """What others have changed on the platform since the last deployment; the files say which flows are meant.

    A flow is `drifted`, which a new name is too, or `unchanged`: whether the file has moved on meanwhile is no drift.
    One that was never deployed from here is `unchanged` with a notice: nothing of ours can have changed there. So is
    one that is not on the platform, since it may not have been deployed yet; a notice of the plan names those.
    What cannot be looked at is `unknown`.

    Args:
        deployables: the selected flows.
        ground: the platform.
        target: the environment.

    Raises:
        UsageError: the credentials are another organisation's.
        StoppedError: the run was told to stop.
        PlatformError: it is not known which organisation it is.
    """
    organisation = the_organisation(ground, target)
    reader = Reader(ground.inspector, ground.nodes, organisation.client_id)
    taken = {item.flow.name for item in deployables}
    flows = at_once(lambda item: _drift(item, ground, target, reader, taken - {item.flow.name}), deployables)
    gone = [f"`{flow.name}`" for flow in flows if flow.verdict is Verdict.UNCHANGED and not flow.flow_id]
    notices = (_gone(gone),) if gone else ()
    return Plan(tuple(flows), "drift", target.environment, label(organisation), notices)


def _gone(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"Not on the platform, or not visible to this OAuth client: {', '.join(names[:_NAMED])}{more}. Either it was "
        "never deployed, or somebody took it away from callers, or the client's role lost its division."
    )


def _drift(item: Deployable, ground: Ground, target: Target, reader: Reader, taken: set[str]) -> PlannedFlow:
    flow = item.flow
    start = PlannedFlow(item.path, flow.name, platform_type(flow), Verdict.UNKNOWN, digest=file_digest(flow))
    try:
        found = aim(item, target, ground, allow_rename=True, taken=taken)
        if found.state is None or (found.refusal is not None and not found.renamed_from):
            if found.refusal is not None:
                return _with(start, found.refusal)
            said = "The flow is not on the platform, or the OAuth client cannot see it."
            return replace(start, verdict=Verdict.UNCHANGED, notices=(said,))
        start = replace(start, flow_id=found.state.id, name=found.state.name)
        seen = _seen(start, found.state, reader)
        return _named_otherwise(seen, found.state, flow.name) if found.renamed_there else seen
    except StoppedError:
        raise
    except PlatformError as error:
        return _with(start, Decision(Verdict.UNKNOWN, f"The flow could not be looked at: {error}", error.hint))


def _seen(start: PlannedFlow, state: FlowState, reader: Reader) -> PlannedFlow:
    live = reader.live(state)
    base = reader.ours(state, live)
    changed = difference(base.flow, live.flow, clean=clean) if base is not None and live is not None else None
    start = replace(
        start,
        live_version=live.version if live is not None else "",
        before=base.flow.graph if base is not None else None,
        after=live.flow.graph if live is not None else None,
        deployed_commit=base.stamp.commit if base is not None and base.stamp is not None else "",
    )
    notices = []
    draft = state.draft()
    if draft is not None:
        notices.append(f"There is a newer draft: {draft.described()}.")
    if base is None:
        if live is not None:
            what = f"Version {live.version}, published{by_at(live.by, live.at)}, was not deployed from here"
            notices.append(f"{what}: there is nothing to compare it with.")
        return replace(start, verdict=Verdict.UNCHANGED, notices=tuple(notices))
    facts = Facts(state, live, base, "", "", "", FlowDifference(), changed, "", True, "",
                  newer_ours=reader.newer_ours(state, live))  # fmt: skip
    decision = foreign(facts, Options(on_conflict="fail"))
    if decision is not None:
        return replace(_with(start, decision), drift=changed or None, notices=tuple(notices))
    if base is not live and live is not None:
        commit = short(base.stamp.commit) if base.stamp is not None else ""
        what = f"Version {live.version} was published{by_at(live.by, live.at)} and says the same as our version"
        notices.append(f"{what} {base.version} (commit {commit}).")
    return replace(start, verdict=Verdict.UNCHANGED, notices=tuple(notices))


def _named_otherwise(seen: PlannedFlow, state: FlowState, name: str) -> PlannedFlow:
    """With the name that somebody gave the flow on the platform; the platform does not say who."""
    decision = renamed_there(state, name, seen.deployed_commit)
    if seen.verdict is not Verdict.UNCHANGED:
        return replace(seen, notices=(*seen.notices, decision.reason))
    return _with(seen, replace(decision, verdict=Verdict.DRIFTED))


def _with(start: PlannedFlow, decision: Decision) -> PlannedFlow:
    return replace(
        start, verdict=decision.verdict, reason=decision.reason, hint=decision.hint, by=decision.by, at=decision.at
    )
