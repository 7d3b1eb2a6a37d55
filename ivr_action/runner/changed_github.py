"""Which files the event changed, as GitHub's API tells it: for checkouts without the history.

The API's lists end without a word at some length, a pull request may have got new commits since the event, and its
paths are the repository's, not the workspace's. Wherever one of these could hide a change, the answer is "not known".
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from ivr_action.runner.changed import Changes, without_before
from ivr_action.runner.context import Context
from ivr_action.runner.github import COMPARE_FILES, PULL_FILES, ApiError, ChangedFile, Comparison, PullFiles

SOURCE = "GitHub's API"
UNASKED = "GitHub's API was not asked: there is no `github-token`"


class Api(Protocol):
    """What is asked of `GitHub`."""

    def pull_files(self, number: int) -> PullFiles:
        """The files of a pull request."""

    def compare(self, base: str, head: str) -> Comparison:
        """The files that differ between two commits."""

    def parent(self, commit: str) -> str:
        """A commit's first parent."""


class _UnknownError(Exception):
    def __init__(self, reason: str, *, expected: bool = False) -> None:
        super().__init__(reason)
        self.expected = expected


def ask_github(context: Context, api: Api | None, head: str, prefix: str | None, *, always: bool) -> Changes:
    """What the event changed.

    Args:
        context: the event and its payload.
        api: None where there is no token.
        head: the commit that is checked out; empty where nobody knows, which is then taken for the event's own.
        prefix: the workspace's folder in the repository, with `/` at its end; None where nobody knows.
        always: where the event names no earlier commit, compare with the first parent.
    """
    if api is None:
        return Changes(known=False, reason=UNASKED)
    try:
        base, files = _files(context, api, head or context.sha, always=always)
        return _changes(base, files, context.workspace, prefix)
    except _UnknownError as error:
        return Changes(known=False, reason=str(error), expected=error.expected)
    except ApiError as error:
        return Changes(known=False, reason=f"{SOURCE} did not tell: {error}")


def _files(context: Context, api: Api, head: str, *, always: bool) -> tuple[str, Sequence[ChangedFile]]:
    """The commit that is compared with, and the files that changed since."""
    if context.event in ("pull_request", "pull_request_target"):
        return _pull_request(context, api, head)
    if context.event == "merge_group":
        return _between(api, context.text("merge_group", "base_sha"), context.text("merge_group", "head_sha"), head)
    before = context.text("before") if context.event == "push" and not context.ref.startswith("refs/tags/") else ""
    if before.strip("0"):
        return _between(api, before, context.text("after"), head)
    if not always:
        raise _UnknownError(without_before(context), expected=True)
    parent = api.parent(head) if head else ""
    if not parent:
        raise _UnknownError("the commit has no parent")
    return _between(api, parent, head, head)


def _pull_request(context: Context, api: Api, head: str) -> tuple[str, Sequence[ChangedFile]]:
    tip = context.text("pull_request", "head", "sha")
    merge = context.sha if context.event == "pull_request" else ""
    if head not in (tip, merge) or not tip:
        raise _UnknownError("neither the pull request's merge commit nor its head is checked out")
    pull = api.pull_files(context.pull_request)
    if pull.head == tip:
        if len(pull.files) != pull.total or pull.total >= PULL_FILES:
            raise _UnknownError(
                f"{SOURCE} lists {len(pull.files):,} of the {pull.total:,} files that the pull request changes"
            )
        return pull.base, pull.files
    base = context.text("pull_request", "base", "sha")  # the list is that of newer commits
    found = api.compare(base, tip)
    _whole(found)
    return base, found.files


def _between(api: Api, base: str, after: str, head: str) -> tuple[str, Sequence[ChangedFile]]:
    """The files that differ between two commits of which the second follows the first."""
    if after != head:
        raise _UnknownError("another commit than the event's is checked out")
    found = api.compare(base, after)
    if found.status not in ("ahead", "identical"):
        # The API compares with where the histories part: what was taken away with the old commits is not in it.
        raise _UnknownError("the push replaced commits, which GitHub's API does not compare")
    _whole(found)
    return base, found.files


def _whole(found: Comparison) -> None:
    if len(found.files) >= COMPARE_FILES:
        raise _UnknownError(f"{SOURCE} lists no more than {COMPARE_FILES} changed files")


def _changes(base: str, files: Sequence[ChangedFile], workspace: str, prefix: str | None) -> Changes:
    changed, added, submodules = set(), set(), []
    renamed, deleted = [], []
    for file in files:
        path, old = _inside(file.path, prefix), _inside(file.previous, prefix)
        if file.status == "removed":
            if path is not None:
                deleted.append(path)
            continue
        if file.status == "renamed" and old is not None:
            if path is None:
                deleted.append(old)
            else:
                renamed.append((old, path))
        if path is None or file.status == "unchanged":
            continue
        place = os.path.join(workspace, path)
        if prefix is None and not os.path.lexists(place):
            raise _UnknownError(f"the workspace does not hold `{path}`, which {SOURCE} names: it is not the repository")
        if os.path.isdir(place) and not os.path.islink(place):
            submodules.append(path)
            continue
        changed.add(path)
        if file.status in ("added", "copied") or (file.status == "renamed" and old is None):
            added.add(path)
    return Changes(
        known=True,
        since=base,
        source=SOURCE,
        paths=frozenset(changed),
        added=frozenset(added),
        renamed=tuple(renamed),
        deleted=tuple(deleted),
        submodules=tuple(submodules),
        prefix=prefix or "",
    )


def _inside(path: str, prefix: str | None) -> str | None:
    """The path as seen from the workspace; None for what lies outside of it."""
    start = prefix or ""
    return path[len(start) :] if path and path.startswith(start) else None
