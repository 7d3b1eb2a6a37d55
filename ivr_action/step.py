"""The action's one step, from its inputs to its outputs.

`main` tells the story; everything that touches the world is an argument, so that a test runs all of it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TextIO

from ivr_action.check import CheckOptions, check
from ivr_action.errands import errand_of
from ivr_action.errors import IvrError, UsageError
from ivr_action.flow.read import Reading
from ivr_action.gate import CHECKS, Gate, Seen, check_flows, look_around
from ivr_action.genesys.redact import RedactingFormatter, Redactor
from ivr_action.model import Finding, Level, Report
from ivr_action.release.released import Released
from ivr_action.report.plain import count_of, one_line
from ivr_action.runner import toolkit
from ivr_action.runner.commands import Commands
from ivr_action.runner.context import Context
from ivr_action.runner.decide import Decision, UnclearEnvironmentError, decide
from ivr_action.runner.git import Git, git_in
from ivr_action.runner.github import GitHub
from ivr_action.runner.log import GuardedStream
from ivr_action.runner.logs import logging_to
from ivr_action.settings import Settings, read_settings
from ivr_action.tell import comment, fail, not_done, tell
from ivr_action.world import Outside, World

BUG = 70
STOPPED = 130


def main(  # noqa: PLR0913 - each is one edge of the world
    environ: Mapping[str, str] | None = None,
    *,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
    git: Git | None = None,
    check: Callable[[Sequence[Reading], CheckOptions], Report] = check,
    today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    github: Callable[[str, str, str], GitHub] = GitHub,
    monotonic: Callable[[], float] = time.monotonic,
    outside: Outside | None = None,
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
        outside: clocks and the like for what is asked of the platform.
    """
    environ = os.environ if environ is None else environ
    out, err = GuardedStream(stdout or sys.stdout), GuardedStream(stderr or sys.stderr)
    context = Context.from_environ(environ)
    world = World(
        environ, context, out, err, Commands(out), git or git_in(context.workspace, environ), check, today, github,
        monotonic, outside or Outside(),
    )  # fmt: skip
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), world.stop.listening():
        try:
            return _run(world)
        except IvrError as error:
            fail(world, str(error), error.hint)
            return error.exit_status
        except KeyboardInterrupt:
            fail(world, "The run was told to end before it came to a result.", "Nothing was sent to the platform.")
            return STOPPED
        except Exception as error:
            if context.debug:
                traceback.print_exc(file=err)
            where = "" if context.debug else " Run the job again with debug logging to see where."
            hint = f"Please report it.{where}"
            fail(world, f"ivr-action failed by a bug of its own: {type(error).__name__}: {error}", hint)
            return BUG
        finally:
            out.finish()
            err.finish()


def _run(world: World) -> int:
    settings = read_settings(world.environ, lambda name: toolkit.get_input(world.environ, name))
    redact = _keep_secrets(world, settings)
    with logging_to(world.out, RedactingFormatter(redact), debug=world.context.debug):
        try:
            seen = look_around(world, settings)
            decision, unclear = _decide(world, settings, seen)
            gate = check_flows(world, settings, seen, decision)
        except IvrError as error:
            comment(world, settings, not_done("not checked", str(error), error.hint), worth_it=False)
            raise
        released = unclear or _release(world, gate, seen, decision, redact)
        found = tell(world, gate, released)
    return _status(gate, released, found)


def _keep_secrets(world: World, settings: Settings) -> Redactor:
    """Hides every secret before anything else is printed."""
    redact = world.redactor()
    for secret in (*settings.secrets(), *world.secrets()):
        redact.add(secret)
    return redact


def _decide(world: World, settings: Settings, seen: Seen) -> tuple[Decision, Released | None]:
    """What this run does, said in the log where it was not the user who said it.

    Where nobody says which environment is meant, it checks the flows and fails: what came of the rest is known then.
    """
    credentials = world.has_credentials(settings)
    try:
        decision = decide(
            world.context, settings.command, settings.environment, seen.environments, credentials=credentials
        )  # fmt: skip
    except UnclearEnvironmentError as error:
        if error.command not in CHECKS:
            raise
        undone = "no plan" if error.command == "plan" else "nothing was deployed"
        return Decision("validate"), Released(problem=error, undone=undone, status=error.exit_status)
    if decision.why:
        world.out.write(f"{decision.why}\n")
    if decision.warning:
        world.commands.annotate("warning", decision.warning, title="ivr-action")
    return decision, None


def _release(world: World, gate: Gate, seen: Seen, decision: Decision, redact: Redactor) -> Released:
    """Plan, save, tell others; nothing of it where only a check was wanted, or where the check found an error."""
    errors = gate.report.count(Level.ERROR)
    if decision.command == "validate":
        return Released()
    if decision.command == "deploy" and errors:
        found = UsageError(
            f"The check found {count_of(errors, 'error')}, so nothing was sent: callers keep what is live.",
            "Mend what is annotated, or accept it in the baseline, then deploy again.",
        )
        return Released(problem=found, undone="nothing was deployed", status=1)
    from ivr_action.release.run import Release
    from ivr_action.report.plan_words import headline

    log = logging.getLogger(__name__)
    release = Release(
        errand_of(world, gate, seen, decision),
        world.outside,
        world.stop.event,
        redact,
        told=lambda line: log.info("%s", one_line(line)),
        shown=lambda plan: log.info("%s.", headline(plan)),
    )
    world.stop.defer()
    return world.stop.finish(release.run) or release.so_far()


def _status(gate: Gate, released: Released, found: Sequence[Finding]) -> int:
    if released.status:
        return released.status
    fails = gate.checked and replace(gate.report, findings=tuple(found)).fails(gate.settings.fail_on)
    return 1 if fails else 0
