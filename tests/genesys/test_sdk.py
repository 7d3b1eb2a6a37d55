"""The official SDK is quiet: no file of the user's, no thread, no state that two clients share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ivr_action.errors import UsageError
from ivr_action.genesys.client import initialize_genesys_client
from ivr_action.genesys.errors import LoginError
from ivr_action.genesys.sdk import load_sdk
from tests.genesys.server import CLIENT, Reply, Server

_PROBE = """
import json, os, sys, threading
opened, below = [], os.path.realpath(os.environ["HOME"])
def watch(event, args):
    if event in ("open", "os.mkdir", "os.listdir", "os.scandir") and isinstance(args[0], str):
        if os.path.realpath(args[0]).startswith(below):
            opened.append(event + " " + args[0])
import ivr_action
loaded_before = [name for name in ("httpx", "PureCloudPlatformClientV2") if name in sys.modules]
sys.addaudithook(watch)
client = ivr_action.initialize_genesys_client({id!r}, {secret!r})
import PureCloudPlatformClientV2 as sdk
flow = sdk.ArchitectApi(client).get_flow("f1")
print(json.dumps({{
    "before": loaded_before, "opened": list(opened), "threads": [thread.name for thread in threading.enumerate()],
    "below": os.listdir(below), "host": client.host, "flow": flow.name, "level": sdk.configuration.logger.log_level,
}}))
"""


def _run(server: Server, home: Path) -> dict[str, object]:
    environ = {
        **os.environ,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "IVR_ACTION_API_URL": server.url,
        "PYTHONPATH": ".",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    program = _PROBE.format(id=CLIENT[0], secret=CLIENT[1])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        check=False,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("with_config", [False, True])
def test_after_login_no_thread_lives_and_home_is_untouched(server: Server, tmp_path: Path, with_config: bool) -> None:
    server.on("GET", "/api/v2/flows/f1", Reply(200, {"id": "f1", "name": "Main"}))
    below = []
    if with_config:
        # The SDK by itself would send everything to this host and log every body.
        config = tmp_path / ".genesyscloudpython" / "config"
        config.parent.mkdir()
        config.write_text("[general]\nhost = https://elsewhere.invalid\n[logging]\nlog_level = trace\n")
        below = [".genesyscloudpython"]
    told = _run(server, tmp_path)
    assert told["before"] == []
    assert told["opened"] == []
    assert told["threads"] == ["MainThread"]
    assert told["below"] == below
    assert told["host"] == server.url
    assert told["flow"] == "Main"
    assert isinstance(told["level"], int)
    assert told["level"] > 50  # nothing is logged


def test_two_clients_share_nothing(server: Server) -> None:
    with Server() as other:
        for one, name in ((server, "here"), (other, "there")):
            one.on("GET", "/api/v2/flows/f1", Reply(200, {"id": "f1", "name": name}))
        other.client = ("client-two", "secret-of-client-two")
        api = load_sdk().ArchitectApi
        here = initialize_genesys_client(*CLIENT, environ={"IVR_ACTION_API_URL": server.url})
        there = initialize_genesys_client(*other.client, environ={"IVR_ACTION_API_URL": other.url})
        here.set_default_header("X-Mine", "here")
        assert api(here).get_flow("f1").name == "here"
        assert api(there).get_flow("f1").name == "there"
        assert "x-mine" not in other.calls()[0].headers
        assert other.calls()[0].headers["authorization"] == f"Bearer {other.tokens[0]}"
        assert there.access_token == other.tokens[0]
    configuration = load_sdk().configuration
    assert configuration.access_token == ""
    assert configuration.host == "https://api.mypurecloud.com"


def test_what_a_program_has_set_for_its_own_clients_is_not_ours(server: Server) -> None:
    sdk = load_sdk()
    sdk.configuration.access_token = "the-programs-own-token"
    sdk.configuration.gateway_configuration = sdk.GatewayConfiguration(host="gateway.invalid")
    try:
        server.on("GET", "/api/v2/flows/f1", Reply(200, {"id": "f1", "name": "Main"}))
        client = initialize_genesys_client(*CLIENT, environ={"IVR_ACTION_API_URL": server.url})
        assert sdk.ArchitectApi(client).get_flow("f1").name == "Main"
    finally:
        sdk.configuration.access_token = ""
        sdk.configuration.gateway_configuration = None
    assert server.calls()[0].headers["authorization"] == f"Bearer {server.tokens[0]}"


def test_the_public_client_waits_and_renews_for_code_that_knows_only_the_sdk(server: Server) -> None:
    server.on(
        "GET",
        "/api/v2/flows/f1",
        Reply(429, headers={"Retry-After": "0"}),
        Reply(401, {"code": "bad.credentials"}),
        Reply(200, {"id": "f1", "name": "Main"}),
    )
    client = initialize_genesys_client(*CLIENT, "eu-west-1", environ={"IVR_ACTION_API_URL": server.url})
    assert load_sdk().ArchitectApi(client).get_flow("f1").name == "Main"
    assert len(server.logins()) == 2


def test_a_wrong_secret_says_what_to_check_and_hides_it(server: Server) -> None:
    with pytest.raises(LoginError) as caught:
        initialize_genesys_client("client-one", "a-wrong-secret", environ={"IVR_ACTION_API_URL": server.url})
    assert "client-one" in str(caught.value)
    assert "invalid_client" in str(caught.value)
    assert "region" in caught.value.hint
    assert "a-wrong-secret" not in str(caught.value)


def test_an_unknown_region_is_refused_before_anything_is_sent(server: Server) -> None:
    with pytest.raises(UsageError, match="`eu-west-9` is no region"):
        initialize_genesys_client(*CLIENT, "eu-west-9", environ={"IVR_ACTION_API_URL": server.url})
    assert server.seen == []
