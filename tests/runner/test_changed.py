"""Changed files, from real git repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ivr_action.runner.changed import Changes, changed_files
from ivr_action.runner.context import Context
from ivr_action.runner.git import Git, GitError, git_in
from tests.conftest import Repository

ZEROS = "0" * 40


def git_of(repository: Repository) -> Git:
    return git_in(str(repository.folder), os.environ)


def pull_request(repository: Repository) -> tuple[Context, str]:
    """A merge commit of a branch that adds `new.yaml`, after the base got another file; and the base's first commit."""
    first = repository.commit({"old.yaml": "a\n"})
    repository.git("checkout", "--quiet", "-b", "topic")
    head = repository.commit({"new.yaml": "b\n"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"of-base.yaml": "c\n"})
    repository.git("merge", "--quiet", "--no-ff", "--message=merge", "topic")
    payload = {"pull_request": {"base": {"sha": first}, "head": {"sha": head}}}
    return Context("pull_request", payload, sha=repository.git("rev-parse", "HEAD")), first


def test_pull_request_compares_with_the_merge_commits_first_parent(repository: Repository) -> None:
    context, _ = pull_request(repository)  # the payload's base is older and would give of-base.yaml too
    changes = changed_files(context, git_of(repository))
    assert changes.known
    assert changes.paths == {"new.yaml"}


def test_pull_request_with_its_head_checked_out_compares_with_where_it_branched_off(repository: Repository) -> None:
    context, first = pull_request(repository)
    repository.git("checkout", "--quiet", "topic")
    changes = changed_files(context, git_of(repository))
    assert (changes.paths, changes.since) == ({"new.yaml"}, first)


def test_pull_request_with_something_else_checked_out_is_not_known(repository: Repository) -> None:
    context, first = pull_request(repository)
    repository.git("checkout", "--quiet", first)
    changes = changed_files(context, git_of(repository))
    assert not changes.known
    assert not changes.expected
    assert "merge commit" in changes.reason


def test_a_checkout_without_history_says_what_to_set(repository: Repository, tmp_path: Path) -> None:
    context, _ = pull_request(repository)
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "shallow")], check=True
    )
    changes = changed_files(context, git_in(str(tmp_path / "shallow"), os.environ))
    assert not changes.known
    assert "fetch-depth: 2" in changes.reason
    assert changes.has("anything")


def push(repository: Repository, before: str, **more: object) -> Context:
    after = repository.git("rev-parse", "HEAD")
    return Context("push", {"before": before, "after": after, **more}, sha=after, ref="refs/heads/main")


def test_push_compares_before_with_after_over_several_commits(repository: Repository) -> None:
    before = repository.commit({"a.yaml": "a\n"})
    repository.commit({"b.yaml": "b\n"})
    repository.commit({"a.yaml": "changed\n"})
    assert changed_files(push(repository, before), git_of(repository)).paths == {"a.yaml", "b.yaml"}


def test_push_of_a_new_branch_has_no_before(repository: Repository) -> None:
    repository.commit({"a.yaml": "a\n"})
    changes = changed_files(push(repository, ZEROS), git_of(repository))
    assert not changes.known
    assert changes.expected
    assert changes.reason == "the branch is new"


def test_push_after_a_forced_one_whose_before_is_gone_is_not_known(repository: Repository) -> None:
    repository.commit({"a.yaml": "a\n"})
    changes = changed_files(push(repository, "1" * 40), git_of(repository))
    assert not changes.known
    assert "fetch-depth: 0" in changes.reason


def test_push_with_another_commit_checked_out_is_not_known(repository: Repository) -> None:
    before = repository.commit({"a.yaml": "a\n"})
    repository.commit({"b.yaml": "b\n"})
    context = push(repository, before)
    repository.git("checkout", "--quiet", before)
    assert not changed_files(context, git_of(repository)).known


def test_merge_group_compares_its_base_with_its_head(repository: Repository) -> None:
    base = repository.commit({"a.yaml": "a\n"})
    head = repository.commit({"b.yaml": "b\n"})
    context = Context("merge_group", {"merge_group": {"base_sha": base, "head_sha": head}}, sha=head)
    assert changed_files(context, git_of(repository)).paths == {"b.yaml"}


@pytest.mark.parametrize(
    ("event", "ref", "reason"),
    [
        ("push", "refs/tags/v1", "a tag names no earlier commit"),
        ("workflow_dispatch", "refs/heads/main", "the event `workflow_dispatch` names no earlier commit"),
        ("schedule", "refs/heads/main", "the event `schedule` names no earlier commit"),
    ],
)
def test_other_events_mean_all_files_unless_asked(repository: Repository, event: str, ref: str, reason: str) -> None:
    repository.commit({"a.yaml": "a\n"})
    head = repository.commit({"b.yaml": "b\n"})
    context = Context(event, {"before": ZEROS, "after": head}, sha=head, ref=ref)
    changes = changed_files(context, git_of(repository))
    assert (changes.known, changes.expected, changes.reason) == (False, True, reason)
    assert changed_files(context, git_of(repository), always=True).paths == {"b.yaml"}


