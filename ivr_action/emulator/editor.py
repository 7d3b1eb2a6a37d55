"""Edits as somebody makes them in Architect, without a YAML at hand: one text or one queue of a flow changes.

The ids and tracking numbers of the configuration stay, as the editor leaves them; a publish job makes new ones. Name
and description are the flow's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ivr_action.emulator.archy import export_yaml
from ivr_action.emulator.configuration.content import content_of, resolver
from ivr_action.emulator.configuration.expressions import expression, is_wrapped
from ivr_action.emulator.state import Content, FlowRecord
from ivr_action.emulator.world import World
from ivr_action.flow.document import is_scalar, text, typed
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow

_QUOTED = re.compile(r'"([^"\\]*[A-Za-z][^"\\]*)"')
"""A text in an expression."""
_SPOKEN = re.compile(r'To(?:AudioTTS|Communication)\("([^"\\]*\w[^"\\]*)"')
"""What is said, in an expression."""
_ELSEWHERE = frozenset(("outputs", "actions", "choices", "task", "menu", "name", "refId"))
"""Keys of an action or menu that hold others, or its name."""
_EDITED = re.compile(r" \(edited \d+\)$")


class _Spot(NamedTuple):
    """Something that can be changed."""

    owner: str
    """Id of the action or container."""
    holder: Any
    key: str
    value: Any
    """The new value, as YAML has it."""
    before: str
    """Text of the expression in a configuration."""
    after: str


def titled(yaml: str, name: str, description: str) -> str:
    """Architect YAML under another name and description; as it is where it cannot be read."""
    flow = _read(yaml)
    if flow is None or (flow.name == name and flow.description == description):
        return yaml
    flow.element["name"] = name
    if description or "description" in flow.element:
        flow.element["description"] = description
    return export_yaml(flow)


def edited(world: World, record: FlowRecord, content: Content, *, nth: int = 0, said: str = "") -> Content:
    """A content with one small change.

    Args:
        world: the organisation; its other queues are what a queue can become.
        record: the flow.
        content: what is edited; it stays as it is.
        nth: which of what can be changed, from 1 and round; 0 for any, by the emulator's generator.
        said: the new text, or the new queue's name. Empty: the old one with a note, another queue.

    Raises:
        ValueError: nothing in it can be changed.
    """
    configuration = json.loads(json.dumps(content.configuration)) if content.configuration is not None else None
    flow = _read(content.yaml)
    twin = _read(json.dumps(configuration)) if configuration is not None else None
    note = f" (edited {len(record.versions)})"
    spots: list[_Spot] = []
    for kind in (_spots(world, flow, said, note), _texts(flow, said, note)) if flow is not None else ():
        spots = spots or [spot for spot in kind if twin is None or any(_expressions(twin, spot))]
    if flow is None and twin is not None:
        spots = list(_spoken(twin, said, note))
    if not spots:
        raise ValueError(f"Nothing in the flow `{record.name}` can be edited: no text and no queue that has a sibling.")
    spot = spots[(nth - 1) % len(spots)] if nth else world.rng.choice(spots)
    if twin is not None:
        for found in list(_expressions(twin, spot)):
            found["text"] = spot.after
            literal = found.get("config", {}).get("lit") if isinstance(found.get("config"), dict) else None
            if isinstance(literal, dict):
                literal["text"] = spot.after
                if "val" in literal:
                    literal["val"] = resolver(world)("queue", spot.after)
            elif "config" in found:
                found["config"] = {}
        twin.document.root |= {"name": record.name, "description": record.description}
    if flow is None:
        return Content(configuration=twin.document.root if twin is not None else None, is_pair=content.is_pair)
    spot.holder[spot.key] = spot.value
    flow.element["name"] = record.name
    if record.description or "description" in flow.element:
        flow.element["description"] = record.description
    yaml = export_yaml(flow)
    if twin is None:
        return content_of(world, yaml)
    return Content(yaml=yaml, configuration=twin.document.root, is_pair=content.is_pair)


def _read(data: str) -> ArchitectFlow | None:
    flow = read_flow("flow.json" if data.startswith("{") else "flow.yaml", data.encode()).flow if data else None
    return flow if isinstance(flow, ArchitectFlow) else None


def _owners(flow: ArchitectFlow) -> Iterator[tuple[str, Any]]:
    for container in flow.containers:
        if container.kind == "menu":
            yield container.id, container.element
    for action in flow.actions:
        yield action.id, action.params


def _spots(world: World, flow: ArchitectFlow, said: str, note: str) -> Iterator[_Spot]:
    queues = [entity.name for entity in world.entities("queue")]
    for owner, params in _owners(flow):
        for holder in _wrapped(params):
            ((wrapper, inner),) = holder.items()
            old = text(inner) if is_scalar(inner) else None
            if wrapper == "tts" and old:
                yield _spot(owner, holder, wrapper, said or _EDITED.sub("", old) + note)
            elif wrapper == "exp" and old and (match := _SPOKEN.search(old)):
                yield _spot(owner, holder, wrapper, _replaced(old, match, said, note))
            elif wrapper == "lit" and isinstance(inner, dict) and text(inner.get("name")) in queues:
                others = [said] if said in queues else [name for name in queues if name != text(inner["name"])]
                if others and (not said or said in queues):
                    yield _spot(owner, holder, wrapper, {**inner, "name": others[0]})


def _texts(flow: ArchitectFlow, said: str, note: str) -> Iterator[_Spot]:
    """Of a flow in which nothing is said: any text that is compared, sent or kept."""
    for owner, params in _owners(flow):
        for holder in _wrapped(params):
            ((wrapper, inner),) = holder.items()
            old = (text(inner) if is_scalar(inner) else None) or ""
            if wrapper == "lit" and isinstance(typed(inner) if is_scalar(inner) else None, str) and old:
                yield _spot(owner, holder, wrapper, said or _EDITED.sub("", old) + note)
            elif wrapper == "exp" and (match := _QUOTED.search(old)):
                yield _spot(owner, holder, wrapper, _replaced(old, match, said, note))


def _spoken(flow: ArchitectFlow, said: str, note: str) -> Iterator[_Spot]:
    """Of a flow that is known as a configuration only."""
    for owner, params in _owners(flow):
        for found in _objects(params):
            match = _SPOKEN.search(found["text"])
            if match is not None:
                yield _Spot(owner, found, "text", None, found["text"], _replaced(found["text"], match, said, note))


def _replaced(old: str, match: re.Match[str], said: str, note: str) -> str:
    return old[: match.start(1)] + (said or _EDITED.sub("", match[1]) + note) + old[match.end(1) :]


def _spot(owner: str, holder: Any, key: str, value: Any) -> _Spot:
    def written(inner: Any) -> str:
        return str(expression({key: inner}, "", lambda kind, name: "")["text"])

    return _Spot(owner, holder, key, value, written(holder[key]), written(value))


def _wrapped(params: Any) -> Iterator[Any]:
    todo = [params]
    while todo:
        value = todo.pop()
        if is_wrapped(value):
            yield value
        elif isinstance(value, dict):
            todo.extend(inner for key, inner in reversed(value.items()) if key not in _ELSEWHERE)
        elif isinstance(value, list):
            todo.extend(reversed(value))


def _expressions(twin: ArchitectFlow, spot: _Spot) -> Iterator[dict[str, Any]]:
    for owner, params in _owners(twin):
        if owner == spot.owner:
            yield from (found for found in _objects(params) if found["text"] == spot.before)


def _objects(params: Any) -> Iterator[dict[str, Any]]:
    todo = [params]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if isinstance(value.get("text"), str) and "type" in value:
                yield value
            else:
                todo.extend(inner for key, inner in value.items() if key not in ("actionList", "menuChoiceList"))
        elif isinstance(value, list):
            todo.extend(value)
