"""What a delivery does with each kind of receiver; the table in docs/webhooks.md is this one."""

from __future__ import annotations

import base64
import json
import logging
import ssl
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from ivr_action import trigger_cicd_webhook
from ivr_action.errors import UsageError
from ivr_action.notify.events import Event
from ivr_action.notify.webhooks import Delivery, Limits, Outcome, WebhookOptions, World, deliver
from tests.genesys.fakes import FakeTime
from tests.notify.receiver import Act, Receiver, certificate

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
ONE = [Event("msg_1", {"type": "ivr_action.flow.deployed", "flow_id": "f1", "version": "7.0", "status": "success"})]
STEADY = Limits(seconds=20.0)
QUICK = Limits(seconds=0.4)
HALF = World(random=lambda: 0.5)


def send(
    *urls: str,
    events: Sequence[Event] = ONE,
    clock: FakeTime | None = None,
    seconds: float = 600.0,
    limits: Limits = STEADY,
    world: World = HALF,
    form: str = "plain",
) -> list[Delivery]:
    options = WebhookOptions(urls, SECRET, form, allow_private=True)
    return deliver(options, events, (clock or FakeTime()).deadline(seconds), limits=limits, world=world)


def test_what_arrives_is_signed_and_the_package_accepts_it() -> None:
    with Receiver() as hook:
        [done] = send(hook.url)
    [seen] = hook.seen
    assert Webhook(SECRET).verify(seen.body, dict(seen.headers)) == ONE[0].data
    assert (seen.headers["webhook-id"], seen.headers["content-type"]) == ("msg_1", "application/json")
    assert (seen.target, seen.headers["host"]) == ("/hooks/secret-path?key=secret-key", f"127.0.0.1:{hook.port}")
    assert seen.headers["user-agent"].startswith("ivr-action/")
    assert done == Delivery(f"127.0.0.1:{hook.port}", "msg_1", Outcome.DELIVERED, 200, 1)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again_under_the_same_id_with_a_new_timestamp(status: int) -> None:
    moment = iter(range(int(time.time()), int(time.time()) + 100, 7))
    clock = FakeTime()
    with Receiver(Act(status), Act(status), Act(204)) as hook:
        [done] = send(hook.url, clock=clock, world=World(random=lambda: 0.5, now=lambda: float(next(moment))))
    assert (done.result, done.status, done.attempts) == (Outcome.DELIVERED, 204, 3)
    assert [seen.headers["webhook-id"] for seen in hook.seen] == ["msg_1"] * 3
    stamps = [int(seen.headers["webhook-timestamp"]) for seen in hook.seen]
    assert [later - stamps[0] for later in stamps] == [0, 7, 14]
    for seen in hook.seen:
        Webhook(SECRET).verify(seen.body, dict(seen.headers))
    assert len({seen.headers["webhook-signature"] for seen in hook.seen}) == 3
    assert clock.waits == [0.5, 1.0]  # half of 1 and of 2 seconds


def test_a_receiver_that_never_recovers_is_given_up_after_five_attempts() -> None:
    clock = FakeTime()
    with Receiver(Act(503)) as hook:
        [done] = send(hook.url, clock=clock)
    assert (done.result, done.status, done.attempts, done.reason) == (Outcome.FAILED, 503, 5, "it answered 503")
    assert (len(hook.seen), clock.waits) == (5, [0.5, 1.0, 2.0, 4.0])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_what_does_not_pass_is_not_tried_again(status: int) -> None:
    with Receiver(Act(status)) as hook:
        [done] = send(hook.url)
    assert (done.result, done.status, done.attempts, len(hook.seen)) == (Outcome.FAILED, status, 1, 1)


def test_retry_after_is_waited_and_a_little_more() -> None:
    clock = FakeTime()
    with Receiver(Act(429, {"Retry-After": "20"}), Act(503, {"Retry-After": "0"}), Act()) as hook:
        [done] = send(hook.url, clock=clock)
    assert (done.delivered, clock.waits) == (True, [22.5, 0.5])


def test_a_pause_that_does_not_fit_is_not_begun() -> None:
    clock = FakeTime()
    with Receiver(Act(429, {"Retry-After": "3600"})) as hook:
        [done] = send(hook.url, clock=clock, seconds=120)
    assert (done.result, done.status, done.attempts, clock.waits) == (Outcome.FAILED, 429, 1, [])
    assert "the next attempt would be in 4050 s, and 120 s are left" in done.reason


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with Receiver() as other, Receiver(Act(status, {"Location": other.url})) as hook:
        [done] = send(hook.url)
    assert (done.result, done.status, done.attempts, other.seen) == (Outcome.FAILED, status, 1, [])
    assert "redirects are not followed" in done.reason


