"""What a deployment would do, with nothing done: against the platform, or against the base commit's files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ivr_action.deploy.order import ordered
from ivr_action.deploy.parcel import description_of
from ivr_action.deploy.stamp import clean
from ivr_action.deploy.survey import Survey, survey
from ivr_action.deploy.target import platform_type
from ivr_action.deploy.values import Deployable, Ground, Options, Target
from ivr_action.flow.canonical import file_digest
from ivr_action.flow.difference import difference
from ivr_action.flow.flow import Flow
from ivr_action.genesys.inspect import Organisation
from ivr_action.model.plan import Plan, PlannedFlow, Verdict


def plan(deployables: Sequence[Deployable], ground: Ground, target: Target, options: Options) -> Plan:
    """What a deployment would do with each flow.

    Args:
        deployables: the selected flows.
        ground: the platform, and what Git knows.
        target: the environment.
        options: what the user allows; `routes` looks up who comes into the flows.

    Raises:
        UsageError: the credentials are another organisation's, or two files are one flow.
        StoppedError: the run was told to stop.
        PlatformError: it is not known which organisation it is. A flow that cannot be looked at is in the plan, as
            `unknown`.
    """
    return plan_of(survey(deployables, ground, target, options), target)


def plan_of(seen: Survey, target: Target) -> Plan:
    """The plan in a survey."""
    flows = tuple(look.planned for look in seen.looks)
    return Plan(flows, "platform", target.environment, label(seen.organisation), tuple(seen.notices))


def label(organisation: Organisation) -> str:
    """`Acme (0b4f…)`."""
    return f"{organisation.name} ({organisation.id})" if organisation.name else organisation.id


def plan_offline(
    deployables: Sequence[Deployable], before: Callable[[str], Flow | None], environment: str = ""
) -> Plan:
    """What changes against the base commit's files, without a look at any platform.

    Args:
        deployables: the selected flows.
        before: path → the base commit's flow, with the same substitutions; None where there is none.
        environment: name of the environment whose substitutions were made.
    """
    order = [index for group in ordered([item.flow for item in deployables]) for index in group]
    flows = tuple(_offline(deployables[index], before(deployables[index].path)) for index in order)
    notice = "No credentials: compared with the base commit's files. What is live was not looked at."
    return Plan(flows, "base", environment, "", (notice,))


def _offline(deployable: Deployable, was: Flow | None) -> PlannedFlow:
    flow, notices = deployable.flow, []
    file = file_digest(flow)
    same = was is not None and file_digest(was) == file and description_of(was) == description_of(flow)
    verdict = Verdict.CREATE if was is None else Verdict.UNCHANGED if same else Verdict.UPDATE
    if was is not None and was.name != flow.name:
        notices.append(
            f"The flow was named `{was.name}`. Where that is live, `allow-rename: true` renames it; without it the "
            "deployment is refused, since a second flow would be made."
        )
    return PlannedFlow(
        deployable.path,
        flow.name,
        platform_type(flow),
        verdict,
        changes=None if same else difference(was, flow, clean=clean),
        notices=tuple(notices),
        before=was.graph if was is not None else None,
        after=flow.graph,
        digest=file,
    )
