"""Nothing is uploaded twice that may have arrived, and no job is called done whose end nobody saw."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterator

import pytest

from ivr_action.emulator import Emulator
from ivr_action.emulator.world import Pace
from ivr_action.errors import OutcomeUnknownError
from ivr_action.genesys.errors import ForbiddenError, ServerError, StoppedError, UnreachableError
from ivr_action.genesys.job_errors import HeldError, JobFailedError
from ivr_action.genesys.store import ABSENT, JobUnderWayError, RejectedError
from tests.genesys.publishing import CHANGED, NAME, YAML, Ground, Kept, Serve, again, content_of

REGISTER = {"method": "POST", "path": "/api/v2/flows/jobs"}
UPLOAD = {"method": "PUT", "path": "/uploads/*"}
POLL = {"method": "GET", "path": "/api/v2/flows/jobs/*"}
JOB = "POST /api/v2/flows/jobs"


def uploads(ground: Ground) -> int:
    return sum(1 for entry in ground.emulator.log.entries if entry.method == "PUT")


def versions(ground: Ground) -> list[str]:
    return [version.id for version in ground.emulator.flow(NAME).versions]


# -- registration


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"status": 503}, {"truncate": 0.5}])
def test_a_registration_whose_answer_is_lost_is_made_again(serve: Serve, fault: dict[str, object]) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, **fault)
    assert ground.save().version == "2.0"
    assert ground.count(JOB) == 2
    assert uploads(ground) == 1


def test_no_answer_to_any_registration_changes_nothing(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, count=0, drop="after")
    with pytest.raises(UnreachableError, match=r"tried 3 times\. No flow was sent") as caught:
        ground.save()
    assert caught.value.exit_status == 3
    assert versions(ground) == ["1.0"]


def test_a_platform_that_registers_no_job_is_a_server_error(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, count=0, status=500)
    with pytest.raises(ServerError):
        ground.save()
    assert ground.count(JOB) == 3


def test_a_registration_that_is_too_fast_waits_as_long_as_it_is_told(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, status=429, retry_after=17)
    assert ground.save().version == "2.0"
    assert any(wait >= 17 for wait in ground.time.waits)


# -- upload


def test_an_upload_that_was_cut_and_arrived_is_not_repeated(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**UPLOAD, drop="after")
    assert ground.save().version == "2.0"
    assert (uploads(ground), versions(ground)) == (1, ["1.0", "2.0"])


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"status": 503}])
def test_an_upload_that_did_not_arrive_is_made_again_after_some_looks(serve: Serve, fault: dict[str, object]) -> None:
    ground = serve()
    ground.emulator.fault(**UPLOAD, **fault)
    assert ground.save().version == "2.0"
    assert (uploads(ground), ground.count(JOB)) == (2, 1)
    calls = ground.calls()
    first, second = (place for place, call in enumerate(calls) if call.startswith("PUT"))
    assert calls[first + 1 : second] == ["GET /api/v2/flows/jobs/{id}"] * 7


def test_uploads_that_never_arrive_leave_it_unknown(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**UPLOAD, count=0, drop="before")
    with pytest.raises(JobUnderWayError, match="its last status was Registered"):
        ground.save()
    assert uploads(ground) == 3


def test_an_address_that_has_expired_makes_another_job(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**UPLOAD, status=403)
    assert ground.save().version == "2.0"
    assert (uploads(ground), ground.count(JOB)) == (2, 2)


def test_a_storage_that_refuses_says_so_and_nothing_is_changed(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**UPLOAD, count=0, status=403)
    with pytest.raises(RejectedError, match=r"refused the upload twice \(403 AccessDenied\)") as caught:
        ground.save()
    assert "X-Emulator-Signature" not in str(caught.value)
    assert versions(ground) == ["1.0"]


def test_a_refusal_after_an_upload_that_may_have_arrived_is_no_refusal(serve: Serve) -> None:
    """The first may still start the job, so another job would be one too many."""
    ground = serve()
    ground.emulator.fault(**UPLOAD, drop="before")
    ground.emulator.fault(**UPLOAD, nth=2, count=0, status=403)
    with pytest.raises(JobUnderWayError):
        ground.save()
    assert ground.count(JOB) == 1


# -- looking


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"status": 503}, {"truncate": 0.2}, {"expire_token": True}])
def test_looks_that_fail_are_made_again(serve: Serve, fault: dict[str, object]) -> None:
    ground = serve()
    ground.emulator.fault(**POLL, count=2, **fault)
    assert ground.save().version == "2.0"


def test_looks_grow_apart_until_they_are_a_quarter_minute_apart(serve: Serve) -> None:
    ground = serve(pace=_slow())
    assert ground.save().version == "2.0"
    looks = [entry.started for entry in ground.emulator.log.entries if "/flows/jobs/" in entry.path]
    apart = [later - earlier for earlier, later in itertools.pairwise(looks)]
    assert all(later >= earlier - 0.01 for earlier, later in itertools.pairwise(apart))
    assert 2 <= apart[0] <= 4
    assert 15 <= apart[-1] < 20
    assert len(looks) < 35


def _slow() -> Pace:
    return Pace(job=240.0)


def test_a_platform_that_stays_away_leaves_it_unknown_and_nothing_is_sent_again(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(method="GET", nth=5, count=0, drop="before")
    with pytest.raises(JobUnderWayError, match="4 questions in a row had no good answer") as caught:
        ground.save()
    assert caught.value.exit_status == 4
    (job,) = ground.emulator.world.state.jobs
    assert caught.value.job_id == job
    assert f"/api/v2/flows/jobs/{job}" in caught.value.hint
    assert (uploads(ground), versions(ground)) == (1, ["1.0", "2.0"])


def test_a_job_that_cannot_be_asked_for_is_found_in_the_flow(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**POLL, count=0, drop="before")
    saved = ground.save()
    assert (saved.version, saved.recovered) == ("2.0", True)
    assert uploads(ground) == 1


def test_a_permission_to_ask_that_is_missing_is_named_and_the_flow_is_looked_at(serve: Serve) -> None:
    rights = ["architect:flow:view", "architect:flow:publish", "architect:job:create"]
    ground = serve(client=rights, pace=_slow())
    with pytest.raises(JobUnderWayError, match="architect:job:view"):
        ground.save()


@pytest.mark.parametrize("job", [{"never_ends": True}, {"status": "Queued"}])
def test_a_job_that_never_ends_is_unknown_after_its_time(serve: Serve, job: dict[str, object]) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, job=job)
    began = ground.time.now()
    with pytest.raises(OutcomeUnknownError, match=f"its last status was {job.get('status', 'Started')}") as caught:
        ground.save()
    assert 900 < ground.time.now() - began <= 960
    assert "of 960 s are left" in str(caught.value)


def test_the_deadline_of_the_run_is_before_the_jobs(serve: Serve) -> None:
    ground = serve(seconds=60.0)
    ground.emulator.fault(**REGISTER, job={"never_ends": True})
    with pytest.raises(JobUnderWayError, match="of 60 s are left"):
        ground.save()


def test_a_run_that_is_ended_while_its_job_runs_says_which(serve: Serve) -> None:
    stop = threading.Event()
    ground = serve(stop=stop, pace=_slow())
    with _stopped_at(ground.emulator, "/flows/jobs/", stop), pytest.raises(JobUnderWayError, match="Stopped"):
        ground.save()
    ground.time.advance(300)
    assert ground.published == "2.0"


def test_a_run_that_is_ended_before_its_upload_changes_nothing(serve: Serve) -> None:
    stop = threading.Event()
    ground = serve(stop=stop, guard=lambda state: stop.set())
    with pytest.raises(StoppedError):
        ground.save()
    assert uploads(ground) == 0


class _stopped_at:  # noqa: N801 - a context manager
    """Sets the event as soon as a request to such a path was answered."""

    def __init__(self, emulator: Emulator, path: str, stop: threading.Event) -> None:
        self.emulator, self.path, self.stop = emulator, path, stop
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self.over.wait(0.001):
            if any(self.path in entry.path for entry in list(self.emulator.log.entries)):
                self.stop.set()
                return

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


# -- failures


def test_a_job_that_used_up_the_request_limit_is_started_again(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, job={"fail": THROTTLED})
    assert ground.save().version == "2.0"
    assert ground.count(JOB) == 2
    assert any(wait >= 20 for wait in ground.time.waits)


def test_a_limit_that_stays_used_up_is_named_as_what_it_is(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, count=0, job={"fail": THROTTLED})
    with pytest.raises(JobFailedError, match=r"could not find the flow.*most often .* \(429\)") as caught:
        ground.save()
    assert caught.value.is_throttled
    assert "one flow at a time" in caught.value.hint
    assert "setting the Archy exit code to 107" in caught.value.raw
    assert ground.count(JOB) == 3


THROTTLED = [
    "ArchSession.startWithAuthToken - Exception info: could not find the flow with id 'abc'",
    "Error during program export execution:",
    "setting the Archy exit code to 107",
]


def test_a_lock_taken_between_the_look_and_the_job_names_its_holder(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, colleague={"does": "lock", "flow": NAME})
    with pytest.raises(HeldError, match="open for editing by A Colleague"):
        ground.save()


def test_a_job_that_fails_without_a_word_gets_a_diagnosis(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, job={"fail": []}, colleague={"does": "draft", "flow": NAME, "yaml": YAML})
    with pytest.raises(JobFailedError) as caught:
        ground.save()
    assert "does not say why" in str(caught.value)
    assert "It is open for editing by A Colleague." in caught.value.messages
    assert any("There is a draft: a saved draft, by A Colleague" in text for text in caught.value.messages)
    assert caught.value.problems == ()
    quiet = serve()
    quiet.emulator.fault(**REGISTER, job={"fail": []})
    with pytest.raises(JobFailedError, match="shows nothing: no lock, no draft") as caught:
        quiet.save()
    assert "docs/permissions.md" in caught.value.hint


def test_messages_are_explained_and_kept_as_they_came(serve: Serve) -> None:
    ground = serve()
    with pytest.raises(JobFailedError) as caught:
        ground.save(CHANGED.replace("task[Support]", "task[Nowhere]"))
    problem = caught.value.problems[0]
    assert (problem.kind, problem.ref_path) == ("validation", "./tasks/task[Nowhere]")
    assert any("ArchValidationIssue" in text for text in caught.value.raw)
    assert "ArchValidationIssue" not in str(caught.value)
    assert caught.value.job_id in str(caught.value)
    assert "Correct it in the file" in caught.value.hint


def test_what_was_published_while_a_job_failed_is_told(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**REGISTER, job={"fail": ["It failed."]}, colleague={"does": "edit", "flow": NAME})
    with pytest.raises(JobFailedError) as caught:
        ground.save()
    assert caught.value.messages[1] == "It failed."
    assert caught.value.messages[2].startswith("Meanwhile version 2.0, by A Colleague at 2027-")


# -- creating


def test_a_new_flow_whose_job_cannot_be_asked_for_is_found(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**POLL, count=0, drop="before")
    content = content_of(YAML.replace(NAME, "Second line"), "Second line")
    saved = ground.store.create(content)
    assert (saved.version, saved.previous, saved.recovered) == ("1.0", ABSENT, True)


def test_a_new_flow_that_is_not_there_yet_is_unknown(serve: Serve) -> None:
    ground = serve(seconds=60.0)
    ground.emulator.fault(**REGISTER, job={"never_ends": True})
    with pytest.raises(JobUnderWayError, match="Flow `Second line`: publish job"):
        ground.store.create(content_of(YAML.replace(NAME, "Second line"), "Second line"))


def test_a_colleague_who_creates_the_flow_first_is_named(serve: Serve) -> None:
    ground = serve(client=None)
    content = content_of(YAML.replace(NAME, "Second line"), "Second line")
    assert ground.store.create(content).version == "1.0"
    with pytest.raises(Exception, match="it did not exist before"):
        again(ground).store.create(content)


# -- exports


EXPORT = {"method": "POST", "path": "/api/v2/flows/export/jobs"}


def test_an_export_that_fails_at_random_is_started_again(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(**EXPORT, job={"fail": ["could not find the flow with id 'x'"]})
    ground.emulator.fault(**EXPORT, nth=2, drop="after")
    assert "name: Main line" in ground.store.export(ground.id, "1.0")
    assert ground.count("POST /api/v2/flows/export/jobs") == 3


def test_an_export_that_fails_each_time_says_what_the_platform_says(serve: Serve) -> None:
    ground = serve()
    with pytest.raises(RejectedError, match=r"Version 9.0 .* was not exported: the job failed 5 times") as caught:
        ground.store.export(ground.id, "9.0")
    assert "request limit" in caught.value.hint


def test_an_export_without_the_permission_is_refused_at_once(serve: Serve) -> None:
    ground = serve(client=["architect:flow:view"])
    with pytest.raises(ForbiddenError, match="architect:jobExport:create"):
        ground.store.export(ground.id, "1.0")


# -- secrets


@pytest.fixture
def log() -> Iterator[Kept]:
    handler = Kept()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


def test_no_presigned_address_is_logged_or_said(serve: Serve, log: Kept) -> None:
    ground = serve()
    ground.emulator.fault(**UPLOAD, drop="before")
    ground.save()
    ground.store.export(ground.id, "1.0")
    ground.emulator.fault(**UPLOAD, count=0, status=400)
    with pytest.raises(RejectedError) as caught:
        ground.save(YAML)
    ours = [line for line in log.lines if "asyncio" not in line]
    said = "\n".join([*ours, str(caught.value), caught.value.hint])
    state = ground.emulator.world.state
    keys = [job.key for job in [*state.jobs.values(), *state.exports.values()]]
    assert len(keys) >= 3
    assert not [key for key in keys if key in said]
    assert "/uploads/" not in said or "?" not in said
    assert any("PUT /uploads/" in line for line in ours)