def test_who_is_gone_gets_nothing_more_in_this_run() -> None:
    events = [Event(f"msg_{number}", {"number": number}) for number in range(3)]
    with Receiver(Act(410)) as hook:
        done = send(hook.url, events=events)
    assert [(one.result, one.attempts) for one in done] == [
        (Outcome.FAILED, 1),
        (Outcome.FAILED, 0),
        (Outcome.FAILED, 0),
    ]
    assert "wants no more webhooks" in done[0].reason
    assert len(hook.seen) == 1


def test_a_slow_receiver_is_tried_again_and_never_longer_than_it_may_take() -> None:
    began = time.monotonic()
    with Receiver(Act(silent=True), Act(200)) as hook:
        [done] = send(hook.url, limits=QUICK)
    assert (done.result, done.attempts) == (Outcome.DELIVERED, 2)
    assert time.monotonic() - began < 5


def test_a_receiver_that_never_answers_is_given_up() -> None:
    with Receiver(Act(silent=True)) as hook:
        [done] = send(hook.url, limits=Limits(attempts=3, seconds=0.2))
    assert (done.result, done.status, done.attempts) == (Outcome.FAILED, None, 3)
    assert len(hook.seen) == 3


def test_a_receiver_that_drips_its_headers_does_not_hold_the_run() -> None:
    began = time.monotonic()
    with Receiver(Act(200, {"X-Long": "x" * 500}, drip=0.05)) as hook:
        [done] = send(hook.url, limits=Limits(attempts=2, seconds=0.4))
        took = time.monotonic() - began
    assert (done.result, done.status, done.attempts) == (Outcome.FAILED, None, 2)
    assert "no answer within" in done.reason
    assert took < 5  # with a wait for each byte it would be half a minute


def test_a_body_without_end_is_not_read() -> None:
    with Receiver(Act(200, endless=True)) as hook:
        [done] = send(hook.url)
    assert (done.delivered, done.attempts) == (True, 1)
    assert hook.written < 100_000 * 4096


def test_a_body_that_does_not_come_does_not_take_back_the_answer() -> None:
    began = time.monotonic()
    with Receiver(Act(202, {"Content-Length": "1000"})) as hook:
        [done] = send(hook.url, limits=QUICK)
    assert (done.delivered, done.status) == (True, 202)
    assert time.monotonic() - began < 5


def test_a_cut_connection_is_tried_again_under_the_same_id() -> None:
    with Receiver(Act(cut=True), Act(cut=True), Act()) as hook:
        [done] = send(hook.url)
    assert (done.delivered, done.attempts) == (True, 3)
    assert {seen.headers["webhook-id"] for seen in hook.seen} == {"msg_1"}


def test_a_receiver_that_knows_the_id_can_tell_a_repetition() -> None:
    """The answer to the first attempt is lost; a receiver that keeps ids takes the event once."""
    with Receiver(Act(cut=True), Act()) as hook:
        send(hook.url)
    taken: dict[str, bytes] = {}
    for seen in hook.seen:
        taken.setdefault(seen.headers["webhook-id"], seen.body)
    assert (len(hook.seen), len(taken)) == (2, 1)


def test_nobody_there_is_tried_again_and_then_named() -> None:
    with Receiver() as hook:
        url, port = hook.url, hook.port
    [done] = send(url)
    assert (done.result, done.status, done.attempts, done.reason) == (Outcome.FAILED, None, 5, "no connection")
    assert done.receiver == f"127.0.0.1:{port}"


def test_who_does_not_answer_at_all_is_asked_once_for_each_further_event() -> None:
    with Receiver() as hook:
        url = hook.url
    done = send(url, events=[Event(f"msg_{number}", {}) for number in range(4)])
    assert [one.attempts for one in done] == [5, 1, 1, 1]


def test_an_untrusted_certificate_is_not_tried_again(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, "hooks.example")
    with Receiver(tls=server) as hook:
        [done] = send(f"https://hooks.example:{hook.port}/a", world=World(resolve=lambda _host, _port: ("127.0.0.1",)))
    assert (done.result, done.status, done.attempts, hook.seen) == (Outcome.FAILED, None, 1, [])
    assert "certificate is not trusted" in done.reason


