"""Seed files: which there are, what a description of the organisation says, and a flow with its values put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr_action.flow.document import plain
from ivr_action.flow.flow import Flow, Format
from ivr_action.flow.read import looks_like_flow, read_flow
from ivr_action.flow.yamltext import PLACEHOLDER, parse_yaml

_LIMIT = 32 * 1024 * 1024
_BEGINNING = re.compile(rb"""(?:[\xef\xbb\xbf\s{"]|\#[^\n]*\n)*emulator\b""", re.ASCII)
"""The first key is `emulator`; blanks, comments and JSON's braces may stand before it."""


class Named(BaseModel):
    """Something with a name; further keys are shown as they are."""

    model_config = ConfigDict(extra="allow")

    name: str
    id: str = ""


class SeededFlow(BaseModel):
    """A flow with more than one version, a draft or a lock."""

    model_config = ConfigDict(extra="forbid")

    file: str
    earlier: list[str] = Field(default_factory=list)
    """Files of earlier versions, oldest first."""
    draft: str = ""
    """File of a draft that a colleague saved; locks the flow."""
    id: str = ""
    """The flow's id; empty for any."""
    locked: bool = False
    """True: a colleague holds the lock."""


class Description(BaseModel):
    """A seed file with the key `emulator: 1`."""

    model_config = ConfigDict(extra="forbid")

    emulator: int = Field(ge=1, le=1)
    organization: str | Named = ""
    substitutions: dict[str, str] = Field(default_factory=dict)
    flows: list[SeededFlow] = Field(default_factory=list)
    queues: list[str | Named] = Field(default_factory=list)
    prompts: list[str | Named] = Field(default_factory=list)
    data_actions: list[str | Named] = Field(default_factory=list)
    data_tables: list[str | Named] = Field(default_factory=list)
    schedules: list[str | Named] = Field(default_factory=list)
    schedule_groups: list[str | Named] = Field(default_factory=list)
    emergency_groups: list[str | Named] = Field(default_factory=list)
    skills: list[str | Named] = Field(default_factory=list)
    languages: list[str | Named] = Field(default_factory=list)
    divisions: list[str | Named] = Field(default_factory=list)
    wrapup_codes: list[str | Named] = Field(default_factory=list)
    ivrs: list[str | Named] = Field(default_factory=list)


KINDS = {
    "queues": "queue", "prompts": "userPrompt", "data_actions": "dataAction", "data_tables": "dataTable",
    "schedules": "schedule", "schedule_groups": "scheduleGroup", "emergency_groups": "emergencyGroup",
    "skills": "acdSkill", "languages": "languageSkill", "divisions": "division", "wrapup_codes": "acdWrapupCode",
    "ivrs": "ivr",
}  # fmt: skip


@dataclass(slots=True)
class SeedFile:
    """A flow and where it is from."""

    path: Path
    flow: Flow
    yaml: str = ""
    """With all `{{key}}`s replaced."""


def found_files(paths: list[Path]) -> list[Path]:
    """All files of these files and folders.

    Raises:
        ValueError: one is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise ValueError(f"The seed {path} is not there.")
    return list(dict.fromkeys(found))


def read_description(path: Path) -> Description | None:
    """The description of the organisation in a file; None where it is none.

    Raises:
        ValueError: it cannot be used.
    """
    data = path.read_bytes()[:_LIMIT]
    if not _BEGINNING.match(data):
        return None
    document = parse_yaml(path.name, data.decode("utf-8-sig"))
    if document.problems:
        raise ValueError(f"{path}: {document.problems[0].message}")
    try:
        return Description.model_validate(plain(document.root))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def read_seed(path: Path, values: Mapping[str, str], *, explicit: bool) -> SeedFile | None:
    """The flow in a file; None where there is none and nobody said that there is.

    Args:
        path: the file.
        values: for its `{{key}}`s.
        explicit: it was named, not found in a folder.

    Raises:
        ValueError: it cannot be used.
    """
    data = path.read_bytes()
    if len(data) > _LIMIT or not (looks_like_flow(data) or explicit):
        return None
    first = read_flow(path.name, data)
    if first.flow is None:
        said = first.document.problems[0].message if first.document.problems else "it is no flow"
        raise ValueError(f"The seed {path} cannot be used: {said}")
    if first.flow.format is not Format.ARCHITECT_YAML:
        return SeedFile(path, first.flow)
    text = _filled(data.decode("utf-8-sig"), first.flow.name, path, values)
    again = read_flow(path.name, text.encode()).flow
    if again is None:
        raise ValueError(f"The seed {path} cannot be read once its substitutions are put in.")
    return SeedFile(path, again, text)


def _filled(text: str, name: str, path: Path, values: Mapping[str, str]) -> str:
    """With values for all `{{key}}`s; a flow whose name is one, without a value, is named after its file."""
    own = PLACEHOLDER.fullmatch(name.strip())

    def value(key: str) -> str:
        if key in values:
            return values[key]
        return path.name.partition(".")[0] if own is not None and own[1] == key else key

    return PLACEHOLDER.sub(lambda match: value(match[1]), text)
