"""Runs an errand: connect, plan or save, tell others, write down."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ivr_action.errors import IvrError, PlatformError, UsageError
from ivr_action.flow.flow import Flow
from ivr_action.genesys.redact import Redactor
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.plan import Plan, PlannedFlow, Verdict
from ivr_action.release.connect import audit_log, connect_ground
from ivr_action.release.errand import Errand
from ivr_action.release.journal import Journal
from ivr_action.release.released import Released
from ivr_action.release.telling import tell_others, webhooks, with_records
from ivr_action.runner.before import BeforeError
from ivr_action.world import Outside

if TYPE_CHECKING:
    from ivr_action.deploy.restore import Wish
    from ivr_action.deploy.values import Ground
    from ivr_action.notify.webhooks import WebhookOptions

_UNKNOWN, _BUG = 3, 70
"""Exit status where a flow could not be looked at, and where we are at fault."""
_log = logging.getLogger(__name__)
_UNDONE = {"plan": "no plan", "drift": "drift not known", "restore": "nothing was restored"}
_STOPPED = "The run was told to end, and the platform had not answered yet"


class Release:
    """One errand; `so_far` says how far it came where nobody can wait for its end.

    Args:
        errand: what is to be done.
        outside: clocks.
        stop: set where the run is told to end.
        redact: hides secrets.
        told: takes lines about the progress; may be called by several threads.
        shown: is given the plan of a deployment before anything is sent; what it raises ends it there.
    """

    def __init__(
        self,
        errand: Errand,
        outside: Outside,
        stop: threading.Event,
        redact: Redactor,
        told: Callable[[str], None],
        shown: Callable[[Plan], None] = lambda plan: None,
    ) -> None:
        self._errand = errand
        self._outside = outside
        self._stop = stop
        self._redact = redact
        self._told = told
        self._shown = shown
        self._journal = Journal()
        self._saved: Deployment | None = None
        self._plan_made: Plan | None = None

    def run(self) -> Released:
        """Does it. Never raises an IvrError: what went wrong is in what it returns."""
        errand = self._errand
        try:
            if not errand.decision.platform:
                return Released(plan=self._offline())
            receivers = webhooks(errand)
            expected = errand.planned()
            wish = errand.wish() if errand.decision.command == "restore" else None
            ground, close = connect_ground(errand, self._outside, self._stop, self._redact)
            try:
                if errand.decision.writes:
                    return self._save(ground, receivers, expected, wish)
                return self._drift(ground) if errand.decision.command == "drift" else self._plan(ground)
            finally:
                close()
        except IvrError as error:
            if not self._journal.open and not self._journal.ended:
                return self._failed(error)
            return self.so_far(str(error))  # what has been saved is not hidden by it
        except Exception as error:
            if not self._journal.open and not self._journal.ended:
                raise
            # A bug of ours must not hide what has been saved.
            _log.error("A bug of ours: %s: %s", type(error).__name__, error, exc_info=error)
            return replace(self.so_far(f"A bug of ours ended it: {type(error).__name__}: {error}."), status=_BUG)

    def so_far(self, why: str = f"{_STOPPED}.") -> Released:
        """How far it came, where it was told to end and has not done so in time.

        Args:
            why: it is not waited for any longer.
        """
        errand = self._errand
        self._journal.seal()
        if not errand.decision.writes:
            return self._failed(PlatformError(why, "Nothing was changed."))
        deployment = self._saved
        if deployment is None:
            flows = [*self._journal.ended, *(_in_doubt(flow, why) for flow in self._journal.open)]
            known = {flow.path for flow in flows}
            if errand.decision.command == "deploy":
                flows += [
                    DeployedFlow(one.path, one.flow.name, one.flow.type.lower(), Result.SKIPPED)
                    for one in errand.deployables()
                    if one.path not in known
                ]
            deployment = Deployment(tuple(flows), errand.decision.environment, stopped=why)
        released = Released(self._plan_made, deployment, status=deployment.exit_status or _UNKNOWN)
        return with_records(released, errand, self._journal)

    def _failed(self, error: IvrError) -> Released:
        undone = _UNDONE.get(self._errand.decision.command, "nothing was deployed")
        released = Released(problem=error, undone=undone, status=error.exit_status)
        return with_records(released, self._errand, self._journal) if self._errand.decision.writes else released

    # -- the commands -------------------------------------------------------------------------------------------------

    def _offline(self) -> Plan:
        from ivr_action.deploy.plan import plan_offline

        errand = self._errand

        def before(path: str) -> Flow | None:
            try:
                data = errand.before(path)
            except BeforeError as error:
                raise UsageError(
                    f"There is no plan: {error}.",
                    "Without credentials a plan compares with the base commit, which must be in the checkout.",
                ) from error
            return None if data is None else errand.read(path, data).flow

        made = plan_offline(errand.deployables(), before, errand.decision.environment)
        return replace(made, notices=(*made.notices, *errand.notices()))

    def _plan(self, ground: Ground) -> Released:
        from ivr_action.deploy.plan import plan

        errand = self._errand
        made = plan(errand.deployables(), ground, errand.target(), errand.options())
        made = replace(made, notices=(*made.notices, *errand.notices()))
        return Released(plan=made, status=_UNKNOWN if made.count(Verdict.UNKNOWN) else 0)

    def _drift(self, ground: Ground) -> Released:
        from ivr_action.deploy.drift import drift

        errand = self._errand
        made = drift(errand.deployables(), ground, errand.target())
        made = replace(made, notices=(*made.notices, *errand.notices()))
        fails = errand.settings.fail_on_drift == "true" and made.drifted
        return Released(plan=made, status=_UNKNOWN if made.count(Verdict.UNKNOWN) else 1 if fails else 0)

    def _save(self, ground: Ground, receivers: WebhookOptions, expected: Plan | None, wish: Wish | None) -> Released:
        errand = self._errand
        options = errand.options()
        self._check_organisation(ground)
        with self._journal.writing(None if options.dry_run else audit_log(errand, self._outside, self._redact)):
            deployment = self._deploy(ground, expected) if wish is None else self._restore(ground, wish)
        deployment = replace(deployment, notices=(*deployment.notices, *errand.notices()))
        self._saved = deployment
        released = tell_others(errand, deployment, receivers, self._outside, self._stop, self._redact)
        return with_records(replace(released, plan=self._plan_made), errand, self._journal)

    def _deploy(self, ground: Ground, expected: Plan | None) -> Deployment:
        from ivr_action.deploy.run import deploy

        errand = self._errand
        return deploy(
            errand.deployables(), ground, errand.target(), errand.options(), journal=self._journal, told=self._told,
            planned=expected, shown=self._planned,
        )  # fmt: skip

    def _planned(self, plan: Plan) -> None:
        """The plan of a deployment, before anything is sent."""
        self._plan_made = plan
        self._shown(plan)

    def _restore(self, ground: Ground, wish: Wish) -> Deployment:
        from ivr_action.deploy.plan import label
        from ivr_action.deploy.restore import restore

        errand = self._errand
        done = restore(
            wish, ground, errand.target(), errand.options(), journal=self._journal, told=self._told
        )  # fmt: skip
        target = errand.target()
        stopped = done.message if done.result is Result.SKIPPED else ""
        return Deployment(
            (done,),
            target.environment,
            label(ground.inspector.organisation()),
            errand.options().dry_run,
            done.seconds,
            stopped=stopped,
            restores=True,
        )

    def _check_organisation(self, ground: Ground) -> None:
        """That the environment names one; whether it is the right one is the deployment's to say."""
        target = self._errand.target()
        if not target.organisation:
            found = ground.inspector.organisation()
            raise UsageError(
                f"The environment `{target.environment}` names no organisation, so nothing is saved.",
                f"These credentials are those of `{found.name}`. If that is the right one, add "
                f"`organisation: {found.id}` to the environment in the configuration.",
            )


def _in_doubt(flow: PlannedFlow, why: str) -> DeployedFlow:
    return DeployedFlow(
        flow.path,
        flow.name,
        flow.type,
        Result.UNKNOWN,
        flow.flow_id,
        flow.live_version,
        message=f"{why} Whether the flow was saved is not known.",
        hint="Deploy again: a version that holds the file already is recognised.",
    )
