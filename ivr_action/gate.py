"""The step's gate: what the event changed, which rules count, and what they and simulated calls find."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from ivr_action.calls import Wanted, with_calls
from ivr_action.check import RULES, CheckOptions
from ivr_action.config import Environment
from ivr_action.environments import at_their_values, values_of, with_environments
from ivr_action.errors import NothingScannedError
from ivr_action.files import Found, find, find_again
from ivr_action.flow.read import Reading, looks_like_flow, read_flow
from ivr_action.model import Level, Report
from ivr_action.model.coverage import read_limits
from ivr_action.model.patience import Patience, read_choices, read_seconds
from ivr_action.policy import (
    Policy,
    ReadBefore,
    UnknownBeforeError,
    added_suppressions,
    judged,
    local_policy,
    review_policy,
    with_config,
)
from ivr_action.report.plain import count_of
from ivr_action.runner.before import Before, BeforeError
from ivr_action.runner.changed import Changes, changed_files
from ivr_action.runner.changed_github import ask_github
from ivr_action.runner.changed_lines import changed_lines
from ivr_action.runner.decide import Decision
from ivr_action.scope import Scope, scope_of
from ivr_action.settings import Settings
from ivr_action.substitutions import load_substitutions
from ivr_action.world import World

CHECKS = ("validate", "plan", "deploy")
"""Commands that check the flows; the others only read them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known before a flow is looked at."""

    changes: Changes
    policy: Policy
    before: Callable[[str], bytes | None]
    """A file's bytes at the commit before; raises `BeforeError`."""

    @property
    def environments(self) -> dict[str, tuple[str, ...]]:
        """Names, and globs of the tags that deploy there."""
        return {name: one.deploy_tags for name, one in self.policy.config.environments.items()}

    def environment(self, name: str) -> Environment:
        """One of them; an empty one for no name."""
        return self.policy.config.environments[name] if name else Environment()


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate has to say."""

    report: Report
    scope: Scope
    settings: Settings
    """With what the configuration says."""
    read: Callable[[str, bytes], Reading]
    """Reads a flow file as those of `scope` were read."""
    values: Mapping[str, str] | None
    """What stands for each `{{key}}`."""
    options: CheckOptions
    """What the rules were given."""
    checked: bool = True
    """False where the flows were only read."""

    @property
    def levels(self) -> Mapping[str, Level | None]:
        """What the configuration says about rules and kinds."""
        return self.options.levels

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Of all flow files, those that were not checked included."""
        return tuple(
            sorted((*self.scope.readings, *self.scope.others), key=lambda reading: reading.document.path)
        )  # fmt: skip


def look_around(world: World, settings: Settings) -> Seen:
    """What the event changed, and the configuration and baseline that count for it.

    Raises:
        UsageError: a configuration or baseline that cannot be used.
    """
    always = settings.changed_only == "true"
    connect = cache(lambda: world.connect_github(settings))
    changes = changed_files(
        world.context,
        world.git,
        always=always,
        elsewhere=lambda head, prefix: ask_github(world.context, connect(), head, prefix, always=always),
    )
    before = Before(changes, world.git, connect)
    return Seen(changes, _policy(world, settings, _reader(before.read)), before.read)


