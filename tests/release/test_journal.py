"""The journal of a run that is told to end: once it has reported, nothing more is begun or written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr_action.audit.log import AuditLog
from ivr_action.genesys.errors import StoppedError
from ivr_action.model.deployment import DeployedFlow, Result
from ivr_action.model.plan import PlannedFlow, Verdict
from ivr_action.release.journal import Journal


def planned(path: str) -> PlannedFlow:
    return PlannedFlow(path, path, "inboundcall", Verdict.UPDATE)


def done(path: str) -> DeployedFlow:
    return DeployedFlow(path, path, "inboundcall", Result.DEPLOYED)


def test_what_was_begun_and_what_ended(tmp_path: Path) -> None:
    journal = Journal()
    with journal.writing(AuditLog(str(tmp_path / "audit.jsonl"))):
        journal.intent(planned("a"))
        journal.intent(planned("b"))
        journal.outcome(done("a"))
        assert [flow.path for flow in journal.open] == ["b"]
        assert [flow.path for flow in journal.ended] == ["a"]
    assert journal.outputs("x")["audit-head"].startswith("3:")
    assert journal.sentence("x").startswith("x, whose head is 3:")


def test_a_sealed_journal_lets_nothing_begin_and_writes_nothing(tmp_path: Path) -> None:
    journal, file = Journal(), tmp_path / "audit.jsonl"
    with journal.writing(AuditLog(str(file))):
        journal.intent(planned("a"))
        journal.seal()
        head = journal.head
        journal.outcome(done("a"))
        with pytest.raises(StoppedError):
            journal.intent(planned("b"))
    assert journal.head == head
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1
    assert [flow.path for flow in journal.open] == ["a"]


def test_without_a_log_nothing_is_said_of_one() -> None:
    journal = Journal()
    with journal.writing(None):
        journal.intent(planned("a"))
    assert (journal.outputs("x"), journal.sentence("x")) == ({}, "")
