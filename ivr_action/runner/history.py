"""What Git knows of the commits that flows were deployed from; GitHub's API where the checkout is too short."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from ivr_action.errors import UsageError
from ivr_action.runner.before import file_at
from ivr_action.runner.git import Git, GitError
from ivr_action.runner.github import ApiError, Comparison

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LATER = ("ahead", "identical")


class Api(Protocol):
    """What is asked of `GitHub`."""

    def content(self, path: str, commit: str) -> bytes | None:
        """A file's bytes at a commit."""

    def compare(self, base: str, head: str) -> Comparison:
        """Two commits compared."""


class Commits:
    """Asks about commits by their full names; what comes from elsewhere is never taken for an option.

    Args:
        git: runs git in the workspace.
        connect: the API; None where there is no token. Called where it is needed.
    """

    def __init__(self, git: Git, connect: Callable[[], Api | None] = lambda: None) -> None:
        self._git = git
        self._connect = connect
        self._ancestors: dict[tuple[str, str], bool | None] = {}

    def head(self) -> str:
        """The commit that is checked out; empty outside of a repository."""
        return self._named("HEAD")

    def named(self, name: str) -> str:
        """The commit of a name that a user gives; empty for no name.

        Raises:
            UsageError: git does not know it.
        """
        if not name:
            return ""
        found = "" if name.startswith("-") else self._named(name)
        if not found:
            raise UsageError(
                f"`base-ref` is `{name}`, which git does not know in this checkout.",
                "Name a commit, tag or branch that is there; `fetch-depth: 0` for actions/checkout fetches all.",
            )
        return found

    def ancestor(self, earlier: str, later: str) -> bool | None:
        """Whether the first commit is the second or among its ancestors; None where nobody knows."""
        key = (earlier, later)
        if key not in self._ancestors:
            self._ancestors[key] = self._ancestor(earlier, later)
        return self._ancestors[key]

    def earlier(self, commit: str, path: str) -> bytes | None:
        """A file at a commit, its path relative to the workspace; None where it is not there or nobody knows."""
        if not _COMMIT.fullmatch(commit):
            return None
        if self._named(commit):
            try:
                return file_at(self._git, commit, path)
            except GitError:
                return None
        api = self._connect()
        if api is None:
            return None
        try:
            return api.content(f"{self._prefix()}{path}", commit)
        except ApiError:
            return None

    def uncommitted(self, paths: Sequence[str]) -> list[str]:
        """Those of the files that are not as the commit has them; none where git cannot say."""
        if not paths:
            return []
        try:
            # All of them, since a command line that names thousands of files would be too long.
            listing = self._git(["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", "."])
        except GitError:
            return []
        prefix = self._prefix()
        touched = {entry[3:].removeprefix(prefix) for entry in listing.decode("utf-8", "surrogateescape").split("\0")}
        return [path for path in paths if path in touched]

    def _ancestor(self, earlier: str, later: str) -> bool | None:
        if not (_COMMIT.fullmatch(earlier) and _COMMIT.fullmatch(later)):
            return None
        if earlier == later:
            return True
        if self._named(earlier) and self._named(later):
            try:
                found = self._git(["merge-base", "--all", earlier, later]).decode().split()
                if earlier in found:
                    return True
                if not self._is_shallow():
                    return False
            except GitError:  # nothing in common: for certain only where the whole history is there
                if not self._is_shallow():
                    return False
        api = self._connect()
        if api is None:
            return None
        try:
            return api.compare(earlier, later).status in _LATER
        except ApiError:
            return None

    def _is_shallow(self) -> bool:
        try:
            return self._git(["rev-parse", "--is-shallow-repository"]).strip() != b"false"
        except GitError:
            return True

    def _named(self, name: str) -> str:
        try:
            return self._git(["rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]).decode().strip()
        except GitError:
            return ""

    def _prefix(self) -> str:
        try:
            return self._git(["rev-parse", "--show-prefix"]).decode("utf-8", "surrogateescape").rstrip("\n")
        except GitError:
            return ""