def check_flows(world: World, settings: Settings, seen: Seen, decision: Decision) -> Gate:
    """Finds the flows, checks them, and makes calls through them.

    Raises:
        UsageError: an input or a file that it names cannot be used.
        NothingScannedError: there is no flow.
    """
    workspace, changes, policy = world.workspace, seen.changes, seen.policy
    general = with_config(settings, policy.config).substitutions
    settings, values_file = _chosen_values(world, settings, seen, decision)
    values: Mapping[str, str] | None
    values, own_file = load_substitutions(settings.substitutions, workspace)
    if values is None and decision.platform and decision.command in CHECKS:
        values = {}  # what is sent must not say `{{key}}` to callers
    try:
        found = find(settings.flows, workspace, looks_like_flow=looks_like_flow, ignore=policy.config.ignore)
    except NothingScannedError as error:
        if settings.allow_empty == "false":
            raise
        found = Found((), (f"{error} `allow-empty` lets that pass.",))

    def read(path: str, data: bytes) -> Reading:
        return read_flow(path, data, values)

    scope = scope_of(
        found,
        changes,
        "false" if decision.writes or decision.command not in CHECKS else settings.changed_only,
        read=read,
        read_before=seen.before,
        find_again=lambda paths: find_again(paths, settings.flows, workspace, ignore=policy.config.ignore),
        values_file=own_file or values_file,
        rules_changed=_rules_changed(world, policy, changes),
    )
    options = CheckOptions(
        settings.cycles,
        policy.config.levels,
        policy.config.settings,
        others=scope.others,
        before=scope.before,
        today=world.today(),
    )
    if decision.command not in CHECKS:
        report = Report((), (), scope.notices, f"Read all {count_of(len(scope.readings), 'flow file')}.")
        return Gate(report, scope, settings, read, values, options, checked=False)
    report = at_their_values(world.check(scope.readings, options), scope.readings, own_file or values_file)
    undone = (decision.warning,) if decision.warning else ()
    notices = (*undone, *report.notices, *scope.notices)
    report = replace(report, scope=scope.words, notices=notices, alerts=scope.alerts)
    if not decision.writes:
        report = _in_every_environment(world, report, scope, seen, decision, general, options)
    patience = Patience(read_choices(settings.max_choices), read_seconds(settings.max_seconds))
    wanted = Wanted(settings.scenarios, read_limits(settings.min_coverage), settings.explore == "true", patience)
    report = with_calls(
        report, wanted, scope, changes, workspace, world.monotonic, options,
        lambda path: changed_lines(world.git, changes, path),
    )  # fmt: skip
    if world.is_review:
        read_before = _reader(seen.before)
        added, unknown = added_suppressions(scope.readings, read_before, {new: old for old, new in changes.renamed})
        report = replace(report, added=added, notices=(*report.notices, *([unknown] if unknown else [])))
    return Gate(judged(report, policy, workspace), scope, settings, read, values, options)


def _chosen_values(world: World, settings: Settings, seen: Seen, decision: Decision) -> tuple[Settings, str]:
    """The settings with the configuration's values and the chosen environment's substitutions, and the file that they
    are written in where that is the configuration itself and it changed them."""
    given = "substitutions" in settings.model_fields_set
    settings = with_config(settings, seen.policy.config)
    own = "" if given else seen.environment(decision.environment).substitutions
    if own:
        settings = settings.model_copy(update={"substitutions": own})
    changed = seen.policy.environments_changed if own else seen.policy.substitutions_changed
    inline = not given and settings.substitutions.startswith("{")
    return settings, seen.policy.config_path if inline and (not world.is_review or changed) else ""


def _in_every_environment(
    world: World, report: Report, scope: Scope, seen: Seen, decision: Decision, general: str, options: CheckOptions
) -> Report:
    """The report with what is wrong in the environments that were not chosen; in any flow where their values change."""
    environments = seen.policy.config.environments
    others = [
        values_of(name, one, general, world.workspace)
        for name, one in environments.items()
        if name != decision.environment
    ]
    changed = seen.policy.environments_changed or (
        seen.changes.known
        and any(seen.changes.has(os.path.normpath(one.path).replace(os.sep, "/")) for one in others if one.path)
    )
    readings = [*scope.readings, *(scope.others if changed else ())]
    return with_environments(report, readings, others, world.check, options)


def _policy(world: World, settings: Settings, before: ReadBefore) -> Policy:
    """The configuration and the baseline that count for this event."""
    given = {name: getattr(settings, name) for name in ("config", "baseline") if name in settings.model_fields_set}
    paths = {"config_path": given.get("config", ""), "baseline_path": given.get("baseline", "")}
    if world.is_review:
        return review_policy(world.workspace, RULES, before, **paths)
    return local_policy(world.workspace, RULES, **paths)


def _rules_changed(world: World, policy: Policy, changes: Changes) -> tuple[str, ...]:
    """Why every file must be checked although Git knows which changed; empty where nothing speaks for it."""
    if world.is_review or not changes.known:
        return ()
    touched = {*changes.paths, *changes.deleted, *(old for old, _ in changes.renamed)}
    named = [path for path in (policy.config_path, policy.baseline_path) if os.path.normpath(path) in touched]
    return tuple(f"`{path}` changed, so every flow file was checked." for path in named)


def _reader(read_before: Callable[[str], bytes | None]) -> ReadBefore:
    """Reads files as they were before the event, with the policy's own error."""

    def read(path: str) -> bytes | None:
        try:
            return read_before(path)
        except BeforeError as error:
            raise UnknownBeforeError(str(error)) from error

    return read
