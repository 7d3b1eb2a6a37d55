"""From what the platform speaks of to a line of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ivr_action.deploy.values import Deployable
from ivr_action.flow.document import text
from ivr_action.flow.flow import Action, ArchitectFlow, Container, Flow, NodeGraphFlow
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
        from ivr_action.compile import source_of

        id_ = source_of(source, node)
        found = next((one for one in source.nodes if one.id == id_), None)
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
    where = f" (at `{problem.ref_path}`)" if problem.ref_path and problem.ref_path not in problem.text else ""
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
    actions = _actions(flow, problem)
    if actions:
        best = next((action for action in actions if _on_path(flow, action, problem.ref_path)), actions[0])
        return place_of(deployable, flow, best.element, node=best.id), best.id
    for container in flow.containers:
        numbered = bool(problem.tracking_id) and container.ref_id.endswith(f"_{problem.tracking_id}")
        if container.name == problem.node or numbered or _names(problem.ref_path, container):
            return place_of(deployable, flow, container.element, node=container.id), container.entry
    return _top(deployable), ""


def _actions(flow: ArchitectFlow, problem: Problem) -> list[Action]:
    """The actions that may be meant, best first: by name and type, by name, or by type and the path that is given."""
    named = [action for action in flow.actions if problem.node and _called(action) == problem.node]
    typed = [action for action in named if action.type == problem.node_type]
    if named:
        return typed or named
    steps = _STEP.findall(problem.ref_path)
    type_ = problem.node_type or (steps[-1][0] if steps else "")
    found = [action for action in flow.actions if action.type == type_]
    on_path = [action for action in found if _on_path(flow, action, problem.ref_path)]
    return on_path or (found if len(found) == 1 else [])


def _called(action: Action) -> str:
    """The action's name as the file has it; a default label is no name of its own, but the platform says it."""
    return text(action.params.get("name")) or action.name


def _names(ref_path: str, container: Container) -> bool:
    """Whether a path of the platform leads through a container."""
    names = {name for _, name in _STEP.findall(ref_path)}
    return container.name in names or (bool(container.ref_id) and container.ref_id in names)


def _on_path(flow: ArchitectFlow, action: Action, ref_path: str) -> bool:
    """Whether an action stands in a container that a path of the platform names."""
    return any(_names(ref_path, container) for container in flow.containers if action.id.startswith(f"{container.id}/"))


def _top(deployable: Deployable) -> Location:
    """The file, at the flow's name where it stands there."""
    flow = deployable.flow
    element = flow.element
    if isinstance(element, dict) and "name" in element:
        return flow.document.where(element, "name")
    return Location(deployable.path, 1, 1)
