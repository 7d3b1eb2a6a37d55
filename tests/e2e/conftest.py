"""The engine and the image, made once for all container tests."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.act import hold_action
from tests.e2e.engine import Engine, EngineUnavailableError, open_engine
from tests.e2e.runner import Repository, Runner

ROOT = Path(__file__).parents[2]
IMAGE = "ivr-action:e2e"


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A docker daemon. In CI and under `make e2e` it is installed where missing, and its absence fails."""
    required = os.environ.get("CI") == "true" or os.environ.get("IVR_ACTION_E2E") == "required"
    with contextlib.ExitStack() as stack:
        try:
            engine = stack.enter_context(open_engine(install=required))
        except EngineUnavailableError as error:
            if required:
                pytest.fail(f"no container engine: {error}", pytrace=False)
            pytest.skip(str(error))
        yield engine


@pytest.fixture(scope="session")
def image(engine: Engine) -> str:
    """The action's image, built from the repository's own Dockerfile."""
    engine.build(ROOT, IMAGE)
    return IMAGE


@pytest.fixture
def runner(engine: Engine, image: str, tmp_path: Path) -> Runner:
    runner = Runner(engine, image, tmp_path)
    runner.workspace.mkdir()
    return runner


@pytest.fixture
def repository(engine: Engine, image: str, tmp_path: Path) -> Repository:
    """A repository that holds the action itself; nothing is committed yet."""
    return hold_action(engine, image, tmp_path / "repository")
