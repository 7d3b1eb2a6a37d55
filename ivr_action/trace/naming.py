"""Names for calls that the explorer found: what the caller did, what the world answered where that was not the usual,
and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from ivr_action.model import FlowGraph
from ivr_action.model.trace import CallerEvent, Ending, EventKind
from ivr_action.trace.explored import Told

_DOES = {
    EventKind.PRESS: "press {}",
    EventKind.SAY: "say “{}”",
    EventKind.SILENCE: "silence",
    EventKind.HANG_UP: "hang up",
    EventKind.ERROR: "error",
}
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
_PARTS, _MORE_PARTS = 4, 12
"""Things that a name tells, and that it tells where fewer are not enough; of a longer call the first and the last."""
_LONGEST = 44


class Nameable(Protocol):
    """What a name is made of; `ExploredCall` has it."""

    @property
    def ending(self) -> Ending: ...

    @property
    def target(self) -> str: ...

    @property
    def first_told(self) -> Told | None: ...

    def told_back(self) -> Iterator[Told]: ...


def names_of(calls: Sequence[Nameable], graph: FlowGraph) -> list[str]:
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


def _ends(call: Nameable) -> str:
    if call.ending is Ending.TRANSFERRED:
        return f"to {_cut(call.target)}" if call.target.strip() else "transferred"
    return _ENDS[call.ending]


def node_name(graph: FlowGraph, id_: str) -> str:
    """What people call a node."""
    node = graph.nodes.get(id_)
    return (node.name if node is not None else "") or id_.rsplit("/", 1)[-1]


def _name(call: Nameable, graph: FlowGraph, *, every: bool) -> str:
    most = _MORE_PARTS if every else _PARTS
    parts = list(islice(_parts_back(call, graph, every=every), most + 1))[::-1]
    if len(parts) > most:
        first = None if call.first_told is None else next(iter(_words(call.first_told, graph, every=every)), None)
        parts = [*([first] if first else []), "…", *parts[2 - most :]]
    return f"{', '.join(parts) or 'every caller'}: {_ends(call)}"


def _parts_back(call: Nameable, graph: FlowGraph, *, every: bool) -> Iterator[str]:
    """What was done and answered, from the end; the same in a row (silence until a menu gives up) is told once."""
    last = ""
    for told in call.told_back():
        for words in reversed(_words(told, graph, every=every)):
            if words != last:
                yield words
            last = words


def _words(told: Told, graph: FlowGraph, *, every: bool) -> list[str]:
    node, event, given = told
    words = []
    if event is not None:
        words.append(f"{_does(event)} at {_cut(node_name(graph, node))}")
    if given is not None and (every or not given.usual):
        words.append(f"{_cut(given.key or node_name(graph, node))} {_cut(given.name)}")
    return words


def _does(event: CallerEvent) -> str:
    if event.kind is EventKind.SAY and not event.text:
        return "say what is not understood"
    return _DOES[event.kind].format(_cut(event.text))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
