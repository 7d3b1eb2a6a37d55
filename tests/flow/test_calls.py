"""Calls of a flow to other flows, in every format."""

from __future__ import annotations

import json

from ivr_action.flow.calls import Call, calls
from ivr_action.flow.read import read_flow
from tests.corpus import need_corpus

TASK = """\
inboundCall:
  name: Main
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
"""


def found(text: str) -> list[Call]:
    flow = read_flow("flow.yaml", text.encode()).flow
    assert flow is not None
    return list(calls(flow))


def test_a_module_with_its_version_and_bindings() -> None:
    (call,) = found(
        TASK
        + """\
          - callCommonModule:
              name: Look up
              commonModule:
                Find customer:
                  ver_3.0:
                    inputs: {Common.number: {exp: Call.Ani}}
                    outputs: {Common.customer: {var: Task.x}}
"""
    )
    assert (call.kind, call.name, call.version, call.returns) == ("commonModule", "Find customer", "3.0", True)
    assert list(call.inputs or ()) == ["Common.number"]
    assert list(call.outputs or ()) == ["Common.customer"]
    assert call.node == "task/Main/callCommonModule Look up"


def test_the_newest_published_version_is_no_pin() -> None:
    (call,) = found(TASK + "          - callBotFlow: {botFlow: {Helper: {ver_latestPublished: {none: true}}}}\n")
    assert (call.kind, call.name, call.version, call.inputs, call.outputs) == ("botFlow", "Helper", "", None, None)


def test_transfers_do_not_return() -> None:
    told = found(
        TASK
        + """\
          - transferToFlow: {targetFlow: {name: Billing}}
          - transferToFlowSecure: {targetFlow: {lit: {name: Card}}}
          - transferToAcd: {targetQueue: {lit: {name: Sales}}, overrideInQueueFlow: {lit: {name: Waiting}}}
          - transferToAcd: {targetQueue: {lit: {name: Sales}}, overrideInQueueFlow: {noValue: true}}
"""
    )
    assert [(call.kind, call.name, call.returns) for call in told] == [
        ("", "Billing", False),
        ("secureCall", "Card", False),
        ("inqueueCall", "Waiting", False),
    ]


def test_the_in_queue_flow_is_of_the_channel() -> None:
    text = (TASK + "          - transferToAcd: {overrideInQueueFlow: {lit: {name: Waiting}}}\n").replace(
        "inboundCall", "inboundEmail"
    )
    assert [call.kind for call in found(text)] == ["inqueueEmail"]


def test_a_template_names_nothing_yet() -> None:
    (call,) = found(TASK + "          - callBotFlow: {botFlow: {{{bot}}: {ver_latestPublished: {none: true}}}}\n")
    assert call.is_template


def test_the_place_of_a_name() -> None:
    text = (
        TASK
        + "          - callBotFlow:\n              botFlow:\n                Helper:\n                  ver_1.0: {}\n"
    )
    flow = read_flow("flow.yaml", text.encode()).flow
    assert flow is not None
    (call,) = calls(flow)
    assert flow.document.where(call.element, call.key, of="key").line == 11


def test_node_graphs_name_flows_in_their_properties() -> None:
    nodes = {
        "a": {"type": "commonModule", "properties": {"module": "Find customer", "inputs": {"Common.number": "ani"}}},
        "b": {"type": "callBotFlow", "properties": {"botFlow": {"name": "Helper"}}},
        "c": {"type": "transferToFlow", "properties": {"flow": "Billing"}},
        "d": {"type": "transferToAcd", "properties": {"queue": "Sales"}},
        "e": {"type": "callBotFlow", "properties": {"botFlow": 7}},
        "f": {"type": "callBotFlow"},
    }
    told = found(json.dumps({"startNodeId": "a", "nodes": nodes}))
    assert [(call.kind, call.name, call.node) for call in told] == [
        ("commonModule", "Find customer", "a"),
        ("botFlow", "Helper", "b"),
        ("", "Billing", "c"),
        ("botFlow", "7", "e"),
    ]
    assert list(told[0].inputs or ()) == ["Common.number"]


def test_a_broken_call_is_no_call() -> None:
    assert found(TASK + "          - callBotFlow: {botFlow: Helper}\n          - callCommonModule: 1\n") == []


def test_an_export_calls_what_its_yaml_calls() -> None:
    folder = need_corpus()
    by_format = {
        name: [
            (call.kind, sorted(call.inputs or ()), sorted(call.outputs or ()))
            for call in found_in(folder.rglob(f"MergeExternalContactMessageFlow{name}"))
        ]
        for name in (".yaml", ".i3InboundMessage")
    }
    assert by_format[".yaml"] == by_format[".i3InboundMessage"]
    assert [kind for kind, _, _ in by_format[".yaml"]] == ["botFlow", "commonModule"]


def found_in(paths: object) -> list[Call]:
    (path,) = list(paths)  # type: ignore[call-overload]
    flow = read_flow(path.name, path.read_bytes()).flow
    assert flow is not None
    return list(calls(flow))
