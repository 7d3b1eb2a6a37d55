"""A deployment: all flows planned, then saved one after the other, what is called before what calls it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from ivr_action.deploy.changed import since
from ivr_action.deploy.look import Look
from ivr_action.deploy.plan import label, plan_of
from ivr_action.deploy.putting_back import put_back
from ivr_action.deploy.saving import INTERRUPTED, STOPPED, Saver, result_of
from ivr_action.deploy.survey import Survey, survey
from ivr_action.deploy.values import MOST_JOBS, Deployable, Ground, Journal, NoJournal, Options, Target
from ivr_action.genesys.errors import StoppedError
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.plan import Plan, Verdict

_PASSING = (Verdict.LOCKED, Verdict.DRAFT, Verdict.UNKNOWN)
"""What may be over by the time that the flow's turn comes."""
_NAMED = 5
"""Flows that were not reached, in the line about them."""


def deploy(
    deployables: Sequence[Deployable],
    ground: Ground,
    target: Target,
    options: Options,
    *,
    journal: Journal | None = None,
    told: Callable[[str], None] = lambda line: None,
    planned: Plan | None = None,
    shown: Callable[[Plan], None] = lambda plan: None,
) -> Deployment:
    """Brings flows to the platform; what goes wrong with one is its result and no exception.

    Args:
        deployables: the selected flows.
        ground: the platform, and what else the outside gives.
        target: the environment.
        options: what the user allows.
        journal: takes down each change before and after.
        told: is told what happens, line by line.
        planned: what was shown before, on the pull request: what is otherwise now is said.
        shown: is given the plan of the moment before anything is sent; what it raises ends the deployment there.

    Raises:
        UsageError: the credentials are another organisation's, or two files are one flow. Nothing was sent then.
        PlatformError: it is not known which organisation it is. Nothing was sent then.
    """
    clock = ground.pace.clock
    began = clock.now()
    try:
        seen = survey(deployables, ground, target, options)
    except (StoppedError, KeyboardInterrupt) as error:
        why = STOPPED if isinstance(error, StoppedError) else INTERRUPTED
        flows = tuple(_unreached(item, why) for item in deployables)
        return Deployment(flows, target.environment, "", options.dry_run, clock.now() - began, (), why)
    now = plan_of(seen, target)
    shown(now)
    run = _Run(seen, Saver(seen.planner, journal or NoJournal(), told), options, told)
    run.all()
    notices = [*since(planned, now), *seen.notices, *run.notices]
    return Deployment(
        tuple(run.results),
        target.environment,
        label(seen.organisation),
        options.dry_run,
        clock.now() - began,
        tuple(notices),
        run.stopped,
    )


