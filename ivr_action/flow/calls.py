"""A flow's calls to other flows: common modules, bots, and the flows it transfers to; the same for every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ivr_action.flow.document import is_scalar, text
from ivr_action.flow.flow import Action, ArchitectFlow, Flow, Format, NodeGraphFlow
from ivr_action.flow.node_types import node_type


class Call(NamedTuple):
    """One place in a flow that hands over to another flow."""

    kind: str
    """Flow type of what is called, in YAML's spelling; empty where it may be of several types."""
    name: str
    """Name of the flow that is called, as the file has it; may hold a `{{key}}`."""
    element: Any
    key: str | int | None
    """`Document.where(element, key, of="key")` is where the name stands."""
    node: str
    """Id of the graph's node that calls."""
    returns: bool
    """True where the caller comes back: modules and bots. False for a transfer."""
    version: str = ""
    """The version that is pinned, such as `3.0`; empty for the newest published one."""
    inputs: Mapping[str, Any] | None = None
    """What is passed in, by the callee's names → the element it stands in; None where the file does not say."""
    outputs: Mapping[str, Any] | None = None
    """What is taken back, by the callee's names → the element it stands in; None where the file does not say."""

    @property
    def is_template(self) -> bool:
        """True where a `{{key}}` stands in the name, so that nobody can say yet what is called."""
        return "{{" in self.name


class _Callee(NamedTuple):
    keys: tuple[str, ...]
    """Parameters that name it, the first one found counts."""
    kind: str
    returns: bool


_VOICE_QUEUE = "inqueueCall"
_CALLEES: dict[str, _Callee] = {
    "callCommonModule": _Callee(("commonModule",), "commonModule", True),
    "callBotFlow": _Callee(("botFlow",), "botFlow", True),
    "callDigitalBotFlow": _Callee(("digitalBotFlow", "botFlow"), "digitalBot", True),
    "transferToFlow": _Callee(("targetFlow",), "", False),
    "menuTransferToFlow": _Callee(("targetFlow",), "", False),
    "transferToFlowSecure": _Callee(("targetFlow",), "secureCall", False),
    "menuTransferToFlowSecure": _Callee(("targetFlow",), "secureCall", False),
    "transferToAcd": _Callee(("overrideInQueueFlow",), _VOICE_QUEUE, False),
    "menuTransferToAcd": _Callee(("overrideInQueueFlow",), _VOICE_QUEUE, False),
}
_IN_QUEUE = {"inboundEmail": "inqueueEmail", "inboundShortMessage": "inqueueShortMessage"}
"""Which in-queue flow a transfer from a flow of this type runs; a call's otherwise."""
_NODE_KEYS: dict[str, tuple[str, ...]] = {
    "callCommonModule": ("commonModule", "module", "flow", "flowName"),
    "callBotFlow": ("botFlow", "bot", "flow", "flowName"),
    "transferToFlow": ("targetFlow", "flow", "flowName"),
    "transferToFlowSecure": ("targetFlow", "flow", "flowName"),
}
"""Node graph: keys of `properties` that name the flow, as text or as a mapping with a `name`."""


def calls(flow: Flow) -> Iterator[Call]:
    """All calls of a flow to other flows, in document order. Calls to a task of the same flow are not among them."""
    if isinstance(flow, ArchitectFlow):
        found = _yaml if flow.format is Format.ARCHITECT_YAML else _configuration
        for action in flow.actions:
            callee = _CALLEES.get(action.type)
            if callee is not None:
                yield from found(flow, action, callee)
    elif isinstance(flow, NodeGraphFlow):
        yield from _node_graph(flow)


def _yaml(flow: ArchitectFlow, action: Action, callee: _Callee) -> Iterator[Call]:
    params = action.params
    key = next((key for key in callee.keys if isinstance(params.get(key), dict)), None)
    if key is None:
        return
    holder = params[key]
    kind = _kind(flow, callee)
    if callee.returns:  # botFlow: {<name>: {ver_latestPublished: {inputs: …, outputs: …}}}
        for name, versions in holder.items():
            if not isinstance(versions, dict):
                continue  # `noValue: true`
            version, body = next(iter(versions.items()), ("", None))
            pinned = version.removeprefix("ver_") if version.startswith("ver_") else ""
            yield Call(
                kind, name, holder, name, action.id, True, "" if pinned == "latestPublished" else pinned,
                _bindings(body, "inputs"), _bindings(body, "outputs"),
            )  # fmt: skip
        return
    inner = holder.get("lit", holder)
    if isinstance(inner, dict):
        name = text(inner.get("name")) or ""
        if name:
            yield Call(kind, name, inner, "name", action.id, False)


def _bindings(body: Any, key: str) -> Mapping[str, Any] | None:
    bound = body.get(key) if isinstance(body, dict) else None
    return dict.fromkeys(bound, bound) if isinstance(bound, dict) else None


def _configuration(flow: ArchitectFlow, action: Action, callee: _Callee) -> Iterator[Call]:
    params = action.params
    name = params.get("flowName")
    if isinstance(name, str) and name and callee.keys != ("overrideInQueueFlow",):
        version = params.get("flowVersion") if params.get("flowLatestVersion") is False else ""
        yield Call(
            _kind(flow, callee), name, params, "flowName", action.id, callee.returns,
            version if isinstance(version, str) else "", _listed(params, "inputs"), _listed(params, "outputs"),
        )  # fmt: skip


def _listed(params: dict[str, Any], key: str) -> Mapping[str, Any] | None:
    bound = params.get(key)
    if not isinstance(bound, list):
        return None
    return {item["name"]: item for item in bound if isinstance(item, dict) and isinstance(item.get("name"), str)}


def _kind(flow: ArchitectFlow, callee: _Callee) -> str:
    return _IN_QUEUE.get(flow.type, callee.kind) if callee.kind == _VOICE_QUEUE else callee.kind


def _node_graph(flow: NodeGraphFlow) -> Iterator[Call]:
    for node in flow.nodes:
        row = node_type(node.type)
        keys = _NODE_KEYS.get(row.name) if row is not None else None
        properties = node.element.get("properties") if keys and isinstance(node.element, dict) else None
        if row is None or keys is None or not isinstance(properties, dict):
            continue
        for key in keys:
            holder: Any = properties
            place = key
            if isinstance(properties.get(key), dict):
                holder, place = properties[key], "name"
            name = (text(holder.get(place)) or "") if is_scalar(holder.get(place)) else ""
            if name:
                callee = _CALLEES[row.name]
                yield Call(
                    callee.kind, name, holder, place, node.id, callee.returns, "",
                    _bindings(properties, "inputs"), _bindings(properties, "outputs"),
                )  # fmt: skip
                break
