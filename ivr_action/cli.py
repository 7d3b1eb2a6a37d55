"""The same checks from a terminal: `ivr-action validate`, `trace`, `call`, `graph`, `rules`.

Everything that is not needed for the command at hand is imported late: a check of one file takes less time than the
imports of the whole package would.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NoReturn, TextIO

from ivr_action import __version__
from ivr_action.errors import IvrError, NothingScannedError, UsageError
from ivr_action.options import OPTIONS

INTERRUPTED = 130
BUG = 70
_FORMATS = ("text", "json", "sarif", "junit", "github")
_GRAPH_FORMATS = ("json", "mermaid", "dot")
_SCHEMAS = (
    *("node-graph", "architect-yaml", "config", "report", "scenario", "trace", "plan", "deployment"),
    *("audit", "audit-verification", "metrics", "webhook"),
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
            status = _watch(options, environ, out, err)
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
    parser = argparse.ArgumentParser(prog="ivr-action", description="Check Genesys Cloud IVR flow files.")
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
    _add_shared(validate, ("substitutions", "cycles", "fail-on", "config", "baseline"))
    validate.set_defaults(run=_validate)

    from ivr_action.baseline_command import add_baseline

    baseline = add_baseline(commands)
    _add_shared(baseline, ("substitutions", "cycles", "config", "baseline"))
    baseline.set_defaults(run=_baseline)

    fix = commands.add_parser("fix", help="mend what is mechanical", description="Mend what is mechanical.")
    fix.add_argument("files", metavar="FILE", nargs="+", help="file, folder or glob")
    fix.add_argument("--check", action="store_true", help="write nothing; exit status 1 where something can be mended")
    fix.add_argument("--diff", action="store_true", help="write nothing; show the difference")
    _add_shared(fix, ("cycles", "config"))
    fix.set_defaults(run=_fix)

    from ivr_action.trace_command import add_call, add_trace

    trace = add_trace(commands)
    _add_shared(trace, ("substitutions", "config", "max-choices", "max-seconds"))
    trace.set_defaults(run=_trace)

    call = add_call(commands)
    _add_shared(call, ("substitutions", "config"))
    call.set_defaults(run=_call)

    graph = commands.add_parser("graph", help="print a flow's graph", description="Print a flow's graph.")
    graph.add_argument("file", metavar="FILE", help="a flow file; `-` reads standard input")
    graph.add_argument("--format", choices=_GRAPH_FORMATS, default="json", help="default: json")
    _add_shared(graph, ("substitutions", "config"))
    graph.set_defaults(run=_graph)

    schema = commands.add_parser("schema", help="print a JSON Schema", description="Print a JSON Schema for editors.")
    schema.add_argument("name", metavar="NAME", choices=_SCHEMAS, help=", ".join(_SCHEMAS))
    schema.set_defaults(run=_show("schema"))

    rules = commands.add_parser("rules", help="list the rules, or explain one", description="List the rules.")
    rules.add_argument("id", metavar="ID", nargs="?", help="the rule to explain")
    rules.set_defaults(run=_show("rules"))
    from ivr_action.compile_command import add_compile

    compiling = add_compile(commands)
    _add_shared(compiling, ("substitutions", "config"))
    compiling.set_defaults(run=_compile)

    from ivr_action.emulator.command import add_emulator

    add_emulator(commands, __version__)

    from ivr_action.genesys.command import add_doctor

    add_doctor(commands)

    from ivr_action.platform_command import add_platform

    add_platform(commands, chosen)

    from ivr_action.audit_command import add_audit

    add_audit(commands)
    return parser


def _add_shared(parser: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    """Options that are inputs of the action too; what is absent is looked up when it is needed."""
    for option in OPTIONS:
        if option.name in names:
            parser.add_argument(
                f"--{option.name}",
                metavar=option.metavar or None,
                choices=("", *option.choices) if option.choices else None,
                help=f"{option.help} Default: {option.default or 'none'}.",
            )


def _value(options: argparse.Namespace, environ: Mapping[str, str], name: str, config: Any) -> str:
    """Option > environment > configuration > default; an empty value equals an absent one."""
    option = next(option for option in OPTIONS if option.name == name)
    return _given(options, environ, name) or config.option(name) or option.default


def _given(options: argparse.Namespace, environ: Mapping[str, str], name: str) -> str:
    """Option > environment; empty where neither says anything."""
    option = next(option for option in OPTIONS if option.name == name)
    value = getattr(options, name.replace("-", "_"), None) or environ.get(option.environment, "").strip()
    if value and option.choices and value not in option.choices:
        raise UsageError(f"{option.environment} is `{value}`; accepted: {', '.join(option.choices)}.")
    return value


def _policy(options: argparse.Namespace, environ: Mapping[str, str]) -> Any:
    """The configuration and the baseline below the current folder."""
    from ivr_action.check import RULES
    from ivr_action.policy import local_policy

    paths = {f"{name}_path": _given(options, environ, name) for name in ("config", "baseline")}
    return local_policy(os.getcwd(), RULES, **paths, confined=False)


def _check(options: argparse.Namespace, environ: Mapping[str, str], policy: Any) -> tuple[Any, Any]:
    """What was read, and the rules' report on it, the baseline not looked at yet."""
    from ivr_action.check import CheckOptions, check

    config = policy.config
    cycles: Any = _value(options, environ, "cycles", config)
    readings = _read(options.files or list(config.flows), options, environ, config)
    chosen = CheckOptions(cycles, config.levels, config.settings, today=options.today())
    report = check(readings, chosen)
    if config.environments:
        from ivr_action.environments import values_of, with_environments

        general = _value(options, environ, "substitutions", config)
        every = [values_of(name, one, general, os.getcwd()) for name, one in config.environments.items()]
        report = with_environments(report, readings, every, check, chosen)
    return readings, report


