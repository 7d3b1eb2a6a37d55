"""A repository whose configuration leads to an emulated organisation, and the step that runs in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ivr_action.emulator import Emulator, ScaledTime
from ivr_action.genesys.clock import Clock
from ivr_action.world import Outside
from tests.conftest import Ran, Repository, Step
from tests.samples import menu_flow

FLOW = "flows/main.yaml"
TAG = "refs/tags/v1"


@dataclass
class Site:
    """One organisation, one repository, one step."""

    emulator: Emulator
    repository: Repository
    step: Step
    time: ScaledTime
    config: str = ""
    edges: dict[str, object] = field(default_factory=dict)

    def commit(self, files: Mapping[str, str]) -> str:
        """Commits flows beside the configuration."""
        return self.repository.commit({".ivr-action.yml": self.config, **files})

    @property
    def credentials(self) -> dict[str, str]:
        """As inputs."""
        return {
            "client_id": self.emulator.client_id,
            "client_secret": self.emulator.client_secret,
            "api_url": self.emulator.api_url,
            "login_url": self.emulator.login_url,
        }

    def run(self, event: str = "workflow_dispatch", payload: object = None, **inputs: str) -> Ran:
        """The step with the organisation's credentials."""
        outside = Outside(clock=lambda stop: Clock(self.time.now, self.time.sleep, stop))
        edges = {"outside": outside, **self.edges}
        return self.step.run_with(edges, event, payload, **{**self.credentials, **inputs})

    def tag(self, **inputs: str) -> Ran:
        """The step on a tag that deploys."""
        self.step.environ["GITHUB_REF"] = TAG
        self.step.environ["GITHUB_SHA"] = self.repository.git("rev-parse", "HEAD")
        return self.run("push", **inputs)

    def version(self, name: str = "Main line") -> str:
        """The published version of a flow."""
        return str(self.emulator.flow(name).published)

    def writes(self) -> list[str]:
        """What was asked of the organisation that could change something, the login left out."""
        return [
            f"{entry.method} {entry.path}"
            for entry in self.emulator.log.entries
            if entry.method != "GET" and not entry.path.startswith("/oauth")
        ]


@pytest.fixture
def site(repository: Repository, step: Step, tmp_path: Path) -> Iterator[Site]:
    """An organisation with the queue `Sales` and no flow."""
    seed = tmp_path / "organisation.yaml"
    seed.write_text("emulator: 1\norganization: Acme\nqueues: [Sales, Service]\n", encoding="utf-8")
    time = ScaledTime(100)
    with Emulator(seeds=[seed], clock=time.now, pause=time.pause) as emulator:
        config = (
            "flows: [flows]\nenvironments:\n  test:\n"
            f"    organisation: {emulator.world.state.organization_id}\n    deploy-tags: v*\n"
        )
        made = Site(emulator, repository, step, time, config)
        made.commit({FLOW: menu_flow()})
        yield made
