"""Changed files where Git lacks the commits: what GitHub's API says, and where that is not enough."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ivr_action.runner.before import Before, BeforeError
from ivr_action.runner.changed import Changes, changed_files
from ivr_action.runner.changed_github import ask_github
from ivr_action.runner.context import Context
from ivr_action.runner.git import git_in
from ivr_action.runner.github import GitHub
from tests.conftest import Repository
from tests.github_api import READ_ONLY, TOKEN, Answer, GitHubApi, running

TIP, BASE, MERGE = "a" * 40, "b" * 40, "c" * 40
NUMBER = 5


@pytest.fixture
def api() -> Iterator[GitHubApi]:
    with running() as api:
        yield api


def ask(api: GitHubApi, context: Context, head: str = "", prefix: str | None = "", *, always: bool = False) -> Changes:
    client = GitHub(api.url, TOKEN, api.repository, seconds=5, timeout=1, pause=0)
    return ask_github(context, client, head, prefix, always=always)


def pull_request(**more: Any) -> Context:
    payload = {"pull_request": {"number": NUMBER, "head": {"sha": TIP}, "base": {"sha": BASE}}}
    return Context("pull_request", payload, sha=MERGE, ref="refs/pull/5/merge", **more)


def push(before: str = BASE, after: str = TIP) -> Context:
    return Context("push", {"before": before, "after": after}, sha=after, ref="refs/heads/main")


def changed(*paths: str, status: str = "modified") -> list[dict[str, Any]]:
    return [{"filename": path, "status": status} for path in paths]


def test_a_pull_request_with_every_kind_of_change(api: GitHubApi) -> None:
    renamed = {"filename": "to.yaml", "status": "renamed", "previous_filename": "from.yaml"}
    files = [*changed("new.yaml", status="added"), *changed("a.yaml"), *changed("gone.yaml", status="removed"), renamed]
    api.pull(NUMBER, TIP, BASE, [*files, *changed("same.yaml", status="unchanged")])
    found = ask(api, pull_request(), MERGE)
    assert found.known
    assert found.paths == {"new.yaml", "a.yaml", "to.yaml"}
    assert (found.added, found.modified) == ({"new.yaml"}, {"a.yaml"})
    assert (found.renamed, found.deleted, found.since) == ((("from.yaml", "to.yaml"),), ("gone.yaml",), BASE)


def test_a_list_that_ends_at_3000_files_is_not_trusted(api: GitHubApi) -> None:
    api.pull(NUMBER, TIP, BASE, changed(*(f"{number}.yaml" for number in range(3001))))
    found = ask(api, pull_request(), TIP)
    assert not found.known
    assert "3,000 of the 3,001 files" in found.reason


def test_a_list_shorter_than_githubs_own_count_is_not_trusted(api: GitHubApi) -> None:
    api.pull(NUMBER, TIP, BASE, changed("a.yaml"), total=2)
    assert not ask(api, pull_request(), TIP).known


def test_a_pull_request_that_moved_on_is_compared_as_it_was(api: GitHubApi) -> None:
    api.pull(NUMBER, "d" * 40, BASE, changed("newer.yaml"))
    api.comparisons[f"{BASE}...{TIP}"] = {"status": "diverged", "files": changed("a.yaml")}
    assert ask(api, pull_request(), MERGE).paths == {"a.yaml"}


def test_a_pull_request_with_another_commit_checked_out_is_not_known(api: GitHubApi) -> None:
    found = ask(api, pull_request(), "e" * 40)
    assert not found.known
    assert api.requests == []


def test_pull_request_target_checks_out_the_base_by_default_which_says_nothing(api: GitHubApi) -> None:
    context = Context("pull_request_target", pull_request().payload, sha=BASE)
    assert not ask(api, context, BASE).known
    api.pull(NUMBER, TIP, BASE, changed("a.yaml"))
    assert ask(api, context, TIP).paths == {"a.yaml"}


def test_a_push_is_compared(api: GitHubApi) -> None:
    api.comparisons[f"{BASE}...{TIP}"] = {"status": "ahead", "files": changed("a.yaml", "b.yaml")}
    assert ask(api, push(), TIP).paths == {"a.yaml", "b.yaml"}


def test_a_comparison_of_300_files_may_be_cut_off(api: GitHubApi) -> None:
    files = changed(*(f"{number}.yaml" for number in range(300)))
    api.comparisons[f"{BASE}...{TIP}"] = {"status": "ahead", "files": files}
    found = ask(api, push(), TIP)
    assert not found.known
    assert "no more than 300" in found.reason
    files.pop()
    assert ask(api, push(), TIP).known


@pytest.mark.parametrize("status", ["diverged", "behind"])
def test_a_push_that_replaced_commits_is_not_known(api: GitHubApi, status: str) -> None:
    api.comparisons[f"{BASE}...{TIP}"] = {"status": status, "files": changed("a.yaml")}
    found = ask(api, push(), TIP)
    assert not found.known
    assert "replaced commits" in found.reason


def test_a_merge_group_is_compared(api: GitHubApi) -> None:
    api.comparisons[f"{BASE}...{TIP}"] = {"status": "ahead", "files": changed("a.yaml")}
    context = Context("merge_group", {"merge_group": {"base_sha": BASE, "head_sha": TIP}}, sha=TIP)
    assert ask(api, context, TIP).paths == {"a.yaml"}


def test_without_a_commit_before_the_first_parent_counts_where_asked(api: GitHubApi) -> None:
    api.parents[TIP] = [BASE, MERGE]
    api.comparisons[f"{BASE}...{TIP}"] = {"status": "ahead", "files": changed("a.yaml")}
    context = Context("workflow_dispatch", sha=TIP)
    assert ask(api, context, TIP, always=True).paths == {"a.yaml"}
    asked = ask(api, context, TIP)
    assert (asked.known, asked.expected) == (False, True)


@pytest.mark.parametrize("answer", [Answer(403, READ_ONLY), Answer(404, {"message": "Not Found"}), Answer(200, b"{")])
def test_an_api_that_does_not_answer_is_not_known(api: GitHubApi, answer: Answer) -> None:
    api.instead("GET", "/pulls/5/files", answer)
    found = ask(api, pull_request(), TIP)
    assert not found.known
    assert "did not tell" in found.reason


def test_no_token_is_not_known() -> None:
    found = ask_github(pull_request(), None, TIP, "", always=False)
    assert not found.known
    assert "no `github-token`" in found.reason


def test_a_workspace_below_the_top_sees_its_own_files(api: GitHubApi) -> None:
    renamed = {"filename": "other/to.yaml", "status": "renamed", "previous_filename": "ivr/from.yaml"}
    arrived = {"filename": "ivr/here.yaml", "status": "renamed", "previous_filename": "other/there.yaml"}
    files = [*changed("ivr/a.yaml", "other/b.yaml"), *changed("other/c.yaml", status="removed"), renamed, arrived]
    api.pull(NUMBER, TIP, BASE, files)
    found = ask(api, pull_request(), TIP, "ivr/")
    assert (found.paths, found.added) == ({"a.yaml", "here.yaml"}, {"here.yaml"})
    assert (found.deleted, found.renamed) == (("from.yaml",), ())


def test_without_git_a_path_that_is_not_there_shows_that_the_repository_lies_elsewhere(
    api: GitHubApi, tmp_path: Path
) -> None:
    api.pull(NUMBER, TIP, BASE, [*changed("a.yaml"), *changed("gone.yaml", status="removed")])
    context = pull_request(workspace=str(tmp_path))
    assert not ask(api, context, "", None).known
    (tmp_path / "a.yaml").write_text("x")
    assert ask(api, context, "", None).paths == {"a.yaml"}


def test_a_submodule_is_a_folder(api: GitHubApi, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    api.pull(NUMBER, TIP, BASE, changed("shared"))
    assert ask(api, pull_request(workspace=str(tmp_path)), TIP).has("shared/flow.yaml")


def test_hostile_names_stay_names(api: GitHubApi, tmp_path: Path) -> None:
    names = ("../../etc/passwd", "a\nb\n::error::x.yaml", "a\0b", '`"<script>', "-rf")
    api.pull(NUMBER, TIP, BASE, changed(*names))
    assert ask(api, pull_request(workspace=str(tmp_path)), TIP).paths == set(names)


class Shallow:
    """A clone without history of a merge that adds `new.yaml`, changes `old.yaml` and deletes `gone.yaml`."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self.base = repository.commit({"old.yaml": "before\n", "gone.yaml": "gone\n"})
        repository.git("checkout", "--quiet", "-b", "topic")
        repository.git("rm", "--quiet", "gone.yaml")
        self.tip = repository.commit({"new.yaml": "b\n", "old.yaml": "after\n"})
        repository.git("checkout", "--quiet", "main")
        repository.git("merge", "--quiet", "--no-ff", "--message=merge", "topic")
        self.merge = repository.git("rev-parse", "HEAD")
        subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(folder)], check=True)
        self.git = git_in(str(folder), os.environ)
        payload = {"pull_request": {"number": NUMBER, "head": {"sha": self.tip}, "base": {"sha": self.base}}}
        self.context = Context("pull_request", payload, sha=self.merge, workspace=str(folder))