class _Run:
    """The flows of a survey, each taken once its turn comes."""

    def __init__(self, seen: Survey, saver: Saver, options: Options, told: Callable[[str], None]) -> None:
        self.seen, self.saver, self.options, self.told = seen, saver, options, told
        self.goes_on = options.on_failure == "continue" or options.dry_run
        self.done: dict[int, DeployedFlow] = {}
        self.stopped = ""
        self.unreached: list[str] = []
        self.notices: list[str] = []

    @property
    def results(self) -> list[DeployedFlow]:
        return [self.done[place] for place in range(len(self.seen.looks))]

    def all(self) -> None:
        """Takes all of them; afterwards each has a result."""
        if not self.goes_on:
            self._check_first()
        try:
            if min(self.options.jobs, MOST_JOBS) > 1:
                self._several()
            else:
                for place in range(len(self.seen.looks)):
                    if place not in self.done:
                        self._finished(place, self._one(place))
        except KeyboardInterrupt:
            self.stopped = self.stopped or INTERRUPTED
        for place, look in enumerate(self.seen.looks):
            if place not in self.done:
                self._finished(place, result_of(look, Result.SKIPPED, f"Nothing was sent. {self.stopped}".rstrip()))
        self._tell_unreached()
        if self.options.on_failure == "restore" and self.stopped and not self.options.dry_run:
            self._put_back()

    def _check_first(self) -> None:
        """What would be refused anyway stops everything before anything is sent."""
        refused = [
            place for place, look in enumerate(self.seen.looks) if look.planned.stops and not self._may_pass(look)
        ]
        if not refused:
            return
        names = ", ".join(f"`{self.seen.looks[place].planned.name}`" for place in refused)
        for place, look in enumerate(self.seen.looks):
            if place in refused or look.planned.verdict is Verdict.UNCHANGED:
                self._finished(place, self.saver.save(look))
        self.stopped = (
            f"{names} would not be deployed, which showed before anything was sent; so nothing was. "
            "`on-failure: continue` deploys the others."
        )

    def _may_pass(self, look: Look) -> bool:
        """Whether waiting or unlocking can still help."""
        return look.planned.verdict is Verdict.LOCKED and self.options.lock_wait > 0

    def _one(self, place: int) -> DeployedFlow:
        look, planner = self.seen.looks[place], self.saver.planner
        try:
            planner.ground.pace.clock.check()
        except StoppedError:
            self.stopped = self.stopped or STOPPED
        if self.stopped:
            return result_of(look, Result.SKIPPED, f"Nothing was sent. {self.stopped}")
        missing = self._missing(place)
        if missing and look.planned.verdict is not Verdict.UNCHANGED:
            said = f"Nothing was sent: it calls {', '.join(missing)}, which was not deployed."
            return result_of(look, Result.SKIPPED, said, "Mend that first, then deploy again.")
        if look.planned.verdict in _PASSING and not self.options.dry_run:
            try:
                look = planner.look(look.deployable)
            except StoppedError:
                self.stopped = STOPPED
                return result_of(look, Result.SKIPPED, f"Nothing was sent. {self.stopped}")
        return self.saver.save(look, create_stubs=self._needs_stubs(place))

    def _missing(self, place: int) -> list[str]:
        """Names of flows that this one calls and that should have been deployed before it."""
        needs = self.seen.needs[place] - self.seen.circles[place]
        return [
            f"`{self.seen.looks[other].planned.name}`"
            for other in sorted(needs)
            if other in self.done and not self.done[other].result.is_success
        ]

    def _needs_stubs(self, place: int) -> bool:
        """Whether a flow that it calls in a circle does not exist yet."""
        return any(
            self.seen.looks[other].planned.verdict is Verdict.CREATE and other not in self.done
            for other in self.seen.circles[place]
        )

    def _finished(self, place: int, result: DeployedFlow) -> None:
        self.done[place] = result
        if result.result is Result.SKIPPED and self.stopped:
            self.unreached.append(f"`{result.name}`")
            return
        said = f": {result.message.splitlines()[0]}" if result.message else ""
        version = f" as version {result.to_version}" if result.to_version else ""
        self.told(f"`{result.name}`: {result.result.value}{version}{said}")
        if self.saver.ended:
            self.stopped = self.stopped or self.saver.ended[0]
        if not result.result.is_success and not self.goes_on:
            self.stopped = self.stopped or f"`{result.name}` was not deployed, so nothing was done to those after it."

    def _tell_unreached(self) -> None:
        """All that were not reached in one line, since the reason is one."""
        if self.unreached:
            more = f" and {len(self.unreached) - _NAMED:,} more" if len(self.unreached) > _NAMED else ""
            names = ", ".join(self.unreached[:_NAMED])
            self.told(f"skipped, {len(self.unreached):,} in all: {names}{more}. {self.stopped}")

    def _several(self) -> None:
        """Two at once, as long as what is called is through before what calls it."""
        places = [place for place in range(len(self.seen.looks)) if place not in self.done]
        under_way: dict[Future[DeployedFlow], int] = {}
        try:
            with ThreadPoolExecutor(MOST_JOBS) as pool:
                while places or under_way:
                    open_ = {*places, *under_way.values()}
                    ready = [place for place in places if not self._blockers(place) & open_]
                    for place in ready[: MOST_JOBS - len(under_way)]:
                        places.remove(place)
                        under_way[pool.submit(self._one, place)] = place
                    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                        self._finished(under_way.pop(future), future.result())
        finally:  # after an interruption those that were under way have come to their end
            for future, place in under_way.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    self._finished(place, future.result())

    def _blockers(self, place: int) -> frozenset[int]:
        """What must be through before: what it calls, and of a circle those that come before it."""
        circle = self.seen.circles[place]
        return (self.seen.needs[place] - circle) | frozenset(other for other in circle if other < place)

    def _put_back(self) -> None:
        """Publishes again what was live before, of what this run has deployed; the last first."""
        for place in reversed(range(len(self.seen.looks))):
            result = self.done[place]
            if not result.result.is_live:
                continue
            self.done[place] = put_back(result, self.saver)
            self.notices.append(f"`{result.name}`: {self.done[place].message.splitlines()[-1]}")


def _unreached(item: Deployable, why: str) -> DeployedFlow:
    flow = item.flow
    return DeployedFlow(item.path, flow.name, flow.type.lower(), Result.SKIPPED, message=f"Nothing was sent. {why}")
