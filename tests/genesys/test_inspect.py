"""Looking at flows: exact names, whatever the filter lists; versions, configurations, renames, locks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ivr_action.errors import OutcomeUnknownError
from ivr_action.genesys.errors import BadAnswerError, NotFoundError
from ivr_action.genesys.inspect import Inspector
from ivr_action.genesys.store import FlowRef, RejectedError
from tests.genesys.publishing import NAME, YAML, Serve


def named(folder: Path, *names: str) -> Path:
    """A folder of flows with these names."""
    for number, name in enumerate(names):
        (folder / f"{number}.yaml").write_text(YAML.replace(f"name: {NAME}", f'name: "{name}"'))
    return folder


def test_the_token_says_who_we_are(serve: Serve) -> None:
    ground = serve()
    organisation = ground.inspector.organisation()
    assert (organisation.id, organisation.name) == (
        ground.emulator.world.state.organization_id, "Emulated organisation",
    )  # fmt: skip
    assert (organisation.client_id, organisation.client_name) == (ground.emulator.client_id, "ivr-action")


def test_a_platform_that_names_no_organisation_is_none() -> None:
    with pytest.raises(BadAnswerError, match="names no organisation"):
        Inspector(lambda method, path, **more: {"OAuthClient": {}}).organisation()


def test_a_flow_is_found_by_its_exact_name_in_one_request(serve: Serve, tmp_path: Path) -> None:
    ground = serve(named(tmp_path, "Main line", "main line", "Main", "Main line 2"))
    found = ground.inspector.search(FlowRef("Main line", "INBOUNDCALL"))
    assert found.found is not None
    assert (found.found.id, found.near) == (ground.emulator.flow("Main line").id, ("main line",))
    assert found.found == ground.inspector.state(found.found.id)
    (entry,) = [entry for entry in ground.emulator.log.entries if entry.path == "/api/v2/flows"]
    assert "name=Main+line&type=inboundcall" in entry.query


@pytest.mark.parametrize("name", ["Main*", "*", "M?in line", "[M]ain line", "Main line*", "%", "Main,line"])
def test_no_name_is_a_pattern(serve: Serve, tmp_path: Path, name: str) -> None:
    ground = serve(named(tmp_path, "Main line", "Main"))
    assert ground.inspector.find(FlowRef(name, "inboundcall")) is None


@pytest.mark.parametrize("name", ["Press *", "50% & more?", "a+b", "Zürich — Linie", 'Say \\"hi\\"', "[x]"])
def test_odd_names_are_found(serve: Serve, tmp_path: Path, name: str) -> None:
    ground = serve(named(tmp_path, name, "Press * twice"))
    plain = name.replace("\\", "")
    found = ground.inspector.find(FlowRef(plain, "inboundcall"))
    assert found is not None
    assert found.name == plain


def test_letter_case_and_spaces_are_near_and_not_the_same(serve: Serve, tmp_path: Path) -> None:
    ground = serve(named(tmp_path, "MAIN LINE", "Main  line"))
    search = ground.inspector.search(FlowRef("main line", "inboundcall"))
    assert (search.found, search.near) == (None, ("MAIN LINE",))


def test_another_type_is_another_flow(serve: Serve) -> None:
    ground = serve()
    assert ground.inspector.find(FlowRef(NAME, "workflow")) is None
    assert ground.inspector.find(FlowRef(NAME)) is not None


def test_two_of_a_name_are_named() -> None:
    entities = [
        {"id": "a", "name": "Main", "type": "INBOUNDCALL", "division": {"name": "Home"}},
        {"id": "b", "name": "Main", "type": "WORKFLOW"},
        {"id": "a", "name": "Main", "type": "INBOUNDCALL", "division": {"name": "Home"}},
    ]
    inspector = Inspector(lambda method, path, **more: {"entities": entities})
    with pytest.raises(RejectedError, match="2 flows are named `Main`: inboundcall a in division Home, workflow b"):
        inspector.find(FlowRef("Main"))


def test_a_filter_that_lists_many_is_paged_through(serve: Serve) -> None:
    asked: list[Any] = []

    def call(method: str, path: str, *, query: Any = None, **more: Any) -> Any:
        asked.append(query["pageNumber"])
        number = query["pageNumber"]
        entities = [{"id": f"{number}-{place}", "name": "Other", "type": "INBOUNDCALL"} for place in range(100)]
        if number == 3:
            entities = [{"id": "x", "name": "Main", "type": "INBOUNDCALL"}]
        return {"entities": entities, "pageCount": 3}

    found = Inspector(call).find(FlowRef("Main", "inboundcall"))
    assert found is not None
    assert (found.id, asked) == ("x", [1, 2, 3])


def test_an_id_wins_over_a_name_and_leads_wherever_it_leads(serve: Serve) -> None:
    ground = serve()
    found = ground.inspector.find(FlowRef("Another name", "workflow", ground.id))
    assert found is not None
    assert (found.name, found.type) == (NAME, "inboundcall")
    assert ground.inspector.find(FlowRef(NAME, "inboundcall", "00000000-0000-4000-8000-000000000000")) is None


def test_a_configuration_is_asked_for_once(serve: Serve) -> None:
    ground = serve()
    first = ground.inspector.configuration(ground.id, "1.0")
    assert ground.inspector.configuration(ground.id, "1.0") is first
    assert ground.count("GET /api/v2/flows/{id}/versions/1.0/configuration") == 1
    with pytest.raises(NotFoundError):
        ground.inspector.configuration(ground.id, "7.0")


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_newest_versions_come_first_whichever_way_they_are_listed(newest_first: bool) -> None:
    numbers = range(60, 0, -1) if newest_first else range(1, 61)
    all_ = [{"id": f"{number}.0", "type": "PUBLISH"} for number in numbers]

    def call(method: str, path: str, *, query: Any = None, **more: Any) -> Any:
        size, number = query["pageSize"], query["pageNumber"]
        return {"entities": all_[(number - 1) * size : number * size], "pageCount": -(-len(all_) // size)}

    found = [version.id for version in Inspector(call).versions("f", 25)]
    assert found == [f"{number}.0" for number in range(60, 35, -1)]


def test_versions_of_the_emulator(serve: Serve) -> None:
    ground = serve()
    for _ in range(3):
        ground.emulator.colleague("edit", NAME)
    assert [version.id for version in ground.inspector.versions(ground.id, 2)] == ["4.0", "3.0"]


def test_a_lock_is_taken_away_and_the_draft_kept(serve: Serve) -> None:
    ground = serve()
    ground.emulator.colleague("draft", NAME, yaml=YAML.replace("Press 1", "Press one"))
    state = ground.inspector.unlock(ground.id)
    assert not state.is_locked
    draft = state.draft()
    assert draft is not None
    assert (draft.kind, draft.id, draft.by) == ("checkin", "2.0", "A Colleague")


def test_an_unlock_whose_answer_is_lost_is_looked_after(serve: Serve) -> None:
    ground = serve()
    unlock = {"method": "POST", "path": "/api/v2/flows/actions/unlock"}
    ground.emulator.colleague("lock", NAME)
    ground.emulator.fault(**unlock, drop="before")
    with pytest.raises(OutcomeUnknownError):
        ground.inspector.unlock(ground.id)
    ground.emulator.fault(**unlock, drop="after")
    assert not ground.inspector.unlock(ground.id).is_locked


def test_a_rename_keeps_id_and_description(serve: Serve) -> None:
    ground = serve()
    id_ = ground.id
    state = ground.inspector.rename(id_, "New name")
    assert (state.id, state.name, state.description) == (id_, "New name", "Where everybody calls")
    assert ground.inspector.rename(id_, "New name", "Other").description == "Other"
    ground.emulator.fault(method="PUT", path="/api/v2/flows/*", drop="after")
    assert ground.inspector.rename(id_, "Newer name").name == "Newer name"
    ground.emulator.fault(method="PUT", path="/api/v2/flows/*", drop="before")
    with pytest.raises(OutcomeUnknownError):
        ground.inspector.rename(id_, "Newest name")


def test_a_rename_that_changed_nothing_is_a_failure() -> None:
    inspector = Inspector(lambda method, path, **more: {"id": "f", "name": "Old", "type": "WORKFLOW"})
    with pytest.raises(RejectedError, match="kept the old name"):
        inspector.rename("f", "New")


@pytest.mark.parametrize("answer", [None, [], {"entities": None}, {}])
def test_what_is_no_listing_is_refused(answer: Any) -> None:
    inspector = Inspector(lambda method, path, **more: answer)
    with pytest.raises(BadAnswerError):
        inspector.find(FlowRef("Main"))
