"""Which format a file has is decided by its content."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

import pytest

from ivr_action.flow.flow import Format
from ivr_action.flow.read import looks_like_flow, read_flow
from tests.corpus import corpus_files, need_corpus

YAML = b"""inboundCall:
  name: Main
  startUpRef: "./menus/menu[m]"
  menus:
    - menu: {name: M, refId: m, choices: []}
"""
CONFIGURATION = b'{"name": "C", "type": "inboundcall", "initialSequence": "x", "flowSequenceItemList": []}'
EXPORT = base64.b64encode(quote(CONFIGURATION.decode()).encode())
NODES = b'{"startNodeId": "a", "nodes": {"a": {"id": "a", "type": "disconnect", "transitionConditions": []}}}'


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (YAML, Format.ARCHITECT_YAML),
        (b"\xef\xbb\xbf" + YAML, Format.ARCHITECT_YAML),
        (YAML.decode().encode("utf-16"), Format.ARCHITECT_YAML),
        (NODES.decode().encode("utf-16"), Format.NODE_GRAPH),
        (YAML.decode().encode("utf-16-le"), Format.ARCHITECT_YAML),
        (NODES.decode().encode("utf-16-be"), Format.NODE_GRAPH),
        (b"\xef\xbb\xbf" + EXPORT, Format.ARCHITECT_CONFIGURATION),
        (EXPORT.decode().encode("utf-16"), Format.ARCHITECT_CONFIGURATION),
        (b"\r\n".join(EXPORT[at : at + 64] for at in range(0, len(EXPORT), 64)), Format.ARCHITECT_CONFIGURATION),
        (b"# a comment\n---\n" + YAML, Format.ARCHITECT_YAML),
        (b'{"inboundCall": {"name": "x"}}', Format.ARCHITECT_YAML),
        (b"brandNewCall:\n  name: x\n  startUpRef: ./tasks/task[a]\n  tasks: []\n", Format.ARCHITECT_YAML),
        (CONFIGURATION, Format.ARCHITECT_CONFIGURATION),
        (EXPORT, Format.ARCHITECT_CONFIGURATION),
        (NODES, Format.NODE_GRAPH),
        (b"name: N\nstartNodeId: a\nnodes:\n  a: {type: disconnect, transitionConditions: []}\n", Format.NODE_GRAPH),
    ],
)
def test_the_content_decides_the_format(data: bytes, format_: Format) -> None:
    assert looks_like_flow(data)
    reading = read_flow("any.name", data)
    assert reading.flow is not None
    assert reading.flow.format is format_


@pytest.mark.parametrize(
    "data",
    [
        b"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n",
        b"version: '3'\nservices: {web: {image: nginx}}\n",
        b'{"name": "package", "dependencies": {}}',
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"nodes:\n  - k3s-1\n  - k3s-2\n",
        b"workflow_call:\n  inputs: {}\n",
    ],
)
def test_other_files_do_not_look_like_flows(data: bytes) -> None:
    assert not looks_like_flow(data)


def test_a_file_that_is_no_flow_says_what_a_flow_would_be() -> None:
    reading = read_flow("x.yaml", b"on: push\n")
    assert reading.flow is None
    assert "no IVR flow" in reading.document.problems[0].message


def test_a_file_that_is_not_utf8_names_byte_and_line() -> None:
    (problem,) = read_flow("x.yaml", b"inboundCall:\n  name: caf\xe9\n").document.problems
    assert "0xe9 on line 2" in problem.message


def test_a_cut_export_is_said_to_be_damaged() -> None:
    for cut in (1, 2, 3, 4, 8, 10, 40):
        reading = read_flow("x.i3InboundFlow", EXPORT[:-cut])
        assert reading.flow is None
        (problem,) = reading.document.problems
        assert problem.message.startswith("The export is damaged")


@pytest.mark.parametrize("text", ["{nodes: {a: {type: disconnect}}, name: x, startNodeId: a}", "{ # one\n'nodes': {}}"])
def test_a_mapping_in_braces_without_double_quotes_is_yaml(text: str) -> None:
    reading = read_flow("x.yaml", text.encode())
    assert reading.flow is not None
    assert reading.document.syntax == "yaml"


def test_broken_json_says_what_belongs_there() -> None:
    (problem,) = read_flow("x.json", b'{"nodes": {},}').document.problems
    assert re.fullmatch(r"The JSON cannot be read: a (key|comma) [^.]+\.", problem.message)


def test_every_published_flow_is_recognised_and_read() -> None:
    need_corpus()
    for path in corpus_files():
        data = path.read_bytes()
        assert looks_like_flow(data), path
        reading = read_flow(path.name, data)
        assert reading.flow is not None, path
        assert not reading.document.problems, path
        assert reading.flow.graph.start is not None, path
