"""Listing, reading, creating, renaming, deleting; locks, drafts and versions."""

from __future__ import annotations

import json
from pathlib import Path

from tests.emulator.conftest import MAIN, Serve


def test_a_flow_has_what_a_drift_check_reads(serve: Serve) -> None:
    session = serve(MAIN)
    (flow,) = session.get("/flows", type="inboundcall")["entities"]
    assert (flow["name"], flow["type"], flow["description"]) == ("Main line", "INBOUNDCALL", "Where everybody calls")
    published = flow["publishedVersion"]
    assert (published["id"], published["type"]) == ("1.0", "PUBLISH")
    assert published["createdBy"]["id"]
    assert published["dateCheckedIn"] == 1_800_000_000_000
    assert flow["supportedLanguages"] == [{"language": "en-US", "isDefault": True}]
    assert "nodes" not in flow
    assert session.get(f"/flows/{flow['id']}") == flow


def test_the_listing_is_paged_with_links_and_takes_types_in_both_ways(serve: Serve, tmp_path: Path) -> None:
    text = MAIN.read_text()
    for number in range(5):
        (tmp_path / f"{number}.yaml").write_text(text.replace("Main line", f"Line {number}"))
    session = serve(tmp_path)
    first = session.get("/flows", pageSize=2, sortBy="name")
    assert [flow["name"] for flow in first["entities"]] == ["Line 0", "Line 1"]
    assert (first["total"], first["pageCount"], "previousUri" in first) == (5, 3, False)
    last = session.http.get(first["lastUri"]).json()
    assert [flow["name"] for flow in last["entities"]] == ["Line 4"]
    assert "nextUri" not in last
    for query in ("type=workflow,inboundcall", "type=workflow&type=inboundcall"):
        assert session.http.get(f"/api/v2/flows?{query}").json()["total"] == 5
    assert session.get("/flows", type="workflow")["total"] == 0
    assert session.get("/flows", name="line 3")["total"] == 1
    assert session.get("/flows", name="Line")["total"] == 0
    assert session.get("/flows", name="Line*")["total"] == 5
    assert session.get("/flows", status=400, type="nonsense")["code"] == "invalid.value"


