"""The action's one step, from its inputs to its outputs.

`main` tells the story; everything that touches the world is an argument, so that a test runs all of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TextIO

from ivr_action import __version__
from ivr_action.check import RULES, CheckOptions, check
from ivr_action.errors import IvrError, NothingScannedError
from ivr_action.files import Found, SourceFile, find
from ivr_action.flow.read import Reading, looks_like_flow, read_flow
from ivr_action.model import Level, Report
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
from ivr_action.report import Look, render
from ivr_action.report.annotations import annotate
from ivr_action.report.look import Source, lines_of
from ivr_action.report.markdown import prose
from ivr_action.report.plain import count_of
from ivr_action.runner import summary, toolkit
from ivr_action.runner.changed import Changes, changed_files
from ivr_action.runner.commands import Commands
from ivr_action.runner.context import Context
from ivr_action.runner.git import Git, GitError, git_in
from ivr_action.runner.log import GuardedStream
from ivr_action.runner.outputs import write_file, write_outputs
from ivr_action.settings import Settings, read_settings
from ivr_action.substitutions import load_substitutions

BUG = 70
_FAILED = {
    "valid": "false",
    "error-count": "0",
    "warning-count": "0",
    "changed-flows": "[]",
    "report": "",
    "sarif-file": "",
}
_NOWHERE_CHANGED = "No flow file changed"


@dataclass(frozen=True, slots=True)
class World:
    """What the step touches."""

    environ: Mapping[str, str]
    context: Context
    out: GuardedStream
    err: GuardedStream
    commands: Commands
    git: Git
    check: Callable[[Sequence[Reading], CheckOptions], Report]
    today: Callable[[], date]

    @property
    def is_review(self) -> bool:
        """True where the event asks whether a change may go in: it must not be the judge of itself."""
        return self.context.event in ("pull_request", "pull_request_target", "merge_group")


def main(
    environ: Mapping[str, str] | None = None,
    *,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
    git: Git | None = None,
    check: Callable[[Sequence[Reading], CheckOptions], Report] = check,
    today: Callable[[], date] = lambda: datetime.now(UTC).date(),
) -> int:
    """Runs the step and returns its exit status; see "Exit status" in docs/inputs.md.

    Args:
        environ: the step's environment; the process's own by default.
        stdout: where the log goes, like `stderr`.
        stderr: for tracebacks, and whatever a library prints.
        git: runs git in the workspace.
        check: applies the rules.
        today: the day by which suppressions expire.
    """
    environ = os.environ if environ is None else environ
    out, err = GuardedStream(stdout or sys.stdout), GuardedStream(stderr or sys.stderr)
    context = Context.from_environ(environ)
    world = World(environ, context, out, err, Commands(out), git or git_in(context.workspace, environ), check, today)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            return _run(world)
        except IvrError as error:
            _fail(world, str(error), error.hint)
            return error.exit_status
        except Exception as error:
            if context.debug:
                traceback.print_exc(file=err)
            where = "" if context.debug else " Run the job again with debug logging to see where."
            hint = f"Please report it.{where}"
            _fail(world, f"ivr-action failed by a bug of its own: {type(error).__name__}: {error}", hint)
            return BUG
        finally:
            out.finish()
            err.finish()


def _run(world: World) -> int:
    settings = read_settings(world.environ, lambda name: toolkit.get_input(world.environ, name))
    workspace = world.context.workspace
    changes = changed_files(world.context, world.git, always=settings.changed_only == "true")
    before = _reader_of(changes, world.git)
    policy = _policy(world, settings, before)
    inline = "substitutions" not in settings.model_fields_set and policy.config.substitutions.startswith("{")
    settings = with_config(settings, policy.config)
    values, values_file = load_substitutions(settings.substitutions, workspace)
    if inline and (not world.is_review or policy.substitutions_changed):
        values_file = policy.config_path
    try:
        found = find(settings.flows, workspace, looks_like_flow=looks_like_flow, ignore=policy.config.ignore)
    except NothingScannedError as error:
        if settings.allow_empty == "false":
            raise
        found = Found((), (f"{error} `allow-empty` lets that pass.",))
    rules_changed = _rules_changed(world, policy, changes)
    choice = choose(found, changes, "false" if rules_changed else settings.changed_only, values_file)

    readings = [read_flow(file.path, file.data, values) for file in choice.files]
    options = CheckOptions(
        settings.cycles,
        policy.config.levels,
        policy.config.settings,
        all_files=len(choice.files) == len(found.files),
        today=world.today(),
    )
    report = world.check(readings, options)
    report = replace(report, scope=choice.scope, notices=(*report.notices, *rules_changed, *choice.notices))
    if world.is_review:
        added, unknown = added_suppressions(readings, before, {new: old for old, new in changes.renamed})
        report = replace(report, added=added, notices=(*report.notices, *([unknown] if unknown else [])))
    report = judged(report, policy, workspace)

    _publish(world, settings, report, choice, lines_of(reading.document for reading in readings))
    return 1 if report.fails(settings.fail_on) else 0


def _policy(world: World, settings: Settings, before: ReadBefore) -> Policy:
    """The configuration and the baseline that count for this event."""
    given = {name: getattr(settings, name) for name in ("config", "baseline") if name in settings.model_fields_set}
    paths = {"config_path": given.get("config", ""), "baseline_path": given.get("baseline", "")}
    if world.is_review:
        return review_policy(world.context.workspace, RULES, before, **paths)
    return local_policy(world.context.workspace, RULES, **paths)


def _rules_changed(world: World, policy: Policy, changes: Changes) -> tuple[str, ...]:
    """Why every file must be checked although Git knows which changed; empty where nothing speaks for it."""
    if world.is_review or not changes.known:
        return ()
    touched = {*changes.paths, *changes.deleted, *(old for old, _ in changes.renamed)}
    named = [path for path in (policy.config_path, policy.baseline_path) if os.path.normpath(path) in touched]
    return tuple(f"`{path}` changed, so every flow file was checked." for path in named)


def _reader_of(changes: Changes, git: Git) -> ReadBefore:
    """Reads files as they were before the event."""

    def read(path: str) -> bytes | None:
        if not changes.since:
            raise UnknownBeforeError(changes.reason)
        try:
            if not git(["ls-tree", "--name-only", changes.since, "--", path]):
                return None
            return git(["cat-file", "blob", f"{changes.since}:./{path}"])
        except GitError as error:
            raise UnknownBeforeError(str(error)) from error

    return read


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the files that were found are checked, and the words for it."""

    files: tuple[SourceFile, ...]
    changed: tuple[str, ...]
    scope: str
    notices: tuple[str, ...]


