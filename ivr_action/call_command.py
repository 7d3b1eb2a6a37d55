"""`ivr-action call`: walk a call by hand in the terminal, as the caller and as the world."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TextIO

from ivr_action.flow.flow import Flow
from ivr_action.model.trace import CallerEvent, Ending, EventKind, Trace
from ivr_action.report.plain import count_of, one_line
from ivr_action.report.trace_text import ending
from ivr_action.trace.explored import Given as Said
from ivr_action.trace.explored import Told
from ivr_action.trace.machine import Asks, Machine, Question, State, Way
from ivr_action.trace.machines import Library, machine_of
from ivr_action.trace.naming import names_of, node_name
from ivr_action.trace.scenario import GIVEN_FOR, Given
from ivr_action.trace.scenario_text import Draft, scenario_text
from ivr_action.trace.script import folded_key
from ivr_action.trace.suggest import expectations
from ivr_action.trace.walk import Answer, walk
from ivr_action.trace.watched import WatchedMachine

_HELP = """\
  1, 42#       press keys            Enter        stay silent
  any words    say them              hang up      hang up
  say 1        say, not press        error        the platform fails here
  where        the way so far        save FILE    write the call so far as a scenario
  quit         leave                 ?            this help
"""
_HELP_WORLD = """\
  NAME             how it goes on: one of the names, or their first letters; Enter takes the first
  success {"a": 1} an outcome with what it brings
  where, save FILE, quit, ?   as ever
