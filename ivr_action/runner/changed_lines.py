"""Which lines of a file the event changed; only Git tells, where it has both commits."""

from __future__ import annotations

import re

from ivr_action.runner.changed import Changes
from ivr_action.runner.git import Git, GitError

_HUNK = re.compile(rb"^@@ -[0-9,]+ \+([0-9]+)(?:,([0-9]+))? @@", re.MULTILINE)
_DIFF = (
    "diff", "--unified=0", "--inter-hunk-context=0", "--text", "--no-color", "--no-ext-diff", "--no-textconv",
    "--relative", "--find-renames",
)  # fmt: skip


def changed_lines(git: Git, changes: Changes, path: str) -> tuple[range, ...]:
    """Lines of the file as it is now that were added or edited, in order; empty too where nobody knows.

    Args:
        git: runs git in the workspace.
        changes: what the event changed.
        path: relative to the workspace.
    """
    if not changes.known or changes.source or path not in changes.paths:
        return ()
    old = [before for before, now in changes.renamed if now == path]
    try:
        said = git([*_DIFF, changes.since, "HEAD", "--", path, *old])
    except GitError:
        return ()  # a partial clone lacks what the file was
    found = ((int(start), int(count or 1)) for start, count in _HUNK.findall(said))
    return tuple(range(start, start + count) for start, count in found if count)
