"""What was begun and what ended, for the audit log, and for a run that is told to end in the middle."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ivr_action.errors import IvrError
from ivr_action.genesys.errors import StoppedError
from ivr_action.model.deployment import DeployedFlow
from ivr_action.model.plan import PlannedFlow

if TYPE_CHECKING:
    from ivr_action.audit.log import AuditLog


class Journal:
    """The journal of a deployment: remembers, and writes to the audit log where there is one.

    May be shared by threads, and read while others write.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._audit: AuditLog | None = None
        self._head = ""
        self._began: dict[str, PlannedFlow] = {}
        self._ended: dict[str, DeployedFlow] = {}
        self._sealed = False
        self.unwritten = ""
        """Why the outcome of a change that was begun is not in the audit log; empty where all are."""

    def seal(self) -> None:
        """The run reports now: nothing more is begun, and nothing more is written."""
        with self._lock:
            self._sealed = True

    @contextlib.contextmanager
    def writing(self, audit: AuditLog | None) -> Iterator[None]:
        """Writes to this log inside; it is closed afterwards.

        Args:
            audit: None for a dry run, which changes nothing.
        """
        self._audit = audit
        try:
            yield
        finally:
            if audit is not None:
                self._head = str(audit.head)
                audit.close()
            self._audit = None

    def intent(self, flow: PlannedFlow) -> None:
        """Written before anything is sent; raises where it cannot be, and then nothing is sent.

        Raises:
            StoppedError: the run reports already.
            AuditError: the audit log cannot be written.
        """
        with self._lock:
            if self._sealed:
                raise StoppedError
            if self._audit is not None:
                self._audit.intent(flow)
            self._began[flow.path] = flow

    def outcome(self, flow: DeployedFlow) -> None:
        """Written when it is known what became of it. Where that fails the change is as it is, and is told of; what
        comes after it is not begun, since its intent cannot be written either."""
        with self._lock:
            if self._sealed:
                return
            self._ended[flow.path] = flow
            self._began.pop(flow.path, None)
            try:
                if self._audit is not None:
                    self._audit.outcome(flow)
            except IvrError as error:
                self.unwritten = self.unwritten or f"`{flow.name}`: what became of it is not in the audit log: {error}"

    @property
    def open(self) -> tuple[PlannedFlow, ...]:
        """Begun, and not known to have ended."""
        with self._lock:
            return tuple(self._began.values())

    @property
    def ended(self) -> tuple[DeployedFlow, ...]:
        """What became of the others, as far as anything did."""
        with self._lock:
            return tuple(self._ended.values())

    @property
    def head(self) -> str:
        """Of the audit log; empty where there is none."""
        return str(self._audit.head) if self._audit is not None else self._head

    def outputs(self, path: str) -> dict[str, str]:
        """The outputs about the audit log."""
        return {"audit-log": path, "audit-head": self.head} if self.head else {}

    def sentence(self, path: str) -> str:
        """Where the log is and how far it goes; empty where there is none."""
        nothing = not self.head or self.head.startswith("0:")
        return "" if nothing else f"{path}, whose head is {self.head}."
