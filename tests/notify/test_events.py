"""What is told: the payload, CloudEvents, and the output `webhooks`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import ivr_action
from ivr_action.genesys.redact import Redactor
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.difference import Change, FlowDifference, NodeChange
from ivr_action.model.origin import Origin
from ivr_action.notify.events import Event, events_of, new_id
from ivr_action.notify.result import LIMIT, webhooks_json
from ivr_action.notify.webhooks import Delivery, Outcome

ORIGIN = Origin(
    "octo/ivr",
    "https://github.com/octo/ivr",
    "c" * 40,
    "refs/tags/v7",
    "mona",
    "https://github.com/octo/ivr/actions/runs/9",
)
SCHEMA = json.loads((Path(ivr_action.__file__).parent / "schema" / "webhook-1.json").read_text(encoding="utf-8"))
AT = "2026-03-04T05:06:07Z"
FLOW = DeployedFlow(
    "flows/main.yaml",
    "Hauptmenü",
    "inboundcall",
    Result.DEPLOYED,
    flow_id="f1",
    from_version="7.0",
    to_version="8.0",
    changes=FlowDifference(nodes=(NodeChange("menu/Main", "menu", Change.ADDED),)),
)


def told(*flows: DeployedFlow, **more: Any) -> tuple[Event, ...]:
    deployment = Deployment(flows, environment="production", organisation="Octo (o1)")
    ids = (f"msg_{number}" for number in range(100))
    return events_of(deployment, ORIGIN, AT, make_id=lambda: next(ids), **more)


def test_the_payload_has_the_fields_of_the_specification_at_its_top() -> None:
    [event] = told(FLOW)
    body, content_type = event.render("plain")
    assert content_type == "application/json"
    Draft202012Validator(SCHEMA).validate(json.loads(body))
    assert json.loads(body) == {
        "schema": "urn:ivr-action:schema:webhook:1.0",
        "tool": {"name": "ivr-action", "version": ivr_action.__version__},
        "type": "ivr_action.flow.deployed",
        "timestamp": AT,
        "flow_id": "f1",
        "version": "8.0",
        "status": "success",
        "result": "deployed",
        "name": "Hauptmenü",
        "flow_type": "inboundcall",
        "path": "flows/main.yaml",
        "environment": "production",
        "organisation": "Octo (o1)",
        "previous_version": "7.0",
        "change_summary": "1 node added",
        "change_count": 1,
        "message": None,
        "repository": "octo/ivr",
        "commit": "c" * 40,
        "ref": "refs/tags/v7",
        "actor": "mona",
        "run_url": "https://github.com/octo/ivr/actions/runs/9",
    }


@pytest.mark.parametrize(
    ("result", "type_", "status"),
    [
        (Result.CREATED, "deployed", "success"),
        (Result.DEPLOYED, "deployed", "success"),
        (Result.MERGED, "deployed", "success"),
        (Result.RESTORED, "restored", "success"),
        (Result.REFUSED, "failed", "failure"),
        (Result.FAILED, "failed", "failure"),
        (Result.UNKNOWN, "unknown", "unknown"),
    ],
)
def test_success_failure_and_doubt_are_told(result: Result, type_: str, status: str) -> None:
    [event] = told(replace(FLOW, result=result))
    Draft202012Validator(SCHEMA).validate(event.data)
    assert (event.data["type"], event.data["status"], event.data["result"]) == (
        f"ivr_action.flow.{type_}",
        status,
        result,
    )


@pytest.mark.parametrize("result", [Result.UNCHANGED, Result.DRY_RUN, Result.SKIPPED])
def test_what_was_not_begun_is_not_told(result: Result) -> None:
    assert told(replace(FLOW, result=result)) == ()


def test_every_result_is_decided() -> None:
    assert len(told(*(replace(FLOW, result=result) for result in Result))) == len(Result) - 3


def test_a_cloud_event_has_the_attributes_that_are_required() -> None:
    [event] = told(FLOW)
    body, content_type = event.render("cloudevents")
    data = json.loads(body)
    assert content_type == "application/cloudevents+json"
    assert data.pop("data") == dict(event.data)
    assert data == {
        "specversion": "1.0",
        "id": "msg_0",
        "source": "https://github.com/octo/ivr",
        "type": "ivr_action.flow.deployed",
        "subject": "f1",
        "time": AT,
        "datacontenttype": "application/json",
    }


def test_a_flow_without_id_is_known_by_its_path_and_a_run_without_repository_has_a_source() -> None:
    flow = replace(FLOW, flow_id="", result=Result.REFUSED)
    [event] = events_of(Deployment((flow,)), Origin(), AT)
    data = json.loads(event.render("cloudevents")[0])
    assert (data["subject"], data["source"]) == ("flows/main.yaml", "urn:ivr-action")
    assert data["data"]["flow_id"] is None
    Draft202012Validator(SCHEMA).validate(data["data"])


def test_messages_are_short_and_without_secrets() -> None:
    flow = replace(FLOW, result=Result.FAILED, message="token-abc was refused. " + "x" * 50_000)
    [event] = told(flow, redact=lambda text: text.replace("token-abc", "***"))
    body = event.render("plain")[0]
    assert b"token-abc" not in body
    assert len(body) < 4000
    assert event.data["message"].startswith("*** was refused")


def test_half_a_character_of_a_file_name_does_not_stop_the_telling() -> None:
    [event] = told(replace(FLOW, path="flows/\udcff.yaml"))
    json.loads(event.render("plain")[0].decode())


def test_ids_are_new_and_have_no_full_stop() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert not any("." in one for one in ids)


def test_the_output_has_payloads_and_results_and_no_secret() -> None:
    events = told(replace(FLOW, message="secret-of-mine"), replace(FLOW, result=Result.FAILED))
    deliveries = [
        Delivery("hooks.example", "msg_0", Outcome.DELIVERED, 200, 2),
        Delivery("hooks.example", "msg_1", Outcome.FAILED, 404, 1, "it answered 404"),
    ]
    text = webhooks_json("plain", events, deliveries, redact=lambda text: text.replace("secret-of-mine", "***"))
    assert "\n" not in text
    assert "secret-of-mine" not in text
    failed, passed = json.loads(text)
    assert failed == {
        "receiver": "hooks.example",
        "event_id": "msg_1",
        "result": "failed",
        "status": 404,
        "attempts": 1,
        "reason": "it answered 404",
        "payload": dict(events[1].data),
    }
    assert (passed["event_id"], passed["reason"], passed["payload"]["message"]) == ("msg_0", None, "***")


@pytest.mark.parametrize(
    "name",
    ['client_secret="x"', 'https://a.example/b?sig=1"x', 'access_token: \\"', 'client_secret="", "result":"'],
)
def test_a_name_like_a_secret_leaves_the_output_json(name: str) -> None:
    events = told(replace(FLOW, name=name))
    text = webhooks_json("plain", events, [Delivery("h", "msg_0", Outcome.FAILED)], redact=Redactor())
    [item] = json.loads(text)
    assert (item["payload"]["name"], item["result"]) == (Redactor()(name), "failed")
    assert list(item["payload"]) == list(events[0].data)


@pytest.mark.parametrize(("passed", "failed"), [(20, 5), (300, 3), (3, 300), (3000, 3), (3, 3000), (3000, 3000)])
def test_the_output_keeps_to_its_limit_and_says_what_is_missing(passed: int, failed: int) -> None:
    [event] = told(FLOW)
    deliveries = [Delivery("hooks.example", "msg_0", Outcome.DELIVERED, 200, 1)] * passed
    deliveries += [Delivery("hooks.example", "msg_0", Outcome.FAILED, 500, 5, "it answered 500")] * failed
    text = webhooks_json("plain", [event], deliveries)
    items = json.loads(text)
    assert len(text.encode()) <= LIMIT
    left = items.pop()["left"] if items[-1]["result"] == "cut" else 0
    assert len(items) + left == passed + failed
    assert [one["result"] for one in items[:failed]] == ["failed"] * min(failed, len(items))
    shown = [one["payload"] for one in items if one["payload"] is not None]
    assert shown == [dict(event.data)] * len(shown)
    assert len(text) > LIMIT * 0.9 or len(shown) == passed + failed  # what fits is there
