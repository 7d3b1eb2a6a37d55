"""What a flow's JSON says about versions, drafts, locks and operations."""

from __future__ import annotations

from typing import Any

import pytest

from ivr_action.genesys.errors import BadAnswerError
from ivr_action.genesys.flow_state import VersionInfo, flow_state, moment, version_info

USER = {"id": "u1", "name": "A Colleague"}
CLIENT = {"id": "c1", "name": "pipeline"}


def published(**more: Any) -> dict[str, Any]:
    return {"id": "3.0", "type": "PUBLISH", "datePublished": "2026-01-03T10:00:00.000Z", **more}


def saved(**more: Any) -> dict[str, Any]:
    return {"id": "saved_version_7f", "type": "SAVE", "dateSaved": 1_767_434_400_000, "createdBy": USER, **more}


def flow(**more: Any) -> dict[str, Any]:
    return {"id": "f1", "name": "Main line", "type": "INBOUNDCALL", **more}


def test_a_flow_with_nothing_but_its_name() -> None:
    state = flow_state(flow())
    assert (state.id, state.name, state.type, state.division, state.description) == (
        "f1", "Main line", "inboundcall", "", "",
    )  # fmt: skip
    assert (state.published, state.saved, state.checked_in, state.draft()) == (None, None, None, None)
    assert (state.locked_by, state.is_locked, state.operation, state.newest, state.holds_nodes) == (
        "", False, None, 0, False,
    )  # fmt: skip


@pytest.mark.parametrize("data", [None, [], "x", {}, {"name": "no id"}])
def test_what_is_no_flow_is_refused(data: Any) -> None:
    with pytest.raises(BadAnswerError):
        flow_state(data)


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        (1_767_434_400_000, "2026-01-03T10:00:00.000Z"),
        ("1767434400000", "2026-01-03T10:00:00.000Z"),
        ("2026-01-03T10:00:00Z", "2026-01-03T10:00:00.000Z"),
        ("2026-01-03T11:00:00.5+01:00", "2026-01-03T10:00:00.500Z"),
        ("2026-01-03T10:00:00", "2026-01-03T10:00:00.000Z"),
        ("yesterday", ""),
        (None, ""),
        (True, ""),
        (-1, ""),
        (10**30, ""),
        ({}, ""),
    ],
)
def test_moments_are_written_in_one_way(value: Any, iso: str) -> None:
    assert moment(value) == iso


def test_a_version_names_who_made_it() -> None:
    assert version_info(published(createdBy=USER)) == VersionInfo(
        "3.0", "publish", "A Colleague", "", "2026-01-03T10:00:00.000Z"
    )
    assert version_info({"id": "4.0", "type": "CHECKIN", "createdByClient": CLIENT, "dateCheckedIn": 1}) == VersionInfo(
        "4.0", "checkin", "pipeline", "c1", "1970-01-01T00:00:00.001Z"
    )
    assert version_info(None) is None
    assert version_info({"name": "x"}) is None


def test_who_published_it_is_named_where_that_is_another() -> None:
    state = flow_state(flow(publishedVersion=published(createdByClient=CLIENT), publishedBy=USER))
    assert state.published is not None
    assert (state.published.by, state.published.by_client) == ("A Colleague", "c1")


def test_a_version_describes_itself() -> None:
    assert VersionInfo("3.0", "publish", "Ann", "", "2026-01-03").described() == "version 3.0, by Ann at 2026-01-03"
    assert VersionInfo("saved_version_x", "save").described() == "a saved draft"
    assert VersionInfo("14.0", "publish").number == 14
    assert VersionInfo("saved_version_1", "save").number is None


# -- drafts


