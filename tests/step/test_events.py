"""Every kind of event, with its payload as GitHub documents it, a repository as actions/checkout leaves it, and a
GitHub on loopback: which flows are checked, which count as changed, and what the summary says about it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from ivr_action.check.flows import CALLER, MODULE
from ivr_action.check.rule import files_of
from ivr_action.report.comment import LIMIT
from tests.conftest import Ran, Repository, Step
from tests.github_api import READ_ONLY, TOKEN, Answer, GitHubApi, running
from tests.samples import menu_flow

[(_, CALLER_TEXT)] = files_of(CALLER)
[(_, MODULE_TEXT)] = files_of(MODULE)
MAIN, FIND, OTHER, NIGHT = "flows/main.yaml", "flows/find.yaml", "flows/other.yaml", "flows/night.yaml"
FLOWS = {MAIN: CALLER_TEXT, FIND: MODULE_TEXT, OTHER: menu_flow("Other")}
ALL = [FIND, MAIN, OTHER]
ZEROS = "0" * 40
NUMBER = 7
CHANGED_MODULE = MODULE_TEXT.replace("Look up", "Look it up")


@pytest.fixture
def api() -> Iterator[GitHubApi]:
    with running() as api:
        yield api


@dataclass
class Event:
    """One event's checkout and payload."""

    repository: Repository
    scratch: Path
    api: GitHubApi
    environ: dict[str, str] = field(default_factory=dict)

    def checkout(self, commit: str, depth: int = 1) -> Path:
        """What actions/checkout does: fetch one commit, `depth` commits deep (0: all), and check it out detached."""
        folder = self.scratch / "workspace"
        folder.mkdir()
        limit = [f"--depth={depth}"] if depth else []
        for arguments in (
            ["init", "--quiet"],
            ["fetch", "--quiet", "--no-tags", *limit, f"file://{self.repository.folder}", commit],
            ["checkout", "--quiet", "--detach", commit],
        ):
            subprocess.run(["git", *arguments], cwd=folder, check=True)
        return folder

    def run(
        self, event: str, payload: dict[str, Any], commit: str, ref: str, *, depth: int = 1, token: bool = True,
        **inputs: str,
    ) -> Ran:  # fmt: skip
        environ = {
            "GITHUB_SHA": commit,
            "GITHUB_REF": ref,
            "GITHUB_API_URL": self.api.url,
            "GITHUB_WORKFLOW": "CI",
            "GITHUB_JOB": "ivr",
            "GITHUB_ACTION": "__example_ivr-action",
            "GITHUB_RUN_ID": "9000000001",
            "GITHUB_RUN_ATTEMPT": "1",
            **self.environ,
        }
        step = Step(self.checkout(commit, depth), self.scratch / "runner", environ)
        ran = step.run(event, payload | REPOSITORY, **({"github_token": TOKEN} if token else {}), **inputs)
        assert TOKEN not in ran.out.replace(f"::add-mask::{TOKEN}", "") + ran.err + ran.summary
        return ran


REPOSITORY = {
    "repository": {"id": 1, "full_name": "example/ivr", "default_branch": "main", "private": True, "fork": False},
    "sender": {"login": "mona", "type": "User"},
}


@pytest.fixture
def event(repository: Repository, tmp_path: Path, api: GitHubApi) -> Event:
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return Event(repository, tmp_path, api)


def flows_of(ran: Ran) -> list[str]:
    flows: Any = ran.report()["flows"]
    return [flow["path"] for flow in flows]


def changed_of(ran: Ran) -> list[str]:
    return list(json.loads(ran.outputs["changed-flows"]))


