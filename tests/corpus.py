"""Where the published flows are: beside the project, or where `IVR_ACTION_CORPUS` says. They are never committed."""

from __future__ import annotations

import csv
import os
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def corpus_dir() -> Path | None:
    """The folder with the published flows and their INDEX.tsv, or None."""
    named = os.environ.get("IVR_ACTION_CORPUS")
    for folder in (Path(named),) if named else (ROOT.parent / "shared" / "corpus",):
        if (folder / "INDEX.tsv").is_file():
            return folder
    return None


@cache
def index() -> dict[str, dict[str, str]]:
    """Rows of INDEX.tsv by file: repository, path, commit, type, licence."""
    folder = corpus_dir()
    if folder is None:
        return {}
    with (folder / "INDEX.tsv").open(encoding="utf-8", newline="") as lines:
        return {row["file"]: row for row in csv.DictReader(lines, delimiter="\t")}


def corpus_files() -> list[Path]:
    """All published flows, sorted; empty where there is no corpus."""
    folder = corpus_dir()
    return [] if folder is None else [folder / name for name in sorted(index())]


def need_corpus() -> Path:
    """The corpus; where it is missing the test is loudly skipped, or fails where `IVR_ACTION_CORPUS_REQUIRED` is set.

    `.ci/run` sets that; a clone on GitHub has no corpus beside it.
    """
    folder = corpus_dir()
    if folder is not None:
        return folder
    message = (
        "THE CORPUS OF PUBLISHED FLOWS IS NOT HERE: put it at ../shared/corpus or name it in IVR_ACTION_CORPUS. "
        "What this test holds is not checked."
    )
    if os.environ.get("IVR_ACTION_CORPUS_REQUIRED"):
        pytest.fail(message)
    pytest.skip(message)
