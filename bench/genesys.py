"""What reaching the platform costs: `python -m bench.genesys`.

Import and login are measured in new processes, 100 requests over one connection to a server on loopback: by plain
httpx, by our client over the official SDK, and by the SDK's own transport. The median of five runs each.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import httpx

from ivr_action.genesys.client import connect
from ivr_action.genesys.sdk import load_sdk
from ivr_action.genesys.settings import PlatformSettings
from tests.genesys.server import CLIENT, Reply, Server

REQUESTS = 100
RUNS = 5
FLOW = "/api/v2/flows/f1"


def main() -> int:
    """Prints one line per figure."""
    _print("import ivr_action", _process("import ivr_action"))
    _print("import httpx and our transport", _process("import ivr_action.genesys.transport"))
    _print("the SDK, kept quiet", _process("from ivr_action.genesys.sdk import load_sdk; load_sdk()"))
    _print("the SDK by itself", _process("import PureCloudPlatformClientV2"))
    with Server() as server:
        server.on("GET", FLOW, Reply(200, {"id": "f1", "name": "Main", "nodes": {}, "version": 1}))
        arguments = f"*{CLIENT!r}, environ={{'IVR_ACTION_API_URL': {server.url!r}}}"
        login = f"import ivr_action; ivr_action.initialize_genesys_client({arguments})"
        _print("initialize_genesys_client, all in all", _process(login))
        _requests(server)
    return 0


def _requests(server: Server) -> None:
    settings = PlatformSettings(client_id=CLIENT[0], client_secret=CLIENT[1], api_url=server.url)
    own = load_sdk().ApiClient(server.url).get_client_credentials_token(*CLIENT)
    api = load_sdk().ArchitectApi(own)
    headers = {"Authorization": f"Bearer {own.access_token}"}
    with httpx.Client(base_url=server.url, headers=headers) as plain:
        bare = _median(lambda: [plain.get(FLOW).json() for _ in range(REQUESTS)])

        def called() -> None:
            # A new pace each time, since 300 a minute would be the figure otherwise.
            with connect(settings) as platform:
                for _ in range(REQUESTS):
                    platform.call("GET", "/api/v2/flows/{flowId}", params={"flowId": "f1"})

        ours = _median(called)
    theirs = _median(lambda: [api.get_flow("f1") for _ in range(REQUESTS)])
    _print(f"{REQUESTS} requests, plain httpx", bare)
    _print(f"{REQUESTS} requests and a login, ours", ours)
    _print(f"{REQUESTS} requests, the SDK's own transport and models", theirs)
    print(f"ours costs {(ours - bare) / REQUESTS * 1e3:.2f} ms a request more than plain httpx")


def _process(program: str) -> float:
    return _median(lambda: subprocess.run([sys.executable, "-c", program], check=True))


def _median(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _print(name: str, seconds: float) -> None:
    print(f"{name:<55} {seconds * 1e3:8.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
