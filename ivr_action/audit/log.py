"""The log that a deployment writes: what it is about to do, on disk before it does it, and what became of it."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import stat
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from ivr_action.audit.chain import BEGINNING, Head, link
from ivr_action.audit.record import NOBODY, Actor, intent_record, outcome_record
from ivr_action.audit.verify import read_lines, verify
from ivr_action.errors import IvrError, UsageError
from ivr_action.model.deployment import DeployedFlow, Result
from ivr_action.model.plan import PlannedFlow

try:
    import fcntl
except ImportError:  # Windows: two runs that write one file are then found by `verify` only
    fcntl = None  # type: ignore[assignment] # mypy takes a module for no value

_NOT_BEGUN = (Result.UNCHANGED, Result.DRY_RUN, Result.SKIPPED)
_MOVE = "Move it away or name another file; an empty `audit-head` begins a new chain."
_log = logging.getLogger(__name__)


class AuditError(IvrError):
    """A record could not be written: exit status 3. Where it was an intent, nothing was sent."""

    exit_status = 3


class AuditLog:
    """Appends to one file; may be shared by threads. It is the journal of a deployment.

    Args:
        path: of the file; lines are added to what is there, and its folder is made.
        head: to go on from: the last run's `audit-head`. Empty: where the file ends, or a new chain.
        actor: goes into every record.
        root: the folder that the file must be in, links followed; empty for anywhere.
        now: UTC.
        make_id: of a change.
        redact: hides secrets in messages.

    Raises:
        UsageError: it is no file of its own, cannot be written, does not verify, or ends elsewhere than at the head.
    """

    def __init__(
        self,
        path: str,
        head: Head = BEGINNING,
        actor: Actor = NOBODY,
        *,
        root: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        make_id: Callable[[], str] = lambda: secrets.token_hex(16),
        redact: Callable[[str], str] = str,
    ) -> None:
        self.path = path
        self._actor, self._now, self._make_id, self._redact = actor, now, make_id, redact
        self._lock = threading.Lock()
        self._begun: dict[str, tuple[str, str]] = {}
        self._broken = ""
        _check_place(path, root)
        self._file = _open(path)
        try:
            self._head = _end(self._file, path, head)
            self._size = self._file.seek(0, os.SEEK_END)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; all of it is on disk already."""
        with self._lock:
            self._file.close()

    @property
    def head(self) -> Head:
        """Of the chain by now: the output `audit-head`."""
        with self._lock:
            return self._head

    def intent(self, flow: PlannedFlow) -> None:
        """Writes what is about to be done; when this returns, it is on disk and in the log of the run.

        Raises:
            AuditError: it is not; nothing must be sent then.
        """
        change = self._make_id()
        record = {**intent_record(flow, self._actor, self._now()), "change_id": change}
        self.append(record)
        with self._lock:
            self._begun[flow.path] = change, flow.digest

    def outcome(self, flow: DeployedFlow) -> None:
        """Writes what became of it. What was never begun and needed nothing is not written.

        Raises:
            AuditError: it could not be written; the change itself is as it is.
        """
        with self._lock:
            begun = self._begun.pop(flow.path, None)
        if begun is None and flow.result in _NOT_BEGUN:
            return
        change, digest = begun or (self._make_id(), "")
        record = outcome_record(flow, digest, self._actor, self._now())
        record["message"] = self._redact(flow.message) or None
        self.append({**record, "change_id": change})

    def append(self, record: Mapping[str, Any]) -> Head:
        """Writes one record behind the others, waits until it is on disk, and returns the new head.

        Raises:
            AuditError: it could not be written.
        """
        with self._lock:
            if self._broken:
                raise AuditError(f"The audit log `{self.path}` could not be written before: {self._broken}.")
            try:
                line = link(record, self._head)
                rest = line + b"\n"
                while rest:
                    rest = rest[self._file.write(rest) :]
                os.fsync(self._file.fileno())
            except (OSError, ValueError) as error:
                self._broken = getattr(error, "strerror", None) or str(error)
                self._cut_back()
                raise AuditError(
                    f"The audit log `{self.path}` cannot be written: {self._broken}.",
                    "Nothing is changed without a record. Make room, or name another file with `audit-log`.",
                ) from error
            self._size += len(line) + 1
            self._head = self._head.follow(line)
            # Logged too: a log of the run outlives the machine, its disk need not.
            _log.info("Audit %s %s", self._head, line.decode())
            return self._head

    def _cut_back(self) -> None:
        """Takes half a line off the file, so that it still ends in the head that was told."""
        with contextlib.suppress(OSError, ValueError):
            self._file.truncate(self._size)
            os.fsync(self._file.fileno())


def _check_place(path: str, root: str) -> None:
    """A stranger's link must not lead the writing elsewhere."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        made = not os.path.isdir(folder)
        if root:  # looked at before a folder is made, since a link would have that made elsewhere
            real, inside = os.path.realpath(folder), os.path.realpath(root)
            if os.path.commonpath((real, inside)) != inside:
                raise UsageError(f"The audit log `{path}` leads out of `{root}`.", "Name a path without links in it.")
        os.makedirs(folder, mode=0o755, exist_ok=True)
        if made and os.path.basename(folder).startswith("."):
            with open(os.path.join(folder, ".gitignore"), "w", encoding="utf-8") as file:
                file.write("*\n")  # a result is not for the next commit
        found = os.lstat(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        what = "a link" if stat.S_ISLNK(found.st_mode) else "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
        raise UsageError(f"The audit log `{path}` is {what}.", "Name a file of its own with `audit-log`.")


def _open(path: str) -> BinaryIO:
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        file = open(os.open(path, flags, 0o644), "r+b", buffering=0)  # noqa: SIM115 - closed with the log
    except OSError as error:
        raise _unwritable(path, error) from error
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise UsageError(
                f"Another run is writing the audit log `{path}`.", "Name a file for each with `audit-log`."
            ) from error
    with contextlib.suppress(OSError, AttributeError):  # the name of a new file, too; not every system can
        folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return file


def _end(file: BinaryIO, path: str, head: Head) -> Head:
    """Where to go on."""
    file.seek(0, os.SEEK_END)
    if not file.tell():
        return head
    file.seek(0)
    with open(os.dup(file.fileno()), "rb") as reading:
        found = verify(read_lines(reading))
    if found.problems:
        first = found.problems[0]
        raise UsageError(
            f"The audit log `{path}` does not verify, so nothing is added to it: line {first.line}: {first.text}", _MOVE
        )
    if head.count and head != found.end:
        raise UsageError(f"The audit log `{path}` ends at {found.end}, and `audit-head` is {head}.", _MOVE)
    return found.end


def _unwritable(path: str, error: Exception) -> UsageError:
    why = getattr(error, "strerror", None) or str(error)
    return UsageError(
        f"The audit log `{path}` cannot be written: {why}; nothing was deployed.", "Name another with `audit-log`."
    )
