"""What a call was to do and did not."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ivr_action.flow.flow import Flow
from ivr_action.model import FlowGraph, Location
from ivr_action.model.trace import Ending, Trace
from ivr_action.trace.near import near
from ivr_action.trace.scenario import Expect, Expectation, ScenarioCall, read_steps

_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SHOWN = 5


class Said(NamedTuple):
    """An expectation that was not met, in words."""

    message: str
    at: Location
    hint: str = ""


def unmet(call: ScenarioCall, trace: Trace, flow: Flow) -> Iterator[Said]:
    """The expectations of a call that its trace does not meet, in their order."""
    kinds = {expectation.kind for expectation in call.expect}
    for expectation in call.expect:
        if expectation.kind not in (Expect.HEARS, Expect.VISITS):
            yield from _ONE_BY_ONE[expectation.kind](expectation, trace, flow)
    for kind, check in ((Expect.HEARS, _hears), (Expect.VISITS, _visits)):
        if kind in kinds:
            yield from check([found for found in call.expect if found.kind is kind], trace, flow)
    if kinds.isdisjoint((Expect.ENDS, Expect.TARGET, Expect.QUEUE)) and (
        trace.failed or trace.ending is Ending.STOPPED
    ):
        yield Said(f"it {_ending(trace)}, and `expect.ends` does not say that it may.", call.at)


def _ending(trace: Trace) -> str:
    to = f" to `{trace.target}`" if trace.target else ""
    where = f" at `{trace.path[-1]}`" if trace.steps else ""
    why = f" ({trace.error.rstrip('.')})" if trace.error else ""
    return f"ended `{trace.ending}`{to}{where}{why}"


def _ends(expectation: Expectation, trace: Trace, flow: Flow) -> Iterator[Said]:
    if trace.ending != expectation.text:
        yield Said(f"it was to end `{expectation.text}`, and {_ending(trace)}.", expectation.at)


def _target(expectation: Expectation, trace: Trace, flow: Flow) -> Iterator[Said]:
    wanted = expectation.text
    if trace.ending is not Ending.TRANSFERRED or trace.target.casefold() != wanted.casefold():
        what = "the queue " if expectation.kind is Expect.QUEUE else ""
        yield Said(f"it was to reach {what}`{wanted}`, and {_ending(trace)}.", expectation.at)


def _steps(expectation: Expectation, trace: Trace, flow: Flow) -> Iterator[Said]:
    found = read_steps(expectation.text)
    count = len(trace.steps)
    if found is not None and not _COMPARE[found[0]](count, found[1]):
        yield Said(f"it was to take {expectation.text} steps, and took {count}.", expectation.at)


def _never(expectation: Expectation, trace: Trace, flow: Flow) -> Iterator[Said]:
    """What names a node is about nodes; anything else about what is heard, and must stand somewhere in the flow."""
    text = expectation.text
    if _is_node(flow.graph, text):
        if any(is_called(flow.graph, id_, text) for id_ in trace.path):
            yield Said(f"it was never to come to `{text}`, and did.", expectation.at)
        return
    heard = next((said for said in trace.heard if text.casefold() in said.casefold()), None)
    if heard is not None:
        yield Said(f"it was never to hear `{text}`, and heard `{_cut(heard)}`.", expectation.at)
    elif text.casefold() not in (flow.document.json_text or flow.document.text).casefold():
        meant = _near_node(flow.graph, text)
        yield Said(
            f"`{text}` stands nowhere in the flow, so `never` says nothing.",
            expectation.at,
            f"Did you mean `{meant}`?" if meant else "Correct the name, or remove the line.",
        )


_ONE_BY_ONE: dict[Expect, Callable[[Expectation, Trace, Flow], Iterator[Said]]] = {
    Expect.ENDS: _ends,
    Expect.TARGET: _target,
    Expect.QUEUE: _target,
    Expect.NEVER: _never,
    Expect.STEPS: _steps,
}


def _hears(expected: Sequence[Expectation], trace: Trace, flow: Flow) -> Iterator[Said]:
    """Texts in this order, others may come between them; each a part of something that was heard."""
    heard = trace.heard
    at = 0
    for expectation in expected:
        text = expectation.text.casefold()
        found = [index for index, said in enumerate(heard) if text in said.casefold()]
        after = next((index for index in found if index >= at), None)
        if after is not None:
            at = after + 1
        elif found:
            yield Said(f"it was to hear `{expectation.text}` later than it did.", expectation.at)
        else:
            last = ", ".join(f"`{_cut(said)}`" for said in heard[-_SHOWN:])
            yield Said(f"it did not hear `{expectation.text}`, but {last or 'nothing at all'}.", expectation.at)


def _visits(expected: Sequence[Expectation], trace: Trace, flow: Flow) -> Iterator[Said]:
    """Nodes in this order, others may come between them."""
    path = trace.path
    at = 0
    for expectation in expected:
        text = expectation.text
        found = [index for index, id_ in enumerate(path) if is_called(flow.graph, id_, text)]
        after = next((index for index in found if index >= at), None)
        if after is not None:
            at = after + 1
        elif found:
            yield Said(f"it was to come to `{text}` later than it did.", expectation.at)
        elif _is_node(flow.graph, text):
            yield Said(f"it did not come to `{text}`.", expectation.at)
        else:
            meant = _near_node(flow.graph, text)
            hint = f"Did you mean `{meant}`?" if meant else "`ivr-action graph` lists the nodes."
            yield Said(f"no node is called `{text}`.", expectation.at, hint)


def is_called(graph: FlowGraph, id_: str, text: str) -> bool:
    """Whether a node goes by a name: its id, the id's last part, its own name, whatever the case."""
    wanted = text.casefold()
    folded = id_.casefold()
    if folded == wanted or folded.endswith(f"/{wanted}"):
        return True
    node = graph.nodes.get(id_)
    return node is not None and node.name.casefold() == wanted


def _is_node(graph: FlowGraph, text: str) -> bool:
    return any(is_called(graph, id_, text) for id_ in graph.nodes)


def _near_node(graph: FlowGraph, text: str) -> str | None:
    names = [name for node in graph.nodes.values() for name in (node.name, node.id) if name]
    return near(text, names)


def _cut(said: str) -> str:
    return said if len(said) <= 80 else said[:79] + "…"
