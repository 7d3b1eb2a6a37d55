"""`ivr-action validate --watch`: checks again whenever a file changed, came or went.

Files are polled by time and size: no dependency, and it works on network drives and in containers, where the system's
own notices do not arrive.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn, TextIO

from ivr_action.errors import IvrError, UsageError
from ivr_action.files import candidates

INTERVAL = 0.5
"""Seconds between two looks."""
SETTLE = 0.1
"""Seconds without a change before the check: an editor or a checkout writes more than once."""
SETTLE_LOOKS = 50
"""At most so many times it is waited for that; what never stands still is checked all the same."""
CLEAR = "\x1b[2J\x1b[H"

Snapshot = Mapping[str, tuple[int, int]]
"""Time of the last change in nanoseconds and size in bytes, by path."""


def snapshot(patterns: Sequence[str], extra: Iterable[str], root: str) -> Snapshot:
    """What a change is told by: every file that may be a flow, and files that are read beside them.

    Args:
        patterns: as for `files.find`; one that matches nothing now is no error, its file may come back.
        extra: further paths below `root`, such as the substitutions.
        root: the folder that patterns start from.
    """
    taken = [pattern for pattern in patterns if not pattern.startswith("!")]
    paths = {os.path.join(root, path) for path in extra if path}
    for part in [[pattern] for pattern in taken] or [[]]:
        try:
            paths.update(path for path, _ in candidates(part, root, confined=False))
        except UsageError:
            continue
    found: dict[str, tuple[int, int]] = {}
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def watch(
    check: Callable[[], int],
    look: Callable[[], Snapshot],
    sleep: Callable[[float], None],
    out: TextIO,
    err: TextIO,
) -> NoReturn:
    """Checks now and after each change, until KeyboardInterrupt.

    Args:
        check: one run, which writes its result to `out`. What the user did wrong ends the watch in the first run and
            is shown in later ones: a file that is gone may come back.
        look: the files as they are now.
        sleep: waits for so many seconds.
        out: cleared before each check where it is a terminal.
        err: gets what is no result.
    """
    seen = look()
    _run(check, out, err, first=True)
    while True:
        names = "1 file" if len(seen) == 1 else f"{len(seen):,} files"
        err.write(f"Watching {names}; Ctrl-C ends.\n")
        err.flush()
        now = look()
        while now == seen:
            sleep(INTERVAL)
            now = look()
        seen = _settled(now, look, sleep)
        _run(check, out, err, first=False)


def _settled(now: Snapshot, look: Callable[[], Snapshot], sleep: Callable[[float], None]) -> Snapshot:
    for _ in range(SETTLE_LOOKS):
        sleep(SETTLE)
        before, now = now, look()
        if now == before:
            break
    return now


def _run(check: Callable[[], int], out: TextIO, err: TextIO, *, first: bool) -> None:
    if out.isatty():
        out.write(CLEAR)
    elif not first:
        out.write("\n")
    try:
        check()
    except IvrError as error:
        if first:
            raise
        err.write(f"ivr-action: {error}\n")
    out.flush()
