"""The portable form of a flow: what its file and the platform's own document of it both say, in the same words.

docs/digest.md lists what counts, what does not, and why. `digest` of it is what a published version is stamped with.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from ivr_action.flow.actions import ACTIONS
from ivr_action.flow.fields import (
    Fields,
    configuration_fields,
    yaml_fields,
)
from ivr_action.flow.flow import Action, ArchitectFlow, Flow, Format, NodeGraphFlow
from ivr_action.flow.node_content import node_graph_fields
from ivr_action.flow.portable_settings import choice_fields, menu_fields, settings_of
from ivr_action.flow.portable_tables import DEFAULTS, ERROR_HANDLING, OWN_DEFAULTS, PORTABLE, SETTINGS, UNSHOWN
from ivr_action.flow.portable_values import literal
from ivr_action.flow.switch_fields import configuration_switch, yaml_switch

VERSION = 1
"""Of the canonical form. A change of what counts raises it: a digest of another form is then no digest of ours."""


@dataclass(frozen=True, slots=True)
class CanonicalNode:
    """One node: what it is and what it says."""

    type: str
    kind: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Canonical:
    """A flow's portable content."""

    nodes: dict[str, CanonicalNode]
    """By id, as in the graph."""
    transitions: tuple[tuple[str, str, str, str], ...]
    """Source, label, kind, target; sorted."""
    settings: Fields
    """The flow's own: name, start, languages, variables …; and `description`, which no digest counts."""


def canonical(flow: Flow) -> Canonical:
    """The portable form: the same for a YAML flow and for the platform's configuration document of it.

    Args:
        flow: of any format; of a node graph everything counts, type by type, but the platform's own keys.
    """
    return _form(flow, portable=True)


def complete(flow: Flow) -> Canonical:
    """Everything that a flow says, in the same words for every flow of its format.

    Ids, running numbers, layout and order of keys say nothing. Two forms of different formats cannot be compared.
    """
    return _form(flow, portable=False)


def digest(flow: Flow) -> str:
    """32 hex digits of SHA-256 over the portable form without the description, which carries the stamp itself."""
    return _digest("flow", canonical(flow))


def file_digest(flow: Flow) -> str:
    """32 hex digits of SHA-256 over everything that a file says but its description.

    Only files are compared by it. It tells whether a file has changed since it was published, even in a value that no
    configuration document shows.
    """
    return digest(flow) if isinstance(flow, NodeGraphFlow) else _digest("file", complete(flow))


def _digest(domain: str, form: Canonical) -> str:
    value = {
        "nodes": {id_: [node.type, node.kind, node.fields] for id_, node in form.nodes.items()},
        "transitions": form.transitions,
        "settings": {name: said for name, said in form.settings.items() if name != "description"},
    }
    said = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"ivr-action/{domain}/{VERSION}\n{said}".encode()).hexdigest()[:32]


def _form(flow: Flow, *, portable: bool) -> Canonical:
    fields, settings = (
        _architect(flow, portable=portable)
        if isinstance(flow, ArchitectFlow)
        else node_graph_fields(flow)
        if isinstance(flow, NodeGraphFlow)
        else ({}, {})
    )
    graph = flow.graph
    nodes = {id_: CanonicalNode(node.type, node.kind.value, fields.get(id_, {})) for id_, node in graph.nodes.items()}
    transitions = tuple(sorted((way.source, way.label, way.kind.value, way.target) for way in graph.transitions))
    return Canonical(nodes, transitions, settings)


# -- Architect -------------------------------------------------------------------------------------------------


def _architect(flow: ArchitectFlow, *, portable: bool) -> tuple[dict[str, Fields], Fields]:
    yaml = flow.format is Format.ARCHITECT_YAML
    nodes = {action.id: _action(action, yaml) for action in flow.actions}
    for container in flow.containers:
        if container.kind == "menu":
            nodes[container.id] = menu_fields(container, yaml)
            for choice in container.choices:
                nodes[choice.action.id] |= choice_fields(choice, yaml)
    settings = settings_of(flow)
    if portable:
        nodes = {
            id_: _portable(fields) if _is_shown(flow.graph.nodes[id_].type) else {} for id_, fields in nodes.items()
        }
        settings = _portable_settings(settings, flow.type)
    return nodes, settings


def _action(action: Action, yaml: bool) -> Fields:
    found = yaml_fields(action.params) if yaml else configuration_fields(action.params, action.type)
    if action.type == "switch":
        (yaml_switch if yaml else configuration_switch)(action.params, found)
    for output in action.outputs:
        if not output.enabled:
            found[f"enabled of {output.name}"] = "lit false"
    for reference in action.references:
        if reference.kind == "path":
            path = reference.target if isinstance(reference.target, str) else reference.text
            if path.casefold() != "default":
                found["outputPath"] = literal(path)
    return found


def _is_shown(type_: str) -> bool:
    """True for an action type whose parameters are known in both formats."""
    return type_ == "menu" or (type_ in ACTIONS and type_ not in UNSHOWN)


def _portable(fields: Fields) -> Fields:
    kept: Fields = {}
    for name, value in fields.items():
        if name.partition(".")[0] not in PORTABLE:
            continue
        default = DEFAULTS.get(name)
        if default is None or value.partition(" ")[2] not in default[0]:
            kept[name] = value
    return kept


def _portable_settings(settings: Fields, flow_type: str) -> Fields:
    knows = "settingsKnowledge" in settings
    kept: Fields = {}
    for name, value in settings.items():
        if name.startswith(("settings", "initialGreeting", "worktype")):
            setting = SETTINGS.get(name)
            if setting is None and name.startswith("settingsBotFlow.intents."):
                setting = SETTINGS["settingsBotFlow.intents"]
            if setting is None or value.partition(" ")[2] in setting.defaults:
                continue
            if name.startswith("settingsKnowledge") and not knows:
                continue  # the platform keeps its texts even where there is no knowledge base to use them
        elif value == OWN_DEFAULTS.get(name) or not (name in _OWN or _is_declared(name)):
            continue
        kept[name] = value
    handling = ERROR_HANDLING.get(flow_type, "disconnect")
    if kept.get("settingsErrorHandling.errorHandling") == f"lit {handling}":
        del kept["settingsErrorHandling.errorHandling"]
    return kept


def _is_declared(name: str) -> bool:
    """True for a variable with its initial value (its description is the file's only), and for a task's paths."""
    return name.endswith(" outputPaths") or ("variables." in name and not name.endswith(" description"))


_OWN = frozenset(("name", "description", "type", "start", "defaultLanguage", "supportedLanguages"))
