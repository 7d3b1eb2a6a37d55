"""The action's one step, from its inputs to its outputs.

`main` tells the story; everything that touches the world is an argument, so that a test runs all of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import TextIO

from ivr_action import __version__
from ivr_action.calls import Wanted, outputs_of, with_calls
from ivr_action.check import RULES, CheckOptions, check
from ivr_action.errors import IvrError, NothingScannedError
from ivr_action.files import Found, find, find_again
from ivr_action.flow.read import Reading, looks_like_flow, read_flow
from ivr_action.model import Level, Report
from ivr_action.model.coverage import read_limits
from ivr_action.model.kinds import KINDS
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
from ivr_action.report import Look, render
from ivr_action.report.annotations import annotate
from ivr_action.report.cobertura import render as cobertura
from ivr_action.report.comment import render as render_comment
from ivr_action.report.look import lines_of
from ivr_action.report.markdown import prose
from ivr_action.runner import summary, toolkit
from ivr_action.runner.before import Before, BeforeError
from ivr_action.runner.changed import Changes, changed_files
from ivr_action.runner.changed_github import ask_github
from ivr_action.runner.changed_lines import changed_lines
from ivr_action.runner.commands import Commands
from ivr_action.runner.comment import mark_of, put_comment, why_not
from ivr_action.runner.context import Context
from ivr_action.runner.git import Git, git_in
from ivr_action.runner.github import GitHub
from ivr_action.runner.log import GuardedStream
from ivr_action.runner.outputs import write_file, write_outputs
from ivr_action.scope import Scope, scope_of
from ivr_action.settings import EMPTY, Settings, read_settings
from ivr_action.substitutions import load_substitutions

BUG = 70
_LINES = 10
"""Of a message that says why there is no result; more would not fit into a comment."""


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
    github: Callable[[str, str, str], GitHub]
    monotonic: Callable[[], float]

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
    github: Callable[[str, str, str], GitHub] = GitHub,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """Runs the step and returns its exit status; see "Exit status" in docs/inputs.md.

    Args:
        environ: the step's environment; the process's own by default.
        stdout: where the log goes, like `stderr`.
        stderr: for tracebacks, and whatever a library prints.
        git: runs git in the workspace.
        check: applies the rules.
        today: the day by which suppressions expire.
        github: connects to GitHub's API: its address, a token, `owner/name`.
        monotonic: seconds that only grow, for the time that calls may take.
    """
    environ = os.environ if environ is None else environ
    out, err = GuardedStream(stdout or sys.stdout), GuardedStream(stderr or sys.stderr)
    context = Context.from_environ(environ)
    world = World(
        environ, context, out, err, Commands(out), git or git_in(context.workspace, environ), check, today, github,
        monotonic,
    )  # fmt: skip
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
    _keep_secret(world, settings)
    try:
        report, scope, settings = _check(world, settings)
    except IvrError as error:
        _comment(world, settings, _not_checked(str(error), error.hint), worth_it=False)
        raise
    _publish(world, settings, report, scope)
    return 1 if report.fails(settings.fail_on) else 0


def _keep_secret(world: World, settings: Settings) -> None:
    token = settings.github_token.get_secret_value()
    world.out.hide(token)
    world.err.hide(token)
    if token and world.environ.get("GITHUB_ACTIONS") == "true":
        world.commands.mask(token)


def _check(world: World, settings: Settings) -> tuple[Report, Scope, Settings]:
    """Everything up to the report; the settings come back with what the configuration says."""
    workspace, always = world.context.workspace, settings.changed_only == "true"
    connect = cache(lambda: _connect(world, settings))
    changes = changed_files(
        world.context,
        world.git,
        always=always,
        elsewhere=lambda head, prefix: ask_github(world.context, connect(), head, prefix, always=always),
    )
    before = Before(changes, world.git, connect)
    read_before = _reader_of(before)
    policy = _policy(world, settings, read_before)
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
    scope = scope_of(
        found,
        changes,
        settings.changed_only,
        read=lambda path, data: read_flow(path, data, values),
        read_before=before.read,
        find_again=lambda paths: find_again(paths, settings.flows, workspace, ignore=policy.config.ignore),
        values_file=values_file,
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
    report = world.check(scope.readings, options)
    report = replace(report, scope=scope.words, notices=(*report.notices, *scope.notices), alerts=scope.alerts)
    patience = Patience(read_choices(settings.max_choices), read_seconds(settings.max_seconds))
    wanted = Wanted(settings.scenarios, read_limits(settings.min_coverage), settings.explore == "true", patience)
    report = with_calls(
        report, wanted, scope, changes, workspace, world.monotonic, options,
        lambda path: changed_lines(world.git, changes, path),
    )  # fmt: skip
    if world.is_review:
        added, unknown = added_suppressions(scope.readings, read_before, {new: old for old, new in changes.renamed})
        report = replace(report, added=added, notices=(*report.notices, *([unknown] if unknown else [])))
    return judged(report, policy, workspace), scope, settings


def _connect(world: World, settings: Settings) -> GitHub | None:
    """GitHub's API; None where there is no token for it."""
    token, context = settings.github_token.get_secret_value(), world.context
    if not token or "/" not in context.repository or not context.api_url.startswith(("https://", "http://")):
        return None
    return world.github(context.api_url, token, context.repository)