def test_renames_deletions_and_odd_names(repository: Repository) -> None:
    content = "\n".join(f"line {number}" for number in range(50))
    odd = 'flows/ü "quoted"\ttab\nnewline.yaml'
    before = repository.commit({"from.yaml": content, "gone.yaml": "x\n", "same.yaml": "s\n"})
    repository.git("mv", "from.yaml", "to.yaml")
    repository.git("rm", "--quiet", "gone.yaml")
    repository.commit({"to.yaml": content + "\nmore", odd: "y\n"})
    changes = changed_files(push(repository, before), git_of(repository))
    assert changes.paths == {"to.yaml", odd}
    assert changes.renamed == (("from.yaml", "to.yaml"),)
    assert changes.deleted == ("gone.yaml",)
    assert changes.has("to.yaml")
    assert not changes.has("same.yaml")


def test_a_changed_submodule_changes_all_of_its_files(repository: Repository) -> None:
    before = repository.commit({"a.yaml": "a\n"})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{before},shared/flows")
    repository.git("commit", "--quiet", "--message=submodule")
    changes = changed_files(push(repository, before), git_of(repository))
    assert changes.submodules == ("shared/flows",)
    assert changes.has("shared/flows/x.yaml")
    assert not changes.has("shared/flows.yaml")


def test_a_repository_cannot_ask_to_have_its_submodules_ignored(repository: Repository) -> None:
    modules = '[submodule "flows"]\n\tpath = flows\n\turl = https://example.com/flows\n\tignore = all\n'
    first = repository.commit({"a.yaml": "a\n"})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{first},flows")
    repository.write(".gitmodules", modules)
    repository.git("add", ".gitmodules")
    repository.git("commit", "--quiet", "--message=submodule")
    before = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--cacheinfo", f"160000,{before},flows")
    repository.git("commit", "--quiet", "--message=newer")
    assert changed_files(push(repository, before), git_of(repository)).submodules == ("flows",)


def test_a_workspace_below_the_repositorys_root_sees_its_own_files(repository: Repository) -> None:
    before = repository.commit({"ivr/a.yaml": "a\n"})
    repository.commit({"ivr/b.yaml": "b\n", "other/c.yaml": "c\n"})
    git = git_in(str(repository.folder / "ivr"), os.environ)
    assert changed_files(push(repository, before), git).paths == {"b.yaml"}


def test_no_repository_at_all_is_not_known(tmp_path: Path) -> None:
    git = git_in(str(tmp_path), {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    changes = changed_files(Context("push"), git)
    assert not changes.known
    assert "not a git repository" in changes.reason


def test_a_repository_without_a_commit_is_not_known(repository: Repository) -> None:
    assert not changed_files(Context("push"), git_of(repository)).known


def test_no_git_at_all_is_not_known(tmp_path: Path) -> None:
    changes = changed_files(Context("push"), git_in(str(tmp_path), {"PATH": str(tmp_path)}))
    assert not changes.known
    assert "cannot be run" in changes.reason


def test_a_payload_cannot_pass_options_to_git(repository: Repository) -> None:
    head = repository.commit({"a.yaml": "a\n"})
    context = Context("push", {"before": "--output=evil", "after": head}, sha=head, ref="refs/heads/main")
    assert not changed_files(context, git_of(repository)).known
    assert not (repository.folder / "evil").exists()


def test_another_owners_repository_is_trusted_for_the_call_only(repository: Repository) -> None:
    repository.commit({"a.yaml": "a\n"})
    # git's own switch for testing: it pretends that the folder belongs to somebody else.
    strange = {**os.environ, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    refused = subprocess.run(["git", "status"], cwd=repository.folder, env=strange, capture_output=True, check=False)
    assert b"dubious ownership" in refused.stderr
    assert git_in(str(repository.folder), strange)(["rev-parse", "HEAD"])


def test_configuration_from_the_environment_is_kept(repository: Repository) -> None:
    environ = {**os.environ, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "x.y", "GIT_CONFIG_VALUE_0": "z"}
    git = git_in(str(repository.folder), environ)
    assert git(["config", "x.y"]) == b"z\n"


def test_a_failing_git_gives_its_first_line(repository: Repository) -> None:
    with pytest.raises(GitError, match="ambiguous argument"):
        git_of(repository)(["log", "nothing"])


def test_where_nobody_knows_every_file_counts() -> None:
    assert Changes(known=False).has("any")
