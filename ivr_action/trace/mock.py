"""`execute_mock_trace`: one call through nodes given as Python values, the inputs as a list of texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from ivr_action.flow.document import Document
from ivr_action.flow.formats.node_graph import read_node_graph
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Trace
from ivr_action.trace.machine import Asks, Question, State
from ivr_action.trace.node_graph import NodeGraphMachine
from ivr_action.trace.node_state import NodeGraphState
from ivr_action.trace.walk import Answer, walk

_EVENTS = {
    "<timeout>": CallerEvent(EventKind.SILENCE),
    "<error>": CallerEvent(EventKind.ERROR),
    "<hangup>": CallerEvent(EventKind.HANG_UP),
}


class MockTrace(TypedDict):
    """What `execute_mock_trace` returns."""

    path: list[str]
    """Ids of the nodes, in order, repeated ones included."""
    error: str | None
    """None where the call ended well: by an ending node, a transfer, or the caller who hung up."""
    coverage: float
    """Distinct nodes of the path / all nodes, from 0.0 to 1.0."""


def execute_mock_trace(
    nodes: Mapping[str, Mapping[str, Any]] | Iterable[Mapping[str, Any]],
    start_node_id: str,
    mock_inputs: Iterable[str] = (),
    max_depth: int = 20,
) -> MockTrace:
    """Walk one call through nodes.

    Args:
        nodes: node payloads by id, or a list of payloads with an `id` each; nothing in them is changed.
        start_node_id: where the call begins.
        mock_inputs: what the caller does, one entry at each node that waits, whatever becomes of it: a text is offered
            as `dtmf` and as `speech`; `"<timeout>"` is silence, `"<error>"` a failure of the platform, `"<hangup>"`
            ends the call. After the last one the caller stays silent.
        max_depth: visits of nodes; a call that would need more is an error.

    Returns:
        `{"path", "error", "coverage"}`. The platform does what it should: data actions succeed and bring nothing,
        schedules are open, transfers succeed; a condition on what nobody set is not true. A start that is no node, and
        nodes that are none, are errors with an empty path and a coverage of 0.0.

    Raises:
        TypeError: `mock_inputs` is a single text, or an entry of it is no text.
    """
    events = _events(mock_inputs)
    entries = _entries(nodes)
    if entries is None:
        return _failed("`nodes` is neither a mapping of ids to nodes nor a list of nodes.")
    if start_node_id not in entries:
        return _failed(f"The start node `{start_node_id}` is not among the nodes.")
    flow = read_node_graph(Document("nodes", "", "json", {"startNodeId": start_node_id, "nodes": entries}))
    trace = walk(_MockMachine(flow), _MockScript(events), limit=max(max_depth, 0))
    path = list(trace.path)
    return {"path": path, "error": _error(trace, max_depth), "coverage": len(set(path)) / len(entries)}


def _error(trace: Trace, max_depth: int) -> str | None:
    if not trace.failed:
        return None
    if trace.ending is Ending.ACTION_LIMIT:
        return f"The call did not end within max_depth = {max_depth} nodes."
    return trace.error


def _failed(error: str) -> MockTrace:
    return {"path": [], "error": error, "coverage": 0.0}


def _events(inputs: Iterable[str]) -> list[CallerEvent]:
    if isinstance(inputs, (str, bytes)):
        raise TypeError(f"mock_inputs is a single text; write [{inputs!r}]")
    events: list[CallerEvent] = []
    for entry in inputs:
        if not isinstance(entry, str):
            raise TypeError(f"mock_inputs holds {entry!r}; an input is text")
        events.append(_EVENTS.get(entry) or CallerEvent(EventKind.PRESS, entry))
    return events


def _entries(nodes: Any) -> dict[str, Any] | None:
    """Nodes by id; a value that is no mapping stays and has no way on."""
    if isinstance(nodes, Mapping):
        pairs = list(nodes.items())
    elif isinstance(nodes, Iterable) and not isinstance(nodes, (str, bytes)):
        pairs = [(node.get("id") if isinstance(node, Mapping) else None, node) for node in nodes]
    else:
        return None
    entries: dict[str, Any] = {}
    for id_, node in pairs:
        if not isinstance(id_, str) or not isinstance(node, Mapping) or id_ in entries:
            return None
        entries[id_] = {key: _plain(value) for key, value in node.items() if isinstance(key, str)}
    return entries


def _plain(value: Any) -> Any:
    """Mappings and tuples as the dicts and lists that the reader knows, two levels down: as deep as nodes are read."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return [dict(item) if isinstance(item, Mapping) else item for item in value]
    return value


class _MockState(NodeGraphState):
    __slots__ = ()

    def key(self) -> object:
        """Never the same twice: `max_depth` ends a call that goes round, and its path shows how."""
        return object()


class _MockMachine(NodeGraphMachine):
    new_state = _MockState

    def offer(self, event: CallerEvent) -> tuple[str, str]:
        return event.text, event.text


class _MockScript:
    def __init__(self, events: list[CallerEvent]) -> None:
        self._events = iter(events)

    def event(self, state: State) -> CallerEvent | None:
        del state
        return next(self._events, None)

    def answer(self, question: Question, state: State) -> Answer | None:
        del state
        return Answer("no") if question.asks is Asks.DECISION else Answer(question.assume)

    def left_over(self) -> tuple[CallerEvent, ...]:
        return tuple(self._events)
