"""A node graph's nodes, prepared for walking: what each plays, sets and asks, and its ways in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivr_action.flow.conditions import classify
from ivr_action.flow.document import is_null, plain, text
from ivr_action.flow.flow import GraphNode, NodeGraphFlow
from ivr_action.flow.node_types import UNKNOWN, NodeType, node_type
from ivr_action.model import NodeKind, Transition
from ivr_action.model.trace import Ending
from ivr_action.trace.machine import CERTAIN, Asks, Question, Way
from ivr_action.trace.node_conditions import Guard, Guards

_TARGETS: dict[str, tuple[str, ...]] = {
    "transferToAcd": ("queue", "queueName", "queueId", "skill", "agent"),
    "transferToNumber": ("number", "phoneNumber", "phone", "telephoneNumber", "address"),
    "transferToUser": ("user", "userName", "userId", "person", "email"),
    "transferToGroup": ("group", "groupName", "groupId"),
    "transferToFlow": ("flow", "flowName", "flowId"),
    "transferToFlowSecure": ("flow", "flowName", "flowId"),
    "transferToVoicemail": ("voicemail", "queue", "user", "group"),
}
"""Properties that say where a transfer leads, by type."""
_ANY_TARGET = ("queue", "number", "user", "group", "flow", "target", "destination", "name", "id")
_KEYS: dict[str, tuple[str, ...]] = {
    "schedule": ("scheduleGroup", "schedule", "scheduleGroupName"),
    "dataAction": ("action", "dataAction", "actionName", "actionId"),
    "dataTableLookup": ("table", "dataTable"),
    "callTask": ("task",),
    "callCommonModule": ("module", "commonModule", "flow"),
    "callBotFlow": ("bot", "botFlow", "flow"),
}
"""Properties by which a scenario names what is asked here, by type."""


class Plan:
    """One node, prepared."""

    __slots__ = (
        "asks", "audio", "default", "fixed", "id", "no_match", "outcomes", "question", "result", "sets", "stuck",
        "target", "tests", "waits",
    )  # fmt: skip

    id: str
    waits: bool
    audio: tuple[str, ...]
    """What is played: the prompt's id, the text that is read out."""
    sets: tuple[tuple[str, Any], ...]
    """Variables that are set when a caller comes here."""
    tests: list[tuple[Guard, Way]]
    """Conditions with their ways, in order, defaults left out."""
    no_match: list[tuple[Guard, Way]]
    """The ones of `tests` that speak of `noMatch`, at a node that waits."""
    default: Way | None
    """The first `default` or `else`."""
    stuck: Way
    """The ending where no condition is true and there is no default."""
    fixed: Way | None
    """The one way, where nothing has to be evaluated or asked."""
    question: Question
    """What is asked before any condition is looked at; `CERTAIN` where nothing is."""
    outcomes: tuple[str, ...]
    """Names of the answers to `question`, where it is not the caller's."""
    result: str
    """The variable that takes what the node finds out; empty for none."""
    target: str
    """Of a transfer."""


