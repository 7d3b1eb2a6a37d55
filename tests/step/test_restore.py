"""An earlier version published again by the step."""

from __future__ import annotations

import json

import pytest

from tests.samples import menu_flow
from tests.step.conftest import FLOW, Site


def two_versions(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.commit({FLOW: menu_flow().replace("Press one", "Please press one")})
    assert site.tag().status == 0
    assert site.version() == "2.0"


@pytest.mark.parametrize("by", ["file", "id"])
def test_a_version_is_live_again_as_a_new_one(site: Site, by: str) -> None:
    two_versions(site)
    which = FLOW if by == "file" else site.emulator.flow("Main line").id
    ran = site.run(command="restore", restore_flow=which, restore_version="1.0")
    assert ran.status == 0, ran.out
    (restored,) = json.loads(ran.outputs["deployed"])
    assert (restored["result"], restored["from"], restored["to"]) == ("restored", "2.0", "3.0")
    assert ran.outputs["version"] == site.version() == "3.0"
    log = (ran.workspace / ran.outputs["audit-log"]).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["phase"] for line in log[-2:]] == ["intent", "outcome"]
    assert "is live again, as version 3.0" in ran.summary.replace("&#46;", ".")


def test_a_version_that_is_live_already_and_a_dry_run_say_nothing_of_the_files(site: Site) -> None:
    two_versions(site)
    site.emulator.log.clear()
    for version, dry_run, words in (
        ("2.0", "false", "the version is live, whatever the files say"),
        ("2.0", "true", "the version is live, whatever the files say"),
        ("1.0", "true", "the version could be published again"),
    ):
        ran = site.run(command="restore", restore_flow=FLOW, restore_version=version, dry_run=dry_run)
        assert ran.status == 0, ran.out
        assert f"Exit status 0: {words}." in ran.out
    assert site.writes() == []


def test_somebody_elses_version_is_not_taken_off_the_line(site: Site) -> None:
    two_versions(site)
    site.emulator.colleague("publish", "Main line", yaml=menu_flow().replace("nine to leave", "nine to go"))
    site.emulator.log.clear()
    ran = site.run(command="restore", restore_flow=FLOW, restore_version="1.0")
    assert ran.status == 3
    assert site.writes() == []
    assert "A Colleague" in ran.out
    ran = site.run(command="restore", restore_flow=FLOW, restore_version="1.0", over_others="true")
    assert ran.status == 0, ran.out


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"restore_flow": FLOW}, 2, "needs a flow and a version"),
        ({"restore_flow": "flows/none.yaml", "restore_version": "1.0"}, 2, "neither the file of a flow nor the id"),
        ({"restore_flow": FLOW, "restore_version": "9.0"}, 3, "has no version 9.0"),
    ],
)
def test_what_cannot_be_restored(site: Site, given: dict[str, str], status: int, said: str) -> None:
    assert site.tag(allow_create="true").status == 0
    site.emulator.log.clear()
    ran = site.run(command="restore", **given)
    assert ran.status == status
    assert said in ran.out
    assert site.writes() == []
