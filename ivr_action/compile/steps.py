"""What a node of a node graph becomes: a few actions with ways out, before they have a place in a flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Go:
    """On to a node of the node graph."""

    target: str


@dataclass(frozen=True, slots=True)
class Way:
    """One output of an action."""

    output: str
    """`yes`, `success`; `case` for a switch's."""
    step: Step
    test: str = ""
    """Of a case: its condition."""

    @property
    def label(self) -> str:
        """What the graph calls it."""
        return self.test or self.output


@dataclass(frozen=True, slots=True)
class Do:
    """One action, and what follows."""

    type: str
    """Architect's YAML key."""
    name: str
    params: dict[str, Any] = field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    """Its outputs; empty where it has none."""
    then: Step | None = None
    """What follows, where it has no outputs; None for an action that ends the call."""


Step: TypeAlias = Go | Do


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a menu."""

    name: str
    key: str
    words: tuple[str, ...]
    step: Step


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of Architect."""

    name: str
    audio: dict[str, Any]
    choices: tuple[Choice, ...]
    default: int
    """The choice that silence and wrong keys lead to."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one node becomes."""

    node: str
    name: str
    """Unique in the flow."""
    before: tuple[Do, ...]
    """Sets variables and plays audio, where the body does not."""
    body: Step | Menu

    @property
    def silent(self) -> str:
        """The node that it leads to, where nothing is done on the way; else empty."""
        return self.body.target if isinstance(self.body, Go) and not self.before else ""

    @property
    def is_copied(self) -> bool:
        """Whether it is one action that ends the call: written wherever it is needed."""
        body = self.body
        return not self.before and isinstance(body, Do) and not body.ways and body.then is None

    def exits(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Labels on the way and the node that it leads to, for each way out."""
        if isinstance(self.body, Menu):
            for choice in self.body.choices:
                label = choice.key or f"speech: {choice.name}"
                yield from _exits(choice.step, (label,))
            for label in ("no input", "no match"):
                yield from _exits(self.body.choices[self.body.default].step, (label,))
        else:
            yield from _exits(self.body, ())


def _exits(step: Step, labels: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(step, Go):
        yield labels, step.target
        return
    for way in step.ways:
        yield from _exits(way.step, (*labels, way.label))
    if step.then is not None:
        yield from _exits(step.then, labels)


def redirected(step: Step, targets: dict[str, str]) -> Step:
    """A step that leads past nodes at which nothing is done."""
    if isinstance(step, Go):
        return Go(targets.get(step.target, step.target))
    ways = tuple(Way(way.output, redirected(way.step, targets), way.test) for way in step.ways)
    then = redirected(step.then, targets) if step.then is not None else None
    return Do(step.type, step.name, step.params, ways, then)


def branched(ways: list[tuple[str, Go]], default: Go, name: str) -> Step:
    """The first way whose condition is true, else the default: nothing, a Decision, or a Switch."""
    if not ways:
        return default
    if len(ways) == 1:
        ((test, go),) = ways
        return Do("decision", name, {"condition": {"exp": test}}, (Way("yes", go), Way("no", default)))
    cases = tuple(Way("case", go, test) for test, go in ways)
    return Do("switch", name, {}, (*cases, Way("default", default)))