def pull_request(event: Event, fork: str = "example/ivr") -> tuple[dict[str, Any], str]:
    """A pull request that changes a module and deletes a flow, while the base branch moved on; and its merge commit."""
    repository = event.repository
    first = repository.commit({**FLOWS, NIGHT: menu_flow("Night")})
    repository.git("checkout", "--quiet", "-b", "topic")
    (repository.folder / NIGHT).unlink()
    head = repository.commit({FIND: CHANGED_MODULE})
    repository.git("checkout", "--quiet", "main")
    base = repository.commit({OTHER: menu_flow("Other one")})
    repository.git("merge", "--quiet", "--no-ff", "--message=Merge topic into main", "topic")
    merge = repository.git("rev-parse", "HEAD")
    event.api.pull(
        NUMBER, head, base, [{"filename": FIND, "status": "modified"}, {"filename": NIGHT, "status": "removed"}]
    )
    event.api.contents = {(base, FIND): MODULE_TEXT.encode(), (base, NIGHT): menu_flow("Night").encode()}
    pull = {
        "number": NUMBER, "state": "open", "merged": False, "merge_commit_sha": merge, "draft": False,
        "head": {"ref": "topic", "sha": head, "repo": {"full_name": fork, "fork": fork != "example/ivr"}},
        # GitHub leaves this commit as it was when the pull request was opened or last pushed to.
        "base": {"ref": "main", "sha": first, "repo": {"full_name": "example/ivr", "fork": False}},
    }  # fmt: skip
    return {"action": "synchronize", "number": NUMBER, "pull_request": pull}, merge


REF = f"refs/pull/{NUMBER}/merge"


def test_pull_request_with_two_commits_needs_no_api(event: Event) -> None:
    payload, merge = pull_request(event)
    ran = event.run("pull_request", payload, merge, REF, depth=2, token=False)
    assert ran.status == 0
    assert flows_of(ran) == [FIND, MAIN]  # the module, and who calls it; not what the base branch changed
    assert changed_of(ran) == [FIND]
    assert "Checked 2 of 3 flow files" in ran.summary
    assert event.api.requests == []


def test_pull_request_with_one_commit_asks_the_api(event: Event) -> None:
    payload, merge = pull_request(event)
    ran = event.run("pull_request", payload, merge, REF, comment="false")
    assert ran.status == 0
    assert flows_of(ran) == [FIND, MAIN]
    assert changed_of(ran) == [FIND]
    assert "told by GitHub's API" in unescape(ran.summary)
    assert event.api.asked("POST") == []


def test_pull_request_with_one_commit_and_no_token_checks_all(event: Event) -> None:
    payload, merge = pull_request(event)
    ran = event.run("pull_request", payload, merge, REF, token=False)
    assert flows_of(ran) == changed_of(ran) == ALL
    text = unescape(ran.summary)
    assert "Git could not tell what changed, so every flow file was checked" in text
    assert "fetch-depth: 2" in text
    assert "there is no <code>github-token</code>" in text
    assert event.api.requests == []


def test_pull_request_of_more_files_than_the_api_lists_checks_all(event: Event) -> None:
    payload, merge = pull_request(event)
    pull = payload["pull_request"]
    files = [{"filename": f"{number}.txt", "status": "added"} for number in range(3200)]
    event.api.pull(NUMBER, pull["head"]["sha"], pull["base"]["sha"], files)
    ran = event.run("pull_request", payload, merge, REF, comment="false")
    assert flows_of(ran) == ALL
    assert "3,000 of the 3,200 files" in unescape(ran.summary)


def test_pull_request_while_the_api_is_down_checks_all(event: Event) -> None:
    payload, merge = pull_request(event)
    event.api.instead("GET", "", *[Answer(404, {"message": "Not Found"})] * 5)
    ran = event.run("pull_request", payload, merge, REF, comment="false")
    assert (ran.status, flows_of(ran)) == (0, ALL)
    assert "GitHub's API did not tell" in unescape(ran.summary)


