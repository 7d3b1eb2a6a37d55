"""Each guard and each refusal, with its whole message as a user reads it."""

from __future__ import annotations

import json

import pytest

from ivr_action.deploy.values import Target
from ivr_action.errors import UsageError
from ivr_action.model.deployment import Result
from ivr_action.model.plan import Verdict
from tests.deploy.bench import NAME, OURS, PATH, THEIRS, YAML, Bench, commit

AGAIN = (
    "Take the change over into the file and deploy again (`ivr-action pull` writes what is live); once the file has "
    "it, nothing stands in the way. Or undo it: restore version 2.0 (`command: restore` with `over-others: true`), "
    "then deploy again."
)
UNLOCK = (
    "Ask them to publish or to discard their changes and to close the flow, or wait for it with `lock-wait: 10m`. "
    "`force-unlock: true` takes the lock from them: what they have not checked in becomes a version, which then counts "
    "as their draft."
)


def test_another_organisation(bench: Bench) -> None:
    bench.commit(YAML)
    bench.target = Target("prod", "Acme")
    with pytest.raises(UsageError) as caught:
        bench.deploy()
    id_ = bench.emulator.world.state.organization_id
    assert str(caught.value) == (
        f"The credentials belong to the organisation `Emulated organisation` ({id_}), but environment `prod` expects "
        "`Acme`. Nothing was sent: flows of one organisation would have gone live in another."
    )
    assert caught.value.hint == (
        "Give the credentials of that organisation (on GitHub: the secrets of the right environment), or correct "
        "`organisation` in .ivr-action.yml."
    )
    assert bench.calls() == ["GET /api/v2/tokens/me"]
    for right in (id_, "Emulated organisation"):
        bench.target = Target("prod", right)
        assert bench.plan().organisation == f"Emulated organisation ({id_})"


def test_two_files_of_one_flow(bench: Bench) -> None:
    bench.commit(YAML, OURS)
    with pytest.raises(UsageError) as caught:
        bench.plan()
    assert str(caught.value) == (
        "flows/main.yaml and flows/1.yaml are both the inboundCall `Main line`: which of them goes live would be a "
        "matter of chance. Nothing was sent."
    )


def test_a_name_that_is_not_there(bench: Bench) -> None:
    bench.commit(YAML.replace("name: Main line", "name: Main lime"))
    flow = bench.deployed()
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            "There is no inboundcall flow named `Main lime` that this OAuth client can see: either the name has a "
            "typing error, or the flow is in a division that the client's role does not reach (the platform answers "
            "the same to both), or it is new. There is `Main line`. Publishing would make a second flow that no "
            "caller reaches, while the old one goes on answering."
        ),
        (
            "Correct the name, or give the client's role the flow's division. Is the flow new? Then set `allow-create: "
            "true`."
        ),
    )
    assert bench.diary.lines == []


def test_a_new_flow(bench: Bench) -> None:
    bench.commit(YAML.replace("name: Main line", "name: Night line"))
    planned = bench.planned(allow_create=True)
    assert (planned.verdict, planned.live_version, planned.stops) == (Verdict.CREATE, "", False)
    flow = bench.deployed(allow_create=True)
    assert (flow.result, flow.from_version, flow.to_version) == (Result.CREATED, "", "1.0")
    assert bench.emulator.flow("Night line").id == flow.flow_id
    assert bench.deployed().result is Result.UNCHANGED


def test_an_id_that_leads_nowhere(bench: Bench) -> None:
    bench.commit(YAML)
    bench.target = Target("prod", flow_ids={PATH: "nobody"})
    flow = bench.planned()
    assert (flow.verdict, flow.reason, flow.hint) == (
        Verdict.REFUSED,
        (
            "The id nobody, which `flow-ids` gives for flows/main.yaml, leads to no flow that this OAuth client can "
            "see. Nothing was looked up by name instead, since that could be another flow."
        ),
        "Correct the id in the environment's `flow-ids`, or give the client's role the flow's division.",
    )


