"""What an input's text may be, and how it is read: words, paths, lists, lengths of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, SecretStr

from ivr_action.model.coverage import read_limits
from ivr_action.model.patience import read_choices, read_seconds

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)")
_UNITS = {"s": 1.0, "": 60.0, "m": 60.0, "h": 3600.0}
_LONGEST = 24 * 3600.0
MOST_JOBS = 2
"""Publish jobs at once: each spends the client's quota inside the platform too."""


def split(value: object) -> object:
    """One item per line or comma; blank items are nothing."""
    if not isinstance(value, str):
        return value
    return tuple(item.strip() for line in value.splitlines() for item in line.split(",") if item.strip())


def split_lines(value: object) -> object:
    """One item per line or blank: a comma may be part of an address."""
    return tuple(value.split()) if isinstance(value, str) else value


def word(value: object) -> object:
    """A word in any case."""
    return value.strip().lower() if isinstance(value, str) else value


def relative_path(value: object) -> object:
    """A path below the workspace: anything else could be a mistake, and a container step is root."""
    if not isinstance(value, str):
        return value
    path = value.strip().replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":" or "\0" in path:
        raise ValueError("a path inside the workspace, relative to it")
    return path


def read_duration(text: str) -> float:
    """Seconds of a length of time: `90s`, `5m`, `1h`; a number alone is minutes.

    Raises:
        ValueError: it is none, or longer than a day.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None or float(found[1]) * _UNITS[found[2]] > _LONGEST:
        raise ValueError(text)
    return float(found[1]) * _UNITS[found[2]]


def read_jobs(text: str) -> int:
    """A number of publish jobs at once.

    Raises:
        ValueError: it is none.
    """
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_JOBS:
        return int(text)
    raise ValueError(text)


def _readable(read: Callable[[str], Any], accepted: str) -> AfterValidator:
    """Takes a text that `read` can read; what it says is read again where it is needed."""

    def check(value: str) -> str:
        try:
            read(value)
        except ValueError:
            raise ValueError(accepted) from None
        return value

    return AfterValidator(check)


Lines = Annotated[tuple[str, ...], BeforeValidator(split)]
SecretLines = Annotated[tuple[SecretStr, ...], BeforeValidator(split_lines)]
Path = Annotated[str, BeforeValidator(relative_path)]
Switch = Annotated[Literal["true", "false"], BeforeValidator(word)]
Limits = Annotated[str, _readable(read_limits, "a number from 0 to 100, or `nodes: 80, transitions: 70`")]
Choices = Annotated[str, _readable(read_choices, "a whole number from 0 on, 0 for no limit")]
Seconds = Annotated[str, _readable(read_seconds, "a number of seconds from 0 on, 0 for no limit")]
Duration = Annotated[str, _readable(read_duration, "minutes, or `90s`, `5m`, `1h`; at most a day")]
Jobs = Annotated[str, _readable(read_jobs, f"a whole number from 1 to {MOST_JOBS}")]
