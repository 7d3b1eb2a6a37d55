"""What to do with a flow: the guards in their order, decided on what was seen, with no look at anything."""

from __future__ import annotations

from dataclasses import dataclass

from ivr_action.deploy import refusals
from ivr_action.deploy.live import Held
from ivr_action.deploy.refusals import Decision, changed, short
from ivr_action.deploy.stamp import clean
from ivr_action.deploy.values import Options
from ivr_action.genesys.flow_state import FlowState, VersionInfo
from ivr_action.model.difference import FlowDifference
from ivr_action.model.plan import Verdict

_LONG = 80
"""Characters of a description that a notice shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """All that was seen of a flow that is on the platform."""

    state: FlowState
    live: Held | None
    base: Held | None
    """The newest version of ours; the live one where that is ours."""
    file: str
    """Digest of the file's flow."""
    sent: str
    """Digest of what would be published."""
    description: str
    """Of the file, without stamps."""
    changes: FlowDifference
    """From the live version to the file."""
    drift: FlowDifference | None
    """From our newest version to the live one, where these are two."""
    commit: str
    newer: bool | None
    """Whether the commit contains the deployed one; None where Git does not tell."""
    client_id: str
    renamed: bool = False
    merges: bool = False
    """Whether a foreign change goes together with the file's."""
    problems: tuple[str, ...] = ()
    """Why it does not."""
    unseen: bool = False
    """Whether it changed values that do not stand in a file as the platform has them, so that none can be compared."""
    holds_theirs: bool = False
    """Whether all that they changed and that can be compared stands in the file too."""
    newer_ours: str = ""
    """A version of ours that is newer than the live one, where somebody has published that again."""

    @property
    def unchanged(self) -> bool:
        """Whether what is live is what the file says, and we put it there."""
        live = self.live
        if live is None or live.stamp is None or self.renamed:
            return False
        return live.stamp.file == self.file and live.description == self.description

    @property
    def is_adoption(self) -> bool:
        """Whether nothing on the platform was deployed from here."""
        return self.live is not None and self.base is None and not self.merges

    @property
    def same(self) -> bool:
        """Whether the live version says what would be published, as far as both formats tell."""
        return self.live is not None and self.live.digest == self.sent

    @property
    def has_theirs(self) -> bool:
        """Whether the file has what others have published since our newest version."""
        live, base = self.live, self.base
        if live is None or base is None or not (self.same or self.holds_theirs) or self.unseen:
            return False
        return live.description in (self.description, base.description)

    @property
    def foreign_draft(self) -> VersionInfo | None:
        """A newer draft by anybody but our own OAuth client, which a job that died may have left."""
        draft = self.state.draft()
        return None if draft is None or (self.client_id and draft.by_client == self.client_id) else draft


def decide(facts: Facts, options: Options) -> Decision:
    """The first guard that says no, else what a deployment would do."""
    if facts.unchanged:
        return Decision(Verdict.UNCHANGED)
    return (
        foreign(facts, options)
        or _older(facts, options)
        or _held(facts, options)
        or Decision(Verdict.MERGE if facts.merges else Verdict.UPDATE)
    )


def notices(facts: Facts, decision: Decision, options: Options) -> list[str]:
    """What the reader should know besides."""
    found: list[str] = []
    state, live = facts.state, facts.live
    going = decision.verdict.saves
    if live is None and going:
        found.append("The flow is on the platform and has never been published.")
    if facts.is_adoption and decision.verdict is Verdict.UPDATE and live is not None:
        what = f"Version {live.version}, published{refusals.by_at(live.by, live.at)}, was not deployed from here"
        if facts.same:
            found.append(
                f"{what}, but says the same as the file, as far as the two can be compared: it is published once, to "
                "take it over."
            )
        else:
            found.append(f"{what}. It is replaced by the file, since `adopt` is `git`.")
    if facts.is_adoption and decision.verdict is Verdict.UNCHANGED and live is not None:
        found.append(f"Version {live.version} is left as it is, since `adopt` is `live`. It is not what the file says.")
    if going and facts.base is not None and facts.base is not live and live is not None and not facts.merges:
        what = f"Version {live.version} was published{refusals.by_at(live.by, live.at)} after our {facts.base.version}"
        if facts.unseen:
            found.append(f"{what}: {changed(facts.drift or FlowDifference())}. It goes, since `adopt` is `git`.")
        else:
            found.append(f"{what} and {_says(facts, facts.base)}.")
    if decision.verdict is not Verdict.LOCKED and state.is_locked:
        found.append(_lock_notice(facts, options, going))
    draft = state.draft()
    if decision.verdict is not Verdict.DRAFT and draft is not None:
        over = "our own client left it" if facts.foreign_draft is None else "`on-draft` is `publish-over`"
        what = f"It is published over, since {over}." if going else "It is not touched."
        found.append(f"There is a newer draft: {draft.described()}. {what}")
    said = clean(state.description)
    if going and live is not None and not state.holds_nodes and said not in (live.description, facts.description):
        found.append(f"Its description was changed on the platform, to `{_line(said)}`; the file's takes its place.")
    if going and facts.newer is not True and facts.base is not None and facts.base.stamp is not None:
        deployed = facts.base.stamp.commit
        if deployed and options.allow_rollback:
            found.append(f"The live version's commit {short(deployed)} is not known to be older: `allow-rollback`.")
    return found


