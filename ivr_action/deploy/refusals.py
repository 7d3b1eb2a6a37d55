"""Why a flow is not sent, in words: what, where, who and when, what it would do to callers, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr_action.genesys.flow_state import FlowState, VersionInfo
from ivr_action.model.difference import FlowDifference
from ivr_action.model.plan import Verdict

_NAMED = 5
"""Problems that one message repeats."""
_NODES = 3
"""Nodes that one message names."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a flow, and why."""

    verdict: Verdict
    reason: str = ""
    hint: str = ""
    by: str = ""
    at: str = ""


def by_at(by: str, at: str) -> str:
    """` by A Colleague at 2026-01-01T10:00:00Z`, as far as it is known."""
    return f"{f' by {by}' if by else ''}{f' at {at}' if at else ''}"


def changed(difference: FlowDifference) -> str:
    """What differs, with the first nodes by name: `2 nodes changed (`menu/Main`, …)`."""
    names = list(
        dict.fromkeys([*(one.node for one in difference.nodes), *(one.source for one in difference.transitions)])
    )
    if not names:
        return difference.summary()
    shown = ", ".join(f"`{name}`" for name in names[:_NODES])
    return f"{difference.summary()} ({shown}{', …' if len(names) > _NODES else ''})"


def short(commit: str) -> str:
    """A commit as people write it."""
    return commit[:7] if commit else "an unknown commit"


def not_found(name: str, type_: str, near: Sequence[str]) -> Decision:
    there = f" There is {', '.join(f'`{one}`' for one in near)}." if near else ""
    what = f"{type_} flow" if type_ else "flow"
    return Decision(
        Verdict.REFUSED,
        f"There is no {what} named `{name}` that this OAuth client can see: either the name has a typing "
        "error, or the flow is in a division that the client's role does not reach (the platform answers the same to "
        f"both), or it is new.{there} Publishing would make a second flow that no caller reaches, while the old one "
        "goes on answering.",
        "Correct the name, or give the client's role the flow's division. Is the flow new? Then set "
        "`allow-create: true`.",
    )


def unknown_id(path: str, flow_id: str) -> Decision:
    return Decision(
        Verdict.REFUSED,
        f"The id {flow_id}, which `flow-ids` gives for {path}, leads to no flow that this OAuth client can see. Nothing"
        " was looked up by name instead, since that could be another flow.",
        "Correct the id in the environment's `flow-ids`, or give the client's role the flow's division.",
    )


def other_flow(state: FlowState, name: str, type_: str, whose: str) -> Decision:
    more = (
        "A flow's type cannot be changed."
        if state.type != type_
        else "If the flow is to be renamed, set `allow-rename: true`."
    )
    return Decision(
        Verdict.REFUSED,
        f"The id {state.id}, which {whose}, is the {state.type} flow `{state.name}` on the platform, but the file has "
        f"the {type_} flow `{name}`. One of the two is wrong, and callers of the wrong flow would hear this one.",
        f"Correct the id or the file. {more}",
    )


def rename(state: FlowState, name: str, commit: str) -> Decision:
    return Decision(
        Verdict.RENAME,
        f"The file's flow is named `{name}`; what was deployed from this file at commit {short(commit)} is named "
        f"`{state.name}` ({state.id}) and is still there. A publish job finds flows by name, so it would make a second "
        f"flow with a new id, and whatever leads to `{state.name}` (call routes, other flows) would stay with the old "
        "one.",
        "Set `allow-rename: true`: the flow is renamed on the platform first, so that its id stays. Or name the flow "
        f"in the file `{state.name}` again.",
    )


def renames(states: Sequence[FlowState], name: str, path: str) -> Decision:
    named = ", ".join(f"`{state.name}` ({state.id})" for state in states)
    return Decision(
        Verdict.RENAME,
        f"The file's flow is named `{name}`, and no flow is; but these say that they were deployed from {path}: {named}"
        ". One of them was renamed, the others may be copies of it, and publishing the file would make one more flow.",
        "Name the flow in the file as the one that callers reach, or give that one's id in the environment's "
        "`flow-ids`.",
    )


def renamed_there(state: FlowState, name: str, commit: str) -> Decision:
    return Decision(
        Verdict.RENAME,
        f"Somebody has renamed the flow on the platform: it was deployed as `{name}` at commit {short(commit)} and is "
        f"named `{state.name}` ({state.id}) now. A publish job finds flows by name, so it would make a second flow, "
        f"and whatever leads to `{state.name}` (call routes, other flows) would never reach it.",
        "Give the file the new name; or set `allow-rename: true`, which gives the flow the file's name again.",
    )


def drifted(
    live_by: str, live_at: str, version: str, base: VersionInfo | None, drift: FlowDifference, base_commit: str
) -> Decision:
    after = f"after version {base.id}, which was deployed from commit {short(base_commit)}" if base else "since"
    return Decision(
        Verdict.DRIFTED,
        f"Version {version} was published{by_at(live_by, live_at)} {after}: {changed(drift)}. Publishing the "
        "file would take this change away from callers.",
        "Take the change over into the file and deploy again (`ivr-action pull` writes what is live); once the file "
        "has it, nothing stands in the way."
        + (
            f" Or undo it: restore version {base.id} (`command: restore` with `over-others: true`), then deploy again."
            if base
            else ""
        ),
        live_by,
        live_at,
    )


def unseen(decision: Decision) -> Decision:
    """A drift in values of which nobody can tell whether the file has them."""
    return Decision(
        Verdict.DRIFTED,
        f"{decision.reason} What both formats show of it is in the file; the rest cannot be compared.",
        "Export the flow as YAML and see whether the file says the same. If it does, or if their change may go, deploy "
        "once with `adopt: git`.",
        decision.by,
        decision.at,
    )


