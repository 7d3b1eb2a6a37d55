"""What the offline commands do: validate, baseline, fix, trace, call, graph, compile.

Each takes the command line's options, the environment and where its result goes, and returns the exit status. What a
command needs is imported when it runs: a check of one file takes less time than the imports of the whole package would.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn, TextIO

from ivr_action import __version__
from ivr_action.arguments import given, value
from ivr_action.errors import IvrError, NothingScannedError, UsageError


class UnreadableError(IvrError):
    """A file that is there but no flow: the same status as for a finding."""

    exit_status = 1


def validate(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Prints what the rules find; 1 where that fails the run."""
    from ivr_action.policy import judged
    from ivr_action.report.look import Look, lines_of

    policy = _policy(options, environ)
    fail_on = value(options, environ, "fail-on", policy.config)
    readings, report = _check(options, environ, policy)
    report = judged(report, policy, os.getcwd())
    options.status = 1 if report.fails(fail_on) else 0
    if options.format == "github":
        _annotate(report, out)
    else:
        from ivr_action.report import render

        rules: Any = ()
        if options.format == "sarif":
            from ivr_action.check import RULES as rules  # noqa: N811 - the same name for both cases
        source = lines_of(reading.document for reading in readings)
        look = Look(__version__, _colourful(out, environ), rules, fail_on=fail_on, source=source)
        out.write(render(options.format, report, look))
    return int(options.status)


def watch(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO, err: TextIO) -> NoReturn:
    """Prints it again whenever a file changes, until Ctrl-C."""
    import time

    from ivr_action.watch import snapshot, watch

    if options.format != "text" or "-" in options.files:
        raise UsageError("`--watch` shows text and reads files.", "Leave out `--format`, and name files or folders.")
    policy = _policy(options, environ)
    beside = (policy.config_path, policy.baseline_path, value(options, environ, "substitutions", policy.config))
    watch(
        lambda: validate(options, environ, out),
        lambda: snapshot(options.files, beside, os.getcwd()),
        time.sleep,
        out,
        err,
    )


def baseline(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Compares with the baseline, or writes it."""
    from ivr_action.baseline_command import run

    policy = _policy(options, environ)
    _, report = _check(options, environ, policy)
    return run(report, policy, os.getcwd(), out, write=options.write, grow=options.grow)


def fix(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Mends what is mechanical; with `--check`, 1 where there is anything to mend."""
    from ivr_action.check import CheckOptions
    from ivr_action.files import find
    from ivr_action.fix import fix
    from ivr_action.flow.read import looks_like_flow

    config = _policy(options, environ).config
    cycles: Any = value(options, environ, "cycles", config)
    chosen = CheckOptions(cycles, config.levels, config.settings, today=options.today())
    root = os.getcwd()
    found = find(options.files, root, looks_like_flow=looks_like_flow, confined=False, ignore=config.ignore)
    mended = fix(found.files, chosen, root, out, dry=options.check or options.diff, diff=options.diff)
    return 1 if mended and options.check else 0


def trace(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Simulates calls; 1 where one of them fails."""
    from ivr_action.trace_command import patience_of, run

    config = _policy(options, environ).config
    return run(
        options,
        lambda names: _read(names, options, environ, config),
        os.getcwd(),
        out,
        colour=_colourful(out, environ),
        levels=config.levels,
        today=options.today,
        patience=patience_of(*(value(options, environ, name, config) for name in ("max-choices", "max-seconds"))),
    )


def call(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Walks a call by hand."""
    from ivr_action.trace_command import run_call

    config = replace(_policy(options, environ).config, ignore=())
    typed = options.stdin or sys.stdin
    return run_call(options, lambda names: _read(names, options, environ, config), typed, out)


def graph(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Prints a flow's graph."""
    readings = _read([options.file], options, environ, replace(_policy(options, environ).config, ignore=()))
    if len(readings) > 1:
        raise UsageError(f"`{options.file}` is {len(readings)} files.", "Name one flow file.")
    flow = readings[0].flow
    if flow is None:
        from ivr_action.check import check

        found = check(readings).findings
        raise UnreadableError(f"`{options.file}`: {found[0].message}" if found else f"`{options.file}` is no flow.")
    from ivr_action.report import render_graph

    out.write(render_graph(options.format, flow.graph))
    return 0


def compile_(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Writes a node graph as Architect YAML; 1 where it cannot be."""
    from ivr_action.compile_command import run
    from ivr_action.report.look import Look

    config = replace(_policy(options, environ).config, ignore=())
    look = Look(__version__, _colourful(options.stderr, environ))
    return run(options, lambda names: _read(names, options, environ, config), os.getcwd(), out, look)


def _policy(options: argparse.Namespace, environ: Mapping[str, str]) -> Any:
    """The configuration and the baseline below the current folder."""
    from ivr_action.check import RULES
    from ivr_action.policy import local_policy

    paths = {f"{name}_path": given(options, environ, name) for name in ("config", "baseline")}
    return local_policy(os.getcwd(), RULES, **paths, confined=False)


def _check(options: argparse.Namespace, environ: Mapping[str, str], policy: Any) -> tuple[Any, Any]:
    """What was read, and the rules' report on it, the baseline not looked at yet."""
    from ivr_action.check import CheckOptions, check

    config = policy.config
    cycles: Any = value(options, environ, "cycles", config)
    readings = _read(options.files or list(config.flows), options, environ, config)
    chosen = CheckOptions(cycles, config.levels, config.settings, today=options.today())
    report = check(readings, chosen)
    if config.environments:
        from ivr_action.environments import values_of, with_environments

        general = value(options, environ, "substitutions", config)
        every = [values_of(name, one, general, os.getcwd()) for name, one in config.environments.items()]
        report = with_environments(report, readings, every, check, chosen)
    return readings, report


def _read(names: list[str], options: argparse.Namespace, environ: Mapping[str, str], config: Any) -> list[Any]:
    from ivr_action.files import SIZE_LIMIT, find
    from ivr_action.flow.read import looks_like_flow, read_flow

    source = value(options, environ, "substitutions", config)
    values = None
    if source:
        from ivr_action.substitutions import load_substitutions

        values = load_substitutions(source, os.getcwd())[0]
    if "-" in names:
        if len(names) > 1:
            raise UsageError("`-` reads one flow from standard input; name it alone.")
        return [read_flow("<stdin>", sys.stdin.buffer.read(SIZE_LIMIT + 1), values)]
    only_flows = getattr(options, "only_flows", False)
    how: Any = {"looks_like_flow": looks_like_flow, "ignore": config.ignore, "only_flows": only_flows}
    try:
        found = find(names, os.getcwd(), confined=False, **how)
    except NothingScannedError:
        if not only_flows:
            raise
        return []
    return [read_flow(file.path, file.data, values) for file in found.files]


def _annotate(report: Any, out: TextIO) -> None:
    from ivr_action.report.annotations import annotate
    from ivr_action.runner.commands import Commands
    from ivr_action.runner.log import GuardedStream

    commands = Commands(out if isinstance(out, GuardedStream) else GuardedStream(out))
    for note in annotate(report, "`ivr-action validate`"):
        commands.add(note)


def _colourful(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Only where somebody sees it: a terminal that can, and no wish against it (https://no-color.org)."""
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or not out.isatty():
        return False
    return os.name != "nt" or bool(environ.get("WT_SESSION") or environ.get("ANSICON"))
