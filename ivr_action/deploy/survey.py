"""All flows looked at, in the order in which they would be saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from ivr_action.deploy.look import Look, Planner
from ivr_action.deploy.order import dependencies, ordered
from ivr_action.deploy.values import Deployable, Ground, Options, Target
from ivr_action.errors import UsageError
from ivr_action.genesys.inspect import Organisation

AT_ONCE = 4
"""Flows that are looked at at the same time."""
_One = TypeVar("_One")
_Other = TypeVar("_Other")


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What was seen."""

    planner: Planner
    organisation: Organisation
    looks: tuple[Look, ...]
    """In the order of saving."""
    needs: tuple[frozenset[int], ...]
    """For each the places of those that it calls."""
    circles: tuple[frozenset[int], ...]
    """For each the places of those that it calls and that call it in turn; empty for most."""

    @property
    def notices(self) -> list[str]:
        """What could not be looked up at all."""
        return list(self.planner.ground.lookups.unchecked.values())


def survey(deployables: Sequence[Deployable], ground: Ground, target: Target, options: Options) -> Survey:
    """Looks at all flows, several at once.

    Raises:
        UsageError: it is another organisation than the environment's, or two files are one flow.
        StoppedError: the run was told to stop.
        PlatformError: it is not known which organisation it is.
    """
    _check_twins(deployables)
    organisation = the_organisation(ground, target)
    flows = [deployable.flow for deployable in deployables]
    groups = ordered(flows)
    order = [index for group in groups for index in group]
    place = {index: number for number, index in enumerate(order)}
    wanted = dependencies(flows)
    needs = tuple(frozenset(place[other] for other in wanted[index]) for index in order)
    circles = tuple(frozenset(place[other] for other in group if other != index) for group in groups for index in group)
    planner = Planner(ground, target, options, organisation.client_id, tuple(deployables))
    looks = tuple(at_once(planner.look, [deployables[index] for index in order]))
    return Survey(planner, organisation, looks, needs, circles)


def the_organisation(ground: Ground, target: Target) -> Organisation:
    """Whose platform it is; raises UsageError where it is not the environment's, before anything else is asked."""
    found = ground.inspector.organisation()
    if target.organisation and target.organisation not in (found.id, found.name):
        environment = f"environment `{target.environment}`" if target.environment else "the configuration"
        raise UsageError(
            f"The credentials belong to the organisation `{found.name}` ({found.id}), but {environment} expects "
            f"`{target.organisation}`. Nothing was sent: flows of one organisation would have gone live in another.",
            "Give the credentials of that organisation (on GitHub: the secrets of the right environment), or correct "
            "`organisation` in .ivr-action.yml.",
        )
    return found


def at_once(work: Callable[[_One], _Other], items: Sequence[_One]) -> list[_Other]:
    """The results in the items' order; a few are worked on at the same time, and an exception ends it."""
    if len(items) < 2:
        return [work(item) for item in items]
    pool = ThreadPoolExecutor(min(AT_ONCE, len(items)))
    try:
        return list(pool.map(work, items))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _check_twins(deployables: Sequence[Deployable]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for deployable in deployables:
        flow = deployable.flow
        key = (flow.name, flow.type.lower())
        other = seen.setdefault(key, deployable.path)
        if other != deployable.path:
            raise UsageError(
                f"{other} and {deployable.path} are both the {flow.type} `{flow.name}`: which of them goes live would "
                "be a matter of chance. Nothing was sent.",
                "Give one of them another name, or leave it out of `flows`.",
            )