def not_merged(decision: Decision, problems: Sequence[str], mode: str) -> Decision:
    """A drift of a node graph that cannot be merged."""
    shown = [*problems[:_NAMED], *([f"… and {len(problems) - _NAMED} more."] if len(problems) > _NAMED else [])]
    if mode == "fail":
        return Decision(Verdict.DRIFTED, "\n".join([decision.reason, *shown]), decision.hint, decision.by, decision.at)
    return Decision(
        Verdict.DRIFTED,
        "\n".join([decision.reason, "It cannot be merged with the file's:", *(f"- {text}" for text in shown)]),
        "Make the two agree in the file, then deploy again. `on-conflict: ours` lets the file's value count.",
        decision.by,
        decision.at,
    )


def rolled_back(version: str, newer: str) -> Decision:
    return Decision(
        Verdict.DRIFTED,
        f"Version {version} is live although version {newer} of ours is newer: somebody published the older one again, "
        "and the platform does not say who. Publishing the file would undo that for callers.",
        f"Ask why. If it is over, publish version {newer} again in Architect or by `command: restore`, then deploy.",
    )


def deactivated(version: str, commit: str) -> Decision:
    return Decision(
        Verdict.DRIFTED,
        f"The flow is not published any more: version {version} was deployed from commit {short(commit)}, and somebody "
        "has taken it off since. Publishing the file would let callers in again.",
        f"Ask why. If it is over, publish version {version} again in Architect or by `command: restore`, then deploy.",
    )


def rollback(version: str, deployed: str, commit: str) -> Decision:
    return Decision(
        Verdict.REFUSED,
        f"The live version {version} was deployed from commit {short(deployed)}, which is not among the ancestors of "
        f"{short(commit)}: an older or a parallel state of the file would replace it, and callers would lose what was "
        "changed since.",
        f"Deploy from a commit that contains {short(deployed)}. If going back is what you want, set "
        "`allow-rollback: true`.",
    )


def unknown_history(version: str, deployed: str, commit: str) -> Decision:
    return Decision(
        Verdict.REFUSED,
        f"The live version {version} was deployed from commit {short(deployed)}, and this checkout does not tell "
        f"whether {short(commit)} is newer: its history does not reach that far. An older file could replace a newer "
        "one, and callers would lose what was changed since.",
        "Check out the whole history (actions/checkout with `fetch-depth: 0`) and run this again. "
        "`allow-rollback: true` deploys without knowing.",
    )


def not_adopted(by: str, at: str, version: str, changes: FlowDifference) -> Decision:
    return Decision(
        Verdict.REFUSED,
        f"The live version {version} was published{by_at(by, at)} and not from here, and the file says something else: "
        f"{changed(changes)}. Publishing the file could take away from callers what only the platform has.",
        "Compare the two, then decide: `adopt: git` lets the file count, once; `ivr-action pull` writes the live flow "
        "into the file, and then nothing is needed. `adopt: live` leaves the flow as it is, in this run.",
        by,
        at,
    )


def locked(state: FlowState) -> Decision:
    since = f" (since {state.locked_since} at least)" if state.locked_since else ""
    whom = "The OAuth client" if state.locked_by_client else ""
    return Decision(
        Verdict.LOCKED,
        f"{f'{whom} ' if whom else ''}{state.locked_by} has the flow open{since}, and the platform publishes nothing "
        "over somebody who is at work on it. Callers keep the live version.",
        "Ask them to publish or to discard their changes and to close the flow, or wait for it with `lock-wait: 10m`. "
        "`force-unlock: true` takes the lock from them: what they have not checked in becomes a version, which then "
        "counts as their draft.",
        state.locked_by,
        state.locked_since,
    )


def drafted(draft: VersionInfo, version: str) -> Decision:
    what = "saved a draft" if draft.kind == "save" else f"checked in version {draft.id}"
    than = f"newer than the live version {version}" if version else "and the flow has never been published"
    return Decision(
        Verdict.DRAFT,
        f"{draft.by or 'Somebody'} {what}{f' at {draft.at}' if draft.at else ''}, {than}. Publishing the file would "
        "leave that work behind: the next version would not have it, and nobody would notice before callers do.",
        "Ask them to publish it, and take it over into the file; or to discard it. `on-draft: publish-over` publishes "
        "the file all the same: their draft then stays in the version history only.",
        draft.by,
        draft.at,
    )


def unsendable(why: str, what_to_do: str) -> Decision:
    return Decision(Verdict.REFUSED, why, what_to_do)


def no_version(state: FlowState, version: str, newest: Sequence[str]) -> Decision:
    there = f" The newest are: {'; '.join(newest)}." if newest else ""
    return unsendable(
        f"Flow `{state.name}` has no version {version}.{there} Nothing was sent.",
        "Give one of its versions, such as 3.0.",
    )


def slipped(other: VersionInfo, ours: str) -> str:
    """A version that ours went over without anybody having seen it before: for a notice."""
    what = f"{other.described()[:1].upper()}{other.described()[1:]}"
    return (
        f"{what}, was made while our version {ours} was published, which went over it. It is in the version history: "
        "see whether the file needs it."
    )


def stray(state: FlowState, version: str) -> Decision:
    return Decision(
        Verdict.REFUSED,
        f"Version {version} of `{state.name}` ({state.id}) was made for another flow, as its stamp says: somebody "
        "renamed that one while it was being published, so the platform, which finds flows by name, made this second "
        "one. Callers may still reach the other.",
        "Find the other one in Architect. Delete this one and deploy with `allow-rename: true`; or, if this one is to "
        "stay, deploy once with `adopt: git`.",
    )