def _validate(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    from ivr_action.policy import judged
    from ivr_action.report.look import Look, lines_of

    policy = _policy(options, environ)
    fail_on = _value(options, environ, "fail-on", policy.config)
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


def _watch(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO, err: TextIO) -> NoReturn:
    import time

    from ivr_action.watch import snapshot, watch

    if options.format != "text" or "-" in options.files:
        raise UsageError("`--watch` shows text and reads files.", "Leave out `--format`, and name files or folders.")
    policy = _policy(options, environ)
    beside = (policy.config_path, policy.baseline_path, _value(options, environ, "substitutions", policy.config))
    watch(
        lambda: _validate(options, environ, out),
        lambda: snapshot(options.files, beside, os.getcwd()),
        time.sleep,
        out,
        err,
    )


def _fix(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    from ivr_action.check import CheckOptions
    from ivr_action.files import find
    from ivr_action.fix import fix
    from ivr_action.flow.read import looks_like_flow

    config = _policy(options, environ).config
    cycles: Any = _value(options, environ, "cycles", config)
    chosen = CheckOptions(cycles, config.levels, config.settings, today=options.today())
    root = os.getcwd()
    found = find(options.files, root, looks_like_flow=looks_like_flow, confined=False, ignore=config.ignore)
    mended = fix(found.files, chosen, root, out, dry=options.check or options.diff, diff=options.diff)
    return 1 if mended and options.check else 0


def _graph(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
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


class UnreadableError(IvrError):
    """A file that is there but no flow: the same status as for a finding."""

    exit_status = 1


def _baseline(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    from ivr_action.baseline_command import run

    policy = _policy(options, environ)
    _, report = _check(options, environ, policy)
    return run(report, policy, os.getcwd(), out, write=options.write, grow=options.grow)


def _trace(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
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
        patience=patience_of(*(_value(options, environ, name, config) for name in ("max-choices", "max-seconds"))),
    )


def _call(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    from ivr_action.trace_command import run_call

    config = replace(_policy(options, environ).config, ignore=())
    typed = options.stdin or sys.stdin
    return run_call(options, lambda names: _read(names, options, environ, config), typed, out)


def _compile(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    from ivr_action.compile_command import run
    from ivr_action.report.look import Look

    config = replace(_policy(options, environ).config, ignore=())
    look = Look(__version__, _colourful(options.stderr, environ))
    return run(options, lambda names: _read(names, options, environ, config), os.getcwd(), out, look)


def _show(what: str) -> Callable[..., int]:
    """A command of `ivr_action.show`, which is imported when it is called."""

    def run(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
        from ivr_action import show

        command: Callable[..., int] = getattr(show, what)
        return command(options, out)

    return run


def _read(names: list[str], options: argparse.Namespace, environ: Mapping[str, str], config: Any) -> list[Any]:
    from ivr_action.files import SIZE_LIMIT, find
    from ivr_action.flow.read import looks_like_flow, read_flow

    given = _value(options, environ, "substitutions", config)
    values = None
    if given:
        from ivr_action.substitutions import load_substitutions

        values = load_substitutions(given, os.getcwd())[0]
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
        level, message, *places = note
        names = ("title", "file", "line", "end_line", "column", "end_column")
        commands.annotate(str(level), message, **dict(zip(names, places, strict=True)))  # type: ignore[arg-type]


def _colourful(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Only where somebody sees it: a terminal that can, and no wish against it (https://no-color.org)."""
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or not out.isatty():
        return False
    return os.name != "nt" or bool(environ.get("WT_SESSION") or environ.get("ANSICON"))


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
