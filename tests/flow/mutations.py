"""One scalar of a YAML flow changed in its text: what the tests of digests and differences count."""

from __future__ import annotations

from typing import Any, NamedTuple

from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.values import values


class Mutation(NamedTuple):
    """A place in a flow, and the file's text with something else there."""

    meaning: str
    """As in `flow.values`."""
    path: str
    """Keys from the root, joined by `/`; `[]` for a place in a list."""
    text: str


def mutations(flow: ArchitectFlow) -> list[Mutation]:
    """One for every scalar with a meaning; `noValue` and what is ignored have none."""
    source = flow.document.text
    return [
        Mutation(value.meaning, "/".join(value.path), _changed(source, value.element[value.key]))
        for value in values(flow)
        if value.meaning not in ("ignored", "noValue", "none") and hasattr(value.element[value.key], "start_mark")
    ]


def _changed(source: str, scalar: Any) -> str:
    start, end = scalar.start_mark.index, scalar.end_mark.index
    said = source[start:end]
    word = _other(scalar.value)
    if not scalar.style:
        bare = said.rstrip()
        new = (word or bare + "x") + said[len(bare) :]
    elif scalar.style in "\"'":
        new = said[0] + (word or said[1:-1] + "x") + said[-1]
    else:
        body = said.rstrip("\n")
        new = body + "x" + said[len(body) :]
    return source[:start] + new + source[end:]


def _other(word: str) -> str:
    """Another truth value or number; empty for text."""
    if word in ("true", "false"):
        return "false" if word == "true" else "true"
    return f"{word}1" if word.isdecimal() and word != "0" else "7" if word == "0" else ""
