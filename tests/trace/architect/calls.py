"""What the tests of this room share: a script from plain words, and flows from text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ivr_action.flow.flow import ArchitectFlow, Flow
from ivr_action.flow.read import read_flow
from ivr_action.model.trace import CallerEvent, EventKind, Trace
from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.machine import Question, State
from ivr_action.trace.walk import Answer, walk


def event(words: str) -> CallerEvent:
    """`press 1`, `say sales`, `silence`, `hang-up`, `error`."""
    kind, _, text = words.partition(" ")
    return CallerEvent(EventKind(kind), text)


class Script:
    """Answers by a question's key, or by what it asks (`outcome: failure`); a list is used up one by one."""

    def __init__(self, caller: Sequence[str] = (), answers: Mapping[str, Any] | None = None) -> None:
        self.caller = [event(words) for words in caller]
        self.answers = {key: list(a) if isinstance(a, list) else a for key, a in (answers or {}).items()}
        self.asked: list[Question] = []

    def event(self, state: State) -> CallerEvent | None:
        return self.caller.pop(0) if self.caller else None

    def answer(self, question: Question, state: State) -> Answer | None:
        self.asked.append(question)
        found = self.answers.get(question.key, self.answers.get(str(question.asks)))
        if isinstance(found, list):
            found = found.pop(0) if found else None
        if isinstance(found, dict):
            ((name, data),) = found.items()
            return Answer(name, data)
        return None if found is None else Answer(str(found))

    def left_over(self) -> tuple[CallerEvent, ...]:
        return tuple(self.caller)


def flow_of(source: str | Path) -> ArchitectFlow:
    """A flow from a file or from the text of one."""
    data = source.read_bytes() if isinstance(source, Path) else source.encode()
    found = read_flow(source.name if isinstance(source, Path) else "flow.yaml", data).flow
    assert isinstance(found, ArchitectFlow)
    return found


def call(
    flow: str | ArchitectFlow,
    *caller: str,
    library: Sequence[Flow] = (),
    given: Mapping[str, object] | None = None,
    limit: int | None = None,
    says: Mapping[str, Any] | None = None,
    **answers: Any,
) -> Trace:
    """Simulate one call; `says` answers by key, as `answers` do with underscores for spaces."""
    made = flow_of(flow) if isinstance(flow, str) else flow
    machine = ArchitectMachine(made, {(other.type, other.name): other for other in library})
    said = dict(says or {})
    script = Script(caller, said | {key.replace("_", " "): value for key, value in answers.items()})
    return walk(machine, script, variables=given, limit=limit)