def choose(found: Found, changes: Changes, changed_only: str, values_file: str) -> Choice:
    """Narrows the files down to those that changed, where that is known and wanted.

    Args:
        found: all flow files.
        changes: what Git says.
        changed_only: the input.
        values_file: path of the file with the substitutions: where it changed, every flow did.
    """
    files, notices = found.files, list(found.notices)
    if changes.known and values_file and changes.has(os.path.normpath(values_file).replace(os.sep, "/")):
        notices.append(f"The substitutions in {values_file} changed, and with them every flow.")
        changes = replace(changes, known=False, expected=True, reason="their substitutions changed")
    changed = tuple(file for file in files if changes.has(file.path) or changes.has(file.real))
    paths = tuple(file.path for file in changed)
    total = count_of(len(files), "flow file")
    if changed_only == "false":
        return Choice(files, paths, f"Checked all {total}.", tuple(notices))
    if not changes.known:
        if changes.expected:
            return Choice(files, paths, f"Checked all {total}: {changes.reason}.", tuple(notices))
        notices.insert(0, f"Git could not tell what changed, so every flow file was checked: {changes.reason}.")
        return Choice(files, paths, f"Checked all {total}.", tuple(notices))
    since = f"since {changes.since[:10]}"
    if not changed:
        return Choice((), (), f"{_NOWHERE_CHANGED} {since}; there are {total}.", tuple(notices))
    return Choice(changed, paths, f"Checked {len(changed):,} of {total}: those that changed {since}.", tuple(notices))


def _publish(world: World, settings: Settings, report: Report, choice: Choice, source: Source) -> None:
    """Everything that leaves the step, the log first and the outputs last."""
    context = world.context
    look = Look(
        version=__version__,
        rules=RULES,
        rules_url=context.rules_url,
        blob_url=context.blob_url,
        repository_url=context.repository_url,
        sha=context.sha,
        changed=frozenset(choice.changed),
        limit=summary.room(world.environ),
        places=f"the JSON report ({settings.report_file})",
        fail_on=settings.fail_on,
        source=source,
    )
    with world.commands.group("All findings") if report.findings else contextlib.nullcontext():
        world.out.write(render("text", report, look))
    world.out.write(f"{report.scope}\n")
    for alert in report.alerts:
        world.commands.annotate("note", alert, title="The gate itself changes")
    for note in annotate(report, "the job summary and the JSON report" if look.limit else look.places):
        _annotate(world.commands, note._asdict())
    workspace = context.workspace
    written = {
        "report": write_file(workspace, settings.report_file, render("json", report, look)),
        "sarif-file": write_file(workspace, settings.sarif_file, render("sarif", report, look)),
    }
    if settings.summary == "true" and look.limit:
        from ivr_action.report.summary import render as render_summary

        summary.append(world.environ, render_summary(report, look))
    outputs = {
        "valid": "true" if not report.count(Level.ERROR) else "false",
        "error-count": str(report.count(Level.ERROR)),
        "warning-count": str(report.count(Level.WARNING)),
        "changed-flows": json.dumps(list(choice.changed)),
        **written,
    }
    write_outputs(world.environ, outputs)


def _annotate(commands: Commands, note: dict[str, object]) -> None:
    commands.annotate(str(note.pop("level")), str(note.pop("message")), **note)  # type: ignore[arg-type]


def _fail(world: World, message: str, hint: str) -> None:
    """Says in every place why there is no result."""
    with contextlib.suppress(OSError):
        write_outputs(world.environ, _FAILED)
    text = f"{message}\n{hint}" if hint else message
    world.commands.annotate("error", text, title="ivr-action")
    page = f"## ❌ IVR flows: not checked\n\n{'<br>'.join(prose(line, 2000) for line in text.splitlines())}\n"
    with contextlib.suppress(OSError):
        summary.append(world.environ, page)
