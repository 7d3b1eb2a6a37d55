"""A platform with the main line on it, and an empty repository."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.bench import MAIN, OURS, YAML, Bench, Serve, serving


@pytest.fixture
def serve() -> Iterator[Serve]:
    with serving() as start:
        yield start


@pytest.fixture
def bench(serve: Serve) -> Bench:
    return serve(MAIN)


@pytest.fixture
def ours(bench: Bench) -> Bench:
    """The main line was deployed from here as version 2.0, and the file has changed since."""
    bench.commit(YAML)
    assert bench.deployed().to_version == "2.0"
    bench.commit(OURS)
    bench.said.clear()
    bench.diary.lines.clear()
    return bench
