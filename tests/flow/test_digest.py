"""What changes a flow's digest and what does not; docs/digest.md holds the table of what does not count."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from ivr_action.flow.canonical import digest, file_digest
from ivr_action.flow.difference import difference
from ivr_action.flow.document import plain
from ivr_action.flow.flow import ArchitectFlow, Flow
from ivr_action.flow.read import read_flow
from tests.corpus import ROOT, corpus_files, need_corpus
from tests.flow.mutations import Mutation, mutations

SAMPLE = 900
LEAST = {"tts": 1.0, "lit": 0.88, "exp": 0.93, "name": 0.92, "reference": 0.9}
"""Share of changes that must count, of a sample; the shares of all are in docs/digest.md."""


def _flow(text: str) -> Flow:
    flow = read_flow("flow.yaml", text.encode()).flow
    assert flow is not None, text[:200]
    return flow


def _not_counted() -> list[str]:
    section = (ROOT / "docs" / "digest.md").read_text(encoding="utf-8").split("## What does not count")[1]
    return re.findall(r"^\| `(\*/[^`]+)` \|", section.split("\n## ")[0], re.MULTILINE)


def _sample() -> list[tuple[Path, Mutation]]:
    found: list[tuple[Path, Mutation]] = []
    for path in corpus_files():
        if path.parent.parent.name == "architect-yaml":
            flow = _flow(path.read_bytes().decode())
            assert isinstance(flow, ArchitectFlow)
            found += [(path, mutation) for mutation in mutations(flow)]
    return random.Random(7).sample(found, SAMPLE)


def test_every_change_counts_but_for_those_in_the_table() -> None:
    need_corpus()
    patterns = _not_counted()
    assert len(patterns) > 15
    before: dict[Path, tuple[str, str]] = {}
    total: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for path, mutation in _sample():
        if path not in before:
            flow = _flow(path.read_bytes().decode())
            before[path] = digest(flow), file_digest(flow)
        changed = _flow(mutation.text)
        total[mutation.meaning] += 1
        if digest(changed) != before[path][0]:
            counted[mutation.meaning] += 1
        else:
            where = f"{path.name}: {mutation.path}"
            assert any(fnmatchcase(mutation.path, pattern) for pattern in patterns), f"no row covers {where}"
            root, _, key = mutation.path.rpartition("/")
            if key != "refId" and (key != "description" or "/" in root):
                assert file_digest(changed) != before[path][1], f"the file's own digest misses {where}"
    assert {meaning for meaning, least in LEAST.items() if counted[meaning] < least * total[meaning]} == set()


def test_no_row_of_the_table_is_a_relic() -> None:
    need_corpus()
    paths = set()
    for path in corpus_files():
        if path.parent.parent.name == "architect-yaml":
            flow = _flow(path.read_bytes().decode())
            assert isinstance(flow, ArchitectFlow)
            paths |= {mutation.path for mutation in mutations(flow)}
    assert [pattern for pattern in _not_counted() if not any(fnmatchcase(path, pattern) for path in paths)] == []


FLOW = """\
inboundCall:
  name: Front desk
  description: Says hello
  startUpRef: "/inboundCall/tasks/task[Main_10]"
  defaultLanguage: en-us
  tasks:
    - task:
        name: Main
        refId: Main_10
        actions:
          - callData:
              name: Look up
              timeout:
                lit:
                  minutes: 1
              category:
                Integration:
                  dataAction:
                    Get customer:
                      inputs:
                        number:
                          exp: Call.Ani
                      successOutputs:
                        name:
                          var: Task.Name
              outputs:
                success:
                  actions:
                    - playAudio:
                        name: Greet
                        audio:
                          tts: Good morning
          - transferToAcd:
              name: Sales
              targetQueue:
                lit:
                  name: Sales
          - disconnect:
              name: Disconnect
    - task:
        name: Other
        refId: Other_11
        actions:
          - disconnect:
              name: Disconnect
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Integration:", "Another integration:"),
        ("Get customer:", "Get client:"),
        ("number:", "telephone:"),
        ("successOutputs:", "failureOutputs:"),
        ("exp: Call.Ani", "lit: Call.Ani"),
        ("minutes: 1", "minutes: 2"),
        ("minutes: 1", "seconds: 1"),
        ("success:\n", "failure:\n"),
        ("tts: Good morning", "exp: Good.morning"),
        ("                  name: Sales", "                  name: Service"),
        ("task[Main_10]", "task[Other_11]"),
        ("inboundCall", "inqueueCall"),
        ("name: Front desk", "name: Back desk"),
        ("          - disconnect:\n              name: Disconnect\n    - task", "    - task"),
        ("en-us", "de-de"),
    ],
)
def test_it_sees(old: str, new: str) -> None:
    assert old in FLOW
    assert digest(_flow(FLOW)) != digest(_flow(FLOW.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("description: Says hello", "description: Says more"),
        ("name: Front desk", 'name: "Front desk"  # for everybody'),
        ("tts: Good morning", "tts: 'Good morning'"),
        ("minutes: 1", "seconds: 60"),
        ("_10", "_57"),
        ("\n", "\r\n"),
        ("              timeout:\n                lit:\n                  minutes: 1\n", ""),
        ("defaultLanguage: en-us\n", "defaultLanguage: en-us\n  supportedLanguages:\n    en-us:\n      none: true\n"),
        (
            "                        audio:\n",
            "                        x: {noValue: true}\n                        audio:\n",
        ),
        ("tts: Good morning", 'exp: AudioPlaybackOptions(ToAudioTTS("Good morning"), true)'),
        ("audio:\n                          tts: Good morning", "audio: {tts: Good morning}"),
    ],
)
def test_it_does_not_see(old: str, new: str) -> None:
    assert old in FLOW
    assert digest(_flow(FLOW)) == digest(_flow(FLOW.replace(old, new)))


