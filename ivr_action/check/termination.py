"""Genesys' own rule for what ends a list of actions, computed once per flow.

Source: `updateTermination` and `branchInfo` in Genesys' scripting SDK (npm
purecloud-flow-scripting-api-sdk-javascript 0.0.18): an action ends its task or flow if its own entry says so, or if it
has branches and every branch ends; a transfer's success counts as an end, so it ends where its failure branch does.
"""

from __future__ import annotations

from functools import lru_cache

from ivr_action.flow.actions import ACTIONS, action_type
from ivr_action.flow.flow import Action, ArchitectFlow, Container

LEAVES_LOOP = 1
"""The list ends by `loopNext` or `loopExit`, on some way at least; control stays in the task."""
ENDS = 2
"""Every way ends the flow, the task or the state, or jumps elsewhere."""

_OWN = {name: LEAVES_LOOP if kind.terminates == "loop" else ENDS for name, kind in ACTIONS.items() if kind.terminates}
_CLOSED_BRANCHES = frozenset(
    name
    for name, kind in ACTIONS.items()
    if kind.outputs
    and (
        kind.strict_outputs
        or kind.kind == "transfer"
        or name.startswith("find")
        or name in (
            "switch", "callTask", "evaluateSchedule", "evaluateScheduleGroup", "getExternalContact",
            "getExternalOrganization", "searchExternalContacts", "setWrapupCode", "setWhisperAudio",
        )
    )
    and "loop" not in kind.outputs
)  # fmt: skip
"""Types whose branches are known for certain; any other type never counts as ending by its branches."""


@lru_cache(maxsize=1)
def endings(flow: ArchitectFlow) -> dict[int, int]:
    """`id(action)` → how it ends its list; actions after which the list goes on are left out.

    The cache holds one flow: the rules of one file ask for it one after another.
    """
    found: dict[int, int] = {}
    for action in reversed(flow.actions):  # document order puts an action before what hangs on it
        own = _OWN.get(action.type)
        if own:
            found[id(action)] = own
        elif action.outputs and action.type in _CLOSED_BRANCHES:
            level = _by_branches(action, found)
            if level:
                found[id(action)] = level
    return found


def list_ending(actions: list[Action], found: dict[int, int]) -> int:
    """How a list of actions ends: by the first of its actions that ends it; 0 where control runs off its end."""
    for action in actions:
        level = found.get(id(action))
        if level:
            return level
    return 0


def _by_branches(action: Action, found: dict[int, int]) -> int:
    weakest = ENDS
    seen = set()
    for output in action.outputs:
        seen.add(output.name)
        weakest = min(weakest, list_ending(output.actions, found) if output.enabled else 0)
        if not weakest:
            return 0
    names = action_type(action.type).outputs
    if action.type == "callTask":
        names = ("default", *_paths(action))
    return 0 if any(name not in seen for name in names) else weakest


def _paths(action: Action) -> list[str]:
    for reference in action.references:
        if isinstance(reference.target, Container):
            return [path for path in reference.target.output_paths if path.casefold() != "default"]
    return []
