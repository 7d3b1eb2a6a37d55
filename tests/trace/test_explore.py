"""The explorer comes through what can be come through, says why of the rest, and tells which calls end differently."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from ivr_action.flow.flow import ArchitectFlow, NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.model.coverage import transition_key
from ivr_action.model.trace import Ending
from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.compare import Replay, describe, ends_differently
from ivr_action.trace.explore import Exploration, Why, explore
from ivr_action.trace.machine import Machine
from ivr_action.trace.node_graph import NodeGraphMachine
from ivr_action.trace.walk import walk
from tests.corpus import ROOT, corpus_files, need_corpus


def machine_of(source: str | bytes, name: str = "flow.yaml") -> tuple[Machine, ArchitectFlow | NodeGraphFlow]:
    data = source.encode() if isinstance(source, str) else source
    flow = read_flow(name, data).flow
    if isinstance(flow, ArchitectFlow):
        return ArchitectMachine(flow), flow
    assert isinstance(flow, NodeGraphFlow)
    return NodeGraphMachine(flow), flow


def explored(source: str | bytes) -> Exploration:
    machine, flow = machine_of(source)
    return explore(machine, flow.graph)


def test_published_flows_are_explored_to_95_percent_and_each_rest_has_a_reason() -> None:
    need_corpus()
    every = missing = 0
    why: Counter[Why] = Counter()
    for path in corpus_files():
        machine, flow = machine_of(path.read_bytes(), path.name)
        found = explore(machine, flow.graph)
        graph = flow.graph
        every += len(graph.transitions)
        missing += len(found.uncovered)
        taken = {transition_key(t) for t in graph.transitions} - {transition_key(u.transition) for u in found.uncovered}
        assert taken == found.coverage.transitions
        for rest in found.uncovered:
            why[rest.why] += 1
            source = rest.transition.source
            if rest.why is Why.UNREACHABLE:
                assert source not in graph.reachable
            elif rest.why is Why.RULED_OUT:
                assert source in found.coverage.nodes
                assert rest.instead
            elif rest.why is Why.NOT_MET:
                assert source not in found.coverage.nodes
        assert found.steps <= 2 * max(20_000, 200 * len(graph.transitions)) + 1, path
    print(f"{every - missing} of {every} transitions; the rest: {dict(why)}")
    assert why[Why.BOUND] == 0
    assert (every - missing) / every >= 0.95


@pytest.mark.parametrize("name", ["main-menu.yaml", "payment.json", "appointment.yaml"])
def test_exploring_is_deterministic_and_each_call_goes_that_way_again(name: str) -> None:
    data = (ROOT / "examples" / "flows" / name).read_bytes()
    first, second = explored(data), explored(data)
    assert first.calls == second.calls
    for call in first.calls:
        machine, _ = machine_of(data, name)
        again = walk(machine, Replay(call))
        assert (again.ending, again.target, again.path) == (call.trace.ending, call.trace.target, call.trace.path)


def test_what_a_variable_ruled_out_the_first_time_is_found_in_another_state() -> None:
    source = """
startNodeId: ask
nodes:
  ask:
    type: menu
    transitionConditions:
      - {condition: "dtmf == '1'", destinationNodeId: gold}
      - {condition: default, destinationNodeId: plain}
  gold: {type: updateData, variables: {tier: gold}, transitionConditions: [{condition: default, destinationNodeId: by}]}
  plain: {type: updateData, variables: {tier: x}, transitionConditions: [{condition: default, destinationNodeId: by}]}
  by:
    type: decision
    transitionConditions:
      - {condition: "tier == 'gold'", destinationNodeId: desk}
      - {condition: default, destinationNodeId: bye}
  desk: {type: transferToQueue, properties: {queue: Gold}}
  bye: {type: disconnect}
"""
    found = explored(source)
    assert not found.uncovered
    assert {call.trace.ending for call in found.calls} == {Ending.TRANSFERRED, Ending.DISCONNECTED}


def test_what_no_caller_can_reach_is_said_to_be_ruled_out() -> None:
    source = """
startNodeId: set
nodes:
  set: {type: updateData, variables: {open: true}, transitionConditions: [{condition: default, destinationNodeId: by}]}
  by:
    type: decision
    transitionConditions:
      - {condition: "open == true", destinationNodeId: bye}
      - {condition: default, destinationNodeId: closed}
  closed: {type: playPrompt, transitionConditions: [{condition: default, destinationNodeId: bye}]}
  bye: {type: disconnect}
