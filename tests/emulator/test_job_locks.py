"""A job holds its flow while it runs; jobs that end otherwise than they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ivr_action.emulator.world import Pace
from tests.emulator.conftest import MAIN, Serve, Session

YAML = MAIN.read_text()
LOCKED = "is locked by another entity"


def _start(session: Session, yaml: str = YAML) -> str:
    job = session.register()
    assert session.upload(job, yaml).status_code == 200
    return str(job["id"])


def _end(session: Session, job: str) -> dict[str, Any]:
    return dict(session.get(f"/flows/jobs/{job}", expand="messages"))


def _shown(session: Session) -> Any:
    return session.get(f"/flows/{session.emulator.flow('Main line').id}")


def test_a_job_locks_its_flow_from_the_upload_to_its_end(serve: Serve) -> None:
    session = serve(MAIN, pace=Pace(job=10))
    job = _start(session)
    during = _shown(session)
    assert during["lockedClient"]["id"] == session.emulator.client_id
    operation = during["currentOperation"]
    assert (operation["actionName"], operation["actionStatus"]) == ("CHECKOUT", "SUCCESS")
    session.time.now += 10
    after = _shown(session)
    assert "lockedClient" not in after
    assert (after["currentOperation"]["actionName"], after["publishedVersion"]["id"]) == ("PUBLISH", "2.0")
    assert _end(session, job)["status"] == "Success"


def test_a_second_job_while_one_runs_fails_and_the_first_does_not(serve: Serve) -> None:
    session = serve(MAIN, pace=Pace(job=10))
    first = _start(session)
    session.time.now += 5
    second = _start(session)
    session.time.now += 20
    assert LOCKED in _end(session, second)["messages"][0]["text"]
    assert _end(session, first)["status"] == "Success"
    assert _shown(session)["publishedVersion"]["id"] == "2.0"


def test_a_failed_job_lets_the_flow_go_unless_it_dies_with_it(serve: Serve) -> None:
    session = serve(MAIN)
    broken = YAML.replace("lit:\n                  name: Support\n", "lit:\n                  name: Gone\n")
    assert session.publish(broken)["status"] == "Failure"
    assert "lockedClient" not in _shown(session)
    session.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"fail": [], "keeps_lock": True})
    assert session.publish(YAML)["status"] == "Failure"
    assert _shown(session)["lockedClient"]["id"] == session.emulator.client_id


def test_the_lock_of_a_dead_job_is_released_by_its_client_and_checks_nothing_in(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    deployer = session.emulator.add_client("deployer", ["architect:flow:publish", "architect:job:create"])
    reader = session.emulator.add_client("reader", ["architect:flow:view"])
    session.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"never_ends": True})
    session.log_in(deployer)
    _start(session)
    session.time.now += 10_000
    session.log_in(reader)
    refused = session.send("POST", f"/flows/actions/unlock?flow={flow.id}", status=403)
    assert refused["messageParams"] == {"permissions": "[architect:flow:unlock]"}
    session.log_in(deployer)
    after = session.send("POST", f"/flows/actions/unlock?flow={flow.id}")
    assert "lockedClient" not in after
    assert (after["publishedVersion"]["id"], after["checkedInVersion"]["id"]) == ("1.0", "1.0")


def test_a_job_whose_lock_is_taken_away_fails(serve: Serve) -> None:
    session = serve(MAIN)
    job = _start(session)
    session.emulator.colleague("publish", "Main line", yaml=YAML)
    session.time.now += 5
    assert "is not locked by this session" in _end(session, job)["messages"][0]["text"]
    job = _start(session)
    session.emulator.colleague("draft", "Main line", yaml=YAML)
    session.time.now += 5
    assert LOCKED in _end(session, job)["messages"][0]["text"]
    assert _shown(session)["publishedVersion"]["id"] == "2.0"
    assert _shown(session)["lockedUser"]["name"] == "A Colleague"


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/v2/flows/jobs"), ("PUT", "/uploads/*")])
def test_a_version_slips_in_before_the_job_begins(serve: Serve, method: str, path: str) -> None:
    session = serve(MAIN)
    session.emulator.fault(method=method, path=path, colleague={"does": "edit", "flow": "Main line"})
    assert session.publish(YAML)["status"] == "Success"
    versions = session.get(f"/flows/{session.emulator.flow('Main line').id}/versions")["entities"]
    made = [(v["id"], (v.get("createdBy") or v["createdByClient"])["name"]) for v in versions]
    assert made == [("3.0", "ivr-action"), ("2.0", "A Colleague"), ("1.0", "A Colleague")]


def test_a_job_says_success_and_published_something_else_or_nothing(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    for fault in ({"corrupt": True}, {"publish": YAML.replace("Press 1", "Press one")}, {"nothing": True}):
        session.emulator.fault(method="POST", path="/api/v2/flows/jobs", nth=1, job=fault)
        assert session.publish(YAML)["status"] == "Success"
        session.emulator.faults.armed.clear()
    assert [version.id for version in flow.versions] == ["1.0", "2.0", "3.0"]
    said = [json.dumps(session.get(f"/flows/{flow.id}/versions/{n}.0/configuration")) for n in (1, 2, 3)]
    assert ["(edited 1)" in text for text in said] == [False, True, False]
    assert ["Press one" in text for text in said] == [False, False, True]
    assert "lockedClient" not in _shown(session)


def test_an_ignored_write_answers_and_keeps_nothing(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    session.emulator.fault(method="PUT", path="/api/v2/flows/*", ignore=True)
    assert session.send("PUT", f"/flows/{flow.id}", {"name": "Other"})["name"] == "Other"
    assert session.get(f"/flows/{flow.id}")["name"] == "Main line"
    session.emulator.fault(method="PUT", path="/uploads/*", ignore=True)
    job = session.register()
    assert session.upload(job, YAML).status_code == 200
    session.time.now += 100
    assert _end(session, job["id"])["status"] == "Registered"
    assert session.upload(job, YAML).status_code == 200
    session.time.now += 100
    assert _end(session, job["id"])["status"] == "Success"


def test_a_job_and_a_dead_ones_lock_outlive_a_restart(serve: Serve, tmp_path: Path) -> None:
    folder, other = tmp_path / "state", tmp_path / "other.yaml"
    other.write_text(YAML.replace("Main line", "Other line"))
    first = serve(MAIN, other, state=folder, pace=Pace(job=10))
    job = _start(first)
    first.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"never_ends": True})
    dead = _start(first, other.read_text())
    first.emulator.stop()
    again = serve(MAIN, other, state=folder, pace=Pace(job=10))
    assert _shown(again)["lockedClient"]["id"] == first.emulator.client_id
    again.time.now += 20
    assert _end(again, job)["status"] == "Success"
    assert _end(again, dead)["status"] == "Started"
    assert "lockedClient" not in _shown(again)
    assert again.emulator.flow("Other line").locked_job == dead


def test_a_second_upload_runs_the_job_again_and_forgets_what_it_said(serve: Serve) -> None:
    session = serve(MAIN)
    job = session.register()
    session.upload(job, "inboundCall: [")
    session.time.now += 1
    assert _end(session, job["id"])["messages"]
    session.upload(job, YAML)
    session.time.now += 1
    done = _end(session, job["id"])
    assert (done["status"], "messages" in done) == ("Success", False)
    assert _shown(session)["publishedVersion"]["id"] == "2.0"


def test_unresolved_references_have_the_whole_look_up_in_their_details(serve: Serve) -> None:
    session = serve(MAIN)
    world = session.emulator.world
    world.add_entity("queue", "Sales", "", description="ask Mallory, +15550123")
    job = session.publish(
        YAML.replace("lit:\n                  name: Support\n", "lit:\n                  name: Gone\n")
    )
    none, two = (message["details"][0] for message in sorted(job["messages"][:2], key=lambda m: "Sales" in m["text"]))
    assert none["url"].endswith("/api/v2/routing/queues?name=Gone&pageSize=25&pageNumber=1")
    assert json.loads(none["responseBody"])["entities"] == []
    assert "ask Mallory, +15550123" in two["responseBody"]
    assert (two["type"], two["method"], two["statusCode"]) == ("NetworkDiagnostic", "GET", 200)
    assert "details" not in job["messages"][-1]


def test_a_fault_gives_whole_messages(serve: Serve) -> None:
    session = serve(MAIN)
    told = {"type": "Warning", "text": "So so", "details": [{"type": "Unknown", "requestBody": "secret"}]}
    session.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"fail": ["First", told]})
    messages = session.publish(YAML)["messages"]
    assert [(message["type"], message["text"]) for message in messages] == [("Error", "First"), ("Warning", "So so")]
    assert messages[1]["details"] == told["details"]
