"""An earlier version published again."""

from __future__ import annotations

import pytest

from ivr_action.deploy.restore import Wish, restore
from ivr_action.deploy.stamp import read
from ivr_action.deploy.values import Options
from ivr_action.genesys.store import FlowRef
from ivr_action.model.deployment import Result
from tests.deploy.bench import NAME, THEIRS, YAML, Bench, commit

SECOND = YAML.replace("Press 1", "Choose 1")


@pytest.fixture
def ours(bench: Bench) -> Bench:
    """Versions 2.0 and 3.0 were deployed from here."""
    for text in (YAML, SECOND):
        bench.commit(text)
        bench.deploy()
    bench.diary.lines.clear()
    return bench


def test_a_version_of_ours(ours: Bench) -> None:
    flow = ours.restore("2.0")
    assert (flow.result, flow.from_version, flow.to_version, flow.message, flow.kept) == (
        Result.RESTORED,
        "3.0",
        "4.0",
        f"Version 2.0, which was deployed from commit {commit(1)[:7]}, is live again, as version 4.0.",
        "kept/3.json",
    )
    assert ours.diary.lines == ["intent Main line 3.0 update", "outcome Main line 4.0 restored"]
    stamp = read(ours.flow.description)
    assert stamp is not None
    assert stamp.commit == commit(1)
    assert ours.deployed(at=1).result is Result.UNCHANGED
    assert ours.deployed().to_version == "5.0"


def test_a_version_of_somebody_else(ours: Bench) -> None:
    flow = ours.restore("1.0")
    assert (flow.result, flow.message) == (Result.RESTORED, "Version 1.0 is live again, as version 4.0.")
    stamp = read(ours.flow.description)
    assert stamp is not None
    assert (stamp.commit, stamp.path) == ("", "flows/main.yaml")
    ours.commit(THEIRS)
    assert ours.deployed().to_version == "5.0"


def test_over_what_somebody_has_published_since(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=THEIRS)
    flow = ours.restore("2.0")
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            "The live version 4.0 was published by A Colleague at 2027-01-15T08:00:04.500Z, not from here. Restoring "
            "version 2.0 would take that change away from callers."
        ),
        "Ask them. If their change may go, restore with `over-others: true`: theirs stays in the version history.",
    )
    assert ours.restore("2.0", over_others=True).to_version == "5.0"


def test_a_version_that_is_not_there(ours: Bench) -> None:
    flow = ours.restore("9.0")
    assert flow.result is Result.REFUSED
    assert flow.message.startswith(
        "Flow `Main line` has no version 9.0. The newest are: version 3.0, by ivr-action at "
    )
    assert flow.hint == "Give one of its versions, such as 3.0."
    assert ours.diary.lines == []


def test_the_version_that_is_live(ours: Bench) -> None:
    flow = ours.restore("3.0")
    assert (flow.result, flow.message) == (Result.UNCHANGED, "Version 3.0 is live already.")


def test_drafts_and_locks_are_respected(ours: Bench) -> None:
    ours.emulator.colleague("lock", NAME)
    assert ours.restore("2.0").message.startswith("A Colleague has the flow open, and the platform publishes nothing")
    assert ours.restore("2.0", force_unlock=True).result is Result.RESTORED
    ours.emulator.colleague("check-in", NAME, yaml=THEIRS)
    assert ours.restore("1.0").message.startswith("A Colleague checked in version 5.0 at")
    assert ours.restore("1.0", on_draft="publish-over").result is Result.RESTORED


def test_by_its_number(ours: Bench) -> None:
    flow = ours.restore("2.0", by_number=True)
    assert (flow.result, flow.to_version, ours.published) == (Result.RESTORED, "2.0", "2.0")
    assert len(ours.flow.versions) == 3


def test_by_its_number_where_the_platform_does_nothing(ours: Bench) -> None:
    ours.emulator.fault(method="POST", path="/api/v2/flows/actions/publish", ignore=True)
    flow = ours.restore("2.0", by_number=True)
    assert (flow.result, flow.message) == (
        Result.FAILED,
        (
            f"Flow `Main line` ({ours.flow.id}): the platform took the request to publish version 2.0, and version "
            "3.0 is live."
        ),
    )


def test_a_version_of_another_name(ours: Bench) -> None:
    ours.commit(SECOND.replace("name: Main line", "name: Sales line"))
    ours.deploy(allow_rename=True)
    wish = Wish(FlowRef("Sales line", "inboundcall"), "2.0")
    flow = restore(wish, ours.ground(), ours.target, Options())
    assert (flow.result, flow.message) == (
        Result.REFUSED,
        (
            "Version 2.0 of `Sales line` is named `Main line`. Publishing it would make a second flow, since the "
            "platform finds flows by name. Nothing was sent."
        ),
    )


def test_a_dry_run(ours: Bench) -> None:
    flow = ours.restore("2.0", dry_run=True)
    assert (flow.result, flow.message) == (Result.DRY_RUN, "Version 2.0 would be published again: 1 node changed.")
    assert ours.diary.lines == []


def test_a_flow_that_is_not_there(bench: Bench) -> None:
    bench.repository.add({})
    bench.flow.deleted = True
    flow = bench.restore("1.0")
    assert (flow.result, flow.message) == (
        Result.REFUSED,
        "There is no flow `Main line` that this OAuth client can see. Nothing was sent.",
    )
