"""The caller and the world of one call of a scenario, as the walker asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ivr_action.model import FlowGraph
from ivr_action.model.trace import CallerEvent
from ivr_action.trace.machine import Asks, Question, State
from ivr_action.trace.scenario import ANY, GIVEN_FOR, Given, ScenarioCall
from ivr_action.trace.walk import Answer

_BLANKS = re.compile(r"\s+")


class ScenarioScript:
    """Answers from a scenario's call.

    Args:
        call: what the caller does and what is given.
        graph: of the flow, so that an answer may go by the name of the node that asks.
    """

    def __init__(self, call: ScenarioCall, graph: FlowGraph) -> None:
        self._events = list(reversed(call.events))
        self._graph = graph
        self._tables = {
            kind: {folded_key(kind, key): (key, answers) for key, answers in table.items()}
            for kind, table in call.world.answers.items()
        }
        self._used: dict[tuple[Given, str], int] = {}

    def event(self, state: State) -> CallerEvent | None:
        """What the caller does next."""
        del state
        return self._events.pop() if self._events else None

    def answer(self, question: Question, state: State) -> Answer | None:
        """What is given for a question: by its key, else by the node's name or id, else by `*`. A transfer of which
        nothing is said succeeds."""
        kind = GIVEN_FOR.get(question.asks)
        table = self._tables.get(kind, {}) if kind is not None else {}
        if kind is not None and table:
            node = self._graph.nodes.get(state.node)
            for name in (question.key, node.name if node is not None else "", state.node, ANY):
                found = table.get(folded_key(kind, name)) if name else None
                if found is not None:
                    key, answers = found
                    number = self._used.get((kind, key), 0)
                    self._used[kind, key] = number + 1
                    return answers[min(number, len(answers) - 1)]
        return Answer("success") if question.asks is Asks.TRANSFER else None

    def left_over(self) -> tuple[CallerEvent, ...]:
        """What the caller would still do."""
        return tuple(reversed(self._events))

    @property
    def never_asked(self) -> Iterable[tuple[Given, str]]:
        """What is given and was not asked for; what `*` stands for may well not be."""
        for kind, table in self._tables.items():
            for key, _ in table.values():
                if key != ANY and (kind, key) not in self._used:
                    yield kind, key


def folded_key(kind: Given, key: str) -> str:
    """A key of `given` as it is looked up: names without regard to case; conditions and expressions also without
    blanks and the kind of quotes."""
    if kind is Given.DECISIONS:
        return _BLANKS.sub("", key).replace('"', "'").casefold()
    return key.strip().casefold()
