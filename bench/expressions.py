"""How fast expressions are parsed and evaluated: `python -m bench.expressions`.

Prints one line per expression: characters, parses a second (without the cache), evaluations a second of the parsed
tree. The expressions are of the kinds that published flows hold, from a comparison to the editor's text builder. The
limit that holds on any machine: parsing takes time linear in the text.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

SECONDS = 0.6
"""Time per measurement."""

SLOWDOWN = 3.0
"""How many times longer a character may take in an expression ten times as long."""

EXPRESSIONS = {
    "reference": "Flow.InputData",
    "comparison": 'Flow.InputData == "1"',
    "logic": 'Flow.SMS == "AGENT" OR Flow.SMS == "Agent" OR contains(Lower(Flow.SMS), "agent")',
    "arithmetic": "ToInt(Task.seconds) + Task.minutes * 60 + Task.hours * 3600",
    "choice": 'If(FindFirst(Task.Statuses, "IDLE") >= 0, GetAt(Task.Counts, FindFirst(Task.Statuses, "IDLE")), 0)',
    "text": 'Trim(Append("Hi ", ToDisplayString(Flow.Name), If(IsNotSetOrEmpty(ToDisplayString(Flow.Name)), "", " ")))',
    "say": 'MakeCommunication("Hi ", ToCommunication(Flow.Name), Format.Date.shortYear, "How can I help?")',
    "100 sums": "MakeList(" + ", ".join(f"Task.minutes + {number}" for number in range(100)) + ")",
    "1000 sums": "MakeList(" + ", ".join(f"Task.minutes + {number}" for number in range(1000)) + ")",
}


def rate(work: Callable[[], object], seconds: float) -> float:
    """Calls a second, the best of three rounds."""
    best = 0.0
    for _ in range(3):
        count, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds / 3:
            work()
            count += 1
        best = max(best, count / spent)
    return best


def run() -> list[str]:
    """Measure and print; returns the limits that are broken, in words."""
    start = time.perf_counter()
    from ivr_action.trace.expressions import Collection, Value, evaluate, parse
    from ivr_action.trace.expressions.parser import parse_uncached

    imported = time.perf_counter()
    parse("1")
    print(f"import {1000 * (imported - start):.0f} ms, first parse {1000 * (time.perf_counter() - imported):.0f} ms")

    scope: dict[str, Value] = {
        "Flow.InputData": "1", "Flow.SMS": "callback", "Flow.Name": "Ada", "Task.seconds": "12", "Task.minutes": 5,
        "Task.hours": 1, "Task.Statuses": Collection("str", ("BUSY", "IDLE")), "Task.Counts": Collection("int", (3, 4)),
    }  # fmt: skip
    per_character: dict[str, float] = {}
    print(f"{'expression':<12}{'characters':>12}{'parses/s':>14}{'evaluations/s':>16}")
    for name, text in EXPRESSIONS.items():
        tree = parse(text)
        parses = rate(partial(parse_uncached, text), SECONDS)
        evaluations = rate(partial(evaluate, tree, scope), SECONDS)
        per_character[name] = 1 / parses / len(text)
        print(f"{name:<12}{len(text):>12,}{parses:>14,.0f}{evaluations:>16,.0f}")
    slowdown = per_character["1000 sums"] / per_character["100 sums"]
    print(f"a character takes {slowdown:.1f} times as long in ten times the text")
    return [f"parsing is not linear: {slowdown:.1f} > {SLOWDOWN}"] if slowdown > SLOWDOWN else []


if __name__ == "__main__":
    sys.exit(bool(run()))
