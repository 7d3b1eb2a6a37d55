"""Login and who is logged in."""

from __future__ import annotations

import httpx

from ivr_action.emulator.world import Pace
from tests.emulator.conftest import MAIN, Serve


def test_a_token_says_how_long_it_lives_and_ends_then(serve: Serve) -> None:
    session = serve(pace=Pace(token=300))
    me = session.get("/tokens/me")
    assert me["organization"]["id"] == me["homeOrganization"]["id"]
    assert me["OAuthClient"]["id"] == session.emulator.client_id
    session.time.now += 299
    session.get("/tokens/me")
    session.time.now += 1
    refused = session.get("/tokens/me", status=401)
    assert refused["code"] == "authentication.required"


def test_a_wrong_secret_and_another_grant_are_refused(serve: Serve) -> None:
    emulator = serve().emulator
    url = f"{emulator.login_url}/oauth/token"
    grant = {"grant_type": "client_credentials"}
    assert httpx.post(url, auth=(emulator.client_id, "wrong"), data=grant).json()["error"] == "invalid_client"
    assert httpx.post(url, data=grant).status_code == 401
    other = httpx.post(url, auth=(emulator.client_id, emulator.client_secret), data={"grant_type": "password"})
    assert other.status_code == 400


def test_a_revoked_token_is_no_good(serve: Serve) -> None:
    session = serve()
    session.send("DELETE", "/tokens/me")
    session.get("/organizations/me", status=401)


def test_every_answer_has_a_correlation_id_and_says_what_is_left_of_the_quota(serve: Serve) -> None:
    session = serve()
    answers = [session.http.get("/api/v2/organizations/me") for _ in range(2)]
    assert len({answer.headers["inin-correlation-id"] for answer in answers}) == 2
    assert [answer.headers["inin-ratelimit-count"] for answer in answers] == ["1", "2"]
    assert answers[0].headers["inin-ratelimit-allowed"] == "300"
    assert 1 <= int(answers[0].headers["inin-ratelimit-reset"]) <= 60


def test_what_is_not_emulated_is_501_and_never_invented(serve: Serve) -> None:
    session = serve()
    refused = session.get("/users/me", status=501)
    assert refused["code"] == "emulator.not.implemented"
    assert "GET /api/v2/users/me" in refused["message"]


def test_a_client_without_a_permission_is_told_which(serve: Serve) -> None:
    session = serve(MAIN)
    client = session.emulator.add_client("reader", ["architect:flow:view"])
    token = httpx.post(
        f"{session.emulator.login_url}/oauth/token",
        auth=(client.id, client.secret),
        data={"grant_type": "client_credentials"},
    ).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    assert session.http.get("/api/v2/flows", headers=headers).status_code == 200
    refused = session.http.post("/api/v2/flows/jobs", headers=headers)
    assert refused.status_code == 403
    assert refused.json()["code"] == "missing.any.permissions"
    assert "architect:job:create" in refused.json()["message"]
