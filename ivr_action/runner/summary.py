"""The job summary's file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

LIMIT = 1024 * 1024
"""Bytes per step; the runner drops a summary that is larger, all of it."""


def room(environ: Mapping[str, str]) -> int:
    """Bytes that may still be written; 0 where the runner wants no summary."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return 0
    try:
        used = os.path.getsize(path)
    except OSError:
        used = 0
    return max(0, LIMIT - used - 1)


def append(environ: Mapping[str, str], markdown: str) -> bool:
    """Appends to the summary; False where there is none to append to, no room, or it cannot be written."""
    data = markdown.encode("utf-8", "backslashreplace")
    if len(data) > room(environ):
        return False
    try:
        with open(environ["GITHUB_STEP_SUMMARY"], "ab") as file:
            file.write(data)
    except OSError as error:  # what was found is in the log, the outputs and the exit status all the same
        sys.stderr.write(f"The job summary cannot be written: {error.strerror}.\n")
        return False
    return True
