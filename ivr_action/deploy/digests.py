"""Fingerprints of flows: one of what a file says, one of what the platform can be asked for."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from ivr_action.flow.canonical import complete, digest
from ivr_action.flow.flow import Flow, NodeGraphFlow


def file_digest(flow: Flow) -> str:
    """Of everything that a file's flow says but its description: a change of any value makes another.

    Only files are compared by it. `published_digest` counts what files and the platform's documents both say, so a
    change of a value that stands in one of the two alone would go unseen.
    """
    if isinstance(flow, NodeGraphFlow):
        return published_digest(flow)  # the platform holds the same format, so nothing stands in one of the two alone
    form = complete(flow)
    said = {
        "nodes": {id_: dataclasses.astuple(node) for id_, node in form.nodes.items()},
        "transitions": form.transitions,
        "settings": {name: value for name, value in form.settings.items() if name != "description"},
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"ivr-action/file/1\n{text}".encode()).hexdigest()[:32]


def published_digest(flow: Flow) -> str:
    """Of what is the same in the file and in the platform's document of it."""
    return digest(flow)
