"""Names for calls that the explorer found: what the caller did, what the world answered where that was not the usual,
and how it ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from ivr_action.model import FlowGraph
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Trace
from ivr_action.trace.explore import ExploredCall

_DOES = {
    EventKind.PRESS: "press {}",
    EventKind.SAY: "say “{}”",
    EventKind.SILENCE: "silence",
    EventKind.HANG_UP: "hang up",
    EventKind.ERROR: "error",
}
_USUAL = frozenset(("success", "open", "active", "found"))
_ENDS = {
    Ending.DISCONNECTED: "disconnected",
    Ending.COMPLETED: "the flow ends",
    Ending.HUNG_UP: "hangs up",
    Ending.DEAD_END: "no way on",
    Ending.NO_MATCHING_INPUT: "no way for that",
    Ending.ACTION_LIMIT: "never ends",
    Ending.LOOP: "goes in a circle",
    Ending.STOPPED: "leaves what the files tell",
}
_PARTS = 4
"""Things that a name tells; of a longer call the first and the last ones."""
_LONGEST = 44


def names_of(calls: Sequence[ExploredCall], graph: FlowGraph) -> list[str]:
    """A name for each call, no two alike."""
    short = [_name(call, graph, every=False) for call in calls]
    full = [
        _name(call, graph, every=True) if short.count(name) > 1 else name
        for call, name in zip(calls, short, strict=True)
    ]
    seen: dict[str, int] = {}
    names = []
    for name in full:
        number = seen[name] = seen.get(name, 0) + 1
        unique = name if number == 1 else f"{name} ({number})"
        while number > 1 and unique in seen:
            number += 1
            unique = f"{name} ({number})"
        seen.setdefault(unique, 1)
        names.append(unique)
    return names


def ends(trace: Trace) -> str:
    """`to Sales`, `disconnected`."""
    if trace.ending is Ending.TRANSFERRED:
        return f"to {_cut(trace.target)}" if trace.target.strip() else "transferred"
    return _ENDS[trace.ending]


def node_name(graph: FlowGraph, id_: str) -> str:
    """What people call a node."""
    node = graph.nodes.get(id_)
    return (node.name if node is not None else "") or id_.rsplit("/", 1)[-1]


def _name(call: ExploredCall, graph: FlowGraph, *, every: bool) -> str:
    parts = list(_parts(call, graph, every=every))
    if len(parts) > _PARTS and not every:
        parts = [parts[0], "…", *parts[1 - _PARTS :]]
    return f"{', '.join(parts) or 'every caller'}: {ends(call.trace)}"


def _parts(call: ExploredCall, graph: FlowGraph, *, every: bool) -> Iterator[str]:
    """What was done and answered, in order; the same again in a row (silence until a menu gives up) is told once."""
    answers = deque(call.answers)
    last = ""
    for number, step in enumerate(call.trace.steps):
        told = []
        if step.event is not None:
            told.append(f"{_does(step.event)} at {_cut(node_name(graph, step.node))}")
        while answers and answers[0].step == number:
            given = answers.popleft()
            if every or given.name.casefold() not in _USUAL:
                told.append(f"{_cut(given.key or node_name(graph, given.node))} {_cut(given.name)}")
        for words in told:
            if words != last:
                yield words
            last = words


def _does(event: CallerEvent) -> str:
    if event.kind is EventKind.SAY and not event.text:
        return "say what is not understood"
    return _DOES[event.kind].format(_cut(event.text))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
