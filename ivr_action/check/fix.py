"""What of a finding can be mended mechanically: as text edits that do to callers exactly what the file did before.

A mender looks at one finding and gives a `Fix` (edits, and what the file must then say) or the reason why it is left
to people. `mend` makes one fix at a time, reads the file again, and keeps the result only where the tree is exactly
what was meant and no rule finds anything new. Suppressed findings and rules that are off are left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ivr_action.check.engine import check
from ivr_action.check.options import CheckOptions
from ivr_action.flow.conditions import classify
from ivr_action.flow.document import is_null, is_scalar, plain, text, typed
from ivr_action.flow.edit import Edit, Path, UncertainError, apply_edits, move_last, remove_item, scalar_span
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import Reading, read_flow
from ivr_action.model import Finding, Location

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Fix:
    """One mend: what it does, its edits, and the change of the tree that they must make and no other."""

    description: str
    edits: list[Edit]
    change: Callable[[Any], None]
    """Makes the same change to a tree of plain values."""


@dataclass(frozen=True, slots=True)
class Made:
    """A mend that was made."""

    rule: str
    location: Location
    """In the file as it was just before."""
    description: str


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that a mender exists for, and why it did not mend it."""

    rule: str
    location: Location
    reason: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of one file."""

    data: bytes
    made: tuple[Made, ...]
    left: tuple[Left, ...]


Mender = Callable[[NodeGraphFlow, Path], Fix]
"""A flow and the path of the finding's element; raises UncertainError where it would be a guess."""


def mend(path: str, data: bytes, options: CheckOptions | None = None) -> Mended:
    """Makes every fix that is certain.

    Args:
        path: as reports show it.
        data: the file's bytes.
        options: as for `check`; a rule that is off mends nothing.
    """
    options = options or CheckOptions()
    made: list[Made] = []
    while True:
        step = _one(path, data, options)
        if isinstance(step, tuple):
            return Mended(data, tuple(made), step)
        fix, data = step.made, step.data
        made += fix


def _one(path: str, data: bytes, options: CheckOptions) -> Mended | tuple[Left, ...]:
    """The file with the first fix that can be made, or what is left where there is none."""
    reading = read_flow(path, data)
    flow, doc = reading.flow, reading.document
    head = _BOM if data.startswith(_BOM) else b""
    if not isinstance(flow, NodeGraphFlow) or doc.text.encode("utf-8", "replace") != data[len(head) :]:
        return ()  # an Architect flow, whose findings no mender knows, or text in another encoding
    findings = check([reading], options).findings
    left: list[Left] = []
    for rule, mender in MENDERS.items():
        for finding in (found for found in findings if found.rule == rule):
            try:
                fix = mender(flow, _path(doc.root, finding.location.pointer or ""))
                new = head + apply_edits(doc.text, fix.edits).encode("utf-8")
                _verify(reading, findings, read_flow(path, new), fix, options)
            except UncertainError as error:
                if str(error):
                    left.append(Left(rule, finding.location, str(error)))
                continue
            return Mended(new, (Made(rule, finding.location, fix.description),), ())
    return tuple(left)


def _verify(before: Reading, findings: Iterable[Finding], after: Reading, fix: Fix, options: CheckOptions) -> None:
    """Whether the file now says what was meant and nothing else.

    Raises:
        UncertainError: it does not.
    """
    meant = plain(before.document.root)
    fix.change(meant)
    if after.document.root is None or plain(after.document.root) != meant:
        raise UncertainError("the file would not mean exactly the same afterwards")
    had = Counter((finding.rule, finding.node) for finding in findings)
    has = Counter((finding.rule, finding.node) for finding in check([after], options).findings)
    new = sorted(rule for rule, _ in (has - had) if rule not in _NOT_ABOUT_CALLERS)
    if new:
        raise UncertainError(f"`{new[0]}` would be found then")


_NOT_ABOUT_CALLERS = frozenset(("suppression-unused",))
"""A suppression is not needed any more once its finding is mended."""


def _path(root: Any, pointer: str) -> Path:
    """Keys and indexes of a JSON pointer."""
    parts: list[str | int] = []
    element = root
    for part in pointer.split("/")[1:]:
        key: str | int = part.replace("~1", "/").replace("~0", "~")
        if isinstance(element, list):
            key = int(key)
        parts.append(key)
        element = None if is_scalar(element) else element[key]
    return tuple(parts)


def _at(root: Any, path: Path) -> Any:
    for part in path:
        root = root[part]
    return root


# -- menders -----------------------------------------------------------------------------------------------------


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
    return Fix(f"Removed the second `{condition}` to `{again}`.", remove_item(flow.document, listed, index), change)


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
    return Fix(f"Moved `{condition}` behind the other transitions.", move_last(flow.document, listed, index), change)


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

    return Fix(f"Put `{key}: {said}` in quotes.", [Edit(start, end, f'"{said}"')], change)


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
    return Fix(f"Gave `{node.id}` its own id, in place of `{node.own_id}`.", edits, change)


MENDERS: dict[str, Mender] = {
    "schema-violation": _quoted,
    "id-mismatch": _own_id,
    "shadowed-transition": _shadowed,
    "default-not-last": _default_last,
}
"""Rule id → what mends its findings, in the order in which they are made."""
