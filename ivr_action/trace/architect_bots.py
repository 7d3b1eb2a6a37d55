"""Nodes where a bot asks and the customer answers in words, as far as the flow's file goes.

What a customer means is for the organisation's language model. Here an answer is understood where it is the name of an
intent, a choice, or one of the utterances that the file teaches; a slot takes any words. `say: ""` is what nobody
understands; words in angle brackets (`<Email>`) fill a slot with an unknown value.
"""

from __future__ import annotations

from typing import Any

from ivr_action.flow.document import text
from ivr_action.model import TransitionKind
from ivr_action.model.trace import CallerEvent, EventKind
from ivr_action.trace import architect_params as params
from ivr_action.trace.architect_actions import truth
from ivr_action.trace.architect_nodes import NodePlan
from ivr_action.trace.architect_state import ArchitectState
from ivr_action.trace.architect_values import ABSENT, Parameter, parameter, variable
from ivr_action.trace.expressions import Cause, Unknown, Value
from ivr_action.trace.machine import CERTAIN, Asks, Question, Way

SAY, SILENCE = EventKind.SAY, EventKind.SILENCE
_NOTHING_SAID = CallerEvent(SILENCE)
_NOT_UNDERSTOOD = CallerEvent(SAY, "")


class Ask(NodePlan):
    """Asks until it understands. Silence and words that are not understood are counted apart; at the flow's maximum
    (default 3) the output for it is taken, else error handling (inferred)."""

    def prepare(self) -> None:
        element: Any = self.action.params
        self.audio = self.sound(params.audio(self.action))
        self.apologies = {
            SILENCE: self.sound(_first_of(element, "noInput", "noInputs")),
            SAY: self.sound(_first_of(element, "noMatch", "noMatches")),
        }
        self.maximum = {
            SILENCE: self.by_output("maxNoInputs"),
            SAY: self.by_output("maxNoMatches"),
        }
        self.results, _ = params.results(self.action)
        self.question = Question(Asks.CALLER, self.action.name or self.action.type)

    def visit(self, state: ArchitectState) -> Question:
        self.play(state, self.audio)
        return self.question

    def understood(self, event: CallerEvent) -> Way | None:
        """The way for words or keys that are understood."""
        said = event.text.strip()
        return self.fixed[0]._replace(event=event) if said else None

    def options(self) -> list[Way]:
        """A way for each thing that can be understood."""
        return [self.fixed[0]._replace(event=CallerEvent(SAY, f"<{self.question.key}>"))]

    def respond(self, state: ArchitectState, event: CallerEvent) -> Way:
        if event.kind is EventKind.ERROR:
            return self.fails(state)
        if event.kind is SILENCE:
            return self._again(state, event, SILENCE, state.attempts, self.flow.no_inputs)
        found = self.understood(event)
        return found if found is not None else self._again(state, event, SAY, state.misses, self.flow.no_matches)

    def _again(self, state: ArchitectState, event: CallerEvent, kind: EventKind, count: int, most: int) -> Way:
        if count + 1 < most:
            return Way("silence" if kind is SILENCE else "no match", None, event=event)
        transition = self.maximum[kind]
        if transition is not None:
            return Way(transition.output, transition, event=event)
        return self.machine.error_way(state, self.flow)._replace(event=event)

    def ways(self, state: ArchitectState) -> list[Way]:
        heard = state.heard.copy()  # error handling plays something; only a taken way may be heard
        found = [*self.options(), self.respond(state, _NOTHING_SAID), self.respond(state, _NOT_UNDERSTOOD)]
        state.heard[:] = heard
        return found

    def take(self, state: ArchitectState, way: Way) -> None:
        if way.transition is None:
            if way.name == "silence":
                state.attempts += 1
            else:
                state.misses += 1
            self.play(state, self.apologies[SILENCE if way.name == "silence" else SAY])
            return
        state.attempts = state.misses = 0
        self.bind(state, self.results, self.question.key)


def _first_of(element: Any, key: str, listed: str) -> Parameter:
    if key in element:
        return parameter(element[key])
    found = element.get(listed)
    return parameter(found[0]) if isinstance(found, list) and found else ABSENT


class AskForSlot(Ask):
    """Any words fill the slot. What the slot's type makes of them is not in the file: they are taken as they are."""

    def prepare(self) -> None:
        super().prepare()
        element: Any = self.action.params
        slot = parameter(element.get("slot")).text or params.first(element, "selectedSlot").text
        self.slot = variable(element.get("askResult")) or (f"Slot.{slot}" if slot else "")

    def take(self, state: ArchitectState, way: Way) -> None:
        super().take(state, way)
        event = way.event
        if way.name == "default" and event is not None and self.slot:
            said = event.text.strip()
            value: Value = said
            if said.startswith("<") and said.endswith(">"):
                value = Unknown(f"what the customer said for {self.slot} is not known", Cause.MISSING)
            state.set(self.slot, value)


