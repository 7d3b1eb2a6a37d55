"""Every rule, in the order of `ivr-action rules` and of docs/rules/README.md. A new rule is one line here."""

from __future__ import annotations

from ivr_action.check import (
    actions,
    audio,
    callers,
    contracts,
    deletions,
    document,
    failures,
    loops,
    menus,
    naming,
    node_graph,
    offers,
    order,
    project,
    references,
    suppressions,
    topology,
    values,
    variables,
)
from ivr_action.check.rule import Rule
from ivr_action.errors import UsageError

RULES: tuple[Rule, ...] = (
    *document.RULES,
    *naming.RULES,
    *references.RULES,
    *actions.RULES,
    *values.RULES,
    *menus.RULES,
    *loops.RULES,
    *node_graph.RULES,
    *topology.RULES,
    *order.RULES,
    *callers.RULES,
    *offers.RULES,
    *audio.RULES,
    *failures.RULES,
    *variables.RULES,
    *project.RULES,
    *contracts.RULES,
    *deletions.RULES,
    *suppressions.RULES,
)

BY_ID = {rule.id: rule for rule in RULES}
"""Every rule by its id."""


def rule(id_: str) -> Rule:
    """The rule of an id.

    Raises:
        UsageError: there is none; the hint names the nearest.
    """
    found = BY_ID.get(id_)
    if found is None:
        from ivr_action.check.words import did_you_mean

        raise UsageError(f"There is no rule `{id_}`.", did_you_mean(id_, BY_ID, "`ivr-action rules` lists them."))
    return found
