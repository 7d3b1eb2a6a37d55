"""Values for `{{key}}`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr_action.errors import UsageError
from ivr_action.substitutions import load_substitutions


def test_nothing_is_not_an_empty_map() -> None:
    assert load_substitutions(" ", ".") == (None, "")
    assert load_substitutions("{}", ".") == ({}, "")


@pytest.mark.parametrize("given", ['{"a": "yes", "b": 010}', "a: yes\nb: 010", "{a: yes, b: 010}"])
def test_values_stay_the_text_that_stands_there(given: str) -> None:
    assert load_substitutions(given, ".")[0] == {"a": "yes", "b": "010"}
    assert load_substitutions("a: +15551234567", ".")[0] == {"a": "+15551234567"}


def test_a_file_is_named_so_that_its_change_can_be_seen(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("\ufeffa: b\n", encoding="utf-8")
    assert load_substitutions("dev.yaml", str(tmp_path)) == ({"a": "b"}, "dev.yaml")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("gone.yaml", "cannot be read"),
        ("a: b\na: c", "line 2: `a` occurs twice"),
        ("a:\n  - b", "must be one text"),
        ("- a\n- b", "is no map"),
        ("{a: b", "is not valid YAML, line"),
        ("bytes", "is not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, given: str, message: str) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=message):
        load_substitutions(given, str(tmp_path))
