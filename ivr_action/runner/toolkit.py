"""The one place that knows `actions-toolkit`.

Its core reads the process's environment and writes to the process's stdout. Both are lent to it for the length of one
call, so that everything else here takes what it needs as arguments and a test can run the whole step.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from actions_toolkit import core


def get_input(environ: Mapping[str, str], name: str) -> str:
    """An input by name, trimmed; empty where it is absent."""
    with _lent(environ):
        return str(core.get_input(name))


def command_line(level: str, message: str, properties: Mapping[str, object]) -> str:
    """An annotation as a workflow command, without the end of the line; `properties` without empty ones."""
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        getattr(core, {"note": "notice"}.get(level, level))(message, **properties)
    return _without_empty(written.getvalue().rstrip("\r\n"))


def _without_empty(command: str) -> str:
    """The command without the properties that the toolkit writes although nothing was given: `line=,endLine=`."""
    _, head, message = command.split("::", 2)  # neither `:` nor `,` stands in a property: they are written as codes
    name, _, given = head.partition(" ")
    kept = ",".join(one for one in given.split(",") if one.partition("=")[2])
    return f"::{name}{f' {kept}' if kept else ''}::{message}"


def group_line(name: str | None) -> str:
    """The command that starts a group of log lines, or ends it where there is no name."""
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        core.end_group() if name is None else core.start_group(name)
    return written.getvalue().rstrip("\r\n")


def mask_line(secret: str) -> str:
    """The command that makes the runner hide a text of one line."""
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        core.set_secret(secret)
    return written.getvalue().rstrip("\r\n")


def set_output(environ: Mapping[str, str], name: str, value: str) -> bool:
    """Writes an output to the runner's file. False where the runner named none: then there is nobody to read it."""
    path = environ.get("GITHUB_OUTPUT")
    if not path:
        return False
    Path(path).touch()  # the toolkit refuses a file that does not exist yet
    with _lent(environ):
        core.set_output(name, value)
    return True


@contextlib.contextmanager
def _lent(environ: Mapping[str, str]) -> Iterator[None]:
    if environ is os.environ:
        yield
        return
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
