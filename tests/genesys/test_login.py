"""Tokens: asked for, renewed in time, renewed once when refused, never sent elsewhere."""

from __future__ import annotations

import threading

import pytest

from ivr_action.genesys.errors import BadAnswerError, LoginError, ServerError, UnauthorizedError
from ivr_action.genesys.transport import Limits, Request
from tests.genesys.fakes import FakeTime, platform_on
from tests.genesys.server import CLIENT, Reply, Seen, Server

ME = "/api/v2/tokens/me"


@pytest.fixture(autouse=True)
def me(server: Server) -> None:
    def organization(seen: Seen) -> Reply:
        return Reply(200, {"organization": {"id": "o", "name": seen.headers["authorization"]}})

    server.on("GET", ME, organization)


def test_one_token_serves_many_calls(server: Server, fake_time: FakeTime) -> None:
    with platform_on(server, fake_time) as platform:
        for _ in range(3):
            assert platform.call("GET", ME)["organization"]["name"] == f"Bearer {server.tokens[0]}"
    assert len(server.logins()) == 1
    assert server.logins()[0].body == b"grant_type=client_credentials"


def test_a_token_is_renewed_before_it_ends(server: Server, fake_time: FakeTime) -> None:
    server.expires_in = 300
    with platform_on(server, fake_time) as platform:
        platform.call("GET", ME)
        fake_time.at += 269
        platform.call("GET", ME)
        assert len(server.logins()) == 1
        fake_time.at += 2  # less than a tenth of its life is left
        platform.call("GET", ME)
    assert len(server.logins()) == 2
    assert server.calls()[-1].headers["authorization"] == f"Bearer {server.tokens[1]}"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_token_is_renewed_once_and_the_call_sent_again(
    server: Server, fake_time: FakeTime, method: str
) -> None:
    server.on("POST", ME, Reply(200, {}))
    with platform_on(server, fake_time) as platform:
        platform.call(method, ME)
        server.revoke()
        platform.call(method, ME)
    assert len(server.logins()) == 2
    assert len(server.calls(method)) == 3


def test_a_401_that_stays_is_an_error_after_one_renewal(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", "/api/v2/x", Reply(401, {"code": "bad.credentials", "message": "Invalid login credentials."}))
    with (
        platform_on(server, fake_time) as platform,
        pytest.raises(UnauthorizedError, match=r"401 bad\.credentials"),
    ):
        platform.call("GET", "/api/v2/x")
    assert len(server.calls()) == 2
    assert len(server.logins()) == 2


def test_a_given_token_is_used_as_it_is_and_not_renewed(server: Server, fake_time: FakeTime) -> None:
    server.good.add("given-token")
    with platform_on(server, fake_time, access_token="given-token") as platform:
        platform.call("GET", ME)
        server.revoke()
        with pytest.raises(UnauthorizedError) as caught:
            platform.call("GET", ME)
    assert server.logins() == []
    assert "not renewed" in caught.value.hint


def test_threads_that_meet_an_expired_token_ask_for_one_new_one(server: Server, fake_time: FakeTime) -> None:
    with platform_on(server, fake_time) as platform:
        platform.call("GET", ME)
        server.revoke()
        start = threading.Barrier(8)
        failed: list[BaseException] = []

        def run() -> None:
            start.wait(5)
            try:
                platform.call("GET", ME)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert failed == []
    assert len(server.logins()) == 2


def test_the_token_goes_to_the_api_alone(server: Server, fake_time: FakeTime) -> None:
    server.on("PUT", "/upload", Reply(200))
    with platform_on(server, fake_time) as platform, Server() as storage:
        storage.on("PUT", "/api/v2/upload", Reply(200))
        platform.log_in()
        platform.session.send(Request("PUT", f"{server.url}/upload", {}, b"flow"))
        platform.session.send(Request("PUT", f"{storage.url}/api/v2/upload", {}, b"flow"))
        assert "authorization" not in storage.seen[0].headers
    assert "authorization" not in server.calls("PUT")[0].headers


def test_a_log_in_survives_a_reset_and_a_429(server: Server, fake_time: FakeTime) -> None:
    good = Reply(200, {"access_token": "late-token", "expires_in": 86400})
    server.on("POST", "/oauth/token", Reply(reset=True), Reply(429, headers={"Retry-After": "3"}), good)
    server.good.add("late-token")
    with platform_on(server, fake_time) as platform:
        assert platform.call("GET", ME)["organization"]["name"] == "Bearer late-token"
    assert len(server.logins()) == 3


def test_a_log_in_that_cannot_work_is_not_repeated(server: Server, fake_time: FakeTime) -> None:
    with (
        platform_on(server, fake_time, client_secret="a-wrong-secret") as platform,
        pytest.raises(LoginError, match="`client-one`"),
    ):
        platform.log_in()
    assert len(server.logins()) == 1


@pytest.mark.parametrize("body", [b"<html>", {"token": "x"}, ["x"], {"access_token": 7}])
def test_a_log_in_answer_without_a_token_is_an_error(server: Server, fake_time: FakeTime, body: object) -> None:
    server.on("POST", "/oauth/token", Reply(200, body))
    with platform_on(server, fake_time) as platform, pytest.raises(BadAnswerError, match="POST /oauth/token"):
        platform.log_in()


def test_a_broken_log_in_is_the_platforms_fault(server: Server, fake_time: FakeTime) -> None:
    server.on("POST", "/oauth/token", Reply(503))
    with platform_on(server, fake_time, limits=Limits(failures=1)) as platform, pytest.raises(ServerError):
        platform.log_in()
    assert len(server.logins()) == 2


def test_no_message_and_no_log_line_shows_a_secret(
    server: Server, fake_time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    def leak(seen: Seen) -> Reply:
        return Reply(400, {"message": f"bad header {seen.headers['authorization']} for {CLIENT[1]}"})

    server.on("GET", "/api/v2/x", leak)
    with (
        caplog.at_level("DEBUG"),
        platform_on(server, fake_time) as platform,
        pytest.raises(Exception, match="bad header") as caught,
    ):
        platform.call("GET", "/api/v2/x")
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert "/api/v2/x: 400" in log
    for text in (str(caught.value), log):
        assert server.tokens[0] not in text
        assert CLIENT[1] not in text
