"""How long callers listen, estimated from what a flow says, and who is asked for too much of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ivr_action.flow.cycles import cycles
from ivr_action.flow.flow import Flow
from ivr_action.model import Finding, FlowGraph, Node, NodeKind
from ivr_action.model.kinds import TOO_LONG
from ivr_action.model.patience import Patience
from ivr_action.model.trace import Ending, EventKind
from ivr_action.trace.explored import ExploredCall, Link
from ivr_action.trace.run import places_of

WORDS_A_MINUTE = 150
"""How fast text is taken to be read out: an unhurried voice."""
PROMPT_SECONDS = 5.0
"""How long a prompt is taken to be of which the file has only the name."""
_MOST = 10
"""Findings of one flow."""
_REACHED = frozenset((Ending.TRANSFERRED, Ending.DISCONNECTED, Ending.COMPLETED))
_CHOICES = frozenset((EventKind.PRESS, EventKind.SAY))
"""Who stays silent has not been asked for too much."""
_NAMED = re.compile(r"\[prompt [^\]]*\]")
_NAME = re.compile(r"[\w-]+([./:][\w-]+)*")
"""One word without a full stop: what a node graph calls its audio."""


def seconds_of(heard: Iterable[str]) -> float:
    """How long it takes to play these texts, about."""
    seconds = 0.0
    for said in heard:
        rest, prompts = _NAMED.subn(" ", said)
        if _NAME.fullmatch(rest.strip()) and not prompts:
            rest, prompts = "", 1
        seconds += prompts * PROMPT_SECONDS + len(rest.split()) * 60 / WORDS_A_MINUTE
    return seconds


def seconds_of_calls(calls: Iterable[ExploredCall]) -> list[float]:
    """The same for whole calls."""
    return _summed(calls, lambda link: seconds_of(link.heard))


def _choices(link: Link) -> float:
    return float(link.way.event is not None and link.way.event.kind in _CHOICES)


def _summed(calls: Iterable[ExploredCall], worth: Callable[[Link], float]) -> list[float]:
    """What the steps of each call come to; a beginning that calls share is looked at once."""
    known: dict[Link, float] = {}
    found: list[float] = []
    for call in calls:
        fresh: list[Link] = []
        total = 0.0
        for link in call.links_back():
            if link in known:
                total = known[link]
                break
            fresh.append(link)
        for link in reversed(fresh):
            total += worth(link)
            known[link] = total
        found.append(total)
    return found


def loops_without_caller(graph: FlowGraph) -> int:
    """Circles that a call can come to and that no caller, no clock and no count ends; one for each knot of nodes."""
    reachable = graph.reachable
    met = [node for node in graph.nodes.values() if node.id in reachable and not _asks_the_clock(node)]
    ids = {node.id for node in met}
    rest = FlowGraph(None, met, (way for way in graph.transitions if way.source in ids and way.target in ids))
    return sum(1 for _ in cycles(rest, through_waiting=False))


def _asks_the_clock(node: Node) -> bool:
    word = node.type.casefold()
    return node.kind is NodeKind.BRANCH and ("schedule" in word or "hours" in word)


def too_long(
    calls: Sequence[ExploredCall], seconds: Sequence[float], names: Sequence[str], flow: Flow, patience: Patience
) -> Iterator[Finding]:
    """Persons and ends that callers come to only after too much, the worst first.

    Of the calls to one place the shortest counts: whoever takes longer had another way.

    Args:
        calls: as explored.
        seconds: of prompts, for each call.
        names: for each call.
        flow: they came through.
        patience: the limits.
    """
    to: dict[tuple[str, str], list[int]] = {}
    for number, call in enumerate(calls):
        if call.ending in _REACHED:
            to.setdefault((call.last_node, call.target), []).append(number)
    found: list[tuple[float, int, list[str]]] = []
    choices = [int(number) for number in _summed(calls, _choices)]
    for numbers in to.values():
        fewest = min(numbers, key=choices.__getitem__)
        soonest = min(numbers, key=seconds.__getitem__)
        over: list[str] = []
        excess, shown = 0.0, fewest
        if patience.choices and choices[fewest] > patience.choices:
            over.append(f"{choices[fewest]:,} choices, and `max-choices` allows {patience.choices:,}")
            excess = choices[fewest] / patience.choices
        if patience.seconds and seconds[soonest] > patience.seconds:
            about = f"about {seconds[soonest]:.0f} seconds of prompts (an estimate)"
            over.append(f"{about}, and `max-seconds` allows {patience.seconds:g}")
            shown = shown if over[1:] else soonest
            excess = max(excess, seconds[soonest] / patience.seconds)
        if over:
            found.append((-excess, shown, over))
    for _, number, over in sorted(found)[:_MOST]:
        call = calls[number]
        node = flow.graph.nodes.get(call.last_node)
        yield Finding(
            TOO_LONG.id,
            TOO_LONG.level,
            f"The shortest call that was found to this place, `{names[number]}`, takes {'; it takes '.join(over)}.",
            TOO_LONG.fix,
            flow.document.where(node.element if node is not None else None),
            call.last_node or None,
            steps=tuple(places_of(call.trace, flow)),
        )
