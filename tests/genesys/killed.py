"""Saves a flow the way a user's program does, and may be killed anywhere. Prints what `update_nodes` returns.

Arguments: the flow's id, its nodes as JSON, and `hold` to stop between reading and writing for as long as it lives.
The addresses and credentials come from the environment.
"""

from __future__ import annotations

import json
import os
import sys
import time

from ivr_action import IvrFlowUpdater


def _keep(live: object) -> None:
    if "hold" in sys.argv:
        print("holding", flush=True)
        time.sleep(600)


if __name__ == "__main__":
    secrets = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
    with IvrFlowUpdater(*secrets, keep=_keep) as updater:
        done = updater.update_nodes(sys.argv[1], json.loads(sys.argv[2]), "menu", base_version=1)
    print(json.dumps(done))