def _says(facts: Facts, base: Held) -> str:
    """What a version of others is to the file that goes in its place."""
    if facts.same:
        return "says the same as the file"
    if facts.holds_theirs and facts.drift:
        return f"changed what the file has too: {changed(facts.drift)}"
    return f"says the same as our version {base.version}"


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONG else f"{line[: _LONG - 1]}…"


def _lock_notice(facts: Facts, options: Options, going: bool) -> str:
    state = facts.state
    if not state.locked_against(facts.client_id):
        what = "It is waited for first." if going else "Nothing is done about it."
        whose = "another run publishes it, or one that ended early has left the lock"
        return f"The flow is locked by our own OAuth client: {whose}. {what}"
    if going and options.force_unlock:
        return f"{state.locked_by} has the flow open; the lock is taken from them, since `force-unlock` is set."
    return f"{state.locked_by} has the flow open."


def foreign(facts: Facts, options: Options) -> Decision | None:
    """What others have published, or taken off."""
    live, base = facts.live, facts.base
    if live is None:
        stamp = base.stamp if base is not None else None
        return refusals.deactivated(base.version, stamp.commit) if base is not None and stamp is not None else None
    if live.is_stray and options.adopt != "git":
        return refusals.stray(facts.state, live.version)
    if facts.newer_ours:
        return refusals.rolled_back(live.version, facts.newer_ours)
    if facts.problems:
        return _drifted(facts, live, options)
    if base is None:
        return None if facts.merges or facts.same else _adoption(facts, live, options)
    if facts.merges or base is live or facts.has_theirs or (live.digest == base.digest and not facts.drift):
        return None
    if facts.same and facts.unseen:
        return None if options.adopt == "git" else refusals.unseen(_drifted(facts, live, options))
    return _drifted(facts, live, options)


def _adoption(facts: Facts, live: Held, options: Options) -> Decision | None:
    if options.adopt == "git":
        return None
    if options.adopt == "live":
        return Decision(Verdict.UNCHANGED)
    return refusals.not_adopted(live.by, live.at, live.version, facts.changes)


def _drifted(facts: Facts, live: Held, options: Options) -> Decision:
    base = facts.base
    info = VersionInfo(base.version, "publish", base.by, base.by_client, base.at) if base is not None else None
    commit = base.stamp.commit if base is not None and base.stamp is not None else ""
    decision = refusals.drifted(live.by, live.at, live.version, info, facts.drift or FlowDifference(), commit)
    return refusals.not_merged(decision, facts.problems, options.on_conflict) if facts.problems else decision


def _older(facts: Facts, options: Options) -> Decision | None:
    """An older file in place of a newer one."""
    base = facts.base
    if base is None or base.stamp is None or not base.stamp.commit or options.allow_rollback:
        return None
    if facts.newer is None:
        return refusals.unknown_history(base.version, base.stamp.commit, facts.commit)
    return None if facts.newer else refusals.rollback(base.version, base.stamp.commit, facts.commit)


def _held(facts: Facts, options: Options) -> Decision | None:
    """Somebody at work on it."""
    state = facts.state
    if state.locked_against(facts.client_id) and not options.force_unlock:
        return refusals.locked(state)
    draft = facts.foreign_draft
    if draft is not None and options.on_draft == "stop":
        return refusals.drafted(draft, facts.live.version if facts.live is not None else "")
    return None
