"""Random lives of one flow: deployments, people and accidents, against what may and may not come of them.

The model is what the emulator remembers of each version: who made it, who published it when, what stands in it. After
every step `_check` asks whether a change of somebody else went off the line without a word; the first step that breaks
a promise raises `BrokenError` with the seed and the story.
"""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from typing import Any

from ivr_action.deploy.live import Reader
from ivr_action.deploy.restore import Wish, restore
from ivr_action.deploy.run import deploy
from ivr_action.deploy.values import Options
from ivr_action.emulator import SimulatedTime
from ivr_action.emulator.state import FlowRecord, Version
from ivr_action.errors import PlatformError
from ivr_action.genesys.client import Platform, connect
from ivr_action.genesys.clock import Clock
from ivr_action.genesys.store import FlowRef
from ivr_action.model.deployment import DeployedFlow, Result
from tests.deploy.bench import YAML, Bench, Diary, deployable
from tests.genesys.fakes import STEADY

STEPS = 14
WEIGHTS = {
    "deploy": 5, "change_file": 5, "deploy_met": 4, "deploy_cut": 3, "deploy_killed": 3, "deploy_bad_job": 1,
    "deploy_old": 1, "publish": 2, "edit": 2, "draft": 1, "check_in": 1, "lock": 1, "unlock": 1, "go_back": 1,
    "rename": 1, "rename_file": 1, "restore": 2, "take_over": 1, "wait": 1, "settle": 3, "deploy_slip": 1,
}  # fmt: skip
MADE = (Result.DEPLOYED, Result.CREATED, Result.MERGED)
NOT_OURS = "nightly"
_SAYS = re.compile(r"Press (\S+) for")


class KilledError(BaseException):
    """SIGKILL: nothing of the run goes on."""


class BrokenError(AssertionError):
    """A promise is broken."""


