"""What comes back of a flow is never what was uploaded: exports and configurations."""

from __future__ import annotations

import base64
import io
import json
import random
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from ivr_action.emulator.archy import export_yaml, ordered
from ivr_action.emulator.configuration.sameness import signature
from ivr_action.emulator.configuration.write import UnwritableError, write_configuration
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow
from ivr_action.flow.yamltext import PLACEHOLDER
from tests.corpus import corpus_files, need_corpus
from tests.emulator.conftest import MAIN, Serve
from tests.flow.test_pairs import DIFFERENT_REVISIONS, pairs

UNWRITABLE = {
    "cicd-sample-digital-bot-flow.yaml": "a literal of the keys presentation",
    "digital-bot.yaml": "a literal of the keys presentation",
}
"""Published flows that the emulator answers 501 for, and why."""


def _corpus() -> list[Path]:
    return [path for path in corpus_files() if path.parent.parent.name == "architect-yaml"]


def _filled(path: Path) -> ArchitectFlow:
    text = PLACEHOLDER.sub(lambda match: match[1], path.read_text(encoding="utf-8-sig"))
    flow = read_flow(path.name, text.encode()).flow
    assert isinstance(flow, ArchitectFlow)
    return flow


def _guid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def test_the_corpus_is_there() -> None:
    need_corpus()
    assert len(_corpus()) == 74


