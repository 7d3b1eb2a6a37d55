"""Specification mode: nodes, integer versions, If-Match."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from ivr_action.emulator.server import Emulator
from tests.emulator.conftest import MAIN, Serve, Session

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


@pytest.fixture
def session(serve: Serve, tmp_path: Path) -> Session:
    (tmp_path / "main.json").write_text(json.dumps(GRAPH))
    return serve(tmp_path, mode="specification")


def test_a_flow_has_nodes_and_an_integer_version(session: Session) -> None:
    (flow,) = session.get("/flows")["entities"]
    assert (flow["version"], flow["startNodeId"], flow["nodes"]) == (1, "start", GRAPH["nodes"])
    assert session.http.get(f"/api/v2/flows/{flow['id']}").headers["etag"] == '"1"'


def test_put_with_the_version_that_is_there_makes_the_next(session: Session) -> None:
    (flow,) = session.get("/flows")["entities"]
    flow["nodes"]["end"]["variables"] = {"a": 1}
    for version, said in ((1, "1"), (2, '"2"'), (3, 'W/"3"')):
        saved = session.send("PUT", f"/flows/{flow['id']}", flow, headers={"If-Match": said})
        assert saved["version"] == version + 1
    assert session.get(f"/flows/{flow['id']}")["nodes"] == flow["nodes"]
    assert [version["id"] for version in session.get(f"/flows/{flow['id']}/versions")["entities"]] == list("4321")
    assert "variables" not in session.get(f"/flows/{flow['id']}/versions/1")["nodes"]["end"]


def test_put_with_another_version_is_a_conflict_and_changes_nothing(session: Session) -> None:
    (flow,) = session.get("/flows")["entities"]
    session.emulator.colleague("edit", "Main line", nodes={"end": {"type": "transferToAcd"}, "new": {"type": "menu"}})
    refused = session.send("PUT", f"/flows/{flow['id']}", flow, status=409, headers={"If-Match": "1"})
    assert refused["code"] == "version.conflict"
    assert refused["messageParams"] == {"current": "2", "expected": "1"}
    live = session.get(f"/flows/{flow['id']}")
    assert (live["version"], live["nodes"]["end"]["type"], "new" in live["nodes"]) == (2, "transferToAcd", True)


def test_put_without_if_match_or_with_a_word_in_it_is_refused(session: Session) -> None:
    (flow,) = session.get("/flows")["entities"]
    missing = session.send("PUT", f"/flows/{flow['id']}", flow, status=400)
    assert missing["code"] == "architect.request.header.missing"
    session.send("PUT", f"/flows/{flow['id']}", flow, status=400, headers={"If-Match": "*"})
    bad = {**flow, "startNodeId": "nowhere"}
    session.send("PUT", f"/flows/{flow['id']}", bad, status=400, headers={"If-Match": "1"})
    assert session.get(f"/flows/{flow['id']}")["version"] == 1


def test_writers_at_the_same_time_lose_nothing(session: Session) -> None:
    """Each adds its own node and tries again on a conflict: all nodes are there in the end, one version for each."""
    (flow,) = session.get("/flows")["entities"]
    url = f"{session.emulator.api_url}/api/v2/flows/{flow['id']}"
    headers = {"authorization": session.http.headers["authorization"]}

    def write(number: int) -> None:
        with httpx.Client(headers=headers, trust_env=False) as http:
            for _ in range(200):
                live = http.get(url).json()
                live["nodes"][f"node-{number}"] = {"type": "playAudio"}
                if http.put(url, json=live, headers={"If-Match": str(live["version"])}).status_code == 200:
                    return
        raise AssertionError(f"writer {number} never got through")

    session.emulator.quota.allowed = 10_000
    threads = [threading.Thread(target=write, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    live = session.get(f"/flows/{flow['id']}")
    assert {f"node-{number}" for number in range(10)} < set(live["nodes"])
    assert live["version"] == 11


def test_there_are_no_jobs_and_an_architect_flow_has_no_place(session: Session) -> None:
    session.send("POST", "/flows/jobs", status=501)
    with pytest.raises(ValueError, match="is an Architect flow, which has no place in specification mode"):
        Emulator("specification", [MAIN])
