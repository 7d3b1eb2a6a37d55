"""A node's ways out: which is taken, by what is known of a caller and of the platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ivr_action.compile.cel import Entry, Expr, Lit, children, names, parse
from ivr_action.compile.partial import TRUE, decided, is_never, is_true, simplify
from ivr_action.compile.problems import Problems
from ivr_action.compile.tokens import UnreadError
from ivr_action.flow.conditions import check_condition, classify
from ivr_action.flow.flow import Condition, GraphNode

QUIET: dict[str, Expr] = {"error": Lit(False), "timeout": Lit(False), "noMatch": Lit(False)}
"""Nothing went wrong, and the caller was not silent."""


class Rule(NamedTuple):
    """One way out with its condition."""

    tree: Expr
    destination: str
    condition: Condition


class Rules(NamedTuple):
    """All ways out of a node."""

    tests: tuple[Rule, ...]
    default: str
    """Where it goes where none is true; empty for nowhere."""

    @property
    def names(self) -> frozenset[str]:
        """Variables and caller's words that the conditions speak of."""
        return frozenset[str]().union(*(names(rule.tree) for rule in self.tests))


class Lead(NamedTuple):
    """A condition as it is with what is known, and where it leads."""

    tree: Expr
    destination: str
    rule: Rule | None


Leads = tuple[Lead, ...]


def read_rules(node: GraphNode, problems: Problems, known: Iterable[str]) -> Rules:
    """The ways out of a node.

    Args:
        node: as written.
        problems: takes conditions that are no CEL, or more than is read.
        known: ids of all nodes.
    """
    tests: list[Rule] = []
    default = ""
    ids = frozenset(known)
    for condition in node.conditions:
        if condition.destination not in ids:
            problems.at(
                node,
                f"a transition leads to `{condition.destination}`, which is no node.",
                "Correct `destinationNodeId`.",
                element=condition.element,
                key="destinationNodeId",
            )
            continue
        info = classify(condition.text)
        if info.is_default:
            default = default or condition.destination
            continue
        wrong = check_condition(condition.text)
        said = wrong.message if wrong is not None else ""
        if "{{" in condition.text:
            said = "its `{{key}}` has no value"
        if not said:
            try:
                tests.append(Rule(parse(condition.text), condition.destination, condition))
                continue
            except UnreadError as error:
                said = str(error)
        problems.at(
            node,
            f"the condition `{condition.text.strip()}` cannot be said: {said}.",
            "Write it with comparisons, `&&`, `||`, `!`, `in`, `size`, `contains`, `startsWith`, `endsWith` and `has`.",
            element=condition.element,
            key="condition",
        )
    return Rules(tuple(tests), default)


def leads(rules: Rules, known: Mapping[str, Expr], *, may_not_match: bool = False) -> Leads:
    """The ways that are possible, in their order; the last one is certain, unless there is no default.

    Args:
        rules: of the node.
        known: what is known by name.
        may_not_match: whether conditions that speak of `noMatch` are tried again, with it true, where none holds.
    """
    found: list[Lead] = []
    passes = [(rules.tests, known)]
    if may_not_match:
        again = tuple(rule for rule in rules.tests if "noMatch" in names(rule.tree))
        passes.append((again, {**known, "noMatch": TRUE}))
    for tests, values in passes:
        for rule in tests:
            tree = decided(simplify(rule.tree, values))
            if is_never(tree):
                continue
            found.append(Lead(tree, rule.destination, rule))
            if is_true(tree):
                return tuple(found)
    if rules.default:
        found.append(Lead(TRUE, rules.default, None))
    return tuple(found)


def alike(first: Leads, second: Leads) -> bool:
    """Whether two lead to the same nodes by the same conditions."""
    return [lead[:2] for lead in first] == [lead[:2] for lead in second]


def is_open(found: Leads) -> bool:
    """Whether it depends on keys of which only the number is known."""
    return any(_has_entry(lead.tree) for lead in found)


def _has_entry(tree: Expr) -> bool:
    todo = [tree]
    while todo:
        expr = todo.pop()
        if isinstance(expr, Entry):
            return True
        todo.extend(children(expr))
    return False
