"""What one run found, as values that every renderer reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_action.model.finding import Finding, Level
from ivr_action.model.graph import FlowGraph
from ivr_action.model.suppression import Suppressed, Suppression

if TYPE_CHECKING:
    from ivr_action.model.calls import TraceReport


@dataclass(frozen=True, slots=True)
class CheckedFlow:
    """One file that was looked at, readable or not."""

    path: str
    name: str = ""
    type: str = ""
    """`inboundCall`, `botFlow` …, or the node graph's own `type`; empty where the file could not be read."""
    format: str = ""
    """`node-graph`, `architect-yaml`, `architect-configuration`, or empty."""
    valid: bool = True
    """False where an error was found in it, suppressed ones and those in the baseline not counted."""
    graph: FlowGraph | None = None
    """Absent where the file could not be read."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run has to say. Findings are sorted worst first."""

    flows: tuple[CheckedFlow, ...]
    findings: tuple[Finding, ...]
    notices: tuple[str, ...] = ()
    """What the reader must know about the run itself: why all files were checked, what was left out."""
    scope: str = ""
    """How the files were chosen, in words for the summary: "2 files changed since abc1234"."""
    alerts: tuple[str, ...] = ()
    """What a reviewer must know before the verdict: the change weakens what the gate looks at."""
    suppressed: tuple[Suppressed, ...] = ()
    """Findings that a comment or key in the flow's file accepts; they are not among `findings`."""
    known: tuple[Finding, ...] = ()
    """Findings that the baseline accepts; they are not among `findings`."""
    added: tuple[Suppression, ...] = ()
    """Suppressions that the change under review adds."""
    calls: TraceReport | None = None
    """What became of callers; None where no call was simulated. Its findings are among `findings`."""

    def count(self, level: Level) -> int:
        """Number of findings of exactly this level."""
        return sum(1 for finding in self.findings if finding.level is level)

    def fails(self, fail_on: str) -> bool:
        """True where a finding is at or above `fail_on` (`error`, `warning`, `note`, or `never`)."""
        if fail_on == "never":
            return False
        threshold = Level(fail_on).rank
        return any(finding.level.rank >= threshold for finding in self.findings)
