"""What of a finding can be mended mechanically: as text edits that do to callers exactly what the file did before.

A mender looks at one finding and gives a `Fix` (edits, and what the file must then say), or the reason why it is left
to people. A new one is a function and a line in `MENDERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ivr_action.flow.conditions import classify
from ivr_action.flow.document import is_null, is_scalar, plain, text, typed
from ivr_action.flow.edit import Edit, Path, UncertainError, move_last, remove_item, scalar_span
from ivr_action.flow.flow import NodeGraphFlow


@dataclass(frozen=True, slots=True)
class Fix:
    """One mend: what it does, its edits, and the change of the tree that they must make and no other."""

    description: str
    edits: list[Edit]
    change: Callable[[Any], None]
    """Makes the same change to a tree of plain values."""
    owner: Path
    """The element that changes."""


Mender = Callable[[NodeGraphFlow, Path], Fix]
"""A flow and the path of the finding's element; raises UncertainError where it would be a guess."""


def _at(root: Any, path: Path) -> Any:
    for part in path:
        root = root[part]
    return root


def _shadowed(flow: NodeGraphFlow, path: Path) -> Fix:
    """A transition that says again what an earlier one says is taken out."""
    listed, index = _transition(flow, path)
    said = classify(text(listed[index]["condition"]) or "").normal
    same = [at for at in range(index) if classify(text(listed[at].get("condition")) or "").normal == said]
    if not same:
        raise UncertainError("an earlier `true` takes every caller: which of the two is meant is for people to say")
    first, again = (text(listed[at].get("destinationNodeId")) for at in (same[0], index))
    if first != again:
        raise UncertainError(f"the first leads to `{first}`, this one to `{again}`: one condition may be a slip")
    if plain(listed[index]).keys() - {"condition", "destinationNodeId"}:
        raise UncertainError("it has more keys than `condition` and `destinationNodeId`")

    def change(tree: Any) -> None:
        del _at(tree, path[:-2])[index]

    condition = (text(listed[index]["condition"]) or "").strip()
    return Fix(
        f"Removed the second `{condition}` to `{again}`.", remove_item(flow.document, listed, index), change, path[:-2]
    )


def _default_last(flow: NodeGraphFlow, path: Path) -> Fix:
    """`default` goes behind the conditions."""
    listed, index = _transition(flow, path)
    for other in listed[index + 1 :]:
        if classify(text(other.get("condition")) or "").is_default:
            raise UncertainError("a second `default` or `else` stands behind it, and the first one counts")

    def change(tree: Any) -> None:
        transitions = _at(tree, path[:-2])
        transitions.append(transitions.pop(index))

    condition = (text(listed[index]["condition"]) or "").strip()
    return Fix(
        f"Moved `{condition}` behind the other transitions.", move_last(flow.document, listed, index), change, path[:-2]
    )


def _transition(flow: NodeGraphFlow, path: Path) -> tuple[Any, int]:
    listed = _at(flow.document.root, path[:-2])
    index = path[-2]
    if not isinstance(listed, list) or not isinstance(index, int) or not all(isinstance(one, dict) for one in listed):
        raise UncertainError("its list holds more than transitions")
    return listed, index


def _quoted(flow: NodeGraphFlow, path: Path) -> Fix:
    """A number, `true` or `false` where text belongs gets quotes: it was read as that text already."""
    element, key = _at(flow.document.root, path[:-1]), path[-1] if path else ""
    value = element[key] if path and not is_scalar(element) else None
    if (
        not isinstance(element, dict)
        or key not in _TEXT
        or not is_scalar(value)
        or is_null(value)
        or isinstance(typed(value), str)
    ):
        raise UncertainError  # another finding of this rule, which nothing here mends
    start, end = scalar_span(flow.document, element, key)
    said = flow.document.text[start:end]
    if said != text(value) or not re.fullmatch(r"[\w.+-]+", said):
        raise UncertainError("what is written and what was read differ")

    def change(tree: Any) -> None:
        _at(tree, path[:-1])[key] = said

    return Fix(f"Put `{key}: {said}` in quotes.", [Edit(start, end, f'"{said}"')], change, path)


_TEXT = frozenset(("id", "name", "type", "condition", "destinationNodeId", "startNodeId", "start_node_id"))
"""Keys that hold text."""


def _own_id(flow: NodeGraphFlow, path: Path) -> Fix:
    """A node's `id` becomes its key in `nodes`, where nothing names it by the other id."""
    element = _at(flow.document.root, path[:-1])
    node = next((node for node in flow.nodes if node.element is element), None)
    if node is None or node.own_id is None or path[-1] != "id":
        raise UncertainError
    used = {condition.destination for other in flow.nodes for condition in other.conditions}
    used |= {other.id for other in flow.nodes} | {flow.start_node_id or ""}
    if node.own_id in used:
        raise UncertainError(f"`{node.own_id}` is named elsewhere: which of the two is meant is for people to say")
    if not re.fullmatch(r"[A-Za-z_][\w-]*", node.id):
        raise UncertainError("its key is no plain word")
    start, end = scalar_span(flow.document, element, "id")
    quote = flow.document.text[start] if flow.document.text[start] in "\"'" else ""

    def change(tree: Any) -> None:
        _at(tree, path[:-1])["id"] = node.id

    edits = [Edit(start, end, f"{quote}{node.id}{quote}")]
    return Fix(f"Gave `{node.id}` its own id, in place of `{node.own_id}`.", edits, change, path)


MENDERS: dict[str, Mender] = {
    "schema-violation": _quoted,
    "id-mismatch": _own_id,
    "shadowed-transition": _shadowed,
    "default-not-last": _default_last,
}
"""Rule id → what mends its findings, in the order in which they are made."""
