"""The audit log gives up in the middle: what is live is told all the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ivr_action.audit.log import AuditError
from ivr_action.genesys.clock import Clock
from ivr_action.world import Outside
from tests.samples import menu_flow
from tests.step.conftest import FLOW, Site

LOG = Path(".ivr-action", "audit.jsonl")


@dataclass
class Full:
    """The time, until the log has its first line; then its disk is full."""

    path: Path

    def __call__(self) -> datetime:
        if self.path.exists() and self.path.read_bytes().count(b"\n") == 1:
            raise AuditError(f"The audit log `{LOG}` cannot be written: No space left on device.")
        return datetime.now(UTC)


def test_an_outcome_that_cannot_be_written_hides_nothing(site: Site) -> None:
    site.commit({FLOW: menu_flow()})
    full = Full(site.repository.folder / LOG)
    site.edges["outside"] = Outside(clock=lambda stop: Clock(site.time.now, site.time.sleep, stop), now=full)
    ran = site.tag(allow_create="true")
    assert site.version() == "1.0"
    [flow] = json.loads(ran.outputs["deployed"])
    assert (flow["result"], flow["to"]) == ("created", "1.0")
    assert ran.status == 3
    assert "`Main line`: what became of it is not in the audit log" in ran.out
    assert ran.outputs["audit-head"].startswith("1:")