def test_the_order_of_containers_and_keys_does_not_count() -> None:
    head, tasks = FLOW.split("  tasks:\n")
    first, second = tasks.split("    - task:\n        name: Other")
    swapped = f"{head}  tasks:\n    - task:\n        name: Other{second}{first}"
    assert digest(_flow(FLOW)) == digest(_flow(swapped))
    lines = head.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])]) + f"\n  tasks:\n{tasks}"
    assert digest(_flow(FLOW)) == digest(_flow(turned))


def test_the_file_s_own_digest_counts_what_no_configuration_shows() -> None:
    divided = FLOW.replace("  description:", "  division: Home\n  description:")
    one, other = _flow(divided), _flow(divided.replace("Home", "Away"))
    assert digest(one) == digest(other)
    assert file_digest(one) != file_digest(other)
    assert file_digest(one) == file_digest(_flow(divided.replace("\n", "\r\n").replace("Says hello", "Says more")))
    assert re.fullmatch("[0-9a-f]{32}", digest(one))
    assert re.fullmatch("[0-9a-f]{32}", file_digest(one))


NODES = '{"id": "f1", "name": "Desk", "startNodeId": "a", "nodes": {%s}}'
WAYS = (
    '{"condition": "dtmf == \'1\'", "destinationNodeId": "b"}',
    '{"condition": "default", "destinationNodeId": "a"}',
)
A = (
    '"a": {"id": "a", "type": "menu", "properties": {"tts": "Press 1", "count": 1}, '
    f'"transitionConditions": [{WAYS[0]}, {WAYS[1]}]}}'
)
GRAPH = NODES % f'{A}, "b": {{"id": "b", "type": "disconnect"}}'


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('"count": 1', '"count": "1"', False),
        ('"count": 1', '"count": 1.5', False),
        ("Press 1", "Press 2", False),
        ('"startNodeId"', '"start_node_id"', True),
        ('"id": "f1"', '"id": "f2", "version": 9, "dateModified": "2024-01-01T00:00:00Z"', True),
        ('"id": "b", ', "", True),
        ('"startNodeId": "a"', '"startNodeId": "b"', False),
        ("dtmf == '1'", "dtmf == '2'", False),
        ('"name": "Desk"', '"name": "Desk", "variables": {"x": 1}', False),
        ('"name": "Desk"', '"name": "Desk", "description": "words"', True),
        (
            f"{WAYS[0]}, {WAYS[1]}",
            f"{WAYS[1]}, {WAYS[0]}",
            False,
        ),
    ],
)
def test_node_graphs(old: str, new: str, same: bool) -> None:
    assert old in GRAPH
    one, other = (read_flow("flow.json", text.encode()).flow for text in (GRAPH, GRAPH.replace(old, new)))
    assert one is not None
    assert other is not None
    assert (digest(one) == digest(other)) is same


JUNK: tuple[object, ...] = (
    *(None, True, 3, "x", [], {}, ["x"], [None], [[1]], {"x": "y"}, {"name": ["x"]}, {"noValue": True}),
    *({"none": True}, {"lit": {"name": {"a": 1}}}, {"lit": ["a", {"lit": 1}]}, {"text": [], "type": {}}),
)


def test_a_flow_of_any_shape_has_a_digest() -> None:
    need_corpus()
    draw = random.Random(3)
    for path in draw.sample(corpus_files(), 30):
        flow = read_flow(path.name, path.read_bytes()).flow
        if flow is None:
            continue
        for _ in range(8):
            root = json.loads(json.dumps(plain(flow.document.root)))
            spot, key = root, next(iter(root))
            while isinstance(spot[key], (dict, list)) and spot[key] and draw.random() < 0.9:
                spot = spot[key]
                key = draw.choice(list(spot) if isinstance(spot, dict) else range(len(spot)))
            spot[key] = draw.choice(JUNK)
            broken = read_flow("flow.json", json.dumps(root).encode()).flow
            if broken is not None:
                found = difference(flow, broken)
                same = file_digest(flow) == file_digest(broken)
                assert same is not bool(
                    found.nodes or found.transitions or [f for f in found.settings if f.field != "description"]
                )
                assert not same or digest(flow) == digest(broken)