"""
_EVENTS = {
    "": EventKind.SILENCE,
    "silence": EventKind.SILENCE,
    "hang up": EventKind.HANG_UP,
    "hang-up": EventKind.HANG_UP,
    "error": EventKind.ERROR,
}
_KEYS = frozenset("0123456789*#")
_SHOWN = 14
_ASKS = {
    Asks.DECISION: "is it so?",
    Asks.OUTCOME: "how does it end?",
    Asks.SCHEDULE: "which is it?",
    Asks.TRANSFER: "does the transfer succeed?",
    Asks.CALL: "how does it come back?",
}


class LeftError(Exception):
    """Whoever walks the call has left: `quit`, or the end of the input."""


@dataclass(frozen=True, slots=True)
class _Walked:
    """What the name of a call that was walked by hand is made of."""

    ending: Ending
    target: str
    told: list[Told]

    @property
    def first_told(self) -> Told | None:
        return self.told[0] if self.told else None

    def told_back(self) -> Iterator[Told]:
        return reversed(self.told)


class CallByHand:
    """One call, with whoever sits at the terminal as its caller and its world.

    Args:
        flow: to be walked.
        lines: what is typed.
        out: what is shown.
        write: puts a text into a new file and says None, or why it could not.
        library: flows that it may call.
    """

    def __init__(
        self,
        flow: Flow,
        lines: TextIO,
        out: TextIO,
        write: Callable[[str, str], str | None],
        library: Library | None = None,
    ) -> None:
        self._flow = flow
        self._lines = lines
        self._out = out
        self._write = write
        self._machine: Machine = WatchedMachine(machine_of(flow, library), self._visited)
        self._nodes: list[str] = []
        self._events: list[CallerEvent] = []
        self._said: list[tuple[Said, Answer]] = []
        self._told: list[Told] = []

    def walk(self) -> Trace | None:
        """The call, from its start to its end; None where whoever walked it left before."""
        self._out.write("You are the caller, and the world. `?` lists what you can do.\n\n")
        trace: Trace | None = None
        try:
            trace = walk(self._machine, self)
            self._show_end(trace)
            self._after(trace)
        except LeftError:
            self._out.write("\n")
        return trace

    # -- the script that the walker asks

    def event(self, state: State) -> CallerEvent:
        """What the caller does next."""
        where = one_line(node_name(self._flow.graph, state.node), 60)
        ways = ", ".join(self._keys(state))
        self._out.write(f"{where}{f' ({ways})' if ways else ''}\n")
        while True:
            typed = self._typed("caller> ", _HELP)
            event = _event(typed)
            if event is not None:
                self._events.append(event)
                self._told.append(Told(state.node, event, None))
                return event
            self._out.write("Keys are 0 to 9, * and #.\n")

    def answer(self, question: Question, state: State) -> Answer:
        """What the world says."""
        names = list(dict.fromkeys(way.name for way in self._machine.ways(state) if way.name))
        if question.assume in names:
            names.remove(question.assume)
            names.insert(0, question.assume)
        key = question.key or node_name(self._flow.graph, state.node)
        self._out.write(f"{one_line(key, 100)}: {_ASKS[question.asks]} {', '.join(map(_shown, names))}\n")
        while True:
            typed = self._typed("world> ", _HELP_WORLD)
            answer = _answer(typed, names)
            if answer is not None and self._machine.answer(state.fork(), answer.name, answer.data) is not None:
                said = Said(question.asks, question.key, answer.name, state.node)
                self._said.append((said, answer))
                self._told.append(Told(state.node, None, said))
                return answer
            self._out.write(f"That is none of them: {', '.join(map(_shown, names))}.\n")

    def left_over(self) -> tuple[CallerEvent, ...]:
        """Nothing: what was not typed was not meant."""
        return ()

    # -- what is typed and shown

    def _visited(self, state: State, question: Question) -> None:
        self._nodes.append(state.node)
        for text in state.heard:
            self._out.write(f"  » {one_line(text)}\n")

    def _typed(self, prompt: str, help_: str, trace: Trace | None = None) -> str:
        """A line that is none of the commands that can always be typed."""
        while True:
            self._out.write(prompt)
            self._out.flush()
            line = self._lines.readline()
            if not line:
                raise LeftError
            typed = " ".join(line.split())
            word, _, rest = typed.partition(" ")
            if typed == "quit":
                raise LeftError
            if typed in ("?", "help"):
                self._out.write(help_)
            elif typed == "where":
                self._out.write("".join(f"  {one_line(id_)}\n" for id_ in self._nodes[-_SHOWN:]))
            elif word == "save":
                self._save(rest, trace)
            else:
                return typed

    def _keys(self, state: State) -> Iterator[str]:
        """`1 Sales`: what the caller can press or say here, and where it leads."""
        ways = [way for way in self._machine.ways(state) if way.transition is not None or way.ending is not None]
        ways = [way for way in ways if way.event is not None and way.event.text and not _any(way)]
        for way in ways[:_SHOWN]:
            said = way.event.text if way.event is not None else ""
            target = node_name(self._flow.graph, way.transition.target) if way.transition is not None else ""
            yield " ".join(filter(None, (one_line(said, 30), one_line(target, 30))))
        if len(ways) > _SHOWN:
            yield "…"

    def _show_end(self, trace: Trace) -> None:
        why = f": {one_line(trace.error)}" if trace.error else ""
        self._out.write(f"\n— {ending(trace)}{why} ({count_of(len(trace.steps), 'step')})\n")

    def _after(self, trace: Trace) -> None:
        """The call is over; it can still be saved."""
        self._out.write("`save FILE` keeps it as a scenario, Enter leaves.\n")
        while self._typed("> ", "  save FILE, where; Enter leaves\n", trace):
            self._out.write("The call is over.\n")

    # -- saving

    def _save(self, path: str, trace: Trace | None) -> None:
        if not path:
            self._out.write("Name a file: save FILE\n")
            return
        folder = os.path.dirname(os.path.abspath(path))
        flow = os.path.relpath(self._flow.document.path, folder).replace(os.sep, "/")
        problem = self._write(path, scenario_text(flow, [self._draft(trace)]))
        self._out.write(f"{problem}\n" if problem else f"Saved: {one_line(path)}\n")

    def _draft(self, trace: Trace | None) -> Draft:
        blocks: dict[Given, dict[str, tuple[str, list[object]]]] = {}
        for said, answer in self._said:
            kind = GIVEN_FOR[said.asks]
            key = said.key.strip() or said.node
            listed = blocks.setdefault(kind, {}).setdefault(folded_key(kind, key), (key, []))[1]
            listed.append(answer.name if answer.data is None else {answer.name: answer.data})
        answers = {kind: dict(table.values()) for kind, table in blocks.items()}
        if trace is None:
            return Draft("a call by hand, not walked to its end", self._events, answers)
        (name,) = names_of([_Walked(trace.ending, trace.target, self._told)], self._flow.graph)
        return Draft(name, self._events, answers, tuple(expectations(trace, self._flow.graph)))


def _any(way: Way) -> bool:
    """True for a way that stands for whatever has no way of its own."""
    return way.transition is not None and way.transition.label.strip().casefold() in ("default", "else", "nomatch")


def _event(typed: str) -> CallerEvent | None:
    folded = typed.casefold()
    kind = _EVENTS.get(folded)
    if kind is not None:
        return CallerEvent(kind)
    word, _, rest = typed.partition(" ")
    if word == "say":
        return CallerEvent(EventKind.SAY, rest)
    if word == "press":
        return CallerEvent(EventKind.PRESS, rest) if rest and _KEYS.issuperset(rest) else None
    return CallerEvent(EventKind.PRESS if _KEYS.issuperset(typed) else EventKind.SAY, typed)


def _answer(typed: str, names: list[str]) -> Answer | None:
    """The answer that was meant: a name, the beginning of exactly one, nothing for the first; data behind it."""
    if not typed:
        return Answer(names[0]) if names else None
    name, data = typed, None
    if typed.endswith("}") and " {" in typed:
        name, _, shown = typed.partition(" {")
        try:
            data = json.loads("{" + shown)
        except ValueError:
            return None
    folded = name.casefold()
    known = [one for one in names if one.casefold() == folded]
    near = known or [one for one in names if one.casefold().startswith(folded)]
    return Answer(near[0] if len(near) == 1 else name, data)


def _shown(name: str) -> str:
    return one_line(name, 60)


def write_new(path: str, text: str) -> str | None:
    """Write a file that does not exist yet; says why where it cannot."""
    try:
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return f"`{path}` exists already; choose another name."
    except OSError as error:
        return f"`{path}` cannot be written: {error.strerror}."
    return None
