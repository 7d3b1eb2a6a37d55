"""Git, files and a platform in few words: what a deployment meets, on an emulator that shares its time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ivr_action.deploy.drift import drift
from ivr_action.deploy.ground import ground_of
from ivr_action.deploy.plan import plan
from ivr_action.deploy.restore import Wish, restore
from ivr_action.deploy.run import deploy
from ivr_action.deploy.values import Deployable, Ground, History, Options, Target
from ivr_action.emulator import Emulator, ScaledTime, SimulatedTime
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.genesys.client import Platform, connect
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.store import FlowRef, Live
from ivr_action.model.deployment import DeployedFlow, Deployment
from ivr_action.model.plan import Plan, PlannedFlow
from tests.genesys.fakes import STEADY

ASSETS = Path(__file__).parent.parent / "emulator" / "assets"
MAIN = ASSETS / "main.yaml"
YAML = MAIN.read_text()
OURS = YAML.replace("Press 1", "Choose 1")
"""The file after a change of ours."""
THEIRS = YAML.replace("Press 1", "Push 1")
"""What a colleague makes of it."""
JOBS = "/api/v2/flows/jobs"
NAME = "Main line"
PATH = "flows/main.yaml"


def commit(number: int) -> str:
    """The n-th commit of a straight history."""
    return hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest()


@dataclass
class Repository:
    """A straight line of commits, each with all files; the last one is deployed."""

    commits: list[dict[str, str]] = field(default_factory=list)
    shallow: bool = False
    """True for a checkout that reaches no further than the last commit."""

    def add(self, files: Mapping[str, str]) -> str:
        self.commits.append(dict(files))
        return commit(len(self.commits))

    def number(self, name: str) -> int | None:
        last = len(self.commits)
        return next((one for one in range(last if self.shallow else 1, last + 1) if commit(one) == name), None)

    def ancestor(self, earlier: str, later: str) -> bool | None:
        one, other = self.number(earlier), self.number(later)
        return None if one is None or other is None else one <= other

    def earlier(self, name: str, path: str) -> bytes | None:
        number = self.number(name)
        text = self.commits[number - 1].get(path) if number is not None else None
        return text.encode() if text is not None else None

    def history(self, at: int | None = None) -> History:
        return History(commit(at or len(self.commits)), self.ancestor, self.earlier)


@dataclass
class Diary:
    """A journal that keeps what it is told."""

    lines: list[str] = field(default_factory=list)

    def intent(self, flow: PlannedFlow) -> None:
        self.lines.append(f"intent {flow.name} {flow.live_version} {flow.verdict.value}")

    def outcome(self, flow: DeployedFlow) -> None:
        self.lines.append(f"outcome {flow.name} {flow.to_version} {flow.result.value}")


@dataclass
class Bench:
    """One organisation and one repository."""

    emulator: Emulator
    time: SimulatedTime | ScaledTime
    platform: Platform
    clock: Clock
    repository: Repository = field(default_factory=Repository)
    target: Target = field(default_factory=lambda: Target("prod"))
    diary: Diary = field(default_factory=Diary)
    said: list[str] = field(default_factory=list)
    kept: list[Live] = field(default_factory=list)
    seconds: float = 3600.0
    more: dict[str, Any] = field(default_factory=dict)
    """Of `ground_of`."""

    def commit(self, *flows: str, **files: str) -> None:
        """A commit of these flows; the first is PATH, or they are named by their paths."""
        self.repository.add({**{PATH if not n else f"flows/{n}.yaml": text for n, text in enumerate(flows)}, **files})

    def ground(self, at: int | None = None) -> Ground:
        deadline = Deadline.after(self.clock, self.seconds)

        def keep(live: Live) -> str:
            self.kept.append(live)
            return f"kept/{len(self.kept)}.json"

        more = {"history": self.repository.history(at), "keep": keep, **self.more}
        return ground_of(self.platform, deadline, **more)

    def files(self, at: int | None = None) -> list[Deployable]:
        return [deployable(path, text) for path, text in self.repository.commits[(at or 0) - 1].items()]

    def plan(self, at: int | None = None, **options: Any) -> Plan:
        return plan(self.files(at), self.ground(at), self.target, Options(**options))

    def planned(self, at: int | None = None, **options: Any) -> PlannedFlow:
        flows = self.plan(at, **options).flows
        assert len(flows) == 1
        return flows[0]

    def deploy(self, at: int | None = None, before: Plan | None = None, **options: Any) -> Deployment:
        return deploy(
            self.files(at), self.ground(at), self.target, Options(**options), journal=self.diary,
            told=self.said.append, planned=before,
        )  # fmt: skip

    def deployed(self, at: int | None = None, **options: Any) -> DeployedFlow:
        flows = self.deploy(at, **options).flows
        assert len(flows) == 1
        return flows[0]

    def drift(self) -> Plan:
        return drift(self.files(), self.ground(), self.target)

    def restore(
        self, version: str, *, over_others: bool = False, by_number: bool = False, **options: Any
    ) -> DeployedFlow:
        ref = FlowRef(NAME, "inboundcall")
        wish = Wish(ref, version, PATH, over_others=over_others, by_number=by_number)
        return restore(wish, self.ground(), self.target, Options(**options), journal=self.diary, told=self.said.append)

    # -- the platform's side ------------------------------------------------------------------------------------------

    @property
    def flow(self) -> Any:
        return self.emulator.flow(NAME)

    @property
    def published(self) -> str | None:
        found: str | None = self.flow.published
        return found

    def calls(self, since: int = 0) -> list[str]:
        """What was asked of the emulator, ids cut out, logins aside."""
        state = self.emulator.world.state
        found = []
        for entry in self.emulator.log.entries[since:]:
            path = entry.path
            for id_ in (*state.flows, *state.jobs, *state.exports):
                path = path.replace(id_, "{id}")
            found.append(f"{entry.method} {path}")
        return [call for call in found if "oauth" not in call]

    @property
    def asked(self) -> int:
        return len(self.emulator.log.entries)


def deployable(path: str, text: str) -> Deployable:
    flow = read_flow(path, text.encode()).flow
    assert flow is not None
    return Deployable(path, flow, "" if isinstance(flow, NodeGraphFlow) else text)


class Serve(Protocol):
    """Starts a bench."""

    def __call__(self, *seeds: Path, stop: threading.Event | None = None, **more: Any) -> Bench: ...


@contextmanager
def serving() -> Iterator[Serve]:
    """Starts benches; all are stopped at the end."""
    with ExitStack() as stack:

        def serve(*seeds: Path, stop: threading.Event | None = None, **more: Any) -> Bench:
            time = SimulatedTime(stop=stop)
            emulator = stack.enter_context(Emulator(seeds=seeds, clock=time.now, pause=time.pause, **more))
            clock = Clock(time.now, time.sleep, time.stop)
            settings = PlatformSettings(
                client_id=emulator.client_id,
                client_secret=emulator.client_secret,
                api_url=emulator.api_url,
                login_url=emulator.login_url,
            )
            platform = stack.enter_context(connect(settings, clock=clock, random=lambda: 0.5, timeouts=STEADY))
            return Bench(emulator, time, platform, clock)

        yield serve


def module(
    name: str, *called: str, note: str = "done", inputs: tuple[str, ...] = (), passed: tuple[str, ...] = ()
) -> str:
    """A common module that calls others."""
    given = ", ".join(f"{one}: {{lit: x}}" for one in passed)
    actions = "".join(
        f"""
          - callCommonModule:
              name: call {other}
              commonModule:
                {other}:
                  ver_latestPublished:
                    inputs: {{{given}}}
                    outputs: {{}}"""
        for other in called
    )
    variables = "".join(
        f"""
    - stringVariable:
        name: {one}
        initialValue: {{noValue: true}}
        isInput: true"""
        for one in inputs
    )
    return f"""commonModule:
  name: {name}
  defaultLanguage: en-us
  supportedLanguages:
    en-us: {{none: true}}
  variables: {variables or "[]"}
  startUpRef: ./tasks/task[a]
  tasks:
    - task:
        name: a
        refId: a
        actions:{actions}
          - endTask: {{name: "{note}", outputPath: {{name: Default}}}}
"""