def test_an_id_of_another_flow(bench: Bench) -> None:
    bench.commit(YAML.replace("name: Main line", "name: Night line"))
    bench.target = Target("prod", flow_ids={PATH: bench.flow.id})
    flow = bench.planned(allow_create=True)
    assert (flow.verdict, flow.reason, flow.hint) == (
        Verdict.REFUSED,
        (
            f"The id {bench.flow.id}, which `flow-ids` gives for flows/main.yaml, is the inboundcall flow `Main line` "
            "on the platform, but the file has the inboundcall flow `Night line`. One of the two is wrong, and "
            "callers of the wrong flow would hear this one."
        ),
        "Correct the id or the file. If the flow is to be renamed, set `allow-rename: true`.",
    )


def test_an_id_of_another_type(bench: Bench) -> None:
    bench.commit(YAML.replace("inboundCall:", "inqueueCall:"))
    bench.target = Target("prod", flow_ids={PATH: bench.flow.id})
    flow = bench.planned(allow_rename=True)
    assert flow.verdict is Verdict.REFUSED
    assert "is the inboundcall flow `Main line` on the platform, but the file has the inqueuecall flow" in flow.reason
    assert flow.hint == "Correct the id or the file. A flow's type cannot be changed."


def test_a_rename(ours: Bench) -> None:
    ours.commit(OURS.replace("name: Main line", "name: Sales line"))
    id_ = ours.flow.id
    flow = ours.deployed(allow_create=True)
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            f"The file's flow is named `Sales line`; what was deployed from this file at commit {commit(1)[:7]} is "
            f"named `Main line` ({id_}) and is still there. A publish job finds flows by name, so it would make a "
            "second flow with a new id, and whatever leads to `Main line` (call routes, other flows) would stay with "
            "the old one."
        ),
        (
            "Set `allow-rename: true`: the flow is renamed on the platform first, so that its id stays. Or name the "
            "flow in the file `Main line` again."
        ),
    )
    assert ours.planned().verdict is Verdict.RENAME
    renamed = ours.deployed(allow_rename=True)
    assert (renamed.result, renamed.flow_id, renamed.to_version) == (Result.DEPLOYED, id_, "3.0")
    assert renamed.message == f"Renamed from `Main line`; the id stays {id_}."
    assert [one.name for one in ours.emulator.world.state.flows.values() if one.versions] == ["Sales line"]
    assert ours.deployed().result is Result.UNCHANGED


def test_a_rename_on_the_platform(ours: Bench) -> None:
    """Without it, `allow-create` would make a second flow beside the renamed one."""
    ours.emulator.colleague("rename", NAME, name="Night line")
    flow = ours.deployed(allow_create=True)
    id_ = ours.emulator.flow("Night line").id
    assert flow.result is Result.REFUSED
    assert flow.message.startswith(
        "Somebody has renamed the flow on the platform: it was deployed as `Main line` at commit "
        f"{commit(1)[:7]} and is named `Night line` ({id_}) now."
    )
    ours.emulator.world.new_flow("Copy", "inboundcall", ours.emulator.flow("Night line").description)
    several = ours.deployed(allow_create=True, allow_rename=True)
    assert several.message.startswith(
        "The file's flow is named `Main line`, and no flow is; but these say that they were deployed from "
        "flows/main.yaml: "
    )
    assert "`Night line`" in several.message
    assert "`Copy`" in several.message
    ours.emulator.flow("Copy").deleted = True
    back = ours.deployed(allow_create=True, allow_rename=True)
    assert (back.result, back.flow_id) == (Result.DEPLOYED, id_)
    assert back.message.startswith(f"Renamed from `Night line`; the id stays {id_}.")


def test_a_rename_whose_second_step_fails(ours: Bench) -> None:
    ours.commit(OURS.replace("name: Main line", "name: Sales line"))
    ours.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"fail": ["A queue must be selected."]})
    flow = ours.deployed(allow_rename=True)
    id_ = ours.emulator.flow("Sales line").id
    assert flow.result is Result.FAILED
    assert flow.message.splitlines()[0] == f"Renamed from `Main line`; the id stays {id_}."
    assert "was not published: the platform refused it" in flow.message
    assert ours.deployed().to_version == "3.0"  # goes on from there, with no leave to rename


