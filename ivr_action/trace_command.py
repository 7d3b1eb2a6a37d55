"""`ivr-action trace`: run scenarios, or explore flows, and say what becomes of callers."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TextIO

from ivr_action.errors import NothingScannedError, UsageError
from ivr_action.model import Level
from ivr_action.model.patience import Patience, read_choices, read_seconds

TRACE_FORMATS = ("text", "json", "junit")
Read = Callable[[list[str]], list[Any]]
"""Reads flow files by path, folder or glob into readings."""


def add_trace(commands: Any) -> argparse.ArgumentParser:
    """The command's options, for the command line's parser."""
    about = "Simulate calls: the scenarios' where there are any, else those that come through the whole flow."
    parser: argparse.ArgumentParser = commands.add_parser("trace", help="simulate calls", description=about)
    parser.add_argument("flows", metavar="FLOW", nargs="*", help="file, folder or glob; the scenarios' where absent")
    parser.add_argument(
        "--scenarios", metavar="FILE", nargs="+", action="extend", default=[], help="scenario file, folder or glob"
    )
    parser.add_argument("--suggest", action="store_true", help="write a scenario file for one flow to stdout")
    parser.add_argument("--format", choices=TRACE_FORMATS, default="text", help="default: text")
    return parser


def add_call(commands: Any) -> argparse.ArgumentParser:
    """The options of `ivr-action call`, for the command line's parser."""
    about = "Walk a call by hand: hear the prompts as text, press keys, say words, answer for the world."
    parser: argparse.ArgumentParser = commands.add_parser("call", help="walk a call by hand", description=about)
    parser.add_argument("flow", metavar="FLOW", help="a flow file")
    parser.add_argument("others", metavar="OTHER", nargs="*", help="modules, bots and flows that it calls")
    return parser


def run(
    options: argparse.Namespace,
    read: Read,
    root: str,
    out: TextIO,
    *,
    colour: bool,
    levels: Mapping[str, Level | None],
    today: Callable[[], date],
    patience: Patience,
) -> int:
    """Runs the command; exit status 1 where a call failed or a file could not be read.

    Args:
        options: the command line's.
        read: reads the flow files.
        root: the folder that paths are relative to.
        out: where the report goes.
        colour: True for a terminal that has colours.
        levels: of findings, by the configuration. A failed call whose finding it lowers or switches off, or that the
            flow's file suppresses, does not fail the command.
        today: the day by which suppressions count.
        patience: what callers may be asked for before a person or an end.

    Raises:
        UsageError: nothing to trace, or `--suggest` for other than one flow.
    """
    from ivr_action.trace.simulate import Paths, simulate

    scenarios = read_scenarios(options.scenarios, root)
    names = options.flows or sorted({one.flow_path for one in scenarios if _exists(root, one.flow_path)})
    if not names and not scenarios:
        raise UsageError("There is nothing to trace.", "Name flows, or scenarios with `--scenarios`.")
    readings = read(names) if names else []
    flows = [reading.flow for reading in readings if reading.flow is not None]
    unreadable = _unreadable([reading for reading in readings if reading.flow is None])
    if options.suggest:
        return _suggest(flows, unreadable, root, out)
    simulation = simulate(
        flows,
        scenarios,
        paths=Paths(
            lambda path: _exists(root, path),
            lambda path: os.path.normcase(os.path.realpath(os.path.join(root, path))),
        ),
        patience=patience,
    )
    from dataclasses import replace

    from ivr_action.check.registry import KNOWN
    from ivr_action.check.suppressions import apply_suppressions
    from ivr_action.model.kinds import OF_CALLS, levelled

    report = simulation.report
    found, _, _ = apply_suppressions(levelled(report.findings, levels), readings, KNOWN, today())
    report = replace(report, findings=tuple(sorted((*unreadable, *found), key=lambda finding: finding.order)))
    from ivr_action import __version__
    from ivr_action.report import render_trace
    from ivr_action.report.look import Look

    out.write(render_trace(options.format, report, Look(__version__, colour)))
    fails = any(
        one.level is Level.ERROR or (one.rule in OF_CALLS and one.rule not in levels) for one in report.findings
    )
    return 1 if fails else 0


