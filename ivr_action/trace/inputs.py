"""What a caller can do at a node of a node graph that makes a difference, read off the conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ivr_action.flow.document import text
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.model.trace import CallerEvent, EventKind
from ivr_action.trace.node_conditions import Guard, Guards, Literal
from ivr_action.trace.node_plans import Plan

KEYS = "1234567890*#"
_PRESSED = re.compile(r"[0-9*#]+")
_MOST_LATER = 50
"""Inputs that only nodes further on tell apart; more would multiply the explorer's work."""


def caller_events(plan: Plan, later: Iterable[Literal] = ()) -> Iterator[tuple[CallerEvent, bool]]:
    """Things that a caller can do at a node, each once, in the order of the conditions.

    Args:
        plan: of a node that waits.
        later: what conditions behind it compare the input with (see `later_inputs`).

    Yields:
        The event, and whether it counts even where it leads where another one does: silence, something that no
        condition knows, a failure of the platform.
    """
    done: set[CallerEvent] = set()
    tests = [test for test, _ in plan.tests]
    for test in tests:
        for event in _named(test, plan.result):
            if event not in done:
                done.add(event)
                yield event, False
    for literal in later:
        for event in _events(literal, {"dtmf", "speech"}):
            if event not in done:
                done.add(event)
                yield event, True
    pressed = {event.text for event in done if event.kind is EventKind.PRESS}
    yield CallerEvent(EventKind.PRESS, next((key for key in reversed(KEYS[:10]) if key not in pressed), "00")), True
    if any("speech" in test.names for test in tests):
        yield CallerEvent(EventKind.SAY, "something else"), True
    yield CallerEvent(EventKind.SILENCE), True
    if any("error" in test.names for test in tests):
        yield CallerEvent(EventKind.ERROR), True


def _named(test: Guard, result: str) -> Iterator[CallerEvent]:
    words = set(test.names)
    if result and result in words:
        words |= {"dtmf", "speech"}
    for literal in test.literals:
        known = literal._replace(name="") if literal.name == result else literal
        yield from _events(known, words)
    if not test.plain and "dtmf" in words:
        for key in KEYS:
            yield CallerEvent(EventKind.PRESS, key)


def _events(literal: Literal, words: set[str]) -> Iterator[CallerEvent]:
    value = literal.value
    if not isinstance(value, str) or not value:
        return
    if (literal.name == "dtmf" or (not literal.name and "dtmf" in words)) and _PRESSED.fullmatch(value):
        yield CallerEvent(EventKind.PRESS, value)
    if literal.name == "speech" or (not literal.name and "speech" in words):
        yield CallerEvent(EventKind.SAY, value)


def later_inputs(flow: NodeGraphFlow, guards: Guards) -> tuple[Literal, ...]:
    """What nodes that do not wait compare an earlier input with: by `dtmf` and `speech`, or by the variable that a
    waiting node puts it into."""
    nodes = flow.graph.nodes
    names = {"dtmf", "speech"}
    for node in flow.nodes:
        if nodes[node.id].waits and isinstance(node.element, dict):
            properties = node.element.get("properties")
            result = text(properties.get("result")) if isinstance(properties, dict) and "result" in properties else None
            if result:
                names.add(result)
    found: dict[Literal, None] = {}
    for node in flow.nodes:
        if nodes[node.id].waits:
            continue
        for condition in node.conditions:
            test = guards.get(condition.text)
            if test.names.isdisjoint(names):
                continue
            for literal in test.literals:
                if literal.name in names or not literal.name:
                    found[literal if literal.name in ("dtmf", "speech") else Literal("", literal.value)] = None
    return tuple(found)[:_MOST_LATER]
