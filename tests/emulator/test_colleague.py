"""What others do to a flow, and what can be read of it afterwards: who, when, which version."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ivr_action.emulator.configuration.sameness import signature
from ivr_action.emulator.server import Emulator
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow
from tests.corpus import corpus_files, need_corpus
from tests.emulator.conftest import MAIN, Serve, Session
from tests.flow.test_pairs import DIFFERENT_REVISIONS, pairs

YAML = MAIN.read_text()


def _configuration(session: Session, version: str) -> Any:
    flow = session.emulator.flow("Main line")
    return session.get(f"/flows/{flow.id}/versions/{version}/configuration")


def _changes(before: Any, after: Any) -> list[tuple[Any, Any]]:
    found, todo = [], [(before, after)]
    while todo:
        one, other = todo.pop()
        if type(one) is not type(other):
            found.append((one, other))
        elif isinstance(one, dict):
            todo += [(one.get(key), other.get(key)) for key in one | other]
        elif isinstance(one, list) and len(one) == len(other):
            todo += zip(one, other, strict=True)
        elif one != other:
            found.append((one, other))
    return found


def test_each_version_says_who_made_it_and_when_alike_everywhere(serve: Serve) -> None:
    session = serve(MAIN)
    session.time.now += 3600
    session.publish(YAML)
    session.time.now += 60
    session.emulator.colleague("check-in", "Main line", yaml=YAML)
    session.emulator.colleague("draft", "Main line", yaml=YAML, as_client="Nightly")
    (listed,) = session.get("/flows")["entities"]
    flow = session.get(f"/flows/{listed['id']}")
    assert flow == listed
    own, others = session.emulator.client, session.emulator.world.state.clients.values()
    nightly = next(client for client in others if client.name == "Nightly")
    assert flow["publishedVersion"]["createdByClient"]["id"] == own.id
    assert flow["publishedVersion"]["createdByClient"]["name"] == own.name
    assert flow["publishedVersion"]["datePublished"] == "2027-01-15T09:00:01.000Z"
    assert flow["publishedVersion"]["dateCreated"] == 1_800_003_601_000
    assert flow["checkedInVersion"]["createdBy"]["name"] == "A Colleague"
    assert flow["checkedInVersion"]["dateCheckedIn"] == 1_800_003_661_000
    assert flow["savedVersion"]["createdByClient"]["id"] == nightly.id
    assert flow["savedVersion"]["dateSaved"] == 1_800_003_661_000
    assert flow["lockedClient"]["name"] == "Nightly"
    versions = session.get(f"/flows/{flow['id']}/versions")["entities"]
    assert [version["id"] for version in versions] == ["3.0", "2.0", "1.0"]
    assert versions[1] == flow["publishedVersion"] == session.get(f"/flows/{flow['id']}/versions/2.0")


def test_an_edit_changes_one_text_and_keeps_ids_and_description(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    session.send("PUT", f"/flows/{flow.id}", {"description": "Stamped"})
    session.emulator.colleague("edit", "Main line", nth=1)
    before, after = _configuration(session, "1.0"), _configuration(session, "2.0")
    assert after["description"] == "Stamped"
    assert before["description"] == "Where everybody calls"
    changed = [pair for pair in _changes(before, after) if pair != ("Where everybody calls", "Stamped")]
    assert len(changed) == 1
    assert "(edited 1)" in changed[0][1]
    export = session.export(flow.id).decode()
    assert 'Press 1 for "sales" (edited 1)' in export
    assert "description: Stamped" in export
    shown = session.get(f"/flows/{flow.id}")
    assert (shown["publishedVersion"]["id"], shown["publishedBy"]["name"]) == ("2.0", "A Colleague")
    assert "lockedUser" not in shown


def test_an_edit_moves_a_call_to_another_queue(serve: Serve) -> None:
    session = serve(MAIN)
    session.emulator.colleague("edit", "Main line", text="Support", nth=2, then="draft")
    flow = session.emulator.flow("Main line")
    after = session.get(f"/flows/{flow.id}/latestconfiguration")
    queue = after["flowSequenceItemList"][0]["menuChoiceList"][0]["action"]["queues"][0]
    known = session.get("/routing/queues", name="Support")["entities"][0]["id"]
    assert (queue["text"], queue["config"]["lit"]["val"]) == ("Support", known)
    assert (flow.published, flow.locked_by.name if flow.locked_by else "") == ("1.0", "A Colleague")


def test_any_edit_is_one_of_the_generator(serve: Serve) -> None:
    def edited() -> list[str]:
        session = serve(MAIN, rng=random.Random(4))
        for _ in range(3):
            session.emulator.colleague("edit", "Main line")
        return [session.export(session.emulator.flow("Main line").id, f"{n}.0").decode() for n in (1, 2, 3, 4)]

    first = edited()
    assert first == edited()
    assert all(before != after for before, after in pairwise(first))


def test_every_published_flow_can_be_edited_in_both_its_forms() -> None:
    need_corpus()
    edited, quiet = 0, 0
    twins = {yaml: export for yaml, export in pairs() if yaml.name not in DIFFERENT_REVISIONS}
    for path in (path for path in corpus_files() if path.parent.parent.name == "architect-yaml"):
        emulator = Emulator(seeds=[path, *([twins[path]] if path in twins else [])], rng=random.Random(1))
        flow, world = emulator.seeded[0], emulator.world
        before = world.content(flow.versions[-1].content)
        try:
            emulator.colleague("edit", flow.id, nth=1)
        except ValueError:
            quiet += 1
            continue
        edited += 1
        after = world.content(flow.versions[-1].content)
        assert after.is_pair == before.is_pair
        assert after.yaml != before.yaml
        if before.configuration is not None:
            assert 1 <= len(_changes(before.configuration, after.configuration)) <= 4, path
            assert _signature("flow.json", json.dumps(after.configuration)) == _signature("flow.yaml", after.yaml)
    assert (edited, quiet) == (56, 18)


def _signature(name: str, text: str) -> object:
    flow = read_flow(name, text.encode()).flow
    assert isinstance(flow, ArchitectFlow)
    return signature(flow)


def test_the_editor_keeps_name_and_description_unless_they_are_changed(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.emulator.flow("Main line")
    session.send("PUT", f"/flows/{flow.id}", {"description": "Stamped"})
    session.emulator.colleague("publish", "Main line", yaml=YAML.replace("Press 1", "Press one"))
    assert _configuration(session, "2.0")["description"] == "Stamped"
    session.emulator.colleague("rename", "Main line", name="Second line", description="Other")
    session.emulator.colleague("publish", "Second line", yaml=YAML)
    shown = session.get(f"/flows/{flow.id}")
    assert (shown["name"], shown["description"]) == ("Second line", "Other")
    last = session.get(f"/flows/{flow.id}/versions/3.0/configuration")
    assert (last["name"], last["description"]) == ("Second line", "Other")


def test_a_restored_version_is_the_published_one(serve: Serve) -> None:
    session = serve(MAIN)
    session.publish(YAML.replace("Press 1", "Press one"))
    session.emulator.colleague("restore", "Main line", version="1.0")
    flow = session.get("/flows")["entities"][0]
    assert (flow["publishedVersion"]["id"], flow["checkedInVersion"]["id"]) == ("1.0", "2.0")
    session.emulator.colleague("publish", "Main line", version="2.0")
    flow = session.get("/flows")["entities"][0]
    assert flow["publishedVersion"]["id"] == "3.0"
    assert "Press one" in session.export(flow["id"]).decode()
    with pytest.raises(ValueError, match=r"has no version 9\.0"):
        session.emulator.colleague("restore", "Main line", version="9.0")


def test_a_deed_on_no_flow_is_said(serve: Serve) -> None:
    session = serve(MAIN)
    with pytest.raises(KeyError, match="Nobody"):
        session.emulator.colleague("lock", "Nobody")
    session.emulator.fault(method="POST", path="/api/v2/flows/jobs", colleague={"does": "lock"})
    session.register()
    assert "not done: no flow is named" in session.emulator.log.text()


def test_an_edit_of_nothing_is_refused(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "quiet.yaml").write_text(
        "workflow:\n  name: Quiet\n  startUpRef: ./states/state[A]\n  states:\n    - state:\n        name: A\n"
        "        actions:\n          - endWorkflow:\n              exitReason:\n                noValue: true\n"
    )
    session = serve(tmp_path)
    with pytest.raises(ValueError, match="Nothing in the flow `Quiet` can be edited"):
        session.emulator.colleague("edit", "Quiet")
