"""One file in two organisations, node graphs that are compiled, and plans without any platform."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ivr_action.deploy.plan import plan, plan_offline
from ivr_action.deploy.run import deploy
from ivr_action.deploy.stamp import read
from ivr_action.deploy.values import Deployable, Options, Target
from ivr_action.flow.flow import Flow
from ivr_action.flow.read import read_flow
from ivr_action.model.deployment import Result
from ivr_action.model.finding import Finding, Level, Location
from ivr_action.model.plan import Verdict
from tests.deploy.bench import MAIN, NAME, PATH, YAML, Bench, Serve, deployable

TEMPLATE = YAML.replace("name: Main line", 'name: "{{name}}"').replace('\\"sales\\"', "{{team}}")
VALUES = {"test": {"name": "Main line (test)", "team": "the test desk"}, "prod": {"name": "Main line", "team": "sales"}}


def rendered(environment: str) -> Deployable:
    text = TEMPLATE
    for key, value in VALUES[environment].items():
        text = text.replace("{{" + key + "}}", value)
    flow = read_flow(PATH, TEMPLATE.encode(), VALUES[environment]).flow
    assert flow is not None
    return Deployable(PATH, flow, text)


def test_two_organisations_with_values_and_ids_of_their_own(serve: Serve) -> None:
    benches = {"test": serve(MAIN), "prod": serve(MAIN)}
    ids = {}
    for environment, bench in benches.items():
        bench.repository.add({PATH: TEMPLATE})
        id_ = bench.flow.id
        bench.target = Target(environment, bench.emulator.world.state.organization_id, {PATH: id_})
        options = Options(allow_rename=True, adopt="git")
        for expected in (Result.DEPLOYED, Result.UNCHANGED):
            [flow] = deploy([rendered(environment)], bench.ground(), bench.target, options).flows
            assert (flow.result, flow.flow_id) == (expected, id_), flow.message
        ids[environment] = id_
        assert VALUES[environment]["team"] in json.dumps(configuration(bench, VALUES[environment]["name"]))
    assert ids["test"] != ids["prod"]
    [wrong] = plan([rendered("prod")], benches["test"].ground(), Target("x", "", {PATH: ids["prod"]}), Options()).flows
    assert wrong.verdict is Verdict.REFUSED
    assert "leads to no flow" in wrong.reason


def configuration(bench: Bench, name: str) -> object:
    flow = bench.emulator.flow(name)
    return bench.emulator.world.content(flow.versions[-1].content).configuration


# -- compiled ----------------------------------------------------------------------------------------------------------

GRAPH = {
    "name": NAME,
    "type": "inboundcall",
    "description": "Where everybody calls",
    "startNodeId": "Main Menu",
    "nodes": {
        "Main Menu": {"id": "Main Menu", "type": "menu", "transitionConditions": []},
        "Sales": {"id": "Sales", "type": "transferToAcd", "transitionConditions": []},
    },
}


@dataclass
class Made:
    yaml: str
    problems: tuple[Finding, ...] = ()


def test_a_node_graph_is_compiled_for_the_public_platform(serve: Serve) -> None:
    bench = serve(MAIN)
    bench.more["compile"] = lambda flow: Made(YAML)
    bench.repository.add({"flows/main.json": json.dumps(GRAPH)})
    assert bench.deployed().to_version == "2.0"
    stamp = read(bench.flow.description)
    assert stamp is not None
    assert stamp.file != stamp.published
    assert bench.deployed().result is Result.UNCHANGED
    bench.more["compile"] = lambda flow: Made(YAML.replace(" " * 18 + "name: Sales\n", " " * 18 + "name: Sails\n"))
    bench.repository.add({"flows/main.json": json.dumps({**GRAPH, "variables": [{"name": "x"}]}, indent=1)})
    flow = bench.deployed()
    assert flow.result is Result.REFUSED
    lines = bench.repository.commits[-1]["flows/main.json"].splitlines()
    line = next(number for number, text in enumerate(lines, 1) if '"Sales": {' in text)
    assert [(one.rule, one.location.path, one.location.line) for one in flow.findings] == [
        ("missing-reference", "flows/main.json", line)
    ]
    bench.emulator.colleague("publish", NAME, yaml=YAML.replace("Press 1", "Push 1"))
    assert bench.planned().verdict is Verdict.DRIFTED


def test_a_node_graph_that_cannot_be_compiled(serve: Serve) -> None:
    bench = serve(MAIN)
    bench.repository.add({"flows/main.json": json.dumps(GRAPH)})
    assert bench.planned().reason == "The file is a node graph, which the platform takes as Architect YAML only."
    problem = Finding(
        "not-expressible",
        Level.ERROR,
        "`choose` has a condition that Architect has no words for.",
        "",
        Location("flows/main.json", 3),
    )
    bench.more["compile"] = lambda flow: Made("", (problem,))
    planned = bench.planned()
    assert (planned.verdict, planned.findings) == (Verdict.REFUSED, (problem,))
    assert planned.reason == problem.message


# -- offline -----------------------------------------------------------------------------------------------------------


def test_against_the_base_commit() -> None:
    changed = YAML.replace("Press 1", "Choose 1")
    before: dict[str, Flow] = {path: deployable(path, YAML).flow for path in ("same.yaml", "changed.yaml", "name.yaml")}
    now = {
        "same.yaml": f"# a comment\n{YAML}",
        "changed.yaml": changed,
        "name.yaml": YAML.replace("name: Main line", "name: Other line"),
        "new.yaml": YAML,
        "described.yaml": YAML,
    }
    before["described.yaml"] = deployable("described.yaml", YAML.replace("Where everybody", "Where nobody")).flow
    found = plan_offline([deployable(path, text) for path, text in now.items()], before.get, "prod")
    assert (found.against, found.environment, found.stops) == ("base", "prod", False)
    assert [(flow.path, flow.verdict) for flow in found.flows] == [
        ("same.yaml", Verdict.UNCHANGED),
        ("changed.yaml", Verdict.UPDATE),
        ("name.yaml", Verdict.UPDATE),
        ("new.yaml", Verdict.CREATE),
        ("described.yaml", Verdict.UPDATE),
    ]
    assert found.notices == ("No credentials: compared with the base commit's files. What is live was not looked at.",)
    flows = {flow.path: flow for flow in found.flows}
    assert flows["name.yaml"].notices == (
        (
            "The flow was named `Main line`. Where that is live, `allow-rename: true` renames it; without it the "
            "deployment is refused, since a second flow would be made."
        ),
    )
    assert flows["same.yaml"].changes is None
    changes = flows["changed.yaml"].changes
    assert changes is not None
    assert [node.node for node in changes.nodes] == ["menu/Main Menu"]
