"""Broken copies of published flows are found: at least 99 in 100 of every kind, as errors, within three lines."""

from __future__ import annotations

import pytest

from tests.check.mutations import KINDS, NEAR, examine, table
from tests.corpus import need_corpus


@pytest.mark.parametrize("kind", KINDS)
def test_broken_flows_are_found(kind: str) -> None:
    need_corpus()
    row = examine(kind)
    print(table([row]))
    assert row.made >= 10, "too few to say anything"
    assert row.share(row.found) >= 0.99, "\n".join(row.missed)
    assert row.share(row.near) >= 0.99, f"further than {NEAR} lines away:\n" + "\n".join(row.missed)


def test_there_are_enough_kinds() -> None:
    assert len(KINDS) >= 10
