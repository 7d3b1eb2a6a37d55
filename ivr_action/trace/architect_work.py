"""Work that the world decides: data actions, look-ups, schedules."""

from __future__ import annotations

from typing import Any

from ivr_action.trace import architect_params as params
from ivr_action.trace.architect_nodes import NodePlan
from ivr_action.trace.architect_state import ArchitectState
from ivr_action.trace.expressions import Resource
from ivr_action.trace.machine import CERTAIN, Asks, Question, Way

_OTHER_NAMES = {
    "success": ("found", "exact", "detected", "active", "open"),
    "failure": ("notFound", "notDetected"),
    "error": ("failure",),
    "open": ("active",),
    "closed": ("inactive",),
    "active": ("open",),
    "inactive": ("closed",),
}
"""An answer's word → the outputs that it means where none has that name."""


class Work(NodePlan):
    """A data action, a look-up, or other work. Where it has several outputs the world says which; what it brings
    fills the variables that it is bound to."""

    asks = Asks.OUTCOME

    def prepare(self) -> None:
        self.key = params.named(self.action)
        self.results, self.errors = params.results(self.action)
        self.question = Question(self.asks, self.key, f"how {self.key} ends is not in the file")
        self.open = len(self.fixed) > 1
        self.prompt = self.sound(params.first(self.action.params, "processingPrompt", kind="pmt"))

    def visit(self, state: ArchitectState) -> Question:
        self.play(state, self.prompt)
        return self.question if self.open else CERTAIN

    def answer(self, state: ArchitectState, name: str) -> Way | Question | None:
        found = super().answer(state, name)
        if found is None and self.open:
            other = _OTHER_NAMES.get(name.casefold(), ())
            found = next((way for way in self.fixed if way.name in other), None)
        return found

    def take(self, state: ArchitectState, way: Way) -> None:
        failed = way.name in ("failure", "timeout", "notFound")
        if self.results and not failed:
            if state.data is None and "findResult" in (name for name, _ in self.results):
                state.data = self._found(state)
            self.bind(state, self.results, self.key)
        elif self.errors and failed:
            self.bind(state, self.errors, self.key)
        state.data = None

    def _found(self, state: ArchitectState) -> Any:
        """A resource that is sought by a name is found under that name."""
        sought = self.value(state, params.first(self.action.params, "findName"))
        kind = _FOUND.get(self.action.type, "")
        return {"findResult": Resource(kind, sought)} if isinstance(sought, str) and sought and kind else None


_FOUND = {"findQueue": "que", "findUser": "usr", "findSkill": "skl", "findGroup": "grp", "findUserPrompt": "pmt"}


class Schedule(Work):
    """Whether a schedule is active, or a schedule group open."""

    asks = Asks.SCHEDULE
