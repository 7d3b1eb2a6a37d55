"""Node graphs on a platform that holds them as the specification has it: saved by PUT, merged with what others did."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ivr_action.deploy.stamp import clean, read
from ivr_action.model.deployment import Result
from ivr_action.model.finding import Finding, Level, Location
from ivr_action.model.plan import Verdict
from tests.deploy.bench import NAME, Bench, Serve, commit

FILE = "flows/main.json"
GRAPH: dict[str, Any] = {
    "id": "main-line",
    "name": NAME,
    "type": "inboundcall",
    "description": "Where everybody calls",
    "startNodeId": "menu",
    "nodes": {
        "menu": {
            "id": "menu",
            "type": "menu",
            "transitionConditions": [
                {"condition": "dtmf == '1'", "destinationNodeId": "sales"},
                {"condition": "default", "destinationNodeId": "bye"},
            ],
            "properties": {"audioResource": {"id": "welcome", "type": "resource"}},
        },
        "sales": {"id": "sales", "type": "transferToAcd", "transitionConditions": [], "properties": {"queue": "Sales"}},
        "bye": {"id": "bye", "type": "disconnect", "transitionConditions": []},
    },
}


def graph(**properties: Mapping[str, Any]) -> str:
    """The flow with other properties of its nodes."""
    changed = copy.deepcopy(GRAPH)
    for node, value in properties.items():
        changed["nodes"][node]["properties"] = value
    return json.dumps(changed, indent=2)


@pytest.fixture
def bench(serve: Serve, tmp_path: Path) -> Bench:
    """The flow was deployed from here as version 2."""
    seed = tmp_path / "main.json"
    seed.write_text(json.dumps(GRAPH))
    found = serve(seed, mode="specification")
    found.repository.add({FILE: graph()})
    assert found.deployed().to_version == "2"
    found.diary.lines.clear()
    return found


def colleague(bench: Bench, **properties: Mapping[str, Any]) -> None:
    bench.emulator.colleague("edit", NAME, nodes={id_: {"properties": value} for id_, value in properties.items()})


def node(bench: Bench, id_: str) -> Any:
    return bench.flow.document["nodes"][id_]["properties"]


AUDIO = {"audioResource": {"id": "other", "type": "resource"}}


def test_requests(bench: Bench) -> None:
    since = bench.asked
    assert bench.deployed().result is Result.UNCHANGED
    assert bench.calls(since) == ["GET /api/v2/tokens/me", "GET /api/v2/flows"]
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    since = bench.asked
    assert bench.deployed().to_version == "3"
    assert bench.calls(since) == [
        "GET /api/v2/tokens/me",
        "GET /api/v2/flows",
        "PUT /api/v2/flows/{id}",
        "GET /api/v2/flows/{id}",
    ]
    stamp = read(bench.flow.description)
    assert stamp is not None
    assert (stamp.commit, stamp.path, clean(bench.flow.description)) == (commit(2), FILE, "Where everybody calls")


def test_both_changes_are_saved(bench: Bench) -> None:
    colleague(bench, menu=AUDIO)
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    planned = bench.planned()
    assert (planned.verdict, planned.notices) == (Verdict.MERGE, ("Taken over from the live flow: `menu`.",))
    flow = bench.deployed()
    assert (flow.result, flow.to_version, flow.conflicts, flow.message) == (
        Result.MERGED,
        "4",
        0,
        "Taken over from the live flow: `menu`.",
    )
    assert (node(bench, "menu"), node(bench, "sales")) == (AUDIO, {"queue": "Service"})
    assert bench.deployed().result is Result.UNCHANGED


def test_a_platform_that_names_who_saved_does_not_make_ours_a_colleagues(bench: Bench) -> None:
    bench.flow.document["modifiedBy"] = {"name": "Deployer"}  # it has no way to say that this is a client
    assert bench.deployed().result is Result.UNCHANGED
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    assert bench.planned().verdict is Verdict.UPDATE
    assert bench.deployed().result is Result.DEPLOYED
    colleague(bench, menu=AUDIO)
    bench.flow.document["modifiedBy"] = {"name": "A Colleague"}
    assert bench.planned().verdict is Verdict.MERGE


def test_what_was_merged_stays_theirs_until_the_file_has_it(bench: Bench) -> None:
    colleague(bench, menu=AUDIO)
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    bench.deploy()
    bench.repository.add({FILE: graph(sales={"queue": "Second"})})
    assert bench.deployed().result is Result.MERGED
    assert (node(bench, "menu"), node(bench, "sales")) == (AUDIO, {"queue": "Second"})
    bench.repository.add({FILE: graph(menu=AUDIO, sales={"queue": "Third"})})
    assert bench.deployed().result is Result.MERGED
    bench.repository.add({FILE: graph(sales={"queue": "Third"})})  # and now it is the file's to take away
    assert bench.deployed().result is Result.DEPLOYED
    assert node(bench, "menu") == GRAPH["nodes"]["menu"]["properties"]


def test_what_was_merged_cannot_be_told_apart_in_a_shallow_checkout(bench: Bench) -> None:
    colleague(bench, menu=AUDIO)
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    bench.deploy()
    bench.repository.add({FILE: graph(sales={"queue": "Second"})})
    bench.repository.shallow = True
    flow = bench.deployed(allow_rollback=True)
    assert flow.result is Result.REFUSED
    assert (
        "Version 4 holds changes of others that are not in the file; which these are is not known, since the file of "
        f"commit {commit(2)[:7]} is not in this checkout. Check out the whole history (`fetch-depth: 0`)."
    ) in flow.message
    assert node(bench, "menu") == AUDIO


def test_what_does_not_go_together(bench: Bench) -> None:
    colleague(bench, sales={"queue": "Theirs"})
    bench.repository.add({FILE: graph(sales={"queue": "Ours"})})
    flow = bench.deployed()
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            f"Version 3 was published after version 2, which was deployed from commit {commit(1)[:7]}: 1 node changed "
            "(`sales`). Publishing the file would take this change away from callers.\n"
            "It cannot be merged with the file's:\n"
            '- Node `sales`: `properties.queue` was "Sales"; it is "Ours" in yours, "Theirs" in the live flow.'
        ),
        "Make the two agree in the file, then deploy again. `on-conflict: ours` lets the file's value count.",
    )
    assert bench.diary.lines == []
    ours = bench.deployed(on_conflict="ours")
    assert (ours.result, ours.message.splitlines()[0]) == (
        Result.MERGED,
        "`on-conflict` is `ours`, so these changes of others are replaced:",
    )
    assert node(bench, "sales") == {"queue": "Ours"}


def test_no_merge_is_wanted(bench: Bench) -> None:
    colleague(bench, menu=AUDIO)
    bench.repository.add({FILE: graph(sales={"queue": "Ours"})})
    flow = bench.deployed(on_conflict="fail")
    assert flow.result is Result.REFUSED
    assert flow.message.splitlines()[1] == "Changed in the live flow: `menu`; and `on-conflict` is `fail`."


def test_somebody_is_faster_while_it_is_saved(bench: Bench) -> None:
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    bench.emulator.fault(
        method="PUT", path="/api/v2/flows/*", colleague={"does": "edit", "nodes": {"menu": {"properties": AUDIO}}}
    )
    flow = bench.deployed()
    assert (flow.result, flow.conflicts, flow.to_version) == (Result.MERGED, 1, "4")
    assert (node(bench, "menu"), node(bench, "sales")) == (AUDIO, {"queue": "Service"})
    stamp = read(bench.flow.description)
    assert stamp is not None
    assert stamp.published != stamp.file
    assert bench.deployed().result is Result.UNCHANGED


def test_somebody_is_faster_and_it_does_not_go_together(bench: Bench) -> None:
    bench.repository.add({FILE: graph(sales={"queue": "Ours"})})
    theirs = {"does": "edit", "nodes": {"sales": {"properties": {"queue": "Theirs"}}}}
    bench.emulator.fault(method="PUT", path="/api/v2/flows/*", colleague=theirs)
    flow = bench.deployed()
    assert (flow.result, node(bench, "sales")) == (Result.REFUSED, {"queue": "Theirs"})
    assert "It cannot be merged with the file's:" in flow.message
    assert bench.diary.lines == ["intent Main line 2 update", "outcome Main line  refused"]


def rejecting(message: str) -> Callable[[Any], list[Finding]]:
    return lambda flow: [Finding("unreachable-node", Level.ERROR, message, "", Location(FILE))]


def test_a_merged_flow_is_checked_before_it_is_sent(bench: Bench) -> None:
    colleague(bench, menu=AUDIO)
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    bench.more["validate"] = rejecting("Node `bye` cannot be reached.")
    flow = bench.deployed()
    assert flow.result is Result.REFUSED
    assert (
        "- Your change and the one in the live flow do not go together: Node `bye` cannot be reached." in flow.message
    )


def test_an_answer_that_is_lost(bench: Bench) -> None:
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    bench.emulator.fault(method="PUT", path="/api/v2/flows/*", drop="after")
    flow = bench.deployed()
    assert (flow.result, flow.to_version, flow.recovered) == (Result.DEPLOYED, "3", True)
    assert "The answer was lost on its way; the version was recognised afterwards." in flow.message


def test_an_earlier_version_again(bench: Bench) -> None:
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    bench.deploy()
    flow = bench.restore("2")
    assert (flow.result, flow.to_version, flow.message) == (
        Result.RESTORED,
        "4",
        f"Version 2, which was deployed from commit {commit(1)[:7]}, is live again, as version 4.",
    )
    assert node(bench, "sales") == {"queue": "Sales"}
    assert bench.restore("9").message == "Flow `Main line` has no version 9. Nothing was sent."


def test_an_answer_of_200_that_stores_nothing(bench: Bench) -> None:
    bench.emulator.fault(method="PUT", path="/api/v2/flows/*", ignore=True)
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    deployment = bench.deploy()
    (flow,) = deployment.flows
    assert (flow.result, flow.to_version, deployment.exit_status) == (Result.FAILED, "", 3)
    assert "the platform answered 200 and stored nothing: version 2 is live as before" in flow.message
    assert "does not take nodes by PUT. Deploy the flow as Architect YAML, by a publish job" in flow.hint
    assert node(bench, "sales") == {"queue": "Sales"}


def test_a_colleague_who_puts_an_earlier_version_of_ours_back(bench: Bench) -> None:
    """Its description, our stamp in it, comes back too; it is theirs all the same."""
    earlier = copy.deepcopy(bench.flow.document)
    bench.repository.add({FILE: graph(sales={"queue": "Service"})})
    assert bench.deployed().to_version == "3"
    bench.ground().nodes.save(bench.flow.id, earlier, "3")
    bench.repository.add({FILE: graph(sales={"queue": "Service desk"})})
    assert bench.flow.document["description"] == earlier["description"]
    planned = bench.planned()
    assert (planned.verdict, planned.live_version) == (Verdict.DRIFTED, "4")


def test_a_description_that_is_no_text_is_none(bench: Bench) -> None:
    """What is compared with the live version is what was sent."""
    bench.repository.add({FILE: graph().replace('"Where everybody calls"', "5").replace("{\n", "{ # YAML\n", 1)})
    assert bench.deployed().to_version == "3"
    assert bench.deployed().result is Result.UNCHANGED