def test_pull_request_of_a_fork_needs_no_token_and_no_permission(event: Event) -> None:
    payload, merge = pull_request(event, fork="stranger/ivr")
    ran = event.run("pull_request", payload, merge, REF, depth=2)
    assert (ran.status, flows_of(ran)) == (0, [FIND, MAIN])
    assert event.api.requests == []
    assert "comment" not in ran.out + ran.summary


def test_pull_request_target_without_the_pull_requests_files_checks_all(event: Event) -> None:
    payload, _ = pull_request(event, fork="stranger/ivr")
    base = event.repository.git("rev-parse", "HEAD^1")
    ran = event.run("pull_request_target", payload, base, "refs/heads/main", comment="false")
    assert flows_of(ran) == [FIND, MAIN, NIGHT, OTHER]


def test_pull_request_that_deletes_a_called_module_fails(event: Event) -> None:
    repository = event.repository
    base = repository.commit(FLOWS)
    repository.git("checkout", "--quiet", "-b", "topic")
    (repository.folder / FIND).unlink()
    head = repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message=merge", "topic")
    merge = repository.git("rev-parse", "HEAD")
    payload = {"pull_request": {"number": NUMBER, "head": {"sha": head}, "base": {"sha": base}}}
    ran = event.run("pull_request", payload, merge, REF, depth=2, token=False)
    assert (ran.status, flows_of(ran), changed_of(ran)) == (1, [MAIN], [])
    found: Any = ran.report()["findings"]
    assert "deleted-flow-called" in [item["rule"] for item in found]


def push(before: str, after: str, **more: Any) -> dict[str, Any]:
    return {
        "ref": "refs/heads/main", "before": before, "after": after, "created": False, "deleted": False,
        "forced": False, "base_ref": None, "commits": [], "head_commit": {"id": after}, **more,
    }  # fmt: skip


def pushed(event: Event) -> tuple[str, str]:
    before = event.repository.commit(FLOWS)
    event.repository.commit({"README.md": "words\n"})
    return before, event.repository.commit({OTHER: menu_flow("Other one")})


def test_push_with_its_history(event: Event) -> None:
    before, after = pushed(event)
    ran = event.run("push", push(before, after), after, "refs/heads/main", depth=0)
    assert (flows_of(ran), changed_of(ran)) == ([OTHER], [OTHER])
    assert event.api.requests == []


def test_push_of_two_commits_with_one_fetched_asks_the_api(event: Event) -> None:
    before, after = pushed(event)
    files = [{"filename": OTHER, "status": "modified"}, {"filename": "README.md", "status": "added"}]
    event.api.comparisons[f"{before}...{after}"] = {"status": "ahead", "files": files}
    ran = event.run("push", push(before, after), after, "refs/heads/main")
    assert (flows_of(ran), changed_of(ran)) == ([OTHER], [OTHER])


def test_push_of_more_files_than_a_comparison_lists_checks_all(event: Event) -> None:
    before, after = pushed(event)
    files = [{"filename": f"{number}.txt", "status": "added"} for number in range(300)]
    event.api.comparisons[f"{before}...{after}"] = {"status": "ahead", "files": files}
    assert flows_of(event.run("push", push(before, after), after, "refs/heads/main")) == ALL


def test_push_of_a_new_branch_checks_all(event: Event) -> None:
    after = event.repository.commit(FLOWS)
    payload = push(ZEROS, after, ref="refs/heads/new", created=True)
    ran = event.run("push", payload, after, "refs/heads/new")
    assert (flows_of(ran), changed_of(ran)) == (ALL, ALL)
    assert "Checked all 3 flow files: the branch is new." in unescape(ran.summary)


def test_push_with_force_checks_all(event: Event) -> None:
    first = event.repository.commit(FLOWS)
    before = event.repository.commit({MAIN: "inboundCall: {}\n"})
    event.repository.git("reset", "--quiet", "--hard", first)
    after = event.repository.commit({OTHER: menu_flow("Other one")})
    event.api.comparisons[f"{before}...{after}"] = {
        "status": "diverged", "files": [{"filename": OTHER, "status": "modified"}],
    }  # fmt: skip
    ran = event.run("push", push(before, after, forced=True), after, "refs/heads/main")
    assert flows_of(ran) == ALL  # main.yaml is back to what it was, and the API does not say so
    assert "replaced commits" in ran.summary


