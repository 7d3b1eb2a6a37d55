"""The example contact centre: nothing found, every call passes, and it can be deployed to both of its environments."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ivr_action.emulator import Emulator, SimulatedTime
from ivr_action.genesys.clock import Clock
from ivr_action.world import Outside
from tests.conftest import Ran, Repository, Step

CENTRE = Path(__file__).parents[2] / "examples" / "contact-centre"
STAGING = (
    ("0c8e2d47-95ba-4f16-b3d8-71e6a2f4c905", "6b0f9a52-1c3d-4e7a-8f21-0d9c5b7e3a10"),
    ("company: Wheel and Spoke", '"company": "Wheel and Spoke, the test line"'),
    ("schedules: Opening hours", "schedules: Always open"),
    ("schedule_groups: [Opening hours]", "schedule_groups: [Always open]"),
    ("dataActions: Shop }", "dataActions: Shop test }"),
    ("category: Shop }", "category: Shop test }"),
)
"""How the organisation for trying out differs from the one in `organisation.yaml`."""


@pytest.fixture
def centre(repository: Repository) -> Repository:
    shutil.copytree(CENTRE, repository.folder, dirs_exist_ok=True)
    repository.commit()
    return repository


def deploy(step: Step, emulator: Emulator, time: SimulatedTime, ref: str, **inputs: str) -> Ran:
    """The step on a tag."""
    step.environ |= {"GITHUB_REF": ref}
    outside = Outside(clock=lambda stop: Clock(time.now, time.sleep, stop))
    given = {
        "client_id": emulator.client_id,
        "client_secret": emulator.client_secret,
        "api_url": emulator.api_url,
        "login_url": emulator.login_url,
        "fail_on": "note",
        **inputs,
    }
    return step.run_with({"outside": outside}, "push", {"ref": ref}, **given)


def results(ran: Ran) -> dict[str, str]:
    return {one["path"]: one["result"] for one in json.loads(ran.outputs["deployed"])}


@pytest.mark.parametrize(("environment", "tag"), [("staging", "rc-1"), ("production", "v1")])
def test_it_is_deployed_to_the_environment_that_the_tag_says(
    centre: Repository, step: Step, tmp_path: Path, environment: str, tag: str
) -> None:
    seed = centre.folder / "organisation.yaml"
    text = seed.read_text(encoding="utf-8")
    for old, new in STAGING if environment == "staging" else ():
        assert old in text
        text = text.replace(old, new)
    seed.write_text(text, encoding="utf-8")
    time = SimulatedTime()
    with Emulator(seeds=[seed], clock=time.now, pause=time.pause) as emulator:
        first = deploy(step, emulator, time, f"refs/tags/{tag}", scenarios="scenarios")
        again = deploy(step, emulator, time, f"refs/tags/{tag}", scenarios="scenarios")
    assert first.status == 0, first.out
    assert f"The tag `{tag}` deploys to `{environment}`." in first.out
    flows = ["flows/order-status.yaml", "flows/main-line.yaml", "flows/waiting.yaml"]
    assert results(first) == dict.fromkeys(flows, "deployed")
    assert results(again) == dict.fromkeys(flows, "unchanged")
    assert (first.outputs["error-count"], first.outputs["warning-count"]) == ("0", "0")
    assert (int(first.outputs["calls-passed"]), first.outputs["calls-failed"]) == (13, "0")


def test_one_environments_secrets_deploy_to_no_other(centre: Repository, step: Step) -> None:
    time = SimulatedTime()
    with Emulator(seeds=[centre.folder / "organisation.yaml"], clock=time.now, pause=time.pause) as emulator:
        ran = deploy(step, emulator, time, "refs/tags/rc-1", scenarios="scenarios")
        assert not [entry for entry in emulator.log.entries if "jobs" in entry.path]
    assert ran.status == 2
    assert "6b0f9a52-1c3d-4e7a-8f21-0d9c5b7e3a10" in ran.out


NODES = {"config": "nodes/.ivr-action.yml", "scenarios": "nodes/scenarios"}


def test_the_node_graph_is_compiled_for_the_platform(centre: Repository, step: Step) -> None:
    time = SimulatedTime()
    with Emulator(seeds=[centre.folder / "organisation.yaml"], clock=time.now, pause=time.pause) as emulator:
        created = deploy(step, emulator, time, "refs/tags/v1", allow_create="true", **NODES)
        again = deploy(step, emulator, time, "refs/tags/v1", **NODES)
    assert created.status == 0, created.out
    assert results(created) == {"nodes/workshop-reminder.yaml": "created"}
    assert results(again) == {"nodes/workshop-reminder.yaml": "unchanged"}


def test_the_node_graph_is_saved_by_the_specifications_contract(centre: Repository, step: Step, tmp_path: Path) -> None:
    named = tmp_path / "organisation.yaml"
    lines = (CENTRE / "organisation.yaml").read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith(("emulator:", "organization:"))]
    named.write_text("\n".join(head), encoding="utf-8")
    time = SimulatedTime()
    seeds = [named, centre.folder / "nodes" / "workshop-reminder.yaml"]
    with Emulator("specification", seeds, clock=time.now, pause=time.pause) as emulator:
        ran = deploy(
            step, emulator, time, "refs/tags/v1", config="nodes/.ivr-action.yml", scenarios="nodes/scenarios"
        )  # fmt: skip
        assert emulator.flow("Workshop reminder").revision == 2
    assert ran.status == 0, ran.out
    assert (ran.outputs["version"], ran.outputs["calls-passed"], ran.outputs["calls-failed"]) == ("2", "3", "0")
