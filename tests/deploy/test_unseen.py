"""Edits of others that are easily overlooked: values that no file shows, descriptions, drafts of our own."""

from __future__ import annotations

import pytest

from ivr_action.deploy.unseen import holds_change
from ivr_action.emulator.colleague import COLLEAGUE
from ivr_action.emulator.configuration.content import content_of
from ivr_action.flow.canonical import digest
from ivr_action.model.deployment import Result
from ivr_action.model.plan import Verdict
from tests.deploy.bench import NAME, OURS, YAML, Bench, commit, deployable

STRANGE = "              name: Please wait\n              somethingStrange:\n                lit: 5\n"


def strange(yaml: str) -> str:
    """The flow with a parameter of which nobody knows what a configuration calls it."""
    return yaml.replace("              name: Please wait\n", STRANGE)


@pytest.fixture
def ours(bench: Bench) -> Bench:
    """Version 2.0 was deployed from here, and the file is as it was then."""
    bench.commit(YAML)
    bench.deploy()
    return bench


def test_an_edit_that_no_file_shows(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=strange(YAML))
    flow = ours.deployed()
    assert (flow.result, ours.published) == (Result.REFUSED, "3.0")
    assert flow.message == (
        "Version 3.0 was published by A Colleague at 2027-01-15T08:00:02.250Z after version 2.0, which was deployed "
        f"from commit {commit(1)[:7]}: 1 node changed (`task/Support/playAudio Please wait`). Publishing the file "
        "would take this change away from callers. What both formats show of it is in the file; the rest cannot be "
        "compared."
    )
    assert flow.hint == (
        "Export the flow as YAML and see whether the file says the same. If it does, or if their change may go, deploy "
        "once with `adopt: git`."
    )
    assert ours.drift().flows[0].verdict is Verdict.DRIFTED
    taken = ours.deployed(adopt="git")
    assert (taken.result, taken.to_version) == (Result.DEPLOYED, "4.0")
    assert taken.message.endswith("(`task/Support/playAudio Please wait`). It goes, since `adopt` is `git`.")


def test_an_edit_that_no_file_shows_under_a_change_of_ours(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=strange(YAML))
    ours.commit(OURS)
    assert ours.planned().verdict is Verdict.DRIFTED
    assert ours.planned(adopt="git").verdict is Verdict.DRIFTED


def test_an_edit_of_the_description(ours: Bench) -> None:
    world = ours.emulator.world
    content = world.keep(content_of(world, YAML.replace("Where everybody calls", "Where all call")))
    now = ours.time.now()
    world.publish(ours.flow, world.check_in(ours.flow, content, COLLEAGUE, now), COLLEAGUE, now)
    planned = ours.planned()
    assert planned.verdict is Verdict.DRIFTED
    assert planned.drift is not None
    assert [(one.field, one.after) for one in planned.drift.settings] == [("description", "Where all call")]
    ours.commit(YAML.replace("Where everybody calls", "Where all call"))
    assert ours.deployed().to_version == "4.0"


def test_an_edit_of_the_description_beside_all_versions(ours: Bench) -> None:
    ours.flow.description = ours.flow.description.replace("Where everybody calls", "Where all\ncall")
    ours.commit(OURS)
    assert ours.planned().notices == (
        "Its description was changed on the platform, to `Where all call`; the file's takes its place.",
    )


def test_what_a_dead_job_of_our_own_has_checked_in(ours: Bench) -> None:
    content, client = ours.flow.versions[-1].content, ours.emulator.client.who()
    ours.emulator.world.check_in(ours.flow, content, client, ours.time.now())
    ours.commit(OURS)
    flow = ours.deployed()
    assert (flow.result, flow.to_version) == (Result.DEPLOYED, "4.0")
    assert flow.message == (
        "There is a newer draft: version 3.0, by ivr-action at 2027-01-15T08:00:02.250Z. It is published over, since "
        "our own client left it."
    )


def test_a_file_that_has_their_edit_and_one_of_its_own(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=OURS)
    ours.commit(OURS.replace("Please wait", "Hold the line"))
    flow = ours.deployed()
    assert (flow.result, flow.to_version) == (Result.DEPLOYED, "4.0")
    assert flow.message.startswith(
        "Version 3.0 was published by A Colleague at 2027-01-15T08:00:02.250Z after our 2.0 and changed what the file "
        "has too: "
    )


def test_a_file_that_has_half_of_their_edit(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=OURS.replace("Please wait", "Hold the line"))
    ours.commit(OURS)
    assert (ours.planned().verdict, ours.published) == (Verdict.DRIFTED, "3.0")


def test_a_file_that_has_changed_what_they_have_changed(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=OURS)
    ours.commit(YAML.replace("Press 1", "Type 1"))
    assert ours.planned().verdict is Verdict.DRIFTED


def test_what_holds_a_change() -> None:
    """Each version holds the change to itself, and the one before holds it only where there is none."""
    texts = [YAML, OURS, YAML.replace("Please wait", "Hold the line"), OURS.replace("Please wait", "Hold the line")]
    flows = [deployable("main.yaml", text).flow for text in texts]
    digests = [digest(flow) for flow in flows]
    assert len(set(digests)) == len(texts)
    for before, old in zip(flows, digests, strict=True):
        for after, new in zip(flows, digests, strict=True):
            assert holds_change(before, after, after)
            assert holds_change(before, after, before) is (old == new)
    base, menu, name, both = flows
    assert holds_change(base, menu, both)
    assert holds_change(base, name, both)
    assert not holds_change(base, both, menu)
    assert holds_change(both, menu, base)  # they put a name back, and there it is too
