"""Look-ups by name, dependency tracking, seeds and the folder."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from ivr_action.emulator.server import Emulator
from tests.corpus import need_corpus
from tests.emulator.conftest import MAIN, Serve

ORGANISATION = """\
emulator: 1
organization: Acme
queues: [Sales, Sales North, {name: Service, id: 11111111-1111-4111-8111-111111111111, description: Repairs}]
prompts: [please_wait, welcome]
data_actions: [{name: Get order, category: Orders}]
data_tables: [Holidays]
schedules: [Weekdays]
schedule_groups: [Opening hours]
skills: [Voice, Video]
ivrs: [{name: Main number, dnis: ["+15550100"], version: 4}]
"""


@pytest.mark.parametrize(
    ("path", "name", "found"),
    [
        ("/routing/queues", "sales", ["Sales"]),
        ("/routing/queues", "Sales*", ["Sales", "Sales North"]),
        ("/routing/queues/divisionviews/all", "Service", ["Service"]),
        ("/architect/prompts", "welcome", ["welcome"]),
        ("/architect/prompts", "welcome,please_wait", ["please_wait", "welcome"]),
        ("/integrations/actions", "order", ["Get order"]),
        ("/flows/datatables", "HOLIDAYS", ["Holidays"]),
        ("/architect/schedules", "Weekdays", ["Weekdays"]),
        ("/architect/schedulegroups", "Opening", []),
        ("/routing/skills", "V", ["Video", "Voice"]),
        ("/architect/ivrs", "Main number", ["Main number"]),
    ],
)
def test_a_look_up_finds_by_the_filter_of_its_kind(
    serve: Serve, tmp_path: Path, path: str, name: str, found: list[str]
) -> None:
    (tmp_path / "organisation.yaml").write_text(ORGANISATION)
    session = serve(tmp_path)
    entities = session.get(path, name=name)["entities"]
    assert [entity["name"] for entity in entities] == found
    for entity in entities:
        assert session.get(f"{path.removesuffix('/divisionviews/all')}/{entity['id']}")["name"] == entity["name"]


def test_a_described_organisation_keeps_ids_and_further_keys(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "organisation.yaml").write_text(ORGANISATION)
    session = serve(tmp_path)
    assert session.get("/organizations/me")["name"] == "Acme"
    queue = session.get("/routing/queues/11111111-1111-4111-8111-111111111111")
    assert (queue["name"], queue["description"]) == ("Service", "Repairs")
    assert session.get("/architect/ivrs", dnis="+15550100")["entities"][0]["version"] == 4


def test_a_flow_has_versions_a_draft_and_a_lock_where_the_description_says_so(serve: Serve, tmp_path: Path) -> None:
    shutil.copy(MAIN, tmp_path / "main.yaml")
    for name, word in (("old.yaml", "Before"), ("draft.yaml", "Later")):
        (tmp_path / name).write_text(MAIN.read_text().replace("Where everybody calls", word))
    (tmp_path / "organisation.yaml").write_text(
        "emulator: 1\nflows:\n  - {file: main.yaml, earlier: [old.yaml], draft: draft.yaml}\n"
    )
    session = serve(tmp_path / "organisation.yaml")
    flow = session.get("/flows")["entities"][0]
    assert (flow["publishedVersion"]["id"], flow["lockedUser"]["name"]) == ("2.0", "A Colleague")
    said = [
        session.get(f"/flows/{flow['id']}/versions/{version}/configuration")["description"]
        for version in ("1.0", "2.0", flow["savedVersion"]["id"])
    ]
    assert said == ["Before", "Where everybody calls", "Later"]


ROUTES = """\
emulator: 1
organization: {name: Acme, id: 22222222-2222-4222-8222-222222222222}
flows: [{file: main.yaml, id: 33333333-3333-4333-8333-333333333333}]
schedule_groups: [Opening hours]
queues: [Sales]
ivrs:
  - name: Main number
    dnis: ["+15550100", "+15550101"]
    openHoursFlow: Main line
    closedHoursFlow: Night
    holidayHoursFlow: Night
    scheduleGroup: Opening hours
  - {name: Test number, dnis: ["+15550199"], openHoursFlow: Night}
