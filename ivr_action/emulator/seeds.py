"""What an organisation begins with: flow files, with their exports as twins, and descriptions of what else is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr_action.emulator.colleague import COLLEAGUE
from ivr_action.emulator.configuration.content import content_of
from ivr_action.emulator.configuration.sameness import signature
from ivr_action.emulator.configuration.write import PLATFORM_TYPES
from ivr_action.emulator.specification import set_document
from ivr_action.emulator.state import Content, FlowRecord
from ivr_action.emulator.world import World
from ivr_action.flow.document import plain
from ivr_action.flow.flow import ArchitectFlow, Flow, Format, NodeGraphFlow
from ivr_action.flow.outside import wanted
from ivr_action.flow.read import looks_like_flow, read_flow
from ivr_action.flow.yamltext import PLACEHOLDER, parse_yaml

_LIMIT = 32 * 1024 * 1024


class _Named(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    id: str = ""


class _Seeded(BaseModel):
    """A flow with more than one version, a draft or a lock."""

    model_config = ConfigDict(extra="forbid")

    file: str
    earlier: list[str] = Field(default_factory=list)
    """Files of earlier versions, oldest first."""
    draft: str = ""
    """File of a draft that a colleague saved; locks the flow."""
    locked: bool = False
    """True: a colleague holds the lock."""


class Description(BaseModel):
    """A seed file with the key `emulator: 1`."""

    model_config = ConfigDict(extra="forbid")

    emulator: int = Field(ge=1, le=1)
    organization: str = ""
    substitutions: dict[str, str] = Field(default_factory=dict)
    flows: list[_Seeded] = Field(default_factory=list)
    queues: list[str | _Named] = Field(default_factory=list)
    prompts: list[str | _Named] = Field(default_factory=list)
    data_actions: list[str | _Named] = Field(default_factory=list)
    data_tables: list[str | _Named] = Field(default_factory=list)
    schedules: list[str | _Named] = Field(default_factory=list)
    schedule_groups: list[str | _Named] = Field(default_factory=list)
    emergency_groups: list[str | _Named] = Field(default_factory=list)
    skills: list[str | _Named] = Field(default_factory=list)
    languages: list[str | _Named] = Field(default_factory=list)
    divisions: list[str | _Named] = Field(default_factory=list)
    wrapup_codes: list[str | _Named] = Field(default_factory=list)
    ivrs: list[str | _Named] = Field(default_factory=list)


_KINDS = {
    "queues": "queue", "prompts": "userPrompt", "data_actions": "dataAction", "data_tables": "dataTable",
    "schedules": "schedule", "schedule_groups": "scheduleGroup", "emergency_groups": "emergencyGroup",
    "skills": "acdSkill", "languages": "languageSkill", "divisions": "division", "wrapup_codes": "acdWrapupCode",
    "ivrs": "ivr",
}  # fmt: skip


@dataclass(slots=True)
class _File:
    path: Path
    flow: Flow
    yaml: str = ""
    """With all `{{key}}`s replaced."""


def plant(world: World, paths: list[Path], substitutions: Mapping[str, str]) -> list[FlowRecord]:
    """Put seeds into the organisation. A flow that is there already, by name and type, is left as it is.

    What a seeded flow names (queues, prompts, other flows …) is there too: it could not have been published without.

    Raises:
        ValueError: a file that cannot be used, or two of one name and type.
    """
    if not world.entities("division"):
        world.add_entity("division", "Home")
    files = _found(paths)
    described = {path: found for path in files if (found := _description(path)) is not None}
    values = dict(substitutions)
    for description in described.values():
        values |= description.substitutions
        _describe(world, description)
    beside = {
        path.parent / name
        for path, description in described.items()
        for seeded in description.flows
        for name in (*seeded.earlier, seeded.draft)
        if name
    }
    named = {path.parent / seeded.file for path, description in described.items() for seeded in description.flows}
    explicit = {path for path in paths if path.is_file()}
    read = [
        _read(path, values, explicit=path in explicit)
        for path in dict.fromkeys([*files, *sorted(named)])
        if path not in described and path not in beside
    ]
    records = _flows(world, [file for file in read if file is not None])
    for path, description in described.items():
        for seeded in description.flows:
            _history(world, path.parent, seeded, values, records)
    return list(records.values())


def _found(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise ValueError(f"The seed {path} is not there.")
    return list(dict.fromkeys(found))


def _description(path: Path) -> Description | None:
    data = path.read_bytes()[:_LIMIT]
    if not data.lstrip(b'\xef\xbb\xbf \t\r\n{"').startswith(b"emulator"):
        return None
    document = parse_yaml(path.name, data.decode("utf-8-sig"))
    if document.problems:
        raise ValueError(f"{path}: {document.problems[0].message}")
    try:
        return Description.model_validate(plain(document.root))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _describe(world: World, description: Description) -> None:
    if description.organization:
        world.state.organization_name = description.organization
    for key, kind in _KINDS.items():
        for item in getattr(description, key):
            named = _Named(name=item) if isinstance(item, str) else item
            if not world.entity(kind, named.name) or named.id:
                world.add_entity(kind, named.name, named.id, **(named.model_extra or {}))


def _read(path: Path, values: Mapping[str, str], *, explicit: bool) -> _File | None:
    data = path.read_bytes()
    if len(data) > _LIMIT or not (looks_like_flow(data) or explicit):
        return None
    first = read_flow(path.name, data)
    if first.flow is None:
        said = first.document.problems[0].message if first.document.problems else "it is no flow"
        raise ValueError(f"The seed {path} cannot be used: {said}")
    if first.flow.format is not Format.ARCHITECT_YAML:
        return _File(path, first.flow)
    text = _filled(data.decode("utf-8-sig"), first.flow.name, path, values)
    again = read_flow(path.name, text.encode()).flow
    if again is None:
        raise ValueError(f"The seed {path} cannot be read once its substitutions are put in.")
    return _File(path, again, text)


def _filled(text: str, name: str, path: Path, values: Mapping[str, str]) -> str:
    """With values for all `{{key}}`s; a flow whose name is one, without a value, is named after its file."""
    own = PLACEHOLDER.fullmatch(name.strip())

    def value(key: str) -> str:
        if key in values:
            return values[key]
        return path.name.partition(".")[0] if own is not None and own[1] == key else key

    return PLACEHOLDER.sub(lambda match: value(match[1]), text)


def _flows(world: World, files: list[_File]) -> dict[Path, FlowRecord]:
    records: dict[Path, FlowRecord] = {}
    taken: dict[tuple[str, str], Path] = {}
    exports = [file for file in files if file.flow.format is Format.ARCHITECT_CONFIGURATION]
    others = [file for file in files if file.flow.format is not Format.ARCHITECT_CONFIGURATION]
    prepared: list[tuple[_File, _File | None]] = []
    for file in others:
        twin = _twin(file, exports) if world.mode == "platform" else None
        if twin is not None:
            exports.remove(twin)
        prepared.append((file, twin))
    prepared += [(file, None) for file in exports]
    for file, _ in prepared:
        _belongs(world, file)
        key = (file.flow.name, _type(file.flow))
        if key in taken:
            raise ValueError(
                f"Two seeds are the flow `{key[0]}` ({key[1]}): {taken[key]} and {file.path}. "
                "A YAML file and an export are one flow only where their graphs are equal."
            )
        taken[key] = file.path
    for file, _ in prepared:
        if isinstance(file.flow, ArchitectFlow):
            _dependencies(world, file.flow, {(name, type_) for name, type_ in taken})
    for file, twin in prepared:
        name, type_ = file.flow.name, _type(file.flow)
        known = world.flow_named(name, type_)
        if known is not None:
            records[file.path] = known
            continue
        record = records[file.path] = world.new_flow(name, type_)
        if isinstance(file.flow, NodeGraphFlow):
            set_document(record, plain(file.flow.document.root))
            continue
        _publish(world, record, file, twin)
    return records


def _publish(world: World, record: FlowRecord, file: _File, twin: _File | None = None) -> None:
    flow = file.flow
    if not isinstance(flow, ArchitectFlow):
        raise ValueError(f"The seed {file.path} is no Architect flow.")
    record.description = flow.description
    if twin is not None:
        configuration = {**twin.flow.document.root, "name": flow.name, "description": flow.description}
        content = Content(yaml=file.yaml, configuration=configuration, is_pair=True)
    elif file.yaml:
        content = content_of(world, file.yaml)
    else:
        content = Content(configuration=flow.document.root, is_pair=True)
    now = world.clock()
    version = world.check_in(record, world.keep(content), COLLEAGUE, now)
    world.publish(record, version, COLLEAGUE, now)


def _belongs(world: World, file: _File) -> None:
    is_graph = isinstance(file.flow, NodeGraphFlow)
    if is_graph != (world.mode == "specification"):
        kind = "a node graph" if is_graph else "an Architect flow"
        raise ValueError(f"The seed {file.path} is {kind}, which has no place in {world.mode} mode.")


def _type(flow: Flow) -> str:
    return PLATFORM_TYPES.get(flow.type, flow.type.lower())


def _twin(file: _File, exports: list[_File]) -> _File | None:
    """The export of the same flow: same type and same graph, the nearest by folder and name."""
    same = [export for export in exports if export.flow.type == file.flow.type]
    equal = [export for export in same if signature(export.flow) == signature(file.flow)]

    def nearness(export: _File) -> tuple[bool, bool, str]:
        return (
            export.path.parent.name != file.path.parent.name,
            export.flow.name != file.flow.name,
            str(export.path),
        )

    return min(equal, key=nearness, default=None)


def _dependencies(world: World, flow: ArchitectFlow, seeded: set[tuple[str, str]]) -> None:
    if flow.format is not Format.ARCHITECT_YAML:
        manifest = flow.document.root.get("manifest")
        for kind, items in (manifest if isinstance(manifest, dict) else {}).items():
            for item in items if isinstance(items, list) else ():
                name = item.get("name") if isinstance(item, dict) else None
                if isinstance(name, str) and kind in _KINDS.values() and not world.entity(kind, name):
                    world.add_entity(kind, name, str(item.get("id") or ""))
        return
    if flow.division and not world.entity("division", flow.division):
        world.add_entity("division", flow.division)
    for item in wanted(flow):
        if item.kind != "flow":
            if not world.entity(item.kind, item.name):
                world.add_entity(item.kind, item.name)
            continue
        type_ = item.flow_type or "inboundcall"
        known = any(name == item.name and item.flow_type in ("", of) for name, of in seeded)
        if not known and world.flow_named(item.name, type_) is None:
            world.new_flow(item.name, type_).active = False


def _history(
    world: World, folder: Path, seeded: _Seeded, values: Mapping[str, str], records: dict[Path, FlowRecord]
) -> None:
    record = records[folder / seeded.file]
    if seeded.earlier and len(record.versions) == 1:
        newest = record.versions.pop()
        for name in seeded.earlier:
            file = _read(folder / name, values, explicit=True)
            if file is not None:
                _publish(world, record, file)
        version = world.check_in(record, newest.content, COLLEAGUE, world.clock())
        world.publish(record, version, COLLEAGUE, world.clock())
    if seeded.draft and record.saved is None:
        file = _read(folder / seeded.draft, values, explicit=True)
        if file is not None:
            world.save_draft(record, world.keep(content_of(world, file.yaml)), COLLEAGUE, world.clock())
    if seeded.locked:
        world.take_lock(record, COLLEAGUE, world.clock())
