"""Transfers: the call leaves the flow, or goes on where that fails."""

from __future__ import annotations

from typing import Any

from ivr_action.model.trace import Ending
from ivr_action.trace import architect_params as params
from ivr_action.trace.architect_heard import render
from ivr_action.trace.architect_nodes import NodePlan
from ivr_action.trace.architect_state import ArchitectState
from ivr_action.trace.architect_values import Parameter
from ivr_action.trace.expressions import Resource, Unknown
from ivr_action.trace.machine import Asks, Question, Way


class Transfer(NodePlan):
    """Success ends the call with what it leads to; failure plays its audio and goes on (documented: articles/
    transfer-acd-action). Where the failure output is empty the next action follows; a failed transfer of a menu choice
    leads back to the menu (both inferred)."""

    def prepare(self) -> None:
        self.target = params.target(self.action)
        element = self.action.params
        self.before = self.sound(_words(element, "preTransferAudio", "preTransferCommunication"))
        self.sorry = self.sound(_words(element, "failureTransferAudio", "failureTransferCommunication"))
        _, self.errors = params.results(self.action)

    def visit(self, state: ArchitectState) -> Question:
        self.play(state, self.before)
        value = self.value(state, self.target)
        if isinstance(value, Unknown):
            state.pending = self.target.text
            return Question(Asks.TRANSFER, self.target.text, value.reason)
        name = value.name if isinstance(value, Resource) else render(value)
        state.pending = name or self.action.name or self.action.type
        return Question(Asks.TRANSFER, state.pending, "whether the transfer succeeds is not in the file")

    def ways(self, state: ArchitectState) -> list[Way]:
        return [Way("success", None, Ending.TRANSFERRED, state.pending), *self.fixed]

    def take(self, state: ArchitectState, way: Way) -> None:
        self.play(state, self.sorry)
        if self.errors:
            self.bind(state, self.errors, str(state.pending))


def _words(element: Any, audio: str, communication: str) -> Parameter:
    """The audio of a call, or the words of a message: an action of a configuration document has both, one blank."""
    found = params.first(element, audio)
    return found if found.text else params.first(element, communication)
