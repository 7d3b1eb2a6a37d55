"""What goes wrong on demand, and the log that shows it."""

from __future__ import annotations

import random
import time
from pathlib import Path

import httpx
import pytest

from ivr_action.emulator.faults import FaultRule, Faults, read_faults
from ivr_action.emulator.requests import Logged, RequestLog
from ivr_action.emulator.world import Pace
from tests.emulator.conftest import MAIN, Serve

YAML = MAIN.read_text()
FLOWS = "/api/v2/flows"


def test_a_storm_of_429_counts_its_requests_and_says_how_long_to_wait(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.fault(method="GET", path=FLOWS, nth=2, count=2, status=429, retry_after=7)
    session.emulator.fault(method="GET", path=FLOWS, nth=4, status=429)
    answers = [session.http.get(FLOWS) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 429, 200]
    assert [answer.headers.get("retry-after") for answer in answers] == [None, "7", "7", None, None]
    body = answers[1].json()
    assert body["code"] == "too.many.requests"
    assert body["message"] == "Rate limit exceeded the maximum. Retry the request in [7] seconds"
    assert body["limit"]["key"] == "client.credentials.token.rate.per.minute"
    assert body["contextId"] == answers[1].headers["inin-correlation-id"]


def test_the_quota_itself_answers_429_until_its_window_ends(serve: Serve) -> None:
    session = serve(MAIN, pace=Pace(requests=3))
    assert [session.http.get(FLOWS).status_code for _ in range(4)] == [200, 200, 200, 429]
    session.time.now += 59.5
    assert session.http.get(FLOWS).headers["retry-after"] == "1"
    session.time.now += 0.5
    assert session.http.get(FLOWS).status_code == 200


@pytest.mark.parametrize(("drop", "name"), [("before", "Main line"), ("after", "Renamed")])
def test_a_cut_connection_comes_before_or_after_the_write(serve: Serve, drop: str, name: str) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    session.emulator.fault(method="PUT", path=f"{FLOWS}/*", drop=drop)
    with pytest.raises(httpx.TransportError):
        session.send("PUT", f"/flows/{flow.id}", {"name": "Renamed"})
    assert session.emulator.log.one("PUT").status == 0
    assert session.get(f"/flows/{flow.id}")["name"] == name


def test_a_body_is_cut_in_the_middle(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.fault(method="GET", path=FLOWS, truncate=0.5)
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        session.http.get(FLOWS)
    assert session.http.get(FLOWS).status_code == 200


def test_a_delay_is_waited_on_the_emulators_own_time(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.fault(path=FLOWS, delay=90)
    started = time.monotonic()
    session.http.get(FLOWS)
    assert time.monotonic() - started < 30
    assert session.time.waits == [90]
    assert session.emulator.log.one(path=FLOWS).seconds == 90


def test_other_requests_go_on_during_a_delay(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    session.emulator.fault(method="PUT", path=f"{FLOWS}/*", status=503, code="service.unavailable", message="Down")
    refused = session.send("PUT", f"/flows/{flow.id}", {"name": "X"}, status=503)
    assert (refused["code"], refused["message"]) == ("service.unavailable", "Down")
    assert session.emulator.flow("Main line").id == flow.id


def test_a_token_ends_in_the_middle(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.fault(method="GET", path=FLOWS, nth=2, expire_token=True)
    assert [session.http.get(FLOWS).status_code for _ in range(3)] == [200, 401, 401]
    session.log_in()
    assert session.http.get(FLOWS).status_code == 200


def test_a_colleague_publishes_between_two_requests(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    path = f"{FLOWS}/{flow.id}"
    session.emulator.fault(method="GET", path=path, nth=2, colleague={"does": "publish", "yaml": YAML})
    seen = [session.http.get(path).json()["publishedVersion"] for _ in range(3)]
    assert [version["id"] for version in seen] == ["1.0", "2.0", "2.0"]
    assert seen[1]["createdBy"]["name"] == "A Colleague"


def test_a_colleague_locks_between_upload_and_end_of_the_job(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.fault(method="PUT", path="/uploads/*", colleague={"does": "lock", "flow": "Main line"})
    job = session.publish(YAML)
    assert "is locked by another entity" in job["messages"][0]["text"]


@pytest.mark.parametrize(
    ("fault", "status", "texts"),
    [
        ({"never_ends": True}, "Started", None),
        ({"status": "Queued"}, "Queued", None),
        ({"fail": []}, "Failure", None),
        ({"fail": ["first", "second"]}, "Failure", ["first", "second"]),
    ],
)
def test_a_job_ends_otherwise(serve: Serve, fault: dict[str, object], status: str, texts: list[str] | None) -> None:
    session = serve(MAIN)
    session.emulator.fault(method="POST", path=f"{FLOWS}/jobs", job=fault)
    job = session.publish(YAML)
    assert job["status"] == status
    assert [message["text"] for message in job.get("messages", [])] == (texts or [])
    session.time.now += 10_000
    assert session.emulator.flow("Main line").published == "1.0"
    session.log_in()
    if status not in ("Failure", "Success"):  # it holds the flow until somebody unlocks it
        assert "is locked by another entity" in session.publish(YAML)["messages"][0]["text"]
        session.send("POST", f"/flows/actions/unlock?flow={session.emulator.flow('Main line').id}")
    assert session.publish(YAML)["status"] == "Success"


def test_an_upload_fails_as_storage_does(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.fault(method="PUT", path="/uploads/*", status=503)
    job = session.register()
    refused = session.upload(job, YAML)
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/xml")
    assert session.upload(job, YAML).status_code == 200


def test_chance_is_what_the_generator_says() -> None:
    def struck() -> list[int]:
        faults = Faults(random.Random(3))
        faults.add(FaultRule(status=429, count=0, chance=0.3))
        return [number for number in range(100) if faults.strike("GET", "/x")]

    assert struck() == struck()
    assert 15 < len(struck()) < 45


def test_a_file_of_faults_is_read_and_its_mistakes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("faults:\n  - {method: PUT, path: /api/v2/flows/*, count: 3, status: 409}\n  - {delay: 2}\n")
    assert [str(rule) for rule in read_faults(path)] == ["status 409", "delay 2"]
    for text, said in (
        ("- {stauts: 409}\n", "rule 1, stauts: Extra inputs"),
        ("- {path: /x}\n", "rule 1 does nothing"),
        ("- {drop: sometimes}\n", "rule 1, drop"),
        ("faults: 3\n", "a list of rules"),
        ("[", "cannot be read"),
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match=said):
            read_faults(path)


def test_the_log_shows_requests_without_secrets(serve: Serve) -> None:
    session = serve(MAIN)
    session.publish(YAML)
    log = session.emulator.log
    log.expect("POST /oauth/token", "POST /api/v2/flows/jobs", "PUT /uploads/*", "GET /api/v2/flows/jobs/*")
    whole = repr(log.entries)
    assert session.emulator.client_secret not in whole
    assert session.http.headers["authorization"] not in whole
    assert log.one("POST", "/oauth/token").header("authorization") == "Basic ***"
    assert log.one("PUT").query == "X-Emulator-Signature=***"
    assert log.one("PUT").body == YAML.encode()
    with pytest.raises(AssertionError, match=r"0 requests are DELETE.*\n.*POST /oauth/token -> 200"):
        log.one("DELETE")
    with pytest.raises(AssertionError, match="Expected:"):
        log.expect("POST /oauth/token")


def test_a_long_run_keeps_the_last_requests_and_their_numbers() -> None:
    log = RequestLog(limit=2)
    for number in range(6):
        log.add(Logged(0, "GET", f"/{number}", "", (), b"", 0.0))
    assert [(entry.number, entry.path) for entry in log] == [(4, "/3"), (5, "/4"), (6, "/5")]
    assert log.count == 6
