"""Flows to measure with: the published ones where they are at hand, else those of `examples/`."""

from __future__ import annotations

import re
from pathlib import Path

from tests.corpus import corpus_files

ROOT = Path(__file__).parent.parent


def sources() -> list[tuple[str, str]]:
    """(name, text) of Architect YAML flows that are YAML without substitution."""
    paths = [path for path in corpus_files() if path.parent.parent.name == "architect-yaml"]
    if not paths:
        paths = sorted((ROOT / "examples" / "flows").glob("*.yaml"))
    found = [(path.name, path.read_text(encoding="utf-8-sig")) for path in paths]
    return [(name, source) for name, source in found if "{{" not in source]


def distinct(count: int) -> list[tuple[str, bytes]]:
    """As many flows as asked for, no two with the same content."""
    base = sources()
    made = []
    for number in range(count):
        name, source = base[number % len(base)]
        source = re.sub(r"(\btts:) (?=\S)", rf"\1 Copy {number}. ", source)
        source = re.sub(r"(?m)^(  name:) .*$", rf"\1 Flow {number}", source, count=1)
        made.append((f"{number}-{name}", source.encode()))
    return made
