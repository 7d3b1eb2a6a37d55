"""The log that a deployment writes, its file, and what a killed run leaves."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from jsonschema import Draft202012Validator

import ivr_action
from ivr_action import generate_audit_log
from ivr_action.audit.chain import NOTHING, Head, canonical, parse_head
from ivr_action.audit.log import AuditError, AuditLog
from ivr_action.audit.verify import read_lines, verify
from ivr_action.cli import main
from ivr_action.errors import UsageError
from ivr_action.model.deployment import Result
from tests.audit.records import ACTOR, AT, deployed, planned

posix = pytest.mark.skipif(os.name != "posix", reason="the file system has no such thing")
NOW: Callable[[], datetime] = lambda: AT  # noqa: E731


def published(name: str) -> Draft202012Validator:
    text = (Path(ivr_action.__file__).parent / "schema" / f"{name}-1.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_change_is_an_intent_and_an_outcome_that_belong_together(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(str(path), actor=ACTOR, now=NOW) as log:
        log.intent(planned())
        log.outcome(deployed())
        head = log.head
    intent, outcome = records(path)
    for record in (intent, outcome):
        published("audit").validate(record)
    specified = {
        "timestamp": "2026-03-04T05:06:07.089Z",
        "flow_id": "f1",
        "operation": "UPDATE_IVR_NODES",
        "compliance_tag": "IVR_CHANGE_MANAGEMENT",
        "changes_applied": {
            "summary": "1 node changed; 1 setting added",
            "count": 2,
            "nodes": [{"node": "menu/Main", "change": "changed", "fields": ["prompt"]}],
            "transitions": [],
            "settings": [{"field": "description", "change": "added"}],
        },
    }
    around = {
        "actor": "mona",
        "repository": "octo/ivr",
        "commit": "c" * 40,
        "run": "https://github.com/octo/ivr/actions/runs/9",
        "environment": "production",
        "organisation": "Octo (o1)",
        "path": "flows/1.yaml",
        "name": "Flow 1 Grüße",
        "digest": "d" * 32,
    }
    for record in (intent, outcome):
        assert {key: record[key] for key in (*specified, *around)} == {**specified, **around}
    assert (intent["phase"], intent["success"], intent["latency_ms"]) == ("intent", None, None)
    assert (intent["version_before"], intent["version_after"]) == ("7.0", None)
    assert (outcome["phase"], outcome["success"], outcome["latency_ms"]) == ("outcome", True, 1250)
    assert (outcome["version_before"], outcome["version_after"], outcome["result"]) == ("7.0", "8.0", "deployed")
    assert intent["change_id"] == outcome["change_id"]
    assert [record["sequence"] for record in (intent, outcome)] == [1, 2]
    first, second = path.read_bytes().splitlines()
    assert (intent["previous"], outcome["previous"]) == (NOTHING, hashlib.sha256(first).hexdigest())
    assert str(head) == f"2:{hashlib.sha256(second).hexdigest()}"


@pytest.mark.parametrize(
    ("result", "success"), [(Result.FAILED, False), (Result.REFUSED, False), (Result.UNKNOWN, None)]
)
def test_failure_and_doubt_are_told_apart(tmp_path: Path, result: Result, success: bool | None) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(str(path), redact=lambda text: text.replace("geheim", "***")) as log:
        log.intent(planned())
        log.outcome(deployed(1, result, message="the token geheim"))
    outcome = records(path)[1]
    published("audit").validate(outcome)
    assert (outcome["success"], outcome["result"], outcome["message"]) == (success, result.value, "the token ***")


@pytest.mark.parametrize("result", [Result.UNCHANGED, Result.SKIPPED, Result.DRY_RUN])
def test_what_was_not_begun_is_not_written(tmp_path: Path, result: Result) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(str(path)) as log:
        log.outcome(deployed(1, result))
        assert str(log.head) == f"0:{NOTHING}"
        log.intent(planned())
        log.outcome(deployed(1, result))  # begun, and then there was nothing to do
    assert [record["result"] for record in records(path)] == [None, result.value]


def test_the_next_run_goes_on_in_the_same_file_or_in_another(tmp_path: Path) -> None:
    path, other = tmp_path / "audit.jsonl", tmp_path / "next.jsonl"
    with AuditLog(str(path)) as log:
        log.intent(planned())
        log.outcome(deployed())
        head = log.head
    with AuditLog(str(path)) as log:
        assert log.head == head
        log.intent(planned(2))
        log.outcome(deployed(2))
        middle = log.head
    with AuditLog(str(path), middle) as log:
        log.intent(planned(2))
        log.outcome(deployed(2))
        last = log.head
    assert verify(path.read_bytes().splitlines(keepends=True), last).holds
    with AuditLog(str(other), last) as log:
        log.intent(planned(3))
        end = log.head
    found = verify(other.read_bytes().splitlines(keepends=True), end, last)
    assert (found.holds, found.unproven, end.count) == (True, (), 7)


def test_a_file_that_does_not_fit_the_head_or_does_not_verify_is_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(str(path)) as log:
        log.intent(planned())
        log.outcome(deployed())
    data = path.read_bytes()
    with pytest.raises(UsageError, match="and `audit-head` is 2:aaaa"):
        AuditLog(str(path), Head(2, "a" * 64))
    for wrong in (data.replace(b"mona", b"lisa").replace(b'"phase":"intent"', b'"phase":"intend"'), data[:-1], b"x\n"):
        path.write_bytes(wrong)
        with pytest.raises(UsageError, match="does not verify"):
            AuditLog(str(path))
        assert path.read_bytes() == wrong


def test_a_folder_is_made_and_kept_out_of_the_next_commit(tmp_path: Path) -> None:
    path = tmp_path / ".ivr-action" / "audit.jsonl"
    with AuditLog(str(path), root=str(tmp_path)) as log:
        log.intent(planned())
    assert (path.parent / ".gitignore").read_text() == "*\n"
    assert len(records(path)) == 1


@posix
def test_links_and_folders_are_named_before_anything_is_deployed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.jsonl").symlink_to(outside / "target.jsonl")
    (root / "folder").symlink_to(outside)
    (root / "is-a-folder").mkdir()
    os.mkfifo(root / "pipe")
    (root / "file").write_text("")
    for name, says in (
        ("link.jsonl", "is a link"),
        ("folder/audit.jsonl", "leads out of"),
        ("folder/new/audit.jsonl", "leads out of"),
        ("is-a-folder", "is a folder"),
        ("pipe", "is no file"),
        ("file/audit.jsonl", "cannot be written"),
        ("../outside/audit.jsonl", "leads out of"),
    ):
        with pytest.raises(UsageError, match=says):
            AuditLog(str(root / name), root=str(root))
    assert list(outside.iterdir()) == []


@posix
def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = str(tmp_path / "audit.jsonl")
    with AuditLog(path), pytest.raises(UsageError, match="Another run is writing"):
        AuditLog(path)
    AuditLog(path).close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_an_intent_that_cannot_be_written_stops_what_it_announces(tmp_path: Path) -> None:
    log = AuditLog(str(tmp_path / "audit.jsonl"))
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, log._file.fileno())
    os.close(full)
    with log:
        with pytest.raises(AuditError, match="No space left") as caught:
            log.intent(planned())
        assert caught.value.exit_status == 3
        with pytest.raises(AuditError, match="could not be written before"):
            log.intent(planned(2))
        assert log.head == Head()


@posix
def test_half_a_line_on_a_full_disk_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    result = subprocess.run(
        [sys.executable, "-m", "tests.audit.full", str(path)],
        check=True,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    head, why = result.stdout.splitlines()
    assert "cannot be written: File too large" in why
    with path.open("rb") as file:
        found = verify(read_lines(file), parse_head(head))
    assert (found.problems, found.lines) == ((), 2)
    AuditLog(str(path)).close()  # the next run goes on


def test_an_intent_is_on_disk_and_in_the_log_before_it_returns(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = tmp_path / "audit.jsonl"
    with AuditLog(str(path)) as log:
        log.intent(planned())
        line = path.read_bytes().rstrip(b"\n").decode()  # the log is still open
        assert f"Audit {log.head} {line}" in caplog.text


def test_threads_write_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(str(path)) as log:

        def work(first: int) -> None:
            for number in range(first, first + 10):
                log.intent(planned(number))
                log.outcome(deployed(number))

        threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 80, 10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        head = log.head
    found = verify(path.read_bytes().splitlines(keepends=True), head)
    assert (found.holds, found.lines, found.open_changes) == (True, 160, ())


@posix
def test_a_run_that_is_killed_between_intent_and_outcome_shows_in_the_log_alone(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.audit.killed", str(path)], cwd=root, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    status, text = told("audit", "verify", str(path))
    assert status == 4
    assert "the chain holds: 3 lines" in text
    assert "1 change begun whose end is not recorded" in text
    assert "flows/2.yaml: look at flow `Flow 2 Grüße` (f2)" in text
    with AuditLog(str(path), actor=ACTOR) as log:  # the next run goes on behind it
        log.intent(planned(2))
        log.outcome(deployed(2))
    status, text = told("audit", "verify", str(path))
    assert status == 0
    assert "line 5 records a later one" in text


# -- the command


def told(*arguments: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main(arguments, environ={}, stdout=out, stderr=err)
    return status, out.getvalue() + err.getvalue()


def test_the_command_says_what_is_proved_and_what_is_not(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(str(path)) as log:
        for number in range(3):
            log.intent(planned(number))
            log.outcome(deployed(number))
        head = str(log.head)
    status, text = told("audit", "verify", str(path))
    assert (status, "6 lines, 1 to 6 of its chain" in text, "Not proved: whether lines are missing" in text) == (
        0,
        1,
        1,
    )
    assert f"Head: {head}" in text
    status, text = told("audit", "verify", str(path), "--head", head)
    assert (status, "nothing is missing at its end" in text, "Not proved" in text) == (0, True, False)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    status, text = told("audit", "verify", str(path), "--head", head)
    assert (status, "line 5: lines are missing" in text) == (1, True)
    status, text = told("audit", "verify", str(path), "--head", head, "--format", "json")
    data = json.loads(text)
    published("audit-verification").validate(data)
    assert (status, data["holds"], data["lines"], data["problems"][0]["line"]) == (1, False, 4, 5)
    assert data["schema"] == "urn:ivr-action:schema:audit-verification:1.0"


def test_what_cannot_be_looked_at_is_no_success(tmp_path: Path) -> None:
    assert told("audit", "verify", str(tmp_path / "none"))[0] == 2
    (tmp_path / "empty").write_text("")
    assert told("audit", "verify", str(tmp_path / "empty"))[0] == 1
    assert told("audit", "verify", str(tmp_path / "empty"), "--head", "nonsense")[0] == 2
    path = tmp_path / "audit.jsonl"
    with AuditLog(str(path), head=Head(2, "a" * 64)) as log:
        log.intent(planned())
        log.outcome(deployed())
    assert told("audit", "verify", str(path))[0] == 0
    assert told("audit", "verify", str(path), "--head", "")[0] == 2  # a variable that was meant to be there
    assert told("audit", "verify", str(path), "--start", "")[0] == 1  # the beginning of a chain


# -- canonical JSON, and the specification's function


def test_canonical_is_rfc_8785_and_takes_half_characters() -> None:
    record = {"b": 1, "a": "ü\n", "€": [True, None, 4.5, 1e30], "\U0001f600": {}, "\ufb33": ""}
    # By UTF-16 code units: the surrogates of the emoji come before U+FB33.
    assert canonical(record) == '{"a":"ü\\n","b":1,"€":[true,null,4.5,1e+30],"😀":{},"\ufb33":""}'.encode()
    assert canonical({"path": "a\udcff"}) == b'{"path":"a\\\\udcff"}'
    with pytest.raises(ValueError, match="safe integer"):
        canonical({"n": 2**53})
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical({"n": float("nan")})


def test_the_function_of_the_specification_makes_one_record() -> None:
    moment = datetime(2026, 3, 4, 7, 6, 7, tzinfo=timezone(timedelta(hours=2)))
    assert generate_audit_log("f1", ["menu"], True, 12.5, now=moment) == {
        "timestamp": "2026-03-04T05:06:07.000Z",
        "flow_id": "f1",
        "operation": "UPDATE_IVR_NODES",
        "success": True,
        "latency_ms": 12.5,
        "changes_applied": ["menu"],
        "compliance_tag": "IVR_CHANGE_MANAGEMENT",
    }
    stamp = datetime.fromisoformat(generate_audit_log("f1", [], False, 0)["timestamp"])
    assert abs(datetime.now(UTC) - stamp) < timedelta(minutes=5)
