"""A PUT that answers 200 and stores nothing is a failed deployment that tells what to do, whichever way it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ivr_action import IvrFlowUpdater, update_flow_with_conflict_resolution
from ivr_action.emulator import Emulator
from ivr_action.genesys.client import connect
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.store import RejectedError
from tests.emulator.conftest import MAIN
from tests.genesys.faults import GRAPH
from tests.genesys.publishing import NAME

NODES = {**GRAPH["nodes"], "menu": {**GRAPH["nodes"]["menu"], "properties": {"tts": "Welcome"}}}


class Metadata:
    """The public platform as a tutorial's object sees it: its PUT takes a name and passes over nodes with 200.

    `shows` is what its GET adds to the flow, so that it seems to hold nodes.
    """

    def __init__(self, emulator: Emulator, shows: Mapping[str, Any]) -> None:
        settings = {"client_id": emulator.client_id, "client_secret": emulator.client_secret}
        self.platform = connect(PlatformSettings(api_url=emulator.api_url, login_url=emulator.login_url, **settings))
        self.shows = shows

    def get_flow(self, flow_id: str) -> dict[str, Any]:
        return {**self.platform.call("GET", "/api/v2/flows/{id}", params={"id": flow_id}), **self.shows}

    def update_flow(self, flow_id: str, body: Any, headers: Mapping[str, str]) -> dict[str, Any]:
        path, params = "/api/v2/flows/{id}", {"id": flow_id}
        return {**self.platform.call("PUT", path, params=params, headers=headers, body=body)}


def updater(emulator: Emulator, told: list[Mapping[str, Any]]) -> IvrFlowUpdater:
    environ = {"IVR_ACTION_API_URL": emulator.api_url, "IVR_ACTION_LOGIN_URL": emulator.login_url}

    def hook(url: str, payload: Mapping[str, Any]) -> bool:
        told.append(payload)
        return True

    return IvrFlowUpdater(emulator.client_id, emulator.client_secret, environ=environ, webhook=hook)


def test_the_public_function_on_the_public_platforms_put() -> None:
    """The emulator in platform mode does answer the PUT with 200, and nothing of the nodes is there afterwards."""
    with Emulator(seeds=[MAIN]) as emulator:
        api = Metadata(emulator, {"nodes": GRAPH["nodes"], "version": 1})
        flow, version = emulator.flow(NAME), emulator.flow(NAME).published
        with api.platform, pytest.raises(RejectedError) as caught:
            update_flow_with_conflict_resolution(api, flow.id, {"name": NAME, "nodes": NODES, "version": 1})
        assert [entry.status for entry in emulator.log.of("PUT")] == [200]
        assert (flow.published, len(flow.versions)) == (version, 1)
    assert str(caught.value) == (
        f"Flow `{NAME}` ({flow.id}): the platform answered 200 and stored nothing: version 1 is live as before."
    )
    assert caught.value.hint == (
        "The deployment failed, and the flow is as it was. The platform behind this address does not take nodes by "
        "PUT. Deploy the flow as Architect YAML, by a publish job: docs/platform.md."
    )
    assert caught.value.exit_status == 3


def test_the_updater_sends_nothing_where_the_platform_shows_no_nodes() -> None:
    told: list[Mapping[str, Any]] = []
    with Emulator(seeds=[MAIN]) as emulator, updater(emulator, told) as one:
        with pytest.raises(RejectedError, match="has no map `nodes`") as caught:
            one.update_nodes(emulator.flow(NAME).id, NODES, "menu", "https://ci.example.com/hook")
        assert emulator.log.of("PUT") == []
    assert caught.value.exit_status == 3
    assert "saves flows by publish jobs from Architect YAML" in caught.value.hint
    assert [seen["status"] for seen in told] == ["failed"]
    assert one.metrics.failures == 1


def test_the_updater_on_a_put_that_keeps_nothing(tmp_path: Path) -> None:
    told: list[Mapping[str, Any]] = []
    (tmp_path / "main.json").write_text(json.dumps(GRAPH))
    with Emulator("specification", [tmp_path / "main.json"]) as emulator, updater(emulator, told) as one:
        emulator.fault(method="PUT", path="/api/v2/flows/*", ignore=True)
        with pytest.raises(RejectedError, match="answered 200 and stored nothing: version 1 is live as before"):
            one.update_nodes(emulator.flow(NAME).id, NODES, "menu", "https://ci.example.com/hook")
        assert emulator.flow(NAME).revision == 1
    assert (one.metrics.failures, one.metrics.successful_updates) == (1, 0)
    assert (told[0]["status"], told[0]["version"]) == ("failed", None)
    assert "stored nothing" in told[0]["message"]
