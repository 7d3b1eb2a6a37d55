"""Nothing is called saved that is not, and nothing lost that was saved: an answer that is missing, or untrue."""

from __future__ import annotations

import threading

import pytest

from ivr_action.errors import OutcomeUnknownError
from ivr_action.genesys.errors import (
    StoppedError,
)
from ivr_action.genesys.store import ConflictError, RejectedError
from tests.genesys.fakes import QUICK, FakeTime
from tests.genesys.nodes import FLOW, NodeFlow, save
from tests.genesys.server import Reply, Seen, Server


def test_a_lost_answer_is_recognised_and_not_repeated(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    def cut_after(seen: Seen) -> Reply:
        flow.put(seen)
        return Reply(reset=True)

    flow.faults = [cut_after]
    saved = save(server, fake_time)
    assert (saved.recovered, saved.version, flow.version) == (True, "2", 2)
    assert len(server.calls("PUT")) == 1


@pytest.mark.parametrize("fault", [Reply(reset=True), Reply(503), Reply(delay=0.7)])
def test_a_save_that_never_arrived_is_sent_again(
    server: Server, fake_time: FakeTime, flow: NodeFlow, fault: Reply
) -> None:
    flow.faults = [lambda seen: fault]
    saved = save(server, fake_time, timeouts=QUICK)
    assert (saved.version, saved.attempts, flow.version) == ("2", 2, 2)


def test_a_save_that_arrives_late_is_recognised(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    held: list[Seen] = []

    def hold(seen: Seen) -> Reply:
        held.append(seen)
        return Reply(reset=True)

    flow.faults = [hold, lambda seen: (flow.put(held[0]), None)[1]]  # the first takes effect when the second comes
    saved = save(server, fake_time)
    assert (saved.recovered, saved.version, flow.version) == (True, "2", 2)


def test_a_truncated_answer_is_a_lost_one(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: Reply(200, flow.put(seen).content()[:30])]
    assert save(server, fake_time).recovered


def test_a_lost_save_that_others_built_on_is_found_in_the_history(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    def cut_and_edited(seen: Seen) -> Reply:
        flow.put(seen)
        flow.edit("later", "other")
        return Reply(reset=True)

    flow.faults = [cut_and_edited]
    saved = save(server, fake_time)
    assert (saved.recovered, saved.version, saved.superseded_by) == (True, "2", "3")


def test_without_a_history_a_lost_save_that_others_built_on_stays_unknown(server: Server, fake_time: FakeTime) -> None:
    flow = NodeFlow(server, history=False)

    def cut_and_edited(seen: Seen) -> Reply:
        flow.put(seen)
        flow.edit("later", "other")
        return Reply(reset=True)

    flow.faults = [cut_and_edited]
    with pytest.raises(OutcomeUnknownError) as caught:
        save(server, fake_time)
    assert caught.value.exit_status == 4
    assert "version history" in caught.value.hint
    assert len(server.calls("PUT")) == 1


@pytest.mark.parametrize("history", [True, False])
def test_a_colleague_who_took_the_version_makes_the_lost_save_certain_to_be_lost(
    server: Server, fake_time: FakeTime, history: bool
) -> None:
    flow = NodeFlow(server, history=history)

    def cut_and_edited(seen: Seen) -> Reply:
        flow.edit("theirs")
        return Reply(reset=True)

    flow.faults = [cut_and_edited]
    with pytest.raises(ConflictError):
        save(server, fake_time)


def test_a_platform_that_stays_away_leaves_it_unknown(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    def gone(seen: Seen) -> Reply:
        server.on("GET", FLOW, Reply(reset=True))
        return Reply(reset=True)

    flow.faults = [gone]
    with pytest.raises(OutcomeUnknownError, match=r"it was sent.*Then: GET .*no answer"):
        save(server, fake_time)


def test_sigterm_after_a_lost_answer_leaves_it_unknown(
    server: Server, fake_time: FakeTime, flow: NodeFlow, stop: threading.Event
) -> None:
    def stopped(seen: Seen) -> Reply:
        stop.set()
        return Reply(reset=True)

    flow.faults = [stopped]
    with pytest.raises(OutcomeUnknownError, match="Stopped while waiting"):
        save(server, fake_time)


def test_sigterm_before_the_save_changes_nothing(
    server: Server, fake_time: FakeTime, flow: NodeFlow, stop: threading.Event
) -> None:
    with pytest.raises(StoppedError):
        save(server, fake_time, keep=lambda live: stop.set())
    assert flow.version == 1


# -- a 200 that is none


def test_a_200_that_stored_nothing_is_a_failure(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: flow.get()]
    with pytest.raises(RejectedError, match="answered 200 and stored nothing: version 1 is live as before") as caught:
        save(server, fake_time)
    assert "does not take nodes by PUT" in caught.value.hint
    assert caught.value.exit_status == 3


def test_a_new_version_that_shows_late_is_waited_for(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    old = flow.get()
    shown = [old, old, old]
    server.on("GET", FLOW, lambda seen: shown.pop() if shown else flow.get())
    assert save(server, fake_time).version == "2"


def test_a_200_that_stored_something_else_is_a_failure(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    def changed(seen: Seen) -> Reply:
        flow.edit("something else")
        return flow.get()

    flow.faults = [changed]
    with pytest.raises(RejectedError, match="version 2 does not hold what was sent"):
        save(server, fake_time)


def test_a_colleague_right_after_us_does_not_make_it_a_failure(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    def then_edited(seen: Seen) -> Reply:
        answer = flow.put(seen)
        flow.edit("later", "other")
        return answer

    flow.faults = [then_edited]
    saved = save(server, fake_time)
    assert (saved.version, saved.superseded_by) == ("2", "3")


def test_a_save_that_cannot_be_read_back_is_unknown(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    def then_gone(seen: Seen) -> Reply:
        server.on("GET", FLOW, Reply(500))
        return flow.put(seen)

    flow.faults = [then_gone]
    with pytest.raises(OutcomeUnknownError, match="answered 200 and could not be read back"):
        save(server, fake_time)
