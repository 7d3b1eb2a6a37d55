"""Which files the event changed: Git tells where it has the commits, else GitHub's API.

The answer is a `Changes`. Where neither knows, it says why, and the step then looks at every file: more work than
needed is harmless, an unchecked change is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ivr_action.runner.context import Context
from ivr_action.runner.git import Git, GitError

_SUBMODULE = "160000"
_COMMIT_NAME = re.compile(r"HEAD(\^1)?|[0-9a-f]{40,64}")
_MORE_HISTORY = "the checkout does not hold the commit before: set `fetch-depth: {depth}` for actions/checkout"


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed paths relative to the workspace, or why nobody knows."""

    known: bool
    since: str = ""
    """The commit that was compared with."""
    reason: str = ""
    """Why it is not known; or, where the event has no "before", what kind of event it is."""
    expected: bool = False
    """True where an event like this never tells what changed, so that the reason is no news."""
    source: str = ""
    """Who told, where it was not Git, and why not Git, in words for the summary."""
    paths: frozenset[str] = field(default_factory=frozenset)
    """Added or modified, with the new name of what was renamed."""
    added: frozenset[str] = field(default_factory=frozenset)
    """Those of `paths` that are new."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Old and new names."""
    deleted: tuple[str, ...] = ()
    submodules: tuple[str, ...] = ()
    """Folders of submodules that changed; every file in them counts."""
    prefix: str = ""
    """The workspace's folder in the repository, with `/` at its end; empty at the top."""

    @property
    def modified(self) -> frozenset[str]:
        """Those of `paths` that were there before under the same name."""
        return self.paths - self.added - {new for _, new in self.renamed}

    def has(self, path: str) -> bool:
        """True where the file changed, or where nobody knows."""
        return not self.known or path in self.paths or any(path.startswith(f"{top}/") for top in self.submodules)


class _UnknownError(Exception):
    def __init__(self, reason: str, *, expected: bool = False) -> None:
        super().__init__(reason)
        self.expected = expected


class _NoHistoryError(_UnknownError):
    """It is clear what to compare with, and the checkout does not hold it."""


Elsewhere = Callable[[str, str | None], Changes]
"""Asks somebody else than Git, given the commit that is checked out (empty where Git cannot say) and the workspace's
place in the repository (None where Git cannot say); where nobody knows, the answer's reason says why."""


def changed_files(context: Context, git: Git, *, always: bool = False, elsewhere: Elsewhere | None = None) -> Changes:
    """Asks Git what the event changed, and another source where Git lacks the commits.

    Args:
        context: the event and its payload.
        git: runs git in the workspace.
        always: where the event names no earlier commit, compare with the first parent of the one checked out.
        elsewhere: the other source.
    """
    head = ""
    try:
        head = _commit(git, "HEAD")
        if not head:
            raise _UnknownError("the checkout has no commit")
        base = _base(context, git, head, always=always)
        return replace(_differences(git, base, head), prefix=_prefix(git) or "")
    except (_NoHistoryError, GitError) as error:
        reason = str(error)
    except _UnknownError as error:
        return Changes(known=False, reason=str(error), expected=error.expected)
    if elsewhere is None:
        return Changes(known=False, reason=reason)
    changes = elsewhere(head, _prefix(git))
    if changes.known:
        return replace(changes, source=f"{changes.source}, since {reason}")
    return changes if changes.expected else replace(changes, reason=f"{reason}, and {changes.reason}")


def _prefix(git: Git) -> str | None:
    try:
        return git(["rev-parse", "--show-prefix"]).decode("utf-8", "surrogateescape").rstrip("\n")
    except GitError:
        return None


def _base(context: Context, git: Git, head: str, *, always: bool) -> str:
    """The commit to compare with."""
    if context.event in ("pull_request", "pull_request_target"):
        return _pull_request_base(context, git, head)
    if context.event == "merge_group":
        _same(head, context.text("merge_group", "head_sha"))
        return _present(git, context.text("merge_group", "base_sha"), 0)
    if context.event == "push" and not context.ref.startswith("refs/tags/"):
        if context.payload.get("deleted") is True:
            raise _UnknownError("the branch was deleted", expected=True)
        _same(head, context.text("after"))
        before = context.text("before")
        if before.strip("0"):
            return _present(git, before, 0)
    if always:
        return _present(git, "HEAD^1", 2)
    raise _UnknownError(without_before(context), expected=True)


def without_before(context: Context) -> str:
    """Why the event names no commit to compare with."""
    if context.ref.startswith("refs/tags/"):
        return "a tag names no earlier commit"
    if context.event == "push":
        return "the branch is new"
    return f"the event `{context.event or 'none'}` names no earlier commit"


def _pull_request_base(context: Context, git: Git, head: str) -> str:
    """The merge commit's first parent. The payload's `base.sha` may be older than what was really merged."""
    if head == context.sha and context.event == "pull_request":
        return _present(git, "HEAD^1", 2)
    if head != context.text("pull_request", "head", "sha"):
        raise _UnknownError("neither the pull request's merge commit nor its head is checked out")
    try:
        shared = git(["merge-base", _present(git, context.text("pull_request", "base", "sha"), 0), "HEAD"])
    except GitError:
        raise _NoHistoryError(_MORE_HISTORY.format(depth=0)) from None
    return shared.decode().strip()


def _commit(git: Git, name: str) -> str:
    try:
        return git(["rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]).decode().strip()
    except GitError as error:
        if "rev-parse" in str(error):  # quiet: it only says that there is no such commit
            return ""
        raise


def _present(git: Git, name: str, depth: int) -> str:
    commit = _commit(git, name) if _COMMIT_NAME.fullmatch(name) else ""
    if not commit:
        raise _NoHistoryError(_MORE_HISTORY.format(depth=depth))
    return commit


def _same(head: str, expected: str) -> None:
    if head != expected:
        raise _UnknownError("another commit than the event's is checked out")


def _differences(git: Git, base: str, head: str) -> Changes:
    # A `.gitmodules` may say that changes of a submodule are to be ignored.
    arguments = ["diff-tree", "-r", "-z", "--raw", "--no-commit-id", "--relative", "--ignore-submodules=none"]
    try:
        listing = git([*arguments, "--find-renames", base, head])
    except GitError:
        # A partial clone lacks the contents that likeness is judged by; names alone it has.
        listing = git([*arguments, "--no-renames", base, head])
    fields = listing.decode("utf-8", "surrogateescape").split("\0")
    changed: list[str] = []
    added: list[str] = []
    renamed: list[tuple[str, str]] = []
    deleted: list[str] = []
    submodules: list[str] = []
    at = 0
    while at + 1 < len(fields):
        _, mode, _, _, status = fields[at].split(" ")
        path = fields[at + 1]
        at += 2
        if status[0] in "RC":
            old, path = path, fields[at]
            at += 1
            if status[0] == "R":
                renamed.append((old, path))
        if status[0] == "D":
            deleted.append(path)
        elif mode == _SUBMODULE:
            submodules.append(path)
        else:
            changed.append(path)
            if status[0] in "AC":
                added.append(path)
    return Changes(
        known=True,
        since=base,
        paths=frozenset(changed),
        added=frozenset(added),
        renamed=tuple(renamed),
        deleted=tuple(deleted),
        submodules=tuple(submodules),
    )
