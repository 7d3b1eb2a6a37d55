"""What `ivr-action doctor` finds, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from ivr_action.genesys.doctor import UNSEEN, Check, doctor
from ivr_action.genesys.settings import PlatformSettings
from tests.genesys.fakes import STEADY, FakeTime
from tests.genesys.server import CLIENT, Reply, Seen, Server

LISTS = (
    "/api/v2/flows",
    "/api/v2/routing/queues",
    "/api/v2/architect/prompts",
    "/api/v2/integrations/actions",
    "/api/v2/flows/datatables",
    "/api/v2/architect/schedules",
    "/api/v2/routing/skills",
)
ME = {"organization": {"id": "org-1", "name": "Example Ltd"}}


@pytest.fixture
def healthy(server: Server) -> Server:
    for path in LISTS:
        server.on("GET", path, Reply(200, {"entities": []}))
    server.on("GET", "/api/v2/architect/dependencytracking/build", Reply(200, {"status": "OPERATIONAL"}))
    headers = {"inin-ratelimit-allowed": "300", "inin-ratelimit-count": "12", "inin-ratelimit-reset": "50"}
    server.on("GET", "/api/v2/tokens/me", Reply(200, ME, headers))
    return server


def examine(server: Server, time: FakeTime, purpose: Any = "deploy", **more: Any) -> dict[str, Check]:
    organisation = more.pop("organisation", "")
    given = {"client_id": CLIENT[0], "client_secret": CLIENT[1], "api_url": server.url, **more}
    checks = doctor(
        PlatformSettings(**given),
        purpose=purpose,
        organisation=organisation,
        clock=time.clock,
        random=lambda: 0.0,
        timeouts=STEADY,
    )
    return {check.name: check for check in checks}


def test_all_is_well(healthy: Server, fake_time: FakeTime) -> None:
    found = examine(healthy, fake_time)
    assert {check.status for check in found.values()} == {"ok", "skipped", "warning"}
    assert [name for name, check in found.items() if check.status == "warning"] == ["region"]  # it is no public one
    assert found["organisation"].text == "`Example Ltd` (org-1)"
    assert found["pace"].text.startswith("300 requests a minute, ")
    assert {seen.method for seen in healthy.calls()} == {"GET"}


def test_a_plan_needs_no_permission_to_change(healthy: Server, fake_time: FakeTime) -> None:
    found = examine(healthy, fake_time, "plan")
    assert "permission architect:flow:view" in found
    assert "permissions to change" not in found
    assert "permission architect:job:view" not in found


def test_what_cannot_be_seen_is_said_to_be_unseen(healthy: Server, fake_time: FakeTime) -> None:
    check = examine(healthy, fake_time)["permissions to change"]
    assert check.status == "skipped"
    assert all(permission in check.text for permission in UNSEEN)


def test_a_missing_permission_is_named(healthy: Server, fake_time: FakeTime) -> None:
    refusal = {"code": "missing.any.permissions", "message": "You must have at least one of: [architect:flow:view]"}
    healthy.on("GET", "/api/v2/flows", Reply(403, refusal))
    healthy.on("GET", "/api/v2/routing/queues", Reply(403, {"code": "missing.permissions"}))
    found = examine(healthy, fake_time)
    assert found["permission architect:flow:view"].status == "failed"
    assert "architect:flow:view" in found["permission architect:flow:view"].hint
    assert found["permission routing:queue:view"].status == "warning"
    assert found["permission architect:job:view"].text == "granted"


def test_a_wrong_secret_ends_it_after_the_login(server: Server, fake_time: FakeTime) -> None:
    found = examine(server, fake_time, client_secret="a-wrong-secret")
    assert [check.status for check in found.values()] == ["ok", "warning", "failed", "skipped"]
    assert found["login"].status == "failed"
    assert "a-wrong-secret" not in str(found["login"])


def test_missing_credentials_are_told_before_anything_is_sent(server: Server, fake_time: FakeTime) -> None:
    found = examine(server, fake_time, client_secret="")
    assert "`client-secret` (GENESYSCLOUD_OAUTHCLIENT_SECRET) is missing" in found["credentials"].text
    assert server.seen == []


def test_the_credentials_of_another_organisation_are_told(healthy: Server, fake_time: FakeTime) -> None:
    check = examine(healthy, fake_time, organisation="org-2")["organisation"]
    assert check.status == "failed"
    assert check.text == "the token belongs to `Example Ltd` (org-1), and `org-2` is expected"
    assert examine(healthy, fake_time, organisation="org-1")["organisation"].status == "ok"


def test_a_client_that_others_use_up_is_told(healthy: Server, fake_time: FakeTime) -> None:
    def busy(seen: Seen) -> Reply:
        headers = {"inin-ratelimit-allowed": "300", "inin-ratelimit-count": "280", "inin-ratelimit-reset": "50"}
        return Reply(200, {"entities": []}, headers)

    healthy.on("GET", "/api/v2/routing/skills", busy)
    check = examine(healthy, fake_time)["pace"]
    assert check.status == "warning"
    assert "own" in check.hint


def test_a_platform_with_a_problem_leaves_the_rest_unknown(healthy: Server, fake_time: FakeTime) -> None:
    healthy.on("GET", "/api/v2/flows", Reply(500))
    found = examine(healthy, fake_time)
    assert found["permission architect:flow:view"].status == "warning"
    assert found["permission architect:flow:view"].text.startswith("unknown: GET /api/v2/flows: 500")


def test_a_check_is_lines_of_text() -> None:
    assert str(Check("login", "failed", "no", "one\ntwo")) == "FAILED   login: no\n         one\n         two"
