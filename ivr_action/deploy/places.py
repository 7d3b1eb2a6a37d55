"""From what the platform speaks of to a line of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ivr_action.deploy.values import Deployable
from ivr_action.flow.flow import Action, ArchitectFlow, Flow, NodeGraphFlow
from ivr_action.flow.outside import wanted
from ivr_action.genesys.explain import Problem
from ivr_action.model.finding import Finding, Level, Location

_STEP = re.compile(r"([A-Za-z]+)\[([^\]]*)\]")
_HINT = "Mend it in the file. docs/platform.md explains what the platform says."


def place_of(
    deployable: Deployable, flow: Flow, element: Any = None, key: Any = None, of: str = "value", node: str = ""
) -> Location:
    """The place in the file of something in the flow as it is published.

    For a flow that was compiled from a node graph it is the node of the same name, else the file.
    """
    if flow is deployable.flow:
        return flow.document.where(element, key, of=of) if element is not None else _top(deployable)
    source = deployable.flow
    if isinstance(source, NodeGraphFlow):
        for part in reversed(re.split(r"[/ #]", node)):
            found = next((one for one in source.nodes if one.id == part), None)
            if found is not None:
                return source.document.where(found.element)
    return _top(deployable)


def problem_findings(deployable: Deployable, flow: Flow, problems: Sequence[Problem]) -> tuple[Finding, ...]:
    """What the platform had against a flow, as findings on lines of the file."""
    return tuple(_finding(deployable, flow, problem) for problem in problems)


def _finding(deployable: Deployable, flow: Flow, problem: Problem) -> Finding:
    location, node = _located(deployable, flow, problem)
    level = Level.WARNING if problem.kind == "warning" else Level.ERROR
    rule = {"missing": "missing-reference", "ambiguous": "ambiguous-reference"}.get(problem.kind, "publish-failed")
    where = f" (at `{problem.ref_path}`)" if problem.ref_path else ""
    named = f"`{problem.node}`: " if problem.node else ""
    return Finding(rule, level, f"{named}{problem.text}{where}", problem.hint or _HINT, location, node or None)


def _located(deployable: Deployable, flow: Flow, problem: Problem) -> tuple[Location, str]:
    """The place by what is named outright: the thing looked for, then the action, then the path."""
    if not isinstance(flow, ArchitectFlow):
        return _top(deployable), ""
    if problem.kind in ("missing", "ambiguous"):
        for item in wanted(flow):
            if item.name == problem.name:
                return place_of(deployable, flow, item.element, item.key, item.of, item.node), item.node
    actions = list(_actions(flow, problem))
    if actions:
        best = next((action for action in actions if _on_path(flow, action, problem.ref_path)), actions[0])
        return place_of(deployable, flow, best.element, node=best.id), best.id
    for container in flow.containers:
        names = {name for _, name in _STEP.findall(problem.ref_path)}
        if container.name == problem.node or container.ref_id in names or container.name in names:
            return place_of(deployable, flow, container.element, node=container.id), container.entry
    return _top(deployable), ""


def _actions(flow: ArchitectFlow, problem: Problem) -> Iterator[Action]:
    """Actions of this name, those of this type first; then those of this type, where no name fits."""
    named = [action for action in flow.actions if problem.node and action.name == problem.node]
    typed = [action for action in flow.actions if problem.node_type and action.type == problem.node_type]
    yield from (action for action in named if action in typed)
    if not problem.node_type or not typed:
        yield from named
    path = [type_ for type_, _ in _STEP.findall(problem.ref_path)]
    if not named and (typed or path):
        last = problem.node_type or path[-1]
        yield from (
            action for action in flow.actions if action.type == last and _on_path(flow, action, problem.ref_path)
        )


def _on_path(flow: ArchitectFlow, action: Action, ref_path: str) -> bool:
    """Whether an action stands in a container that a path of the platform names."""
    names = {name for _, name in _STEP.findall(ref_path)}
    for container in flow.containers:
        if action.id.startswith(f"{container.id}/"):
            return container.name in names or (bool(container.ref_id) and container.ref_id in names)
    return False


def _top(deployable: Deployable) -> Location:
    """The file, at the flow's name where it stands there."""
    flow = deployable.flow
    element = flow.element
    if isinstance(element, dict) and "name" in element:
        return flow.document.where(element, "name")
    return Location(deployable.path, 1, 1)
