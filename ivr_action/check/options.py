"""What a user can choose about the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ivr_action.flow.read import Reading
from ivr_action.model import Level

Cycles = Literal["forbid", "caller-input", "allow"]


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Options of one run."""

    cycles: Cycles = "forbid"
    """Node graphs: `forbid` any cycle; `caller-input` lets one pass in which a node waits for the caller; `allow`."""
    levels: Mapping[str, Level | None] = field(default_factory=dict)
    """Rule id → its level in this run, None to switch it off. Naming a rule that is off by default turns it on."""
    settings: Mapping[str, Mapping[str, int | str]] = field(default_factory=dict)
    """Rule id → its own settings by name, as `menu-too-wide` → `max-choices` → 6. What is not named has its default."""
    all_files: bool = True
    """False where only changed files were read: a flow that none of them defines may be in one that was not read."""
    others: Sequence[Reading] = ()
    """Files that are not checked themselves: project rules look at them to judge those that are."""
    before: Sequence[Reading] = ()
    """Flows that the change under review deletes, renames or edits, as they were before."""
    today: date = date.max
    """The day by which a suppression's `until` is judged. Where nobody gives the clock, every date has passed."""
