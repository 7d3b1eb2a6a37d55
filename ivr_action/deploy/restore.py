"""An earlier version of a flow published again, as a new one that says what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ivr_action.deploy import refusals
from ivr_action.deploy.live import Held, Reader
from ivr_action.deploy.locks import released
from ivr_action.deploy.refusals import Decision, short
from ivr_action.deploy.republish import publish_by_number, taken_off
from ivr_action.deploy.sending import Known, MovedError, Sending, guard_of
from ivr_action.deploy.stamp import Stamp, clean, write
from ivr_action.deploy.survey import the_organisation
from ivr_action.deploy.text import describe, described
from ivr_action.deploy.values import Ground, Journal, NoJournal, Options, Target
from ivr_action.errors import IvrError, OutcomeUnknownError
from ivr_action.flow.canonical import digest, file_digest
from ivr_action.flow.difference import difference
from ivr_action.flow.formats.node_graph_keys import PLATFORM_KEYS
from ivr_action.flow.read import read_flow
from ivr_action.genesys.errors import NotFoundError, StoppedError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.job_errors import HeldError
from ivr_action.genesys.save import SaveLoop
from ivr_action.genesys.store import ConflictError, Content, FlowRef, FlowStore, RejectedError, Saved
from ivr_action.model.deployment import DeployedFlow, Result
from ivr_action.model.plan import PlannedFlow, Verdict

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be restored."""

    flow: FlowRef
    """By id, or by name and type."""
    version: str
    path: str = ""
    """Of the flow's file, where it is known."""
    over_others: bool = False
    """Whether to go over a version that somebody else has published."""
    by_number: bool = False
    """Whether to make the old version itself the published one (`actions/publish?version=`) instead of a copy."""


