"""What simulated calls can find, beside the rules that look at a file: ids, levels and words for their pages."""

from __future__ import annotations

from dataclasses import dataclass

from ivr_action.model import Level
from ivr_action.model.trace import Ending


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding."""

    id: str
    level: Level
    summary: str
    why: str
    fix: str
    source: str = "docs/trace.md"


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

KINDS = (
    SCENARIO_ERROR,
    SCENARIO_FAILED,
    CALL_DEAD_END,
    CALL_NO_MATCHING_INPUT,
    CALL_LOOP,
    CALL_ACTION_LIMIT,
    COVERAGE,
)
"""All of them, in the order of docs/rules/calls.md."""

FOR_ENDING = {
    Ending.DEAD_END: CALL_DEAD_END,
    Ending.NO_MATCHING_INPUT: CALL_NO_MATCHING_INPUT,
    Ending.LOOP: CALL_LOOP,
    Ending.ACTION_LIMIT: CALL_ACTION_LIMIT,
}
"""What an explored call that ends so is."""
