"""Node graphs in the step, on a platform that holds flows as nodes: a colleague's edit is merged, or stops the save."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr_action.emulator import Emulator, ScaledTime
from tests.conftest import Repository, Step
from tests.step.conftest import Site

FLOW = "flows/pay.json"


def graph() -> dict[str, Any]:
    return {
        "id": "pay",
        "name": "Pay",
        "type": "inboundcall",
        "startNodeId": "hello",
        "nodes": {
            "hello": _node("prompt", [("default", "ask")], "welcome"),
            "ask": _node("menu", [("dtmf == '1'", "pay"), ("default", "bye")], "menu"),
            "pay": _node("prompt", [("default", "bye")], "pay"),
            "bye": _node("disconnect", [], ""),
        },
    }


def _node(type_: str, ways: list[tuple[str, str]], audio: str) -> dict[str, Any]:
    node: dict[str, Any] = {
        "type": type_,
        "transitionConditions": [{"condition": when, "destinationNodeId": to} for when, to in ways],
        "variables": [],
        "properties": {},
    }
    if audio:
        node["properties"] = {"audioResource": {"id": audio, "type": "resource"}}
    return node


@pytest.fixture
def nodes(repository: Repository, step: Step, tmp_path: Path) -> Iterator[Site]:
    seed = tmp_path / "pay.json"
    seed.write_text(json.dumps(graph()), encoding="utf-8")
    time = ScaledTime(100)
    with Emulator("specification", [seed], clock=time.now, pause=time.pause) as emulator:
        config = (
            f"flows: [flows]\nenvironments:\n  test:\n    organisation: {emulator.world.state.organization_id}\n"
            f"    flow-ids: {{{FLOW}: {emulator.flow('Pay').id}}}\n    deploy-tags: v*\n"
        )
        made = Site(emulator, repository, step, time, config)
        made.commit({FLOW: json.dumps(graph(), indent=1)})
        yield made


def changed(node: str, audio: str) -> dict[str, Any]:
    flow = copy.deepcopy(graph())
    flow["nodes"][node]["properties"]["audioResource"]["id"] = audio
    return flow


def test_a_node_graph_is_saved_and_an_edit_of_a_colleague_is_kept(nodes: Site) -> None:
    first = nodes.tag(adopt="git")
    assert first.status == 0, first.out
    nodes.emulator.colleague("edit", "Pay", nodes={"hello": changed("hello", "greeting")["nodes"]["hello"]})
    nodes.commit({FLOW: json.dumps(changed("pay", "pay-now"), indent=1)})
    ran = nodes.tag()
    assert ran.status == 0, ran.out
    (deployed,) = json.loads(ran.outputs["deployed"])
    assert deployed["result"] == "merged"
    live = nodes.emulator.flow("Pay").document["nodes"]
    assert live["hello"]["properties"]["audioResource"]["id"] == "greeting"
    assert live["pay"]["properties"]["audioResource"]["id"] == "pay-now"


@pytest.mark.parametrize(("on_conflict", "status"), [("merge", 3), ("ours", 0)])
def test_two_edits_of_one_field_are_named_or_decided(nodes: Site, on_conflict: str, status: int) -> None:
    assert nodes.tag(adopt="git").status == 0
    nodes.emulator.colleague("edit", "Pay", nodes={"hello": changed("hello", "theirs")["nodes"]["hello"]})
    nodes.commit({FLOW: json.dumps(changed("hello", "ours"), indent=1)})
    ran = nodes.tag(on_conflict=on_conflict)
    assert ran.status == status, ran.out
    live = nodes.emulator.flow("Pay").document["nodes"]["hello"]["properties"]["audioResource"]["id"]
    assert live == ("ours" if status == 0 else "theirs")
    if status:
        assert 'it is "ours" in yours, "theirs" in the live flow' in ran.out


def test_on_the_public_platform_a_node_graph_is_compiled(site: Site) -> None:
    (site.repository.folder / "flows/main.yaml").unlink()
    site.commit({FLOW: json.dumps(graph(), indent=1)})
    unknown = site.tag(allow_create="true")
    assert unknown.status == 3
    assert "title=not-compilable,file=flows/pay.json" in unknown.out
    assert "nobody knows the name of the prompt `welcome`" in unknown.out
    assert site.writes() == []
    prompts = "    prompts: {welcome: greeting_prompt, menu: menu_prompt, pay: pay_prompt}\n"
    site.repository.commit({".ivr-action.yml": f"{site.config}{prompts}"})
    missing = site.tag(allow_create="true")
    assert missing.status == 3
    assert "title=missing-reference,file=flows/pay.json" in missing.out


def test_a_prompt_of_the_same_name_is_found(repository: Repository, step: Step, tmp_path: Path) -> None:
    seed = tmp_path / "organisation.yaml"
    seed.write_text("emulator: 1\norganization: Acme\nprompts: [welcome, menu, pay]\n", encoding="utf-8")
    time = ScaledTime(100)
    with Emulator(seeds=[seed], clock=time.now, pause=time.pause) as emulator:
        config = f"flows: [flows]\nenvironments:\n  test: {{organisation: {emulator.world.state.organization_id}}}\n"
        site = Site(emulator, repository, step, time, config)
        site.commit({FLOW: json.dumps(graph(), indent=1)})
        ran = site.run(command="deploy", allow_create="true")
        assert ran.status == 0, ran.out
        assert site.version("Pay") == "1.0"
        again = site.run(command="deploy")
        assert json.loads(again.outputs["deployed"])[0]["result"] == "unchanged"
