"""In which order flows are saved: what is called comes before what calls it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ivr_action.flow.calls import calls
from ivr_action.flow.flow import Flow


def ordered(flows: Sequence[Flow]) -> list[tuple[int, ...]]:
    """Indexes of the flows, group by group: each group after all that it calls.

    A group of several calls itself in a circle; its flows keep the order in which they came, and so do groups that
    have nothing to do with one another.
    """
    wanted = dependencies(flows)
    groups = _circles(wanted)
    member = {index: number for number, group in enumerate(groups) for index in group}
    needs = [
        {member[called] for index in group for called in wanted[index]} - {number}
        for number, group in enumerate(groups)
    ]
    done: set[int] = set()
    result: list[tuple[int, ...]] = []
    todo = sorted(range(len(groups)), key=lambda number: min(groups[number]))
    while todo:
        number = next(number for number in todo if needs[number] <= done)
        todo.remove(number)
        done.add(number)
        result.append(tuple(sorted(groups[number])))
    return result


def dependencies(flows: Sequence[Flow]) -> list[set[int]]:
    """For each flow the indexes of those among the others that it calls."""
    named: dict[str, list[int]] = {}
    for index, flow in enumerate(flows):
        named.setdefault(flow.name, []).append(index)
    return [set(_called(flow, index, flows, named)) for index, flow in enumerate(flows)]


def _called(flow: Flow, index: int, flows: Sequence[Flow], named: Mapping[str, Iterable[int]]) -> Iterable[int]:
    for call in calls(flow):
        for other in named.get(call.name, ()):
            if other != index and (not call.kind or call.kind.lower() == flows[other].type.lower()):
                yield other


def _circles(wanted: Sequence[set[int]]) -> list[list[int]]:
    """Strongly connected components, by Tarjan's algorithm without recursion."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    held: set[int] = set()
    groups: list[list[int]] = []
    for root in range(len(wanted)):
        if root in order:
            continue
        work = [(root, iter(sorted(wanted[root])))]
        order[root] = low[root] = len(order)
        stack.append(root)
        held.add(root)
        while work:
            node, rest = work[-1]
            for following in rest:
                if following not in order:
                    order[following] = low[following] = len(order)
                    stack.append(following)
                    held.add(following)
                    work.append((following, iter(sorted(wanted[following]))))
                    break
                if following in held:
                    low[node] = min(low[node], order[following])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    group: list[int] = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        held.discard(group[-1])
                    groups.append(group)
    return groups
