"""A platform with the main line on it, and an empty repository."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.bench import MAIN, Bench, Serve, serving


@pytest.fixture
def serve() -> Iterator[Serve]:
    with serving() as start:
        yield start


@pytest.fixture
def bench(serve: Serve) -> Bench:
    return serve(MAIN)
