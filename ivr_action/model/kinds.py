"""Findings that are not those of check rules: what simulated calls, plans and deployments can find, with ids, levels
and words.

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


_DEPLOY = "docs/deploy.md"

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

ENVIRONMENT_VALUES = Kind(
    "environment-values",
    Level.ERROR,
    "With the substitutions of one environment the file is not the flow that it should be.",
    "The file looks right where it is checked, and fails where it is deployed: a key without a value, or a value that "
    "breaks the YAML around it.",
    "Add the key to that environment's substitutions, or put the `{{key}}` into quotes.",
    _DEPLOY,
)
MISSING_REFERENCE = Kind(
    "missing-reference",
    Level.ERROR,
    "The flow names a queue, prompt or the like that the organisation does not have.",
    "The platform refuses to publish such a flow, so callers stay with what is live.",
    "Correct the name, or create what is missing in that organisation. What the client's divisions hide from it is "
    "missing too.",
    _DEPLOY,
)
AMBIGUOUS_REFERENCE = Kind(
    "ambiguous-reference",
    Level.ERROR,
    "The organisation has more than one thing of the name that the flow gives.",
    "Callers would come to one of them, and nobody could say to which.",
    "Rename all but one, or spell the name exactly, capitals included.",
    _DEPLOY,
)
MODULE_INTERFACE = Kind(
    "module-interface-changed",
    Level.ERROR,
    "A common module takes or gives back other values than flows that are live expect.",
    "Those flows were published against the module as it was; they may fail while callers are in them.",
    "Keep the old inputs and outputs, or deploy the flows that the message names together with the module.",
    _DEPLOY,
)
DRIFTED = Kind(
    "drifted",
    Level.WARNING,
    "Somebody else changed what is live since it was deployed.",
    "Deploying the file would take a colleague's change away from callers without a word; so it is not deployed.",
    "Take the change into the file, or publish the deployed version again, then deploy.",
    _DEPLOY,
)
DRAFT = Kind(
    "draft",
    Level.WARNING,
    "Somebody has a newer draft of the flow than what is live.",
    "Publishing over it would leave a colleague with a draft that is older than what callers hear.",
    "Ask whether it may go; then let it be published or discarded, or set `on-draft: publish-over`.",
    _DEPLOY,
)
LOCKED = Kind(
    "locked",
    Level.WARNING,
    "Somebody has the flow open for editing.",
    "The platform refuses a publish while somebody else holds the lock.",
    "Ask them to close it, wait with `lock-wait`, or take the lock with `force-unlock`, which checks their draft in.",
    _DEPLOY,
)
RENAMED = Kind(
    "renamed",
    Level.ERROR,
    "The flow of the file has another name than the one that was deployed from it.",
    "The platform goes by the name: it would be a second flow, and callers would stay in the first.",
    "Give it its old name back, or set `allow-rename`, which renames the one that is there.",
    _DEPLOY,
)
REFUSED = Kind(
    "deploy-refused",
    Level.ERROR,
    "The flow would not be deployed, or was not, for the reason that the message gives.",
    "Nothing was sent: callers stay with what is live.",
    "Do what the message says, then deploy again.",
    _DEPLOY,
)
NOT_PLANNED = Kind(
    "not-planned",
    Level.ERROR,
    "What a deployment would do with the flow could not be found out.",
    "A plan that did not look at everything is no promise, so it is not green.",
    "Read why in the message; run the plan again where the platform did not answer.",
    _DEPLOY,
)
NOT_COMPILABLE = Kind(
    "not-compilable",
    Level.ERROR,
    "A node graph holds something that Architect has no words for.",
    "The platform takes Architect flows only; whatever came near it would be another flow than the one that was "
    "checked.",
    "Write the node as the message says; docs/compile.md has the table of what each type and condition becomes.",
    "docs/compile.md",
)
PUBLISH_FAILED = Kind(
    "publish-failed",
    Level.ERROR,
    "The platform refused the flow, or did not keep what it had taken.",
    "Callers stay with what is live, and the file says something else.",
    "Mend what the message names and deploy again.",
    _DEPLOY,
)
OUTCOME_UNKNOWN = Kind(
    "outcome-unknown",
    Level.ERROR,
    "The flow was sent, and nobody can tell whether it took effect.",
    "Callers may be in the old flow or in the new one.",
    "Look at the flow's versions in Architect, or deploy again: a version that holds the file already is recognised.",
    _DEPLOY,
)

OF_TRACES = (
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
"""What simulated calls find, in the order of docs/rules/calls.md."""
OF_DEPLOYMENTS = (
    ENVIRONMENT_VALUES,
    MISSING_REFERENCE,
    AMBIGUOUS_REFERENCE,
    MODULE_INTERFACE,
    DRIFTED,
    DRAFT,
    LOCKED,
    RENAMED,
    REFUSED,
    NOT_PLANNED,
    NOT_COMPILABLE,
    PUBLISH_FAILED,
    OUTCOME_UNKNOWN,
)
"""What plans and deployments find, in the order of docs/rules/deployments.md."""
KINDS = (*OF_TRACES, *OF_DEPLOYMENTS)

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
