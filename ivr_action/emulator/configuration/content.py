"""A version's content from Architect YAML: the text, and its configuration or the reason why there is none."""

from __future__ import annotations

from ivr_action.emulator.configuration.expressions import Resolve
from ivr_action.emulator.configuration.write import UnwritableError, write_configuration
from ivr_action.emulator.state import Content
from ivr_action.emulator.world import World
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow


def content_of(world: World, yaml: str) -> Content:
    """A version's content from Architect YAML: with its configuration, or with the reason why there is none."""
    flow = read_flow("flow.yaml", yaml.encode()).flow
    if not isinstance(flow, ArchitectFlow):
        return Content(yaml=yaml, unwritable="it is no Architect flow")
    try:
        return Content(yaml=yaml, configuration=write_configuration(flow, resolver(world), world.guid))
    except UnwritableError as error:
        return Content(yaml=yaml, unwritable=str(error))


def resolver(world: World) -> Resolve:
    """Ids of the organisation's objects by kind and name; `flow:` and a type for flows."""

    def resolve(kind: str, name: str) -> str:
        if kind.startswith("flow:"):
            wanted = kind.removeprefix("flow:")
            for flow in world.state.flows.values():
                if flow.name == name and not flow.deleted and wanted in ("", flow.type):
                    return flow.id
            return ""
        found = world.entity(kind, name) if kind else []
        return found[0].id if found else ""

    return resolve
