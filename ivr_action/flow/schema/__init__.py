"""JSON Schemas that users' editors can load, and what a schema says of a flow whose reader found its shape wrong."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ivr_action.flow.document import plain, to_pointer
from ivr_action.flow.flow import NodeGraphFlow, ShapeProblem

if TYPE_CHECKING:
    from jsonschema import ValidationError

NODE_GRAPH = "node-graph-1.json"

_MOST = 200
"""Messages about one file; more help nobody."""


@lru_cache(maxsize=8)
def load_schema(name: str = NODE_GRAPH) -> dict[str, Any]:
    """A schema of this package by its file name; the same object each time, so do not change it."""
    found: dict[str, Any] = json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
    return found


def explain(flow: NodeGraphFlow) -> list[ShapeProblem]:
    """What is wrong with a flow's shape in the schema's words, each with its JSON pointer.

    `jsonschema` is imported and run only where the reader found something, and only over the nodes it was found in,
    so that one mistake in a large flow does not cost a walk through all of it.

    Returns:
        Problems with the place in the document; at most 200. What no schema can say, such as a mistyped optional key,
        is passed on as the reader words it. Empty exactly where `flow.shape_problems` is.
    """
    if not flow.shape_problems:
        return []
    from jsonschema import Draft202012Validator

    root = flow.document.root
    part, numbers = _suspects(flow)
    found: list[ShapeProblem] = []
    for error in Draft202012Validator(load_schema()).iter_errors(part):
        if len(found) >= _MOST:
            break
        path = list(error.absolute_path)
        if numbers is not None and len(path) > 1 and path[0] == "nodes":
            path[1] = numbers[int(path[1])]
        found.append(_problem(root, tuple(path), error))
    beyond = [problem for problem in flow.shape_problems if problem.of == "key"]
    spoken = {(id(problem.element), problem.key) for problem in found}
    found += [problem for problem in beyond if (id(problem.element), problem.key) not in spoken]
    return found[:_MOST] or flow.shape_problems[:_MOST]


def _suspects(flow: NodeGraphFlow) -> tuple[Any, list[int] | None]:
    """The document with only those nodes that the reader found something in; for a list, their numbers too."""
    doc, root = flow.document, flow.document.root
    nodes = root.get("nodes") if isinstance(root, dict) else None
    if not isinstance(root, dict) or not isinstance(nodes, (dict, list)):
        return plain(root), None
    suspects: set[str | int] = set()
    for problem in flow.shape_problems:
        path: tuple[str | int | None, ...] = (*(doc.path_of(problem.element) or ()), problem.key)
        if len(path) > 1 and path[0] == "nodes" and path[1] is not None:
            suspects.add(path[1])
    header = {key: plain(value) for key, value in root.items() if key != "nodes"}
    if isinstance(nodes, dict):
        few: Any = {key: plain(value) for key, value in nodes.items() if key in suspects}
        return header | {"nodes": few or plain(nodes)}, None
    numbers = [index for index in range(len(nodes)) if index in suspects] or list(range(len(nodes)))
    return header | {"nodes": [plain(nodes[index]) for index in numbers]}, numbers


_REQUIRED = re.compile(r"'(.*)' is a required property", re.DOTALL)
_NAMES = {"object": "a mapping", "array": "a list", "string": "text", "null": "nothing"}


def _problem(root: Any, path: tuple[str | int, ...], error: ValidationError) -> ShapeProblem:
    element, key = root, None
    for part in path[:-1]:
        element = element[part]
    if path:
        key = path[-1]
    where = f"`{to_pointer(path)}`" if path else "The flow"
    required = _REQUIRED.fullmatch(error.message) if error.validator == "required" else None
    if required is not None:
        holder = element if key is None else element[key]
        return ShapeProblem(f"{where} has no `{required[1]}`.", holder, None)
    if error.validator == "not":
        return ShapeProblem("Both `startNodeId` and `start_node_id` are given; give one.", root, "start_node_id", "key")
    if error.validator == "minLength":  # of propertyNames: the key itself
        return ShapeProblem(f"{where} has an empty key.", element if key is None else element[key], "", "key")
    if error.validator == "type":
        named: Any = error.validator_value
        allowed: list[str] = named if isinstance(named, list) else [named]
        words = " or ".join(_NAMES.get(name, name) for name in allowed if name != "null")
        shown = json.dumps(error.instance, ensure_ascii=False)
        shown = "" if len(shown) > 40 else f" {shown}"
        return ShapeProblem(f"{where} is {_kind(error.instance)}{shown}; it must be {words}.", element, key)
    return ShapeProblem(f"{where} is empty.", element, key)


def _kind(value: Any) -> str:
    if value is None:
        return "empty:"
    if isinstance(value, bool):
        return "a Boolean:"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "text:" if isinstance(value, str) else "a number:"
