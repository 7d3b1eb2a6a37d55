"""What random lives have found: each of these once went without a word, or under a wrong name."""

from __future__ import annotations

from ivr_action.deploy.stamp import read
from ivr_action.model.deployment import Result
from tests.deploy.bench import JOBS, NAME, OURS, THEIRS, YAML, Bench
from tests.deploy.sequences import KilledError, doomed


def test_a_copy_of_our_old_version_by_another_client_is_not_ours(ours: Bench) -> None:
    """Its content and its stamp are ours; its number is not the one that the stamp lets expect."""
    assert ours.deployed().to_version == "3.0"
    ours.emulator.colleague("publish", NAME, version="2.0", as_client="Nightly")
    ours.commit(OURS.replace("Choose 1", "Dial 1"))
    flow = ours.deployed()
    assert flow.result is Result.REFUSED
    assert flow.message.startswith("Version 4.0 was published by Nightly at ")
    assert ours.published == "4.0"


def test_another_client_that_deploys_this_repository_is_one_of_us(ours: Bench) -> None:
    assert ours.deployed().to_version == "3.0"
    for version in ours.flow.versions[1:]:
        version.by = ours.emulator.add_client("The other pipeline").who()
    assert ours.deployed().result is Result.UNCHANGED


def killed_after_a_slip(ours: Bench) -> None:
    """A colleague publishes 3.0 between our look and our job, which makes 4.0; nobody of us sees it."""
    ours.emulator.fault(method="PUT", path="/uploads/*", colleague={"does": "publish", "flow": NAME, "yaml": THEIRS})
    healthy, requests = ours.platform, ours.asked
    for looks in range(1, 200):
        ours.platform = doomed(ours, "SIGKILL", looks)
        try:
            ours.deploy()
        except KilledError:
            if any(call.startswith("PUT /uploads") for call in ours.calls(requests)):
                break
    ours.platform = healthy
    ours.time.sleep(60)


def test_what_slipped_in_before_a_run_was_killed_is_told_by_a_restoration_too(ours: Bench) -> None:
    killed_after_a_slip(ours)
    found = ours.restore("2.0")
    assert found.result is Result.RESTORED
    assert "Version 3.0, by A Colleague at " in found.message


def test_what_slipped_in_before_a_run_was_killed_is_told_by_the_next(ours: Bench) -> None:
    killed_after_a_slip(ours)
    assert [version.by.name for version in ours.flow.versions] == [
        "A Colleague",
        "ivr-action",
        "A Colleague",
        "ivr-action",
    ]
    for _ in range(2):  # as long as it is live
        flow = ours.deployed()
        assert flow.result is Result.UNCHANGED
        assert flow.message.startswith("Version 3.0, by A Colleague at ")
        assert flow.message.endswith(
            ", was made while our version 4.0 was published, which went over it. It is in the version history: see "
            "whether the file needs it."
        )
    ours.commit(YAML.replace("Press 1", "Dial 1"))
    assert "Version 3.0, by A Colleague" in ours.deployed().message
    assert ours.deployed().message == ""


def test_a_flow_that_came_of_a_rename_during_the_job_is_not_taken_for_the_right_one(ours: Bench) -> None:
    id_ = ours.flow.id
    ours.emulator.fault(method="POST", path=JOBS, colleague={"does": "rename", "flow": id_, "name": "Night line"})
    flow = ours.deployed()
    assert flow.result is Result.FAILED
    assert "has published another flow" in flow.message
    stray = ours.flow.id
    again = ours.deployed(allow_rename=True)
    assert (again.result, again.message, again.hint) == (
        Result.REFUSED,
        (
            f"Version 1.0 of `Main line` ({stray}) was made for another flow, as its stamp says: somebody renamed that "
            "one while it was being published, so the platform, which finds flows by name, made this second one. "
            "Callers may still reach the other."
        ),
        (
            "Find the other one in Architect. Delete this one and deploy with `allow-rename: true`; or, if this one is "
            "to stay, deploy once with `adopt: git`."
        ),
    )
    ours.emulator.colleague("delete", stray)
    back = ours.deployed(allow_rename=True)
    assert (back.result, back.flow_id, back.to_version) == (Result.DEPLOYED, id_, "3.0")


