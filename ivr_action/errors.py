"""The one family of errors that users meet, each with what to do and the exit status it means."""

from __future__ import annotations


class IvrError(Exception):
    """Something a user can act on. `str(error)` says what and where; `hint` says what to do.

    Args:
        message: one or two sentences, no traceback, no secret.
        hint: what to do about it.
    """

    exit_status = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(IvrError):
    """An option, an input or a path that cannot be used: exit status 2."""


class NothingScannedError(UsageError):
    """No file matched: never green, exit status 2."""


class PlatformError(IvrError):
    """Genesys Cloud refused, could not be reached, or did not do what was asked: exit status 3."""

    exit_status = 3


class OutcomeUnknownError(PlatformError):
    """A change was sent and nobody can tell whether it took effect: exit status 4."""

    exit_status = 4
