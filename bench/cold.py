"""A cold `ivr-action validate` of the largest published flow that is plain YAML.

At most 250 ms on an idle machine, where a bare interpreter takes 10 ms: the limit that is kept is the ratio, 25, since
a busy machine slows both. None of the heavy packages may be loaded.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.flows import sources

LIMIT = 25.0
RUNS = 15
HEAVY = ("jsonschema", "cel", "networkx", "httpx", "pydantic", "PureCloudPlatformClientV2", "github", "actions_toolkit")
_PROBE = """
import sys
from ivr_action.cli import main
main(sys.argv[1:])
print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""


def _seconds(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def run() -> list[str]:
    """Measure; returns the limits that are broken, in words."""
    name, source = max(sources(), key=lambda pair: len(pair[1]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flow.yaml"
        path.write_text(source, encoding="utf-8")
        arguments = ("validate", "--fail-on", "never", str(path))
        command = (str(Path(sys.executable).with_name("ivr-action")), *arguments)
        ours, bare = [], []
        for _ in range(RUNS):
            bare.append(_seconds(sys.executable, "-c", "pass"))
            ours.append(_seconds(*command))
        probe = (sys.executable, "-c", _PROBE.format(heavy=HEAVY), *arguments)
        heavy = subprocess.run(probe, capture_output=True, text=True, check=False).stderr.strip()
    ratio = median(ours) / median(bare)
    print(f"cold validate of {name} ({len(source):,} characters)")
    fastest = f"fastest {min(ours) * 1000:.0f}"
    print(f"  {median(ours) * 1000:.0f} ms ({fastest}), bare interpreter {median(bare) * 1000:.0f} ms")
    print(f"  ratio {ratio:.1f} (at most {LIMIT}); heavy modules loaded: {heavy}")
    broken = []
    if ratio > LIMIT:
        broken.append(f"a cold validate takes {ratio:.1f} bare interpreters")
    if heavy != "[]":
        broken.append(f"a cold validate loaded {heavy}")
    return broken
