"""Calls as the explorer finds them: linked steps, so that calls share their beginnings and a thousand of them take no
more memory than the search did. What a call was is put together when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ivr_action.model.trace import CallerEvent, Ending, Step, Trace
from ivr_action.trace.machine import Asks, Question, Way

_USUAL = frozenset(("success", "open", "active", "found"))


class Given(NamedTuple):
    """One answer of the world in an explored call."""

    asks: Asks
    key: str
    """Empty for a condition on what the caller does and on a variable that nobody set: the node is known."""
    name: str
    node: str
    reason: str = ""
    """Why the file does not say."""

    @property
    def usual(self) -> bool:
        """True where all goes as it mostly does."""
        return self.name.casefold() in _USUAL


class Told(NamedTuple):
    """A step at which the caller or the world had a say."""

    node: str
    event: CallerEvent | None
    given: Given | None


class Link:
    """One step of a call, linked to the one before it."""

    __slots__ = ("before", "choices", "first", "heard", "length", "node", "question", "way")

    def __init__(self, before: Link | None, node: str, way: Way, question: Question, heard: tuple[str, ...]) -> None:
        self.before = before
        self.node = node
        self.way = way
        self.question = question
        self.heard = heard
        self.length: int = 1 if before is None else before.length + 1
        self.choices: int = (0 if before is None else before.choices) + (way.event is not None)
        """What the caller did up to here, counted."""
        self.first: Link | None = None if before is None else before.first
        """The first step that tells calls apart: the caller did something, or the world not the usual."""
        if self.first is None and (way.event is not None or self._unusual()):
            self.first = self

    def _unusual(self) -> bool:
        given = self.given()
        return given is not None and not given.usual

    def told(self) -> Told:
        """Who had a say here."""
        return Told(self.node, self.way.event, self.given())

    def given(self) -> Given | None:
        """What the world answered here."""
        asks, key, reason, _ = self.question
        if asks is Asks.NOTHING:
            return None
        if asks is not Asks.CALLER:
            return Given(asks, key, self.way.name, self.node, reason)
        event = self.way.event
        if event is not None and self.way.name.startswith(f"{event}: "):
            return Given(Asks.DECISION, "", self.way.name.removeprefix(f"{event}: "), self.node)
        return None

    def step(self) -> Step:
        """As a trace has it."""
        way = self.way
        transition = way.transition
        if transition is None:
            return Step(self.node, way.name, None, self.heard, way.event)
        return Step(self.node, transition.label, transition.kind, self.heard, way.event)

    def back(self) -> Iterator[Link]:
        """This step and those before it, back to the first."""
        link: Link | None = self
        while link is not None:
            yield link
            link = link.before


class ExploredCall:
    """One call with what makes it go that way again.

    Args:
        last: its last step.
    """

    __slots__ = ("_last",)

    def __init__(self, last: Link) -> None:
        self._last = last

    @property
    def ending(self) -> Ending:
        """How it ended."""
        return self._last.way.ending or Ending.STOPPED

    @property
    def target(self) -> str:
        """Of a transfer that ended it."""
        return self._last.way.target

    @property
    def last_node(self) -> str:
        """Where it ended."""
        return self._last.node

    @property
    def length(self) -> int:
        """Number of steps."""
        return self._last.length

    @property
    def trace(self) -> Trace:
        """All of it; put together anew each time."""
        last = self._last.way
        steps = [link.step() for link in self._last.back()]
        return Trace(tuple(reversed(steps)), self.ending, last.target, last.error)

    @property
    def events(self) -> tuple[CallerEvent, ...]:
        """What the caller did, in order."""
        return tuple(told.event for told in self.told() if told.event is not None)

    @property
    def answers(self) -> tuple[Given, ...]:
        """What the world said, in order."""
        return tuple(told.given for told in self.told() if told.given is not None)

    def links_back(self) -> Iterator[Link]:
        """Its steps from the end."""
        return self._last.back()

    def told(self) -> list[Told]:
        """The steps at which the caller or the world had a say, in order."""
        return list(self.told_back())[::-1]

    def told_back(self) -> Iterator[Told]:
        """The same from the end."""
        return (link.told() for link in self._last.back() if link.question.asks is not Asks.NOTHING)

    @property
    def first_told(self) -> Told | None:
        """The first step that tells calls apart."""
        first = self._last.first
        return None if first is None else first.told()

    @property
    def choices(self) -> int:
        """What the caller did, counted."""
        return self._last.choices

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExploredCall):
            return NotImplemented
        return self.trace == other.trace and self.told() == other.told()

    def __hash__(self) -> int:
        return hash((self.ending, self.target, self.length, self._last.node))


def all_given(calls: Iterable[ExploredCall]) -> Iterator[Given]:
    """Every answer of the world in some calls; of beginnings that calls share once."""
    seen: set[Link] = set()
    for call in calls:
        fresh: list[Link] = []
        for link in call.links_back():
            if link in seen:
                break
            seen.add(link)
            fresh.append(link)
        for link in reversed(fresh):
            given = link.given()
            if given is not None:
                yield given