def patience_of(choices: str, seconds: str) -> Patience:
    """What the two options say.

    Raises:
        UsageError: one of them is no number.
    """
    try:
        most = read_choices(choices)
    except ValueError:
        raise UsageError(f"`--max-choices` is `{choices}`; accepted: a whole number from 0 on.") from None
    try:
        return Patience(most, read_seconds(seconds))
    except ValueError:
        raise UsageError(f"`--max-seconds` is `{seconds}`; accepted: a number of seconds from 0 on.") from None


def run_call(options: argparse.Namespace, read: Read, typed: TextIO, out: TextIO) -> int:
    """Runs `ivr-action call`; exit status 1 where the call ended as none should.

    Raises:
        UsageError: the file is no flow, or it is more than one.
    """
    from ivr_action.call_command import CallByHand, write_new
    from ivr_action.trace.machines import library_of

    if options.flow == "-":
        raise UsageError("`call` reads what you type from standard input; name a file.")
    readings = read([options.flow])
    unreadable = _unreadable([reading for reading in readings if reading.flow is None])
    if unreadable:
        raise UsageError(f"`{unreadable[0].location.path}`: {unreadable[0].message}", unreadable[0].hint)
    if len(readings) != 1:
        raise UsageError(f"`{options.flow}` is {len(readings)} files.", "Name one flow file.")
    flow = readings[0].flow
    others = [reading.flow for reading in (read(options.others) if options.others else []) if reading.flow]
    try:
        trace = CallByHand(flow, typed, out, write_new, library_of([flow, *others])).walk()
    except KeyboardInterrupt:
        out.write("\n")
        raise
    return 1 if trace is not None and trace.failed else 0


def read_scenarios(patterns: list[str], root: str, *, confined: bool = False) -> list[Any]:
    """The scenario files that some patterns name; without a pattern none.

    Raises:
        UsageError: a pattern matches nothing, or a file cannot be read.
    """
    from ivr_action.files import find
    from ivr_action.trace.scenario import looks_like_scenario, read_scenario

    if not patterns:
        return []
    try:
        found = find(patterns, root, looks_like_flow=looks_like_scenario, confined=confined)
    except NothingScannedError as error:
        named = ", ".join(f"`{pattern}`" for pattern in patterns)
        raise UsageError(
            f"No scenario file matches {named}.", "Check the paths; docs/trace.md has an example."
        ) from error
    return [read_scenario(file.path, file.data) for file in found.files]


def _exists(root: str, path: str) -> bool:
    return os.path.isfile(os.path.join(root, path))


def _unreadable(readings: list[Any]) -> list[Any]:
    """What the rules say about files that are no flow."""
    if not readings:
        return []
    from ivr_action.check import check

    return list(check(readings).findings)


def _suggest(flows: list[Any], unreadable: list[Any], root: str, out: TextIO) -> int:
    from ivr_action.trace.machines import library_of
    from ivr_action.trace.suggest import suggest
    from ivr_action.trace.traced import trace_flow

    if unreadable:
        raise UsageError(f"`{unreadable[0].location.path}`: {unreadable[0].message}", unreadable[0].hint)
    if len(flows) != 1:
        raise UsageError(f"`--suggest` writes scenarios for one flow, not {len(flows):,}.", "Name one flow.")
    (flow,) = flows
    library = library_of(flows)
    traced = trace_flow(flow, library)
    out.write(suggest(flow, traced.exploration.calls, scenario_path_of(flow.document.path, root), library))
    return 0


def scenario_path_of(path: str, root: str) -> str:
    """How a scenario file that may stand anywhere in the workspace names a flow."""
    if os.path.isabs(path):
        return os.path.relpath(path, root).replace(os.sep, "/")
    return path if path.startswith("..") else f"/{path}"