"""
    found = explored(source)
    assert [(rest.transition.target, rest.why) for rest in found.uncovered] == [
        ("closed", Why.RULED_OUT),
        ("bye", Why.NOT_MET),
    ]


def test_a_flow_of_ten_thousand_nodes_is_explored_within_its_bound() -> None:
    nodes = [
        f'"n{i}": {{"type": "menu", "transitionConditions": ['
        f'{{"condition": "dtmf == \'1\'", "destinationNodeId": "n{i + 1}"}}, '
        f'{{"condition": "default", "destinationNodeId": "end"}}]}}'
        for i in range(2_000)
    ]
    nodes += ['"n2000": {"type": "disconnect"}', '"end": {"type": "disconnect"}']
    found = explored('{"startNodeId": "n0", "nodes": {' + ", ".join(nodes) + "}}")
    assert not found.uncovered
    assert found.steps < 20_000


# -- ends differently -----------------------------------------------------------------------------------------------


def rewired(source: str) -> Iterator[str]:
    """Copies of a flow in which two of its keys, in order, have changed places."""
    keys = sorted(set(re.findall(r"\bdtmf: (digit_\S)", source)))
    for first, second in pairwise(keys):
        swap = {first: second, second: first}
        yield re.sub(
            rf"\bdtmf: ({re.escape(first)}|{re.escape(second)})(?!\S)",
            lambda match, swap=swap: f"dtmf: {swap[match[1]]}",  # type: ignore[misc]
            source,
        )


def yaml_sources() -> list[tuple[str, str]]:
    return [
        (path.name, path.read_text(encoding="utf-8-sig"))
        for path in corpus_files()
        if path.parent.parent.name == "architect-yaml"
    ]


def test_a_flow_does_not_end_differently_from_itself() -> None:
    need_corpus()
    for path in corpus_files():
        machine, flow = machine_of(path.read_bytes(), path.name)
        base = explore(machine, flow.graph)
        assert ends_differently(base, machine_of(path.read_bytes(), path.name)[0], flow.graph) == [], path


def test_rewired_choices_are_reported_without_a_scenario() -> None:
    need_corpus()
    made = reported = 0
    for name, source in yaml_sources():
        machine, flow = machine_of(source, name)
        base = explore(machine, flow.graph)
        for changed in rewired(source):
            head, head_flow = machine_of(changed, name)
            made += 1
            reported += bool(ends_differently(base, head, head_flow.graph))
    print(f"{reported} of {made} rewired flows reported")
    assert made >= 8
    assert reported / made >= 0.95


def test_a_difference_is_told_in_words() -> None:
    source = (ROOT / "examples" / "flows" / "published" / "SimpleFinancialIvr_v2-0.yaml").read_text(encoding="utf-8")
    machine, flow = machine_of(source)
    base = explore(machine, flow.graph)
    head, head_flow = machine_of(
        source.replace("name: Simple Financial 401K queue", "name: Simple Financial IRA queue")
    )
    (first, *_) = ends_differently(base, head, head_flow.graph)
    assert first.caller.startswith("pressed 1 at Main Menu")
    assert first.before == "reached Simple Financial 401K queue"
    assert first.after == "reached Simple Financial IRA queue"


def test_a_renamed_action_is_no_difference() -> None:
    source = Path(ROOT / "examples" / "flows" / "published" / "SimpleFinancialIvr_v2-0.yaml").read_text(
        encoding="utf-8"
    )
    machine, flow = machine_of(source)
    base = explore(machine, flow.graph)
    head, head_flow = machine_of(source.replace("name: Disconnect", "name: Goodbye"))
    assert ends_differently(base, head, head_flow.graph) == []


def test_a_call_is_described_by_what_was_done_and_answered() -> None:
    data = (ROOT / "examples" / "flows" / "published" / "SimpleFinancialIvr_v2-0.yaml").read_bytes()
    words = {describe(call) for call in explored(data).calls}
    assert "pressed 9 at Main Menu" in words
    assert "pressed 1 at Main Menu" in words
    assert any(said.endswith("; Simple Financial 401K queue: failure") for said in words)
