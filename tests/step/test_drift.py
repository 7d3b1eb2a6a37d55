"""Drift: what somebody else changed since the last deployment, and what it does to the step."""

from __future__ import annotations

import json

import pytest

from tests.samples import menu_flow
from tests.step.conftest import FLOW, Site

THEIRS = menu_flow().replace("nine to leave", "nine to go")


@pytest.mark.parametrize(("fail", "status"), [("false", 0), ("true", 1)])
def test_a_colleagues_change_is_named(site: Site, fail: str, status: int) -> None:
    assert site.tag(allow_create="true").status == 0
    site.emulator.colleague("publish", "Main line", yaml=THEIRS)
    site.emulator.log.clear()
    ran = site.run("schedule", command="drift", fail_on_drift=fail)
    assert ran.status == status, ran.out
    assert site.writes() == []
    (drifted,) = json.loads(ran.outputs["drifted"])
    assert (drifted["path"], drifted["by"], drifted["verdict"]) == (FLOW, "A Colleague", "drifted")
    assert drifted["changes"] == "1 node changed"
    assert "A Colleague" in ran.summary
    assert (ran.outputs["report"], ran.outputs["sarif-file"]) == ("", "")
    assert "IVR flows:" not in ran.summary  # nothing was checked, so nothing says that it is valid


def test_no_drift_is_green_and_a_file_that_is_not_deployed_yet_is_none(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.commit({FLOW: menu_flow().replace("Press one", "Please press one")})
    ran = site.run("schedule", command="drift", fail_on_drift="true")
    assert (ran.status, ran.outputs["drifted"]) == (0, "[]")


def test_a_new_name_on_the_platform_is_drift(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.emulator.colleague("rename", "Main line", name="Main line (old)")
    ran = site.run("schedule", command="drift", fail_on_drift="true")
    assert ran.status == 1, ran.out
    (drifted,) = json.loads(ran.outputs["drifted"])
    assert (drifted["path"], drifted["name"], drifted["verdict"]) == (FLOW, "Main line (old)", "drifted")
    assert "Somebody has renamed the flow on the platform: it was deployed as `Main line`" in ran.out
    site.emulator.colleague("publish", "Main line (old)", yaml=THEIRS)
    both = site.run("schedule", command="drift")
    assert "Somebody has renamed the flow" in both.out
    assert json.loads(both.outputs["drifted"])[0]["by"] == "A Colleague"


def test_a_new_name_in_the_file_is_no_drift(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.commit({FLOW: menu_flow("Other line")})
    ran = site.run("schedule", command="drift", fail_on_drift="true")
    assert (ran.status, ran.outputs["drifted"]) == (0, "[]")
    assert "Not on the platform" not in ran.out


def test_a_flow_that_somebody_deleted_is_said_first(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.emulator.colleague("delete", "Main line")
    ran = site.run("schedule", command="drift", fail_on_drift="true")
    assert ran.status == 0  # or it was never deployed: the platform says the same of both
    said = "Not on the platform, or not visible to this OAuth client: `Main line`."
    assert said in ran.out
    assert ran.summary.index("Not on the platform") < ran.summary.index("| Flow |")


def test_drift_that_cannot_be_looked_at_is_not_green(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.emulator.fault(method="GET", path="/api/v2/flows*", count=0, status=403)
    ran = site.run("schedule", command="drift")
    assert ran.status == 3, ran.out
    assert json.loads(ran.outputs["plan"])[0]["verdict"] == "unknown"
