"""Writes an intent, says so, and waits to be killed before it can say what became of it."""

from __future__ import annotations

import sys
import time

from ivr_action.audit.log import AuditLog
from tests.audit.records import ACTOR, deployed, planned

if __name__ == "__main__":
    log = AuditLog(sys.argv[1], actor=ACTOR)
    log.intent(planned(1))
    log.outcome(deployed(1))
    log.intent(planned(2))
    print("begun", flush=True)
    time.sleep(60)
    log.outcome(deployed(2))
