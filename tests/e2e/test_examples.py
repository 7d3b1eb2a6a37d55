"""The example workflows on the example contact centre, run by act with the image against an emulated organisation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ivr_action.audit.verify import verify
from ivr_action.emulator import Emulator
from ivr_action.emulator.world import Pace
from tests.e2e.act import ROOT, Done, act, example
from tests.e2e.engine import Engine
from tests.e2e.runner import Repository

CENTRE = ROOT / "examples" / "contact-centre"
MAIN = "flows/main-line.yaml"
WORKFLOWS = ("gate.yml", "deploy-on-tag.yml", "drift-nightly.yml")
NEW = ("Sales will be right with you.", "Sales is coming.")
WRONG = ("task[openingHours]\n", "task[opening]\n")


@dataclass
class Centre:
    """The contact centre: its repository, its organisation, and the runner."""

    engine: Engine
    repository: Repository
    emulator: Emulator

    def main(self, old: str = "", new: str = "") -> str:
        """The main line, as it is or with one text replaced."""
        text = (CENTRE / MAIN).read_text(encoding="utf-8")
        assert old in text
        return text.replace(old, new, 1)

    def run(self, workflow: str, event: str, payload: object = None, *, secret: str = "") -> Done:
        """One workflow; with a secret, under the names that the examples give to it."""
        here = {"IVR_ACTION_API_URL": self.emulator.api_url, "IVR_ACTION_LOGIN_URL": self.emulator.login_url}
        client = dict.fromkeys(("GENESYS_CLIENT_ID", "GENESYS_PLAN_CLIENT_ID"), self.emulator.client_id)
        role = "GENESYS_CLIENT_SECRET" if workflow == "deploy-on-tag.yml" else "GENESYS_PLAN_CLIENT_SECRET"
        return act(
            self.engine,
            self.repository,
            event,
            payload,
            workflow=workflow,
            environ=here,
            values=client if secret else {},
            secrets={role: secret} if secret else {},
        )

    def pull_request(self, changed: str, *, secret: str = "") -> Done:
        """The gate on a pull request that changes the main line."""
        base = self.repository.git("rev-parse", "main")
        self.repository.git("checkout", "--quiet", "-B", "change", base)
        head = self.repository.commit({MAIN: changed})
        self.repository.git("checkout", "--quiet", "--detach", base)
        self.repository.git("merge", "--quiet", "--no-ff", "--message=merge", head)
        own = {"fork": False, "full_name": "octo/ivr"}
        payload = {
            "action": "synchronize",
            "number": 7,
            "repository": {"full_name": "octo/ivr"},
            "pull_request": {
                "number": 7,
                "base": {"ref": "main", "sha": base, "repo": own},
                "head": {"ref": "change", "sha": head, "repo": own},
            },
        }
        done = self.run("gate.yml", "pull_request", payload, secret=secret)
        self.repository.git("checkout", "--quiet", "main")
        return done

    def deploy(self, tag: str) -> Done:
        """The deployment of a tag on the checked-out commit."""
        self.repository.git("tag", tag)
        sha = self.repository.git("rev-parse", "HEAD")
        payload = {"ref": f"refs/tags/{tag}", "after": sha, "repository": {"full_name": "octo/ivr"}}
        return self.run("deploy-on-tag.yml", "push", payload, secret=self.emulator.client_secret)

    def drift(self) -> Done:
        """The nightly look."""
        return self.run("drift-nightly.yml", "schedule", secret=self.emulator.client_secret)


@pytest.fixture
def centre(engine: Engine, repository: Repository) -> Iterator[Centre]:
    files = {
        str(path.relative_to(CENTRE)): path.read_text(encoding="utf-8")
        for path in sorted(CENTRE.rglob("*"))
        if path.is_file()
    }
    for name in WORKFLOWS:
        files |= example(name)
    repository.commit(files)
    with Emulator(seeds=[CENTRE / "organisation.yaml"], pace=Pace(job=0.1)) as emulator:
        yield Centre(engine, repository, emulator)


def test_the_gate_needs_no_secret(centre: Centre) -> None:
    fine = centre.pull_request(centre.main(*NEW))
    assert fine.status == 0, fine.log[-6000:]
    assert "Checked 1 of 3 flow files: those that changed" in fine.log
    wrong = centre.pull_request(centre.main(*WRONG))
    assert wrong.status == 1, wrong.log[-6000:]
    assert "dangling-reference" in wrong.log
    assert f"{MAIN}:7:" in wrong.log
    assert not centre.emulator.log.entries


def test_from_the_deployment_to_the_plan_to_the_drift(centre: Centre) -> None:
    deployed = centre.deploy("v1")
    assert deployed.status == 0, deployed.log[-6000:]
    assert "Flows - Order status, Main line, Waiting" in deployed.lines
    assert "Results - deployed, deployed, deployed" in deployed.lines
    assert centre.emulator.client_secret not in deployed.log
    records = [f"{line}\n".encode() for line in deployed.lines if line.startswith('{"actor"')]
    assert _phases(records) == ["intent", "outcome"] * 3
    checked = verify(records)
    assert checked.holds
    assert f"Head of the audit log - {checked.end}" in deployed.lines
    kept = [line for line in deployed.lines if line.startswith("Kept in audit-")]
    assert len(kept) == 5, kept  # the log, the deployment, and three flows as they were

    centre.emulator.log.clear()
    planned = centre.pull_request(centre.main(*NEW), secret=centre.emulator.client_secret)
    assert planned.status == 0, planned.log[-6000:]
    assert any(line.startswith("1 flow would be deployed to production") for line in planned.lines)
    assert not [entry for entry in centre.emulator.log.entries if entry.path.startswith("/api/v2/flows/jobs")]
    assert centre.emulator.client_secret not in planned.log

    assert centre.drift().status == 0
    centre.emulator.colleague("edit", "Main line", text="Hello there")
    drifted = centre.drift()
    assert drifted.status == 1, drifted.log[-6000:]
    assert "Changed past Git - Main line, by A Colleague" in drifted.lines

    centre.repository.commit({MAIN: centre.main(*NEW)})
    stopped = centre.deploy("v2")
    assert stopped.status == 1, stopped.log[-6000:]
    assert any("Results - " in line and "refused" in line for line in stopped.lines), stopped.log[-6000:]
    assert centre.emulator.flow("Main line").published == "3.0"
    warned = centre.pull_request(
        centre.main(*NEW).replace("One moment", "A moment"), secret=centre.emulator.client_secret
    )
    assert warned.status == 0  # a warning: it is no mistake of the change
    assert "Changed on the platform meanwhile - Main line, by A Colleague" in warned.lines


def _phases(records: list[bytes]) -> list[Any]:
    return [json.loads(record)["phase"] for record in records]
