"""`ivr-action emulator`: prints one JSON line when it serves, and ends cleanly on SIGTERM and Ctrl-C."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from ivr_action.errors import UsageError

_FOREVER = 3600.0


def add_emulator(commands: Any, version: str) -> argparse.ArgumentParser:
    """Adds the command.

    Args:
        commands: where commands are added.
        version: of this program; the ready line says it.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        "emulator",
        help="Genesys Cloud on loopback",
        description=(
            "Serve Genesys Cloud's API for flows on 127.0.0.1, without an organisation. Prints one JSON line when it "
            "is ready. What is faithful and what is not: docs/emulator.md."
        ),
    )
    parser.add_argument("--port", type=int, default=0, help="default: any that is free")
    parser.add_argument(
        "--seed", metavar="FILE_OR_DIR", type=Path, nargs="+", action="extend", default=[],
        help="flows to begin with, and descriptions of the organisation",
    )  # fmt: skip
    parser.add_argument("--state", metavar="DIR", type=Path, help="keep everything in a folder and go on from it")
    parser.add_argument("--faults", metavar="FILE", type=Path, help="what goes wrong, and when")
    parser.add_argument("--mode", choices=("platform", "specification"), default="platform", help="default: platform")
    parser.add_argument("--job-seconds", type=float, default=1.0, help="how long a publish job takes. Default: 1")
    parser.add_argument("--requests-per-minute", type=int, default=300, help="quota of one client. Default: 300")
    parser.add_argument("--token-seconds", type=float, default=86_400, help="life of a token. Default: 86400")
    parser.set_defaults(run=run, program_version=version)
    return parser


def run(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Serves until a signal ends it."""
    import json
    import signal
    import threading

    try:
        from ivr_action.emulator.faults import read_faults
        from ivr_action.emulator.server import Emulator
        from ivr_action.emulator.world import Pace
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in ("starlette", "uvicorn"):
            raise
        raise UsageError(
            f"The emulator needs the package {package}, which is not installed.",
            "Install it with: pip install 'ivr-action[emulator]'",
        ) from None
    if not 0 <= options.port <= 65_535:
        raise UsageError(f"--port is {options.port}; a port is a number from 0 to 65535.")
    if options.job_seconds < 0 or options.requests_per_minute < 1 or options.token_seconds < 1:
        raise UsageError("--job-seconds is at least 0; --requests-per-minute and --token-seconds are at least 1.")
    pace = Pace(job=options.job_seconds, requests=options.requests_per_minute, token=options.token_seconds)
    stop = threading.Event()
    try:
        faults = read_faults(options.faults) if options.faults is not None else []
        emulator = Emulator(
            options.mode, options.seed, state=options.state, faults=faults, pace=pace, port=options.port
        )
    except (ValueError, OSError, UnicodeDecodeError) as error:
        raise UsageError(str(error)) from None
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with emulator:
            out.write(json.dumps(emulator.ready_line(options.program_version), ensure_ascii=True) + "\n")
            out.flush()
            while not stop.wait(_FOREVER):
                pass
    except OSError as error:
        raise UsageError(f"The port {options.port} cannot be used: {error.strerror or error}.") from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0
