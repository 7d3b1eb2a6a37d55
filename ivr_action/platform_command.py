"""`ivr-action plan`, `deploy`, `drift`, `restore` and `pull`: the step's story from a terminal.

The result alone goes to stdout; progress, findings and questions go to stderr. Credentials come from the environment:
what stands on a command line everybody on the machine can read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from ivr_action.arguments import add_options
from ivr_action.errors import UsageError

_SHARED = ("substitutions", "config")
_CHECKED = ("cycles", "baseline", "fail-on")
_REACH = ("environment", "client-id", "region", "api-url", "login-url", "timeout")
_TOLD = ("webhook-format", "webhook-failure", "webhook-allow-private", "audit-log", "audit-head")
_GUARDS = (
    "on-conflict", "on-draft", "adopt", "allow-create", "allow-rename", "allow-rollback", "force-unlock", "base-ref",
)  # fmt: skip
_DEPLOYS = ("on-failure", "lock-wait", "jobs", "dry-run", "expected-plan")
_COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "plan": ("say what a deployment would do", (*_SHARED, *_CHECKED, *_REACH, *_GUARDS)),
    "deploy": ("check, plan and save flows", (*_SHARED, *_CHECKED, *_REACH, *_GUARDS, *_DEPLOYS, *_TOLD)),
    "drift": ("say what others changed since the last deployment", (*_SHARED, *_REACH, "fail-on-drift")),
    "restore": (
        "publish an earlier version again",
        (*_SHARED, *_REACH, *_TOLD, "over-others", "by-number", "on-draft", "force-unlock", "dry-run"),
    ),
    "pull": ("print or write live flows as Architect YAML", (*_SHARED, *_REACH)),
}
_CREDENTIALS = (
    "Credentials come from the environment: IVR_ACTION_CLIENT_ID and IVR_ACTION_CLIENT_SECRET, or "
    "IVR_ACTION_ACCESS_TOKEN, or the names of Genesys' own tools (GENESYSCLOUD_OAUTHCLIENT_ID and so on); those of "
    "webhooks, too: IVR_ACTION_WEBHOOK_URLS, IVR_ACTION_WEBHOOK_SECRET. docs/deploy.md explains the rest."
)


def add_platform(commands: Any, chosen: str) -> None:
    """Adds the commands.

    Args:
        commands: where commands are added.
        chosen: the command that is asked for: only that one gets its options, since all of them take time.
    """
    for name, (help_, options) in _COMMANDS.items():
        parser: argparse.ArgumentParser = commands.add_parser(
            name, help=help_, description=f"{help_[0].upper()}{help_[1:]}. {_CREDENTIALS}"
        )
        if name != chosen:
            continue
        if name == "restore":
            parser.add_argument("flow", metavar="FLOW", help="its file, or its id on the platform")
            parser.add_argument("version", metavar="VERSION", help="such as 14.0")
        if name == "pull":
            which = parser.add_mutually_exclusive_group(required=True)
            which.add_argument("flow", metavar="FLOW", nargs="?", help="its file, its id on the platform, or its name")
            which.add_argument(
                "--all",
                action="store_true",
                help="every published flow that has no file yet, each to a file of its own",
            )
            parser.add_argument("--version", default="", help="such as 14.0. Default: the published one")
            parser.add_argument(
                "--output",
                metavar="FILE",
                default="",
                help="write it there instead of to stdout; with --all: the folder",
            )
        if name in ("plan", "deploy", "drift"):
            parser.add_argument("files", metavar="FILE", nargs="*", help="file, folder or glob; default: all flows")
        if name != "pull":
            parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
        if name in ("deploy", "restore"):
            parser.add_argument("--yes", action="store_true", help="do not ask; needed where nobody can be asked")
        add_options(parser, options)
        parser.set_defaults(run=run, command=name)


def run(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Runs the command; returns the exit status, which means what it means for the step."""
    from ivr_action.terminal import Terminal

    given = {name.replace("_", "-"): _text(value) for name, value in vars(options).items() if name != "command"}
    if options.command == "restore":
        given |= {"restore-flow": options.flow, "restore-version": options.version}
    if options.command == "pull":
        given["allow-empty"] = "true"  # who pulls the first flow has none yet
    terminal = Terminal(
        options.command,
        given,
        environ,
        out,
        options.stderr,
        stdin=options.stdin or sys.stdin,
        today=options.today,
        outside=options.outside,
        files=getattr(options, "files", ()),
        yes=getattr(options, "yes", False),
    )
    if options.command == "pull" and options.all:
        if options.version:
            raise UsageError("`--version` is for one flow, and `--all` means many.", "Leave out one of the two.")
        return terminal.pull_all(options.output)
    if options.command == "pull":
        return terminal.pull(options.flow, options.version, options.output)
    return terminal.run(options.format)


def _text(value: object) -> str:
    """An option as an input has it; empty where it is absent or no option."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""