def test_a_certificate_of_another_name_is_not_trusted(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "other.example")
    world = World(resolve=lambda _host, _port: ("127.0.0.1",), tls=lambda: client)
    with Receiver(tls=server) as hook:
        [done] = send(f"https://hooks.example:{hook.port}/a", world=world)
    assert (done.attempts, hook.seen) == (1, [])
    assert "Hostname mismatch" in done.reason


def test_what_speaks_no_tls_fails() -> None:
    world = World(random=lambda: 0.0, resolve=lambda _host, _port: ("127.0.0.1",), tls=ssl.create_default_context)
    with Receiver() as hook:
        [done] = send(f"https://hooks.example:{hook.port}/a", world=world, limits=Limits(attempts=2, seconds=1.0))
    assert (done.result, done.status, hook.seen) == (Outcome.FAILED, None, [])


def test_the_connection_goes_to_the_address_that_was_checked(tmp_path: Path) -> None:
    """The name exists nowhere, so a second look-up by whoever connects could not succeed; its certificate counts."""
    server, client = certificate(tmp_path, "hooks.example")
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> tuple[str, ...]:
        asked.append((host, port))
        return ("127.0.0.1",)

    with Receiver(Act(500), Act(), tls=server) as hook:
        url = f"https://hooks.example:{hook.port}/a"
        [done] = send(url, world=World(random=lambda: 0.0, resolve=resolve, tls=lambda: client))
    assert (done.delivered, done.attempts) == (True, 2)
    assert asked == [("hooks.example", hook.port)] * 2
    assert hook.names == ["hooks.example"] * 2
    assert hook.seen[0].headers["host"] == f"hooks.example:{hook.port}"


def test_the_next_address_is_taken_where_one_does_not_answer(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "hooks.example")
    world = World(resolve=lambda _host, _port: ("127.0.0.2", "127.0.0.1"), tls=lambda: client)
    with Receiver(tls=server) as hook:
        [done] = send(f"https://hooks.example:{hook.port}/a", world=world)
    assert (done.delivered, done.attempts) == (True, 1)


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.5"])
def test_a_name_that_leads_inside_is_refused_and_nothing_is_sent(address: str) -> None:
    with Receiver() as hook:
        options = WebhookOptions((f"https://hooks.example:{hook.port}/a",))
        world = World(resolve=lambda _host, _port: ("1.1.1.1", address))
        [done] = deliver(options, ONE, FakeTime().deadline(), world=world)
    assert (done.result, done.attempts, hook.seen) == (Outcome.REFUSED, 0, [])
    assert f"resolves to {address}" in done.reason


def test_a_name_that_begins_to_lead_inside_is_refused_then(tmp_path: Path) -> None:
    """Rebinding: the first look-up is fine, and what answers is not there; the second one is looked at as closely."""
    answers = iter([(), ("192.168.0.1",)])
    with Receiver() as hook:
        options = WebhookOptions((f"https://hooks.example:{hook.port}/a",))
        world = World(random=lambda: 0.0, resolve=lambda _host, _port: next(answers))
        [done] = deliver(options, ONE, FakeTime().deadline(), world=world)
    assert (done.result, done.attempts, hook.seen) == (Outcome.REFUSED, 1, [])


def test_a_name_without_address_is_tried_again() -> None:
    def resolve(_host: str, _port: int) -> tuple[str, ...]:
        raise OSError("unknown name")

    [done] = send("https://hooks.example/a", world=World(random=lambda: 0.0, resolve=resolve))
    assert (done.result, done.attempts, done.reason) == (Outcome.FAILED, 5, "its name cannot be resolved")


def test_several_receivers_are_told_at_the_same_time_and_one_does_not_hold_up_another() -> None:
    gate = threading.Barrier(2, timeout=10)

    def both(_host: str, _port: int) -> tuple[str, ...]:
        gate.wait()  # passes only when two are under way
        return ("127.0.0.1",)

    with Receiver() as one, Receiver() as two:
        done = send(one.url, two.url, one.url, world=World(resolve=both))
    assert [delivery.delivered for delivery in done] == [True, True]  # the same URL twice is one receiver
    assert (len(one.seen), len(two.seen)) == (1, 1)


def test_events_arrive_in_order() -> None:
    events = [Event(f"msg_{number}", {"number": number}) for number in range(6)]
    with Receiver(Act(), Act(503), Act()) as hook:
        done = send(hook.url, events=events)
    assert [json.loads(seen.body)["number"] for seen in hook.seen] == [0, 1, 1, 2, 3, 4, 5]
    assert [(one.event_id, one.delivered) for one in done] == [(event.id, True) for event in events]


