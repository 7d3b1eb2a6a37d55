"""The step's outputs, and the files that some of them name."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping

from ivr_action.errors import UsageError


def write_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> bool:
    """Sets the step's outputs; False where no runner asked for any."""
    from ivr_action.runner import toolkit

    written = [toolkit.set_output(environ, name, value) for name, value in outputs.items()]
    return all(written)


def write_file(workspace: str, path: str, text: str) -> str:
    """Writes a result below the workspace, readable for later steps, and returns its relative path.

    The step is root and the workspace holds what a stranger committed: a link there must not lead the writing
    elsewhere. So the folder must really be inside, and the file is put in place by renaming, which replaces a link
    instead of following it.

    Raises:
        UsageError: it cannot be written there.
    """
    root = os.path.realpath(workspace)
    folder, name = os.path.split(os.path.join(root, *path.split("/")))
    try:
        if not _inside(root, os.path.realpath(folder)):
            raise UsageError(f"`{path}` leads out of the workspace.", "Name a path without links in it.")
        made = not os.path.isdir(folder)
        os.makedirs(folder, mode=0o755, exist_ok=True)
        if made and name and os.path.basename(folder).startswith("."):
            _place(folder, ".gitignore", "*\n")  # results are not for the next commit
        _place(folder, name, text)
    except OSError as error:
        raise UsageError(f"`{path}` cannot be written: {error.strerror}.", "Choose another path.") from error
    return path


def _place(folder: str, name: str, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".ivr-action-")
    try:
        with open(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)  # a later step of another user reads it
        os.replace(temporary, os.path.join(folder, name))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _inside(root: str, path: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)