def test_never_deployed_from_here(bench: Bench) -> None:
    bench.commit(OURS)
    flow = bench.deployed()
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            "The live version 1.0 was published by A Colleague at 2027-01-15T08:00:00.000Z and not from here, and the "
            "file says something else: 1 node changed (`menu/Main Menu`). Publishing the file could take away from "
            "callers what only the platform has."
        ),
        (
            "Compare the two, then decide: `adopt: git` lets the file count, once; `ivr-action pull` writes the live "
            "flow into the file, and then nothing is needed. `adopt: live` leaves the flow as it is, in this run."
        ),
    )
    left = bench.deployed(adopt="live")
    assert (left.result, left.message) == (
        Result.UNCHANGED,
        "Version 1.0 is left as it is, since `adopt` is `live`. It is not what the file says.",
    )
    assert bench.published == "1.0"
    taken = bench.deployed(adopt="git")
    assert (taken.result, taken.to_version, taken.kept, taken.message) == (
        Result.DEPLOYED,
        "2.0",
        "kept/1.json",
        (
            "Version 1.0, published by A Colleague at 2027-01-15T08:00:00.000Z, was not deployed from here. It is "
            "replaced by the file, since `adopt` is `git`."
        ),
    )


def test_never_deployed_from_here_but_the_same(bench: Bench) -> None:
    bench.commit(YAML)
    flow = bench.deployed()
    assert (flow.result, flow.to_version, flow.message) == (
        Result.DEPLOYED,
        "2.0",
        (
            "Version 1.0, published by A Colleague at 2027-01-15T08:00:00.000Z, was not deployed from here, but says "
            "the same as the file, as far as the two can be compared: it is published once, to take it over."
        ),
    )


def test_a_colleague_has_published(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=THEIRS)
    flow = ours.deployed()
    at = "2027-01-15T08:00:02.250Z"
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            f"Version 3.0 was published by A Colleague at {at} after version 2.0, which was deployed from commit "
            f"{commit(1)[:7]}: 1 node changed (`menu/Main Menu`). Publishing the file would take this change away from "
            "callers."
        ),
        AGAIN,
    )
    planned = ours.planned()
    assert (planned.verdict, planned.by, planned.at) == (Verdict.DRIFTED, "A Colleague", at)
    assert planned.drift is not None
    [node] = planned.drift.nodes
    assert node.node == "menu/Main Menu"
    assert [("Press 1" in str(field.before), "Push 1" in str(field.after)) for field in node.fields] == [(True, True)]
    assert planned.deployed_commit == commit(1)
    drifted = ours.drift().flows[0]
    assert (drifted.verdict, drifted.reason) == (Verdict.DRIFTED, planned.reason)
    ours.commit(THEIRS)  # taken over
    after = ours.deployed()
    assert (after.result, after.to_version, after.message) == (
        Result.DEPLOYED,
        "4.0",
        f"Version 3.0 was published by A Colleague at {at} after our 2.0 and says the same as the file.",
    )


def test_an_older_commit(ours: Bench) -> None:
    assert ours.deployed().to_version == "3.0"
    flow = ours.deployed(at=1)
    old, new = commit(1)[:7], commit(2)[:7]
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            f"The live version 3.0 was deployed from commit {new}, which is not among the ancestors of {old}: an "
            "older or a parallel state of the file would replace it, and callers would lose what was changed since."
        ),
        f"Deploy from a commit that contains {new}. If going back is what you want, set `allow-rollback: true`.",
    )
    back = ours.deployed(at=1, allow_rollback=True)
    assert (back.to_version, back.message) == (
        "4.0",
        f"The live version's commit {new} is not known to be older: `allow-rollback`.",
    )


def test_a_shallow_checkout(ours: Bench) -> None:
    ours.repository.shallow = True
    flow = ours.deployed()
    old, new = commit(1)[:7], commit(2)[:7]
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            f"The live version 2.0 was deployed from commit {old}, and this checkout does not tell whether {new} is "
            "newer: its history does not reach that far. An older file could replace a newer one, and callers would "
            "lose what was changed since."
        ),
        (
            "Check out the whole history (actions/checkout with `fetch-depth: 0`) and run this again. `allow-rollback: "
            "true` deploys without knowing."
        ),
    )


def test_open_for_editing(ours: Bench) -> None:
    ours.emulator.colleague("lock", NAME)
    flow = ours.deployed()
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            "A Colleague has the flow open, and the platform publishes nothing over somebody who is at work on it. "
            "Callers keep the live version."
        ),
        UNLOCK,
    )
    assert ours.planned().verdict is Verdict.LOCKED


