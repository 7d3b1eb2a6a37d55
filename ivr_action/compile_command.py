"""`ivr-action compile`: writes a node graph as the Architect YAML that a deployment would publish."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TextIO

from ivr_action.errors import IvrError, UsageError

_FAILED = 1


class NotCompiledError(IvrError):
    """A file that is no node graph, or no flow at all: the same status as for a finding."""

    exit_status = _FAILED


def add_compile(commands: Any) -> argparse.ArgumentParser:
    """Adds the command.

    Args:
        commands: where commands are added.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        "compile",
        help="write a node graph as Architect YAML",
        description=(
            "Write a node graph as the Architect YAML that a deployment would publish. What Architect has no words for "
            "is told with its line, and nothing is written (exit status 1). docs/compile.md has the tables."
        ),
    )
    parser.add_argument("file", metavar="FILE", help="a node graph; `-` reads standard input")
    parser.add_argument(
        "--prompts",
        metavar="MAP",
        default="",
        help="names of prompts by `audioResource.id`: a YAML or JSON file, or the map itself",
    )
    parser.add_argument(
        "--categories",
        metavar="MAP",
        default="",
        help="categories of data actions by their names, for nodes that give none: a file, or the map itself",
    )
    parser.add_argument("--output", metavar="FILE", default="", help="write it there instead of to stdout")
    return parser


def run(options: argparse.Namespace, read: Callable[[list[str]], list[Any]], root: str, out: TextIO, look: Any) -> int:
    """Runs the command; exit status 1 where the flow cannot be compiled.

    Args:
        options: the command line's.
        read: reads flow files by path.
        root: the folder that paths are relative to.
        out: takes the YAML.
        look: how findings are shown; they go to `options.stderr`.

    Raises:
        UsageError: several files, a map that is none, or an output that cannot be written.
        NotCompiledError: the file is no node graph.
    """
    from ivr_action.compile import compile_flow
    from ivr_action.flow.flow import NodeGraphFlow
    from ivr_action.model import CheckedFlow, Report
    from ivr_action.report import render
    from ivr_action.report.look import lines_of
    from ivr_action.substitutions import load_map

    readings = read([options.file])
    if len(readings) != 1:
        raise UsageError(f"`{options.file}` is {len(readings)} files.", "Name one flow file.")
    flow = readings[0].flow
    if not isinstance(flow, NodeGraphFlow):
        what = "no flow that can be read" if flow is None else "Architect's own already"
        raise NotCompiledError(f"`{options.file}` is {what}.", "`ivr-action validate` says more about it.")
    prompts, _ = load_map(options.prompts, root, "prompts")
    categories, _ = load_map(options.categories, root, "categories")
    made = compile_flow(flow, prompts=prompts, categories=categories)
    if made.problems:
        checked = CheckedFlow(flow.document.path, flow.name, flow.type, flow.format.value, valid=bool(made.yaml))
        shown = replace(look, source=lines_of([flow.document]))
        options.stderr.write(render("text", Report((checked,), made.problems), shown))
    if not made.yaml:
        return _FAILED
    if not options.output:
        out.write(made.yaml)
        return 0
    try:
        with open(os.path.join(root, options.output), "w", encoding="utf-8", newline="\n") as file:
            file.write(made.yaml)
    except OSError as error:
        raise UsageError(f"`{options.output}` cannot be written: {error.strerror}.") from error
    return 0