def test_a_rename_and_nothing_else_to_do(ours: Bench) -> None:
    ours.deploy()
    ours.emulator.colleague("rename", NAME, name="Night line")
    flow = ours.deployed(allow_rename=True)
    assert (flow.result, flow.message) == (
        Result.UNCHANGED,
        f"Renamed from `Night line`; the id stays {ours.flow.id}.",
    )


def test_somebody_has_gone_back_and_somebody_else_has_checked_in(ours: Bench) -> None:
    assert ours.deployed().to_version == "3.0"
    ours.emulator.colleague("check-in", NAME, yaml=THEIRS)
    ours.emulator.colleague("restore", NAME, version="2.0")
    ours.commit(OURS.replace("Choose 1", "Dial 1"))
    flow = ours.deployed(on_draft="publish-over")
    assert flow.result is Result.REFUSED
    assert flow.message.startswith("Version 2.0 is live although version 3.0 of ours is newer")


def test_a_restoration_says_what_it_took_off_the_line(ours: Bench) -> None:
    assert ours.deployed().to_version == "3.0"
    ours.emulator.colleague("publish", NAME, yaml=THEIRS)
    found = ours.restore("3.0", over_others=True)
    assert found.result is Result.RESTORED
    assert "It took version 4.0, published by A Colleague at " in found.message
    ours.emulator.colleague("restore", NAME, version="2.0")
    again = ours.restore("3.0")
    assert again.message.endswith("It took version 2.0, which somebody had published again, off the line.")


def test_a_draft_that_comes_while_a_version_is_exported_stops_its_restoration(ours: Bench) -> None:
    assert ours.deployed().to_version == "3.0"
    ours.emulator.fault(
        method="POST", path="/api/v2/flows/export/jobs", colleague={"does": "check-in", "flow": NAME, "yaml": THEIRS}
    )
    found = ours.restore("2.0")
    assert found.result in (Result.REFUSED, Result.FAILED)
    assert "has changed since it was looked at. Nothing was sent." in found.message
    assert ours.published == "3.0"


def test_a_restoration_waits_for_another_runs_job(ours: Bench) -> None:
    assert ours.deployed().to_version == "3.0"
    ours.emulator.world.take_lock(ours.flow, ours.emulator.client.who(), ours.time.now(), "job")
    began = ours.time.now()
    found = ours.restore("2.0")
    assert (found.result, found.to_version) == (Result.RESTORED, "4.0")
    assert ours.time.now() - began >= 960
    ours.emulator.world.take_lock(ours.flow, ours.emulator.client.who(), ours.time.now(), "job")
    ours.seconds = 300
    short = ours.restore("2.0")
    assert (short.result, short.message) == (
        Result.REFUSED,
        f"Flow `Main line` ({ours.flow.id}) is open for editing by ivr-action, our own OAuth client.",
    )
    assert ours.flow.locked_by is not None


def test_no_time_to_wait_for_another_runs_job(ours: Bench) -> None:
    ours.emulator.world.take_lock(ours.flow, ours.emulator.client.who(), ours.time.now(), "job")
    ours.seconds = 300
    flow = ours.deployed()
    assert flow.result is Result.REFUSED
    assert "our own OAuth client" in flow.message
    assert ours.flow.locked_by is not None


def test_the_stamp_says_after_which_version_it_was_written(ours: Bench) -> None:
    ours.emulator.colleague("check-in", NAME, yaml=THEIRS)
    assert ours.deployed(on_draft="publish-over").to_version == "4.0"
    stamp = read(ours.flow.description)
    assert stamp is not None
    assert stamp.after == 3