def test_waiting_for_the_lock(ours: Bench) -> None:
    ours.emulator.colleague("lock", NAME)
    ours.emulator.fault(method="GET", path="/api/v2/flows/*", nth=3, colleague={"does": "unlock"})
    flow = ours.deployed(lock_wait=60)
    assert (flow.result, flow.to_version) == (Result.DEPLOYED, "3.0")
    assert ours.said[0] == "`Main line`: waiting up to 60 s for A Colleague, who has the flow open."
    assert 5 <= flow.waited <= 60
    ours.emulator.colleague("lock", NAME)
    ours.commit(THEIRS)
    began = ours.time.now()
    assert ours.deployed(lock_wait=60).result is Result.REFUSED
    assert 60 <= ours.time.now() - began < 70


def test_taking_the_lock(ours: Bench) -> None:
    ours.emulator.colleague("lock", NAME)
    flow = ours.deployed(force_unlock=True)
    assert (flow.result, flow.to_version, flow.message) == (
        Result.DEPLOYED,
        "3.0",
        "The lock of A Colleague was taken, since `force-unlock` is set.",
    )


def test_taking_the_lock_makes_what_they_had_a_version(ours: Bench) -> None:
    ours.emulator.colleague("draft", NAME, yaml=THEIRS)
    assert ours.deployed(force_unlock=True).result is Result.REFUSED
    assert ours.flow.locked_by is not None  # nothing was taken from them for nothing
    flow = ours.deployed(force_unlock=True, on_draft="publish-over")
    assert (flow.result, flow.to_version) == (Result.DEPLOYED, "4.0")
    assert flow.message.splitlines() == [
        (
            "There is a newer draft: version 3.0, by A Colleague at 2027-01-15T08:00:02.250Z. It is published over, "
            "since `on-draft` is `publish-over`."
        ),
        "The lock of A Colleague was taken, since `force-unlock` is set.",
    ]
    assert [version.by.name for version in ours.flow.versions] == [
        "A Colleague",
        "ivr-action",
        "A Colleague",
        "ivr-action",
    ]


def test_a_lock_of_our_own(ours: Bench) -> None:
    ours.emulator.world.take_lock(ours.flow, ours.emulator.client.who(), ours.time.now())
    flow = ours.deployed()
    assert (flow.result, flow.to_version, flow.message) == (
        Result.DEPLOYED,
        "3.0",
        (
            "A lock of our own OAuth client was released: nothing had happened for 16 minutes, longer than a publish "
            "job takes, so a run that ended early had left it."
        ),
    )
    assert ours.said[0] == (
        "`Main line`: locked by our own OAuth client, so another run may be publishing it. Waiting until that is over, "
        "at most 16 minutes."
    )
    assert flow.waited >= 960
    asked = ours.calls().count("GET /api/v2/flows/{id}")
    assert asked < 100


def test_a_saved_draft(ours: Bench) -> None:
    ours.emulator.colleague("check-in", NAME, yaml=THEIRS)
    flow = ours.deployed()
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            "A Colleague checked in version 3.0 at 2027-01-15T08:00:02.250Z, newer than the live version 2.0. "
            "Publishing the file would leave that work behind: the next version would not have it, and nobody would "
            "notice before callers do."
        ),
        (
            "Ask them to publish it, and take it over into the file; or to discard it. `on-draft: publish-over` "
            "publishes the file all the same: their draft then stays in the version history only."
        ),
    )
    assert ours.planned().verdict is Verdict.DRAFT
    assert ours.deployed(on_draft="publish-over").to_version == "4.0"


def test_a_draft_on_a_flow_that_has_not_changed(ours: Bench) -> None:
    ours.deploy()
    ours.emulator.colleague("draft", NAME, yaml=THEIRS)
    flow = ours.deployed()
    assert (flow.result, flow.message.splitlines()) == (
        Result.UNCHANGED,
        [
            "A Colleague has the flow open.",
            "There is a newer draft: a saved draft, by A Colleague at 2027-01-15T08:00:04.500Z. It is not touched.",
        ],
    )