@pytest.mark.parametrize("path", _corpus(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_configuration_is_the_same_flow_or_is_refused(path: Path) -> None:
    flow = _filled(path)
    rng = random.Random(1)
    if path.name in UNWRITABLE:
        with pytest.raises(UnwritableError, match=UNWRITABLE[path.name]):
            write_configuration(flow, lambda kind, name: "", lambda: _guid(rng))
        return
    made = write_configuration(flow, lambda kind, name: "", lambda: _guid(rng))
    again = read_flow("configuration.json", json.dumps(made).encode()).flow
    assert again is not None
    assert signature(again) == signature(flow)
    numbers = [item["trackingId"] for item in _numbered(made)]
    assert len(numbers) == len(set(numbers))
    ids = [item["id"] for item in _numbered(made)]
    assert len(ids) == len(set(ids))


def _numbered(root: object) -> list[dict[str, object]]:
    found, todo = [], [root]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if "trackingId" in value:
                found.append(value)
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
    return found


@pytest.mark.parametrize("path", _corpus(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_export_is_the_same_flow_and_exports_as_itself(path: Path) -> None:
    flow = _filled(path)
    text = export_yaml(flow)
    again = read_flow("export.yaml", text.encode()).flow
    assert isinstance(again, ArchitectFlow)
    assert signature(again) == signature(flow)
    assert export_yaml(again) == text


EDITED = {
    ("Proactive_callback_connect.yaml", "playAudio", ".prompts.defaultAudio"),
    ("Proactive_callback_offer.yaml", "updateData", ".variables[0].expression"),
    ("Switch_to_Web_Messaging_via_SMS.yaml", "updateData", ".variables[0].expression"),
    *(("CacheExampleFlow.yaml", "callData", f".inputs[{number}].value") for number in range(3)),  # another order
    *(("CacheExampleFlow.yaml", "dataTableLookup", f".outputs[{number}].value") for number in range(2)),
}
"""Expressions that somebody edited between a published YAML and its export."""


def test_written_configurations_have_the_expressions_of_the_published_ones() -> None:
    """Every expression at the same place has the same text, but for templates and real edits."""
    need_corpus()
    shared, different = 0, set()
    for path, export in pairs():
        if path.name in DIFFERENT_REVISIONS:
            continue
        flow, theirs = (read_flow(file.name, file.read_bytes()).flow for file in (path, export))
        assert isinstance(flow, ArchitectFlow)
        assert isinstance(theirs, ArchitectFlow)
        rng = random.Random(1)
        made = write_configuration(flow, lambda kind, name: "", lambda rng=rng: _guid(rng))  # type: ignore[misc]
        ours = read_flow("configuration.json", json.dumps(made).encode()).flow
        assert isinstance(ours, ArchitectFlow)
        published = {action.id: dict(_expressions(action.params)) for action in theirs.actions}
        for action in ours.actions:
            for place, text in _expressions(action.params):
                wanted = published[action.id].get(place)
                shared += wanted is not None
                if wanted is not None and wanted != text and not text.startswith(("{{", "<")):
                    different.add((path.name, action.type, place))
    assert different == EDITED
    assert shared == 888


def _expressions(root: object) -> Iterator[tuple[str, str]]:
    todo: list[tuple[object, str]] = [(root, "")]
    while todo:
        value, place = todo.pop()
        if isinstance(value, dict) and "text" in value and "type" in value:
            yield place, value["text"]
        elif isinstance(value, dict):
            todo += [(item, f"{place}.{key}") for key, item in value.items() if key not in ("uiMetaData", "config")]
        elif isinstance(value, list):
            todo += [(item, f"{place}[{number}]") for number, item in enumerate(value)]


def test_uploaded_bytes_never_come_back(serve: Serve) -> None:
    session = serve()
    session.publish(MAIN.read_text(), createStubs=True)
    flow = session.emulator.flow("Main line")
    export = session.export(flow.id).decode()
    assert "comment" not in export
    assert export.index("startUpRef") < export.index("defaultLanguage")
    assert "startUpRef: /inboundCall/menus/menu[Main Menu_10]" in export
    assert "refId: Support_13" in export
    assert "targetTaskRef: /inboundCall/tasks/task[Support_13]" in export
    task = export[export.index("- task:") :]
    assert task.index("name: Support") < task.index("refId") < task.index("actions")


def test_a_new_publication_has_new_ids_and_the_change(serve: Serve) -> None:
    session = serve(MAIN)
    session.publish(MAIN.read_text().replace("Press 1", "Press one"))
    flow = session.emulator.flow("Main line")
    old, new = (session.get(f"/flows/{flow.id}/versions/{version}/configuration") for version in ("1.0", "2.0"))
    assert session.get(f"/flows/{flow.id}/latestconfiguration") == new
    assert "Press one" in json.dumps(new)
    assert "Press one" not in json.dumps(old)
    assert old["initialSequence"] != new["initialSequence"]
    queue = session.get("/routing/queues", name="Sales")["entities"][0]["id"]
    choice = new["flowSequenceItemList"][0]["menuChoiceList"][0]["action"]
    assert choice["queues"][0]["config"]["lit"]["val"] == queue


def test_an_older_version_is_exported_by_its_label(serve: Serve) -> None:
    session = serve(MAIN)
    session.publish(MAIN.read_text().replace("Press 1", "Press one"))
    flow = session.emulator.flow("Main line")
    assert "Press 1" in session.export(flow.id, "1.0").decode()
    assert "Press one" in session.export(flow.id).decode()


def test_several_flows_come_as_a_zip_and_one_in_the_editors_form(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(MAIN.read_text().replace("Main line", "Other line"))
    session = serve(MAIN, tmp_path)
    ids = [session.emulator.flow(name).id for name in ("Main line", "Other line")]
    body = {"flows": [{"flow": {"id": id_}, "fileName": f"flow-{number}"} for number, id_ in enumerate(ids)]}
    job = session.send("POST", "/flows/export/jobs", body)
    assert job["totalFlows"] == 2
    session.time.now += 1
    url = session.get(f"/flows/export/jobs/{job['id']}")["downloadUrl"]
    assert httpx.get(url, headers={"authorization": "Bearer x"}).status_code == 400
    assert httpx.get(url + "x").status_code == 403
    with zipfile.ZipFile(io.BytesIO(httpx.get(url).content)) as archive:
        assert archive.namelist() == ["flow-0.yaml", "flow-1.yaml"]
    editor = session.export(ids[0], kind="Architect")
    configuration = json.loads(unquote(base64.b64decode(editor).decode()))
    assert configuration == session.get(f"/flows/{ids[0]}/latestconfiguration")


def test_an_export_of_a_flow_that_is_not_there_fails_as_the_platform_does(serve: Serve) -> None:
    session = serve()
    job = session.send("POST", "/flows/export/jobs", {"flows": [{"flow": {"id": "none"}}]})
    session.time.now += 1
    done = session.get(f"/flows/export/jobs/{job['id']}", expand="messages")
    assert done["status"] == "Failure"
    assert done["messages"][0]["text"] == "could not find the flow with id 'none'"


def test_what_cannot_be_written_is_501(serve: Serve) -> None:
    session = serve()
    yaml = MAIN.read_text().replace("disconnect:\n              none: true", "foo:\n              name: Strange")
    job = session.publish(yaml, createStubs=True)
    refused = session.get(f"/flows/{job['flow']['id']}/latestconfiguration", status=501)
    assert "the action type `foo`" in refused["message"]
    assert "Strange" in session.export(job["flow"]["id"]).decode()


def test_a_key_that_no_export_has_stays_behind_its_neighbour() -> None:
    assert ordered(["zeta", "outputs", "condition", "eta", "name"], ["name", "condition", "outputs"]) == [
        "name",
        "zeta",
        "condition",
        "eta",
        "outputs",
    ]
