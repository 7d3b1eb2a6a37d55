"""What is to be done, with what, and for whom; and what the rooms below are given of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr_action.config import Environment
from ivr_action.errors import UsageError
from ivr_action.flow.flow import Flow
from ivr_action.flow.read import Reading
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.model import Finding
from ivr_action.model.origin import Origin
from ivr_action.runner.decide import Decision
from ivr_action.runner.history import Commits
from ivr_action.settings import Settings, read_duration, read_jobs
from ivr_action.substitutions import rendered

if TYPE_CHECKING:
    from ivr_action.deploy.restore import Wish
    from ivr_action.deploy.values import Deployable, Options, Target
    from ivr_action.model.plan import Plan

_ID = re.compile(r"[0-9a-zA-Z][0-9a-zA-Z_-]*")
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Errand:
    """One command with everything that it needs from outside."""

    decision: Decision
    settings: Settings
    environment: Environment
    platform: PlatformSettings
    workspace: str
    readings: Sequence[Reading]
    """Of all flow files, read with the environment's substitutions."""
    values: Mapping[str, str] | None
    """The substitutions."""
    read: Callable[[str, bytes], Reading]
    """Reads another version of a file in the same way."""
    before: Callable[[str], bytes | None]
    """A file at the base commit, for a plan without the platform; raises BeforeError."""
    validate: Callable[[Flow], Sequence[Finding]]
    """Errors in a flow that a merge made."""
    commits: Commits
    origin: Origin = field(default_factory=Origin)
    validated: int = 0
    """Flows that were validated; for the metrics."""
    turned_away: int = 0
    """Of these, the ones with errors."""

    def deployables(self) -> list[Deployable]:
        """The flows, those that cannot be read left out."""
        from ivr_action.deploy.values import Deployable

        found = []
        for reading in self.readings:
            if reading.flow is not None:
                doc = reading.document
                text = rendered(doc.text, self.values) if doc.syntax == "yaml" else ""
                found.append(Deployable(doc.path, reading.flow, text))
        return found

    def target(self) -> Target:
        """What the environment says about the place."""
        from ivr_action.deploy.values import Target

        return Target(self.decision.environment, self.environment.organisation, self.environment.flow_ids)

    def options(self) -> Options:
        """What the user allows."""
        from ivr_action.deploy.values import Options

        given = self.settings
        return Options(
            on_conflict=given.on_conflict,
            on_draft=given.on_draft,
            on_failure=given.on_failure,
            adopt=given.adopt,
            allow_create=given.allow_create == "true",
            allow_rename=given.allow_rename == "true",
            allow_rollback=given.allow_rollback == "true",
            force_unlock=given.force_unlock == "true",
            lock_wait=read_duration(given.lock_wait),
            dry_run=given.dry_run == "true",
            jobs=read_jobs(given.jobs),
            routes=self.decision.command == "plan",
        )

    def notices(self) -> tuple[str, ...]:
        """What a reader should know of the files."""
        paths = [one.document.path for one in self.readings]
        unread = [one.document.path for one in self.readings if one.flow is None]
        notices = []
        if unread:
            notices.append(f"Not looked at, since they cannot be read as flows: {some(unread)}.")
        changed = self.commits.uncommitted(paths) if self.decision.command == "deploy" else []
        if changed:
            notices.append(
                f"Not as the commit has them: {some(changed)}. The versions will say that they come from that commit."
            )
        return tuple(notices)

    def wish(self) -> Wish:
        """What is to be restored.

        Raises:
            UsageError: nobody says which flow or version.
        """
        from ivr_action.deploy.restore import Wish
        from ivr_action.deploy.target import platform_type
        from ivr_action.genesys.store import FlowRef

        given = self.settings
        if not given.restore_flow or not given.restore_version:
            raise UsageError(
                "`restore` needs a flow and a version: `restore-flow` and `restore-version`.",
                "Name the flow's file, or its id, and the version to publish again, such as `14.0`.",
            )
        path = os.path.normpath(given.restore_flow).replace(os.sep, "/")
        found = next((one.flow for one in self.readings if one.document.path == path), None)
        if found is None and not _ID.fullmatch(given.restore_flow):
            raise UsageError(
                f"`{given.restore_flow}` is neither the file of a flow nor the id of one.",
                "Name one of the files that `flows` leads to, or the flow's id on the platform.",
            )
        ref = FlowRef("", "", given.restore_flow)
        if found is not None:
            ref = FlowRef(found.name, platform_type(found), self.environment.flow_ids.get(path, ""))
        return Wish(
            ref, given.restore_version, path if found is not None else "", given.over_others == "true",
            given.by_number == "true",
        )  # fmt: skip

    def planned(self) -> Plan | None:
        """The plan that somebody has seen before.

        Raises:
            UsageError: it cannot be read.
        """
        path = self.settings.expected_plan
        if not path:
            return None
        from ivr_action.release.expected import read_plan

        return read_plan(self.workspace, path)


def some(names: Sequence[str]) -> str:
    """The first few of them, and how many more there are."""
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(f'`{name}`' for name in names[:_NAMED])}{more}"