def _comment(world: World, settings: Settings, text: str, *, worth_it: bool) -> str:
    """Keeps the comment on the pull request up to date; returns what to tell where that did not work."""
    token = bool(settings.github_token.get_secret_value())
    possible, why = why_not(world.context, settings.comment, token=token)
    if not possible:
        return why
    api = _connect(world, settings)
    if api is None:
        return "No comment was written: the runner does not say where GitHub's API is."
    mark = mark_of(world.context, settings.comment_key)
    return put_comment(api, world.context.pull_request, mark, text, worth_it=worth_it)


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


def _reader_of(before: Before) -> ReadBefore:
    """Reads files as they were before the event, with the policy's own error."""

    def read(path: str) -> bytes | None:
        try:
            return before.read(path)
        except BeforeError as error:
            raise UnknownBeforeError(str(error)) from error

    return read


def _publish(world: World, settings: Settings, report: Report, scope: Scope) -> None:
    """Everything that leaves the step, the log first and the outputs last."""
    context = world.context
    look = Look(
        version=__version__,
        rules=(*RULES, *KINDS),
        rules_url=context.rules_url,
        blob_url=context.blob_url,
        repository_url=context.repository_url,
        sha=context.sha,
        changed=frozenset(scope.changed),
        limit=summary.room(world.environ),
        places=f"the JSON report ({settings.report_file})",
        fail_on=settings.fail_on,
        source=lines_of(reading.document for reading in (*scope.readings, *scope.others)),
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
    written["coverage-file"] = ""
    if report.calls is not None:
        stamp = int(datetime.combine(world.today(), datetime.min.time(), UTC).timestamp() * 1000)
        xml = cobertura(report.calls, __version__, stamp)
        written["coverage-file"] = write_file(workspace, settings.coverage_file, xml)
    worth_it = bool(report.flows or report.alerts)
    problem = _comment(world, settings, render_comment(report, look, context.run_url), worth_it=worth_it)
    if problem:
        report = replace(report, notices=(*report.notices, problem))
        world.commands.annotate("warning" if settings.comment == "true" else "note", problem, title="ivr-action")
    if settings.summary == "true" and look.limit:
        from ivr_action.report.summary import render as render_summary

        summary.append(world.environ, render_summary(report, look))
    outputs = {
        **EMPTY,
        "valid": "true" if not report.count(Level.ERROR) else "false",
        "error-count": str(report.count(Level.ERROR)),
        "warning-count": str(report.count(Level.WARNING)),
        "changed-flows": json.dumps(list(scope.changed)),
        **outputs_of(report.calls),
        **written,
    }
    write_outputs(world.environ, outputs)


def _annotate(commands: Commands, note: dict[str, object]) -> None:
    commands.annotate(str(note.pop("level")), str(note.pop("message")), **note)  # type: ignore[arg-type]


def _fail(world: World, message: str, hint: str) -> None:
    """Says in every place why there is no result."""
    with contextlib.suppress(OSError):
        write_outputs(world.environ, EMPTY)
    text = f"{message}\n{hint}" if hint else message
    world.commands.annotate("error", text, title="ivr-action")
    with contextlib.suppress(OSError):
        summary.append(world.environ, _not_checked(message, hint))


def _not_checked(message: str, hint: str) -> str:
    """What the summary and the comment say where there is no result."""
    lines = f"{message}\n{hint}".strip().splitlines()
    return f"## ❌ IVR flows: not checked\n\n{'<br>'.join(prose(line, 2000) for line in lines[:_LINES])}\n"
