"""The text of docs/exploration.md, where the corpus is at hand: `python -m tests.trace.exploration`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ivr_action.flow.read import read_flow
from ivr_action.model.calls import TracedFlow, percent
from ivr_action.trace.traced import trace_flow
from tests.corpus import corpus_files


def traced_corpus() -> list[TracedFlow]:
    """Every published flow, explored by itself."""
    found = []
    for path in corpus_files():
        flow = read_flow(path.name, path.read_bytes()).flow
        assert flow is not None
        found.append(trace_flow(flow).flow)
    return found


def page(flows: list[TracedFlow]) -> str:
    """The page's text."""
    return "\n".join([*_head(flows), *map(_row, flows), ""])


def _head(flows: list[TracedFlow]) -> Iterator[str]:
    every = sum(len(flow.graph.transitions) for flow in flows)
    missing = sum(len(flow.uncovered) for flow in flows)
    why = Counter(rest.why for flow in flows for rest in flow.uncovered)
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(why.items()))
    yield "# Published flows, explored\n"
    yield "Written by `python -m tests.trace.exploration`; each flow by itself, without the files that it calls.\n"
    yield (
        f"{len(flows)} flows, {sum(len(flow.calls) for flow in flows):,} calls; {every - missing:,} of {every:,} "
        f"transitions ({100 * (every - missing) / every:.1f} %) were taken. The rest: {reasons}.\n"
    )
    yield "*Decided*: nodes at which the file itself decided. *Not told*: nodes at which it could not tell, so that"
    yield "every way was tried. The words for the rest are explained in [trace.md](trace.md#without-a-scenario).\n"
    yield "| flow | calls | nodes | transitions | decided | not told | rest |\n|---|---:|---:|---:|---:|---:|---|"


def _row(flow: TracedFlow) -> str:
    why = Counter(rest.why for rest in flow.uncovered)
    rest = ", ".join(f"{count} {reason}" for reason, count in sorted(why.items()))
    shares = f"{percent(flow.nodes):g} % | {percent(flow.transitions):g} %"
    return (
        f"| {flow.path} | {len(flow.calls)} | {shares} | {flow.asked['evaluated']} | {flow.asked['unknown']} | {rest} |"
    )


if __name__ == "__main__":
    print(page(traced_corpus()), end="")