def test_somebody_has_gone_back(ours: Bench) -> None:
    assert ours.deployed().to_version == "3.0"
    ours.flow.published = "2.0"  # what the editor's publication of an older version comes to
    ours.commit(THEIRS)
    flow = ours.deployed()
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            "Version 2.0 is live although version 3.0 of ours is newer: somebody published the older one again, and "
            "the platform does not say who. Publishing the file would undo that for callers."
        ),
        "Ask why. If it is over, publish version 3.0 again in Architect or by `command: restore`, then deploy.",
    )
    assert ours.drift().flows[0].verdict is Verdict.DRIFTED


def test_somebody_has_undone_their_own_change(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=THEIRS)
    ours.flow.published = "2.0"
    assert ours.deployed().to_version == "4.0"


def test_somebody_has_taken_it_off(ours: Bench) -> None:
    ours.flow.published = None
    flow = ours.deployed()
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        (
            f"The flow is not published any more: version 2.0 was deployed from commit {commit(1)[:7]}, and somebody "
            "has taken it off since. Publishing the file would let callers in again."
        ),
        "Ask why. If it is over, publish version 2.0 again in Architect or by `command: restore`, then deploy.",
    )


def test_a_copied_stamp_makes_no_version_ours(ours: Bench) -> None:
    ours.emulator.colleague("publish", NAME, yaml=THEIRS.replace("Where everybody calls", ours.flow.description))
    assert ours.planned().verdict is Verdict.DRIFTED


def test_a_missing_queue(ours: Bench) -> None:
    ours.commit(OURS.replace("name: Sales\n              dtmf", "name: To sales\n              dtmf").replace(
        "name: Sales\n", "name: Sails\n"))  # fmt: skip
    flow = ours.deployed()
    said = (
        "`To sales` needs the queue `Sails`, which this organisation does not have or the OAuth client cannot see. The "
        "platform would refuse to publish the flow."
    )
    assert (flow.result, flow.message) == (Result.REFUSED, f"Nothing was sent: {said}")
    assert [(one.rule, one.location.line, one.message) for one in flow.findings] == [("missing-reference", 21, said)]
    assert ours.planned().verdict is Verdict.UPDATE
    assert ours.plan().stops


def test_an_ambiguous_queue(ours: Bench) -> None:
    ours.emulator.world.add_entity("queue", "Sales", "11111111-1111-4111-8111-111111111111")
    ids = [entity.id for entity in ours.emulator.world.entity("queue", "Sales")]
    [finding] = ours.planned().findings
    for id_ in ids:
        assert id_ in finding.message
    assert (finding.rule, finding.location.line) == ("ambiguous-reference", 21)
    assert finding.message.startswith("`Sales` needs the queue `Sales`, and there are 2 of this name: ")
    assert finding.hint == "Rename all but one of them on the platform."


def test_a_flow_that_cannot_be_looked_at(ours: Bench) -> None:
    ours.emulator.fault(path="/api/v2/flows/*/configuration", status=404, count=0)
    planned = ours.planned()
    assert planned.verdict is Verdict.UNKNOWN
    assert planned.reason.startswith(
        "The flow could not be looked at, so nothing is known about it: GET /api/v2/flows/"
    )
    assert ours.deployed().result is Result.REFUSED
    assert ours.published == "2.0"


def test_an_export_is_not_published(ours: Bench) -> None:
    export = ours.emulator.world.content(ours.flow.versions[0].content).configuration
    assert export is not None
    ours.repository.add({PATH: json.dumps({**export, "description": "another one"})})
    flow = ours.deployed()
    assert (flow.result, flow.message, flow.hint) == (
        Result.REFUSED,
        "The file is an export of Architect in the editor's own form, which no publish job takes.",
        "Export the flow as YAML (from Architect, or by Archy) and deploy that file.",
    )


def test_no_place_for_the_stamp(ours: Bench) -> None:
    ours.commit(OURS.replace("description: Where", "description: &d Where"))
    flow = ours.planned()
    assert (flow.verdict, flow.reason, flow.hint) == (
        Verdict.REFUSED,
        (
            "The stamp, by which the next deployment recognises this one, cannot be put into the flow's description: "
            "its `description` is written with an anchor, an alias or a tag."
        ),
        "Write the header's `description` as plain or quoted text of its own.",
    )


def test_another_division_is_said(ours: Bench) -> None:
    ours.commit(OURS.replace("name: Main line", "name: Main line\n  division: Sales"))
    assert ours.planned().notices == ("The file says division `Sales`; on the platform the flow is in `Home`.",)
