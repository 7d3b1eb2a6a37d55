"""The command line: which commands there are, and how each of them ends.

What they do is in `offline.py`, `platform_command.py` and beside what they are about.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TextIO

from ivr_action import __version__, offline, show
from ivr_action.arguments import add_options
from ivr_action.errors import IvrError

INTERRUPTED = 130
BUG = 70
_FORMATS = ("text", "json", "sarif", "junit", "github")
_GRAPH_FORMATS = ("json", "mermaid", "dot")
_EPILOG = (
    "`ivr-action COMMAND --help` says more. Exit status: 0 all is well; 1 findings; 2 usage or configuration; 3 the "
    "platform refused, or a deployment failed; 4 nobody can tell whether a save took effect; 70 a bug of ours."
)


def main(
    arguments: Sequence[str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
    stdin: TextIO | None = None,
    today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    outside: Any = None,
) -> int:
    """Runs one command and returns the exit status: the result goes to stdout, all else to stderr.

    Args:
        arguments: of the command line.
        environ: the environment.
        stdout: takes the result.
        stderr: takes everything else.
        stdin: what is typed, for `call`.
        today: the day by which suppressions expire.
        outside: clocks for what is asked of the platform; a `world.Outside`.
    """
    environ = os.environ if environ is None else environ
    out, err = _utf8(stdout or sys.stdout), _utf8(stderr or sys.stderr)
    guarded = []
    if environ.get("GITHUB_ACTIONS") == "true":
        from ivr_action.runner.log import GuardedStream

        out, err = guarded = [GuardedStream(out), GuardedStream(err)]  # type: ignore[assignment]
    arguments = sys.argv[1:] if arguments is None else arguments
    around = argparse.Namespace(today=today, stdin=stdin, stderr=err, outside=outside, status=0)
    options = _parser(arguments[0] if arguments else "").parse_args(arguments, around)
    status: int = 0
    try:
        if getattr(options, "watch", False):
            status = offline.watch(options, environ, out, err)
        else:
            status = options.run(options, environ, out)
        out.flush()
    except IvrError as error:
        err.write(f"ivr-action: {error}\n")
        if error.hint:
            err.write(f"{error.hint}\n")
        return error.exit_status
    except BrokenPipeError:
        _silence(stdout or sys.stdout)  # whoever read it has seen enough, as in `| head`; what was found still counts
        return status or int(options.status)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if environ.get("IVR_ACTION_DEBUG") or environ.get("RUNNER_DEBUG") == "1":
            import traceback

            traceback.print_exc(file=err)
        err.write(f"ivr-action: a bug of ours: {type(error).__name__}: {error}\n")
        err.write("Please report it; with IVR_ACTION_DEBUG=1 there is a traceback to go with it.\n")
        return BUG
    finally:
        for stream in guarded:
            stream.finish()
    return status


def _parser(chosen: str = "") -> argparse.ArgumentParser:
    """The commands; those for the platform have their options only where one of them is chosen."""
    parser = argparse.ArgumentParser(
        prog="ivr-action",
        description="Check Genesys Cloud IVR flow files, simulate calls through them, and deploy them.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"ivr-action {__version__}")
    # `prog` is spelt out, else argparse formats a usage line just to find it.
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, prog="ivr-action")

    validate = commands.add_parser("validate", help="check flow files", description="Check flow files.")
    validate.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="file, folder or glob; `-` reads standard input; without any, all flows below this folder",
    )
    validate.add_argument("--format", choices=_FORMATS, default="text", help="default: text")
    validate.add_argument(
        "--only-flows",
        action="store_true",
        help="leave out files that do not look like a flow, even where they are named; none at all is no error",
    )
    validate.add_argument("--watch", action="store_true", help="check again whenever a file changes; Ctrl-C ends")
    add_options(validate, ("substitutions", "cycles", "fail-on", "config", "baseline"))
    validate.set_defaults(run=offline.validate)

    from ivr_action.baseline_command import add_baseline

    baseline = add_baseline(commands)
    add_options(baseline, ("substitutions", "cycles", "config", "baseline"))
    baseline.set_defaults(run=offline.baseline)

    fix = commands.add_parser("fix", help="mend what is mechanical", description="Mend what is mechanical.")
    fix.add_argument("files", metavar="FILE", nargs="+", help="file, folder or glob")
    fix.add_argument("--check", action="store_true", help="write nothing; exit status 1 where something can be mended")
    fix.add_argument("--diff", action="store_true", help="write nothing; show the difference")
    add_options(fix, ("cycles", "config"))
    fix.set_defaults(run=offline.fix)

    from ivr_action.trace_command import add_call, add_trace

    trace = add_trace(commands)
    add_options(trace, ("substitutions", "config", "max-choices", "max-seconds"))
    trace.set_defaults(run=offline.trace)

    call = add_call(commands)
    add_options(call, ("substitutions", "config"))
    call.set_defaults(run=offline.call)

    graph = commands.add_parser("graph", help="print a flow's graph", description="Print a flow's graph.")
    graph.add_argument("file", metavar="FILE", help="a flow file; `-` reads standard input")
    graph.add_argument("--format", choices=_GRAPH_FORMATS, default="json", help="default: json")
    add_options(graph, ("substitutions", "config"))
    graph.set_defaults(run=offline.graph)

    schema = commands.add_parser("schema", help="print a JSON Schema", description="Print a JSON Schema for editors.")
    schema.add_argument("name", metavar="NAME", choices=show.SCHEMAS, help=", ".join(show.SCHEMAS))
    schema.set_defaults(run=show.schema)

    rules = commands.add_parser("rules", help="list the rules, or explain one", description="List the rules.")
    rules.add_argument("id", metavar="ID", nargs="?", help="the rule to explain")
    rules.set_defaults(run=show.rules)
    from ivr_action.compile_command import add_compile

    compiling = add_compile(commands)
    add_options(compiling, ("substitutions", "config"))
    compiling.set_defaults(run=offline.compile_)

    from ivr_action.emulator.command import add_emulator

    add_emulator(commands, __version__)

    from ivr_action.genesys.command import add_doctor

    add_doctor(commands)

    from ivr_action.platform_command import add_platform

    add_platform(commands, chosen)

    from ivr_action.audit_command import add_audit

    add_audit(commands)
    return parser


def _utf8(stream: TextIO) -> TextIO:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace")
    return stream


def _silence(stream: TextIO) -> None:
    """Keeps Python's own last flush from complaining about the closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