def test_put_changes_metadata_and_passes_over_nodes_in_silence(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    before = session.get(f"/flows/{flow.id}/latestconfiguration")
    answer = session.send("PUT", f"/flows/{flow.id}", {"name": "New name", "nodes": {"a": {}}, "version": 7})
    assert answer["name"] == "New name"
    assert "nodes" not in answer
    assert "version" not in answer
    assert answer["publishedVersion"]["id"] == "1.0"
    assert session.get(f"/flows/{flow.id}/latestconfiguration") == before


def test_names_that_the_platform_refuses_are_refused(serve: Serve) -> None:
    session = serve()
    for name, code in (("", "missing.name"), ("a/b", "contains.slash"), ("...", "no.alpha"), ("x" * 201, "too.long")):
        refused = session.send("POST", "/flows", {"name": name, "type": "inboundcall"}, status=400)
        assert refused["code"] == f"architect.flow.validate.failed.{code}"


def test_a_new_flow_has_no_version_and_cannot_be_made_twice(serve: Serve) -> None:
    session = serve()
    made = session.send("POST", "/flows", {"name": "New", "type": "INBOUNDCALL"})
    assert "publishedVersion" not in made
    again = session.send("POST", "/flows", {"name": "New", "type": "inboundcall"}, status=409)
    assert again["code"] == "architect.flow.already.exists"


def test_a_deleted_flow_is_gone_unless_one_asks_for_deleted_ones(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    session.send("DELETE", f"/flows/{flow.id}", status=204)
    gone = session.get(f"/flows/{flow.id}", status=404)
    assert (gone["code"], gone["message"]) == (
        "architect.flow.not.found",
        "Could not find flow with specified ID.",
    )
    assert session.get(f"/flows/{flow.id}", deleted="true")["deleted"] is True


def test_a_draft_locks_the_flow_and_unlock_keeps_it_as_a_version(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.colleague("draft", "Main line", yaml=MAIN.read_text().replace("Press 1", "Press one"))
    flow = session.get("/flows")["entities"][0]
    assert flow["lockedUser"]["name"] == "A Colleague"
    assert flow["savedVersion"]["id"].startswith("saved_version_")
    assert "Press one" in json.dumps(session.get(f"/flows/{flow['id']}/latestconfiguration"))
    refused = session.send("PUT", f"/flows/{flow['id']}", {"name": "Mine"}, status=409)
    assert refused["code"] == "architect.flow.locked.by.user"
    assert refused["messageParams"] == {"flowName": "Main line", "userName": "A Colleague"}
    after = session.send("POST", f"/flows/actions/unlock?flow={flow['id']}")
    assert "lockedUser" not in after
    assert (after["publishedVersion"]["id"], after["checkedInVersion"]["id"]) == ("1.0", "2.0")
    versions = session.get(f"/flows/{flow['id']}/versions")["entities"]
    assert [(version["id"], version["type"]) for version in versions] == [("2.0", "CHECKIN"), ("1.0", "PUBLISH")]


def test_check_out_then_check_in_ends_a_little_later(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    taken = session.send("POST", f"/flows/actions/checkout?flow={flow.id}")
    assert taken["lockedClient"]["id"] == session.emulator.client_id
    assert taken["currentOperation"]["actionName"] == "CHECKOUT"
    started = session.send("POST", f"/flows/actions/checkin?flow={flow.id}")
    assert (started["complete"], started["actionStatus"]) == (False, "STARTED")
    busy = session.send("POST", f"/flows/actions/checkin?flow={flow.id}", status=409)
    assert busy["code"] == "architect.operation.already.in.progress"
    session.time.now += 1
    done = session.get(f"/flows/{flow.id}")
    assert done["currentOperation"]["actionStatus"] == "SUCCESS"
    assert "lockedClient" not in done


def test_publishing_an_old_version_takes_time_and_one_that_is_not_there_does_nothing(serve: Serve) -> None:
    session = serve(MAIN)
    session.publish(MAIN.read_text().replace("Where everybody", "Nobody"))
    flow = session.get("/flows")["entities"][0]
    assert flow["publishedVersion"]["id"] == "2.0"
    for version, published in (("9.0", "2.0"), ("1.0", "1.0")):
        session.send("POST", f"/flows/actions/publish?flow={flow['id']}&version={version}")
        assert session.get(f"/flows/{flow['id']}")["publishedVersion"]["id"] == "2.0"
        session.time.now += 1
        assert session.get(f"/flows/{flow['id']}")["publishedVersion"]["id"] == published


def test_revert_drops_the_lock_of_its_owner_only(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    session.send("POST", f"/flows/actions/checkout?flow={flow.id}")
    assert "lockedClient" not in session.send("POST", f"/flows/actions/revert?flow={flow.id}")
    session.emulator.colleague("draft", "Main line")
    session.send("POST", f"/flows/actions/revert?flow={flow.id}", status=409)
    session.emulator.colleague("unlock", "Main line")
    after = session.send("POST", f"/flows/actions/revert?flow={flow.id}")
    assert after["checkedInVersion"]["id"] == "2.0"


def test_a_flow_that_others_use_cannot_be_deleted(serve: Serve, tmp_path: Path) -> None:
    caller = (
        MAIN.read_text()
        .replace("Main line", "Caller")
        .replace(
            "          - disconnect:\n              none: true\n",
            "          - transferToFlow:\n              name: On\n"
            "              targetFlow:\n                name: Main line\n",
        )
    )
    (tmp_path / "caller.yaml").write_text(caller)
    session = serve(MAIN, tmp_path)
    refused = session.send("DELETE", f"/flows/{session.emulator.flow('Main line').id}", status=409)
    assert refused["code"] == "architect.flow.cannot.delete.used.in.flows"
    assert [detail["entityName"] for detail in refused["details"]] == ["Caller"]
