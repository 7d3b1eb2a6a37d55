"""Writes flows whose names and texts try to break out of the summary: `make_hostile.py FOLDER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

NAMES = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)></details></td></table>",
    "markdown": "**bold** _em_ ~~gone~~ # head [link](https://example.com) ![i](x) | cell | `code` ``` ~~~ $x^2$",
    "links": "https://example.com www.example.com mail@example.com @octocat #1 :bomb: GH-2",
    "mermaid": 'end"]; click n0 "javascript:alert(3)" %%{init: {"theme": "forest"}}%% ]]> subgraph x --> y',
    "commands": "::error file=x::taken\n::stop-commands::x\n##[error]taken %0A%0D",
    "direction": "invoice\u202egnp.exe\u202c \u2066left\u2069 \u200binvisible\u200b",
    "list": "1. first - second + third",
    "fence": "```\n</details>\n# Heading\n```mermaid\nflowchart TD\n",
    "entities": "&lt;b&gt; &#60;script&#62; #quot; #60;b#62; ﬂ°°60¶ß ﬂ°amp¶ß",
    "long": "long " + "x" * 10_000,
}


def node_graph() -> dict[str, object]:
    """A node graph with every name as a node's id and type, and a cycle through all of them."""
    texts = list(NAMES.values())
    nodes = {}
    for at, text in enumerate(texts):
        quoted = text[:40].replace("\\", "").replace("'", "")
        ways = [{"condition": f"speech == '{quoted}'".replace("\n", " "), "destinationNodeId": texts[at - 2]}]
        ways.append({"condition": "default", "destinationNodeId": texts[(at + 1) % len(texts)]})
        nodes[text] = {"id": text, "type": "menu" if at % 2 else text, "transitionConditions": ways}
    return {"id": "1", "name": NAMES["markdown"], "type": NAMES["html"], "startNodeId": texts[0], "nodes": nodes}


def architect() -> dict[str, object]:
    """An Architect flow, in the JSON that is YAML too, with every name as an action's."""
    actions = [{"playAudio": {"name": text, "audio": {"tts": text}}} for text in NAMES.values()]
    jump = {"jumpToTask": {"name": NAMES["mermaid"], "targetTaskRef": f"/inboundCall/tasks/task[{NAMES['html']}]"}}
    task = {"task": {"name": NAMES["direction"], "refId": "t_1", "actions": [*actions, jump]}}
    start = "/inboundCall/tasks/task[t_1]"
    return {"inboundCall": {"name": NAMES["html"], "startUpRef": start, "defaultLanguage": "en-us", "tasks": [task]}}


def write(folder: Path) -> None:
    """The two flows as files; the second one's name is hostile too."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "graph.json").write_text(json.dumps(node_graph(), indent=1), encoding="utf-8")
    (folder / "a `b` | <i>c ::d [e](f) %.yaml").write_text(json.dumps(architect(), indent=1), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
