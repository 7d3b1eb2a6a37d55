"""Transfers: what each leads to, and what follows where it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ivr_action.compile.partial import TRUE
from ivr_action.compile.planner import LATE, NO_VALUE, Planner
from ivr_action.compile.rules import QUIET, leads
from ivr_action.compile.steps import Do, Step, Way
from ivr_action.flow.flow import GraphNode

ERRORS: dict[str, Any] = {"errorType": NO_VALUE, "errorMessage": NO_VALUE}


def transfer(planner: Planner, node: GraphNode, type_: str) -> Step:
    """A transfer: what its conditions say where it fails is its failure output; after a success the call has left."""
    planner.unexpected(node, "dtmf", "speech", "noMatch", "timeout", why=LATE)
    name = planner.name(node)
    params = _TARGETS[type_](planner, node)
    if type_ in ("transferToNumber", "transferToUser", "transferToGroup", "transferToFlowSecure"):
        params["connectTimeout"] = NO_VALUE
    params["failureOutputs"] = ERRORS
    rules = planner.rules[node.id]
    if not rules.tests and not rules.default:
        return Do(type_, name, params, (Way("failure", Do("disconnect", f"{name}: failed")),))
    failed = leads(rules, {**QUIET, "error": TRUE})
    back = leads(rules, QUIET)
    for lead in back:
        ends = planner.ends(lead.destination)
        if not ends and all(lead[:2] != other[:2] for other in failed):
            said = f"it goes on to `{lead.destination}` where the agent hangs up first, and the call has left it then."
            hint = "Let that way lead to a `disconnect`, or to where a failed transfer leads."
            planner.problems.at(node, said, hint)
            break
    return Do(type_, name, params, (Way("failure", planner.choose(node, failed, f"{name}: which way")),))


def _queue(planner: Planner, node: GraphNode) -> dict[str, Any]:
    queue = planner.required(node, "queue", "queueName", what="which queue")
    return {
        "targetQueue": {"lit": {"name": queue}},
        "priority": {"lit": 0},
        "preferredAgents": NO_VALUE,
        "languageSkill": NO_VALUE,
    }


def _number(planner: Planner, node: GraphNode) -> dict[str, Any]:
    properties = planner.properties(node)
    for key in ("number", "phoneNumber", "phone", "telephoneNumber"):
        if isinstance(properties.get(key), dict):
            return {"targetNumber": planner.value(node, properties[key])}
    number = planner.required(node, "number", "phoneNumber", "phone", "telephoneNumber", what="which number")
    return {"targetNumber": {"lit": number}}


def _named(key: str, *properties: str, what: str) -> Callable[[Planner, GraphNode], dict[str, Any]]:
    def target(planner: Planner, node: GraphNode) -> dict[str, Any]:
        return {key: {"lit": {"name": planner.required(node, *properties, what=what)}}}

    return target


def _flow(planner: Planner, node: GraphNode) -> dict[str, Any]:
    return {"targetFlow": {"name": planner.required(node, "flow", "flowName", what="which flow")}}


def _secure(planner: Planner, node: GraphNode) -> dict[str, Any]:
    data = planner.said(node, "invocationData")
    return {**_flow(planner, node), "invocationData": {"lit": data}}


def _voicemail(planner: Planner, node: GraphNode) -> dict[str, Any]:
    queue = planner.required(node, "queue", "queueName", what="of which queue the voicemail is")
    return {"destination": {"queue": {"targetQueue": {"lit": {"name": queue}}}}}


_TARGETS: dict[str, Callable[[Planner, GraphNode], dict[str, Any]]] = {
    "transferToAcd": _queue,
    "transferToNumber": _number,
    "transferToUser": _named("targetUser", "user", "userName", "person", "email", what="which person"),
    "transferToGroup": _named("targetGroup", "group", "groupName", what="which group"),
    "transferToFlow": _flow,
    "transferToFlowSecure": _secure,
    "transferToVoicemail": _voicemail,
}
