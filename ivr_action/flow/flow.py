"""A flow as it was written: containers, actions, outputs and references, the same for both Architect formats.

A node graph is a flow too; what it holds is in `NodeGraphFlow`. Both give a `FlowGraph`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ivr_action.flow.document import Document
from ivr_action.model import FlowGraph


class Format(StrEnum):
    """The three formats that are read."""

    NODE_GRAPH = "node-graph"
    ARCHITECT_YAML = "architect-yaml"
    ARCHITECT_CONFIGURATION = "architect-configuration"


@dataclass(slots=True, eq=False)
class Reference:
    """A word in the file that names something else in the same flow."""

    kind: str
    """What it must name: `menu`, `task`, `state`, `bot`, `choice`, `path` (a task's output path), or `container`
    (any of the first four, as for `startUpRef`)."""
    text: str
    element: Any
    key: str | int | None
    """Where it stands: `Document.where(element, key)`."""
    target: Container | Choice | str | None = None
    """What it names; None where nothing of that kind has that name. For `path`, the path's name."""

    @property
    def is_template(self) -> bool:
        """True where a `{{key}}` stands in it, so that nobody can say yet what it names."""
        return "{{" in self.text


@dataclass(slots=True, eq=False)
class Output:
    """One way out of an action, with the actions that hang on it."""

    name: str
    """`yes`, `success`, `case 1` …: the key in the file; a case by its position, an intent or path by its name."""
    element: Any
    """Where it stands."""
    actions: list[Action] = field(default_factory=list)
    enabled: bool = True
    label: str = ""
    """What people call it where that differs from `name`: a case's value."""


@dataclass(slots=True, eq=False)
class Action:
    """One action, or the action of a menu choice."""

    type: str
    """Architect's YAML key, in both formats: `transferToAcd`, `menuDisconnect` …"""
    name: str
    """Empty where the file gives none or only the type's own default label."""
    element: Any
    """Where it stands (YAML: the one-key mapping in the list; configuration: the action's object)."""
    params: Any
    """Its parameters: a mapping of the tree, empty where it has none."""
    outputs: list[Output] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    inline: Container | None = None
    """The task (or menu) that is written inside a menu choice."""
    id: str = ""
    """Its node's id; set when the graph is built."""


@dataclass(slots=True, eq=False)
class Choice:
    """One choice of a menu."""

    action: Action
    menu: Container
    dtmf: str | None
    """`0`–`9`, `*`, `#`; None where it has none; the file's own text where it is no such key."""
    dtmf_text: str | None
    """As the file has it: `digit_1`."""
    has_speech: bool
    """True where it has at least one speech recognition term."""
    global_dtmf: bool = False
    global_speech: bool = False
    ref_id: str = ""


@dataclass(slots=True, eq=False)
class Variable:
    """A declared variable."""

    name: str
    """With its scope: `Flow.x`, `Task.x`, `State.x`, `Slot.x`, `Common.x`."""
    type: str
    element: Any
    is_input: bool = False
    is_output: bool = False


@dataclass(slots=True, eq=False)
class Container:
    """A menu, task, state, bot, or the actions a flow starts with (`startup`)."""

    kind: str
    """`menu`, `task`, `state`, `bot`, `startup`."""
    name: str
    ref_id: str
    element: Any
    actions: list[Action] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    default_choice: Reference | None = None
    output_paths: list[str] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    owner: Choice | None = None
    """The choice it is written in; None for a container of its own."""
    id: str = ""
    """`task/Main`: start of its nodes' ids; set when the graph is built."""
    entry: str = ""
    """Id of the node a caller enters it by; set when the graph is built."""


@dataclass(slots=True, eq=False)
class Flow:
    """What every flow has."""

    document: Document
    format: Format
    type: str
    """`inboundCall` … in YAML's spelling for both Architect formats; the file's own word in a node graph."""
    name: str
    """Empty where the file gives none."""
    element: Any
    """The mapping that holds the flow's header."""
    graph: FlowGraph = field(init=False)


@dataclass(slots=True, eq=False)
class ArchitectFlow(Flow):
    """A flow of Genesys Cloud Architect, from YAML or from a configuration document."""

    containers: list[Container] = field(default_factory=list)
    """In document order; tasks that are written inside a menu choice too, behind their menu."""
    start: Reference | None = None
    error_handling: list[Reference] = field(default_factory=list)
    """Menus or tasks that error handling jumps to."""
    intents: list[tuple[str, Reference]] = field(default_factory=list)
    """Bots: intent's name → the task it starts."""
    references: list[Reference] = field(default_factory=list)
    """All of them, the ones above included."""
    actions: list[Action] = field(default_factory=list)
    """All of them, in document order, the actions of menu choices included."""
    variables: list[Variable] = field(default_factory=list)
    """Of the flow; a container's own are with the container."""
    description: str = ""
    division: str = ""
    default_language: str = ""
    supported_languages: list[str] = field(default_factory=list)
    shape_problems: list[ShapeProblem] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class ShapeProblem:
    """Something that is not shaped as the format has it; the schema rule words it."""

    message: str
    element: Any
    key: str | int | None = None
    of: str = "value"


@dataclass(slots=True, eq=False)
class Condition:
    """One transition of a node graph's node as written."""

    text: str
    """`default`, `else`, or a CEL expression; empty where the file gives none."""
    destination: str
    """The id of the node it leads to; empty where the file gives none."""
    element: Any
    """The transition's mapping."""


@dataclass(slots=True, eq=False)
class GraphNode:
    """One node of a node graph as written."""

    id: str
    """The key in `nodes`."""
    own_id: str | None
    """The `id` inside the node, where there is one."""
    type: str
    conditions: list[Condition]
    element: Any


@dataclass(slots=True, eq=False)
class NodeGraphFlow(Flow):
    """A flow in the node graph format."""

    flow_id: str = ""
    start_node_id: str | None = None
    start_key: str = "startNodeId"
    nodes: list[GraphNode] = field(default_factory=list)
    shape_problems: list[ShapeProblem] = field(default_factory=list)
