"""A plan in the step: what a deployment would do, in log, summary, comment and outputs; never green where it failed."""

from __future__ import annotations

import json

import pytest

from tests.github_api import TOKEN, running
from tests.samples import menu_flow
from tests.step.conftest import FLOW, Site

OWN = {"number": 7, "head": {"repo": {"full_name": "example/ivr"}}, "base": {"repo": {"full_name": "example/ivr"}}}
FORK = {**OWN, "head": {"repo": {"full_name": "stranger/ivr"}}}


def pull_request(site: Site, files: dict[str, str]) -> None:
    """Checks out the merge commit of a pull request that changes these files."""
    site.repository.git("checkout", "--quiet", "-b", "topic")
    site.repository.commit(files)
    site.repository.git("checkout", "--quiet", "main")
    site.repository.git("merge", "--quiet", "--no-ff", "--message=merge", "topic")
    site.step.environ["GITHUB_SHA"] = site.repository.git("rev-parse", "HEAD")
    site.step.environ["GITHUB_REF"] = "refs/pull/7/merge"


def test_a_plan_says_what_a_deployment_would_do_and_changes_nothing(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.emulator.log.clear()
    pull_request(site, {FLOW: menu_flow().replace("Press one", "Please press one")})
    ran = site.run("pull_request", {"pull_request": OWN})
    assert ran.status == 0, ran.out
    assert site.writes() == []
    (planned,) = json.loads(ran.outputs["plan"])
    assert (planned["path"], planned["verdict"], planned["version"], planned["stops"]) == (FLOW, "update", "1.0", False)
    assert ran.outputs["deployed"] == "[]"
    whole = json.loads((ran.workspace / ran.outputs["plan-file"]).read_text(encoding="utf-8"))
    assert (whole["environment"], whole["against"]) == ("test", "platform")
    assert ran.summary.index("IVR flows: ") < ran.summary.index("1 flow would be deployed to test")
    assert "1 flow would be deployed to test" in ran.out
    assert "Please press one" in ran.out


def test_unchanged_flows_cost_two_requests_each(site: Site) -> None:
    flows = {f"flows/{number}.yaml": menu_flow(f"Line {number}") for number in range(5)}
    (site.repository.folder / FLOW).unlink()
    site.commit(flows)
    assert site.tag(allow_create="true").status == 0
    site.emulator.log.clear()
    ran = site.run(command="drift")
    assert ran.status == 0, ran.out
    assert len(site.emulator.log.of(path="/api/v2/flows*")) <= 2 * len(flows)
    assert site.writes() == []


def test_what_stops_is_annotated_and_fails_by_its_level(site: Site) -> None:
    ran = site.run(command="plan")
    assert ran.status == 1
    (planned,) = json.loads(ran.outputs["plan"])
    assert (planned["verdict"], planned["stops"]) == ("refused", True)
    assert "title=deploy-refused,file=flows/main.yaml" in ran.out
    assert ran.outputs["valid"] == "true"  # the flow is; the place that it would go to is not


def test_a_missing_queue_is_an_error_on_its_line(site: Site) -> None:
    site.commit({FLOW: menu_flow().replace("name: Sales\n          - menuD", "name: Salez\n          - menuD")})
    ran = site.run(command="plan", allow_create="true")
    assert ran.status == 1
    assert "title=missing-reference,file=flows/main.yaml,line=17," in ran.out
    assert "Salez" in ran.out


def test_there_is_one_comment_for_gate_and_plan(site: Site) -> None:
    with running() as api:
        site.step.environ["GITHUB_API_URL"] = api.url
        pull_request(site, {FLOW: menu_flow()})
        payload = {"pull_request": OWN}
        for _ in range(2):
            site.run("pull_request", payload, github_token=TOKEN, allow_create="true")
        (body,) = [comment["body"] for comment in api.comments[7]]
    assert body.index("IVR flows:") < body.index("1 flow would be deployed to test")


@pytest.mark.parametrize("given", ["wrong secret", "no answer", "wrong organisation"])
def test_a_plan_that_cannot_be_made_is_not_green(site: Site, given: str) -> None:
    inputs = {}
    if given == "wrong secret":
        inputs = {"client_secret": "not-the-secret"}
    elif given == "no answer":
        site.emulator.stop()
    else:
        site.commit({".ivr-action.yml": site.config.replace("organisation: ", "organisation: x")})
        site.repository.write(".ivr-action.yml", site.config.replace("organisation: ", "organisation: x"))
    ran = site.run(command="plan", **inputs)
    assert ran.status in (2, 3), ran.out
    assert ran.outputs["plan"] == "[]"
    assert ran.outputs["valid"] == "true"  # the gate's result is told all the same
    assert "## ❌ IVR flows: no plan" in ran.summary
    assert "## ✅ IVR flows: 1 flow checked" in ran.summary
    assert "not-the-secret" not in "".join(line for line in ran.out.splitlines() if "::add-mask::" not in line)


def test_a_fork_is_only_checked(site: Site) -> None:
    pull_request(site, {FLOW: menu_flow()})
    site.emulator.log.clear()
    ran = site.run("pull_request", {"pull_request": FORK})
    assert ran.status == 0
    assert len(site.emulator.log) == 0
    assert "comes from a fork" in ran.out
    refused = site.run("pull_request", {"pull_request": FORK}, command="deploy")
    assert refused.status == 2
    assert "is refused here: the event `pull_request` is about a pull request from a fork" in refused.out
    assert len(site.emulator.log) == 0


def test_without_credentials_a_plan_compares_with_the_base_commit(site: Site) -> None:
    pull_request(site, {FLOW: menu_flow().replace("Press one", "Please press one"), "flows/b.yaml": menu_flow("B")})
    ran = site.step.run("pull_request", {"pull_request": FORK}, command="plan")
    assert ran.status == 0, ran.out
    verdicts = {one["path"]: one["verdict"] for one in json.loads(ran.outputs["plan"])}
    assert verdicts == {FLOW: "update", "flows/b.yaml": "create"}
    assert "compared with the base commit" in ran.summary


def test_credentials_by_the_official_names_count_too(site: Site) -> None:
    site.step.environ |= {
        "GENESYSCLOUD_OAUTHCLIENT_ID": site.emulator.client_id,
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": site.emulator.client_secret,
        "IVR_ACTION_API_URL": site.emulator.api_url,
        "IVR_ACTION_LOGIN_URL": site.emulator.login_url,
    }
    ran = site.step.run(allow_create="true")
    assert json.loads(ran.outputs["plan"])[0]["verdict"] == "create"
    assert f"::add-mask::{site.emulator.client_secret}" in ran.out.splitlines()[0]
    assert ran.out.count(site.emulator.client_secret) == 1


def test_validate_asks_nobody(site: Site) -> None:
    ran = site.run(command="validate")
    assert (ran.status, ran.outputs["plan"], len(site.emulator.log)) == (0, "[]", 0)


def test_a_region_that_nobody_knows_does_not_keep_from_checking(site: Site) -> None:
    site.step.environ["GENESYSCLOUD_REGION"] = "moon-1"
    assert site.step.run().status == 0
    ran = site.run(command="plan", api_url="", login_url="")
    assert ran.status == 2
    assert "moon-1" in ran.out


@pytest.mark.parametrize(
    ("command", "tag", "undone"),
    [
        ("auto", "", "no plan"),
        ("plan", "", "no plan"),
        ("deploy", "", "nothing was deployed"),
        ("auto", "refs/tags/v1", "nothing was deployed"),
    ],
)
def test_flows_are_checked_also_where_nobody_says_which_environment_is_meant(
    site: Site, command: str, tag: str, undone: str
) -> None:
    site.config += site.config.partition("environments:\n")[2].replace("test:", "live:")
    site.commit({FLOW: menu_flow()})
    if tag:
        site.step.environ["GITHUB_REF"] = tag
    ran = site.run("push" if tag else "workflow_dispatch", command=command)
    assert ran.status == 2
    assert (ran.outputs["valid"], ran.outputs["error-count"], ran.outputs["plan"]) == ("true", "0", "[]")
    assert "nobody says which environment is meant: `test`, `live`" in ran.out
    assert f"IVR flows: {undone}" in ran.summary
    assert "Main line" in ran.summary
    site.commit({FLOW: menu_flow().replace("targetQueue", "targetQueues")})
    broken = site.run("push" if tag else "workflow_dispatch", command=command)
    assert broken.status == 2
    assert broken.outputs["valid"] == "false"
    assert f"file={FLOW},line=" in broken.out
    assert (len(site.emulator.log), site.writes()) == (0, [])


@pytest.mark.parametrize("command", ["drift", "restore"])
def test_what_checks_no_flow_stops_at_once_where_nobody_says_which_environment_is_meant(
    site: Site, command: str
) -> None:
    site.config += site.config.partition("environments:\n")[2].replace("test:", "live:")
    site.commit({FLOW: menu_flow()})
    ran = site.run(command=command)
    assert ran.status == 2
    assert "nobody says which environment is meant: `test`, `live`" in ran.out
    assert len(site.emulator.log) == 0
