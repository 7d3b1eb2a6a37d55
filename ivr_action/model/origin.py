"""Where a deployment comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a deployment comes from; every part may be empty."""

    repository: str = ""
    """`owner/name`."""
    repository_url: str = ""
    commit: str = ""
    ref: str = ""
    actor: str = ""
    run_url: str = ""
