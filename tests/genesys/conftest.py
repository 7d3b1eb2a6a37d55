"""A server with faults, time that only passes when somebody waits, and a client for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.genesys.fakes import FakeTime
from tests.genesys.nodes import NodeFlow
from tests.genesys.publishing import Serve, serving
from tests.genesys.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def fake_time(stop: threading.Event) -> FakeTime:
    return FakeTime(stop)


@pytest.fixture
def flow(server: Server) -> NodeFlow:
    return NodeFlow(server)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts an emulator in platform mode and a store that saves to it by jobs."""
    with serving() as start:
        yield start
