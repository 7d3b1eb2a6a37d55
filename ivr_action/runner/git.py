"""Runs git in the workspace, which belongs to another user than the container's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence

Git = Callable[[Sequence[str]], bytes]
"""Runs git with these arguments and returns what it printed; raises `GitError`."""

_TIMEOUT_SECONDS = 60.0
_REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")


class GitError(Exception):
    """git failed or is not there; the text says how, in one line."""


def git_in(workspace: str, environ: Mapping[str, str]) -> Git:
    """A function that runs git in `workspace`.

    Nothing global is changed: that the folder may be trusted is said to each call by its environment. No call writes,
    asks, or goes to the network.
    """
    folder = os.path.realpath(workspace)
    environment = {name: value for name, value in environ.items() if name not in _REPOSITORY_VARIABLES}
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    environment |= {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": "safe.directory",
        f"GIT_CONFIG_VALUE_{count}": folder.replace(os.sep, "/"),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LITERAL_PATHSPECS": "1",  # a file may be called `:(top)`
        "LC_ALL": "C",
    }

    def run(arguments: Sequence[str]) -> bytes:
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git did not answer within {_TIMEOUT_SECONDS:.0f} seconds") from error
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror}") from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise GitError(said[0] if said else f"git {arguments[0]} failed with status {done.returncode}")
        return done.stdout

    return run
