"""Published flows through the life of a version: registered, uploaded, polled, read, exported, published again."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from ivr_action.emulator.archy import export_yaml
from ivr_action.emulator.configuration.sameness import signature
from ivr_action.emulator.world import Pace
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow
from ivr_action.flow.yamltext import PLACEHOLDER
from tests.corpus import corpus_files, need_corpus
from tests.emulator.conftest import Serve
from tests.emulator.test_content import UNWRITABLE


def _paths() -> list[Path]:
    return [path for path in corpus_files() if path.parent.parent.name == "architect-yaml"]


def _read(text: str, name: str = "flow.yaml") -> ArchitectFlow:
    flow = read_flow(name, text.encode()).flow
    assert isinstance(flow, ArchitectFlow)
    return flow


def _filled(path: Path) -> str:
    return PLACEHOLDER.sub(lambda match: match[1], path.read_text(encoding="utf-8-sig"))


@pytest.mark.parametrize("path", _paths(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_published_flow_lives(serve: Serve, path: Path) -> None:
    session = serve(pace=Pace(requests=10_000), rng=random.Random(1))
    yaml = _filled(path)
    flow = _read(yaml)
    if flow.division not in ("", "Home"):
        session.emulator.world.add_entity("division", flow.division)
    job = session.publish(yaml, createStubs=True)
    assert job["status"] == "Success", job["messages"]
    id_ = job["flow"]["id"]
    assert session.get(f"/flows/{id_}")["publishedVersion"]["id"] == "1.0"
    export = session.export(id_).decode()
    assert signature(_read(export)) == signature(flow)
    again = session.publish(export)
    assert (again["status"], again["flow"]["id"]) == ("Success", id_)
    shown = session.get(f"/flows/{id_}")
    assert (shown["publishedVersion"]["id"], shown.get("description", "")) == ("2.0", flow.description)
    assert session.export(id_).decode() == export
    assert session.export(id_, "1.0").decode() == export == export_yaml(_read(export))
    if path.name in UNWRITABLE:
        session.get(f"/flows/{id_}/versions/2.0/configuration", status=501)
        return
    first, second = (session.get(f"/flows/{id_}/versions/{number}.0/configuration") for number in (1, 2))
    for configuration in (first, second):
        assert signature(_read(json.dumps(configuration), "configuration.json")) == signature(flow)
    assert first["initialSequence"] != second["initialSequence"]


def test_flows_of_many_types_are_published() -> None:
    need_corpus()
    types = Counter(_read(_filled(path)).type for path in _paths())
    assert len(types) >= 6
    assert sum(types.values()) == 74
