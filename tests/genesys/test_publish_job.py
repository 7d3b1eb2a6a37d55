"""Saving by publish jobs: what is sent, what is guarded, what is counted, and what is said."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr_action.emulator.world import Pace
from ivr_action.genesys.errors import ForbiddenError, LockedError
from ivr_action.genesys.flow_state import FlowState
from ivr_action.genesys.job_errors import HeldError, JobFailedError, SlippedBetweenError
from ivr_action.genesys.publishing import publish_store
from ivr_action.genesys.store import ABSENT, ConflictError, FlowRef, FlowStore, RejectedError
from tests.genesys.publishing import CHANGED, NAME, YAML, Serve, again, content_of, digest_of

JOB = "POST /api/v2/flows/jobs"


def test_a_flow_is_published_and_verified_in_seven_requests(serve: Serve) -> None:
    ground = serve()
    base = ground.store.read(ground.id)
    before = len(ground.emulator.log.entries)
    saved = ground.save(base=base)
    assert (saved.version, saved.previous, saved.changed, saved.attempts) == ("2.0", "1.0", True, 1)
    assert ground.calls(before) == [
        "GET /api/v2/flows/{id}",  # the loop: is it still what ours was made from
        "GET /api/v2/flows/{id}",  # right before the job: the same, and free
        "POST /api/v2/flows/jobs",
        "PUT /uploads/{id}",
        "GET /api/v2/flows/jobs/{id}",
        "GET /api/v2/flows/{id}",  # which version is ours; the loop reads back the same
        "GET /api/v2/flows/{id}/versions/2.0/configuration",
    ]
    assert ground.store.holds(ground.store.read(ground.id), content_of(CHANGED))
    assert not ground.store.holds(ground.store.read(ground.id, "1.0"), content_of(CHANGED))


def test_what_is_live_already_costs_no_job(serve: Serve) -> None:
    ground = serve()
    assert not ground.save(YAML).changed
    assert ground.count(JOB) == 0


def test_a_changed_description_alone_is_a_change(serve: Serve) -> None:
    ground = serve()
    described = YAML.replace("Where everybody calls", "Where nobody calls")
    assert ground.save(described).version == "2.0"
    assert ground.inspector.state(ground.id).description == "Where nobody calls"
    assert not ground.save(described).changed


def test_the_upload_has_the_headers_that_were_asked_for_and_no_token(serve: Serve) -> None:
    ground = serve()
    ground.save()
    (job,) = ground.emulator.world.state.jobs.values()
    (upload,) = [entry for entry in ground.emulator.log.entries if entry.method == "PUT"]
    headers = dict(upload.headers)
    assert {name: headers[name] for name in job.headers} == job.headers
    of_any_client = {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length"}
    assert set(headers) == {*job.headers, *of_any_client}
    assert upload.body.decode() == CHANGED


def test_the_presigned_address_is_hidden_before_anything_can_show_it(serve: Serve) -> None:
    ground = serve()
    ground.save()
    (job,) = ground.emulator.world.state.jobs.values()
    address = f"{ground.emulator.api_url}/uploads/{job.id}?X-Emulator-Signature={job.key}"
    assert address in ground.secrets
    assert job.key not in ground.platform.redact(f"the key is X-Emulator-Signature={job.key}")


def test_the_store_is_a_flow_store(serve: Serve) -> None:
    ground = serve()
    assert isinstance(ground.store, FlowStore)
    found = ground.store.find(FlowRef(NAME, "INBOUNDCALL"))
    assert found is not None
    assert (found.id, found.type, found.division) == (ground.id, "inboundcall", "Home")
    assert ground.store.next_version("14.0") == "15.0"
    assert ground.store.next_version("") == "1.0"


# -- guards


def test_a_version_that_came_since_stops_the_save(serve: Serve) -> None:
    ground = serve()
    base = ground.store.read(ground.id)
    ground.emulator.colleague("edit", NAME)
    with pytest.raises(ConflictError, match=r"changed by A Colleague at 2027-.*: version 2.0 is live, version 1.0"):
        ground.save(base=base)
    with pytest.raises(ConflictError):
        ground.store.save(ground.id, content_of(CHANGED), "1.0")
    assert ground.count(JOB) == 0


def test_a_flow_that_should_not_exist_and_does_stops_the_save(serve: Serve) -> None:
    ground = serve()
    with pytest.raises(ConflictError, match="it did not exist before"):
        ground.store.save(ground.id, content_of(CHANGED), ABSENT)
    with pytest.raises(ConflictError, match="it did not exist before"):
        ground.store.create(content_of(CHANGED))
    assert ground.count(JOB) == 0


@pytest.mark.parametrize("client", ["", "Somebody's pipeline"])
def test_a_lock_stops_the_save_and_names_its_holder(serve: Serve, client: str) -> None:
    ground = serve()
    ground.emulator.colleague("lock", NAME, as_client=client)
    with pytest.raises(LockedError) as caught:
        ground.save()
    assert caught.value.who == (client or "A Colleague")
    assert f"open for editing by {client or 'A Colleague'}" in str(caught.value)
    assert ("(an OAuth client)" in str(caught.value)) == bool(client)
    assert "force-unlock" in caught.value.hint
    assert ground.count(JOB) == 0


def test_a_lock_with_a_draft_says_since_when(serve: Serve) -> None:
    ground = serve()
    ground.time.advance(60)
    ground.emulator.colleague("draft", NAME, yaml=CHANGED)
    with pytest.raises(HeldError, match="with a draft saved at 2027-01-15T08:01") as caught:
        ground.save()
    assert caught.value.draft is not None
    assert caught.value.draft.by == "A Colleague"


def test_a_lock_of_our_own_is_no_obstacle(serve: Serve) -> None:
    ground = serve()
    ground.platform.call("POST", "/api/v2/flows/actions/checkout", query={"flow": ground.id})
    assert ground.inspector.state(ground.id).is_locked
    assert ground.save().version == "2.0"


def test_a_job_of_our_own_that_still_runs_is_named(serve: Serve) -> None:
    ground = serve(seconds=60.0)
    ground.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"never_ends": True})
    with pytest.raises(Exception, match="its end is unknown"):
        ground.save()
    with pytest.raises(HeldError, match="our own OAuth client") as caught:
        again(ground).save()
    assert "once that job is over" in caught.value.hint


def test_another_name_in_the_file_is_no_save_of_this_flow(serve: Serve) -> None:
    ground = serve()
    with pytest.raises(RejectedError, match="is to be saved as `Other`") as caught:
        ground.store.save(ground.id, content_of(YAML.replace(NAME, "Other"), "Other"), "1.0")
    assert "rename it first" in caught.value.hint
    assert ground.count(JOB) == 0


def test_a_guard_sees_the_flow_right_before_the_job(serve: Serve) -> None:
    seen: list[FlowState] = []

    def guard(state: FlowState) -> None:
        seen.append(state)
        if state.draft() is not None:
            raise RejectedError(["there is a draft"])

    ground = serve(guard=guard)
    assert ground.save().version == "2.0"
    ground.emulator.colleague("check-in", NAME, yaml=YAML)
    with pytest.raises(RejectedError, match="there is a draft"):
        ground.save(YAML)
    assert len(seen) == 2
    assert ground.count(JOB) == 1


def test_jobs_wait_for_their_turn(serve: Serve) -> None:
    slots = threading.Semaphore(1)
    ground = serve(slots=slots, seconds=100.0)
    slots.acquire()
    with pytest.raises(Exception, match="other publish jobs are under way"):
        ground.save()
    assert ground.count(JOB) == 0
    slots.release()
    assert again(ground).save().version == "2.0"


# -- counting


def test_a_colleague_between_the_look_and_the_job_is_found_and_named(serve: Serve) -> None:
    ground = serve()
    deed = {"does": "edit", "flow": NAME}
    ground.emulator.fault(method="POST", path="/api/v2/flows/jobs", colleague=deed)
    with pytest.raises(SlippedBetweenError) as caught:
        ground.save()
    assert "version 2.0, by A Colleague" in str(caught.value)
    assert caught.value.saved.version == "3.0"
    assert [version.id for version in caught.value.others] == ["2.0"]
    assert [version.id for version in ground.inspector.versions(ground.id)] == ["3.0", "2.0", "1.0"]


def test_a_colleague_right_after_us_is_told_and_ours_is_found(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(
        method="GET", path="/api/v2/flows/*", nth=5, colleague={"does": "edit", "flow": NAME}
    )  # 1: base, 2: loop, 3: guard, then the poll, then the look at what was made
    saved = ground.save()
    assert (saved.version, saved.superseded_by) == ("2.0", "3.0")


def test_a_draft_that_was_checked_in_before_takes_a_number_and_nothing_else(serve: Serve) -> None:
    ground = serve()
    ground.emulator.colleague("check-in", NAME, yaml=YAML)
    saved = ground.save()
    assert (saved.version, saved.previous, saved.superseded_by) == ("3.0", "1.0", "")


def test_a_success_that_published_nothing_is_a_failure(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"nothing": True})
    with pytest.raises(RejectedError, match=r"says Success, and the published version is 1.0 as before"):
        ground.save()


def test_a_success_that_published_something_else_is_a_failure(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"corrupt": True})
    with pytest.raises(RejectedError, match=r"version 2\.0 does not hold what was sent"):
        ground.save()


def test_a_job_that_made_another_flow_says_which(serve: Serve) -> None:
    """The content's name is right and the YAML's is not: the platform goes by the YAML."""
    ground = serve()
    with pytest.raises(RejectedError, match="has published another flow") as caught:
        ground.store.save(ground.id, content_of(CHANGED.replace(NAME, "Second line")), "1.0")
    assert ground.emulator.flow("Second line").id in str(caught.value)
    assert ground.published == "1.0"


def test_a_token_of_a_user_counts_by_number_and_content(serve: Serve) -> None:
    ground = serve()
    ground.store = publish_store(ground.platform, ground.inspector, ground.deadline, digest=digest_of, client_id="")
    assert ground.save().version == "2.0"


# -- creating and restoring


def test_a_flow_is_created_and_verified(serve: Serve) -> None:
    ground = serve()
    content = content_of(YAML.replace(NAME, "Second line"), "Second line")
    saved = ground.store.save("", content, ABSENT)
    flow = ground.emulator.flow("Second line")
    assert (saved.flow_id, saved.version, saved.previous) == (flow.id, "1.0", ABSENT)
    assert ground.store.holds(ground.store.read(flow.id), content)


def test_a_flow_that_is_created_wrongly_is_no_success(serve: Serve) -> None:
    ground = serve()
    ground.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"corrupt": True})
    with pytest.raises(RejectedError, match="does not hold what was sent"):
        ground.store.create(content_of(YAML.replace(NAME, "Second line"), "Second line"))


def test_a_flow_without_a_published_version_is_version_nothing(serve: Serve) -> None:
    ground = serve()
    made = ground.platform.call("POST", "/api/v2/flows", body={"name": "Empty", "type": "inboundcall"})
    content = content_of(YAML.replace(NAME, "Empty"), "Empty")
    live = ground.store.read(made["id"])
    assert live.version == ""
    assert not ground.store.holds(live, content)
    saved = ground.store.save(made["id"], content, "")
    assert (saved.flow_id, saved.version) == (made["id"], "1.0")


def test_an_old_version_is_restored_as_a_new_one(serve: Serve) -> None:
    ground = serve()
    ground.save()
    restored = ground.store.restore(ground.id, "1.0")
    assert (restored.version, restored.previous) == ("3.0", "2.0")
    assert ground.store.holds(ground.store.read(ground.id), content_of(YAML))


def test_a_version_from_before_a_rename_is_not_restored_into_a_second_flow(serve: Serve) -> None:
    ground = serve()
    id_ = ground.id
    assert ground.inspector.rename(id_, "Renamed line").name == "Renamed line"
    with pytest.raises(RejectedError, match=f"is named `{NAME}`"):
        ground.store.restore(id_, "1.0")
    assert ground.count(JOB) == 0


def test_stubs_are_made_only_where_they_are_asked_for(serve: Serve) -> None:
    wrong = CHANGED.replace("lit:\n                  name: Support\n", "lit:\n                  name: Support DK\n")
    with pytest.raises(JobFailedError, match="There is no queue named `Support DK`"):
        serve().save(wrong)
    assert serve(create_stubs=True).save(wrong).version == "2.0"


def test_a_client_without_the_permission_is_told_which(serve: Serve) -> None:
    ground = serve(client=["architect:flow:view"])
    with pytest.raises(ForbiddenError, match="architect:job:create"):
        ground.save()


# -- many at once


@pytest.mark.parametrize("places", [1, 2])
def test_no_more_jobs_are_under_way_than_there_are_places(serve: Serve, tmp_path: Path, places: int) -> None:
    names = [f"Line {number}" for number in range(5)]
    for name in names:
        (tmp_path / f"{name}.yaml").write_text(YAML.replace(f"name: {NAME}", f"name: {name}"))
    ground = serve(tmp_path, slots=threading.Semaphore(places), pace=Pace(job=20.0))

    def save(name: str) -> str:
        with ground.time.worker():
            id_ = ground.emulator.flow(name).id
            content = content_of(CHANGED.replace(f"name: {NAME}", f"name: {name}"), name)
            return ground.store.save(id_, content, "1.0").version

    with ThreadPoolExecutor(len(names)) as pool:
        assert list(pool.map(save, names)) == ["2.0"] * 5
    jobs = ground.emulator.world.state.jobs.values()
    spans = [(job.created, job.due or 0.0) for job in jobs]
    busiest = max(sum(1 for begun, due in spans if begun <= moment < due) for moment, _ in spans)
    assert busiest == places
