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


def test_drift_that_cannot_be_looked_at_is_not_green(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.emulator.fault(method="GET", path="/api/v2/flows*", count=0, status=403)
    ran = site.run("schedule", command="drift")
    assert ran.status == 3, ran.out
    assert json.loads(ran.outputs["plan"])[0]["verdict"] == "unknown"
