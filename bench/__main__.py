"""Run every benchmark and fail where a limit is broken."""

from __future__ import annotations

import sys

from bench import cold, deploy, explore, many, save, topology, trace


def main() -> int:
    """Run all; exit status 1 where a limit is broken."""
    runs = (cold.run, many.run, topology.run, trace.run, explore.run, save.run, deploy.run)
    broken = [line for run in runs for line in run()]
    for line in broken:
        print(f"BROKEN: {line}")
    print("all limits hold" if not broken else f"{len(broken)} limits broken")
    return bool(broken)


sys.exit(main())
