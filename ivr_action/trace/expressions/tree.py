"""The syntax tree, shaped like the one the platform keeps beside each expression.

A configuration document stores every expression as `text` and as `config`, the platform's own tree. `label` and
`operands` of a node answer in its terms, so that the two can be compared node by node (see docs/expressions.md):
a member access is `.` with the property name first, an index is `[` with the index first.

`offset` is where the platform puts a node, 0-based (its `pos` is `offset + 1`): the operator's, the function name's,
the dot's or the bracket's place. It takes no part in equality.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Empty:
    """No expression at all: blank text. The platform's `emp`."""

    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return "emp"

    @property
    def operands(self) -> tuple[Node, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, integer, decimal, Boolean or NOT_SET (`value` is None) written out.

    `text` is the platform's spelling: a string without quotes and escapes, a number with its sign.
    """

    text: str
    value: str | int | Decimal | bool | None
    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return "nul" if self.value is None else "lit"

    @property
    def operands(self) -> tuple[Node, ...]:
        return ()

    @property
    def kind(self) -> str:
        """The platform's type code: `str`, `int`, `dec`, `bln`, `nts`."""
        if isinstance(self.value, bool):
            return "bln"
        if isinstance(self.value, str):
            return "str"
        if isinstance(self.value, int):
            return "int"
        return "nts" if self.value is None else "dec"


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable, prompt or built-in: scope and name, as `Flow.x`, `Call.Ani`, `Prompt.Hello`. Case is kept."""

    name: str
    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return "ref"

    @property
    def operands(self) -> tuple[Node, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Member:
    """`target.name`, from the third part of a dotted name on, or after a call or an index."""

    target: Node
    name: str
    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return "."

    @property
    def operands(self) -> tuple[Node, ...]:
        return (Literal(self.name, self.name, self.offset), self.target)


@dataclass(frozen=True, slots=True)
class Index:
    """`target[index]`: an item of a collection, or a property by its name."""

    target: Node
    index: Node
    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return "["

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.index, self.target)


@dataclass(frozen=True, slots=True)
class Call:
    """A function call. `name` is as written; names compare without case."""

    name: str
    arguments: tuple[Node, ...]
    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return self.name

    @property
    def operands(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `!x` or `~x`. A minus sign directly before a number is part of the literal."""

    operator: str
    operand: Node
    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return self.operator

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and an operator; `And` and `Or` keep the case in which they were written."""

    operator: str
    left: Node
    right: Node
    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return self.operator

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? when_true : when_false`."""

    condition: Node
    when_true: Node
    when_false: Node
    offset: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def label(self) -> str:
        return "?"

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.condition, self.when_true, self.when_false)


Node: TypeAlias = Empty | Literal | Reference | Member | Index | Call | Unary | Binary | Conditional


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, parents before children, left to right as written; property names are not nodes."""
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, Member):
            pending.append(current.target)
        elif isinstance(current, Index):
            pending += (current.index, current.target)
        else:
            pending.extend(reversed(current.operands))


def dotted_name(node: Node) -> str | None:
    """`Call.Contact.delay` for a chain of members on a reference, else None."""
    parts: list[str] = []
    while isinstance(node, Member):
        parts.append(node.name)
        node = node.target
    if not isinstance(node, Reference):
        return None
    return ".".join([node.name, *reversed(parts)])


def references(node: Node) -> tuple[str, ...]:
    """The names used, each once, in order of appearance, without regard to case; members are not part of a name."""
    return _distinct(found.name for found in walk(node) if isinstance(found, Reference))


def calls(node: Node) -> tuple[str, ...]:
    """The functions called, each once, in order of appearance, without regard to case."""
    return _distinct(found.name for found in walk(node) if isinstance(found, Call))


def _distinct(names: Iterator[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(name.lower(), name)
    return tuple(seen.values())
