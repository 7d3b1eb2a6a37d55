"""Which node every way to a node leads through last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def dominators(start: str, successors: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The immediate dominator of each node that can be come to, the start left out. Not recursive.

    Args:
        start: where every way begins.
        successors: of each node.
    """
    order: list[str] = []
    seen = {start}
    stack = [(start, iter(successors[start]))]
    while stack:
        node, ways = stack[-1]
        following = next((target for target in ways if target not in seen), None)
        if following is None:
            order.append(node)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(successors[following])))
    order.reverse()
    number = {node: place for place, node in enumerate(order)}
    before: dict[str, list[str]] = {node: [] for node in order}
    for node in order:
        for target in successors[node]:
            before[target].append(node)
    found: dict[str, str] = {start: start}
    changed = True
    while changed:
        changed = False
        for node in order[1:]:
            known = [source for source in before[node] if source in found]
            best = known[0]
            for source in known[1:]:
                best = _common(best, source, found, number)
            if found.get(node) != best:
                found[node] = best
                changed = True
    del found[start]
    return found


def _common(first: str, second: str, found: Mapping[str, str], number: Mapping[str, int]) -> str:
    while first != second:
        if number[first] > number[second]:
            first = found[first]
        else:
            second = found[second]
    return first