@dataclass
class Life:
    """One flow, from its first version on.

    Args:
        bench: an organisation in which the flow is one of many, and a repository of its own.
        seed: makes the same life again.
    """

    bench: Bench
    seed: str
    log: list[str] = field(default_factory=list)
    id: str = ""
    says: str = "1"
    """What the file says: a word of its prompt."""
    words: int = 0
    lines: list[str] = field(default_factory=list)
    """What the runs of this step have said."""
    results: list[Result | None] = field(default_factory=list)
    """Of the runs of this step; None for a run that was killed."""
    met: bool = False
    """Whether anybody may have acted during a run of this step."""
    excused: set[str] = field(default_factory=set)
    """Versions of others that an option gave up."""
    looked_at: set[str] = field(default_factory=set)
    """Versions of ours."""
    pending: list[tuple[str, str]] = field(default_factory=list)
    """Versions of others that ours went over, with these: nobody has said so yet, since the run was killed."""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.name = f"Line {self.seed}"
        self.path = f"flows/{self.seed}.yaml"

    def live(self, steps: int = STEPS) -> None:
        """All of it."""
        names = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
        for name in ["begin", *self.rng.choices(names, k=steps)]:
            self.log.append(name)
            self.lines, self.results, self.met = [], [], False
            self.bench.said.clear()
            self._time.advance(0.01)  # so that the order of publications is known
            getattr(self, f"_{name}")()
            self.bench.emulator.faults.armed.clear()
            self._check()
        self._check_stamps()

    def _begin(self) -> None:
        self._commit(self.says)
        if self.rng.random() < 0.6:
            self._run(allow_create=True)
            return
        world = self.bench.emulator.world
        with world.lock:
            self.id = world.new_flow(self.name, "inboundcall", "Where everybody calls").id
        self.bench.emulator.colleague("publish", self.id, yaml=self._text("1"))
        if self.rng.random() < 0.7:
            self._run(adopt="git")

    @property
    def _time(self) -> SimulatedTime:
        assert isinstance(self.bench.time, SimulatedTime)
        return self.bench.time

    # -- the file -----------------------------------------------------------------------------------------------------

    def _text(self, says: str) -> str:
        return YAML.replace("Press 1", f"Press {says}").replace("name: Main line", f"name: {self.name}")

    def _commit(self, says: str) -> None:
        self.says = says
        self.bench.repository.add({self.path: self._text(says)})
        self.log.append(f"  commit {len(self.bench.repository.commits)}: `{self.name}` says {says}")

    def _word(self, who: str) -> str:
        self.words += 1
        return f"{who}{self.words}"

    def _change_file(self) -> None:
        self._commit(self._word("f"))

    def _take_over(self) -> None:
        now = self._published()
        if now is not None:
            self._commit(self._said(now))

    def _rename_file(self) -> None:
        self.name = f"Line {self.seed} {self._word('n')}"
        self._commit(self.says)

    # -- the others ---------------------------------------------------------------------------------------------------

    def _deed(self, does: str) -> dict[str, Any] | None:
        """What somebody does to the flow; None where there is nothing to do it to."""
        record = self._record()
        if record is None or not record.versions:
            return None
        chance = self.rng.random
        deed: dict[str, Any] = {"does": does, "flow": record.id}
        if does in ("publish", "draft", "check-in"):
            if chance() < 0.2:
                deed["version"] = self.rng.choice(record.versions).id
            else:
                deed["yaml"] = self._text(self.rng.choice([self._word("c"), self._word("c"), self.says]))
        elif does == "edit":
            deed |= {"nth": 1, "text": f"Press {self._word('e')} for sales"}
        elif does == "restore":
            deed["version"] = self.rng.choice(record.versions).id
        elif does == "rename":
            deed["name"] = f"Line {self.seed} {self._word('r')}"
        if chance() < 0.25 and does in ("publish", "restore", "check-in"):
            deed["as_client"] = NOT_OURS
        return deed

    def _act(self, does: str) -> None:
        deed = self._deed(does)
        self.log.append(f"  {_brief(deed)}")
        if deed is not None:
            self.bench.emulator.colleague(**deed)

    def _publish(self) -> None:
        self._act("publish")

    def _edit(self) -> None:
        self._act("edit")

    def _draft(self) -> None:
        self._act("draft")

    def _check_in(self) -> None:
        self._act("check-in")

    def _lock(self) -> None:
        self._act("lock")

    def _unlock(self) -> None:
        self._act("unlock")

    def _go_back(self) -> None:
        self._act("restore")

    def _rename(self) -> None:
        self._act("rename")

    def _wait(self) -> None:
        self._time.advance(self.rng.choice([1.0, 30.0, 1200.0]))

    # -- runs ---------------------------------------------------------------------------------------------------------

    def _options(self) -> dict[str, Any]:
        chances = {
            "allow_create": (0.2, True), "allow_rename": (0.5, True), "on_draft": (0.3, "publish-over"),
            "force_unlock": (0.3, True), "lock_wait": (0.3, 30.0), "allow_rollback": (0.15, True),
            "dry_run": (0.07, True), "adopt": (0.15, "git"), "on_failure": (0.2, "restore"),
        }  # fmt: skip
        found = {name: value for name, (chance, value) in chances.items() if self.rng.random() < chance}
        return {**found, "adopt": "live"} if self.rng.random() < 0.1 else found

    def _deploy(self) -> None:
        self._run(**self._options())

    def _settle(self) -> None:
        """Nobody is at work, and all is allowed that lets life go on."""
        for flow in self._named():
            if flow.id != self.id:
                self.bench.emulator.colleague("delete", flow.id)
        self._act("unlock")
        self._time.advance(0.01)
        self._take_over()
        self._run(adopt="git", allow_rename=True, on_draft="publish-over")
        self._change_file()
        self._run(adopt="git", allow_rename=True, on_draft="publish-over")

    def _deploy_old(self) -> None:
        options = {**self._options(), "allow_rollback": self.rng.random() < 0.5}
        self._run(at=self.rng.randint(1, len(self.bench.repository.commits)), **options)

    def _meet(self) -> None:
        """Somebody acts at some request of ours."""
        deed = self._deed(
            self.rng.choice(
                ["publish", "publish", "edit", "draft", "check-in", "check-in", "lock", "unlock", "restore", "rename"]
            )
        )
        method, path = self.rng.choice([
            ("GET", "/api/v2/flows"), ("GET", "/api/v2/flows/*"), ("GET", "/api/v2/flows/*"), ("GET", "/api/v2/*"),
            ("POST", "/api/v2/flows/jobs"), ("PUT", "/uploads/*"), ("GET", "/api/v2/flows/jobs/*"),
        ])  # fmt: skip
        if deed is not None:
            rule = {"method": method, "path": path, "nth": self.rng.randint(1, 4) if method == "GET" else 1}
            self.log.append(f"  at {rule}: {_brief(deed)}")
            self.bench.emulator.fault(**rule, colleague=deed)
            self.met = True
            if deed["does"] == "restore" and method in ("POST", "PUT"):
                # An old version that is published again right before our job leaves no trace in the versions' numbers.
                self.excused.add(deed["version"])

    def _cut(self) -> None:
        """A connection breaks, before or after its request took effect."""
        rule = {
            "method": self.rng.choice(["*", "POST", "PUT", "GET"]), "path": self.rng.choice(["*", "/api/v2/flows*"]),
            "nth": self.rng.randint(1, 8), "count": self.rng.choice([1, 1, 2, 5]),
            "drop": self.rng.choice(["before", "after"]),
        }  # fmt: skip
        self.log.append(f"  {rule}")
        self.bench.emulator.fault(**rule)

    def _deploy_met(self) -> None:
        self._meet()
        self._deploy()

    def _deploy_cut(self) -> None:
        for _ in range(self.rng.randint(1, 3)):
            self._cut()
        if self.rng.random() < 0.4:
            self._meet()
        self._deploy()

    def _deploy_bad_job(self) -> None:
        job = self.rng.choice(
            [{"nothing": True}, {"corrupt": True}, {"fail": ["A queue must be selected."]}, {"keeps_lock": True},
             {"fail": [], "keeps_lock": True}, {"never_ends": True}, {"status": "Queued"}]
        )  # fmt: skip
        self.log.append(f"  {job}")
        self.bench.emulator.fault(method="POST", path="/api/v2/flows/jobs", job=job)
        self._deploy()

    def _deploy_killed(self) -> None:
        if self.rng.random() < 0.3:
            self._settle()
        if self.rng.random() < 0.8:
            self._change_file()
        if self.rng.random() < 0.4:
            self._meet()
        kill = self.rng.choice(["SIGKILL", "SIGKILL", "SIGTERM"])
        self._run(kill=kill, after=self.rng.randint(1, 45), **self._options())

    def _deploy_slip(self) -> None:
        """Somebody publishes between our look and our job, and the run does not live to see it."""
        self._settle()
        self._change_file()
        deed = self._deed("publish")
        if deed is not None:
            self.log.append(f"  meanwhile: {_brief(deed)}")
            method, path = self.rng.choice([("POST", "/api/v2/flows/jobs"), ("PUT", "/uploads/*")])
            self.bench.emulator.fault(method=method, path=path, colleague=deed)
            self.met = True
        self._run(kill=self.rng.choice(["SIGKILL", "SIGTERM"]), after=self.rng.randint(24, 42))

    def _run(self, at: int = 0, kill: str = "", after: int = 0, **options: Any) -> None:
        bench, number = self.bench, at or len(self.bench.repository.commits)
        says = self._word_of(bench.repository.commits[number - 1][self.path])
        known = {one.id for one in self._ours()}
        before = self._live_says()
        self.log.append(f"  deploy commit {number} ({says}) {options} {kill} {after or ''}".rstrip())
        bench.diary, healthy = Diary(), bench.platform
        if kill:
            bench.platform = doomed(bench, kill, after)
        try:
            item = deployable(self.path, bench.repository.commits[number - 1][self.path])
            [flow] = deploy(
                [item], bench.ground(number), bench.target, Options(**options), journal=bench.diary,
                told=bench.said.append,
            ).flows  # fmt: skip
        except KilledError:
            self.log.append("  killed")
            self.results.append(None)
            return
        except PlatformError as error:  # before anything was looked at
            self.log.append(f"  unreachable: {error}")
            self._that(not bench.diary.lines, "an intent was written down")
            return
        finally:
            if kill:
                bench.platform.session.transport.close()
            bench.platform = healthy
            self._find()
            self._excuse(options)
        self._told(flow)
        self._judge(flow, says, known, before, adopts=options.get("adopt") == "git")

    def _restore(self) -> None:
        record = self._record()
        if record is None or not record.versions:
            return
        version, over = self.rng.choice(record.versions).id, self.rng.random() < 0.3
        by_number, known = self.rng.random() < 0.2, {one.id for one in self._ours()}
        options: dict[str, Any] = {
            "force_unlock": self.rng.random() < 0.3,
            "on_draft": self.rng.choice(["stop", "publish-over"]),
        }
        if self.rng.random() < 0.3:
            self._meet()
        self.log.append(f"  restore {version} {over=} {by_number=} {options}")
        wish = Wish(FlowRef(record.name, record.type, record.id), version, self.path, over, by_number)
        bench = self.bench
        found = restore(wish, bench.ground(), bench.target, Options(**options), told=bench.said.append)
        if over:
            self.excused |= {one.id for one in record.versions}
        self._excuse(options)
        self._told(found)
        now, old = self._published(), record.version(version)
        if found.result is Result.RESTORED and not self.met:
            self._that(now is not None and now.id == found.to_version, f"{found.to_version} is not live")
        if found.result is Result.RESTORED and not by_number:
            made = record.version(found.to_version)
            self._that(made is not None and self._is_ours(made) and made.id not in known, "the version is not ours")
            if made is not None and old is not None:
                self._that(self._said(made) == self._said(old), f"{made.id} does not say what {version} says")

    # -- what the platform holds --------------------------------------------------------------------------------------

    def _record(self) -> FlowRecord | None:
        return self.bench.emulator.world.state.flows.get(self.id)

    def _published(self) -> Version | None:
        record = self._record()
        return record.version(record.published) if record is not None else None

    def _ours(self) -> list[Version]:
        record = self._record()
        return [one for one in record.versions if self._is_ours(one)] if record is not None else []

    def _is_ours(self, version: Version) -> bool:
        return version.by.id == self.bench.emulator.client_id

    def _said(self, version: Version) -> str:
        return self._word_of(self.bench.emulator.world.content(version.content).yaml)

    def _live_says(self) -> str:
        now = self._published()
        return self._said(now) if now is not None else ""

    def _word_of(self, yaml: str) -> str:
        found = _SAYS.search(yaml)
        return found[1] if found else ""

    def _find(self) -> None:
        """The flow's id, once there is one."""
        if not self.id:
            self.id = next((flow.id for flow in self._named()), "")

    def _named(self) -> list[FlowRecord]:
        """Its flow, and others that have come of it."""
        flows = self.bench.emulator.world.state.flows.values()
        return [flow for flow in flows if f"{flow.name} ".startswith(f"Line {self.seed} ") and not flow.deleted]

    # -- what holds ---------------------------------------------------------------------------------------------------

    def _that(self, holds: bool, what: str) -> None:
        if not holds:
            raise BrokenError("\n".join([f"Life({self.seed!r}): {what}", *self.log]))

    def _told(self, flow: DeployedFlow) -> None:
        self.results.append(flow.result)
        self.lines += [flow.message, flow.hint, flow.superseded_by]
        over = f" under {flow.superseded_by}" if flow.superseded_by else ""
        self.log.append(f"  {flow.result.value} {flow.to_version}{over}: {flow.message} ({flow.hint})")

    def _excuse(self, options: dict[str, Any]) -> None:
        """What the user has given up: what was there before us, or drafts."""
        record = self._record()
        if record is None:
            return
        ours = self._ours()
        if options.get("adopt") == "git" and ours:
            self.excused |= {one.id for one in record.versions if one.number < ours[0].number}
        if options.get("on_draft") == "publish-over":
            self.excused |= {one.id for one in record.versions if one.kind == "CHECKIN"}

    def _judge(self, flow: DeployedFlow, says: str, known: set[str], before: str, *, adopts: bool) -> None:
        if flow.result in MADE and flow.flow_id != self.id:
            self._that(not self._ours() or adopts, "a second flow was made")
            self.id, self.pending = flow.flow_id, []
            self.looked_at.clear()
        record, now = self._record(), self._published()
        if flow.result in MADE:
            made = record.version(flow.to_version) if record is not None else None
            self._that(made is not None and self._is_ours(made), f"{flow.to_version} is called ours and is not")
            if made is not None:
                self._that(self._said(made) == says, f"{made.id} says {self._said(made)}, and the file {says}")
            self._that(self.met or flow.to_version == (now.id if now else ""), f"{flow.to_version} is not live")
            self._that(bool(self.bench.diary.lines), "no intent was written down")
        if flow.result is Result.UNCHANGED and "since `adopt` is `live`" not in flow.message:
            self._that(
                self.met or says in (before, self._live_says()),
                f"unchanged, but {before} is live and the file says {says}",
            )
        if flow.result is Result.DRY_RUN or (flow.result in (Result.REFUSED, Result.SKIPPED) and not flow.attempts):
            made_now = [one.id for one in self._ours() if one.id not in known]
            self._that(not made_now or self.pending_jobs, f"{flow.result.value}, and {made_now} was published")

    @property
    def pending_jobs(self) -> bool:
        """Whether a run before this one may have left a job under way."""
        return any("killed" in line or "unknown" in line for line in self.log)

    def _check(self) -> None:
        """Whatever of others went off the line by a version of ours was reported, given up, or says nothing new."""
        record = self._record()
        if record is None:
            return
        for version in self._ours():
            if version.id not in self.looked_at:
                self.looked_at.add(version.id)
                self.pending += [(other.id, version.id) for other in self._replaced(record, version)]
        said = " ".join([*self.lines, *self.bench.said])
        self.pending = [
            (theirs, ours)
            for theirs, ours in self.pending
            if theirs not in self.excused and not re.search(rf"(?<![\d.]){re.escape(theirs)}(?!\d)", said)
        ]
        last = self.results[-1] if self.results else None
        done = last is not None and last.is_success and last is not Result.DRY_RUN
        self._that(not self.pending or not done, f"(theirs, ours) {self.pending}: replaced, and nobody said so")

    def _replaced(self, record: FlowRecord, version: Version) -> list[Version]:
        """What of others a version of ours went over, and which says something else than ours before and after."""
        us = self.bench.emulator.client_id
        earlier = [one for one in record.versions if one.number < version.number]
        ours = [one for one in earlier if self._is_ours(one)]
        known = {self._said(version), *([self._said(ours[-1])] if ours else [])}
        lives = [(one.created, one.number, us) for one in ours]
        lives += [
            (one.published, one.number, one.published_by.id)
            for one in earlier
            if one.published and one.published_by and one.published < version.created
        ]
        _, number, who = max(lives, default=(0.0, 0, us))
        gone = [one for one in earlier if one.number == number and who != us]
        newest = max((one.number for one in earlier if one.kind == "PUBLISH"), default=0)
        gone += [one for one in earlier if one.kind == "CHECKIN" and one.number > newest and not self._is_ours(one)]
        return [one for one in gone if self._said(one) not in known]

    def _check_stamps(self) -> None:
        """No version is called ours that is not."""
        record = self._record()
        if record is None:
            return
        ground = self.bench.ground()
        reader = Reader(ground.inspector, ground.nodes, self.bench.emulator.client_id)
        state = ground.inspector.state(record.id)
        for info in ground.inspector.versions(record.id, 100):
            made = record.version(info.id)
            if made is None:
                continue
            stamp = reader.version(state, info).stamp
            if stamp is None:
                continue
            self._that(self._is_ours(made), f"{info.id} has a true stamp and is {made.by.name}'s")
            text = self.bench.repository.earlier(stamp.commit, self.path) if stamp.commit else None
            self._that(
                not stamp.commit or (text is not None and self._word_of(text.decode()) == self._said(made)),
                f"{info.id} does not say what its commit says",
            )


def doomed(bench: Bench, kind: str, after: int) -> Platform:
    """A client whose process ends the n-th time that it looks at its clock."""
    left, stop, time = [after], threading.Event(), bench.time

    def now() -> float:
        left[0] -= 1
        if left[0] == 0 and kind == "SIGKILL":
            raise KilledError
        if left[0] == 0:
            stop.set()
        return time.now()

    def sleep(seconds: float) -> None:
        if not stop.is_set():
            time.sleep(seconds)

    return connect(bench.platform.settings, clock=Clock(now, sleep, stop), random=lambda: 0.5, timeouts=STEADY)


def _brief(deed: dict[str, Any] | None) -> dict[str, Any] | None:
    if deed is None or "yaml" not in deed:
        return deed
    found = _SAYS.search(deed["yaml"])
    return {**deed, "yaml": found[1] if found else ""}
