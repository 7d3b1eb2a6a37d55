"""A node graph as Architect YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr_action.compile.layout import Layout
from ivr_action.compile.planner import Planner
from ivr_action.compile.plans import make_plans
from ivr_action.compile.problems import Problems
from ivr_action.compile.same import same_graph
from ivr_action.flow.actions import FLOW_TYPES
from ivr_action.flow.document import text
from ivr_action.flow.flow import ArchitectFlow, NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.model.finding import Finding, Level

TYPES = ("inboundCall", "outboundCall", "secureCall")
"""Types of flows with menus and tasks."""
_LANGUAGE = "en-us"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What came of it."""

    yaml: str
    """Architect YAML; empty where there is an error among the problems."""
    problems: tuple[Finding, ...] = ()
    nodes: Mapping[str, str] = field(default_factory=dict)
    """Id of the first node that stands for a source node → id of the source node."""


def compile_flow(
    flow: NodeGraphFlow,
    *,
    prompts: Mapping[str, str] | None = None,
    categories: Mapping[str, str] | None = None,
) -> Compiled:
    """Write a node graph as an Architect flow that does the same to every caller.

    Args:
        flow: as it was read; what is wrong with it by itself is for the rules to say.
        prompts: `audioResource.id` → name of the prompt on the platform.
        categories: name of a data action → category of its integration, for nodes that do not give it.

    Returns:
        The YAML, the same for the same flow, byte for byte; or what Architect has no words for.
    """
    problems = Problems(flow)
    type_ = _type(flow, problems)
    planner = Planner(flow, problems, prompts or {}, categories or {})
    plans = make_plans(planner)
    if type_ == "outboundCall" and not (_said(flow, "contactList") and _said(flow, "wrapupCode")):
        problems.of_flow(
            "It does not say which contact list and wrap-up code the outbound flow has; Architect may ask for them.",
            "Give `contactList` and `wrapupCode`, by name.",
            "type",
            level=Level.WARNING,
        )
    if problems.stops:
        return Compiled("", problems.all())
    layout = Layout(plans, type_, _language(flow))
    tree = {type_: _header(flow, type_, layout, planner)}
    half = _half_a_character(tree)
    if half:
        hint = "Write the character itself, or both halves of its escape."
        problems.of_flow(f"A text holds half of a character pair, which no YAML can: {half}.", hint)
        return Compiled("", problems.all())
    written = _dump(tree)
    read = read_flow(flow.document.path, written.encode()).flow
    nodes = _mapped(tree, read, layout.entries) if isinstance(read, ArchitectFlow) else {}
    wrong = (
        same_graph(flow, read, nodes) if isinstance(read, ArchitectFlow) else ["what was written is no Architect flow"]
    )
    if wrong:
        problems.of_flow(
            f"The compiled flow is not the same as its source, so it is of no use: {wrong[0]}.",
            "This is a bug of ours; please report it, with the flow.",
        )
        return Compiled("", problems.all(), nodes)
    return Compiled(written, problems.all(), nodes)


def _type(flow: NodeGraphFlow, problems: Problems) -> str:
    said = flow.type.strip()
    folded = said.casefold()
    found = FLOW_TYPES.get(folded, "" if said else TYPES[0])
    if not flow.name.strip():
        problems.of_flow("The flow has no name, and the platform knows flows by name.", "Give `name`.", "name")
    if found not in TYPES:
        hint = f"A node graph can be compiled to {', '.join(TYPES)}."
        problems.of_flow(f"A flow of the type `{said}` has no menus and tasks that nodes could become.", hint, "type")
        return TYPES[0]
    return found


def _language(flow: NodeGraphFlow) -> str:
    return (_said(flow, "defaultLanguage") or _said(flow, "language") or _LANGUAGE).lower()


def _said(flow: NodeGraphFlow, key: str) -> str:
    value = flow.element.get(key) if isinstance(flow.element, dict) else None
    return (text(value) or "") if value is not None and not isinstance(value, (dict, list)) else ""


def _header(flow: NodeGraphFlow, type_: str, layout: Layout, planner: Planner) -> dict[str, Any]:
    language = layout.language
    found: dict[str, Any] = {"name": flow.name, "description": _said(flow, "description")}
    division = _said(flow, "division")
    if division:
        found["division"] = division
    found["startUpRef"] = layout.start_ref
    found["defaultLanguage"] = language
    voice = _said(flow, "voice")
    if voice:
        engine = {"defaultEngine": {"voice": voice}}
        found["supportedLanguages"] = {language: {"defaultLanguageSkill": {"noValue": True}, "textToSpeech": engine}}
    declared = planner.variables.declarations()
    if declared:
        found["variables"] = declared
    if type_ == "outboundCall":
        outbound = {
            key: {"lit": {"name": _said(flow, key)}} for key in ("contactList", "wrapupCode") if _said(flow, key)
        }
        if outbound:
            found["settingsOutboundCall"] = outbound
    found["settingsErrorHandling"] = {"errorHandling": {"disconnect": {"none": True}}}
    if any(choice.words for plan in layout.plans.values() for choice in getattr(plan.body, "choices", ())):
        found["settingsSpeechRec"] = {"asrEnabledOnFlow": True}
    if layout.menus:
        found["menus"] = layout.menus
    if layout.tasks:
        found["tasks"] = layout.tasks
    return found


def _dump(tree: dict[str, Any]) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            del indentless
            super().increase_indent(flow, False)

    written: str = yaml.dump(tree, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    return written


def _half_a_character(tree: Any) -> str:
    """The first text with a lone surrogate, escaped; empty for none."""
    todo = [tree]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += [*value, *value.values()]
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
            return ascii(value)
    return ""


def _mapped(tree: Any, flow: ArchitectFlow, entries: Mapping[int, str]) -> dict[str, str]:
    """Id of a compiled node → source node, by what was written and what was read side by side."""
    read: dict[int, str] = {}
    todo: list[tuple[Any, Any]] = [(tree, flow.document.root)]
    while todo:
        mine, theirs = todo.pop()
        if id(mine) in entries:
            read[id(theirs)] = entries[id(mine)]
        if isinstance(mine, dict) and isinstance(theirs, dict):
            todo.extend((mine[key], theirs[key]) for key in mine if key in theirs)
        elif isinstance(mine, list) and isinstance(theirs, list):
            todo.extend(zip(mine, theirs, strict=False))
    found = {action.id: read[id(action.params)] for action in flow.actions if id(action.params) in read}
    menus = {
        container.id: read[id(container.element)] for container in flow.containers if id(container.element) in read
    }
    return dict(sorted({**menus, **found}.items()))