@pytest.mark.parametrize(
    ("parts", "draft"),
    [
        # no draft: the saved version is the one that is checked in, or published
        ({"publishedVersion": published(), "savedVersion": published(), "checkedInVersion": published()}, ""),
        # saved after it was published
        ({"publishedVersion": published(), "savedVersion": saved(dateSaved=1_767_434_400_001)}, "saved_version_7f"),
        # saved before, and nobody has it open: what the editor leaves behind when it publishes
        ({"publishedVersion": published(), "savedVersion": saved(dateSaved=1_767_434_399_999)}, ""),
        # saved before, and somebody still has it open
        (
            {"publishedVersion": published(), "savedVersion": saved(dateSaved=1), "lockedUser": USER},
            "saved_version_7f",
        ),
        # no date on one side: its form says that it is a draft
        ({"publishedVersion": published(), "savedVersion": saved(dateSaved=None)}, "saved_version_7f"),
        ({"publishedVersion": {"id": "3.0"}, "savedVersion": saved()}, "saved_version_7f"),
        ({"savedVersion": saved()}, "saved_version_7f"),
        # the type alone, or the form of the id alone
        ({"publishedVersion": published(), "savedVersion": saved(id="9.0", dateSaved=None)}, "9.0"),
        ({"publishedVersion": published(), "savedVersion": saved(type="", dateSaved=None)}, "saved_version_7f"),
        # checked in and not published
        ({"publishedVersion": published(), "checkedInVersion": {"id": "4.0", "type": "CHECKIN"}}, "4.0"),
        ({"publishedVersion": published(), "checkedInVersion": {"id": "2.0", "type": "CHECKIN"}}, ""),
        ({"publishedVersion": published(), "checkedInVersion": {"id": "3.0", "type": "CHECKIN"}}, ""),
        ({"publishedVersion": {"id": "9.0"}, "checkedInVersion": {"id": "10.0", "type": "CHECKIN"}}, "10.0"),
        ({"checkedInVersion": {"id": "1.0", "type": "CHECKIN"}}, "1.0"),
        # a later version that was published and is not any more: an older one was put back
        ({"publishedVersion": published(), "checkedInVersion": published(id="4.0")}, ""),
        # labels that are no numbers: by date
        (
            {
                "publishedVersion": published(id="a"),
                "checkedInVersion": {"id": "b", "type": "CHECKIN", "dateCheckedIn": 1_767_434_400_001},
            },
            "b",
        ),
        ({"publishedVersion": published(id="a"), "checkedInVersion": {"id": "b", "type": "CHECKIN"}}, ""),
    ],
)
def test_a_draft_is_what_came_after_the_published_version(parts: dict[str, Any], draft: str) -> None:
    found = flow_state(flow(**parts)).draft()
    assert (found.id if found is not None else "") == draft


def test_the_saved_draft_is_named_before_the_checked_in_one() -> None:
    parts = {"publishedVersion": published(), "checkedInVersion": {"id": "4.0", "type": "CHECKIN"}}
    state = flow_state(flow(**parts, savedVersion=saved(dateSaved=1_767_434_500_000)))
    found = state.draft()
    assert found is not None
    assert (found.kind, found.by) == ("save", "A Colleague")
    assert state.newest == 4


# -- locks and operations


def test_a_lock_of_a_user_and_of_a_client() -> None:
    user = flow_state(flow(lockedUser=USER, savedVersion=saved()))
    assert (user.locked_by, user.locked_by_client, user.locked_since) == ("A Colleague", "", "2026-01-03T10:00:00.000Z")
    assert user.locked_against("c1")
    client = flow_state(flow(lockedClient=CLIENT))
    assert (client.locked_by, client.locked_by_client, client.locked_since) == ("pipeline", "c1", "")
    assert (client.locked_against("c1"), client.locked_against("c2"), client.locked_against("")) == (False, True, True)
    assert not flow_state(flow()).locked_against("c1")
    assert flow_state(flow(lockedUser={"id": "u9"})).locked_by == "u9"


def test_an_operation_says_what_went_wrong() -> None:
    data = {
        "id": "o1",
        "complete": True,
        "actionName": "PUBLISH",
        "actionStatus": "FAILURE",
        "user": USER,
        "errorMessage": "It failed",
        "errorCode": "a.code",
        "errorDetails": [{"errorCode": "inner", "entityName": "Sales"}],
    }
    operation = flow_state(flow(currentOperation=data)).operation
    assert operation is not None
    assert (operation.action, operation.by, operation.under_way) == ("PUBLISH", "A Colleague", False)
    assert operation.error == "It failed: a.code: Sales inner"
    running = flow_state(flow(currentOperation={"actionName": "CHECKIN", "actionStatus": "STARTED", "complete": False}))
    assert running.operation is not None
    assert running.operation.under_way
    assert flow_state(flow(currentOperation={})).operation is None


def test_the_specifications_form_is_recognised() -> None:
    assert flow_state(flow(nodes={}, version=1)).holds_nodes
    assert not flow_state(flow(nodes={}, version="1")).holds_nodes
    assert not flow_state(flow(nodes=[], version=1)).holds_nodes
    assert not flow_state(flow(nodes={}, version=True)).holds_nodes
