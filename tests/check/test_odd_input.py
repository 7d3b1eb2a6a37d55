"""Whatever a file holds, the rules answer with findings and never with a traceback."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_action.check import RULES, check
from ivr_action.check.vocabulary import WORDS
from ivr_action.flow.read import read_flow

KEYS = st.sampled_from(
    sorted(WORDS | {"nodes", "id", "type", "transitionConditions", "destinationNodeId", "startNodeId", "none", ""})
)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(
    ["/inboundCall/tasks/task[Main_1]", "digit_1", "default", "{{x}}", "true", "a"]
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


def holds(data: bytes) -> None:
    report = check([read_flow("flow", data)])
    assert report.flows[0].valid == all(finding.level != "error" for finding in report.findings)
    assert {finding.rule for finding in report.findings} <= {rule.id for rule in RULES}


@given(st.dictionaries(KEYS, TREES, max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_tree_as_an_architect_flow(body: dict[str, Any]) -> None:
    holds(json.dumps({"inboundCall": body | {"startUpRef": "a"}}).encode())


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_any_tree_as_actions(actions: Any) -> None:
    task = {"name": "Main", "refId": "Main_1", "actions": actions if isinstance(actions, list) else [actions]}
    flow = {"name": "F", "startUpRef": "/inboundCall/tasks/task[Main_1]", "tasks": [{"task": task}]}
    holds(json.dumps({"inboundCall": flow}).encode())


@given(TREES, SCALARS)
@settings(max_examples=200, deadline=None)
def test_any_tree_as_a_node_graph(nodes: Any, start: Any) -> None:
    holds(json.dumps({"name": "F", "startNodeId": start, "nodes": nodes}).encode())


@given(st.dictionaries(st.sampled_from(["id", "name", "__type", "actionList", "menuChoiceList", "startAction", "paths",
                                        "nextAction", "digit", "action", "choices"]), TREES, max_size=6))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_tree_as_a_configuration(sequence: dict[str, Any]) -> None:
    root = {"name": "F", "type": "inboundcall", "initialSequence": "1", "flowSequenceItemList": [sequence]}
    holds(json.dumps(root).encode())


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes(data: bytes) -> None:
    holds(data)


def test_deep_nesting_takes_no_stack() -> None:
    depth = 90
    text = "[disconnect: {none: true}]"
    for _ in range(depth):
        text = f"[decision: {{condition: {{exp: Flow.x}}, outputs: {{'yes': {{actions: {text}}}}}}}]"
    holds(f"inboundCall: {{name: F, startUpTaskActions: {text}}}".encode())
