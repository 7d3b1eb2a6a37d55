"""Every fault of a node save with its outcome and the whole message, as docs/faults.md shows them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.genesys.faults import READ, ROOT, WRITE, Begin, begin, documented, log, rows
from tests.genesys.publishing import NAME

__all__ = ["begin", "log"]


# -- node saves: too many at once -----------------------------------------------------------------------------------


def test_409_storm(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "count": 3, "status": 409, "code": "version.conflict"})
    documented(*nodes.saved(), request)
    assert (nodes.puts, nodes.version, nodes.said) == (4, 2, "Welcome")


def test_409_storm_without_end(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "count": 0, "status": 409, "code": "version.conflict"})
    documented(*nodes.refused(), request)
    assert (nodes.puts, nodes.version) == (6, 1)


def test_others_are_faster_each_time(begin: Begin, request: pytest.FixtureRequest) -> None:
    edit = {"does": "edit", "flow": NAME, "nodes": {"end": {"properties": {}}}}
    nodes = begin({**WRITE, "count": 0, "colleague": edit})
    documented(*nodes.refused(max_retries=2), request)
    assert (nodes.puts, nodes.version, nodes.said) == (3, 4, "Hello")


def test_429_with_retry_after(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "status": 429, "retry_after": 7}, {**READ, "status": 429, "retry_after": 7})
    documented(*nodes.saved(), request)
    assert [wait >= 7 for wait in nodes.time.waits] == [True, True]


def test_429_without_retry_after(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "status": 429}, {**READ, "status": 429, "message": "Too many."})
    documented(*nodes.saved(), request)
    assert nodes.version == 2


def test_429_for_longer_than_there_is_time(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "status": 429, "retry_after": 900})
    documented(*nodes.refused(), request)
    assert (nodes.time.waits, nodes.version) == ([], 1)


# -- node saves: a platform that is ill -----------------------------------------------------------------------------


def test_5xx_on_a_read(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**READ, "count": 2, "status": 503})
    documented(*nodes.saved(), request)


def test_5xx_on_each_read(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**READ, "count": 0, "status": 503})
    documented(*nodes.refused(), request)
    assert nodes.puts == 0


def test_5xx_on_the_write(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "status": 503})
    documented(*nodes.saved(), request)
    assert (nodes.puts, nodes.version) == (2, 2)


def test_5xx_on_each_write(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "count": 0, "status": 503})
    documented(*nodes.refused(), request)
    assert (nodes.puts, nodes.version) == (6, 1)


def test_slow_write(begin: Begin, request: pytest.FixtureRequest) -> None:
    """No answer in time; the platform does it later all the same."""
    nodes = begin({**WRITE, "delay": 1.0}, slow=True)
    documented(*nodes.saved(), request)
    assert (nodes.version, nodes.said) == (2, "Welcome")


def test_slow_platform(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**READ, "count": 0, "delay": 30.0}, slow=True)
    documented(*nodes.refused(), request)


def test_cut_before_the_write(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "drop": "before"})
    documented(*nodes.saved(), request)
    assert (nodes.puts, nodes.version) == (2, 2)


def test_cut_after_the_write(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "drop": "after"})
    documented(*nodes.saved(), request)
    assert (nodes.puts, nodes.version) == (1, 2)


def test_cut_after_the_write_and_gone(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "drop": "after"}, {**READ, "nth": 2, "count": 0, "drop": "before"})
    message, status = nodes.refused()
    assert status == 4
    documented(message, status, request)
    assert (nodes.puts, nodes.version) == (1, 2)


def test_200_that_stores_nothing(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "ignore": True})
    documented(*nodes.refused(), request)
    assert (nodes.puts, nodes.version) == (1, 1)


# -- node saves: others ---------------------------------------------------------------------------------------------


def test_expired_token(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "expire_token": True})
    documented(*nodes.saved(), request)
    assert [entry.status for entry in nodes.emulator.log.of("PUT")] == [401, 200]
    assert len(nodes.emulator.log.of("POST", "/oauth/token")) == 3


def test_expired_access_token(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin({**WRITE, "expire_token": True}, token=True)
    documented(*nodes.refused(), request)
    assert nodes.version == 1


def test_colleagues_lock(begin: Begin, request: pytest.FixtureRequest) -> None:
    nodes = begin()
    nodes.emulator.colleague("lock", NAME)
    documented(*nodes.refused(), request)
    assert (nodes.puts, nodes.version) == (1, 1)


def test_colleagues_save_between_read_and_write(begin: Begin, request: pytest.FixtureRequest) -> None:
    edit = {"does": "edit", "flow": NAME, "nodes": {"end": {"properties": {"reason": "late"}}}}
    nodes = begin({**WRITE, "colleague": edit})
    documented(*nodes.saved(), request)
    assert (nodes.version, nodes.said) == (3, "Welcome")
    assert nodes.emulator.flow(NAME).document["nodes"]["end"]["properties"] == {"reason": "late"}


def test_colleagues_save_of_the_same_field(begin: Begin, request: pytest.FixtureRequest) -> None:
    edit = {"does": "edit", "flow": NAME, "nodes": {"menu": {"properties": {"tts": "Hi"}}}}
    nodes = begin({**WRITE, "colleague": edit})
    documented(*nodes.refused(), request)
    assert (nodes.version, nodes.said) == (2, "Hi")


def test_colleagues_save_and_no_merge(begin: Begin, request: pytest.FixtureRequest) -> None:
    edit = {"does": "edit", "flow": NAME, "nodes": {"end": {"properties": {"reason": "late"}}}}
    nodes = begin({**WRITE, "colleague": edit})
    documented(*nodes.refused(on_conflict="fail"), request)
    assert (nodes.version, nodes.said) == (2, "Hello")


# -- the page -------------------------------------------------------------------------------------------------------


def test_each_test_of_the_page_exists() -> None:
    found = rows()
    assert len(found) > 30
    for row in found:
        path, _, name = row.test.partition("::")
        assert re.search(rf"^def {re.escape(name)}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), row
        assert row.fault
        assert row.outcome
        assert row.status in ("0", "3", "4")


@pytest.mark.parametrize("name", ["test_faults.py", "test_job_faults.py"])
def test_each_fault_of_these_files_is_on_the_page(name: str) -> None:
    here = Path(__file__).with_name(name).read_text(encoding="utf-8")
    tests = {test for test in re.findall(r"^def (test_\w+)\(", here, re.MULTILINE) if not test.startswith("test_each_")}
    assert tests == {row.test.partition("::")[2] for row in rows() if row.test.startswith(f"tests/genesys/{name}")}
