"""A process that writes an audit log until its disk takes no more: two lines and a half."""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from ivr_action.audit.log import AuditError, AuditLog
from tests.audit.records import ACTOR, deployed, planned

if __name__ == "__main__":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails then, as on a full disk
    path = Path(sys.argv[1])
    log = AuditLog(str(path), actor=ACTOR)
    log.intent(planned())
    log.outcome(deployed())
    size = path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
    try:
        log.intent(planned(2))
    except AuditError as error:
        print(log.head, error, sep="\n")
