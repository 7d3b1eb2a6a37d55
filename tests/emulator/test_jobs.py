"""Publish jobs: register, upload, poll, and how they fail."""

from __future__ import annotations

from typing import Any

import pytest

from ivr_action.emulator.world import Pace
from tests.emulator.conftest import MAIN, Serve

YAML = MAIN.read_text()


def _texts(job: dict[str, Any]) -> list[str]:
    return [message["text"] for message in job["messages"]]


def test_a_job_waits_for_its_upload_then_takes_its_time(serve: Serve) -> None:
    session = serve(MAIN, pace=Pace(job=10))
    job = session.register()
    session.time.now += 100
    assert session.get(f"/flows/jobs/{job['id']}")["status"] == "Registered"
    assert session.upload(job, YAML).status_code == 200
    session.time.now += 9
    assert session.get(f"/flows/jobs/{job['id']}")["status"] == "Started"
    session.time.now += 1
    done = session.get(f"/flows/jobs/{job['id']}")
    flow = session.emulator.flow("Main line")
    assert done == {
        "id": job["id"],
        "status": "Success",
        "command": "Publish",
        "flow": {"id": flow.id, "selfUri": f"/api/v2/flows/{flow.id}"},
        "selfUri": f"/api/v2/flows/jobs/{job['id']}",
    }
    version = session.get(f"/flows/{flow.id}/versions/2.0")
    assert version["createdByClient"]["id"] == session.emulator.client_id
    assert "createdBy" not in version


def test_a_name_that_is_new_makes_a_new_flow(serve: Serve) -> None:
    session = serve(MAIN)
    job = session.publish(YAML.replace("Main line", "Renamed"))
    assert job["flow"]["id"] != session.emulator.flow("Main line").id
    assert session.get(f"/flows/{job['flow']['id']}")["publishedVersion"]["id"] == "1.0"


def test_the_same_name_under_another_type_is_another_flow(serve: Serve) -> None:
    session = serve(MAIN)
    workflow = (
        "workflow:\n  name: Main line\n  startUpRef: ./states/state[A]\n  states:\n    - state:\n        name: A\n"
    )
    workflow += "        actions:\n          - endWorkflow:\n              exitReason:\n                noValue: true\n"
    job = session.publish(workflow)
    assert session.get(f"/flows/{job['flow']['id']}")["type"] == "WORKFLOW"
    assert session.get("/flows", name="Main line")["total"] == 2


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"authorization": "Bearer x"}, 400, "InvalidArgument"),
        ({"x-amz-tagging": "other"}, 403, "SignatureDoesNotMatch"),
        ({"content-type": "text/yaml"}, 403, "SignatureDoesNotMatch"),
        ({"x-amz-acl": "private"}, 403, "SignatureDoesNotMatch"),
    ],
)
def test_an_upload_needs_exactly_the_headers_that_were_asked_for(
    serve: Serve, headers: dict[str, str], status: int, code: str
) -> None:
    session = serve(MAIN)
    job = session.register()
    refused = session.upload(job, YAML, **headers)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/xml")
    assert f"<Code>{code}</Code>" in refused.text
    assert session.get(f"/flows/jobs/{job['id']}")["status"] == "Registered"


def test_an_upload_without_the_headers_or_the_signature_is_refused(serve: Serve) -> None:
    session = serve(MAIN)
    job = session.register()
    assert session.upload({**job, "headers": {}}, YAML).status_code == 403
    assert session.upload({**job, "presignedUrl": job["presignedUrl"] + "x"}, YAML).status_code == 403
    session.time.now += 901
    assert "expired" in session.upload(job, YAML).text


def test_messages_come_only_where_they_are_asked_for(serve: Serve) -> None:
    session = serve(MAIN)
    job = session.publish("inboundCall: [")
    assert job["status"] == "Failure"
    assert job["messages"]
    assert "messages" not in session.get(f"/flows/jobs/{job['id']}")


def test_a_flow_that_a_colleague_locks_is_not_published(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.colleague("lock", "Main line")
    job = session.publish(YAML)
    assert job["status"] == "Failure"
    assert _texts(job)[0].endswith(
        "type: 'inboundcall' ) is locked by another entity. You can use the --forceUnlock command line parameter if "
        "you wish to publish flows locked by another entity."
    )
    assert session.emulator.flow("Main line").published == "1.0"


def test_a_queue_that_is_not_there_and_one_that_is_there_twice(serve: Serve) -> None:
    session = serve(MAIN)
    wrong = YAML.replace("lit:\n                  name: Support\n", "lit:\n                  name: Support DK\n")
    assert _texts(session.publish(wrong))[0] == "find 'queue' by value of 'Support DK' - no matches"
    session.emulator.world.add_entity("queue", "Sales")
    assert "unable to disambiguate network results" in _texts(session.publish(YAML))[0]


def test_stubs_are_made_where_the_job_asks_for_them(serve: Serve) -> None:
    session = serve(MAIN)
    wrong = YAML.replace("lit:\n                  name: Support\n", "lit:\n                  name: Support DK\n")
    assert session.publish(wrong, createStubs=True)["status"] == "Success"
    assert session.get("/routing/queues", name="Support DK")["total"] == 1


def test_a_jump_to_nowhere_and_a_missing_data_action_are_issues(serve: Serve) -> None:
    session = serve(MAIN)
    texts = _texts(session.publish(YAML.replace("task[Support]", "task[Nowhere]")))
    assert texts[0].startswith("[Type:'ArchValidationIssue', ErrorCount:1, ArchObject:[TrackingID:")
    assert texts[1] == "ref path: ./tasks/task[Nowhere]"
    where = "TrackingID:16, Name:'Call Data Action', Type:'ArchActionCallData'"
    broken = YAML.replace("disconnect:\n              none: true", "callData:\n              name: Call Data Action")
    texts = _texts(session.publish(broken))
    assert texts[:2] == [
        f"[Type:'ArchValidationIssue', ErrorCount:1, ArchObject:[{where}]]",
        "A data action must be selected.",
    ]


def test_a_substitution_without_a_value_fails(serve: Serve) -> None:
    session = serve(MAIN)
    assert "{{greeting}}" in _texts(session.publish(YAML.replace("Where everybody calls", '"{{greeting}}"')))[0]


@pytest.mark.parametrize(("requests", "status"), [(7, "Failure"), (8, "Success")])
def test_a_job_spends_quota_and_fails_strangely_without(serve: Serve, requests: int, status: str) -> None:
    """One for its registration, three for itself, three for what it looks up, one for the poll."""
    session = serve(MAIN, pace=Pace(requests=requests, job_base=3))
    job = session.register()
    session.upload(job, YAML)
    if status == "Failure":
        session.get("/organizations/me")
    session.time.now += 1
    done = session.http.get(f"/api/v2/flows/jobs/{job['id']}?expand=messages").json()
    assert done["status"] == status
    if status == "Failure":
        assert "could not find the flow with id" in _texts(done)[0]
        assert "setting the Archy exit code to 107" in _texts(done)
