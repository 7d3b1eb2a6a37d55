"""Keeps one comment on the pull request up to date.

A comment is ours where it starts with our mark, with this step's key in it, and our token's owner wrote it: anybody
can copy a mark. Runs of two pushes may overtake each other, so the mark also says which run wrote it: an older run
leaves a newer one's comment alone, and where two runs created one each, the older comment stays.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ivr_action.runner.context import Context
from ivr_action.runner.github import ApiError, Comment

_MARK = re.compile(r"<!-- ivr-action key=([0-9a-f]{16}) run=(\d{1,20})\.(\d{1,9}) -->")
_TRIES = 3


class Api(Protocol):
    """What is asked of `GitHub`."""

    def comments(self, number: int) -> list[Comment]:
        """All comments of a pull request."""

    def create_comment(self, number: int, body: str) -> Comment:
        """Adds one."""

    def edit_comment(self, number: int, id_: int, body: str) -> None:
        """Replaces one."""

    def delete_comment(self, number: int, id_: int) -> None:
        """Deletes one."""

    def login(self) -> str:
        """Whose token it is; empty for an app's."""


class Mark(NamedTuple):
    """What our comments start with, in an HTML comment that readers do not see."""

    key: str
    run: tuple[int, int]
    """Number of the run and of its attempt; a later run has a higher one."""

    def __str__(self) -> str:
        return f"<!-- ivr-action key={self.key} run={self.run[0]}.{self.run[1]} -->\n"


def mark_of(context: Context, key: str) -> Mark:
    """The mark of this run.

    Args:
        context: this run.
        key: keeps two steps' comments apart; where it is empty, workflow, job and step do.
    """
    digest = hashlib.sha256((key or context.step).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return Mark(digest, (_number(context.run_id), _number(context.run_attempt)))


def why_not(context: Context, wanted: str, *, token: bool) -> tuple[bool, str]:
    """Whether there can be a comment, and where not, what to tell the user; often nothing.

    Args:
        context: the event.
        wanted: the input: `auto`, `true` or `false`.
        token: True where there is one.
    """
    if wanted == "false":
        return False, ""
    asked = wanted == "true"
    if not context.pull_request:
        return False, "No comment was written: the event is about no pull request." if asked else ""
    if not token:
        return False, "No comment was written: there is no `github-token`." if asked else ""
    if not asked and context.event == "pull_request" and context.from_fork:
        return False, ""  # GitHub lets nothing from a fork write
    return True, ""


def put_comment(api: Api, number: int, mark: Mark, text: str, *, worth_it: bool = True) -> str:
    """Creates or replaces the comment; returns what kept it from being written, empty where it was.

    Args:
        api: GitHub.
        number: of the pull request.
        mark: of this run.
        text: the comment without its mark.
        worth_it: False where an earlier comment is replaced, but none is begun.
    """
    try:
        for _ in range(_TRIES):
            if _put(api, number, mark, f"{mark}{text}", worth_it=worth_it):
                return ""
    except ApiError as error:
        hint = ""
        if error.status in (401, 403, 404):
            hint = " The job needs `permissions: pull-requests: write`; pull requests from forks never have it."
        return f"No comment was written: {error}.{hint}"
    return "No comment was written: GitHub did not take it."


def _put(api: Api, number: int, mark: Mark, body: str, *, worth_it: bool) -> bool:
    """One try; False where the world moved on meanwhile and another one may help."""
    ours = _ours(api, api.comments(number), mark.key)
    created = 0
    if not ours:
        if not worth_it:
            return True
        try:
            created = api.create_comment(number, body).id
        except ApiError as error:
            if error.status and error.status < 500:
                raise
            return False  # it may be there all the same: look again
        ours = _ours(api, api.comments(number), mark.key)
    if not ours:
        return bool(created)  # our own is not listed yet
    first, *others = ours
    newest = max(ours, key=_run)
    wanted = newest.body if _run(newest) > mark.run else body
    if first.body != wanted:
        try:
            api.edit_comment(number, first.id, wanted)
        except ApiError as error:
            if error.status != 404:
                raise
            return False  # somebody deleted it
    for other in others:
        api.delete_comment(number, other.id)
    return True


def _ours(api: Api, comments: Sequence[Comment], key: str) -> list[Comment]:
    marked = [comment for comment in comments if (found := _MARK.match(comment.body)) and found[1] == key]
    if not marked:
        return []
    me = api.login()
    return sorted(comment for comment in marked if (comment.author == me if me else comment.is_bot))


def _run(comment: Comment) -> tuple[int, int]:
    found = _MARK.match(comment.body)
    return (int(found[2]), int(found[3])) if found else (0, 0)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
