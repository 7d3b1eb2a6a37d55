"""What is live against what was deployed from here: who changed what, since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ivr_action.deploy.live import Reader
from ivr_action.deploy.plan import label
from ivr_action.deploy.refusals import Decision, by_at, short
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


def drift(deployables: Sequence[Deployable], ground: Ground, target: Target) -> Plan:
    """What others have changed on the platform since the last deployment; the files say which flows are meant.

    A flow is `drifted`, or `unchanged`: whether the file has moved on meanwhile is no drift. One that is not on the
    platform, or was never deployed from here, is `unchanged` with a notice: nothing of ours can have changed there.
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
    return Plan(tuple(flows), "drift", target.environment, label(organisation))


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
        return _seen(start, found.state, reader)
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


def _with(start: PlannedFlow, decision: Decision) -> PlannedFlow:
    return replace(
        start, verdict=decision.verdict, reason=decision.reason, hint=decision.hint, by=decision.by, at=decision.at
    )
