"""What is sent again and what is not, against a server that misbehaves, with the official SDK as the client."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from ivr_action.genesys.errors import (
    BadAnswerError,
    LockedError,
    NotFoundError,
    OutcomeUnknownError,
    OutOfTimeError,
    RefusedError,
    ServerError,
    StoppedError,
    ThrottledError,
    UnreachableError,
)
from ivr_action.genesys.sdk import load_sdk
from ivr_action.genesys.transport import USER_AGENT, Limits
from tests.genesys.fakes import QUICK, FakeTime, platform_on
from tests.genesys.server import Reply, Server

FLOW = "/api/v2/flows/f1"
OK = Reply(200, {"id": "f1", "name": "Main"})


def get(platform: Any) -> Any:
    return platform.call("GET", "/api/v2/flows/{flowId}", params={"flowId": "f1"})


def put(platform: Any) -> Any:
    return platform.call("PUT", "/api/v2/flows/{flowId}", params={"flowId": "f1"}, body={"name": "Main"})


def test_connections_are_reused_and_our_name_is_sent(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, OK)
    with platform_on(server, fake_time) as platform:
        for _ in range(5):
            get(platform)
    assert len({seen.connection for seen in server.seen}) == 1
    assert {seen.headers["user-agent"] for seen in server.seen} == {USER_AGENT}


def test_the_sdk_own_classes_work_over_it(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", "/api/v2/flows", Reply(200, {"entities": [{"id": "f1", "name": "Main"}], "total": 1}))
    sdk = load_sdk()
    with platform_on(server, fake_time) as platform:
        found = sdk.ArchitectApi(platform.client).get_flows(type=["inboundcall", "workflow"], page_size=2)
        with pytest.raises(sdk.rest.ApiException) as caught:
            sdk.ArchitectApi(platform.client).get_flow("f1")
    assert found.entities[0].name == "Main"
    assert server.calls()[0].query["type"] == ["inboundcall,workflow"]
    assert caught.value.status == 404
    assert caught.value.headers["content-type"] == "application/json"


def test_what_is_sent_equals_what_the_sdk_itself_sends(server: Server, fake_time: FakeTime) -> None:
    for method, path in (("GET", "/api/v2/flows"), ("POST", "/api/v2/flows/jobs"), ("PUT", FLOW), ("DELETE", FLOW)):
        server.on(method, path, OK)
    sdk = load_sdk()
    server.good.add("a-token")
    plain = sdk.ApiClient(server.url)
    plain.access_token = "a-token"
    with platform_on(server, fake_time, access_token="a-token") as platform:
        for client in (plain, platform.client):
            api = sdk.ArchitectApi(client)
            api.get_flows(name="Höfe & Tal *", type=["inboundcall"], page_size=3, deleted=False)
            api.post_flows_jobs()
            api.put_flow("f1", {"name": "Tür", "description": "a/b"})
            api.delete_flow("f1")
        plain.http_client.rest_client.pool_manager.clear()
    theirs, ours = server.seen[:4], server.seen[4:]
    compared = ("accept", "authorization", "content-type", "content-length", "purecloud-sdk")
    for one, other in zip(theirs, ours, strict=True):
        assert (one.method, one.target, one.body) == (other.method, other.target, other.body)
        assert [one.headers.get(name) for name in compared] == [other.headers.get(name) for name in compared]
    assert ours[1].body == b"null"


# -- no answer


def test_reading_is_tried_again_after_a_reset(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(reset=True), Reply(200, {"id": "f1"}, cut_after=4), OK)
    with platform_on(server, fake_time) as platform:
        assert get(platform) == {"id": "f1", "name": "Main"}
    assert len(server.calls()) == 3
    assert fake_time.waits == [0.5, 1.0]  # half of 1 and 2 s


def test_reading_gives_up_after_a_bounded_number(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(reset=True))
    with (
        platform_on(server, fake_time, limits=Limits(failures=2)) as platform,
        pytest.raises(UnreachableError, match="tried 3 times"),
    ):
        get(platform)
    assert len(server.calls()) == 3


@pytest.mark.parametrize("fault", [Reply(reset=True), Reply(200, {"id": "f1"}, cut_after=4), Reply(delay=0.7)])
def test_a_change_whose_answer_is_lost_is_never_sent_again(server: Server, fake_time: FakeTime, fault: Reply) -> None:
    server.on("PUT", FLOW, fault)
    with (
        platform_on(server, fake_time, timeouts=QUICK) as platform,
        pytest.raises(OutcomeUnknownError, match=r"PUT /api/v2/flows/f1: it was sent"),
    ):
        put(platform)
    assert len(server.calls()) == 1
    assert fake_time.waits == []


def test_a_change_that_never_left_is_sent_again(fake_time: FakeTime) -> None:
    with Server() as gone:
        pass
    with (
        platform_on(gone, fake_time, access_token="a-token", limits=Limits(failures=2)) as platform,
        pytest.raises(UnreachableError, match="tried 3 times") as caught,
    ):
        put(platform)
    assert caught.value.exit_status == 3
    assert len(fake_time.waits) == 2


def test_a_silent_server_times_out(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(delay=3.0))
    began = time.monotonic()
    with (
        platform_on(server, fake_time, timeouts=QUICK, limits=Limits(failures=0)) as platform,
        pytest.raises(UnreachableError, match="no answer in time"),
    ):
        get(platform)
    assert time.monotonic() - began < 15


def test_a_body_that_drips_times_out_as_a_whole(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(200, {"name": "x" * 400}, drip=0.02))  # 8 s, each byte well in time
    began = time.monotonic()
    with (
        platform_on(server, fake_time, timeouts=QUICK, limits=Limits(failures=0)) as platform,
        pytest.raises(UnreachableError, match="no whole answer within 1 s"),
    ):
        get(platform)
    assert 0.5 < time.monotonic() - began < 7.5  # the whole body takes 8


# -- answers that are errors


def test_5xx_is_tried_again_for_reading_only(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(503), Reply(502), OK)
    server.on("PUT", FLOW, Reply(503, {"message": "down", "code": "internal.server.error"}), OK)
    with platform_on(server, fake_time) as platform:
        assert get(platform)["id"] == "f1"
        with pytest.raises(ServerError, match=r"503 internal\.server\.error: down"):
            put(platform)
    assert len(server.calls("GET")) == 3
    assert len(server.calls("PUT")) == 1


def test_503_with_retry_after_waits_at_least_so_long(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(503, headers={"Retry-After": "7"}), OK)
    with platform_on(server, fake_time) as platform:
        get(platform)
    assert fake_time.waits == [7 + 0.5 * 7 / 4]


def test_5xx_is_returned_after_a_bounded_number(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(500, b"<html><h1>Bad\nGateway</h1></html>"))
    with platform_on(server, fake_time) as platform, pytest.raises(ServerError, match="500: Bad Gateway"):
        get(platform)
    assert len(server.calls()) == 5


def test_501_is_final(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(501, {"message": "no"}))
    with platform_on(server, fake_time) as platform, pytest.raises(RefusedError, match="501: no"):
        get(platform)
    assert len(server.calls()) == 1


@pytest.mark.parametrize("method", [get, put])
def test_429_waits_at_least_what_is_asked(server: Server, fake_time: FakeTime, method: Any) -> None:
    for name in ("GET", "PUT"):
        server.on(name, FLOW, Reply(429, {"code": "too.many.requests"}, {"Retry-After": "58"}), OK)
    with platform_on(server, fake_time) as platform:
        assert method(platform)["id"] == "f1"
    assert fake_time.waits[0] == 58 + 0.5 * 58 / 4


def test_429_without_a_header_takes_the_seconds_of_the_message(server: Server, fake_time: FakeTime) -> None:
    said = "Rate limit exceeded the maximum. Retry the request in [12] seconds"
    server.on("GET", FLOW, Reply(429, {"message": said}), OK)
    with platform_on(server, fake_time, random=0.0) as platform:
        get(platform)
    assert fake_time.waits[0] == 12


def test_429_that_says_nothing_is_full_jitter(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(429), Reply(429), Reply(429), OK)
    with platform_on(server, fake_time) as platform:
        get(platform)
    assert fake_time.waits == [1.5, 3.0, 6.0]  # half of 3, 6 and 12 s


def test_429_that_does_not_fit_fails_at_once_with_the_numbers(server: Server, fake_time: FakeTime) -> None:
    server.on("PUT", FLOW, Reply(429, {"message": "slow down"}, {"Retry-After": "58", "ININ-Correlation-Id": "c-1"}))
    with platform_on(server, fake_time, seconds=50) as platform, pytest.raises(ThrottledError) as caught:
        put(platform)
    error = caught.value
    assert error.after == 58
    assert "asks to wait 58 s. 50 s are left" in error.hint
    assert "correlation id c-1" in str(error)
    assert error.exit_status == 3
    assert fake_time.waits == []


def test_429_for_ever_ends(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(429, headers={"Retry-After": "0"}))
    with (
        platform_on(server, fake_time, seconds=1e9, limits=Limits(pauses=3)) as platform,
        pytest.raises(ThrottledError),
    ):
        get(platform)
    assert len(server.calls()) == 4


def test_sigterm_ends_a_wait(server: Server, stop: threading.Event, fake_time: FakeTime) -> None:
    fake_time.stop_after = 2
    server.on("GET", FLOW, Reply(429, headers={"Retry-After": "5"}))
    with platform_on(server, fake_time) as platform:
        with pytest.raises(StoppedError):
            get(platform)
        calls = len(server.calls())
        with pytest.raises(StoppedError):
            get(platform)
    assert calls == len(server.calls()) <= 2


def test_nothing_is_sent_after_the_deadline(server: Server, fake_time: FakeTime) -> None:
    with platform_on(server, fake_time, access_token="a-token", seconds=10) as platform:
        fake_time.at += 10
        with pytest.raises(OutOfTimeError, match="0 s of 10 s are left"):
            get(platform)
    assert server.seen == []


def test_every_wait_is_logged_with_its_reason(
    server: Server, fake_time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    server.on("GET", FLOW, Reply(429, headers={"Retry-After": "58"}), Reply(502), OK)
    with caplog.at_level("INFO", "ivr_action"), platform_on(server, fake_time) as platform:
        get(platform)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == len(fake_time.waits)
    assert lines[0] == ("Waiting 65.2 s: GET /api/v2/flows/f1 was too fast (429), and the platform asked to wait 58 s.")
    assert lines[-1].endswith("GET /api/v2/flows/f1 was answered 502.")


@pytest.mark.parametrize("body", [b'{"id": "f1", "na', b"[" * 200_000, b'"just text"', b"\xff\xfe"])
def test_an_answer_that_is_no_json_object_is_an_error(server: Server, fake_time: FakeTime, body: bytes) -> None:
    server.on("GET", FLOW, Reply(200, body))
    with platform_on(server, fake_time) as platform, pytest.raises(BadAnswerError, match="GET /api/v2/flows/f1"):
        get(platform)


def test_a_redirect_is_not_followed(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(302, headers={"Location": f"{server.url}/elsewhere"}))
    with platform_on(server, fake_time) as platform, pytest.raises(Exception, match="302"):
        get(platform)
    assert [seen.path for seen in server.calls()] == [FLOW]


def test_a_locked_flow_names_who_holds_it(server: Server, fake_time: FakeTime) -> None:
    body = {
        "message": "Bad Request",
        "code": "architect.flow.locked.by.user",
        "messageWithParams": "Flow '{flowName}' is locked by user {userName}",
        "messageParams": {"flowName": "Main", "userName": "Ada Example"},
    }
    server.on("PUT", FLOW, Reply(409, body))
    with (
        platform_on(server, fake_time) as platform,
        pytest.raises(LockedError, match="Flow 'Main' is locked by user Ada Example") as caught,
    ):
        put(platform)
    assert caught.value.who == "Ada Example"


def test_not_found_speaks_of_divisions_and_typing_errors(server: Server, fake_time: FakeTime) -> None:
    with platform_on(server, fake_time) as platform, pytest.raises(NotFoundError) as caught:
        get(platform)
    assert "division" in caught.value.hint
    assert "typing error" in caught.value.hint
