"""Writes calls as a scenario file that `scenario_reader` reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ivr_action.model.trace import CallerEvent, EventKind
from ivr_action.trace.scenario import Expect, Given

_PLAIN = re.compile(r"[A-Za-z][\w /.()+-]*(?<! )|[A-Za-z]", re.ASCII)
_WORDS = frozenset("y n yes no true false on off null nan inf".split())
"""Plain scalars that some reader of YAML takes for something else than text."""
_LONGEST_KEY = 1_000
"""YAML takes no longer key in front of a colon than 1,024 characters; expressions can be longer."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A call to be written."""

    name: str
    events: Sequence[CallerEvent] = ()
    answers: Mapping[Given, Mapping[str, Sequence[object]]] = field(default_factory=dict)
    """By block and key: names of outcomes, or `{name: data}`."""
    expect: Sequence[tuple[Expect, str]] = ()
    remark: str = ""
    """A comment above the call."""


def scenario_text(flow: str, calls: Iterable[Draft], head: Iterable[str] = ()) -> str:
    """A scenario file in YAML.

    Args:
        flow: as the file's `flow` has it.
        calls: with names of which no two are alike.
        head: lines of a comment at the top.
    """
    lines = [f"# {line}" for line in head]
    lines += [f"flow: {scalar(flow)}", "calls:"]
    for call in calls:
        lines += _call(call)
    return "\n".join(lines) + "\n"


def _call(call: Draft) -> Iterator[str]:
    if call.remark:
        yield f"  # {_one_line(call.remark)}"
    yield f"  - name: {scalar(call.name)}"
    if call.answers:
        yield "    given:"
        for kind, table in call.answers.items():
            yield f"      {kind.value}:"
            for key, answers in table.items():
                shown = scalar(key)
                if len(shown) <= _LONGEST_KEY:
                    yield f"        {shown}: {_answers(answers)}"
                else:
                    yield f"        ? {shown}"
                    yield f"        : {_answers(answers)}"
    if call.events:
        yield "    caller:"
        for event in call.events:
            yield f"      - {_event(event)}"
    if call.expect:
        yield "    expect:"
        for kind_, said in call.expect:
            yield f"      {kind_.value}: {scalar(said)}"


def _event(event: CallerEvent) -> str:
    if event.kind is EventKind.PRESS:
        return f'press: "{event.text}"'
    if event.kind is EventKind.SAY:
        return f"say: {scalar(event.text)}"
    return event.kind.value


def _answers(answers: Sequence[object]) -> str:
    shown = [scalar(answer) if isinstance(answer, str) else _quoted(answer) for answer in answers]
    return shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"


def scalar(text: str) -> str:
    """A text as YAML: plain where every reader takes it for the same text, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return _quoted(text)


def _quoted(value: object) -> str:
    """JSON, which is YAML too; what cannot be seen is escaped, since YAML allows some of it nowhere."""
    shown = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in shown)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
