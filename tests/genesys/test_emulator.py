"""The whole client against the emulator: both modes, its quota, its faults, its colleagues."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ivr_action.cli import main
from ivr_action.emulator import Emulator
from ivr_action.emulator.world import Pace as EmulatorPace
from ivr_action.errors import OutcomeUnknownError
from ivr_action.genesys.client import Platform, connect, initialize_genesys_client
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.errors import ForbiddenError, LockedError
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.save import SaveLoop
from ivr_action.genesys.sdk import load_sdk
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.store import ConflictError, FlowRef, Live, RejectedError, Saved
from ivr_action.updater import update_flow_with_conflict_resolution

GRAPH: dict[str, Any] = {
    "id": "main",
    "name": "Main line",
    "type": "inboundcall",
    "startNodeId": "start",
    "nodes": {
        "start": {
            "id": "start",
            "type": "start",
            "transitionConditions": [{"condition": "default", "destinationNodeId": "end"}],
        },
        "end": {"id": "end", "type": "disconnect", "transitionConditions": []},
    },
}
FAST = 50.0
"""Seconds of ours for one real second."""


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    (tmp_path / "main.json").write_text(json.dumps(GRAPH))
    return tmp_path


def reach(emulator: Emulator, **more: Any) -> Platform:
    from time import monotonic, sleep

    clock = Clock(lambda: monotonic() * FAST, lambda seconds: sleep(seconds / FAST))
    given = {"client_id": emulator.client_id, "client_secret": emulator.client_secret, **more}
    return connect(PlatformSettings(api_url=emulator.api_url, login_url=emulator.login_url, **given), clock=clock)


def save(platform: Platform, text: str = "new") -> Saved:
    store = NodeStore(platform.call, platform.settings.api_url)
    found = store.find(FlowRef("Main line", "inboundcall"))
    assert found is not None
    base = store.read(found.id)
    nodes = {**base.content["nodes"], "end": {**base.content["nodes"]["end"], "variables": {"said": text}}}
    loop = SaveLoop(store, platform.pace, Deadline.after(platform.pace.clock, 600))
    return loop.save(base, {**base.content, "nodes": nodes})


def test_a_flow_is_saved_and_restored(seed: Path) -> None:
    with Emulator(mode="specification", seeds=[seed]) as emulator, reach(emulator) as platform:
        assert (save(platform).version, save(platform).changed, save(platform, "newer").version) == ("2", False, "3")
        store = NodeStore(platform.call, platform.settings.api_url)
        restored = store.restore(emulator.flow("Main line").id, "1")
        assert restored.version == "4"
        assert emulator.flow("Main line").document["nodes"] == GRAPH["nodes"]


def test_a_colleague_between_read_and_write_stops_the_save(seed: Path) -> None:
    with Emulator(mode="specification", seeds=[seed]) as emulator, reach(emulator) as platform:
        deed = {"does": "edit", "flow": "Main line", "nodes": {"end": {"type": "transferToAcd"}}}
        emulator.fault(method="PUT", path="/api/v2/flows/*", colleague=deed)
        with pytest.raises(ConflictError, match="version 2 is live, version 1 was expected"):
            save(platform)
        assert emulator.flow("Main line").revision == 2


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_connection_that_is_cut_is_looked_after(seed: Path, drop: str) -> None:
    with Emulator(mode="specification", seeds=[seed]) as emulator, reach(emulator) as platform:
        emulator.fault(method="PUT", path="/api/v2/flows/*", drop=drop)
        saved = save(platform)
        assert (saved.version, saved.recovered) == ("2", drop == "after")
        assert emulator.flow("Main line").revision == 2


def test_faults_of_every_kind_at_once(seed: Path) -> None:
    with Emulator(mode="specification", seeds=[seed]) as emulator, reach(emulator) as platform:
        emulator.fault(path="/oauth/token", status=429, retry_after=5)
        emulator.fault(method="GET", status=503, count=2)
        emulator.fault(method="GET", nth=3, truncate=0.5)
        emulator.fault(method="PUT", status=429)
        emulator.fault(method="PUT", nth=2, expire_token=True)
        assert save(platform).version == "2"


def test_a_cut_after_the_write_and_a_platform_that_stays_away_is_unknown(seed: Path) -> None:
    with Emulator(mode="specification", seeds=[seed]) as emulator, reach(emulator) as platform:
        emulator.fault(method="PUT", drop="after")
        emulator.fault(method="GET", path="/api/v2/flows/*", nth=3, count=0, drop="before")
        with pytest.raises(OutcomeUnknownError):
            save(platform)


def test_a_lock_names_its_holder(seed: Path) -> None:
    with Emulator(mode="specification", seeds=[seed]) as emulator, reach(emulator) as platform:
        emulator.colleague("lock", "Main line")
        with pytest.raises(LockedError) as caught:
            save(platform)
        assert caught.value.who
        assert caught.value.who in caught.value.hint


def test_in_platform_mode_nothing_is_sent_and_it_is_told_what_to_do(seed: Path) -> None:
    (seed / "main.json").unlink()
    main_yaml = Path(__file__).parent.parent / "emulator" / "assets" / "main.yaml"
    with Emulator(seeds=[main_yaml]) as emulator, reach(emulator) as platform:
        flow = next(iter(emulator.world.state.flows.values()))
        with pytest.raises(RejectedError, match="no map `nodes`") as caught:
            update_flow_with_conflict_resolution(
                load_sdk().ArchitectApi(platform.client), flow.id, {"nodes": GRAPH["nodes"]}
            )
        assert "publish jobs" in caught.value.hint
        assert not [entry for entry in emulator.log.entries if entry.method == "PUT"]


def test_the_quota_is_kept_without_a_single_429(seed: Path) -> None:
    pace = EmulatorPace(requests=20, window=2.0)
    with Emulator(mode="specification", seeds=[seed], pace=pace) as emulator:
        settings = PlatformSettings(
            client_id=emulator.client_id, client_secret=emulator.client_secret, api_url=emulator.api_url
        )
        with connect(settings, random=lambda: 0.1) as platform:
            for _ in range(30):
                platform.call("GET", "/api/v2/flows")
            waited = platform.pace.waited
        statuses = [entry.status for entry in emulator.log.entries]
    assert 429 not in statuses
    assert waited > 0


def test_a_client_without_the_permission_is_told_which(seed: Path) -> None:
    with Emulator(mode="specification", seeds=[seed]) as emulator:
        reader = emulator.add_client("reader", ["architect:flow:view"])
        with reach(emulator, client_id=reader.id, client_secret=reader.secret) as platform:
            with pytest.raises(ForbiddenError) as caught:
                save(platform)
            assert caught.value.permissions == ("architect:flow:edit",)


def test_the_public_functions_need_nothing_else(seed: Path) -> None:
    with Emulator(mode="specification", seeds=[seed]) as emulator:
        client = initialize_genesys_client(
            emulator.client_id, emulator.client_secret, environ={"IVR_ACTION_API_URL": emulator.api_url}
        )
        flow = emulator.flow("Main line")
        body = {key: value for key, value in GRAPH.items() if key != "id"}
        body["nodes"] = {**body["nodes"], "end": {"id": "end", "type": "transferToAcd", "transitionConditions": []}}
        saved = update_flow_with_conflict_resolution(load_sdk().ArchitectApi(client), flow.id, body)
        assert saved["version"] == 2
        assert emulator.flow("Main line").document["nodes"]["end"]["type"] == "transferToAcd"


def test_what_was_live_is_offered_before_the_write(seed: Path) -> None:
    kept: list[Live] = []
    with Emulator(mode="specification", seeds=[seed]) as emulator, reach(emulator) as platform:
        store = NodeStore(platform.call, platform.settings.api_url)
        base = store.read(emulator.flow("Main line").id)
        loop = SaveLoop(store, platform.pace, Deadline.after(platform.pace.clock, 600), keep=kept.append)
        loop.save(base, {**base.content, "description": "other"})
    assert kept[0].content["nodes"] == GRAPH["nodes"]


def doctor(environ: dict[str, str], *arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    return main(["doctor", *arguments], environ=environ, stdout=out, stderr=io.StringIO()), out.getvalue()


def test_doctor_from_the_command_line() -> None:
    with Emulator() as emulator:
        environ = {
            "GENESYSCLOUD_OAUTHCLIENT_ID": emulator.client_id,
            "GENESYSCLOUD_OAUTHCLIENT_SECRET": emulator.client_secret,
            "IVR_ACTION_API_URL": emulator.api_url,
        }
        status, text = doctor(environ)
        assert status == 0
        assert "ok       organisation: `Emulated organisation`" in text
        assert emulator.client_secret not in text
        assert doctor(environ, "--organisation", "somebody else")[0] == 3
        reader = emulator.add_client("reader", ["routing:queue:view"])
        environ |= {"IVR_ACTION_CLIENT_ID": reader.id, "IVR_ACTION_CLIENT_SECRET": reader.secret}
        status, text = doctor(environ, "--for", "plan")
        assert status == 3
        assert "FAILED   permission architect:flow:view: missing" in text
        assert "ok       permission routing:queue:view: granted" in text


def test_doctor_without_credentials_says_which_to_give() -> None:
    status, text = doctor({"GENESYSCLOUD_OAUTHCLIENT_ID": "x"})
    assert status == 2
    assert "GENESYSCLOUD_OAUTHCLIENT_SECRET" in text
    assert doctor({}, "--region", "nowhere")[0] == 2