class RefusedError(Exception):
    """A restoration that is not done."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


def restore(
    wish: Wish,
    ground: Ground,
    target: Target,
    options: Options,
    *,
    journal: Journal | None = None,
    told: Callable[[str], None] = lambda line: None,
) -> DeployedFlow:
    """Publishes an earlier version again.

    Args:
        wish: which.
        ground: the platform.
        target: the environment.
        options: `force_unlock`, `on_draft` and `dry_run` count.
        journal: takes down the change before and after.
        told: is told what happens, line by line.

    Raises:
        UsageError: the credentials are another organisation's. Nothing was sent then.
        PlatformError: it is not known which organisation it is. Nothing was sent then.
    """
    clock = ground.pace.clock
    began = clock.now()
    client_id = the_organisation(ground, target).client_id
    restoring = Restoring(wish, ground, options, client_id, journal or NoJournal(), told)
    try:
        found = restoring.run()
    except RefusedError as error:
        found = restoring.result(Result.REFUSED, error.decision.reason, error.decision.hint)
    except (StoppedError, KeyboardInterrupt) as error:
        sent = isinstance(error, KeyboardInterrupt) and restoring.sending.tries
        said = "The run ended while the version was being published." if sent else "Nothing was sent: the run ended."
        found = restoring.result(Result.UNKNOWN if sent else Result.SKIPPED, said, "Look at the version history.")
    except OutcomeUnknownError as error:
        found = restoring.result(Result.UNKNOWN, str(error), error.hint)
    except (HeldError, MovedError, ConflictError) as error:
        found = restoring.result(Result.REFUSED, str(error), error.hint)
    except IvrError as error:
        found = restoring.result(Result.FAILED, str(error), error.hint)
    found = replace(found, seconds=clock.now() - began, attempts=restoring.sending.tries)
    if restoring.intended:
        restoring.journal.outcome(found)
    return found


class Restoring:
    """One restoration; see `restore`."""

    def __init__(
        self,
        wish: Wish,
        ground: Ground,
        options: Options,
        client_id: str,
        journal: Journal,
        told: Callable[[str], None],
    ) -> None:
        self.wish, self.ground, self.options, self.client_id = wish, ground, options, client_id
        self.journal, self.told = journal, told
        self.reader = Reader(ground.inspector, ground.nodes, client_id)
        self.sending = Sending()
        self.intended = False
        self.planned = PlannedFlow(wish.path, wish.flow.name, wish.flow.type.lower(), Verdict.UPDATE)

    def run(self) -> DeployedFlow:
        """Does it.

        Raises:
            RefusedError: a guard says no; nothing was sent.
            PlatformError: of the platform.
        """
        wish, ground = self.wish, self.ground
        state = ground.inspector.find(wish.flow)
        if state is None:
            raise RefusedError(
                refusals.unsendable(
                    f"There is no flow {wish.flow.id or f'`{wish.flow.name}`'} that this OAuth client can see. Nothing "
                    "was sent.",
                    "Correct the name or the id, or give the client's role the flow's division.",
                )
            )
        live = self.reader.live(state)
        self.planned = replace(
            self.planned,
            name=state.name,
            type=state.type,
            flow_id=state.id,
            live_version=live.version if live is not None else "",
            before=live.flow.graph if live is not None else None,
        )
        if live is not None and live.version == wish.version:
            return self.result(Result.UNCHANGED, f"Version {wish.version} is live already.")
        old = self._old(state)
        changes = difference(live.flow if live is not None else None, old.flow, clean=clean)
        self.planned = replace(self.planned, changes=changes, after=old.flow.graph, digest=old.digest)
        self._check(state, live)
        if self.options.dry_run:
            return self.result(Result.DRY_RUN, f"Version {wish.version} would be published again: {changes.summary()}.")
        if state.is_locked and not state.locked_against(self.client_id):
            now, _ = released(state, ground, self.told)
            if now.is_locked or now.published != state.published:  # others were at work; the guards decide anew
                return self.run()
        elif state.is_locked:
            self.told(f"`{state.name}`: the lock of {state.locked_by} is taken, since `force-unlock` is set.")
            state = ground.inspector.unlock(state.id)
        gone = taken_off(state, live, self.reader)
        if wish.by_number and not state.holds_nodes:
            return self._by_number(state, gone)
        content = self._content(state, old)
        self._intend()
        saved = self._saved(state, live, content)
        return self._told(saved, old, gone)

    def _old(self, state: FlowState) -> Held:
        """The version that is wanted."""
        version = self.wish.version
        if state.holds_nodes:
            try:
                return self.reader.nodes_version(state, version)
            except (NotFoundError, RejectedError):
                raise RefusedError(refusals.no_version(state, version, [])) from None
        versions = self.ground.inspector.versions(state.id)
        info = next((one for one in versions if one.id == version and one.kind != "save"), None)
        if info is None:
            raise RefusedError(refusals.no_version(state, version, [one.described() for one in versions[:_SHOWN]]))
        return self.reader.version(state, info)

    def _check(self, state: FlowState, live: Held | None) -> None:
        """The guards of a deployment, as far as they concern it."""
        wish = self.wish
        if live is not None and live.stamp is None and not wish.over_others and not self._is_ours(live):
            raise RefusedError(
                Decision(
                    Verdict.DRIFTED,
                    f"The live version {live.version} was published{refusals.by_at(live.by, live.at)}, not from here. "
                    f"Restoring version {wish.version} would take that change away from callers.",
                    "Ask them. If their change may go, restore with `over-others: true`: theirs stays in the version "
                    "history.",
                )
            )
        if state.locked_against(self.client_id) and not self.options.force_unlock:
            raise RefusedError(refusals.locked(state))
        draft = state.draft()
        if draft is not None and self.options.on_draft == "stop" and draft.by_client != self.client_id:
            raise RefusedError(refusals.drafted(draft, live.version if live is not None else ""))

    def _is_ours(self, live: Held) -> bool:
        return bool(self.client_id) and live.by_client == self.client_id

    def _content(self, state: FlowState, old: Held) -> Content:
        """The old version with a stamp that is true of it."""
        if state.holds_nodes:
            kept = {key: value for key, value in old.content.items() if key not in PLATFORM_KEYS}
            return described(kept, write(old.description, self._stamp(old, old.digest, old.digest, state.newest)))
        yaml = self.ground.publishing(self.client_id).export(state.id, old.version)
        flow = read_flow("flow.yaml", yaml.encode()).flow
        if flow is None or flow.name != state.name:
            named = f"is named `{flow.name}`" if flow is not None else "is no flow"
            raise RefusedError(
                refusals.unsendable(
                    f"Version {old.version} of `{state.name}` {named}. Publishing it would make a second flow, since "
                    "the platform finds flows by name. Nothing was sent.",
                    "Give the flow its old name back first.",
                )
            )
        stamp = self._stamp(old, file_digest(flow), digest(flow), state.newest)
        description = write(old.description, stamp)
        content = {"yaml": describe(yaml, description), "name": flow.name, "type": state.type}
        return {**content, "description": description}

    def _stamp(self, old: Held, file: str, published: str, after: int) -> Stamp:
        stamp = old.stamp
        if stamp is None:
            return Stamp("", self.wish.path, file, published, after)
        return Stamp(stamp.commit, stamp.path, stamp.file, published, after)

    def _saved(self, state: FlowState, live: Held | None, content: Content) -> Saved:
        ground = self.ground
        guard = guard_of(state, state.name, self.client_id)
        store: FlowStore = ground.nodes if state.holds_nodes else ground.publishing(self.client_id, guard=guard)
        first = live.as_live(state) if live is not None else store.read(state.id)

        def keep(live_: Any) -> None:
            if ground.keep is not None and live_.version:
                self.sending.kept = ground.keep(live_)

        loop = SaveLoop(Known(store, first, self.sending), ground.pace, ground.deadline, keep=keep)
        return loop.save(first, content)

    def _by_number(self, state: FlowState, gone: list[str]) -> DeployedFlow:
        self._intend()
        self.sending.tries += 1
        published = publish_by_number(self.ground, state.id, self.wish.version)
        if published != self.wish.version:
            said = (
                f"Flow `{state.name}` ({state.id}): the platform took the request to publish version "
                f"{self.wish.version}, and version {published or 'none'} is live."
            )
            raise RejectedError(
                [said],
                "The restoration failed, and callers hear what they heard before. Restore by a publish job instead, "
                "which is the default.",
            )
        said = (
            f"Version {published} is the published one again. The next deployment will take it for a rollback by "
            "somebody, since a newer version of ours is there."
        )
        return replace(self.result(Result.RESTORED, " ".join([said, *gone])), to_version=published)

    def _told(self, saved: Saved, old: Held, gone: list[str]) -> DeployedFlow:
        stamp = old.stamp
        of = f", which was deployed from commit {short(stamp.commit)}," if stamp is not None and stamp.commit else ""
        text = " ".join([f"Version {old.version}{of} is live again, as version {saved.version}.", *gone])
        if saved.superseded_by:
            text += f" Meanwhile somebody has put version {saved.superseded_by} on top of it."
        found = self.result(Result.RESTORED if saved.changed else Result.UNCHANGED, text)
        return replace(
            found, to_version=saved.version, recovered=saved.recovered, superseded_by=saved.superseded_by,
            kept=self.sending.kept,
        )  # fmt: skip

    def _intend(self) -> None:
        self.journal.intent(self.planned)
        self.intended = True

    def result(self, result: Result, message: str, hint: str = "") -> DeployedFlow:
        """A result with what is known."""
        planned = self.planned
        return DeployedFlow(
            planned.path, planned.name, planned.type, result, planned.flow_id, planned.live_version, "", message, hint,
            changes=planned.changes,
        )  # fmt: skip