"""
CONSUMERS = "/architect/dependencytracking/consumingresources"


def _with_routes(folder: Path) -> Path:
    shutil.copy(MAIN, folder / "main.yaml")
    (folder / "night.yaml").write_text(MAIN.read_text().replace("Main line", "Night"))
    (folder / "organisation.yaml").write_text(ROUTES)
    return folder


def test_routes_lead_into_flows_by_id_and_show_their_names(serve: Serve, tmp_path: Path) -> None:
    session = serve(_with_routes(tmp_path))
    main, night = session.emulator.flow("Main line"), session.emulator.flow("Night")
    assert main.id == "33333333-3333-4333-8333-333333333333"
    ivrs = session.get("/architect/ivrs")["entities"]
    first = ivrs[0]
    assert first["openHoursFlow"] == {"id": main.id, "name": "Main line", "selfUri": f"/api/v2/flows/{main.id}"}
    assert (first["closedHoursFlow"]["id"], first["holidayHoursFlow"]["name"]) == (night.id, "Night")
    assert (first["scheduleGroup"]["name"], first["version"], first["state"]) == ("Opening hours", 1, "active")
    assert session.get(f"/architect/ivrs/{first['id']}") == first
    group = session.get("/architect/schedulegroups")["entities"][0]["id"]
    assert session.get("/architect/ivrs", scheduleGroup=group)["entities"] == [first]
    assert session.get("/architect/ivrs", dnis="+15550101")["total"] == 1
    assert session.get("/architect/ivrs", dnis="+15550102")["total"] == 0
    session.emulator.colleague("rename", "Main line", name="First line")
    assert session.get(f"/architect/ivrs/{first['id']}")["openHoursFlow"]["name"] == "First line"


def test_routes_are_users_of_their_flows(serve: Serve, tmp_path: Path) -> None:
    session = serve(_with_routes(tmp_path))
    night = session.emulator.flow("Night")
    query: dict[str, Any] = {"id": night.id, "objectType": "INBOUNDCALLFLOW", "flowFilter": "published"}
    users = session.get(CONSUMERS, **query)["entities"]
    assert [(user["type"], user["name"]) for user in users] == [
        ("IVRCONFIGURATION", "Main number"),
        ("IVRCONFIGURATION", "Test number"),
    ]
    assert session.get(CONSUMERS, **query, resourceType="QUEUE")["total"] == 0
    refused = session.send("DELETE", f"/flows/{night.id}", status=409)
    assert refused["code"] == "architect.flow.cannot.delete.used.in.ivr.configs"


def test_a_flow_is_in_the_division_that_its_file_names(serve: Serve, tmp_path: Path) -> None:
    yaml = MAIN.read_text()
    (tmp_path / "main.yaml").write_text(
        yaml.replace("  name: Main line\n", "  name: Main line\n  division: North\n", 1)
    )
    session = serve(tmp_path)
    flow = session.emulator.flow("Main line")
    assert session.get(f"/flows/{flow.id}")["division"]["name"] == "North"
    session.publish(yaml)
    assert session.get(f"/flows/{flow.id}")["division"]["name"] == "North"
    assert "division: North" in session.export(flow.id).decode()
    home = session.get("/authorization/divisions", name="Home")["entities"][0]["id"]
    session.send("PUT", f"/flows/{flow.id}", {"division": {"id": home}})
    assert "division:" not in session.export(flow.id).decode()
    assert "division: Home" in session.export(flow.id, "1.0").decode()


def test_a_queue_leads_into_the_flow_of_its_waiting(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "wait.yaml").write_text(
        "inqueueCall:\n  name: Wait\n  startUpTaskActions:\n    - disconnect:\n        name: Bye\n"
    )
    (tmp_path / "organisation.yaml").write_text("emulator: 1\nqueues: [{name: Sales, queueFlow: Wait}]\n")
    session = serve(tmp_path)
    flow = session.emulator.flow("Wait")
    (queue,) = session.get("/routing/queues")["entities"]
    assert queue["queueFlow"]["id"] == flow.id
    users = session.get(CONSUMERS, id=flow.id, objectType="INQUEUECALLFLOW")["entities"]
    assert [(user["type"], user["id"]) for user in users] == [("QUEUE", queue["id"])]
    assert session.send("DELETE", f"/flows/{flow.id}", status=409)["code"].endswith("used.in.queues")


def test_a_route_to_a_flow_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "organisation.yaml").write_text("emulator: 1\nivrs: [{name: Main number, openHoursFlow: Gone}]\n")
    with pytest.raises(ValueError, match="ivr `Main number` has the openHoursFlow `Gone`"):
        Emulator(seeds=[tmp_path])


def test_two_organisations_are_told_apart_by_their_tokens(serve: Serve, tmp_path: Path) -> None:
    shown = []
    for name, digit in (("Acme", "2"), ("Acme test", "4")):
        folder = tmp_path / digit
        folder.mkdir()
        id_ = f"{digit * 8}-2222-4222-8222-222222222222"
        (folder / "organisation.yaml").write_text(
            f"# Ours.\n\nemulator: 1\norganization: {{name: {name}, id: {id_}}}\n"
        )
        session = serve(folder)
        me = session.get("/tokens/me")
        assert (me["organization"]["name"], me["organization"]["id"]) == (name, id_)
        assert session.get("/organizations/me")["id"] == id_
        client = session.emulator.client
        assert (me["OAuthClient"]["id"], me["OAuthClient"]["name"]) == (client.id, client.name)
        shown.append((me["organization"]["id"], client.id))
    assert len({part for pair in shown for part in pair}) == 4


def test_what_a_flow_uses_and_who_uses_it(serve: Serve) -> None:
    session = serve(MAIN)
    flow = session.get("/flows")["entities"][0]
    assert session.get("/architect/dependencytracking/build")["status"] == "OPERATIONAL"
    query = {"id": flow["id"], "version": "1.0", "objectType": "INBOUNDCALLFLOW"}
    used = session.get("/architect/dependencytracking/consumedresources", **query)["entities"]
    assert {(item["type"], item["name"]) for item in used} == {
        ("QUEUE", "Sales"), ("QUEUE", "Support"), ("USERPROMPT", "please_wait"),
    }  # fmt: skip
    queue = next(item for item in used if item["name"] == "Sales")
    users = session.get(
        "/architect/dependencytracking/consumingresources", id=queue["id"], objectType="QUEUE", flowFilter="published"
    )["entities"]
    assert [(item["id"], item["type"], item["version"]) for item in users] == [(flow["id"], "INBOUNDCALLFLOW", "1.0")]
    only = session.get("/architect/dependencytracking/consumedresources", **query, resourceType="USERPROMPT")
    assert only["total"] == 1


def test_a_published_pair_serves_the_platforms_own_configuration(serve: Serve) -> None:
    corpus = need_corpus()
    yaml = corpus / "architect-yaml" / "ani-blacklist"
    export = corpus / "architect-export" / "ani-blacklist"
    session = serve(yaml, export)
    (flow,) = session.get("/flows")["entities"]
    assert (flow["name"], flow["type"]) == ("blacklist", "WORKFLOW")  # its name is `{{flow_name}}`: named by its file
    configuration = session.get(f"/flows/{flow['id']}/versions/1.0/configuration")
    assert configuration["name"] == "blacklist"
    lookup = next(
        action
        for action in configuration["flowSequenceItemList"][0]["actionList"]
        if action["__type"] == "DataTableLookupAction"
    )
    assert lookup["id"] == "82dac79c-fbd6-49b0-916b-f415f1d8bcc7"  # of the export, not written by the emulator


def test_an_export_without_yaml_is_served_but_not_exported_as_yaml(serve: Serve) -> None:
    session = serve(need_corpus() / "architect-export" / "ani-blacklist")
    (flow,) = session.get("/flows")["entities"]
    body = {"flows": [{"flow": {"id": flow["id"]}, "exportType": "Yaml"}]}
    assert session.send("POST", "/flows/export/jobs", body, status=501)["code"] == "emulator.not.implemented"
    assert session.export(flow["id"], kind="Architect").startswith(b"JTdC")


def test_two_different_files_of_one_flow_are_refused(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(MAIN.read_text())
    with pytest.raises(ValueError, match="Two seeds are the flow `Main line`"):
        Emulator(seeds=[MAIN, tmp_path])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("emulator: 1\nqueue: [Sales]\n", "queue: Extra inputs"),
        ("emulator: 2\n", "emulator: Input should be less"),
        ("inboundCall: [\n", "cannot be used"),
    ],
)
def test_a_seed_that_cannot_be_used_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "seed.yaml").write_text(text)
    with pytest.raises(ValueError, match=f"seed.yaml.*{said}"):
        Emulator(seeds=[tmp_path])


def test_a_folder_keeps_everything_and_seeds_do_not_undo_it(serve: Serve, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    first = serve(MAIN, state=folder)
    first.publish(MAIN.read_text().replace("Where everybody", "Nobody"))
    before = first.get("/flows")
    first.emulator.stop()
    again = serve(MAIN, state=folder)
    assert again.emulator.client_id == first.emulator.client_id
    assert again.get("/flows") == before
    assert again.get("/flows")["entities"][0]["publishedVersion"]["id"] == "2.0"
    assert not list(folder.rglob("*.new"))
    with pytest.raises(ValueError, match="written in platform mode"):
        Emulator("specification", state=folder)


def test_a_write_is_in_the_folder_before_it_is_answered(serve: Serve, tmp_path: Path) -> None:
    session = serve(state=tmp_path)
    session.send("POST", "/flows", {"name": "New", "type": "inboundcall"})
    kept = json.loads((tmp_path / "state.json").read_text())
    assert [flow["name"] for flow in kept["flows"].values()] == ["New"]


def test_a_seeded_generator_gives_the_same_ids_in_each_run(serve: Serve) -> None:
    runs = [serve(MAIN, rng=random.Random(7)).emulator for _ in range(2)]
    first, second = ([flow.id for flow in emulator.world.state.flows.values()] for emulator in runs)
    assert first == second
    assert runs[0].client_secret == runs[1].client_secret


def test_the_ready_line_is_what_its_schema_says(serve: Serve) -> None:
    from importlib.resources import files

    from jsonschema import Draft202012Validator

    schema = json.loads(files("ivr_action").joinpath("emulator", "schema", "emulator-1.json").read_text())
    Draft202012Validator(schema).validate(serve(MAIN).emulator.ready_line("1.2.3"))
