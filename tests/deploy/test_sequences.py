"""Random lives of a flow: no edit vanishes unreported, and no version is called ours that is not.

`IVR_ACTION_SEQUENCES` lives (default 60) from the seeds `IVR_ACTION_SEED`-0, -1 …; a failure names the seed of its
life, and `IVR_ACTION_SEED=a-17 IVR_ACTION_SEQUENCES=1` lives that one alone.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace

from ivr_action.emulator.world import Pace
from tests.deploy.bench import MAIN, Repository, Serve
from tests.deploy.sequences import Life

COUNT = int(os.environ.get("IVR_ACTION_SEQUENCES", "60"))
SEED = os.environ.get("IVR_ACTION_SEED", "a")


def test_random_lives(serve: Serve) -> None:
    seen: Counter[str] = Counter()
    broken = []
    bench = serve(MAIN, pace=Pace(requests=1_000_000), rng=random.Random(0))
    for number in range(COUNT):
        if number and number % 50 == 0:
            bench = serve(MAIN, pace=Pace(requests=1_000_000), rng=random.Random(number))
        seed = SEED if COUNT == 1 and "-" in SEED else f"{SEED}-{number}"
        life = Life(replace(bench, repository=Repository()), seed)
        try:
            life.live()
        except AssertionError as error:
            broken.append(str(error))
        seen.update(line.split()[0] for line in life.log if line.startswith("  "))
    print(dict(seen))
    assert not broken, f"{len(broken)} of {COUNT}:\n\n" + "\n\n".join(broken[:3])
    if COUNT >= 60:
        for word in ("created", "deployed", "unchanged", "refused", "failed", "unknown", "restored", "killed"):
            assert seen[word], word