_WORDS = {
    "yes": ("yes", "y", "yeah", "yep", "sure", "ok", "okay", "correct", "true"),
    "no": ("no", "n", "nope", "false"),
}


class AskForBoolean(Ask):
    """Yes or no."""

    outputs = ("yes", "no")

    def prepare(self) -> None:
        super().prepare()
        by_name = {way.name: way for way in self.fixed}
        self.by_word = {
            word: by_name[output]
            for output, words in zip(self.outputs, _WORDS.values(), strict=True)
            for word in words
            if output in by_name
        }

    def understood(self, event: CallerEvent) -> Way | None:
        found = self.by_word.get(event.text.strip(" .!").casefold())
        return found._replace(event=event) if found is not None else None

    def options(self) -> list[Way]:
        return [
            self.by_word[word]._replace(event=CallerEvent(SAY, word)) for word in ("yes", "no") if word in self.by_word
        ]


class AnythingElse(AskForBoolean):
    """A loop that runs again while the customer wants something else."""

    outputs = ("loop", "next")


class AskForChoice(Ask):
    """An intent or a choice by its name, or by an utterance that the file teaches; a bot's task that belongs to an
    intent is started where the action has no output for it (inferred)."""

    def prepare(self) -> None:
        super().prepare()
        self.by_word: dict[str, Way] = {}
        self.listed: list[Way] = []
        for way in self.fixed:
            transition = way.transition
            if transition is None or way.name in ("maxNoInputs", "maxNoMatches"):
                continue
            kind, _, name = way.name.partition(" ")
            word = name if kind in ("intent", "path") and name else f"<{way.name}>"
            if kind not in ("intent", "path") and not transition.output:
                continue  # the way on where nothing is asked for by name
            self._offer(word, way)
        for transition in self.flow.intents:
            name = transition.label.removeprefix("intent ")
            self._offer(name, Way(transition.label, transition))
        for said, intent in self.flow.utterances.items():
            taught = self.by_word.get(intent.casefold())
            if taught is not None:
                self.by_word.setdefault(said, taught)

    def _offer(self, word: str, way: Way) -> None:
        if word.casefold() not in self.by_word:
            self.by_word[word.casefold()] = way
            self.listed.append(way._replace(event=CallerEvent(SAY, word)))

    def understood(self, event: CallerEvent) -> Way | None:
        said = event.text.strip().casefold()
        found = self.by_word.get(said) or (self.by_word.get("<nointent>") if said else None)
        if found is None and said and not self.listed:
            found = self.fixed[0]
        return found._replace(event=event) if found is not None else None

    def options(self) -> list[Way]:
        return self.listed or super().options()

    def take(self, state: ArchitectState, way: Way) -> None:
        super().take(state, way)
        transition = way.transition
        if transition is not None and transition.kind is TransitionKind.JUMP:
            container = self.flow.container_at(transition.target)
            if container is not None:
                self.flow.enter(state, container)


class AskSurveyQuestion(Ask):
    """Asks one question of a survey; a condition that is false leaves it out."""

    def prepare(self) -> None:
        super().prepare()
        self.condition = params.condition(self.action)
        self.skip = self.by_output("conditionsNotMet")

    def visit(self, state: ArchitectState) -> Question:
        asked = self.condition.text == "" or truth(self.value(state, self.condition)) is not False
        state.pending = None if asked or self.skip is None else Way("conditionsNotMet", self.skip)
        return CERTAIN if state.pending is not None else super().visit(state)

    def ways(self, state: ArchitectState) -> list[Way]:
        if state.pending is not None:
            return [state.pending]
        found = super().ways(state)
        return [*found, Way("conditionsNotMet", self.skip)] if self.skip is not None and self.condition.text else found


def utterances(header: Any) -> dict[str, str]:
    """Sentences that the file teaches the bot → intent."""
    section = header.get("settingsNaturalLanguageUnderstanding")
    version = section.get("nluDomainVersion") if isinstance(section, dict) else None
    intents = version.get("intents") if isinstance(version, dict) else None
    found: dict[str, str] = {}
    for intent in intents if isinstance(intents, list) else []:
        taught = intent.get("utterances") if isinstance(intent, dict) else None
        for utterance in taught if isinstance(taught, list) else []:
            parts = utterance.get("segments") if isinstance(utterance, dict) else None
            segments = parts if isinstance(parts, list) else []
            said = "".join(text(part.get("text")) or "" for part in segments if isinstance(part, dict))
            found.setdefault(said.strip().casefold(), text(intent.get("name")) or "")
    return found
