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
from ivr_action.model.kinds import KINDS, OF_DEPLOYMENTS, Kind

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
KNOWN: dict[str, Rule | Kind] = {**BY_ID, **{kind.id: kind for kind in KINDS}}
"""Every rule, and what calls, plans and deployments find, by the id that configuration and suppressions give it."""


def rule(id_: str) -> Rule:
    """The rule of an id.

    Raises:
        UsageError: there is none; the hint names the nearest.
    """
    found = known(id_)
    if not isinstance(found, Rule):
        page = "deployments" if found in OF_DEPLOYMENTS else "calls"
        who = "plans and deployments" if found in OF_DEPLOYMENTS else "simulated calls"
        raise UsageError(f"`{id_}` is no rule: {who} find it.", f"docs/rules/{page}.md has all of them.")
    return found


def known(id_: str) -> Rule | Kind:
    """The rule of an id, or what calls, plans or deployments find under it.

    Raises:
        UsageError: there is none; the hint names the nearest.
    """
    found = KNOWN.get(id_)
    if found is None:
        from ivr_action.check.words import did_you_mean

        raise UsageError(f"There is no rule `{id_}`.", did_you_mean(id_, KNOWN, "`ivr-action rules` lists them."))
    return found
