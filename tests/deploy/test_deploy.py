"""Deployments: what is asked, in which order, what is written down, and how they end."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ivr_action.deploy.stamp import clean, read
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.plan import PlannedFlow, Verdict
from tests.deploy.bench import JOBS, MAIN, NAME, OURS, PATH, THEIRS, Bench, Diary, Serve, commit, module


@pytest.fixture
def three(serve: Serve) -> Bench:
    """A calls B, and C stands alone; all are live in their first version, and all files have changed since."""
    bench = serve()
    bench.repository.add(files("one"))
    assert bench.deploy(allow_create=True).exit_status == 0
    bench.repository.add(files("two"))
    bench.diary.lines.clear()
    return bench


def files(note: str) -> dict[str, str]:
    calls = {"A": "B", "B": "", "C": ""}
    return {f"{name.lower()}.yaml": module(name, *called, note=note) for name, called in calls.items()}


def results(deployment: Deployment) -> list[tuple[str, str, str]]:
    return [(flow.name, flow.result.value, flow.to_version) for flow in deployment.flows]


# -- what it costs and what it leaves --------------------------------------------------------------------------------


def test_requests_of_a_changed_flow(ours: Bench) -> None:
    since = ours.asked
    ours.deploy()
    lookups = ["GET /api/v2/routing/queues", "GET /api/v2/architect/prompts", "GET /api/v2/routing/queues"]
    assert ours.calls(since) == [
        "GET /api/v2/tokens/me",
        "GET /api/v2/flows",
        "GET /api/v2/flows/{id}/versions/2.0/configuration",
        *lookups,
        "GET /api/v2/flows/{id}",
        "POST /api/v2/flows/jobs",
        "PUT /uploads/{id}",
        "GET /api/v2/flows/jobs/{id}",
        "GET /api/v2/flows/{id}",
        "GET /api/v2/flows/{id}/versions/3.0/configuration",
    ]


def test_requests_of_an_unchanged_flow(ours: Bench) -> None:
    ours.deploy()
    since = ours.asked
    assert ours.deployed().result is Result.UNCHANGED
    assert ours.calls(since) == [
        "GET /api/v2/tokens/me",
        "GET /api/v2/flows",
        "GET /api/v2/flows/{id}/versions/3.0/configuration",
    ]


def test_the_stamp_says_what_it_was_made_from(ours: Bench) -> None:
    ours.deploy()
    stamp = read(ours.flow.description)
    assert stamp is not None
    assert (stamp.commit, stamp.path) == (commit(2), PATH)
    assert clean(ours.flow.description) == "Where everybody calls"


def test_a_change_that_no_configuration_shows_is_published_too(ours: Bench) -> None:
    ours.deploy()
    ours.commit(OURS.replace("  startUpRef", "  initialGreeting:\n    tts: Hello\n  startUpRef"))
    assert ours.deployed().to_version == "4.0"
    assert ours.deployed().result is Result.UNCHANGED


def test_a_change_of_the_description_alone(ours: Bench) -> None:
    ours.deploy()
    ours.commit(OURS.replace("Where everybody calls", "Where nobody calls"))
    assert ours.deployed().to_version == "4.0"
    ours.commit(OURS.replace("  description: Where everybody calls\n", ""))
    assert ours.deployed().to_version == "5.0"
    assert ours.deployed().result is Result.UNCHANGED


def test_the_journal_knows_before_anything_is_sent(ours: Bench) -> None:
    seen: list[int] = []

    class Watching(Diary):
        def intent(self, flow: PlannedFlow) -> None:
            super().intent(flow)
            seen.append(sum(call.startswith(("POST", "PUT")) for call in ours.calls(since)))

    ours.diary = Watching()
    since = ours.asked
    ours.deploy()
    assert (seen, ours.diary.lines) == ([0], ["intent Main line 2.0 update", "outcome Main line 3.0 deployed"])
    ours.deploy()
    assert len(ours.diary.lines) == 2


def test_a_dry_run_writes_nothing(ours: Bench) -> None:
    since = ours.asked
    flow = ours.deployed(dry_run=True)
    assert (flow.result, flow.message) == (Result.DRY_RUN, "Would be published: 1 node changed.")
    assert [call for call in ours.calls(since) if not call.startswith("GET")] == []
    assert ours.diary.lines == []


def test_what_is_otherwise_than_the_plan_is_said(ours: Bench) -> None:
    before = ours.plan()
    assert ours.deploy(before=before, dry_run=True).notices == ()
    ours.emulator.colleague("publish", NAME, yaml=THEIRS)
    first, second = ours.deploy(before=before).notices
    assert first == "Since the plan: `Main line` was at version 2.0 and is at 3.0 by A Colleague."
    assert second.startswith("Since the plan: `Main line` was to be `update` and is `drifted`: Version 3.0 was")


# -- somebody is faster ----------------------------------------------------------------------------------------------


def test_published_between_the_look_and_the_job(ours: Bench) -> None:
    ours.emulator.fault(method="POST", path=JOBS, colleague={"does": "publish", "yaml": THEIRS, "flow": NAME})
    flow = ours.deployed()
    assert (flow.result, flow.to_version, flow.conflicts) == (Result.FAILED, "4.0", 1)
    assert flow.message == (
        f"Flow `Main line` ({ours.flow.id}): while version 4.0 of ours was published, somebody else was faster: "
        "version 3.0, by A Colleague at 2027-01-15T08:00:02.250Z. Ours went over it. Both are in the version history."
    )
    assert [version.by.name for version in ours.flow.versions][2:] == ["A Colleague", "ivr-action"]


@pytest.mark.parametrize(
    ("does", "verdict"), [("publish", "Version 3.0 was"), ("draft", "A Colleague has the flow open")]
)
def test_changed_right_before_the_job(ours: Bench, does: str, verdict: str) -> None:
    ours.emulator.fault(method="GET", path="/api/v2/flows/*", nth=2, colleague={"does": does, "yaml": THEIRS})
    flow = ours.deployed()
    assert flow.result is Result.REFUSED
    assert flow.message.startswith(verdict)
    assert [call for call in ours.calls() if call.startswith("POST")].count("POST /api/v2/flows/jobs") == 1
    assert ours.diary.lines == ["intent Main line 2.0 update", "outcome Main line  refused"]


def test_checked_in_right_before_the_job(ours: Bench) -> None:
    ours.emulator.fault(method="GET", path="/api/v2/flows/*", nth=2, colleague={"does": "check-in", "yaml": THEIRS})
    flow = ours.deployed()
    assert flow.result is Result.REFUSED
    assert flow.message.startswith("A Colleague checked in version 3.0 at ")
    assert "has changed since it was looked at. Nothing was sent. It is looked at again." in ours.said[0]


# -- the platform says no, or nothing --------------------------------------------------------------------------------


def test_a_job_that_fails_is_shown_on_its_line(ours: Bench) -> None:
    said = [
        (
            "[Type:'ArchValidationIssue', ErrorCount:1, ArchObject:[TrackingID:12, Name:'To support', "
            "Type:'ArchActionTransferToAcd']]"
        ),
        "A queue must be selected.",
        "ref path: /inboundCall/tasks/task[Support]/actions/transferToAcd[To support]",
        "setting the Archy exit code to 123",
    ]
    ours.emulator.fault(method="POST", path=JOBS, job={"fail": said})
    flow = ours.deployed()
    assert flow.result is Result.FAILED
    assert flow.message.splitlines()[1:] == ["transferToAcd `To support`: A queue must be selected."]
    [finding] = flow.findings
    assert (finding.rule, finding.location.path, finding.location.line) == ("publish-failed", PATH, 33)
    assert ours.published == "2.0"


def test_a_job_without_an_end(ours: Bench) -> None:
    ours.emulator.fault(method="POST", path=JOBS, job={"never_ends": True})
    deployment = ours.deploy()
    assert deployment.flows[0].result is Result.UNKNOWN
    assert deployment.exit_status == 4
    assert ours.diary.lines[-1] == "outcome Main line  unknown"


def test_no_time_is_left(three: Bench) -> None:
    three.seconds = 4.0
    deployment = three.deploy(on_failure="continue")
    assert deployment.flows[0].result is Result.DEPLOYED
    assert {flow.result for flow in deployment.flows} <= {
        Result.DEPLOYED,
        Result.UNKNOWN,
        Result.SKIPPED,
        Result.FAILED,
    }
    assert deployment.exit_status in (3, 4)


# -- several flows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_called_flows_first(serve: Serve, jobs: int) -> None:
    bench = serve()
    calls = {"A": "BC", "B": "D", "C": "D", "D": ""}
    bench.repository.add({f"{name}.yaml": module(name, *called) for name, called in calls.items()})
    assert results(bench.deploy(allow_create=True, jobs=jobs)) == [
        ("D", "created", "1.0"),
        ("B", "created", "1.0"),
        ("C", "created", "1.0"),
        ("A", "created", "1.0"),
    ]
    lines = [line.split()[1] for line in bench.diary.lines if line.startswith("intent")]
    assert (lines[0], lines[-1]) == ("D", "A")
    since = bench.asked
    assert {flow.result for flow in bench.deploy().flows} == {Result.UNCHANGED}
    assert len(bench.calls(since)) == 1 + 2 * 4


def test_new_flows_that_call_each_other(serve: Serve) -> None:
    bench = serve()
    bench.repository.add({"a.yaml": module("A", "B"), "b.yaml": module("B", "A")})
    assert results(bench.deploy(allow_create=True)) == [("A", "created", "1.0"), ("B", "created", "1.0")]
    bodies = [entry.body for entry in bench.emulator.log.entries if entry.path == JOBS and entry.method == "POST"]
    assert [b"true" in body for body in bodies] == [True, False]
    assert {flow.result for flow in bench.deploy().flows} == {Result.UNCHANGED}


def test_what_would_be_refused_stops_all_before_anything_is_sent(three: Bench) -> None:
    three.emulator.colleague("publish", "C", yaml=module("C", note="theirs"))
    deployment = three.deploy()
    assert results(deployment) == [("B", "skipped", ""), ("A", "skipped", ""), ("C", "refused", "")]
    assert deployment.stopped == (
        "`C` would not be deployed, which showed before anything was sent; so nothing was. `on-failure: continue` "
        "deploys the others."
    )
    assert deployment.exit_status == 3
    assert three.diary.lines == []
    assert results(three.deploy(on_failure="continue")) == [
        ("B", "deployed", "2.0"),
        ("A", "deployed", "2.0"),
        ("C", "refused", ""),
    ]


def fail(bench: Bench, nth: int) -> None:
    bench.emulator.fault(method="POST", path=JOBS, nth=nth, job={"fail": ["A queue must be selected."]})


@pytest.mark.parametrize("jobs", [1, 2])
def test_flows_that_were_not_reached_are_told_in_one_line(serve: Serve, jobs: int) -> None:
    bench = serve()
    bench.repository.add({f"{at}.yaml": module(f"Line {at}") for at in range(9)})
    fail(bench, 1)
    deployment = bench.deploy(allow_create=True, jobs=jobs)
    unreached = [flow for flow in deployment.flows if flow.result is Result.SKIPPED]
    assert len(unreached) >= 7
    assert all(flow.message == f"Nothing was sent. {deployment.stopped}" for flow in unreached)
    names = ", ".join(f"`{flow.name}`" for flow in unreached[:5])
    assert [line for line in bench.said if "skipped" in line] == [
        f"skipped, {len(unreached)} in all: {names} and {len(unreached) - 5} more. {deployment.stopped}"
    ]


def test_stop_after_a_failure(three: Bench) -> None:
    fail(three, 2)
    deployment = three.deploy()
    assert results(deployment) == [("B", "deployed", "2.0"), ("A", "failed", ""), ("C", "skipped", "")]
    assert deployment.stopped == "`A` was not deployed, so nothing was done to those after it."
    assert deployment.flows[2].message == f"Nothing was sent. {deployment.stopped}"


def test_go_on_after_a_failure_but_for_those_that_call_it(three: Bench) -> None:
    fail(three, 1)
    deployment = three.deploy(on_failure="continue")
    assert results(deployment) == [("B", "failed", ""), ("A", "skipped", ""), ("C", "deployed", "2.0")]
    assert deployment.flows[1].message == "Nothing was sent: it calls `B`, which was not deployed."
    assert (deployment.stopped, deployment.exit_status) == ("", 3)


def test_put_back_after_a_failure(three: Bench) -> None:
    fail(three, 2)
    deployment = three.deploy(on_failure="restore")
    assert results(deployment) == [("B", "restored", "3.0"), ("A", "failed", ""), ("C", "skipped", "")]
    said = "Version 2.0 was live; since another flow was not deployed, version 1.0 was published again, as version 3.0."
    assert deployment.flows[0].message == said
    assert deployment.notices == (f"`B`: {said}",)
    stamp = read(three.emulator.flow("B").description)
    assert stamp is not None
    assert stamp.commit == commit(1)
    assert deployment.exit_status == 3
    assert results(three.deploy()) == [("B", "deployed", "4.0"), ("A", "deployed", "2.0"), ("C", "deployed", "2.0")]


def test_nothing_is_put_back_over_somebody_else(three: Bench) -> None:
    theirs = {"does": "publish", "flow": "B", "yaml": module("B", note="theirs")}
    three.emulator.fault(method="POST", path=JOBS, nth=2, colleague=theirs, job={"fail": ["no"]})
    deployment = three.deploy(on_failure="restore")
    assert results(deployment)[0] == ("B", "deployed", "2.0")
    assert deployment.flows[0].message == ("Version 2.0 was not put back: version 3.0 was published on top of it.")


def test_a_module_whose_users_would_break(serve: Serve) -> None:
    bench = serve()
    bench.repository.add({"b.yaml": module("B", inputs=("Common.order",))})
    bench.deploy(allow_create=True)
    bench.repository.add({"a.yaml": module("A", "B", passed=("Common.order",))})
    bench.deploy(allow_create=True)
    bench.repository.add({"b.yaml": module("B", inputs=("Common.customer",))})
    flow = bench.deployed()
    said = (
        "The live commonmodule `A` (version 1.0) passes `order`, which this module does not take any more. Its callers "
        "would meet the error path of the call, or worse."
    )
    assert (flow.result, flow.message) == (Result.REFUSED, f"Nothing was sent: {said}")
    assert [(one.rule, one.location.line) for one in flow.findings] == [("module-interface-changed", 2)]
    bench.repository.add(
        {"a.yaml": module("A", "B", passed=("Common.customer",)), "b.yaml": module("B", inputs=("Common.customer",))}
    )
    assert results(bench.deploy()) == [("B", "deployed", "2.0"), ("A", "deployed", "2.0")]


# -- the run ends ----------------------------------------------------------------------------------------------------


def ending(do: Callable[[], object], on: str) -> Diary:
    """A journal that does something when it hears of a flow."""

    class Ending(Diary):
        def intent(self, flow: PlannedFlow) -> None:
            super().intent(flow)
            if on == f"intent {flow.name}":
                do()

        def outcome(self, flow: DeployedFlow) -> None:
            super().outcome(flow)
            if on == f"outcome {flow.name}":
                do()

    return Ending()


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("on_failure", ["stop", "continue"])
def test_told_to_end_between_two_flows(serve: Serve, on_failure: str) -> None:
    stop = threading.Event()
    bench = serve(stop=stop)
    bench.repository.add(files("one"))
    bench.diary = ending(stop.set, "outcome B")
    deployment = bench.deploy(allow_create=True, on_failure=on_failure)
    assert results(deployment) == [("B", "created", "1.0"), ("A", "skipped", ""), ("C", "skipped", "")]
    assert deployment.stopped == ("The run was told to end (SIGTERM): flows that were not reached are as they were.")
    assert deployment.exit_status == 3


def test_told_to_end_before_a_flow_is_sent(serve: Serve) -> None:
    stop = threading.Event()
    bench = serve(stop=stop)
    bench.repository.add(files("one"))
    bench.diary = ending(stop.set, "intent A")
    deployment = bench.deploy(allow_create=True)
    assert results(deployment) == [("B", "created", "1.0"), ("A", "skipped", ""), ("C", "skipped", "")]
    assert deployment.flows[1].message == "Nothing was sent: the run was told to end (SIGTERM)."
    assert bench.diary.lines[-1] == "outcome A  skipped"


def test_told_to_end_while_a_job_runs(serve: Serve) -> None:
    stop = threading.Event()
    bench = serve(MAIN, stop=stop)
    bench.commit(OURS)

    class Stopping(Diary):
        def intent(self, flow: PlannedFlow) -> None:
            bench.clock.now = stopping

    real = bench.time.now

    def stopping() -> float:
        if any(call == "PUT /uploads/{id}" for call in bench.calls()):
            bench.time.end()
        return real()

    bench.diary = Stopping()
    deployment = bench.deploy(adopt="git")
    flow = deployment.flows[0]
    assert flow.result is Result.UNKNOWN
    assert "was given the flow, and its end is unknown" in flow.message
    assert deployment.exit_status == 4


def test_told_to_end_before_anything(serve: Serve) -> None:
    stop = threading.Event()
    bench = serve(stop=stop)
    bench.repository.add(files("one"))
    stop.set()
    deployment = bench.deploy()
    assert {flow.result for flow in deployment.flows} == {Result.SKIPPED}
    assert deployment.stopped.startswith("The run was told to end (SIGTERM)")


@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupted_by_hand(serve: Serve, jobs: int) -> None:
    bench = serve()
    bench.repository.add(files("one"))
    bench.diary = ending(interrupt, "intent A")
    deployment = bench.deploy(allow_create=True, jobs=jobs, on_failure="continue")
    found = {flow.name: flow.result for flow in deployment.flows}
    assert (found["B"], found["A"]) == (Result.CREATED, Result.SKIPPED)
    assert deployment.stopped == "The run was interrupted: flows that were not reached are as they were."


def test_a_plan_needs_no_right_to_write(ours: Bench) -> None:
    since = ours.asked
    assert ours.planned(routes=True).verdict is Verdict.UPDATE
    assert [call for call in ours.calls(since) if not call.startswith("GET")] == []
