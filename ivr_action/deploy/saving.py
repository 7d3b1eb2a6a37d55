"""One flow from the look at it to its verified version, and what became of it in words. Never an exception."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ivr_action.deploy.locks import free
from ivr_action.deploy.look import Look, Planner
from ivr_action.deploy.places import problem_findings
from ivr_action.deploy.sending import MovedError, Sending, send
from ivr_action.deploy.values import Journal
from ivr_action.errors import IvrError, OutcomeUnknownError, PlatformError
from ivr_action.genesys.errors import LockedError, OutOfTimeError, StoppedError
from ivr_action.genesys.flow_state import VersionInfo
from ivr_action.genesys.job_errors import JobFailedError, SlippedBetweenError
from ivr_action.genesys.store import ABSENT, Absent, ConflictError, RejectedError, Saved
from ivr_action.model.deployment import DeployedFlow, Result
from ivr_action.model.finding import Level
from ivr_action.model.plan import PlannedFlow, Verdict

_TIMES = 3
"""Times that a flow is looked at again because it changed under our hands."""
STOPPED = "The run was told to end (SIGTERM): flows that were not reached are as they were."
INTERRUPTED = "The run was interrupted: flows that were not reached are as they were."


@dataclass(frozen=True, slots=True, eq=False)
class Saver:
    """Saves flows, one at a time or several.

    Args:
        planner: looks at them.
        journal: takes down what is done, before and after.
        told: is told what happens, line by line.
    """

    planner: Planner
    journal: Journal
    told: Callable[[str], None]
    ended: list[str] = field(default_factory=list)
    """Why the run ends early, as soon as it does."""

    def save(self, look: Look, *, create_stubs: bool = False) -> DeployedFlow:
        """Brings one flow to the platform.

        Args:
            look: what was seen.
            create_stubs: see `send`.
        """
        pace = self.planner.ground.pace
        began, waited = pace.clock.now(), pace.waited
        attempt = _Attempt(self, look, create_stubs)
        try:
            found = attempt.run()
        except (StoppedError, KeyboardInterrupt) as error:
            self.ended.append(STOPPED if isinstance(error, StoppedError) else INTERRUPTED)
            found = attempt.stopped(error)
        except IvrError as error:
            found = attempt.failed(error)
        seconds = pace.clock.now() - began
        # The pace counts for all threads together, so with several jobs at once it is at most this.
        found = replace(found, seconds=seconds, waited=min(seconds, pace.waited - waited))
        if attempt.is_written_down:
            self.journal.outcome(found)
        return found


class _Attempt:
    """One flow under way."""

    def __init__(self, saver: Saver, look: Look, create_stubs: bool) -> None:
        self.saver, self.look, self.create_stubs = saver, look, create_stubs
        self.creates = look.planned.verdict is Verdict.CREATE
        self.sending = Sending()
        self.is_written_down = False
        """Whether the journal has the intent: from then on something may have been sent."""
        self.notes: list[str] = []

    def run(self) -> DeployedFlow:
        planner, options = self.saver.planner, self.saver.planner.options
        if not options.dry_run:
            self.look = free(self.look, planner, self.saver.told)
        for again in range(_TIMES + 1):
            planned = self.look.planned
            if planned.verdict is Verdict.UNCHANGED:
                return result_of(self.look, Result.UNCHANGED)
            if planned.stops:
                return self._refused()
            if options.dry_run:
                return result_of(self.look, Result.DRY_RUN, f"Would be {_would(planned)}.")
            self._intend()
            try:
                return self._sent()
            except (MovedError, ConflictError, LockedError, JobFailedError) as error:
                # What changed is looked at, and the guards decide anew; nothing was changed by us.
                if again == _TIMES or (isinstance(error, JobFailedError) and not _met_a_lock(error)):
                    raise
                self.saver.told(f"`{planned.name}`: {str(error).splitlines()[0]} It is looked at again.")
                self.look = planner.look(self.look.deployable)
                if not self.look.planned.stops:
                    self.look = free(self.look, planner, self.saver.told)
        return self._refused()

    def _sent(self) -> DeployedFlow:
        look, planner = self.look, self.saver.planner
        if look.renamed_from and look.state is not None and not look.state.holds_nodes:
            planner.ground.inspector.rename(look.state.id, look.planned.name)
            self.notes.append(f"Renamed from `{look.renamed_from}`; the id stays {look.state.id}.")
            self.look = look = planner.look(look.deployable)  # by its new name; its id is the old one
            if look.planned.verdict is Verdict.UNCHANGED:
                return result_of(look, Result.UNCHANGED, "\n".join([*self.notes, *look.planned.notices]))
            if look.planned.stops:
                return self._refused()
        return self._saved(send(look, planner, self.sending, create_stubs=self.create_stubs))

    def _saved(self, saved: Saved) -> DeployedFlow:
        planned = self.look.planned
        merged = bool(self.sending.resolutions)
        if not saved.changed:
            kind, text = Result.UNCHANGED, "The platform held the same already."
        elif self.creates:
            kind, text = Result.CREATED, ""
        else:
            kind, text = (Result.MERGED if merged else Result.DEPLOYED), ""
        said = [*planned.notices, *self.notes, *([text] if text else [])]
        if saved.recovered:
            said.append("The answer was lost on its way; the version was recognised afterwards.")
        if saved.superseded_by:
            said.append(
                f"Meanwhile somebody has put version {saved.superseded_by} on top of ours, which callers hear now. "
                "Ours is in the version history."
            )
        planned_merges = 1 if planned.verdict is Verdict.MERGE else 0
        return replace(
            result_of(self.look, kind, "\n".join(said)),
            flow_id=saved.flow_id,
            from_version="" if isinstance(saved.previous, Absent) else saved.previous,
            to_version=saved.version if saved.changed else "",
            attempts=saved.attempts,
            conflicts=max(0, len(self.sending.resolutions) - planned_merges),
            recovered=saved.recovered,
            superseded_by=saved.superseded_by,
            kept=self.sending.kept,
        )

    def _refused(self) -> DeployedFlow:
        planned = self.look.planned
        errors = [finding for finding in planned.findings if finding.level is Level.ERROR]
        reason = planned.reason
        if not reason and errors:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            reason = f"Nothing was sent: {errors[0].message}{more}"
        said = [*self.notes, reason]
        found = result_of(
            self.look, Result.REFUSED, "\n".join(said), planned.hint or (errors[0].hint if errors else "")
        )
        return replace(found, attempts=self.sending.tries, kept=self.sending.kept)

    # -- what went wrong ----------------------------------------------------------------------------------------------

    def stopped(self, error: BaseException) -> DeployedFlow:
        """The run was told to end: nothing was sent, or nobody can tell."""
        why = "the run was told to end (SIGTERM)" if isinstance(error, StoppedError) else "the run was interrupted"
        if isinstance(error, StoppedError) or not self.sending.tries:
            # A wait that ends while a save is under way is an OutcomeUnknownError, so nothing is under way here.
            return self._ended(Result.SKIPPED, f"Nothing was sent: {why}.", "Run it again.")
        return self._ended(
            Result.UNKNOWN,
            f"{why[0].upper()}{why[1:]} while the flow was being saved; whether it took effect is not known.",
            "Look at the flow's version history; the next deployment recognises a version of ours by its stamp.",
        )

    def failed(self, error: IvrError) -> DeployedFlow:
        """The result for what was raised."""
        text = "\n".join([*self.notes, str(error)])
        if isinstance(error, SlippedBetweenError):
            saved = error.saved
            if self._same(error):
                others = " and ".join(version.id for version in error.others)
                self.notes.append(f"Another run of ours has published the same at the same time, as version {others}.")
                return self._saved(saved)
            found = self._ended(Result.FAILED, text, error.hint)
            previous = "" if saved.previous is ABSENT else str(saved.previous)
            return replace(found, from_version=previous, to_version=saved.version, superseded_by=saved.superseded_by,
                           conflicts=found.conflicts + 1)  # fmt: skip
        if isinstance(error, OutcomeUnknownError):
            return self._ended(Result.UNKNOWN, text, error.hint)
        if isinstance(error, JobFailedError):
            flow = self.look.parcel.flow if self.look.parcel is not None else self.look.deployable.flow
            findings = problem_findings(self.look.deployable, flow, error.problems)
            return replace(self._ended(Result.FAILED, text, error.hint), findings=findings)
        if isinstance(error, ConflictError):
            return replace(self._ended(Result.REFUSED, text, error.hint), conflicts=max(1, self.sending.tries))
        if isinstance(error, RejectedError):
            return self._ended(Result.FAILED, text, error.hint)
        if isinstance(error, OutOfTimeError) and not self.sending.tries:
            return self._ended(Result.SKIPPED, f"Nothing was sent: {text}", error.hint)
        if isinstance(error, PlatformError) and not isinstance(error, (LockedError, MovedError)):
            return self._ended(Result.FAILED, text, error.hint)
        return self._ended(Result.REFUSED, text, error.hint)

    def _same(self, error: SlippedBetweenError) -> bool:
        """Whether all that slipped in between is what we sent, by another run of the same client; and so is ours."""
        planner, parcel = self.saver.planner, self.look.parcel
        if parcel is None or any(one.by_client != planner.client_id for one in error.others):
            return False
        try:
            state = planner.ground.inspector.state(error.saved.flow_id)
            ours = VersionInfo(error.saved.version, "publish", by_client=planner.client_id)
            versions = [planner.reader.version(state, one) for one in (*error.others, ours)]
        except PlatformError:
            return False
        return all(
            one.digest == parcel.digest and one.claimed is not None and one.claimed.file == parcel.file
            for one in versions
        )

    def _ended(self, result: Result, message: str, hint: str) -> DeployedFlow:
        found = result_of(self.look, result, message, hint)
        return replace(found, attempts=self.sending.tries, kept=self.sending.kept)

    def _intend(self) -> None:
        if not self.is_written_down:
            planned = self.look.planned
            self.saver.journal.intent(planned)
            self.is_written_down = True
            for notice in planned.notices:  # now: a run that is killed says nothing afterwards
                self.saver.told(f"`{planned.name}`: {notice}")


def _met_a_lock(error: JobFailedError) -> bool:
    """Whether a job failed since somebody was at work on the flow, such as a job of another run."""
    return any(problem.kind == "locked" for problem in error.problems)


def result_of(look: Look, result: Result, message: str = "", hint: str = "") -> DeployedFlow:
    """A result with what the plan knows."""
    planned = look.planned
    said = message or "\n".join(planned.notices)
    return DeployedFlow(
        planned.path,
        planned.name,
        planned.type,
        result,
        flow_id=planned.flow_id,
        from_version=planned.live_version,
        message=said,
        hint=hint,
        changes=planned.changes,
        findings=planned.findings,
    )


def _would(planned: PlannedFlow) -> str:
    said = {Verdict.CREATE: "created", Verdict.MERGE: "merged and saved"}.get(planned.verdict, "published")
    return f"{said}: {planned.changes.summary()}" if planned.changes is not None else said
