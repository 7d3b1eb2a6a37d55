"""Findings that are not those of check rules: what simulated calls can find, with ids, levels and words.

The configuration, suppressions and `ivr-action rules` know them beside the rules (`check.registry.KNOWN`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ivr_action.model.finding import Finding, Level
from ivr_action.model.trace import Ending


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding; what the configuration asks of a rule it answers too."""

    id: str
    level: Level
    summary: str
    why: str
    fix: str
    source: str = "docs/trace.md"
    enabled: bool = True
    """False for one that is told only where somebody asks for it."""
    binding: bool = False
    settings: Mapping[str, int] = field(default_factory=dict)


SCENARIO_ERROR = Kind(
    "scenario-error",
    Level.ERROR,
    "A scenario file has a mistake.",
    "A call with a mistake is not run, so nothing is known about it.",
    "Correct the line; docs/trace.md describes every key.",
)
SCENARIO_FAILED = Kind(
    "scenario-failed",
    Level.ERROR,
    "A call did not do what its scenario expects.",
    "Somebody wrote down what must happen to this caller, and something else happens.",
    "Follow the path that the message shows; mend the flow, or the expectation if the flow is right.",
)
CALL_DEAD_END = Kind(
    "call-dead-end",
    Level.ERROR,
    "A caller comes to a node without a way on.",
    "Nobody answers, and nothing is said: the caller hears silence until the line is cut.",
    "Give the node a way on: a `default`, a disconnect, or a transfer.",
)
CALL_NO_MATCHING_INPUT = Kind(
    "call-no-matching-input",
    Level.ERROR,
    "A caller does something for which the node has no way.",
    "A wrong key or silence is what callers do every day; without a way for it the call breaks off.",
    "Give the node a `default`, or ways for a timeout and for input that does not match.",
)
CALL_LOOP = Kind(
    "call-loop",
    Level.ERROR,
    "A call goes in a circle that nothing can end.",
    "No caller, no clock and no variable has a say in it: it goes round until the platform stops it.",
    "Let the circle wait for the caller, count its rounds, or lead out of it.",
)
CALL_ACTION_LIMIT = Kind(
    "call-action-limit",
    Level.WARNING,
    "A call takes more steps than the platform allows.",
    "After 10,000 actions the platform takes the flow's error handling.",
    "Count the rounds of the loop that the message names, and lead out of it earlier.",
)
COVERAGE = Kind(
    "coverage-too-low",
    Level.ERROR,
    "The calls come through less of the flow than `min-coverage` asks for.",
    "What no call comes through nobody has tried; a mistake there meets a caller first.",
    "`ivr-action trace FLOW --suggest` writes calls that come through what can be reached.",
)
TOO_LONG = Kind(
    "too-long-to-agent",
    Level.WARNING,
    "Callers reach a person or an end only after more choices or prompts than the limit.",
    "Who has to press five keys, or to listen for two minutes, hangs up or presses anything.",
    "Offer the way earlier, shorten what is said before it, or raise `max-choices` or `max-seconds`.",
)
UNCOVERED_CHANGE = Kind(
    "uncovered-change",
    Level.NOTE,
    "No call comes through a node whose line the change under review touches.",
    "What a change adds and no call comes through nobody has tried; a mistake in it meets a caller first.",
    "Write a scenario that comes here (`ivr-action trace --suggest` writes some), or remove what nothing reaches.",
)

KINDS = (
    SCENARIO_ERROR,
    SCENARIO_FAILED,
    CALL_DEAD_END,
    CALL_NO_MATCHING_INPUT,
    CALL_LOOP,
    CALL_ACTION_LIMIT,
    COVERAGE,
    TOO_LONG,
    UNCOVERED_CHANGE,
)
"""All of them, in the order of docs/rules/calls.md."""

FOR_ENDING = {
    Ending.DEAD_END: CALL_DEAD_END,
    Ending.NO_MATCHING_INPUT: CALL_NO_MATCHING_INPUT,
    Ending.LOOP: CALL_LOOP,
    Ending.ACTION_LIMIT: CALL_ACTION_LIMIT,
}
"""What an explored call that ends so is."""

OF_CALLS = frozenset((SCENARIO_FAILED.id, *(kind.id for kind in FOR_ENDING.values())))
"""Ids of those that say that a call failed."""
_BY_ID = {kind.id: kind for kind in KINDS}


def levelled(findings: Iterable[Finding], levels: Mapping[str, Level | None]) -> list[Finding]:
    """Findings of calls at the levels that a configuration chose; those that are off are left out."""
    chosen: list[Finding] = []
    for finding in findings:
        kind = _BY_ID.get(finding.rule)
        level = levels.get(finding.rule, finding.level if kind is None or kind.enabled else None)
        if level is not None:
            chosen.append(finding if level is finding.level else replace(finding, level=level))
    return chosen
