"""`ivr-action baseline`: compares the findings with the baseline file, and writes it."""

from __future__ import annotations

import argparse
import os
from typing import Any, TextIO

from ivr_action import __version__
from ivr_action.errors import UsageError

_SHOWN = 20


def add_baseline(commands: Any) -> argparse.ArgumentParser:
    """Adds the command's options, without those that it shares with others."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "baseline",
        help="compare with the baseline, or write it",
        description=(
            "Compare what is found with the baseline file. Exit status 1: they differ, or --write left something out."
        ),
    )
    parser.add_argument(
        "files", metavar="FILE", nargs="*", help="as for validate; entries of other files stay as they are"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the file: all findings the first time, later without what is mended"
    )
    parser.add_argument("--grow", action="store_true", help="with --write: accept new findings too")
    return parser


def run(report: Any, policy: Any, root: str, out: TextIO, *, write: bool, grow: bool) -> int:
    """Compares, writes where that is wanted, says what happened; returns the exit status.

    Args:
        report: of the rules, the baseline not looked at yet.
        policy: with the baseline that there is and its path.
        root: the folder that paths are relative to.
        out: for the result.
        write: write the file.
        grow: accept what is new.
    """
    from ivr_action.check import RULES
    from ivr_action.check.baseline import Baseline, render_baseline, renewed
    from ivr_action.policy import compared_with
    from ivr_action.report.plain import count_of

    if grow and not write:
        raise UsageError("`--grow` goes with `--write`.")
    path = policy.baseline_path
    target = os.path.join(root, path)
    first = not os.path.lexists(target)
    binding = frozenset(rule.id for rule in RULES if rule.binding)
    compared = compared_with(report, policy.baseline, root)
    accepts = write and (grow or first)
    refused = [finding for finding in compared.new if not accepts or finding.rule in binding]
    taken = len(compared.new) - len(refused)
    gone = sum(entry.count for entry in compared.gone)
    if write:
        entries = renewed(compared, grow=accepts, never=binding)
        if entries != policy.baseline.entries or first:
            _write(target, path, render_baseline(Baseline(path, entries), __version__))
        total = sum(entry.count for entry in entries)
        out.write(f"{path}: {count_of(total, 'finding')}, {taken:,} added, {gone:,} removed.\n")
    else:
        out.write(
            f"{path}: {count_of(policy.baseline.total, 'finding')}; {len(compared.new):,} more found, "
            f"{gone:,} occur no longer.\n"
        )
        if gone:
            out.write("`ivr-action baseline --write` removes what occurs no longer.\n")
    if refused:
        _say_refused(refused, binding, out, first=first)
    return 1 if refused or (gone and not write) else 0


def _say_refused(refused: list[Any], binding: frozenset[str], out: TextIO, *, first: bool) -> None:
    from ivr_action.report.plain import count_of, one_line
    from ivr_action.report.text import place

    out.write(f"Not in the baseline: {count_of(len(refused), 'finding')}.\n")
    for finding in refused[:_SHOWN]:
        out.write(f"  {place(finding)} {finding.level.value} {finding.rule}: {one_line(finding.message)}\n")
    if len(refused) > _SHOWN:
        out.write(f"  and {len(refused) - _SHOWN:,} more; `ivr-action validate` shows them.\n")
    if any(finding.rule in binding for finding in refused):
        out.write(
            "A file that cannot be read is never accepted: mend it, or name it under `ignore` in the configuration.\n"
        )
    if any(finding.rule not in binding for finding in refused):
        how = (
            "`ivr-action baseline --write` accepts"
            if first
            else "Mend them; `ivr-action baseline --write --grow` accepts"
        )
        out.write(f"{how} them.\n")


def _write(target: str, path: str, text: str) -> None:
    """Replaces the file in one step: a reader never sees half of it."""
    beside = f"{target}.{os.getpid()}.tmp"
    try:
        os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
        with open(beside, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(beside, target)
    except OSError as error:
        raise UsageError(f"The baseline `{path}` cannot be written: {error.strerror}.", "Check the path.") from error
