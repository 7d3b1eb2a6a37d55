"""Plans every node that callers can come to."""

from __future__ import annotations

from collections.abc import Mapping

from ivr_action.compile.planner import Planner
from ivr_action.compile.steps import Choice, Do, Go, Menu, Plan, Step, redirected
from ivr_action.compile.transfers import transfer
from ivr_action.compile.waits import plan_collect, plan_menu
from ivr_action.compile.work import INEXPRESSIBLE, WORK
from ivr_action.flow.flow import GraphNode
from ivr_action.flow.node_types import node_type
from ivr_action.model import Level, NodeKind

_ANYWHERE = frozenset(("audioResource", "tts"))
_QUEUE = ("queue", "queueName")
_FLOW = ("flow", "flowName")
_KNOWN: dict[str, tuple[str, ...]] = {
    "menu": ("result",),
    "playAudio": ("result",),
    "collectInput": ("result", "digits", "maxDigits"),
    "schedule": ("result", "scheduleGroup", "scheduleGroupName", "emergencyGroup", "emergencyGroupName"),
    "dataAction": ("result", "output", "action", "dataAction", "actionName", "category", "inputs"),
    "dataTableLookup": ("result", "output", "table", "dataTable", "key", "lookupValue", "lookup"),
    "setParticipantData": ("attributes",),
    "getParticipantData": ("result", "attribute", "attributeName"),
    "setScreenPop": ("script", "screenPop", "scriptName"),
    "callCommonModule": ("result", "output", "module", "commonModule", "flow", "inputs"),
    "callBotFlow": ("result", "bot", "botFlow", "flow", "inputs"),
    "transferToAcd": _QUEUE,
    "transferToVoicemail": _QUEUE,
    "transferToNumber": ("number", "phoneNumber", "phone", "telephoneNumber"),
    "transferToUser": ("user", "userName", "person", "email"),
    "transferToGroup": ("group", "groupName"),
    "transferToFlow": _FLOW,
    "transferToFlowSecure": (*_FLOW, "invocationData"),
}
"""Properties that mean something to each type; of any other it is said that it gets lost."""


def make_plans(planner: Planner) -> dict[str, Plan]:
    """A plan for each node that callers can come to, the start first, then in the file's order.

    Nodes at which nothing is done are left out; what leads to them leads past them. What cannot be planned goes to the
    planner's problems, and the plans are then of no use.
    """
    flow = planner.flow
    start = flow.graph.start
    if start is None:
        planner.problems.of_flow(
            "The flow has no start, so there is nothing to compile.", "Give `startNodeId`.", "startNodeId"
        )
        return {}
    planner.declare_results()
    plans: dict[str, Plan] = {}
    todo = [start]
    while todo:
        id_ = todo.pop()
        if id_ not in plans:
            plans[id_] = _plan(planner, planner.sources[id_])
            todo.extend(target for _, target in plans[id_].exits())
    return _without_silent(planner, plans, start)


def _plan(planner: Planner, node: GraphNode) -> Plan:
    row = node_type(node.type)
    name = planner.name(node)
    if row is None:
        hint = "docs/node-graph.md has the table of types."
        planner.problems.at(node, f"its type `{node.type}` is unknown.", hint, key="type")
        return Plan(node.id, name, (), Do("disconnect", name))
    waits = planner.flow.graph.nodes[node.id].waits
    body: Step | Menu
    asks = waits and row.kind in (NodeKind.MENU, NodeKind.INPUT, NodeKind.PROMPT)
    if row.name in INEXPRESSIBLE or (waits and not asks):
        why = INEXPRESSIBLE.get(row.name, "its conditions speak of the caller, and in Architect it does not ask them")
        planner.problems.at(node, f"`{node.type}`: {why}.", key="type")
        return Plan(node.id, name, (), Do("disconnect", name))
    if row.kind is NodeKind.TRANSFER:
        body = transfer(planner, node, row.architect)
    elif row.name == "collectInput":
        body = plan_collect(planner, node)
    elif asks:
        body = plan_menu(planner, node)
    else:
        body = WORK[row.name](planner, node)
    _lost(planner, node, row.name)
    before = planner.before(node, audio=not asks and row.name != "playAudio")
    return Plan(node.id, name, before, body)


def _lost(planner: Planner, node: GraphNode, type_: str) -> None:
    known = _ANYWHERE.union(_KNOWN.get(type_, ()))
    lost = [key for key in planner.properties(node) if key not in known and not str(key).startswith("x-")]
    if lost:
        named = ", ".join(f"`{key}`" for key in lost)
        planner.problems.at(
            node,
            f"{named} of its properties is not carried over to Architect: `{node.type}` has no words for it here.",
            "Remove it, or call it `x-…` where it is a note.",
            element=planner.properties(node),
            key=lost[0],
            level=Level.WARNING,
        )


def _without_silent(planner: Planner, plans: Mapping[str, Plan], start: str) -> dict[str, Plan]:
    past: dict[str, str] = {}
    for id_ in plans:
        seen: dict[str, None] = {}
        at = id_
        while plans[at].silent and at not in seen:
            seen[at] = None
            at = plans[at].silent
        if at in seen:
            node = planner.sources[id_]
            said = "it goes round, and nothing is done on the way: a caller would hear silence until the line is cut."
            planner.problems.at(node, said, "Lead out of the circle.")
            return dict(plans)
        if at != id_:
            past[id_] = at
    first = past.get(start, start)
    order = [first, *(node.id for node in planner.flow.nodes if node.id in plans and node.id != first)]
    return {id_: _past(plans[id_], past) for id_ in order if id_ not in past}


def _past(plan: Plan, past: dict[str, str]) -> Plan:
    body = plan.body
    if isinstance(body, Menu):
        choices = tuple(
            Choice(choice.name, choice.key, choice.words, redirected(choice.step, past)) for choice in body.choices
        )
        return Plan(plan.node, plan.name, plan.before, Menu(body.name, body.audio, choices, body.default))
    if isinstance(body, Go):
        return Plan(plan.node, plan.name, plan.before, Go(past.get(body.target, body.target)))
    return Plan(plan.node, plan.name, plan.before, redirected(body, past))
