"""`python -m examples.demo`: plays it, prints what a person wants to read, and leaves the summaries as one page."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from examples.demo import acts
from examples.demo.page import write_page
from examples.demo.stage import ROOT, Failed, Stage

PAGE = ROOT / "build" / "demo" / "summary.html"


def main() -> int:
    """Exit status 0 where everything went as it is written, otherwise 1."""
    began = time.monotonic()
    told = acts.Told(lambda line: print(line, flush=True))
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Stage(Path(folder)) as stage:
                for act in acts.ALL:
                    act(stage, told)
        except Failed as error:
            print(f"\nThe demo did not go as it should: {error}", file=sys.stderr)
            return 1
    write_page(PAGE, told.pages)
    print(f"\nAll summaries, as GitHub would show them: {PAGE.relative_to(ROOT)}")
    print(f"Played in {time.monotonic() - began:.0f} s; the waits in it are told, not waited for.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
