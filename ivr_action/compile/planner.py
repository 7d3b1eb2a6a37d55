"""What all types of nodes need while they are planned: names, audio, values, variables, conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ivr_action.compile.cel import Lit, Name, children, names
from ivr_action.compile.expressions import STRING, UnwritableError, quoted, write
from ivr_action.compile.names import unique_names
from ivr_action.compile.partial import is_true
from ivr_action.compile.problems import Problems
from ivr_action.compile.rules import Leads, Rules, read_rules
from ivr_action.compile.steps import Do, Go, Step, branched
from ivr_action.compile.variables import Variables, variables_in
from ivr_action.flow.conditions import EVENT_WORDS
from ivr_action.flow.document import is_scalar, plain, text
from ivr_action.flow.flow import GraphNode, NodeGraphFlow
from ivr_action.flow.node_types import node_type
from ivr_action.model import NodeKind

NO_VALUE: dict[str, Any] = {"noValue": True}
LATE = "only a node that asks the caller knows it"
_PROMPT = re.compile(r"(?:PromptSystem\.|Prompt\.)?[A-Za-z_]\w*", re.ASCII)


class Planner:
    """One flow while it is planned.

    Args:
        flow: the node graph.
        problems: takes what cannot be said.
        prompts: id of a prompt → its name on the platform; None where any id may stand for its name.
        categories: name of a data action → the category of its integration.
    """

    def __init__(
        self,
        flow: NodeGraphFlow,
        problems: Problems,
        prompts: Mapping[str, str] | None,
        categories: Mapping[str, str],
    ) -> None:
        self.flow = flow
        self.problems = problems
        self.prompts = prompts
        self.categories = categories
        self.sources = {node.id: node for node in flow.nodes}
        self.names = unique_names(flow)
        self.rules: dict[str, Rules] = {node.id: read_rules(node, problems, self.sources) for node in flow.nodes}
        self.variables = Variables(flow, problems)

    def name(self, node: GraphNode) -> str:
        """The name of its action: unique in the flow."""
        return self.names[node.id]

    # -- properties ---------------------------------------------------------------------------------------------------

    def properties(self, node: GraphNode) -> dict[str, Any]:
        found = node.element.get("properties") if isinstance(node.element, dict) else None
        return found if isinstance(found, dict) else {}

    def said(self, node: GraphNode, *keys: str) -> str:
        """The text of the first of these properties; a mapping counts by its `name`."""
        properties = self.properties(node)
        for key in keys:
            value = properties.get(key)
            if isinstance(value, dict):
                value = value.get("name")
            if value is not None and is_scalar(value):
                found = text(value)
                if found:
                    return found
        return ""

    def required(self, node: GraphNode, *keys: str, what: str) -> str:
        """As `said`, with a problem where it is missing."""
        found = self.said(node, *keys)
        if not found:
            hint = f"Write `properties: {{{keys[0]}: …}}`; Architect knows it by its name."
            self.problems.at(node, f"it does not say {what}.", hint, key="properties")
        return found

    def value(self, node: GraphNode, spec: Any) -> dict[str, Any]:
        """A value that a property gives: a literal, `{variable: name}`, or `{expression: text}` of Architect's."""
        given = plain(spec)
        if isinstance(given, dict) and len(given) == 1:
            ((key, inner),) = given.items()
            if key == "expression" and isinstance(inner, str) and inner.strip():
                return {"exp": inner}
            if key == "variable" and isinstance(inner, str):
                try:
                    return {"exp": self.variables.lookup(tuple(inner.split(".")))[0]}
                except UnwritableError as error:
                    self.problems.at(node, f"{error}.", key="properties")
                    return NO_VALUE
        if isinstance(given, (dict, list)) or given is None:
            hint = "A value is text, a number, true or false, `{variable: name}`, or `{expression: text}`."
            self.problems.at(node, "a value in its properties is none that Architect takes.", hint, key="properties")
            return NO_VALUE
        return {"lit": given}

    def values(self, node: GraphNode, key: str) -> dict[str, dict[str, Any]]:
        """A property that is a mapping of names to values."""
        found = self.properties(node).get(key)
        if found is None:
            return {}
        if not isinstance(found, dict):
            self.problems.at(node, f"`{key}` is no mapping of names to values.", key="properties")
            return {}
        return {str(name): self.value(node, spec) for name, spec in found.items()}

    def bindings(self, node: GraphNode) -> dict[str, dict[str, str]]:
        """Output of what is called → the variable that takes it, by `result`.

        A variable that holds a mapping takes an output for each part, any other one the output that the property
        `output` names, else the one of the variable's name.
        """
        result = self.said(node, "result")
        if not result:
            return {}
        if self.variables.is_mapping(result):
            return {part: {"var": name} for part, name, _ in self.variables.parts(result)}
        if self.variables.known(result):
            return {self.said(node, "output") or result: {"var": self.variables.lookup((result,))[0]}}
        hint = "Give it a value in the flow's `variables`: text, a number, true or false, or a mapping of such."
        self.problems.at(node, f"nothing says the type of its result `{result}`.", hint, key="properties")
        return {}

    # -- audio --------------------------------------------------------------------------------------------------------

    def audio(self, node: GraphNode) -> dict[str, Any] | None:
        """What is heard at a node, as a value of Architect; None for nothing."""
        properties = self.properties(node)
        resource = properties.get("audioResource")
        prompt = text(resource.get("id")) if isinstance(resource, dict) and "id" in resource else None
        spoken = text(properties["tts"]) if "tts" in properties else None
        parts: list[str] = []
        if prompt:
            name = self.prompt(node, prompt, resource)
            parts.append(name if "." in name else f"Prompt.{name}")
        if spoken and not prompt:
            return {"tts": spoken}
        if spoken:
            try:
                parts.append(f"ToAudioTTS({quoted(spoken)})")
            except UnwritableError as error:
                self.problems.at(
                    node, f"its `tts` beside a prompt: {error}.", "Write it on one line.", key="properties"
                )
        if not parts:
            return None
        return {"exp": f"Append({', '.join(parts)})" if len(parts) > 1 else f"ToAudio({parts[0]})"}

    def prompt(self, node: GraphNode, id_: str, element: Any) -> str:
        if self.prompts is None:
            return re.sub(r"\W", "_", f"p{id_}", flags=re.ASCII)
        name = self.prompts.get(id_, "")
        if name and _PROMPT.fullmatch(name):
            return name
        said = f"nobody knows the name of the prompt `{id_}`"
        hint = f"Say it in the environment's `prompts` or with `--prompts`, as `{id_}: name_of_the_prompt`."
        if name:
            said = f"the prompt `{id_}` is called `{name}`, which is no name that an expression can hold"
            hint = "Rename the prompt: letters, digits and `_`."
        self.problems.at(node, f"{said}.", hint, element=element, key="id")
        return "unknown"

    def needed_audio(self, node: GraphNode) -> dict[str, Any]:
        """As `audio`, with a problem where there is none."""
        found = self.audio(node)
        if found is None:
            hint = "Give it `properties.tts` or `properties.audioResource`."
            self.problems.at(node, "there is nothing to play, and Architect wants audio here.", hint)
            return NO_VALUE
        return found

    def before(self, node: GraphNode, *, audio: bool) -> tuple[Do, ...]:
        """Actions that set a node's variables and, where asked for, play its audio."""
        found: list[Do] = []
        statements = [
            {item.type: {"variable": item.name, "value": {"lit": item.value}}}
            for item in self.variables.assignments(node)
        ]
        name = self.name(node)
        if statements:
            found.append(Do("updateData", f"{name}: variables", {"statements": statements}))
        heard = self.audio(node) if audio else None
        if heard is not None:
            found.append(Do("playAudio", f"{name}: audio", {"audio": heard}))
        return tuple(found)

    # -- ways ---------------------------------------------------------------------------------------------------------

    def choose(self, node: GraphNode, found: Leads, name: str) -> Step:
        """The step that takes the first of some ways that holds."""
        ways: list[tuple[str, Go]] = []
        for lead in found:
            if is_true(lead.tree):
                return branched(ways, Go(lead.destination), name)
            try:
                ways.append((write(lead.tree, self.variables.lookup), Go(lead.destination)))
            except UnwritableError as error:
                if self.problems.stops and not names(lead.tree).isdisjoint(EVENT_WORDS):
                    continue  # that it speaks of the caller here was said before
                condition = lead.rule.condition if lead.rule is not None else None
                said = condition.text.strip() if condition is not None else ""
                self.problems.at(
                    node,
                    f"the condition `{said}` cannot be said: {error}.",
                    element=condition.element if condition is not None else None,
                    key="condition",
                )
        hint = "Add a transition with the condition `default`."
        self.problems.at(node, "it has no way on where none of its conditions is true.", hint)
        return Do("disconnect", name)

    def unexpected(self, node: GraphNode, *words: str, why: str) -> None:
        """A problem for each condition that speaks of a word which says nothing at this node."""
        for rule in self.rules[node.id].tests:
            found = [word for word in words if word in names(rule.tree)]
            if found:
                self.problems.at(
                    node,
                    f"the condition `{rule.condition.text.strip()}` speaks of `{found[0]}`: {why}.",
                    _HINTS.get(found[0], ""),
                    element=rule.condition.element,
                    key="condition",
                )

    def ends(self, id_: str) -> bool:
        """Whether a node ends the call at once."""
        row = node_type(self.sources[id_].type)
        return row is not None and row.kind is NodeKind.END

    def words(self, node: GraphNode) -> frozenset[str]:
        """The texts that a node's conditions name."""
        found: set[str] = set()
        for rule in self.rules[node.id].tests:
            todo = [rule.tree]
            while todo:
                expr = todo.pop()
                if isinstance(expr, Lit) and isinstance(expr.value, str):
                    found.add(expr.value)
                todo.extend(children(expr))
        return frozenset(found)

    def is_read_elsewhere(self, node: GraphNode, variable: str) -> bool:
        """Whether another node speaks of a variable, in its conditions or its properties."""
        for other in self.flow.nodes:
            if other is node:
                continue
            if variable in self.rules[other.id].names or variable in variables_in(self.properties(other)):
                return True
        return False

    def input_variable(self, node: GraphNode) -> Name:
        """The variable that takes what the caller pressed: the node's `result`, else one of its own."""
        result = self.said(node, "result")
        if result and self.variables.known(result):
            return Name(result)
        return Name(self.variables.unused_name(f"{node.id}_input"))

    def declare_results(self) -> None:
        """Types of the variables that take what callers press and say."""
        for node in self.flow.nodes:
            row = node_type(node.type)
            result = self.said(node, "result")
            if result and row is not None:
                waits = self.flow.graph.nodes[node.id].waits
                if (
                    row.name in ("getParticipantData", "callBotFlow")
                    or waits
                    or (row.name == "schedule" and not self.variables.known(result))
                ):
                    self.variables.declare(node, (result,), STRING)


_HINTS = {
    "dtmf": "Keep the caller's input with `result` at the node that asks, and compare that variable.",
    "speech": "Keep the caller's input with `result` at the node that asks, and compare that variable.",
    "error": "Remove the condition, or let `default` cover it.",
    "timeout": "Remove the condition, or let `default` cover it.",
    "noMatch": "Remove the condition: it can never be true.",
}