def test_a_shallow_checkout_asks_the_api_and_reads_the_files_before(
    api: GitHubApi, repository: Repository, tmp_path: Path
) -> None:
    shallow = Shallow(repository, tmp_path / "shallow")
    files = [*changed("new.yaml", status="added"), *changed("old.yaml"), *changed("gone.yaml", status="removed")]
    api.pull(NUMBER, shallow.tip, shallow.base, files)
    api.contents = {(shallow.base, "old.yaml"): b"before\n", (shallow.base, "gone.yaml"): b"gone\n"}
    client = GitHub(api.url, TOKEN, api.repository, seconds=5, timeout=1)
    changes = changed_files(
        shallow.context, shallow.git, elsewhere=partial(ask_github, shallow.context, client, always=False)
    )
    assert (changes.paths, changes.deleted) == ({"new.yaml", "old.yaml"}, ("gone.yaml",))
    assert changes.source.startswith("GitHub's API, since the checkout does not hold the commit before")
    before = Before(changes, shallow.git, lambda: client)
    assert [before.read(path) for path in ("old.yaml", "gone.yaml", "new.yaml")] == [b"before\n", b"gone\n", None]
    with pytest.raises(BeforeError, match="does not hold"):
        Before(changes, shallow.git, lambda: None).read("old.yaml")


def test_where_neither_knows_both_say_why(repository: Repository, tmp_path: Path) -> None:
    shallow = Shallow(repository, tmp_path / "shallow")
    changes = changed_files(
        shallow.context, shallow.git, elsewhere=partial(ask_github, shallow.context, None, always=False)
    )
    assert not changes.known
    assert "fetch-depth: 2" in changes.reason
    assert "no `github-token`" in changes.reason


def test_git_reads_the_files_before_where_it_has_them(repository: Repository) -> None:
    first = repository.commit({"ivr/a.yaml": "a\n"})
    repository.commit({"ivr/a.yaml": "b\n", "ivr/[*].yaml": "new\n"})
    before = Before(Changes(known=True, since=first), git_in(str(repository.folder / "ivr"), os.environ), lambda: None)
    assert [before.read(path) for path in ("a.yaml", "[*].yaml", "..", ".")] == [b"a\n", None, None, None]
    gone = Before(Changes(known=True, since="1" * 40), git_in(str(repository.folder), os.environ), lambda: None)
    with pytest.raises(BeforeError):
        gone.read("ivr/a.yaml")
