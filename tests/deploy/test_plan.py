"""What a plan shows besides the verdict: ways in, users, what is not known; and two runs at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from ivr_action.deploy.run import deploy
from ivr_action.deploy.values import Options
from ivr_action.emulator import Emulator, ScaledTime
from ivr_action.genesys.client import connect
from ivr_action.genesys.clock import Clock
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.model.deployment import DeployedFlow, Result
from ivr_action.model.plan import Consumer, Route
from tests.deploy.bench import MAIN, NAME, OURS, PATH, YAML, Bench, Serve, module
from tests.genesys.fakes import STEADY


def test_ways_in(bench: Bench) -> None:
    ref = {"id": bench.flow.id, "name": NAME}
    bench.emulator.world.add_entity("ivr", "Hotline", dnis=["+4930123"], openHoursFlow=ref, holidayHoursFlow=ref)
    bench.commit(YAML)
    assert bench.planned().routes == ()
    assert bench.planned(routes=True).routes == (Route("ivr", "Hotline", ("+4930123",), ("open", "holiday")),)


def test_who_uses_a_module(serve: Serve) -> None:
    bench = serve()
    bench.repository.add({"a.yaml": module("A", "B"), "b.yaml": module("B")})
    bench.deploy(allow_create=True)
    flows = {flow.name: flow for flow in bench.plan(routes=True).flows}
    user = bench.emulator.flow("A")
    assert flows["B"].consumers == (Consumer("COMMONMODULEFLOW", "A", user.id),)
    assert flows["A"].consumers == ()


def test_what_cannot_be_looked_up_is_said_once(bench: Bench) -> None:
    bench.emulator.fault(path="/api/v2/routing/queues", status=403, count=0, code="missing.any.permissions")
    bench.commit(YAML)
    assert bench.plan().notices == (
        "queue cannot be looked up: the OAuth client lacks the permission routing:queue:view.",
    )
    assert bench.planned().findings == ()


def test_two_runs_of_one_commit_at_once() -> None:
    """Both end, one version is made, and neither says what is not so."""
    time = ScaledTime(400)
    with Emulator(seeds=[MAIN], clock=time.now, pause=time.pause) as emulator:
        start = threading.Barrier(2)

        def run(number: int) -> DeployedFlow:
            clock = Clock(time.now, time.sleep)
            settings = PlatformSettings(
                client_id=emulator.client_id,
                client_secret=emulator.client_secret,
                api_url=emulator.api_url,
                login_url=emulator.login_url,
            )
            with connect(settings, clock=clock, random=lambda: 0.3 + number / 3, timeouts=STEADY) as platform:
                bench = Bench(emulator, time, platform, clock)
                bench.commit(OURS)
                files, ground = bench.files(), bench.ground()
                start.wait(10)
                return deploy(files, ground, bench.target, Options(adopt="git")).flows[0]

        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(run, range(2)))
        flow = emulator.flow(NAME)
        made = [version.id for version in flow.versions][1:]
        assert len(made) in (1, 2)
        told = [one for one in found if one.result is Result.DEPLOYED]
        assert told
        for one in found:
            assert one.path == PATH
            assert one.result in (Result.DEPLOYED, Result.UNCHANGED), one.message
            if one.result is Result.DEPLOYED:
                assert one.to_version == flow.published
        if len(made) == 2:  # both jobs were under way before either was seen
            assert all("Another run of ours has published the same at the same time" in one.message for one in told)
        else:
            assert len(told) == 1
