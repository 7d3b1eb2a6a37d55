"""`ivr-action audit verify`: says whether an audit log is as it was written, and which changes have no end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from ivr_action import __version__
from ivr_action.errors import UsageError

SCHEMA = "urn:ivr-action:schema:audit-verification:1.0"
"""Versioned: a new minor version only adds."""
BROKEN, UNKNOWN = 1, 4
_SHOWN = 20


def add_audit(commands: Any) -> argparse.ArgumentParser:
    """Adds the command.

    Args:
        commands: where commands are added.
    """
    audit: argparse.ArgumentParser = commands.add_parser(
        "audit", help="check an audit log", description="Check an audit log (docs/audit.md)."
    )
    actions = audit.add_subparsers(title="actions", metavar="ACTION", required=True, prog="ivr-action audit")
    parser: argparse.ArgumentParser = actions.add_parser(
        "verify",
        help="find what was edited, inserted, removed or reordered",
        description=(
            "Find lines that were edited, inserted, removed or reordered, and changes whose end is not recorded. Exit "
            "status 0: the chain holds; 1: it does not; 4: it holds, and a change was begun whose end is not recorded."
        ),
    )
    parser.add_argument("file", metavar="FILE", help="the log; `-` reads standard input")
    parser.add_argument("--head", metavar="HEAD", help="`audit-head` of the last run: finds what is missing at the end")
    parser.add_argument("--start", metavar="HEAD", help="`audit-head` of the run before the first line of the file")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.set_defaults(run=run)
    return audit


def run(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Prints what was found; returns the exit status."""
    from ivr_action.audit.chain import parse_head
    from ivr_action.audit.verify import read_lines, verify

    if options.head is not None and not options.head.strip():
        raise UsageError("`--head` is empty, so nothing would be proved by it.", "Leave it out where no head is known.")
    head = None if options.head is None else parse_head(options.head, "--head")
    start = None if options.start is None else parse_head(options.start, "--start")
    try:
        if options.file == "-":
            found = verify(read_lines((options.stdin or sys.stdin).buffer), head, start)
        else:
            with open(options.file, "rb") as file:
                found = verify(read_lines(file), head, start)
    except OSError as error:
        raise UsageError(f"The audit log `{options.file}` cannot be read: {error.strerror}.") from error
    if options.format == "json":
        _write_json(found, out)
    else:
        _write_text(options.file, found, head is not None, out)
    if not found.holds:
        return BROKEN
    return UNKNOWN if found.unsettled_count else 0


def _write_text(path: str, found: Any, against_head: bool, out: TextIO) -> None:
    from ivr_action.report.plain import count_of, one_line

    shown = one_line(path)
    if found.holds:
        through = f", {found.start.count + 1:,} to {found.end.count:,} of its chain" if found.lines else ""
        out.write(f"{shown}: the chain holds: {count_of(found.lines, 'line')}{through}.\n")
        if against_head:
            out.write("It ends where the head says: nothing is missing at its end.\n")
    else:
        out.write(f"{shown}: the chain is broken: {count_of(found.problem_count, 'problem')}.\n")
        for problem in found.problems[:_SHOWN]:
            out.write(f"  line {problem.line:,}: {problem.text}\n")
        if found.problem_count > _SHOWN:
            out.write(f"  and {found.problem_count - _SHOWN:,} more.\n")
    for text in found.unproven:
        out.write(f"Not proved: {text[0].lower()}{text[1:]}\n")
    if found.open_count:
        out.write(f"{count_of(found.open_count, 'change')} begun whose end is not recorded:\n")
        ordered = sorted(found.open_changes, key=lambda one: (bool(one.settled), one.line))
        for one in ordered[:_SHOWN]:
            flow = f"`{one_line(one.name)}`" + (f" ({one_line(one.flow_id)})" if one.flow_id else "")
            what = f"; line {one.settled:,} records a later one" if one.settled else f": look at flow {flow}"
            out.write(f"  line {one.line:,}: {one_line(one.timestamp)} {one_line(one.path)}{what}\n")
        if found.open_count > _SHOWN:
            out.write(f"  and {found.open_count - _SHOWN:,} more.\n")
    if found.lines:
        out.write(f"Head: {found.end}\n")


def _write_json(found: Any, out: TextIO) -> None:
    import json
    from dataclasses import asdict

    data = {
        "schema": SCHEMA,
        "tool": {"name": "ivr-action", "version": __version__},
        "holds": found.holds,
        "lines": found.lines,
        "start": str(found.start),
        "head": str(found.end),
        "problem_count": found.problem_count,
        "problems": [asdict(problem) for problem in found.problems],
        "unproven": list(found.unproven),
        "open_count": found.open_count,
        "open_changes": [asdict(one) for one in found.open_changes],
    }
    out.write(json.dumps(data, indent=2) + "\n")
