"""A file's bytes → `Reading`: which format it is (by content, never by name), its document, its flow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr_action.flow.actions import FLOW_TYPES, YAML_FLOW_TYPES
from ivr_action.flow.collector import collector_off
from ivr_action.flow.document import Document, Problem
from ivr_action.flow.flow import Flow

_HEAD = 65_536
"""Bytes at the start of a file that decide whether it is worth reading."""
_YAML_FLOW = re.compile(
    r"^(?:%YAML[^\n]*\n)?(?:---[^\n]*\n)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*"
    r"[\"']?(?:" + "|".join(sorted(YAML_FLOW_TYPES)) + r")[\"']?[ \t]*:"
)
_ARCHITECT_WORDS = re.compile(r"^[ \t]+(?:startUpRef|startUpTaskActions|settingsErrorHandling)[ \t]*:", re.MULTILINE)
_NODES = re.compile(r"^[\"']?nodes[\"']?[ \t]*:", re.MULTILINE)
_NODE_WORDS = re.compile(r"transitionConditions|start_?[nN]ode_?[iI]d|destinationNodeId")
_JSON_WORDS = re.compile(
    r"\"(?:flowSequenceItemList|transitionConditions|startNodeId|start_node_id|destinationNodeId)\""
)
_JSON_SCHEMA = re.compile(r"\"\$schema\"\s*:\s*\"https?://json-schema\.org/")
"""A schema of flows, which teams keep beside them for their editors, speaks of the same keys."""
_JSON = re.compile(r'\s*\{\s*(?:["}]|\Z)')
"""JSON quotes its keys. A mapping in braces without quotes is YAML, and `{{key}}` a template."""
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*", re.ASCII)
_I3_HEAD = "JTdC"
"""Base64 of `%7B`, the percent-encoded `{` that every `.i3*` file starts with."""


@dataclass(slots=True, eq=False)
class Reading:
    """What could be read of one file."""

    document: Document
    flow: Flow | None
    """None where the file is unreadable or no flow; `document.problems` says why."""


def looks_like_flow(data: bytes) -> bool:
    """True for what is worth reading as a flow, broken flows included; decided by a look at the text.

    Args:
        data: the file's bytes, or at least its first 64 KiB.
    """
    utf_16 = _utf_16(data)
    if utf_16:  # what PowerShell's `>` writes
        data = data[: 8 * _HEAD].decode(utf_16, "replace").encode("utf-8", "replace")
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(_I3_HEAD.encode()):
        return True
    if head.startswith(b"{"):
        start = data[: 4 * _HEAD].decode("utf-8", "replace")
        return (bool(_JSON_WORDS.search(start)) or _yaml_in_json(start)) and not _JSON_SCHEMA.search(start)
    body = head.decode("utf-8", "replace")
    if _YAML_FLOW.match(body) or _ARCHITECT_WORDS.search(body):
        return True
    return bool(_NODES.search(body) and _NODE_WORDS.search(data.decode("utf-8", "replace")))


def _yaml_in_json(start: str) -> bool:
    match = re.match(r'\{\s*"(\w+)"\s*:\s*\{', start)
    return match is not None and match[1] in YAML_FLOW_TYPES


def read_flow(path: str, data: bytes, substitutions: Mapping[str, str] | None = None) -> Reading:
    """Read one flow file.

    Args:
        path: as reports show it, with `/`.
        data: the file's bytes; UTF-8 or UTF-16, a byte order mark is allowed.
        substitutions: values for `{{key}}`; None where none were given.

    Never raises for what is in the file: everything wrong with it is in `document.problems`.
    """
    with collector_off():
        doc = _document(path, data, substitutions)
        flow = None if doc.root is None else _lower(doc)
    if doc.root is None:
        return Reading(doc, None)
    if flow is None:
        doc.problems.append(
            Problem(
                "unreadable-file",
                "This is no IVR flow: neither Architect YAML (one top-level key such as `inboundCall`), nor an "
                "Architect configuration document, nor a node graph (`nodes`).",
                "Leave the file out of `flows`, or check its first line.",
                start=0,
            )
        )
    return Reading(doc, flow)


def _document(path: str, data: bytes, substitutions: Mapping[str, str] | None) -> Document:
    from ivr_action.flow.yamltext import MAX_CHARS, parse_yaml

    if len(data) > MAX_CHARS:
        doc = Document(path, "", "yaml")
        said = f"The file is larger than {MAX_CHARS >> 20} MiB; no flow is."
        doc.problems.append(Problem("unreadable-file", said, "Leave the file out of `flows` with `!`."))
        return doc
    utf_16 = _utf_16(data)
    try:
        source = data.decode(utf_16, "replace") if utf_16 else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        doc = Document(path, data.decode("utf-8", "replace"), "yaml")
        doc.problems.append(
            Problem(
                "unreadable-file",
                f"The file is not UTF-8: byte 0x{data[error.start]:02x} on line "
                f"{data.count(bytes([10]), 0, error.start) + 1}.",
                "Save the file as UTF-8.",
                start=len(data[: error.start].decode("utf-8", "replace")),
            )
        )
        return doc
    if _JSON.match(source):
        from ivr_action.flow.jsontext import parse_json

        return parse_json(path, source)
    exported = source.lstrip().startswith(_I3_HEAD)
    if exported or _BASE64.fullmatch(source, 0, 4096):
        from ivr_action.flow.jsontext import decode_i3, parse_json

        payload = decode_i3(source)
        if payload is not None:
            return parse_json(path, source, syntax="i3", payload=payload)
        if exported:
            doc = Document(path, source, "i3")
            doc.problems.append(
                Problem(
                    "unreadable-file",
                    "The export is damaged: it starts like an Architect export, but its base64 does not decode.",
                    "Export the flow again; the file was cut or changed on its way.",
                )
            )
            return doc
    return parse_yaml(path, source, substitutions)


def _utf_16(data: bytes) -> str:
    """The codec of a file in UTF-16, empty for any other: by its mark, or by a first character that is ASCII."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    zeros = [not byte for byte in data[:4]]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False, True, False] else ""


def _lower(doc: Document) -> Flow | None:
    from ivr_action.flow.formats.architect_yaml import is_architect_yaml, read_architect_yaml

    root: Any = doc.root
    if is_architect_yaml(root):
        from ivr_action.flow.graph import build_graph

        flow = read_architect_yaml(doc)
        flow.graph = build_graph(flow)
        return flow
    if not isinstance(root, dict):
        return None
    if isinstance(root.get("flowSequenceItemList"), list) or (
        isinstance(root.get("type"), str) and root["type"] in FLOW_TYPES and "initialSequence" in root
    ):
        from ivr_action.flow.formats.architect_configuration import read_architect_configuration
        from ivr_action.flow.graph import build_graph

        flow = read_architect_configuration(doc)
        flow.graph = build_graph(flow)
        return flow
    if "nodes" in root or "transitionConditions" in root:
        from ivr_action.flow.formats.node_graph import read_node_graph

        return read_node_graph(doc)
    return None