def test_push_that_deletes_a_branch_checks_all_of_the_default_branch(event: Event) -> None:
    head = event.repository.commit(FLOWS)
    payload = push("1" * 40, ZEROS, ref="refs/heads/old", deleted=True, head_commit=None)
    ran = event.run("push", payload, head, "refs/heads/main")
    assert (ran.status, flows_of(ran)) == (0, ALL)
    assert "the branch was deleted" in ran.summary
    assert event.api.requests == []


def test_push_of_a_tag_checks_all(event: Event) -> None:
    head = event.repository.commit(FLOWS)
    event.repository.git("tag", "v1.2.0")
    payload = push(ZEROS, head, ref="refs/tags/v1.2.0", created=True, base_ref="refs/heads/main")
    ran = event.run("push", payload, head, "refs/tags/v1.2.0")
    assert flows_of(ran) == ALL
    assert "a tag names no earlier commit" in ran.summary


def merge_group(base: str, head: str) -> dict[str, Any]:
    ref = f"refs/heads/gh-readonly-queue/main/pr-{NUMBER}-{base}"
    group = {"head_sha": head, "head_ref": ref, "base_sha": base, "base_ref": "refs/heads/main"}
    return {"action": "checks_requested", "merge_group": group}


@pytest.mark.parametrize("depth", [0, 1])
def test_merge_group(event: Event, depth: int) -> None:
    base, head = pushed(event)
    files = [{"filename": OTHER, "status": "modified"}]
    event.api.comparisons[f"{base}...{head}"] = {"status": "ahead", "files": files}
    payload = merge_group(base, head)
    ran = event.run("merge_group", payload, head, payload["merge_group"]["head_ref"], depth=depth)
    assert (flows_of(ran), changed_of(ran)) == ([OTHER], [OTHER])
    assert bool(event.api.requests) is (depth == 1)


@pytest.mark.parametrize(
    ("name", "payload", "ref"),
    [
        ("workflow_dispatch", {"inputs": {"reason": "try"}, "ref": "refs/heads/main"}, "refs/heads/main"),
        ("schedule", {"schedule": "0 5 * * 1"}, "refs/heads/main"),
        ("release", {"action": "published", "release": {"tag_name": "v1", "target_commitish": "main"}}, "refs/tags/v1"),
    ],
)
@pytest.mark.parametrize("depth", [0, 1])
def test_events_without_a_commit_before(event: Event, name: str, payload: Any, ref: str, depth: int) -> None:
    before, _ = pushed(event)
    head = event.repository.git("rev-parse", "HEAD")
    parent = event.repository.git("rev-parse", "HEAD^1")
    assert before != parent
    ran = event.run(name, payload, head, ref, depth=depth)
    assert (flows_of(ran), changed_of(ran)) == (ALL, ALL)
    assert "names no earlier commit" in ran.summary
    assert "::warning" not in ran.out
    assert event.api.requests == []


def test_always_only_what_changed_since_the_first_parent(event: Event) -> None:
    pushed(event)
    head, parent = event.repository.git("rev-parse", "HEAD"), event.repository.git("rev-parse", "HEAD^1")
    event.api.parents[head] = [parent]
    files = [{"filename": OTHER, "status": "modified"}]
    event.api.comparisons[f"{parent}...{head}"] = {"status": "ahead", "files": files}
    ran = event.run("schedule", {"schedule": "0 5 * * 1"}, head, "refs/heads/main", changed_only="true")
    assert (flows_of(ran), changed_of(ran)) == ([OTHER], [OTHER])


