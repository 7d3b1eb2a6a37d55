"""What an organisation begins with: flow files, with their exports as twins, and descriptions of what else is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ivr_action.emulator import phone
from ivr_action.emulator.colleague import COLLEAGUE
from ivr_action.emulator.configuration.content import content_of
from ivr_action.emulator.configuration.sameness import signature
from ivr_action.emulator.configuration.write import PLATFORM_TYPES
from ivr_action.emulator.seed_files import (
    KINDS,
    Description,
    Named,
    SeededFlow,
    SeedFile,
    found_files,
    read_description,
    read_seed,
)
from ivr_action.emulator.specification import set_document
from ivr_action.emulator.state import Content, FlowRecord
from ivr_action.emulator.world import World
from ivr_action.flow.document import plain
from ivr_action.flow.flow import ArchitectFlow, Flow, Format, NodeGraphFlow
from ivr_action.flow.outside import wanted


def plant(world: World, paths: list[Path], substitutions: Mapping[str, str]) -> list[FlowRecord]:
    """Put seeds into the organisation. A flow that is there already, by name and type, is left as it is.

    What a seeded flow names (queues, prompts, other flows …) is there too: it could not have been published without.

    Raises:
        ValueError: a file that cannot be used, two flows of one name and type, or a route to a flow that is not there.
    """
    if not world.entities("division"):
        world.add_entity("division", "Home")
    files = found_files(paths)
    described = {path: found for path in files if (found := read_description(path)) is not None}
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
        read_seed(path, values, explicit=path in explicit)
        for path in dict.fromkeys([*files, *sorted(named)])
        if path not in described and path not in beside
    ]
    ids = {
        path.parent / seeded.file: seeded.id for path, description in described.items() for seeded in description.flows
    }
    records = _flows(world, [file for file in read if file is not None], ids)
    for path, description in described.items():
        for seeded in description.flows:
            _history(world, path.parent, seeded, values, records)
    phone.link(world)
    return list(records.values())


def _describe(world: World, description: Description) -> None:
    named = description.organization
    if named:
        named = Named(name=named) if isinstance(named, str) else named
        world.state.organization_name = named.name
        world.state.organization_id = named.id or world.state.organization_id
    for key, kind in KINDS.items():
        for item in getattr(description, key):
            named = Named(name=item) if isinstance(item, str) else item
            known = world.entity(kind, named.name)
            if not known or (named.id and all(entity.id != named.id for entity in known)):
                world.add_entity(kind, named.name, named.id, **(named.model_extra or {}))


def _flows(world: World, files: list[SeedFile], ids: Mapping[Path, str]) -> dict[Path, FlowRecord]:
    records: dict[Path, FlowRecord] = {}
    taken: dict[tuple[str, str], Path] = {}
    exports = [file for file in files if file.flow.format is Format.ARCHITECT_CONFIGURATION]
    others = [file for file in files if file.flow.format is not Format.ARCHITECT_CONFIGURATION]
    prepared: list[tuple[SeedFile, SeedFile | None]] = []
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
        record = records[file.path] = world.new_flow(name, type_, id_=ids.get(file.path, ""))
        if isinstance(file.flow, NodeGraphFlow):
            set_document(record, plain(file.flow.document.root))
            continue
        _publish(world, record, file, twin)
    return records


def _publish(world: World, record: FlowRecord, file: SeedFile, twin: SeedFile | None = None) -> None:
    flow = file.flow
    if not isinstance(flow, ArchitectFlow):
        raise ValueError(f"The seed {file.path} is no Architect flow.")
    record.description = flow.description
    if world.entity("division", flow.division):
        record.division = flow.division
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


def _belongs(world: World, file: SeedFile) -> None:
    is_graph = isinstance(file.flow, NodeGraphFlow)
    if is_graph != (world.mode == "specification"):
        kind = "a node graph" if is_graph else "an Architect flow"
        raise ValueError(f"The seed {file.path} is {kind}, which has no place in {world.mode} mode.")


def _type(flow: Flow) -> str:
    return PLATFORM_TYPES.get(flow.type, flow.type.lower())


def _twin(file: SeedFile, exports: list[SeedFile]) -> SeedFile | None:
    """The export of the same flow: same type and same graph, the nearest by folder and name."""
    same = [export for export in exports if export.flow.type == file.flow.type]
    equal = [export for export in same if signature(export.flow) == signature(file.flow)]

    def nearness(export: SeedFile) -> tuple[bool, bool, str]:
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
                if isinstance(name, str) and kind in KINDS.values() and not world.entity(kind, name):
                    world.add_entity(kind, name, str(item.get("id") or ""))
        return
    if flow.division and not world.entity("division", flow.division):
        world.add_entity("division", flow.division)
    for item in wanted(flow):
        if item.kind != "flow":
            if not world.entity(item.kind, item.name):
                world.add_entity(item.kind, item.name, **({"category": item.category} if item.category else {}))
            continue
        type_ = item.flow_type or "inboundcall"
        known = any(name == item.name and item.flow_type in ("", of) for name, of in seeded)
        if not known and world.flow_named(item.name, type_) is None:
            world.new_flow(item.name, type_).active = False


def _history(
    world: World, folder: Path, seeded: SeededFlow, values: Mapping[str, str], records: dict[Path, FlowRecord]
) -> None:
    record = records[folder / seeded.file]
    if seeded.earlier and len(record.versions) == 1:
        newest = record.versions.pop()
        for name in seeded.earlier:
            file = read_seed(folder / name, values, explicit=True)
            if file is not None:
                _publish(world, record, file)
        version = world.check_in(record, newest.content, COLLEAGUE, world.clock())
        world.publish(record, version, COLLEAGUE, world.clock())
    if seeded.draft and record.saved is None:
        file = read_seed(folder / seeded.draft, values, explicit=True)
        if file is not None:
            world.save_draft(record, world.keep(content_of(world, file.yaml)), COLLEAGUE, world.clock())
    if seeded.locked:
        world.take_lock(record, COLLEAGUE, world.clock())
