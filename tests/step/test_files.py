"""Finding and reading flow files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ivr_action.errors import NothingScannedError, UsageError
from ivr_action.files import SIZE_LIMIT, find
from ivr_action.flow.read import read_flow

links = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    for path in (
        "flows/a.yaml", "flows/b.yml", "flows/deep/er/c.json", "flows/d.i3InboundFlow", "flows/e.tftpl",
        "flows/notes.txt", "flows/other.json", ".github/workflows/ci.yml", "node_modules/x/a.yaml",
        ".hidden.yaml", "top.yaml",
    ):  # fmt: skip
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("other" if "other" in path or "ci" in path else "flow")
    return root


def paths(root: Path, *patterns: str, confined: bool = True) -> list[str]:
    found = find(patterns, str(root), looks_like_flow=lambda data: data == b"flow", confined=confined)
    return [file.path for file in found.files]


def test_without_a_pattern_everything_that_looks_like_a_flow(workspace: Path) -> None:
    assert paths(workspace) == [
        ".hidden.yaml", "flows/a.yaml", "flows/b.yml", "flows/d.i3InboundFlow", "flows/deep/er/c.json", "flows/e.tftpl",
        "top.yaml",
    ]  # fmt: skip


def test_a_named_file_is_read_whatever_it_looks_like(workspace: Path) -> None:
    assert paths(workspace, "flows/other.json", "flows/notes.txt") == ["flows/notes.txt", "flows/other.json"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("flows/*.y*ml", ["flows/a.yaml", "flows/b.yml"]),
        ("**/*.json", ["flows/deep/er/c.json", "flows/other.json"]),
        ("flows/**/c.json", ["flows/deep/er/c.json"]),
        ("flows/deep", ["flows/deep/er/c.json"]),
        ("flows/dee?", ["flows/deep/er/c.json"]),
        ("./flows/../top.yaml", ["top.yaml"]),
        ("*.yaml", ["top.yaml"]),
        (".github/workflows/*", [".github/workflows/ci.yml"]),
        ("flows/[ab].y*", ["flows/a.yaml", "flows/b.yml"]),
    ],
)
def test_patterns(workspace: Path, pattern: str, expected: list[str]) -> None:
    assert paths(workspace, pattern) == expected


def test_double_star_does_not_enter_hidden_or_foreign_folders(workspace: Path) -> None:
    assert paths(workspace, "**/*.yaml") == ["flows/a.yaml", "top.yaml"]


def test_an_exclamation_mark_takes_files_out(workspace: Path) -> None:
    assert paths(workspace, "flows", "!flows/deep", "!**/*.yml") == [
        "flows/a.yaml",
        "flows/d.i3InboundFlow",
        "flows/e.tftpl",
    ]
    assert "top.yaml" not in paths(workspace, "!top.yaml")


def test_a_file_that_matches_twice_is_read_once(workspace: Path) -> None:
    assert paths(workspace, "top.yaml", "*.yaml", "./top.yaml") == ["top.yaml"]


def test_a_name_with_glob_characters_is_found_as_it_is(workspace: Path) -> None:
    (workspace / "a[1].yaml").write_text("flow")
    assert paths(workspace, "a[1].yaml") == ["a[1].yaml"]


def test_a_path_that_does_not_exist_is_a_usage_error(workspace: Path) -> None:
    with pytest.raises(UsageError, match=r"`flows/gone\.yaml` does not exist") as caught:
        paths(workspace, "flows/gone.yaml")
    assert not isinstance(caught.value, NothingScannedError)


def test_globs_without_a_match_and_empty_workspaces_are_nothing_scanned(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingScannedError, match=r"No file matches `x/\*.yaml`"):
        paths(workspace, "x/*.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingScannedError, match="looks like a flow"):
        paths(tmp_path / "empty")


def test_what_lies_outside_is_refused_for_the_step_and_fine_for_a_terminal(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("flow")
    for name in ("../outside.yaml", str(tmp_path / "outside.yaml")):
        with pytest.raises(UsageError, match="outside the workspace"):
            paths(workspace, name)
        assert paths(workspace, name, confined=False) == [(tmp_path / "outside.yaml").as_posix()]
    with pytest.raises(UsageError, match="outside the workspace"):
        paths(workspace, "..")


@links
def test_links_out_of_the_workspace_are_refused_where_named_and_left_out_elsewhere(
    workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.yaml").write_text("flow")
    (workspace / "flows" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(UsageError, match="outside the workspace"):
        paths(workspace, "flows/link.yaml")
    found = find((), str(workspace), looks_like_flow=lambda data: data == b"flow")
    assert "flows/link.yaml" not in [file.path for file in found.files]
    assert found.notices == ("Left out: `flows/link.yaml` lies outside the workspace.",)


@links
def test_a_link_inside_is_read_and_knows_where_it_leads(workspace: Path) -> None:
    (workspace / "link.yaml").symlink_to(workspace / "flows" / "a.yaml")
    found = find(("link.yaml",), str(workspace), looks_like_flow=bool)
    assert [(file.path, file.real) for file in found.files] == [("link.yaml", "flows/a.yaml")]


@links
def test_links_in_a_circle_end(workspace: Path) -> None:
    (workspace / "flows" / "again").symlink_to(workspace / "flows")
    (workspace / "flows" / "self.yaml").symlink_to("self.yaml")
    assert "flows/a.yaml" in paths(workspace)
    assert "flows/a.yaml" in paths(workspace, "flows/**/*.yaml", "!flows/self.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_no_file(workspace: Path) -> None:
    os.mkfifo(workspace / "flows" / "pipe.yaml")
    with pytest.raises(UsageError, match="no ordinary file"):
        paths(workspace, "flows/pipe.yaml")
    assert "flows/pipe.yaml" not in paths(workspace)


def test_sizes_are_bounded(workspace: Path) -> None:
    with (workspace / "flows" / "large.yaml").open("wb") as file:
        file.truncate(SIZE_LIMIT + 1)
    found = find(("flows",), str(workspace), looks_like_flow=bool)
    assert "flows/large.yaml" not in [file.path for file in found.files]
    assert found.notices == ("Left out: `flows/large.yaml` is larger than 32 MiB.",)


def test_a_named_file_that_is_too_large_is_a_finding_and_stops_no_other(workspace: Path) -> None:
    with (workspace / "flows" / "large.yaml").open("wb") as file:
        file.truncate(2 * SIZE_LIMIT)
    found = find(("flows/*.yaml",), str(workspace), looks_like_flow=bool)
    large = next(file for file in found.files if file.path == "flows/large.yaml")
    assert len(found.files) > 1
    (problem,) = read_flow(large.path, large.data).document.problems
    assert "larger than 32 MiB" in problem.message
