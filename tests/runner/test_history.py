"""Commits in real repositories, whole and cut short, with and without GitHub's API."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ivr_action.errors import UsageError
from ivr_action.runner.git import git_in
from ivr_action.runner.github import ApiError, Comparison
from ivr_action.runner.history import Commits
from tests.conftest import Repository


class Api:
    """Answers as GitHub does."""

    def __init__(self, status: str = "ahead", fails: bool = False) -> None:
        self.status, self.fails = status, fails
        self.asked: list[tuple[str, ...]] = []

    def content(self, path: str, commit: str) -> bytes | None:
        self.asked.append((path, commit))
        if self.fails:
            raise ApiError("no", 404)
        return b"from the API"

    def compare(self, base: str, head: str) -> Comparison:
        self.asked.append((base, head))
        if self.fails:
            raise ApiError("no", 404)
        return Comparison((), self.status)


def commits(folder: Path, api: Api | None = None) -> Commits:
    return Commits(git_in(str(folder), os.environ), lambda: api)


def test_ancestors_in_a_whole_history(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    second = repository.commit({"a": "2"})
    repository.git("checkout", "--quiet", "-b", "other", first)
    other = repository.commit({"b": "1"})
    known = commits(repository.folder)
    assert known.ancestor(first, second) is True
    assert known.ancestor(second, second) is True
    assert known.ancestor(second, first) is False
    assert known.ancestor(other, second) is False
    assert known.ancestor("0" * 40, second) is None  # a commit that is nowhere


@pytest.mark.parametrize("name", ["HEAD", "main", "--all", "", "a" * 39, "A" * 40])
def test_only_full_names_are_asked_about(repository: Repository, name: str) -> None:
    head = repository.commit({"a": "1"})
    api = Api()
    known = commits(repository.folder, api)
    assert known.ancestor(name, head) is None
    assert known.earlier(name, "a") is None
    assert api.asked == []


def shallow(repository: Repository, tmp_path: Path) -> Repository:
    cut = Repository(tmp_path / "cut")
    repository.git("clone", "--quiet", "--depth=1", repository.folder.as_uri(), str(cut.folder))
    return cut


def test_a_short_checkout_does_not_guess(repository: Repository, tmp_path: Path) -> None:
    first = repository.commit({"a": "1"})
    head = repository.commit({"a": "2"})
    cut = shallow(repository, tmp_path)
    assert commits(cut.folder).ancestor(first, head) is None
    assert commits(cut.folder).earlier(first, "a") is None
    assert commits(cut.folder, Api("ahead")).ancestor(first, head) is True
    assert commits(cut.folder, Api("diverged")).ancestor(first, head) is False
    assert commits(cut.folder, Api("behind")).ancestor(first, head) is False
    assert commits(cut.folder, Api(fails=True)).ancestor(first, head) is None
    assert commits(cut.folder, Api()).earlier(first, "a") == b"from the API"
    assert commits(cut.folder, Api(fails=True)).earlier(first, "a") is None


def test_two_commits_of_a_short_checkout_whose_connection_is_cut_off(repository: Repository, tmp_path: Path) -> None:
    first = repository.commit({"a": "1"})
    repository.commit({"a": "2"})
    head = repository.commit({"a": "3"})
    cut = shallow(repository, tmp_path)
    cut.git("fetch", "--quiet", "--depth=1", "origin", first)
    assert commits(cut.folder).ancestor(first, head) is None  # both are there, what lies between them is not
    assert commits(cut.folder).earlier(first, "a") == b"1"


def test_a_file_as_it_was_below_the_repositorys_top(repository: Repository) -> None:
    first = repository.commit({"ivr/flows/a.yaml": "1"})
    repository.commit({"ivr/flows/a.yaml": "2"})
    known = commits(repository.folder / "ivr")
    assert known.earlier(first, "flows/a.yaml") == b"1"
    assert known.earlier(first, "flows/b.yaml") is None
    assert known.earlier(first, "flows") is None


def test_what_is_not_committed(repository: Repository) -> None:
    repository.commit({"ivr/a.yaml": "1", "ivr/b.yaml": "1", "ivr/c d.yaml": "1"})
    repository.write("ivr/a.yaml", "2")
    repository.write("ivr/new.yaml", "1")
    repository.git("mv", "ivr/c d.yaml", "ivr/d e.yaml")
    known = commits(repository.folder / "ivr")
    assert known.uncommitted(["a.yaml", "b.yaml", "new.yaml", "d e.yaml"]) == ["a.yaml", "new.yaml", "d e.yaml"]


def test_a_base_ref_is_a_name_that_git_knows(repository: Repository) -> None:
    head = repository.commit({"a": "1"})
    repository.git("tag", "v1")
    known = commits(repository.folder)
    assert known.named("v1") == known.named("HEAD") == known.head() == head
    assert known.named("") == ""
    for name in ("v2", "--help", "HEAD:a"):
        with pytest.raises(UsageError, match="git does not know"):
            known.named(name)


def test_outside_of_a_repository_nothing_is_known(tmp_path: Path) -> None:
    known = commits(tmp_path)
    assert known.head() == ""
    assert known.ancestor("a" * 40, "b" * 40) is None
    assert known.uncommitted(["a"]) == []
