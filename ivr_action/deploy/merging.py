"""Changes of others to a node graph, put together with the file's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ivr_action.deploy.live import Held, flow_of
from ivr_action.deploy.parcel import Parcel, merged_parcel
from ivr_action.deploy.refusals import short
from ivr_action.deploy.stamp import clean
from ivr_action.deploy.values import Ground
from ivr_action.flow.document import plain
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.genesys.store import Live
from ivr_action.merge import Resolution, resolver
from ivr_action.model.finding import Level

_Flow = Mapping[str, Any]
Decide = Callable[[_Flow, _Flow, _Flow], Resolution]
"""(base, ours, theirs) → what to save instead."""


@dataclass(frozen=True, slots=True, eq=False)
class Merging:
    """What a merge is made from, and what comes of it with the live version of the moment."""

    base: Live
    """What both were made from; its version is none of the platform's where it comes from Git."""
    parcel: Parcel
    """The merged flow."""
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def merging(parcel: Parcel, live: Held, base: Held | None, ground: Ground, mode: str, path: str) -> Merging | None:
    """How the file's flow and the live one go together; None where there is nothing to merge, or nothing to go by.

    Args:
        parcel: the file's.
        live: what is live.
        base: the newest version of ours; None where there is none.
        ground: what Git knows, and what validates a merged flow.
        mode: `on-conflict`.
        path: of the file.
    """
    if not parcel.nodes or live.digest == parcel.digest:
        return None
    stamp = base.stamp if base is not None else None
    if base is not None and stamp is not None and stamp.file == stamp.published:
        if base is live:
            return None
        held = Live(live.flow_id, parcel.flow.name, base.version, base.content)
    else:
        commit = stamp.commit if stamp is not None else ground.history.base_ref
        if not commit:
            return None
        content = _from_git(ground, commit, path)
        held = Live(live.flow_id, parcel.flow.name, f"{path} at {commit}", content or {})
        if content is None:
            problem = (
                f"Version {live.version} holds changes of others that are not in the file; which these are is not "
                f"known, since the file of commit {short(commit)} is not in this checkout. Check out the whole "
                "history (`fetch-depth: 0`)."
            )
            return Merging(held, parcel, (problem,))
    decide = deciding(ground, mode)
    found = decide(held.content, parcel.nodes, live.content)
    if found.problems:
        return Merging(held, parcel, found.problems)
    return Merging(held, merged_parcel(parcel, found.content), (), _told(found))


def deciding(ground: Ground, mode: str) -> Decide:
    """How to merge, with stamps out of the way.

    Args:
        ground: validates a merged flow.
        mode: `on-conflict`.
    """

    def validate(content: _Flow) -> list[str]:
        flow = flow_of(content)
        if flow is None:
            return ["the merged flow is no flow"]
        return [finding.message for finding in ground.validate(flow) if finding.level is Level.ERROR]

    resolve = resolver(mode, validate)

    def decide(base: _Flow, ours: _Flow, theirs: _Flow) -> Resolution:
        return resolve(_unstamped(base) if base else None, _unstamped(ours), _unstamped(theirs))

    return decide


def restamping(decide: Decide, parcel: Parcel, commit: str, type_: str) -> Decide:
    """The same, with a stamp of its own in what comes of it.

    Args:
        decide: merges.
        parcel: the file's.
        commit: that is deployed.
        type_: the platform's.
    """

    def stamped(base: _Flow, ours: _Flow, theirs: _Flow) -> Resolution:
        found = decide(base, ours, theirs)
        if found.problems:
            return found
        content = merged_parcel(parcel, found.content).stamped(commit, type_, int(theirs["version"]))
        return replace(found, content=content)

    return stamped


def _from_git(ground: Ground, commit: str, path: str) -> _Flow | None:
    data = ground.history.earlier(commit, path)
    flow = ground.read(path, data) if data is not None else None
    return plain(flow.document.root) if isinstance(flow, NodeGraphFlow) else None


def _told(found: Resolution) -> tuple[str, ...]:
    said = []
    if found.taken:
        said.append(f"Taken over from the live flow: {', '.join(f'`{id_}`' for id_ in found.taken)}.")
    if found.overwritten:
        lost = "\n".join(f"- {change}" for change in found.overwritten)
        said.append(f"`on-conflict` is `ours`, so these changes of others are replaced:\n{lost}")
    return tuple(said)


def _unstamped(flow: _Flow) -> _Flow:
    said = flow.get("description")
    if not isinstance(said, str):
        return flow
    text = clean(said)
    if text:
        return {**flow, "description": text}
    return {key: value for key, value in flow.items() if key != "description"}
