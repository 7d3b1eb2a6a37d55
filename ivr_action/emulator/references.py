"""What of the organisation a flow refers to by name: queues, prompts, data actions, other flows …

Names behind expressions other than `Prompt.x` are not looked for: nobody knows them before the call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ivr_action.flow.calls import calls
from ivr_action.flow.document import is_scalar, text
from ivr_action.flow.flow import Action, ArchitectFlow

KINDS = {
    "targetQueue": "queue",
    "scheduleGroup": "scheduleGroup",
    "schedule": "schedule",
    "emergencyGroup": "emergencyGroup",
    "contactList": "contactList",
    "wrapupCode": "acdWrapupCode",
    "screenPopScript": "composerScript",
    "worktype": "worktype",
}
"""Key of Architect YAML → what it names, in the words of a configuration document's manifest."""
_PROMPT = re.compile(r"\bPrompt\.(\w+)")


class Wanted(NamedTuple):
    """Something a flow needs."""

    kind: str
    name: str
    action: str
    """Name of the action that needs it; empty for the flow's settings."""
    flow_type: str = ""
    """For `flow`: its type in the platform's lower case; empty where it may be of several."""


def wanted(flow: ArchitectFlow) -> list[Wanted]:
    """Everything that a flow in Architect YAML names, in document order, each once for each action."""
    owners: dict[int, Action] = {id(action.params): action for action in flow.actions}
    found = list(dict.fromkeys(_walk(flow.document.root, owners)))
    by_id = {action.id: action for action in flow.actions}
    for call in calls(flow):
        kind = _PLATFORM.get(call.kind, call.kind.lower())
        found.append(Wanted("flow", call.name, _called(by_id[call.node]), kind))
    return list(dict.fromkeys(found))


_PLATFORM = {"botFlow": "bot", "digitalBotFlow": "digitalbot", "digitalBot": "digitalbot"}


def _walk(root: Any, owners: dict[int, Action]) -> Iterator[Wanted]:
    todo: list[tuple[Any, str]] = [(root, "")]
    while todo:
        element, action = todo.pop()
        if id(element) in owners:
            action = _called(owners[id(element)])
        pairs: Any = element.items() if isinstance(element, dict) else enumerate(element)
        inner = []
        for key, value in pairs:
            if is_scalar(value):
                said = text(value) or ""
                if key in ("exp", "prompt"):
                    for match in _PROMPT.finditer(said):
                        yield Wanted("userPrompt", match[1], action)
                elif key == "name" and said.startswith("Prompt."):
                    yield Wanted("userPrompt", said.removeprefix("Prompt."), action)
                continue
            inner.append((value, action))
            if key in KINDS and isinstance(value, dict):
                yield from _named(KINDS[key], value, action)
            elif key == "category" and isinstance(value, dict):
                for body in value.values():
                    actions = body.get("dataAction") if isinstance(body, dict) else None
                    if isinstance(actions, dict):
                        for name in actions:
                            yield Wanted("dataAction", name, action)
            elif key == "dataTable" and isinstance(value, dict):
                for name in value:
                    if name not in ("lit", "exp", "noValue"):
                        yield Wanted("dataTable", name, action)
            elif key == "acdSkills" and isinstance(value, (dict, list)):
                yield from _skills(value, action)
        todo.extend(reversed(inner))


def _named(kind: str, holder: dict[str, Any], action: str) -> Iterator[Wanted]:
    inner = holder.get("lit", holder)
    name = text(inner.get("name")) if isinstance(inner, dict) else None
    if name:
        yield Wanted(kind, name, action)


def _skills(holder: Any, action: str) -> Iterator[Wanted]:
    todo = [holder]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if isinstance(value.get("lit"), dict):
                yield from _named("acdSkill", value, action)
            else:
                todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)


def _called(action: Action) -> str:
    return action.name or action.type
