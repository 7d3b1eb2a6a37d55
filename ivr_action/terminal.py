"""The step's story from a terminal: the same gate, errand and release; another way of telling.

The result goes to stdout, everything else to stderr.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TextIO

from ivr_action import __version__
from ivr_action.check import check
from ivr_action.errands import errand_of
from ivr_action.errors import IvrError, UsageError
from ivr_action.gate import Gate, Seen, check_flows, look_around
from ivr_action.genesys.errors import StoppedError
from ivr_action.genesys.redact import RedactingFormatter
from ivr_action.model import Level
from ivr_action.model.plan import Plan, Verdict
from ivr_action.release.released import Released
from ivr_action.release.run import Release
from ivr_action.report import Look, deployment_json, deployment_text, plan_json, plan_text, render
from ivr_action.report.plain import count_of, one_line
from ivr_action.runner.commands import Commands
from ivr_action.runner.context import Context
from ivr_action.runner.decide import Decision, decide
from ivr_action.runner.git import git_in
from ivr_action.runner.github import GitHub
from ivr_action.runner.log import GuardedStream
from ivr_action.runner.logs import logging_to
from ivr_action.runner.outputs import write_file
from ivr_action.settings import read_settings
from ivr_action.settings.kinds import read_duration
from ivr_action.world import Outside, World


class UncheckedError(IvrError):
    """The check found errors, so nothing was sent: the same status as for findings."""

    exit_status = 1


class Terminal:
    """One command of the command line that talks to the platform.

    Args:
        command: `plan`, `deploy`, `drift`, `restore` or `pull`.
        given: options by the names of inputs; empty for what was not given.
        environ: the environment.
        out: takes the result.
        err: takes progress, findings and questions.
        stdin: answers them.
        today: the day by which suppressions expire.
        outside: clocks.
        files: paths, folders and globs; empty for what the configuration says.
        yes: nobody is asked.
    """

    def __init__(  # noqa: PLR0913 - the edge: everything that varies comes in here
        self,
        command: str,
        given: Mapping[str, str],
        environ: Mapping[str, str],
        out: TextIO,
        err: TextIO,
        *,
        stdin: TextIO,
        today: Callable[[], date],
        outside: Outside | None = None,
        files: Sequence[str] = (),
        yes: bool = False,
    ) -> None:
        self._command, self._out, self._stdin, self._yes = command, out, stdin, yes
        environ = {name: value for name, value in environ.items() if not name.startswith("INPUT_")}
        context = replace(Context.from_environ(environ), workspace=os.getcwd())
        self._seen = err.isatty()
        self._err = err if isinstance(err, GuardedStream) else GuardedStream(err)
        given = {**given, "flows": "\n".join(files)}
        self._settings = read_settings(environ, lambda name: given.get(name, ""), what="Option", dashes="--")
        self._world = World(
            environ, context, self._err, self._err, Commands(self._err), git_in(context.workspace, environ), check,
            today, GitHub, time.monotonic, outside or Outside(),
        )  # fmt: skip
        self._redact = self._world.redactor()
        for secret in (*self._settings.secrets(), *self._world.secrets()):
            self._redact.add(secret)

    def run(self, form: str) -> int:
        """Runs it and prints the result as `text` or `json`; returns the exit status."""
        with self._session():
            self._check_somebody_answers()
            gate, seen, decision = self._gate(self._command)
            release = Release(
                errand_of(self._world, gate, seen, decision), self._world.outside, self._world.stop.event,
                self._redact, told=self._line, shown=self._ask,
            )  # fmt: skip
            if decision.command == "restore":
                settings = self._settings
                self._confirm(f"Publish version {settings.restore_version} of {settings.restore_flow} again?")
            self._world.stop.defer()
            released = self._world.stop.finish(release.run) or release.so_far()
        if released.problem is not None:
            raise released.problem
        self._show(released, form)
        for warning in released.warnings:
            self._line(warning)
        fails = gate.checked and gate.report.fails(gate.settings.fail_on)
        return released.status or (1 if fails else 0)

    def pull(self, flow: str, version: str, output: str) -> int:
        """Prints a live flow, or writes it to a file below this folder."""
        from ivr_action.release.pull import pull

        with self._session():
            gate, seen, decision = self._gate("drift")  # which reads the files in the same way
            errand = errand_of(self._world, gate, seen, decision)
            text = pull(errand, self._world.outside, self._world.stop.event, self._redact, flow, version)
        if output:
            write_file(self._world.workspace, os.path.relpath(output).replace(os.sep, "/"), text)
            self._line(f"Wrote {output}.")
        else:
            self._out.write(text)
        return 0

    def pull_all(self, folder: str) -> int:
        """Writes every flow that has no file yet to a folder below this one."""
        from ivr_action.release.pull import pull_all

        below = os.path.relpath(folder or ".").replace(os.sep, "/")

        def write(name: str, text: str) -> bool:
            path = os.path.normpath(f"{below}/{name}").replace(os.sep, "/")
            if os.path.lexists(os.path.join(self._world.workspace, path)):
                return False
            write_file(self._world.workspace, path, text)
            return True

        with self._session():
            gate, seen, decision = self._gate("drift")
            errand = errand_of(self._world, gate, seen, decision)
            done = pull_all(errand, self._world.outside, self._world.stop.event, self._redact, write, self._line)
        left = [
            f"{number:,} {words}"
            for number, words in (
                (done.there, "with a file already"), (done.unpublished, "never published"), (done.failed, "failed"),
            ) if number
        ]  # fmt: skip
        self._line("; ".join([f"Wrote {count_of(done.written, 'flow')}", *left]) + ".")
        return 3 if done.failed else 0

    @contextmanager
    def _session(self) -> Iterator[None]:
        # Who sits there has the file; a log that is kept is a second witness, as in the step.
        without = "ivr_action.audit" if self._seen else ""
        formatter = RedactingFormatter(self._redact)
        with self._world.stop.listening(), logging_to(self._err, formatter, without=without):
            yield

    def _gate(self, command: str) -> tuple[Gate, Seen, Decision]:
        world, settings = self._world, self._settings
        seen = look_around(world, settings)
        credentials = world.has_credentials(settings)
        decision = decide(world.context, command, settings.environment, seen.environments, credentials=credentials)
        if decision.why:
            self._line(decision.why)
        gate = check_flows(world, settings, seen, decision)
        errors = gate.report.count(Level.ERROR)
        if errors:
            self._err.write(render("text", gate.report, self._look()))
        if errors and command == "deploy":
            raise UncheckedError(f"The check found {count_of(errors, 'error')}, so nothing was sent.", "Mend it first.")
        return gate, seen, decision

    # -- asking -------------------------------------------------------------------------------------------------------

    def _check_somebody_answers(self) -> None:
        """Before anything else: who starts it in a script learns at once that it needs `--yes`."""
        if self._command in ("deploy", "restore") and not self._sure and not self._stdin.isatty():
            raise UsageError(
                f"`ivr-action {self._command}` changes what callers hear, and nobody can be asked here.",
                "Add `--yes`, or `--dry-run` to see what it would do.",
            )

    @property
    def _sure(self) -> bool:
        return self._yes or self._settings.dry_run == "true"

    def _ask(self, plan: Plan) -> None:
        """Shows the plan of a deployment, and asks where it would save anything."""
        self._err.write(plan_text.render(plan, self._look()))
        waits = read_duration(self._settings.lock_wait) > 0
        held = [flow for flow in plan.flows if waits and flow.verdict is Verdict.LOCKED]
        saved = sum(1 for flow in plan.flows if flow.verdict.saves and not flow.stops) + len(held)
        stops = any(flow.stops for flow in plan.flows if flow not in held)
        if saved and not (stops and self._settings.on_failure != "continue"):
            waiting = f", waiting for who has {'it' if saved == 1 else f'{len(held):,} of them'} open" if held else ""
            self._confirm(f"Deploy {count_of(saved, 'flow')}{waiting}?")

    def _confirm(self, question: str) -> None:
        if self._sure:
            return
        self._err.write(f"{question} [y/N] \n")
        self._err.flush()
        if self._answer().strip().lower() not in ("y", "yes"):
            raise UsageError("Nothing was sent: the answer was not `y`.")

    def _answer(self) -> str:
        """A line that somebody types; raises StoppedError where Ctrl-C comes first."""
        try:
            number = self._stdin.fileno()
        except (OSError, ValueError):
            return self._stdin.readline()
        while os.name == "posix" and not select.select([number], [], [], 0.2)[0]:
            if self._world.stop.event.is_set():
                raise StoppedError
        return self._stdin.readline()

    # -- showing ------------------------------------------------------------------------------------------------------

    def _show(self, released: Released, form: str) -> None:
        look, plan, deployment = self._look(), released.plan, released.deployment
        if deployment is not None and form == "json":
            self._out.write(deployment_json.render(deployment, look))
        elif deployment is not None:
            said = deployment_text.render(deployment, look, deliveries=released.deliveries, audit=released.audit)
            self._out.write(said)
        elif plan is not None:
            self._out.write(plan_json.render(plan, look) if form == "json" else plan_text.render(plan, look))

    def _look(self) -> Look:
        return Look(version=__version__, fail_on=self._settings.fail_on)

    def _line(self, text: str) -> None:
        self._err.write(f"{one_line(self._redact(text))}\n")
        self._err.flush()
