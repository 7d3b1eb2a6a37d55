"""The one comment on a pull request, against a GitHub on loopback: found, replaced, never doubled, never another's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ivr_action.runner.comment import Mark, mark_of, put_comment, why_not
from ivr_action.runner.context import Context
from ivr_action.runner.github import Clock, GitHub
from tests.github_api import READ_ONLY, SECONDARY_LIMIT, TOKEN, Answer, GitHubApi, Request, running

NUMBER = 5
KEY = "0123456789abcdef"
MONA = {"login": "mona", "type": "User", "id": 1}


@pytest.fixture
def api() -> Iterator[GitHubApi]:
    with running() as api:
        yield api


def mark(run: int, key: str = KEY) -> Mark:
    return Mark(key, (run, 1))


def put(api: GitHubApi, text: str = "text\n", run: int = 7, key: str = KEY, *, worth_it: bool = True) -> str:
    clock = Clock(sleep=lambda seconds: None)
    client = GitHub(api.url, TOKEN, api.repository, seconds=20, timeout=2, pause=0, clock=clock)
    return put_comment(client, NUMBER, mark(run, key), text, worth_it=worth_it)


def bodies(api: GitHubApi) -> list[str]:
    return [comment["body"] for comment in api.comments.get(NUMBER, [])]


def test_the_first_run_comments_and_the_next_replaces_it(api: GitHubApi) -> None:
    assert put(api, "one\n", 7) == ""
    assert put(api, "two\n", 8) == ""
    assert bodies(api) == [f"{mark(8)}two\n"]


def test_it_is_found_behind_hundreds_of_others(api: GitHubApi) -> None:
    for number in range(230):
        api.comment(NUMBER, f"comment {number}", MONA)
    ours = api.comment(NUMBER, f"{mark(6)}old")
    put(api)
    assert ours["body"] == f"{mark(7)}text\n"
    assert len(bodies(api)) == 231


def test_two_steps_keep_two_comments(api: GitHubApi) -> None:
    put(api, "a\n", key="a" * 16)
    put(api, "b\n", key="b" * 16)
    put(api, "c\n", 8, key="a" * 16)
    assert bodies(api) == [f"{mark(8, 'a' * 16)}c\n", f"{mark(7, 'b' * 16)}b\n"]


@pytest.mark.parametrize("me", [None, {"login": "robot", "type": "User", "id": 2}])
def test_anothers_comment_with_our_mark_is_left_alone(api: GitHubApi, me: dict[str, Any] | None) -> None:
    api.me = me
    theirs = api.comment(NUMBER, f"{mark(6)}a copy", MONA)
    assert put(api) == ""
    assert theirs["body"].endswith("a copy")
    assert len(bodies(api)) == 2
    put(api, "again\n", 8)
    assert bodies(api) == [f"{mark(6)}a copy", f"{mark(8)}again\n"]


def test_our_mark_inside_another_comment_does_not_count(api: GitHubApi) -> None:
    quoted = api.comment(NUMBER, f"> {mark(6)}quoted by a bot")
    put(api)
    assert quoted["body"].endswith("quoted by a bot")


def test_a_comment_of_a_deleted_account_does_no_harm(api: GitHubApi) -> None:
    api.comment(NUMBER, f"{mark(6)}ghost")["user"] = None
    assert put(api) == ""
    assert len(bodies(api)) == 2


def test_an_older_run_leaves_the_newer_ones_words(api: GitHubApi) -> None:
    put(api, "new\n", 9)
    assert put(api, "late\n", 8) == ""
    assert bodies(api) == [f"{mark(9)}new\n"]


@pytest.mark.parametrize("other", [6, 8])
def test_two_runs_at_once_end_with_one_comment_of_the_newer_one(api: GitHubApi, other: int) -> None:
    def race(request: Request) -> None:
        if request.method == "POST":
            api.before = None
            api.comment(NUMBER, f"{mark(other)}other\n")

    api.before = race
    assert put(api, "mine\n", 7) == ""
    assert bodies(api) == [f"{mark(8)}other\n" if other == 8 else f"{mark(7)}mine\n"]


def test_doubled_comments_become_one(api: GitHubApi) -> None:
    api.comment(NUMBER, f"{mark(5)}first")
    api.comment(NUMBER, f"{mark(6)}second")
    put(api)
    assert bodies(api) == [f"{mark(7)}text\n"]


def test_a_lost_answer_does_not_double_the_comment(api: GitHubApi) -> None:
    api.instead("POST", "comments", Answer(502, b"<html>", after=True))
    assert put(api) == ""
    assert bodies(api) == [f"{mark(7)}text\n"]


def test_a_failed_creation_is_tried_again(api: GitHubApi) -> None:
    api.instead("POST", "comments", Answer(502, b"<html>"), Answer(403, SECONDARY_LIMIT, {"Retry-After": "1"}))
    assert put(api) == ""
    assert bodies(api) == [f"{mark(7)}text\n"]


def test_a_comment_that_somebody_deletes_meanwhile_is_made_again(api: GitHubApi) -> None:
    api.comment(NUMBER, f"{mark(6)}old")

    def delete(request: Request) -> None:
        if request.method == "PATCH":
            api.before = None
            api.comments[NUMBER].clear()

    api.before = delete
    assert put(api) == ""
    assert bodies(api) == [f"{mark(7)}text\n"]


def test_a_read_only_token_is_said_with_what_to_do(api: GitHubApi) -> None:
    api.instead("POST", "comments", Answer(403, READ_ONLY))
    said = put(api)
    assert "Resource not accessible by integration" in said
    assert "pull-requests: write" in said
    assert TOKEN not in said


@pytest.mark.parametrize("status", [404, 422, 500])
def test_a_refusal_is_said_and_never_raised(api: GitHubApi, status: int) -> None:
    api.instead("POST", "comments", *[Answer(status, {"message": "No"})] * 9)
    assert put(api).startswith("No comment was written")
    assert bodies(api) == []


def test_where_there_is_nothing_to_say_only_an_earlier_comment_is_replaced(api: GitHubApi) -> None:
    put(api, worth_it=False)
    assert bodies(api) == []
    put(api, "found\n", 7)
    put(api, "nothing\n", 8, worth_it=False)
    assert bodies(api) == [f"{mark(8)}nothing\n"]


def event(name: str = "pull_request", head: str | None = "example/ivr") -> Context:
    repo = {"full_name": head} if head else None
    pull = {"number": NUMBER, "head": {"repo": repo}, "base": {"repo": {"full_name": "example/ivr"}}}
    return Context(name, {"pull_request": pull})


@pytest.mark.parametrize(
    ("context", "wanted", "token", "possible", "said"),
    [
        (event(), "auto", True, True, ""),
        (event(), "true", True, True, ""),
        (event(), "false", True, False, ""),
        (event(), "auto", False, False, ""),
        (event(), "true", False, False, "no `github-token`"),
        (event(head="fork/ivr"), "auto", True, False, ""),
        (event(head=None), "auto", True, False, ""),
        (event(head="fork/ivr"), "true", True, True, ""),
        (event("pull_request_target", "fork/ivr"), "auto", True, True, ""),
        (Context("push"), "auto", True, False, ""),
        (Context("push"), "true", True, False, "no pull request"),
    ],
)
def test_when_there_is_a_comment(context: Context, wanted: str, token: bool, possible: bool, said: str) -> None:
    found, why = why_not(context, wanted, token=token)
    assert found is possible
    assert (said in why) if said else why == ""


def test_the_key_keeps_steps_apart_and_cannot_close_the_mark() -> None:
    steps = [Context(step=f"ci/check/__self{number}", run_id="12", run_attempt="2") for number in range(2)]
    assert mark_of(steps[0], "").key != mark_of(steps[1], "").key
    assert mark_of(steps[0], "--> <b>") == mark_of(steps[1], "--> <b>")
    assert str(mark_of(steps[0], "--> <b>")).count("-->") == 1
    assert mark_of(steps[0], "").run == (12, 2)