def test_when_the_time_is_up_the_rest_is_not_sent() -> None:
    clock = FakeTime()
    with Receiver(Act(503)) as hook:
        done = send(hook.url, clock=clock, seconds=3.0, events=[Event("msg_1", {}), Event("msg_2", {})])
    assert [one.result for one in done] == [Outcome.FAILED, Outcome.FAILED]
    assert sum(clock.waits) <= 3.0
    assert len(hook.seen) == sum(one.attempts for one in done) < 10


def test_a_run_that_is_told_to_stop_tells_everybody_once_more_and_waits_no_more() -> None:
    stop = threading.Event()
    stop.set()
    clock = FakeTime(stop)
    with Receiver(Act(503), Act(200)) as hook:
        done = send(hook.url, clock=clock, events=[Event("msg_1", {}), Event("msg_2", {})])
    assert [(one.delivered, one.attempts) for one in done] == [(False, 1), (True, 1)]
    assert "told to stop" in done[0].reason
    assert clock.waits == []


def test_paths_and_secrets_are_in_no_message(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Receiver(Act(503, body=b"secret-answer"), Act(404, body=b"secret-answer")) as hook:
        [done] = send(hook.url)
    told = caplog.text + repr(done)
    assert "it answered 404" in told
    for secret in ("secret-path", "secret-key", "secret-answer", SECRET, "k" * 8):
        assert secret not in told


def test_a_bug_of_ours_takes_no_deployment_with_it() -> None:
    def broken() -> float:
        raise ZeroDivisionError

    with Receiver() as hook:
        [done] = send(hook.url, world=World(now=broken))
    assert (done.result, done.reason, hook.seen) == (Outcome.FAILED, "a bug of ours: ZeroDivisionError", [])


def test_nothing_to_tell_or_nobody_to_tell_it_to_is_no_delivery() -> None:
    assert send() == []
    assert send("https://hooks.example/a", events=[]) == []


def test_cloudevents_arrive_as_such() -> None:
    with Receiver() as hook:
        send(hook.url, form="cloudevents")
    [seen] = hook.seen
    assert seen.headers["content-type"] == "application/cloudevents+json"
    assert Webhook(SECRET).verify(seen.body, dict(seen.headers))["data"] == ONE[0].data


def test_options_are_checked_before_anything_is_sent() -> None:
    for given in ({"urls": ("http://a.example/",)}, {"secret": "short"}, {"form": "xml"}):
        with pytest.raises(UsageError):
            WebhookOptions(**given)  # type: ignore[arg-type]
    assert "secret-path" not in repr(WebhookOptions(("https://a.example/secret-path",), SECRET))
    assert SECRET not in repr(WebhookOptions((), SECRET))


# -- the specification's function


def test_the_function_of_the_specification_tells_whether_it_was_delivered() -> None:
    payload = {"flow_id": "f1", "version": 8, "status": "success"}
    with Receiver(Act(200), Act(404)) as hook:
        assert trigger_cicd_webhook(hook.url, payload, secret=SECRET, allow_private=True) is True
        assert trigger_cicd_webhook(hook.url, payload, allow_private=True, event_id="msg_x") is False
    assert json.loads(hook.seen[0].body) == payload
    assert Webhook(SECRET).verify(hook.seen[0].body, dict(hook.seen[0].headers)) == payload
    assert hook.seen[1].headers["webhook-id"] == "msg_x"
    assert "webhook-signature" not in hook.seen[1].headers


@pytest.mark.parametrize("url", ["http://hooks.example/a", "https://10.0.0.1/a", "nonsense", "https://u:p@a.example/"])
def test_a_url_that_cannot_be_used_is_false_and_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert trigger_cicd_webhook(url, {}) is False
    assert "webhook" in caplog.text


def test_a_payload_that_is_no_json_is_an_error_of_the_caller() -> None:
    wrong: list[Any] = [{"a": {1, 2}}, {"a": float("nan")}, None, 5, "text"]
    for payload in wrong:
        with pytest.raises(UsageError, match="no JSON"):
            trigger_cicd_webhook("https://hooks.example/a", payload)
    with pytest.raises(UsageError, match="event_id"):
        trigger_cicd_webhook("https://hooks.example/a", {}, event_id="a.b")
    with pytest.raises(UsageError, match="webhook-secret"):
        trigger_cicd_webhook("https://hooks.example/a", {}, secret="short")
