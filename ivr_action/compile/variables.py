"""The variables of a node graph as declared variables of an Architect flow, each with one type.

A variable's type is that of the values that the file gives it. One that holds a mapping becomes one variable for each
part (`invoice.found` → `Flow.invoice_found`), so that each has a type and an expression can compare it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ivr_action.compile.expressions import BOOLEAN, DECIMAL, INTEGER, STRING, UnwritableError
from ivr_action.compile.problems import Problems
from ivr_action.flow.document import plain, text
from ivr_action.flow.flow import GraphNode, NodeGraphFlow

Path = tuple[str, ...]
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LARGEST = 1 << 53


class Assignment(NamedTuple):
    """A variable that a node sets."""

    name: str
    """As Architect knows it: `Flow.tier`."""
    type: str
    value: Any


class Variables:
    """All variables of a flow.

    Args:
        flow: whose they are.
        problems: takes what cannot be declared.
    """

    def __init__(self, flow: NodeGraphFlow, problems: Problems) -> None:
        self._flow = flow
        self._problems = problems
        self._types: dict[Path, str] = {}
        self._initial: dict[Path, Any] = {}
        self._names: dict[str, Path] = {}
        self._untyped: dict[Path, str] = {}
        self._mappings: set[Path] = set()
        element = flow.element if isinstance(flow.element, dict) else {}
        for path, value in _leaves(element.get("variables"), self._mappings):
            if self._learn(None, path, value) and value is not None:
                self._initial[path] = value
        for node in flow.nodes:
            for path, value in _leaves(_own(node), self._mappings):
                self._learn(node, path, value)

    # -- learning -----------------------------------------------------------------------------------------------------

    def _learn(self, node: GraphNode | None, path: Path, value: Any) -> bool:
        kind = _type_of(value)
        if kind is None:
            self._untyped.setdefault(path, "a list" if isinstance(value, list) else "a value without a type")
            return False
        if not kind:
            self._untyped.setdefault(path, "null")
            return True
        return self.declare(node, path, kind)

    def declare(self, node: GraphNode | None, path: Path, kind: str) -> bool:
        """Say that a variable holds values of a type; False where it cannot.

        Args:
            node: that sets it; None for the flow's own variables.
            path: its name, and the names of parts.
            kind: the type.
        """
        shown = ".".join(path)
        known = self._types.get(path)
        if known == kind:
            return True
        if known is not None and {known, kind} == {INTEGER, DECIMAL}:
            self._types[path] = DECIMAL
            return True
        said = ""
        if known is not None:
            said = f"the variable `{shown}` holds {_A[known]} in one place and {_A[kind]} in another"
        elif not all(_NAME.fullmatch(part) for part in path):
            said = f"`{shown}` is no name that a variable can have in Architect"
        else:
            name = "_".join(path)
            other = self._names.setdefault(name.casefold(), path)
            if other != path:
                said = (
                    f"the variables `{'.'.join(other)}` and `{shown}` are one in Architect, which ignores letter case"
                )
        if not said:
            self._types[path] = kind
            return True
        hint = "Give each variable one type and a name of its own, of letters, digits and `_`."
        if node is None:
            self._problems.of_flow(f"{said[:1].upper()}{said[1:]}.", hint, "variables")
        else:
            self._problems.at(node, f"{said}.", hint, key="variables")
        return False

    # -- asking -------------------------------------------------------------------------------------------------------

    def lookup(self, path: Path) -> tuple[str, str]:
        """A variable as Architect knows it, and its type.

        Raises:
            UnwritableError: nothing gives it a value of a type that can be compared.
        """
        kind = self._types.get(path)
        if kind is not None:
            return f"Flow.{'_'.join(path)}", kind
        shown = ".".join(path)
        if path in self._mappings:
            raise UnwritableError(f"`{shown}` is a mapping; compare one of its parts")
        if path in self._untyped:
            raise UnwritableError(f"`{shown}` holds {self._untyped[path]}, which Architect cannot compare")
        raise UnwritableError(f"nothing sets `{shown}`; give it a value in the flow's `variables`, which says its type")

    def parts(self, name: str) -> list[tuple[str, str, str]]:
        """Part, name in Architect and type of each part of a mapping; empty where it is none."""
        return [
            (path[1], f"Flow.{'_'.join(path)}", kind)
            for path, kind in self._types.items()
            if len(path) == 2 and path[0] == name
        ]

    def known(self, name: str) -> bool:
        """Whether there is a variable of this name with a type."""
        return (name,) in self._types

    def is_mapping(self, name: str) -> bool:
        """Whether it holds a mapping."""
        return (name,) in self._mappings

    def assignments(self, node: GraphNode) -> list[Assignment]:
        """What a node sets, in its order."""
        found = []
        for path, value in _leaves(_own(node), set()):
            kind = self._types.get(path)
            if value is None:
                self._problems.at(node, f"`{'.'.join(path)}` is set to null.", "Set it to a value.", key="variables")
            elif kind is None:
                said = f"`{'.'.join(path)}` is set to {self._untyped.get(path, 'what has no type')}."
                self._problems.at(node, said, "Set it to text, a number, true or false.", key="variables")
            else:
                found.append(Assignment(f"Flow.{'_'.join(path)}", kind, _as(kind, value)))
        return found

    def unused_name(self, wanted: str) -> str:
        """A name like this one that no variable has; it is taken from now on."""
        base = re.sub(r"\W", "_", wanted, flags=re.ASCII)
        base = base if base[0].isalpha() else f"node_{base}"
        made, number = base, 1
        while made.casefold() in self._names:
            number += 1
            made = f"{base}_{number}"
        self.declare(None, (made,), STRING)
        return made

    def declarations(self) -> list[dict[str, Any]]:
        """Architect's `variables`, by name."""
        found = []
        for path, kind in sorted(self._types.items()):
            initial = self._initial.get(path)
            value: dict[str, Any] = {"noValue": True} if initial is None else {"lit": _as(kind, initial)}
            found.append({f"{kind}Variable": {"name": f"Flow.{'_'.join(path)}", "initialValue": value}})
        return found


