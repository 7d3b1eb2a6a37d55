"""What of the organisation a flow in Architect YAML names: queues, prompts, data actions, other flows …

Names that only a call decides (expressions, variables) and names with a `{{key}}` without a value are not looked for;
`Prompt.x` in an expression is one, since the platform resolves it when it publishes. Not looked for either, since
no listing of the platform has them by a name that a flow gives: Lex bots, knowledge bases, voices.
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
    "languageSkill": "languageSkill",
    "defaultLanguageSkill": "languageSkill",
}
"""Key of Architect YAML → what it names, in the words of a configuration document's manifest."""
_VALUES = {
    "queue": "queue",
    "schedule": "schedule",
    "scheduleGroup": "scheduleGroup",
    "emergencyGroup": "emergencyGroup",
    "skill": "acdSkill",
    "languageSkill": "languageSkill",
}
"""Type of a variable → what its literal values name: `queueVariable`, and the statement `queue` of Update Data."""
_VARIABLE = re.compile(r"(\w+?)(?:Collection)?Variable")
_PROMPT = re.compile(r"\bPrompt(System)?\.(\w+)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_PLATFORM = {"botFlow": "bot", "digitalBotFlow": "digitalbot", "digitalBot": "digitalbot"}


class Wanted(NamedTuple):
    """Something a flow needs."""

    kind: str
    """In the words of a configuration document's manifest: `queue`, `userPrompt`, `dataAction`, `acdSkill` …; also
    `flow` and `systemPrompt`."""
    name: str
    action: str
    """Name of the action that needs it, else its type; empty for the flow's settings."""
    flow_type: str = ""
    """For `flow`: its type in the platform's lower case; empty where it may be of several."""
    category: str = ""
    """For `dataAction`: the integration's category; empty where that is a `{{key}}`."""
    node: str = ""
    """Id of the action's node."""
    element: Any = None
    key: Any = None
    of: str = "value"
    """`Document.where(element, key, of=of)` is where the name stands."""


def wanted(flow: ArchitectFlow) -> list[Wanted]:
    """Everything that a flow in Architect YAML names, each once for each action; other flows last."""
    owners: dict[int, Action] = {id(action.params): action for action in flow.actions}
    found: dict[tuple[str, ...], Wanted] = {}
    for item in _all(flow, owners):
        if "{{" not in item.name:
            plain = item if "{{" not in item.category else item._replace(category="")
            found.setdefault((item.kind, item.name, item.flow_type, plain.category, item.node), plain)
    return list(found.values())


def _all(flow: ArchitectFlow, owners: dict[int, Action]) -> Iterator[Wanted]:
    yield from _walk(flow.document.root, owners)
    by_id = {action.id: action for action in flow.actions}
    for call in calls(flow):
        kind = _PLATFORM.get(call.kind, call.kind.lower())
        of = "key" if call.returns else "value"
        action = _called(by_id[call.node])
        yield Wanted("flow", call.name, action, kind, node=call.node, element=call.element, key=call.key, of=of)


def _walk(root: Any, owners: dict[int, Action]) -> Iterator[Wanted]:
    todo: list[tuple[Any, Action | None]] = [(root, None)]
    while todo:
        element, action = todo.pop()
        action = owners.get(id(element), action)
        pairs: Any = element.items() if isinstance(element, dict) else enumerate(element)
        inner = []
        for key, value in pairs:
            if is_scalar(value):
                found: Iterator[Wanted] = _prompts(element, key, text(value) or "")
            else:
                inner.append((value, action))
                found = _under(key, value)
            for item in found:
                yield item if action is None else item._replace(action=_called(action), node=action.id)
        todo.extend(reversed(inner))


def _prompts(element: Any, key: Any, said: str) -> Iterator[Wanted]:
    if key in ("exp", "prompt"):
        said = _STRING.sub('""', said)
    elif key != "name" or not said.startswith(("Prompt.", "PromptSystem.")):
        return
    for match in _PROMPT.finditer(said):
        yield Wanted("systemPrompt" if match[1] else "userPrompt", match[2], "", element=element, key=key)


def _under(key: Any, value: Any) -> Iterator[Wanted]:
    """What a mapping or a list names by the key that it stands under."""
    if not isinstance(value, dict):
        if key == "acdSkills":
            yield from _literals("acdSkill", value)
        return
    if key in KINDS:
        yield from _named(KINDS[key], value)
    variable = _VARIABLE.fullmatch(key) if isinstance(key, str) else None
    if variable is not None and variable[1] in _VALUES:
        yield from _literals(_VALUES[variable[1]], value.get("initialValue"))
    elif key in _VALUES and "variable" in value:
        yield from _literals(_VALUES[key], value.get("value"))
    elif key == "acdSkills":
        yield from _literals("acdSkill", value)
    elif key == "category":
        for category, body in value.items():
            actions = body.get("dataAction") if isinstance(body, dict) else None
            for name in actions if isinstance(actions, dict) else ():
                yield Wanted("dataAction", name, "", category=category, element=actions, key=name, of="key")
    elif key == "dataTable":
        for name in value:
            if name not in ("lit", "exp", "noValue"):
                yield Wanted("dataTable", name, "", element=value, key=name, of="key")


def _named(kind: str, holder: dict[str, Any]) -> Iterator[Wanted]:
    inner = holder.get("lit", holder)
    name = text(inner.get("name")) if isinstance(inner, dict) else None
    if name:
        yield Wanted(kind, name, "", element=inner, key="name")


def _literals(kind: str, holder: Any) -> Iterator[Wanted]:
    """The names in all `lit`s at any depth: lists are literals of literals."""
    todo = [holder]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if isinstance(value.get("lit"), dict):
                yield from _named(kind, value)
            else:
                todo.extend(reversed(value.values()))
        elif isinstance(value, list):
            todo.extend(reversed(value))


def _called(action: Action) -> str:
    return action.name or action.type
