"""Annotations and log groups: the workflow commands that the step itself gives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ivr_action.runner.log import GuardedStream

if TYPE_CHECKING:
    from ivr_action.report.annotations import Annotation

MESSAGE_LIMIT = 4096
"""The runner cuts a message at this many characters."""


class Commands:
    """Gives workflow commands on a guarded stream.

    Args:
        stream: where they are printed; everything else that is printed there is made harmless.
    """

    def __init__(self, stream: GuardedStream) -> None:
        self._stream = stream

    def add(self, note: Annotation) -> None:
        """Adds an annotation of a report to the run."""
        self.annotate(
            note.level, note.message, title=note.title, file=note.file, line=note.line, end_line=note.end_line,
            column=note.column, end_column=note.end_column,
        )  # fmt: skip

    def annotate(
        self,
        level: str,
        message: str,
        *,
        title: str = "",
        file: str = "",
        line: int | None = None,
        end_line: int | None = None,
        column: int | None = None,
        end_column: int | None = None,
    ) -> None:
        """Adds an annotation to the run.

        Args:
            level: `error`, `warning` or `note`.
            message: cut at the runner's limit.
            title: its first, bold line.
            file: relative to the repository, with `/`.
            line: from 1, like `end_line`, which is the last line of it.
            end_line: dropped by the runner where it is before `line`.
            column: dropped by the runner where the lines differ, like `end_column`.
            end_column: from 1.
        """
        from ivr_action.runner import toolkit

        properties = {
            "title": title,
            "file": file,
            "start_line": line,
            "end_line": end_line,
            "start_column": column,
            "end_column": end_column,
        }
        given = {key: value for key, value in properties.items() if value}
        self._stream.command(toolkit.command_line(level, message[:MESSAGE_LIMIT], given))

    def mask(self, secret: str) -> None:
        """Asks the runner to hide a secret in the log, from now on and in later steps too."""
        from ivr_action.runner import toolkit

        for line in secret.splitlines():
            self._stream.command(toolkit.mask_line(line))

    @contextlib.contextmanager
    def group(self, name: str) -> Iterator[None]:
        """Folds the lines that are printed inside it; groups do not nest."""
        from ivr_action.runner import toolkit

        self._stream.command(toolkit.group_line(name))
        try:
            yield
        finally:
            self._stream.command(toolkit.group_line(None))