def make_plan(flow: NodeGraphFlow, source: GraphNode, transitions: list[Transition], guards: Guards) -> Plan:
    """Prepare one node.

    Args:
        flow: which it belongs to.
        source: the node as written.
        transitions: the graph's transitions out of it.
        guards: where conditions are compiled.
    """
    row = node_type(source.type) or UNKNOWN
    node = flow.graph.nodes[source.id]
    element = source.element if isinstance(source.element, dict) else {}
    properties = _mapping(element.get("properties"))
    plan = Plan()
    plan.id = source.id
    plan.waits = node.waits
    plan.audio = tuple(_audio(properties))
    plan.sets = tuple(variables(element.get("variables")))
    plan.result = text(properties.get("result")) or "" if "result" in properties else ""
    plan.target = ""
    plan.default = None
    plan.tests = []
    by_element = {id(transition.element): transition for transition in transitions}
    for condition in source.conditions:
        if not condition.text.strip():
            continue
        way = _way(condition.text.strip(), by_element.get(id(condition.element)), condition.destination)
        if not classify(condition.text).is_default:
            plan.tests.append((guards.get(condition.text), way))
        elif plan.default is None:
            plan.default = way
    plan.no_match = [pair for pair in plan.tests if "noMatch" in pair[0].names] if plan.waits else []
    plan.stuck = _stuck(plan, bool(source.conditions))
    plan.fixed, plan.question, plan.outcomes = None, CERTAIN, ()
    name = node.name or source.id
    if row.kind is NodeKind.END:
        ending = Ending.COMPLETED if row.name == "end" else Ending.DISCONNECTED
        plan.fixed = Way("", None, ending)
    elif row.kind is NodeKind.TRANSFER:
        plan.target = _first(properties, (*_TARGETS.get(row.name, ()), *_ANY_TARGET)) or name
        plan.outcomes = ("success", "failure", "return")
        plan.question = Question(
            Asks.TRANSFER, plan.target, "whether a transfer succeeds is not in the file", "success"
        )
    elif plan.waits:
        plan.question = Question(Asks.CALLER)
    else:
        _ask_the_world(plan, row, properties, name)
    return plan


def _ask_the_world(plan: Plan, row: NodeType, properties: dict[str, Any], name: str) -> None:
    """A node that finds something out, or whose conditions speak of `error` or `timeout`, depends on the platform."""
    words = frozenset[str]().union(*(test.names for test, _ in plan.tests))
    key = _first(properties, _KEYS.get(row.name, ())) or name
    if row.name == "schedule" and plan.result:
        plan.outcomes = ("open", "closed", "holiday", "emergency")
        reason = "whether the schedule is open is not in the file"
        plan.question = Question(Asks.SCHEDULE, key, reason, "open")
    elif plan.result or "error" in words or "timeout" in words:
        fails = row.needs_default or "error" in words
        plan.outcomes = (
            "success",
            *(("failure",) if fails else ()),
            *(("timeout",) if "timeout" in words else ()),
        )
        asks = Asks.CALL if row.kind is NodeKind.CALL else Asks.OUTCOME
        plan.question = Question(asks, key, "how it ends is not in the file", "success")
    elif not plan.tests:
        plan.fixed = plan.default or plan.stuck


def _way(label: str, transition: Transition | None, destination: str) -> Way:
    if transition is not None:
        return Way(label, transition)
    said = f"It leads to `{destination}`, which is no node." if destination else "It leads nowhere."
    return Way(label, None, Ending.DEAD_END, error=said)


def _stuck(plan: Plan, has_ways: bool) -> Way:
    if not has_ways:
        return Way("", None, Ending.DEAD_END, error=f"`{plan.id}` has no way on.")
    if plan.waits:
        said = f"`{plan.id}` has no way for this input, and no default."
        return Way("", None, Ending.NO_MATCHING_INPUT, error=said)
    return Way("", None, Ending.DEAD_END, error=f"No condition of `{plan.id}` is true, and it has no default.")


def variables(element: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of a map, or of a list of `{name, value}`; a list's entry without a value sets nothing."""
    if isinstance(element, dict):
        for name, value in element.items():
            if name:
                yield str(name), plain(value)
    elif isinstance(element, list):
        for item in element:
            if isinstance(item, dict) and "value" in item:
                name = text(item.get("name"))
                if name:
                    yield name, plain(item["value"])


def _audio(properties: dict[str, Any]) -> Iterator[str]:
    resource = properties.get("audioResource")
    for found in (resource.get("id") if isinstance(resource, dict) else None, properties.get("tts")):
        said = text(found) if found is not None else None
        if said:
            yield said


def _mapping(element: Any) -> dict[str, Any]:
    return element if isinstance(element, dict) else {}


def _first(properties: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    """The text of the first key that has one; a mapping counts by its `name` or `id`."""
    for key in keys:
        value = properties.get(key)
        if isinstance(value, dict):
            value = value.get("name") or value.get("id")
        if value is not None and not is_null(value) and not isinstance(value, (dict, list)):
            said = text(value)
            if said:
                return said
    return None
