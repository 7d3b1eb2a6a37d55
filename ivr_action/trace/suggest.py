"""Writes the explorer's calls as a scenario file: what it says of each call is what that call does when it is run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ivr_action.flow.flow import Flow
from ivr_action.model import FlowGraph, Location
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Trace
from ivr_action.trace.explored import ExploredCall
from ivr_action.trace.machine import Machine
from ivr_action.trace.machines import Library, machine_of
from ivr_action.trace.naming import names_of
from ivr_action.trace.scenario import GIVEN_FOR, Expect, Given, ScenarioCall, World
from ivr_action.trace.scenario_text import Draft, scenario_text
from ivr_action.trace.script import ScenarioScript, folded_key
from ivr_action.trace.walk import Answer, walk

_HEAD = (
    "Written by `ivr-action trace --suggest`: a few calls that come through everything that calls can come through.",
    "Each expects what happens today. Read it, keep what is right, rename it to what it shows.",
)
_QUEUES = frozenset(("transferToAcd", "menuTransferToAcd"))


def suggest(flow: Flow, calls: Sequence[ExploredCall], flow_path: str, library: Library | None = None) -> str:
    """A scenario file for a flow.

    Args:
        flow: as read.
        calls: that the explorer found in it.
        flow_path: how the file names the flow.
        library: flows that it may call.
    """
    machine = machine_of(flow, library)
    names = names_of(calls, flow.graph)
    drafts = [_draft(name, call, machine, flow.graph) for name, call in zip(names, calls, strict=True)]
    return scenario_text(flow_path, drafts, _HEAD)


def _draft(name: str, call: ExploredCall, machine: Machine, graph: FlowGraph) -> Draft:
    answers = _answers(call, graph)
    events = _events(call.events)
    given = {kind: {key: tuple(map(Answer, names)) for key, names in table.items()} for kind, table in answers.items()}
    tried = ScenarioCall(name, Location(""), World(answers=given), events)
    trace = walk(machine, ScenarioScript(tried, graph))
    remark = "So it ends today; no call should." if trace.failed else ""
    return Draft(name, events, answers, tuple(expectations(trace, graph)), remark)


def expectations(trace: Trace, graph: FlowGraph) -> Iterable[tuple[Expect, str]]:
    """What a call that went so is to do again: its ending, and where it led."""
    if trace.ending is Ending.TRANSFERRED and trace.target.strip():
        node = graph.nodes.get(trace.steps[-1].node)
        yield (Expect.QUEUE if node is not None and node.type in _QUEUES else Expect.TARGET), trace.target
    else:
        yield Expect.ENDS, trace.ending.value


def _events(events: Sequence[CallerEvent]) -> tuple[CallerEvent, ...]:
    """One silence at the end is enough: a caller with nothing left to do is silent."""
    end = len(events)
    while end > 1 and events[end - 1].kind is EventKind.SILENCE and events[end - 2].kind is EventKind.SILENCE:
        end -= 1
    return tuple(events[:end])


def _answers(call: ExploredCall, graph: FlowGraph) -> dict[Given, dict[str, list[str]]]:
    """What the world said, in order, under keys as a scenario has them; the last answer holds from then on, and a
    transfer that succeeds needs no word."""
    blocks: dict[Given, dict[str, tuple[str, list[str]]]] = {}
    for given in call.answers:
        kind = GIVEN_FOR[given.asks]
        key = given.key.strip() or given.node
        if given.name.strip():
            table = blocks.setdefault(kind, {})
            table.setdefault(folded_key(kind, key), (key, []))[1].append(given.name)
    found: dict[Given, dict[str, list[str]]] = {}
    for kind in Given:
        for key, names in blocks.get(kind, {}).values():
            if kind is Given.TRANSFERS and all(name == "success" for name in names):
                continue
            while len(names) > 1 and names[-1] == names[-2]:
                names.pop()
            found.setdefault(kind, {})[key] = list(names)
    return found