def test_nothing_found_is_status_2_unless_it_may_be(event: Event) -> None:
    _payload, _ = pull_request(event)
    head = event.repository.commit({"README.md": "x"})
    event.repository.git("rm", "--quiet", "-r", "flows")
    empty = event.repository.commit()
    assert event.run("push", push(head, empty), empty, "refs/heads/main", depth=2).status == 2


# -- the comment


def bodies(event: Event) -> list[str]:
    return [comment["body"] for comment in event.api.comments.get(NUMBER, [])]


def test_a_pull_request_gets_one_comment_that_says_it_all(event: Event) -> None:
    payload, merge = pull_request(event)
    ran = event.run("pull_request", payload, merge, REF, depth=2)
    assert ran.status == 0
    [body] = bodies(event)
    assert "Checked 2 of 3 flow files" in body
    assert f"https://github.com/example/ivr/blob/{merge}/{FIND}" in body
    assert "https://github.com/example/ivr/actions/runs/9000000001" in body
    assert f"::add-mask::{TOKEN}\n" in ran.out


def test_a_read_only_token_leaves_a_word_in_the_summary_and_the_status_alone(event: Event) -> None:
    payload, merge = pull_request(event)
    event.api.instead("POST", "comments", Answer(403, READ_ONLY))
    ran = event.run("pull_request", payload, merge, REF, depth=2)
    assert (ran.status, bodies(event)) == (0, [])
    assert "Resource not accessible by integration" in unescape(ran.summary)
    assert "pull-requests: write" in unescape(ran.summary)
    assert re.search("^::notice title=ivr-action[^:]*::No comment was written", ran.out, re.MULTILINE)


def test_a_run_that_checks_nothing_does_not_leave_the_last_verdict_standing(event: Event) -> None:
    payload, merge = pull_request(event)
    event.api.comment(NUMBER, "")
    event.run("pull_request", payload, merge, REF, depth=2)
    assert "✅" in bodies(event)[-1]
    (event.scratch / "workspace").rename(event.scratch / "first")
    event.environ["GITHUB_RUN_ID"] = "9000000002"
    ran = event.run("pull_request", payload, merge, REF, depth=2, flows="nowhere.yaml")
    assert ran.status == 2
    assert "not checked" in bodies(event)[-1]
    assert len(bodies(event)) == 2


def test_nothing_to_say_begins_no_comment(event: Event) -> None:
    base = event.repository.commit({**FLOWS, "README.md": "a"})
    event.repository.git("checkout", "--quiet", "-b", "topic")
    head = event.repository.commit({"README.md": "b"})
    event.repository.git("checkout", "--quiet", "main")
    event.repository.git("merge", "--quiet", "--no-ff", "--message=merge", "topic")
    merge = event.repository.git("rev-parse", "HEAD")
    payload = {"pull_request": {"number": NUMBER, "head": {"sha": head}, "base": {"sha": base}}}
    assert event.run("pull_request", payload, merge, REF, depth=2).status == 0
    assert bodies(event) == []


def test_thousands_of_findings_fit_into_the_comment(event: Event) -> None:
    broken = {f"flows/{number:03}.yaml": menu_flow(f"<b>@{number}" * 12, start="gone") for number in range(120)}
    base = event.repository.commit({"README.md": "x"})
    event.repository.git("checkout", "--quiet", "-b", "topic")
    head = event.repository.commit(broken)
    event.repository.git("checkout", "--quiet", "main")
    event.repository.git("merge", "--quiet", "--no-ff", "--message=merge", "topic")
    merge = event.repository.git("rev-parse", "HEAD")
    payload = {"pull_request": {"number": NUMBER, "head": {"sha": head}, "base": {"sha": base}}}
    assert event.run("pull_request", payload, merge, REF, depth=2).status == 1
    [body] = bodies(event)
    assert len(body.encode()) <= LIMIT
    assert "<b>" not in body
    assert "more findings" in body
