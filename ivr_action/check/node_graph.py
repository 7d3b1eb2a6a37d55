"""Rules about a node graph's nodes and conditions, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.topology import _GOOD, _place
from ivr_action.flow.conditions import ConditionError, check_condition, classify, number_for_text
from ivr_action.flow.flow import Condition, GraphNode, NodeGraphFlow
from ivr_action.flow.node_types import near_type, node_type
from ivr_action.model import Finding, Level, Location


class IdMismatch(Rule):
    id = "id-mismatch"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "A node's key in `nodes` and its own `id` disagree."
    why = "Transitions name nodes by id: half of them would lead elsewhere, depending on which of the two is read."
    fix = "Write the same id in both places."
    bad = _GOOD.replace("    id: goodbye", "    id: good-bye")
    good = _GOOD
    source = "The node graph's specification: `nodes` is a map of id to node."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        for node in subject.nodes:
            if node.own_id is not None and node.own_id != node.id:
                yield self.finding(
                    subject.document,
                    f"The node `{node.id}` calls itself `{node.own_id}`: a transition to either may miss it.",
                    "",
                    node.element,
                    "id",
                    node=node.id,
                )


class UnknownNodeType(Rule):
    id = "unknown-node-type"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "A node's type is not in the table of node types."
    why = "Whether it waits for the caller, ends the call or needs a `default` was not checked."
    fix = "Use a type of the table in docs/node-graph.md."
    bad = _GOOD.replace("type: transferToAcd", "type: teleport")
    good = _GOOD
    source = "The table of node types in docs/node-graph.md."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        for node in subject.nodes:
            if node.type and node_type(node.type) is None and "{{" not in node.type:
                near = near_type(node.type)
                end = "" if node.conditions else " It has no transition: unless it ends the call, the caller is stuck."
                yield self.finding(
                    subject.document,
                    f"The type `{node.type}` of `{node.id}` is not known, so what it does to a caller was not "
                    f"checked.{end}",
                    f"Did you mean `{near}`?" if near else "",
                    node.element,
                    "type",
                    node=node.id,
                )


class InvalidCondition(Rule):
    id = "invalid-condition"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "A condition is neither `default`, `else`, nor a CEL expression that can be read and hold for a caller."
    why = "The transition can never be taken: callers who should go there are stuck or go elsewhere."
    fix = "Correct the expression."
    bad = _GOOD.replace("dtmf == '1'", "dtmf = '1'")
    good = _GOOD
    source = "Common Expression Language (cel.dev), by the package common-expression-language."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        for node in subject.nodes:
            for condition in node.conditions:
                said = condition.text
                if said.strip() and "{{" not in said and not classify(said).is_default:
                    error = check_condition(said)
                    if error is not None:
                        yield self._found(subject, node, condition, error, "cannot be read")
                    else:
                        error = number_for_text(said)
                        if error is not None:
                            yield self._found(subject, node, condition, error, "holds for no caller")

    def _found(
        self, flow: NodeGraphFlow, node: GraphNode, condition: Condition, error: ConditionError, what: str
    ) -> Finding:
        where = f"column {error.column}" if error.line == 1 else f"line {error.line}, column {error.column}"
        return self.at(
            _within(flow, condition, error),
            f"The condition of `{node.id}` to `{condition.destination}` {what}: {error.message} "
            f"({where} of `{_cut(condition.text)}`).",
            "",
            node=node.id,
        )


class SilentNode(Rule):
    id = "silent-node"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "node-graph"
    summary = "A node that should speak to the caller has nothing to play."
    why = "The caller hears silence and does not know what to do."
    fix = "Add `properties.audioResource` or `properties.tts`."
    bad = _GOOD.replace(_GOOD[_GOOD.index("    properties:") : _GOOD.index("  sales:\n")], "")
    good = _GOOD
    source = "The node graph's specification: `properties.audioResource`; the table in docs/node-graph.md."

    def check(self, subject: NodeGraphFlow, options: CheckOptions) -> Iterator[Finding]:
        for node in subject.nodes:
            kind = node_type(node.type)
            if kind is not None and kind.needs_audio and isinstance(node.element, dict):
                properties = node.element.get("properties")
                if not (isinstance(properties, dict) and (properties.get("audioResource") or properties.get("tts"))):
                    yield self.finding(
                        subject.document,
                        f"`{node.id}` has nothing to play: its callers hear silence.",
                        "",
                        *_place(subject, node),
                        of="key",
                        node=node.id,
                    )


def _within(flow: NodeGraphFlow, condition: Condition, error: ConditionError) -> Location:
    """The column in the file where that is sure: the text stands there letter by letter."""
    place = flow.document.where(condition.element, "condition")
    if place.line is None or place.column is None or place.line != place.end_line or error.line != 1:
        return place
    lines = flow.document.text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    for quote in (0, 1):
        start = place.column - 1 + quote
        if line[start : start + len(condition.text)] == condition.text:
            return replace(place, column=start + error.column)
    return place


def _cut(said: str) -> str:
    return said if len(said) <= 80 else said[:79] + "…"


RULES: tuple[Any, ...] = (IdMismatch(), UnknownNodeType(), InvalidCondition(), SilentNode())
