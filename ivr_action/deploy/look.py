"""One file's flow against the platform: everything that is to be seen, and the verdict on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from ivr_action.deploy import refusals
from ivr_action.deploy.live import Held, Reader
from ivr_action.deploy.merging import Merging, merging
from ivr_action.deploy.modules import interface_findings
from ivr_action.deploy.parcel import Parcel, UnsendableError, check_stamp, description_of, parcel_of
from ivr_action.deploy.references import reference_findings
from ivr_action.deploy.refusals import Decision
from ivr_action.deploy.stamp import clean
from ivr_action.deploy.target import Aim, aim, platform_type
from ivr_action.deploy.unseen import differs_unseen, holds_change
from ivr_action.deploy.values import Deployable, Ground, Options, Target
from ivr_action.deploy.verdict import Facts, decide, notices
from ivr_action.errors import PlatformError
from ivr_action.flow.canonical import file_digest
from ivr_action.flow.difference import difference
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.genesys.errors import StoppedError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.store import RejectedError
from ivr_action.model.difference import FlowDifference
from ivr_action.model.finding import Finding
from ivr_action.model.plan import PlannedFlow, Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was seen of a flow, and what is to be done about it."""

    deployable: Deployable
    planned: PlannedFlow
    state: FlowState | None = None
    live: Held | None = None
    base: Held | None = None
    """The newest version of ours."""
    parcel: Parcel | None = None
    """What would be sent."""
    merging: Merging | None = None
    renamed_from: str = ""
    error: PlatformError | None = None
    """Why nothing could be seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Planner:
    """Looks at flows; may be shared by threads.

    Args:
        ground: the platform, and what else the outside gives.
        target: what the environment says.
        options: what the user allows.
        client_id: of our OAuth client.
        flows: all that are planned together: what one of them creates is there for the others.
    """

    ground: Ground
    target: Target
    options: Options
    client_id: str
    flows: Sequence[Deployable]
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reader", Reader(self.ground.inspector, self.ground.nodes, self.client_id))

    def look(self, deployable: Deployable) -> Look:
        """What is to be seen; a flow that cannot be looked at is `unknown`, and never raises but for SIGTERM."""
        flow = deployable.flow
        start = PlannedFlow(
            deployable.path, flow.name, platform_type(flow), Verdict.UNKNOWN, after=flow.graph, digest=file_digest(flow)
        )
        try:
            return self._look(deployable, start)
        except UnsendableError as error:
            return Look(deployable, _decided(start, error.decision, findings=error.findings))
        except RejectedError as error:
            return Look(deployable, _decided(start, Decision(Verdict.REFUSED, str(error), error.hint)), error=error)
        except StoppedError:
            raise
        except PlatformError as error:
            reason = f"The flow could not be looked at, so nothing is known about it: {error}"
            return Look(deployable, _decided(start, Decision(Verdict.UNKNOWN, reason, error.hint)), error=error)

    def _look(self, deployable: Deployable, start: PlannedFlow) -> Look:
        taken = {other.flow.name for other in self.flows if other is not deployable}
        found = aim(deployable, self.target, self.ground, allow_rename=self.options.allow_rename, taken=taken)
        state = found.state
        if state is None:
            return self._absent(deployable, start, found)
        version = state.published.id if state.published is not None else ""
        start = replace(start, flow_id=state.id, live_version=version)
        if found.refusal is not None:
            return Look(deployable, _decided(start, found.refusal), state, renamed_from=found.renamed_from)
        return self._present(deployable, start, state, found)

    def _absent(self, deployable: Deployable, start: PlannedFlow, found: Aim) -> Look:
        flow = deployable.flow
        if found.refusal is not None:
            return Look(deployable, _decided(start, found.refusal))
        changes = difference(None, flow, clean=clean)
        if not self.options.allow_create:
            refusal = refusals.not_found(flow.name, start.type, found.near)
            return Look(deployable, replace(_decided(start, refusal), changes=changes))
        parcel = parcel_of(deployable, start.digest, self.ground, holds_nodes=False)
        check_stamp(parcel)
        said = (
            [f"There is {', '.join(f'`{name}`' for name in found.near)} already: is it that one?"] if found.near else []
        )
        findings = (*parcel.findings, *self._references(deployable, parcel))
        planned = _decided(start, Decision(Verdict.CREATE), notices=said, findings=findings)
        return Look(deployable, replace(planned, changes=changes, after=parcel.flow.graph), parcel=parcel)

    def _present(self, deployable: Deployable, start: PlannedFlow, state: FlowState, found: Aim) -> Look:
        flow, reader, ground = deployable.flow, self.reader, self.ground
        live = reader.live(state)
        if live is not None:
            stamp = live.stamp
            start = replace(start, live_version=live.version, before=live.flow.graph)
            start = replace(start, deployed_commit=stamp.commit if stamp is not None else "")
        facts = Facts(state, live, live, start.digest, "", description_of(flow), FlowDifference(), None,
                      ground.history.commit, True, self.client_id, bool(found.renamed_from))  # fmt: skip
        if facts.unchanged:
            return self._finished(deployable, start, facts, Decision(Verdict.UNCHANGED))
        parcel = parcel_of(deployable, start.digest, ground, holds_nodes=state.holds_nodes)
        base = reader.ours(state, live)
        merge = merging(parcel, live, base, ground, self.options.on_conflict, deployable.path) if live else None
        sent = merge.parcel if merge is not None else parcel
        drift, unseen, holds = None, False, False
        if base is not None and live is not None and base is not live:
            drift = difference(base.flow, live.flow, clean=clean)
            unseen = differs_unseen(base.flow, live.flow)
            holds = holds_change(base.flow, live.flow, sent.flow)
        facts = replace(
            facts,
            base=base,
            sent=parcel.digest,
            changes=difference(live.flow if live is not None else None, sent.flow, clean=clean),
            drift=drift,
            unseen=unseen,
            holds_theirs=holds,
            newer=self._newer(base),
            merges=merge is not None and not merge.problems,
            problems=merge.problems if merge is not None else (),
            newer_ours=reader.newer_ours(state, live),
        )
        decision = decide(facts, self.options)
        start = replace(start, changes=facts.changes, drift=drift or None, after=sent.flow.graph)
        if base is not None and base.stamp is not None:
            start = replace(start, deployed_commit=base.stamp.commit)
        findings: list[Finding] = [*parcel.findings]
        if decision.verdict.saves:
            check_stamp(parcel)
            findings += self._references(deployable, sent)
            findings += interface_findings(deployable, sent.flow, live, ground, reader, self.flows)
        look = self._finished(deployable, start, facts, decision, findings, merge)
        return replace(look, base=base, parcel=parcel, merging=merge, renamed_from=found.renamed_from)

    def _finished(
        self,
        deployable: Deployable,
        start: PlannedFlow,
        facts: Facts,
        decision: Decision,
        findings: Sequence[Finding] = (),
        merge: Merging | None = None,
    ) -> Look:
        said = notices(facts, decision, self.options)
        if facts.base is not None:
            slipped = self.reader.slipped(facts.state, facts.base)
            said += [refusals.slipped(one, facts.base.version) for one in slipped]
        if merge is not None and decision.verdict is Verdict.MERGE:
            said += merge.notices
        state, flow = facts.state, deployable.flow
        division = flow.division if isinstance(flow, ArchitectFlow) else ""
        if division and state.division and division != state.division:
            said.append(f"The file says division `{division}`; on the platform the flow is in `{state.division}`.")
        if facts.renamed and decision.verdict.saves:
            said.append(f"It is renamed from `{state.name}` first, so that its id stays.")
        planned = _decided(start, decision, notices=said, findings=findings)
        if self.options.routes and facts.live is not None:
            lookups, version = self.ground.lookups, facts.live.version
            planned = replace(
                planned,
                routes=tuple(lookups.routes(state.id)),
                consumers=tuple(lookups.consumers(state.id, state.type, version)),
            )
        return Look(deployable, planned, state, facts.live, facts.base)

    def _newer(self, base: Held | None) -> bool | None:
        stamp, commit = base.stamp if base is not None else None, self.ground.history.commit
        if stamp is None or stamp.commit == commit:
            return True
        return self.ground.history.ancestor(stamp.commit, commit) if stamp.commit and commit else None

    def _references(self, deployable: Deployable, parcel: Parcel) -> list[Finding]:
        return reference_findings(deployable, parcel.flow, self.ground.lookups, self._made())

    def _made(self) -> Collection[tuple[str, str]]:
        """Names and types of the flows that are planned together."""
        return {(other.flow.name, platform_type(other.flow)) for other in self.flows}


def _decided(
    start: PlannedFlow, decision: Decision, *, notices: Sequence[str] = (), findings: Sequence[Finding] = ()
) -> PlannedFlow:
    return replace(
        start,
        verdict=decision.verdict,
        reason=decision.reason,
        hint=decision.hint,
        by=decision.by,
        at=decision.at,
        notices=tuple(notices),
        findings=tuple(findings),
    )
