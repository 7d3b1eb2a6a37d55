"""Many writers of one flow: our save loop against plain exponential backoff, on the same platform with the same faults.

Each writer puts a node of its own into the flow; 30 % of the requests are answered 429 and 10 % of the connections are
cut, in simulated time. The plain loop is the one of many tutorials: read, change, send with `If-Match`, and after a
failure wait `2 ** attempt` seconds and begin anew; it takes a 200 for a save. Ours reads each save back, which costs a
request for each writer. So does the third loop, which is the plain one otherwise.
"""

from __future__ import annotations

from bench.contended import Outcome, Writer, ours, plain, plain_and_read_back, simulate

COUNTS = (2, 5, 10, 20, 50, 100, 200)
RUNS = 200
"""Writers in all runs of one count together."""
LIMIT = 0.7
"""Our requests and our time until the last success, for one of the plain loop's."""
FROM = {"PUT": 20, "*": 50}
"""Where requests keep the limit: writers, by what goes wrong. Fewer hardly meet, and then a save costs a read, a write
and the read back against a read and a write."""
FEW = 1.45
"""What they may cost where they hardly meet."""
_WHAT = {"PUT": "saves go wrong", "*": "reads go wrong too"}


def _runs(writer: Writer, count: int, struck: str) -> list[Outcome]:
    return [simulate(writer, count, seed, struck) for seed in range(max(1, RUNS // count))]


def _mean(outcomes: list[Outcome], name: str) -> float:
    return sum(float(getattr(outcome, name)) for outcome in outcomes) / len(outcomes)


def run() -> list[str]:
    """Measure; returns the limits that are broken, in words."""
    broken = []
    for struck, what in _WHAT.items():
        print(
            f"many writers of one flow, 30 % 429 and 10 % cut, {what}: requests a writer, seconds to the last success"
        )
        for count in COUNTS:
            mine, theirs, third = (_runs(writer, count, struck) for writer in (ours, plain, plain_and_read_back))
            requests, seconds = (
                [_mean(one, name) for one in (mine, theirs, third)] for name in ("requests", "seconds")
            )
            ratio, checked, slower = requests[0] / requests[1], requests[0] / requests[2], seconds[0] / seconds[1]
            reached = "" if ratio <= LIMIT else f"  (over {LIMIT})"
            print(
                f"  {count:3} writers: {requests[0] / count:5.2f} : {requests[1] / count:5.2f} = {ratio:.2f}{reached}, "
                f"with its read back {checked:.2f}; {seconds[0]:4.0f} s : {seconds[1]:4.0f} s = {slower:.2f}"
            )
            limit = LIMIT if count >= FROM[struck] else FEW
            name = f"{count} writers, {what}"
            if ratio > limit:
                broken.append(f"{name}: {ratio:.2f} of the requests of plain backoff, at most {limit}")
            if slower > LIMIT:
                broken.append(f"{name}: {slower:.2f} of the time of plain backoff, at most {LIMIT}")
            for outcome in mine:
                if outcome.lost or outcome.versions != count:
                    broken.append(f"{name}: {outcome.lost} edits lost, {outcome.versions} versions")
    return broken
