"""Files as they were before the event: from Git where it has the commit, else from GitHub's API."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol

from ivr_action.runner.changed import Changes
from ivr_action.runner.git import Git, GitError
from ivr_action.runner.github import ApiError

_ORDINARY = ("100644", "100755")


class Api(Protocol):
    """What is asked of `GitHub`."""

    def content(self, path: str, commit: str) -> bytes | None:
        """A file's bytes at a commit."""


class BeforeError(Exception):
    """Nobody can tell what the file was; the text says why in one line."""


class Before:
    """The workspace's files at the commit that the event is compared with.

    Args:
        changes: names the commit.
        git: runs git in the workspace.
        connect: the API; None where there is no token. Called where it is needed.
    """

    def __init__(self, changes: Changes, git: Git, connect: Callable[[], Api | None]) -> None:
        self._changes = changes
        self._git = git
        self._connect = connect

    def read(self, path: str) -> bytes | None:
        """A file's bytes; None where there was no ordinary file of that name.

        Args:
            path: relative to the workspace.

        Raises:
            BeforeError: no earlier commit is known, or nobody has it.
        """
        commit = self._changes.since
        if not commit:
            raise BeforeError(self._changes.reason or "no earlier commit is known")
        if not self._changes.source:
            try:
                return file_at(self._git, commit, path)
            except GitError as error:
                reason = str(error)
        else:
            reason = "the checkout does not hold the commit before"
        api = self._connect()
        if api is None:
            raise BeforeError(reason)
        try:
            return api.content(f"{self._changes.prefix}{path}", commit)
        except ApiError as error:
            raise BeforeError(str(error)) from error


def file_at(git: Git, commit: str, path: str) -> bytes | None:
    """A file's bytes at a commit; None where it holds no such file.

    Args:
        git: runs git in the workspace.
        commit: its full name.
        path: relative to the workspace, with `/`.

    Raises:
        GitError: git does not know the commit.
    """
    # `cat-file` alone would not tell a file that was not there from a failure.
    about, _, name = git(["ls-tree", "-z", commit, "--", path]).partition(b"\0")[0].partition(b"\t")
    mode, kind, blob = [*about.decode().split(" "), "", "", ""][:3]
    if kind != "blob" or mode not in _ORDINARY or os.fsdecode(name) != path:  # a folder lists what is in it
        return None
    return git(["cat-file", "blob", blob])
