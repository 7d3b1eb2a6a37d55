"""Small flows and reports that several tests read."""

from __future__ import annotations

import itertools
import json

from ivr_action.model import CheckedFlow, Finding, FlowGraph, Level, Location, Node, NodeKind, Report, Transition

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "a | b `c` ``` ~~~ **d** _e_ [f](https://example.com) ![g](h) # i $j$",
    'end"]; click n0 "javascript:alert(3)" %%{init: {"theme": "dark"}}%% ]]> subgraph x',
    "first\n::error::second\r\n##[error]third\u2028::error::fourth\u0085::error::fifth",
    "\u202ereversed\u202c \u2066isolated\u2069 \u200bnothing\u200b \x1b[31mred\x1b[0m \x00",
    "@octocat #1 www.example.com https://example.com :bomb:",
    "```\n</details>\n# Heading",
    "1. first - second",
    "\ud800 lone half",
    "x" * 10_000,
)


def menu_flow(name: str = "Main line", *, start: str = "mainMenu") -> str:
    """An Architect flow with one menu in which no rule finds anything; another `start` than `mainMenu` breaks it."""
    return f"""\
inboundCall:
  name: {json.dumps(name)}
  defaultLanguage: en-us
  startUpRef: ./menus/menu[{start}]
  menus:
    - menu:
        name: Main menu
        refId: mainMenu
        audio:
          tts: Press one for sales, nine to leave.
        choices:
          - menuTransferToAcd:
              name: Sales
              dtmf: digit_1
              targetQueue:
                lit:
                  name: Sales
          - menuDisconnect:
              name: Disconnect
              dtmf: digit_9
"""


def finding(
    message: str = "Something is wrong.",
    level: Level = Level.ERROR,
    path: str = "flows/a.yaml",
    line: int | None = 3,
    *,
    rule: str = "some-rule",
    hint: str = "Mend it.",
    node: str | None = None,
    pointer: str | None = None,
) -> Finding:
    return Finding(rule, level, message, hint, Location(path, line, 5 if line else None, pointer=pointer), node)


def chain(length: int, kind: NodeKind = NodeKind.WORK, prefix: str = "n") -> FlowGraph:
    """A start, `length` nodes in a row, and an end."""
    inner = [Node(f"{prefix}{number}", kind, "step", f"Step {number}") for number in range(length)]
    nodes = [Node("start", NodeKind.MENU, "menu", "Start"), *inner, Node("end", NodeKind.END, "disconnect", "Bye")]
    return FlowGraph("start", nodes, [Transition(a.id, b.id) for a, b in itertools.pairwise(nodes)])


def hostile_graph() -> FlowGraph:
    kinds = list(NodeKind)
    nodes = [Node(f"{at} {text}", kinds[at % len(kinds)], text, text) for at, text in enumerate(HOSTILE)]
    ways = [Transition(a.id, b.id, b.name) for a, b in zip(nodes, nodes[1:] + nodes[:1], strict=True)]
    return FlowGraph(nodes[0].id, nodes, ways)


def hostile_report() -> Report:
    graph = hostile_graph()
    paths = [text.replace("/", "-").replace("\0", "").replace("\ud800", "?")[:200] for text in HOSTILE]
    flows = [
        CheckedFlow(path, text, text, "node-graph", False, graph) for path, text in zip(paths, HOSTILE, strict=True)
    ]
    findings = [
        finding(f"`{text}` is wrong: {text}", list(Level)[at % 3], path, at + 1, hint=text, node=f"{at} {text}")
        for at, (path, text) in enumerate(zip(paths, HOSTILE, strict=True))
    ]
    findings.sort(key=lambda found: found.order)
    return Report(tuple(flows), tuple(findings), HOSTILE, HOSTILE[0])
