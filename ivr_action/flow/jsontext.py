"""JSON text → `Document`: the standard library's reader, with places found by a lazy scan when they are asked for."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import unquote

from ivr_action.flow.document import Document, Problem
from ivr_action.flow.yamltext import MAX_CHARS

Path = tuple[str | int, ...]
Span = tuple[int, int, int, int]
"""Offsets: key start and end (-1 where there is no key), value start and end."""


def parse_json(path: str, source: str, *, syntax: str = "json", payload: str = "") -> Document:
    """Read JSON.

    Args:
        path: as reports show it.
        source: the file's text.
        syntax: `json`, or `i3` where `payload` is what `source` decodes to.

    Returns:
        A document; `root` is None where the file could not be read, and `problems` says why. Duplicate keys are
        problems with both lines; the last value is the one that counts, as in every JSON reader.
    """
    doc = Document(path, source, syntax, json_text=payload)
    body = payload or source
    if len(body) > MAX_CHARS:
        doc.problems.append(
            Problem(
                "unreadable-file",
                f"The file has {len(body):,} characters; at most {MAX_CHARS:,} are read.",
                "Split the flow or export it again.",
            )
        )
        return doc
    duplicated = False

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal duplicated
        made = dict(pairs)
        if len(made) != len(pairs):
            duplicated = True
        return made

    try:
        doc.root = json.loads(body, object_pairs_hook=keep, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if syntax == "i3":
            said = "The export is damaged: what it holds is no whole JSON document."
            problem = Problem("unreadable-file", said, "Export the flow again; the file was cut or changed on its way.")
        else:
            problem = Problem(
                "unreadable-file",
                f"The JSON cannot be read: {_SAID.get(error.msg, error.msg)}.",
                "Mend the JSON at this place; nothing in the file was checked.",
                start=error.pos,
            )
        doc.problems.append(problem)
    except ValueError as error:
        doc.problems.append(
            Problem(
                "unreadable-file",
                f"The JSON cannot be read: {error}.",
                "Write a finite number, or text in quotes.",
            )
        )
    except RecursionError:
        doc.problems.append(
            Problem("unreadable-file", "The JSON is nested too deeply to be a flow.", "Export the flow again.")
        )
    if duplicated and doc.root is not None:  # in broken JSON nobody knows where a key belongs
        _report_duplicates(doc, body)
    return doc


_SAID = {
    "Unterminated string starting at": "the text that starts here is not closed",
    "Expecting property name enclosed in double quotes": "a key in double quotes belongs here",
    "Illegal trailing comma before end of object": "a comma stands before the closing `}`",
    "Illegal trailing comma before end of array": "a comma stands before the closing `]`",
    "Expecting ',' delimiter": "a comma or the closing bracket is missing here",
    "Expecting ':' delimiter": "a colon is missing here",
    "Expecting value": "a value belongs here",
    "Extra data": "something stands behind the end of the document",
    "Invalid control character at": "a line break or another control character stands inside a text",
}
"""What `json` says, in words; its own end in the air, and differ between Python's versions."""


def decode_i3(source: str) -> str | None:
    """The JSON inside an `.i3*` file, base64 of percent-encoded JSON; None where it is not one.

    Source: what Architect's editor exports; see docs/architecture.md, "Three formats".
    """
    try:
        raw = base64.b64decode("".join(source.split()), validate=True)
        body = unquote(raw.decode("utf-8"), errors="strict")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return body if body.lstrip()[:1] == "{" else None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _report_duplicates(doc: Document, body: str) -> None:
    seen: dict[Path, Span] = {}
    for path, span in _walk(body):
        first = seen.get(path)
        if first is not None and span[0] >= 0:
            if doc.syntax == "i3":
                doc.problems.append(
                    Problem(
                        "duplicate-key",
                        f"The key `{path[-1]}` stands twice in one object.",
                        "Export the flow again.",
                    )
                )
            else:
                lines = [doc.line_column(offset)[0] for offset in (first[0], span[0])]
                doc.problems.append(
                    Problem(
                        "duplicate-key",
                        f"The key `{path[-1]}` stands twice in one object: first on line {lines[0]}, again on line "
                        f"{lines[1]}. One of the two is lost when the flow is published.",
                        "Remove one of the two, or rename it.",
                        start=span[0],
                        end=span[1],
                        related=(first[0],),
                    )
                )
        seen.setdefault(path, span)


def scan_spans(body: str) -> dict[Path, Span]:
    """Where every value of a valid JSON text stands; for equal keys the last, which is the one that counts."""
    return dict(_walk(body))


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def _walk(body: str) -> list[tuple[Path, Span]]:
    """(path, span) of each value in the order of their ends; iterative, over text that `json.loads` accepted."""
    found: list[tuple[Path, Span]] = []
    stack: list[tuple[Path, int, int, int]] = []  # path, key start, key end, value start of open containers
    path: Path = ()
    in_object: list[bool] = []
    key: str | int | None = None
    key_span = (-1, -1)
    expect_key = False
    for match in _TOKEN.finditer(body):
        token = match[0]
        mark = token[0]
        if mark == ":" or (mark == "," and not in_object):
            continue
        if mark == ",":
            if in_object[-1]:
                expect_key = True
            else:
                key = int(key or 0) + 1
            continue
        if expect_key and mark == '"':
            key = json.loads(token)
            key_span = match.span()
            expect_key = False
            continue
        if mark in "}]":
            expect_key = False
            path, key_start, key_end, start = stack.pop()
            in_object.pop()
            found.append((path, (key_start, key_end, start, match.end())))
            if path:
                key = path[-1]
                path = path[:-1]
            key_span = (-1, -1)
            continue
        here = path if key is None else (*path, key)
        if mark in "{[":
            stack.append((here, *key_span, match.start()))
            path = here
            in_object.append(mark == "{")
            expect_key = mark == "{"
            key = 0 if mark == "[" else None
            key_span = (-1, -1)
        else:
            found.append((here, (*key_span, *match.span())))
            key_span = (-1, -1)
    return found
