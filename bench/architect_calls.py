"""How fast calls go through Architect flows: `python -m bench.architect_calls`.

One line per kind of node, the best of five calls. The limit that holds on any machine: where nothing is computed a
step costs no more than 250 rounds of a loop of Python that only counts (70 to 90 are usual).
"""

from __future__ import annotations

import sys
import time

from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow
from ivr_action.model.trace import CallerEvent
from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.machine import Question, State
from ivr_action.trace.walk import Answer, walk

NODES = 4_000
KINDS = {
    "prompts": "playAudio: {{name: A{n}, audio: {{tts: Text {n}.}}}}",
    "assignments": "updateData: {{statements: [{{integer: {{variable: Flow.n, value: {{lit: {n}}}}}}}]}}",
    "expressions": "updateData: {{statements: [{{integer: {{variable: Flow.n, value: {{exp: Flow.n + 1}}}}}}]}}",
    "decisions": "decision: {{name: A{n}, condition: {{exp: Flow.n == {n} And Flow.text == \"x\"}}}}",
}  # fmt: skip
SLOWDOWN = 250.0


class Silent:
    """A caller who says nothing, in a world of which nobody knows anything."""

    def event(self, state: State) -> CallerEvent | None:
        return None

    def answer(self, question: Question, state: State) -> Answer | None:
        return None

    def left_over(self) -> tuple[CallerEvent, ...]:
        return ()


def long_task(action: str) -> ArchitectFlow:
    """A flow with one task of many equal actions, and twenty variables."""
    head = "inboundCall:\n  name: Long\n  startUpRef: ./tasks/task[Main]\n  variables:\n"
    head += "".join(f"    - stringVariable: {{name: Flow.v{n}, initialValue: {{lit: x}}}}\n" for n in range(20))
    head += "    - integerVariable: {name: Flow.n, initialValue: {lit: 0}}\n"
    head += "    - stringVariable: {name: Flow.text, initialValue: {lit: x}}\n"
    body = "".join(f"          - {action.format(n=n)}\n" for n in range(NODES))
    flow = read_flow(
        "long.yaml", (f"{head}  tasks:\n    - task:\n        name: Main\n        actions:\n{body}").encode()
    )
    assert isinstance(flow.flow, ArchitectFlow)
    return flow.flow


def rate(flow: ArchitectFlow) -> float:
    """Steps a second of the best of five calls, after one that compiles."""
    machine = ArchitectMachine(flow)
    walk(machine, Silent())
    best = 0.0
    for _ in range(5):
        start = time.perf_counter()
        steps = len(walk(machine, Silent()).steps)
        best = max(best, steps / (time.perf_counter() - start))
    return best


def bare() -> float:
    """Rounds a second of a loop that only counts."""
    best = 0.0
    for _ in range(5):
        start, count = time.perf_counter(), 0
        while count < 1_000_000:
            count += 1
        best = max(best, count / (time.perf_counter() - start))
    return best


def main() -> int:
    """Measure; exit status 1 where the limit is broken."""
    rates = {kind: rate(long_task(action)) for kind, action in KINDS.items()}
    for kind, found in rates.items():
        print(f"{kind:12} {found:>10,.0f} steps a second")
    loop = bare()
    print(f"{'bare loop':12} {loop:>10,.0f} rounds a second")
    slow = loop / rates["prompts"]
    print(f"a prompt costs {slow:.0f} rounds of the bare loop, at most {SLOWDOWN:.0f} are allowed")
    return int(slow > SLOWDOWN)


if __name__ == "__main__":
    sys.exit(main())
