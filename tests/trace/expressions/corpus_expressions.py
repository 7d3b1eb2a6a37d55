"""Every expression of the corpus: from configuration documents with the platform's tree, from YAML as text."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ANONYMISED = "Genesys-Archivist"
"""The repository whose configuration documents had their words replaced at random, in `text` and `config` apart."""

PLACEHOLDER = re.compile(r"\{\{\s*[\w.\-]+\s*\}\}|\$\{[^}\n]*\}")
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # plain strings everywhere: `yes` is a key here


@dataclass(frozen=True)
class Stored:
    """An expression of a configuration document."""

    file: str
    text: str
    config: dict[str, Any]
    mode: int | None

    @property
    def label(self) -> str:
        return next(iter(self.config))

    @property
    def root(self) -> dict[str, Any]:
        return self.config[self.label]  # type: ignore[no-any-return]

    @property
    def scrambled(self) -> bool:
        """The words were replaced, so `text` no longer belongs to `config`. Blank and Boolean texts survived."""
        return self.file.startswith(ANONYMISED) and self.text not in ("", "true", "false")


def stored_expressions(corpus: Path) -> list[Stored]:
    """All dicts with `text` and `config`, at any depth, in every configuration document."""
    folder = corpus / "architect-export"
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            document = _read(path)
            if document is not None:
                found += list(_walk(path.relative_to(folder).as_posix(), document))
    return found


def _read(path: Path) -> Any:
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    if path.suffix.startswith(".i3"):
        return json.loads(urllib.parse.unquote(base64.b64decode(text).decode("utf-8")))
    return None


def _walk(file: str, document: Any) -> Iterator[Stored]:
    pending = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if "text" in node and "config" in node:
                mode = (node.get("uiMetaData") or {}).get("mode")
                yield Stored(file, node["text"], node["config"], mode)
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def yaml_expressions(corpus: Path) -> list[tuple[str, str]]:
    """File and text of every `exp:` in the YAML flows. Placeholders stay in the text: a token keeps the YAML valid
    while it is read and is turned back afterwards."""
    found = []
    folder = corpus / "architect-yaml"
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".yml", ".tftpl"):
            text = path.read_text("utf-8")
            placeholders = PLACEHOLDER.findall(text)
            numbers = iter(range(len(placeholders)))
            document = yaml.load(PLACEHOLDER.sub(lambda _: f"placeholder{next(numbers)}x", text), Loader=_LOADER)  # noqa: B023
            for exp in _exps(document):
                restored = re.sub(r"placeholder(\d+)x", lambda match: placeholders[int(match[1])], exp)  # noqa: B023
                found.append((path.relative_to(folder).as_posix(), restored))
    return found


def _exps(document: Any) -> Iterator[str]:
    pending = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if isinstance(node.get("exp"), str):
                yield node["exp"]
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