_A = {STRING: "text", INTEGER: "a number", DECIMAL: "a number", BOOLEAN: "true or false"}


def _own(node: GraphNode) -> Any:
    return node.element.get("variables") if isinstance(node.element, dict) else None


def _leaves(element: Any, mappings: set[Path]) -> Iterator[tuple[Path, Any]]:
    """Variables and parts of mappings with their values; mappings themselves go into `mappings`."""
    todo: list[tuple[Path, Any]] = []
    if isinstance(element, dict):
        todo = [((str(name),), plain(value)) for name, value in element.items() if name]
    elif isinstance(element, list):
        for item in element:
            name = text(item.get("name")) if isinstance(item, dict) and "value" in item else None
            if name:
                todo.append(((name,), plain(item["value"])))
    while todo:
        path, value = todo.pop(0)
        if isinstance(value, dict):
            mappings.add(path)
            todo = [((*path, str(part)), inner) for part, inner in value.items()] + todo
        else:
            yield path, value


def _type_of(value: Any) -> str | None:
    """Type of a value; empty for null, None for what has none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER if abs(value) < _LARGEST else None
    if isinstance(value, float):
        return DECIMAL if value - value == 0 and abs(value) < _LARGEST else None
    return STRING if isinstance(value, str) else None


def _as(kind: str, value: Any) -> Any:
    return float(value) if kind == DECIMAL and not isinstance(value, bool) else value


def variables_in(properties: dict[str, Any]) -> frozenset[str]:
    """Variables that properties speak of: `{variable: name}`."""
    found: set[str] = set()
    todo: list[Any] = [plain(properties)]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            named = value.get("variable")
            if isinstance(named, str):
                found.add(named.split(".")[0])
            said = value.get("expression")
            if isinstance(said, str):
                found.update(re.findall(r"(?i)\bFlow\.(\w+)", said))
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
    return frozenset(found)
