"""Which command each event means, for which environment, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ivr_action.errors import UsageError
from ivr_action.runner.context import Context
from ivr_action.runner.decide import Decision, decide

ONE = {"live": ("v*",)}
TWO = {"test": ("test-*",), "live": ("v*", "live-*")}
OVERLAP = {"test": ("v*",), "live": ("v*",)}
NONE: dict[str, tuple[str, ...]] = {}
OWN = {"number": 7, "head": {"repo": {"full_name": "a/b"}}, "base": {"repo": {"full_name": "a/b"}}}
FORK = {"number": 7, "head": {"repo": {"full_name": "x/b"}}, "base": {"repo": {"full_name": "a/b"}}}
RAN = {"event": "push", "head_repository": {"full_name": "a/b"}}


def decided(
    event: str, command: str = "auto", environment: str = "", environments: Any = None, *,
    ref: str = "refs/heads/main", payload: dict[str, Any] | None = None, credentials: bool = True,
) -> Decision:  # fmt: skip
    context = Context(event=event, payload=payload or {}, ref=ref, repository="a/b")
    environments = ONE if environments is None else environments
    return decide(context, command, environment, environments, credentials=credentials)


def refused(*arguments: Any, **more: Any) -> str:
    with pytest.raises(UsageError) as caught:
        decided(*arguments, **more)
    assert caught.value.exit_status == 2
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.parametrize(
    ("event", "ref", "payload", "with_credentials", "without"),
    [
        ("pull_request", "refs/pull/7/merge", {"pull_request": OWN}, "plan", "validate"),
        ("pull_request", "refs/pull/7/merge", {"pull_request": FORK}, "validate", "validate"),
        ("pull_request_target", "refs/heads/main", {"pull_request": OWN}, "plan", "validate"),
        ("pull_request_target", "refs/heads/main", {"pull_request": FORK}, "validate", "validate"),
        ("merge_group", "refs/heads/gh-readonly-queue/main/pr-7-0", {}, "plan", "validate"),
        ("push", "refs/heads/main", {}, "plan", "validate"),
        ("push", "refs/heads/v1", {}, "plan", "validate"),  # a branch, though it looks like a tag
        ("push", "refs/tags/other-1", {}, "plan", "validate"),
        ("push", "refs/tags/v1", {}, "deploy", "validate"),
        ("push", "refs/tags/v1", {"deleted": True}, "plan", "validate"),
        ("release", "refs/tags/v1", {}, "plan", "validate"),
        ("schedule", "refs/heads/main", {}, "plan", "validate"),
        ("workflow_dispatch", "refs/heads/main", {}, "plan", "validate"),
        ("workflow_dispatch", "refs/tags/v1", {}, "plan", "validate"),
        ("workflow_run", "refs/heads/main", {"workflow_run": RAN}, "plan", "validate"),
        ("issue_comment", "refs/heads/main", {"issue": {"pull_request": {"url": "x"}}}, "plan", "validate"),
        ("repository_dispatch", "refs/heads/main", {}, "plan", "validate"),
    ],
)  # fmt: skip
def test_what_auto_means(event: str, ref: str, payload: dict[str, Any], with_credentials: str, without: str) -> None:
    decision = decided(event, ref=ref, payload=payload)
    assert (decision.command, decision.platform) == (with_credentials, with_credentials != "validate")
    assert decision.environment == ("live" if with_credentials != "validate" else "")
    decision = decided(event, ref=ref, payload=payload, credentials=False)
    assert (decision.command, decision.platform) == (without, False)


@pytest.mark.parametrize("command", ["deploy", "restore"])
@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("pull_request", {"pull_request": OWN}, "the event `pull_request` is about a pull request."),
        ("pull_request", {"pull_request": FORK}, "is about a pull request from a fork"),
        ("pull_request", {}, "the event `pull_request` is about a pull request"),
        ("pull_request_target", {"pull_request": OWN}, "`pull_request_target` is about a pull request"),
        ("pull_request_target", {"pull_request": FORK}, "is about a pull request from a fork"),
        ("pull_request_review", {"pull_request": OWN}, "`pull_request_review` is about a pull request"),
        ("merge_group", {}, "the merge queue tries changes that are not merged yet"),
        ("issue_comment", {"issue": {"pull_request": {"url": "x"}}}, "anybody may comment on one"),
        ("workflow_run", {"workflow_run": {**RAN, "event": "pull_request"}}, "ran for the event `pull_request`"),
        ("workflow_run", {"workflow_run": {**RAN, "event": "pull_request_target"}}, "`pull_request_target`"),
        ("workflow_run", {"workflow_run": {**RAN, "event": "issue_comment"}}, "`issue_comment`"),
        ("workflow_run", {"workflow_run": {**RAN, "head_repository": {"full_name": "x/b"}}}, "`x/b`, which is a fork"),
        ("workflow_run", {"workflow_run": {"event": "push"}}, "a repository that is gone"),
        ("push", {"deleted": True}, "`refs/heads/main` was deleted"),
    ],
)  # fmt: skip
def test_what_may_not_write(command: str, event: str, payload: dict[str, Any], reason: str) -> None:
    text = refused(event, command, payload=payload)
    assert text.startswith(f"`command: {command}` is refused here: ")
    assert reason in text


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("push", {}),
        ("workflow_dispatch", {}),
        ("schedule", {}),
        ("release", {}),
        ("repository_dispatch", {}),
        ("issue_comment", {"issue": {"number": 1}}),
        ("workflow_run", {"workflow_run": RAN}),
    ],
)
def test_where_deploy_is_allowed(event: str, payload: dict[str, Any]) -> None:
    decision = decided(event, "deploy", payload=payload)
    assert (decision.command, decision.environment, decision.platform) == ("deploy", "live", True)


def test_a_tag_chooses_the_environment_and_it_is_said() -> None:
    decision = decided("push", environments=TWO, ref="refs/tags/live-3")
    assert (decision.command, decision.environment) == ("deploy", "live")
    assert decision.why == "The tag `live-3` deploys to `live`."


def test_a_tag_of_several_environments_needs_a_word() -> None:
    text = refused("push", environments=OVERLAP, ref="refs/tags/v1")
    assert "`v1` deploys to several, and nobody says which environment is meant: `test`, `live`." in text
    assert decided("push", "auto", "live", OVERLAP, ref="refs/tags/v1").environment == "live"


def test_a_tag_that_is_none_of_the_named_environments_deploys_nothing_and_says_so() -> None:
    decision = decided("push", "auto", "test", TWO, ref="refs/tags/v1")
    assert decision.command == "plan"
    assert decision.warning.startswith("Nothing is deployed: the tag `v1` matches no `deploy-tags` (`test`: `test-*`).")
    assert "(`live`: none)" in decided("push", "auto", "live", {"live": ()}, ref="refs/tags/v1").warning
    unnamed = decided("push", ref="refs/tags/V1")
    assert (unnamed.command, unnamed.environment) == ("plan", "live")
    assert "(`live`: `v*`)" in unnamed.warning
    assert "`V1`" in decided("push", "auto", "live", ref="refs/tags/V1", credentials=False).warning
    for quiet in (
        decided("push", ref="refs/tags/V1", credentials=False),  # checks only: nobody expects more
        decided("push"),
        decided("push", environments=NONE, ref="refs/tags/v1"),
        decided("push", ref="refs/tags/V1", payload={"deleted": True}),
    ):
        assert quiet.warning == ""


def test_a_tag_that_would_deploy_is_not_green_without_the_secret_of_the_named_environment() -> None:
    assert "no credentials" in refused("push", "auto", "live", ref="refs/tags/v1", credentials=False)
    decision = decided("push", ref="refs/tags/v1", credentials=False)
    assert decision.command == "validate"
    assert decision.warning.startswith("Nothing is deployed: the tag `v1` deploys to `live`")


@pytest.mark.parametrize("command", ["auto", "plan", "drift", "deploy", "restore"])
def test_several_environments_and_none_named(command: str) -> None:
    assert "nobody says which environment is meant: `test`, `live`" in refused("push", command, environments=TWO)


@pytest.mark.parametrize(
    ("command", "allowed"), [("plan", True), ("drift", True), ("deploy", False), ("restore", False)]
)
def test_without_environments_only_reading_is_possible(command: str, allowed: bool) -> None:
    if allowed:
        assert decided("push", command, environments=NONE) == Decision(command, platform=True)
    else:
        assert "needs an environment, and the configuration has none" in refused("push", command, environments=NONE)


def test_a_plan_without_credentials_compares_with_the_base_commit() -> None:
    decision = decided("pull_request", "plan", payload={"pull_request": FORK}, credentials=False)
    assert (decision.command, decision.environment, decision.platform) == ("plan", "live", False)
    assert "base commit" in decision.why


def test_a_deployment_without_credentials_is_still_one() -> None:
    """Whoever connects says what is missing."""
    assert decided("push", "deploy", credentials=False).platform


def test_an_environment_that_is_not_there() -> None:
    assert "Did you mean `live`? The configuration has: `test`, `live`." in refused("push", "auto", "liv", TWO)
    assert "the configuration has no `environments`" in refused("push", "validate", "live", NONE)
