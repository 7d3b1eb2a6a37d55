"""Nodes where a caller presses keys: menus, Collect Input, Dial by Extension."""

from __future__ import annotations

import re
from typing import Any

from ivr_action.flow.document import text
from ivr_action.flow.flow import Choice, Container
from ivr_action.model import Transition, TransitionKind
from ivr_action.model.trace import CallerEvent, Ending, EventKind
from ivr_action.trace import architect_params as params
from ivr_action.trace.architect_nodes import NodePlan
from ivr_action.trace.architect_state import ArchitectState
from ivr_action.trace.architect_values import parameter, variable
from ivr_action.trace.machine import Asks, Question, Way

PRESS, SAY, SILENCE = EventKind.PRESS, EventKind.SAY, EventKind.SILENCE
KEYS = "0123456789*#"


class Menu(NodePlan):
    """Choices by key and by word, the flow's global ones included.

    Silence and wrong keys play the menu again until it was played `repeatCount` times (documented: "configure default
    menu settings"); then the default choice, or without one a disconnect (the editor's label for an empty default
    choice is "None (disconnect the interaction)"). That both count together is inferred. A key of the menu's own wins
    over a global one of another menu (inferred).
    """

    def prepare(self) -> None:
        menu = self.container
        assert menu is not None  # noqa: S101  # a menu's node is made of its container
        element: Any = menu.element
        self.audio = self.sound(params.first(element, "audio", "prompts"))
        settings = element.get("settingsMenu")
        own = (
            parameter(settings["repeatCount"], "int")
            if isinstance(settings, dict) and "repeatCount" in settings
            else params.first(element, "promptRepeatCount", kind="int")
        )
        self.repeats = own.value if type(own.value) is int and own.value > 0 else self.flow.repeats
        self.question = Question(Asks.CALLER, menu.name)
        self.by_key: dict[str, Way] = {}
        self.by_word: dict[str, Way] = {}
        self.choices: list[Way] = []
        self._add(menu, menu)
        for other in self.flow.flow.containers:
            if other.kind == "menu" and other is not menu:
                self._add(other, menu)
        unused = next((key for key in KEYS if key not in self.by_key), "")
        self.silence = CallerEvent(SILENCE)
        self.wrong = CallerEvent(PRESS, unused) if unused else CallerEvent(SAY, "")
        self.defaults = {
            SILENCE: self._default(TransitionKind.NO_INPUT),
            PRESS: self._default(TransitionKind.NO_MATCH),
        }

    def _add(self, other: Container, menu: Container) -> None:
        own = other is menu
        by_target = {t.target: t for t in self.transitions if t.kind is TransitionKind.CHOICE}
        for choice in other.choices:
            transition = by_target.get(self.flow.prefix + choice.action.id)
            if transition is None:
                continue
            keys = [choice.dtmf] if choice.dtmf and (own or choice.global_dtmf) else []
            words = terms(choice) if own or choice.global_speech else []
            added = False
            for key in keys:
                added = self._offer(self.by_key, key, transition, CallerEvent(PRESS, key), added)
            for word in words:
                added = self._offer(self.by_word, word.casefold(), transition, CallerEvent(SAY, word), added)

    def _offer(self, ways: dict[str, Way], key: str, transition: Transition, event: CallerEvent, added: bool) -> bool:
        if key in ways:
            return added
        ways[key] = Way(event.text, transition, event=event)
        if not added:
            self.choices.append(ways[key])
        return True

    def _default(self, kind: TransitionKind) -> Transition | None:
        return next((t for t in self.transitions if t.kind is kind), None)

    def visit(self, state: ArchitectState) -> Question:
        self.play(state, self.audio)
        menus = state.menus
        if not menus or menus[-1] != self.id:
            # Back at a menu that the caller came through, what lay behind it is forgotten (inferred).
            state.menus = (*menus[: menus.index(self.id)], self.id) if self.id in menus else (*menus, self.id)
        return self.question

    def respond(self, state: ArchitectState, event: CallerEvent) -> Way:
        if event.kind is PRESS:
            found = self.by_key.get(event.text)
        elif event.kind is SAY:
            found = self.by_word.get(event.text.strip().casefold())
        elif event.kind is SILENCE:
            return self._again(state, event)
        else:
            return self.fails(state)
        return found._replace(event=event) if found is not None else self._again(state, event)

    def _again(self, state: ArchitectState, event: CallerEvent) -> Way:
        kind = SILENCE if event.kind is SILENCE else PRESS
        name = "silence" if kind is SILENCE else "no match"
        if state.attempts + 1 < self.repeats:
            return Way(name, None, event=event)
        default = self.defaults[kind]
        return Way(name, default, None if default is not None else Ending.DISCONNECTED, event=event)

    def ways(self, state: ArchitectState) -> list[Way]:
        return [*self.choices, self._again(state, self.silence), self._again(state, self.wrong)]

    def take(self, state: ArchitectState, way: Way) -> None:
        state.attempts = state.attempts + 1 if way.transition is None else 0


def terms(choice: Choice) -> list[str]:
    """Speech recognition terms of a choice, in all languages."""
    element: Any = choice.action.element
    found = choice.action.params.get("speechRecTerms")
    if found is None and isinstance(element, dict):
        found = element.get("speechRecTerms")
    words: list[str] = []
    if isinstance(found, dict):
        for language in found.values():
            listed = language.get("terms") if isinstance(language, dict) else language
            for word in listed if isinstance(listed, list) else []:
                spoken = params.first(word, "term", "text").text if isinstance(word, dict) else text(word)
                if spoken and spoken not in words:
                    words.append(spoken)
    return words


_COMPARED = r'(?:(?<![\w.]){0}\s*==\s*"([^"\\]*)"|"([^"\\]*)"\s*==\s*{0}(?![\w.]))'


class CollectInput(NodePlan):
    """Digits of the right number go into a variable (`success`); silence, too few or too many are a `failure`
    (documented: articles/collect-digits-data-action). `#` at the end ends the entry and is no part of it, unless the
    action says so. The read-back for verification is taken as accepted (inferred)."""

    def prepare(self) -> None:
        element: Any = self.action.params
        self.audio = self.sound(params.audio(self.action))
        self.variable = variable(element.get("inputData", element.get("resultData")))
        digits = element.get("digits")
        exact = params.first(digits, "exact", kind="int").value if isinstance(digits, dict) else None
        limits = digits.get("range") if isinstance(digits, dict) else None
        bounds = limits if isinstance(limits, dict) else element
        low, high = (
            params.first(bounds, *keys, kind="int").value
            for keys in (("min", "numberOfDigitsMin"), ("max", "numberOfDigitsMax"))
        )
        self.least = exact if type(exact) is int else low if type(low) is int else 1
        self.most = exact if type(exact) is int else high if type(high) is int else max(self.least, 32)
        self.star = self._flag("acceptJustStar")
        self.pound = self._flag("acceptJustPound")
        self.keep_end = self._flag("includeTerminatingDtmfInResultData")
        self.good, self.bad = self.by_output("success"), self.by_output("failure")
        self.question = Question(Asks.CALLER, self.action.name or self.action.type)
        self._tries: list[CallerEvent] | None = None

    def _flag(self, key: str) -> bool:
        return params.first(self.action.params, key, kind="bln").value is True

    def visit(self, state: ArchitectState) -> Question:
        self.play(state, self.audio)
        return self.question

    def respond(self, state: ArchitectState, event: CallerEvent) -> Way:
        if event.kind is EventKind.ERROR:
            return self.fails(state)
        good = event.kind is PRESS and self.accepts(event.text)
        return Way(event.text if good else str(event.kind), self.good if good else self.bad, event=event)

    def accepts(self, keys: str) -> bool:
        """Whether keys are a valid entry."""
        if keys == "*":
            return self.star
        if keys == "#":
            return self.pound
        digits = keys.removesuffix("#")
        return self.least <= len(digits) <= self.most and all(key in KEYS[:11] for key in digits)

    def ways(self, state: ArchitectState) -> list[Way]:
        if self._tries is None:
            self._tries = [CallerEvent(PRESS, keys) for keys in self._entries()]
        return [*(self.respond(state, event) for event in self._tries), self.respond(state, CallerEvent(SILENCE))]

    def _entries(self) -> list[str]:
        """The entries that the flow's expressions compare the variable with, and one more of valid length."""
        found = [key for key in self.machine.compared(self.flow, self.variable) if self.accepts(key)]
        other = next(
            (digit * max(1, self.least) for digit in "1234567890" if digit * max(1, self.least) not in found), ""
        )
        return [*found, other] if other else found

    def take(self, state: ArchitectState, way: Way) -> None:
        event = way.event
        if self.variable and way.transition is self.good and event is not None:
            keys = event.text
            state.set(self.variable, keys if self.keep_end or len(keys) == 1 else keys.removesuffix("#"))


def compared_with(sources: list[str], variable: str) -> list[str]:
    """Strings that expressions compare a variable with, in order, each once."""
    pattern = re.compile(_COMPARED.format(re.escape(variable)), re.IGNORECASE)
    found: dict[str, None] = {}
    for source in sources:
        for match in pattern.finditer(source):
            found.setdefault(match[1] if match[1] is not None else match[2])
    return list(found)


class DialByExtension(CollectInput):
    """The extension that is dialled takes the call; that it exists is not known."""

    def prepare(self) -> None:
        super().prepare()
        self.least, self.most = 1, 32
        self.bad = self.by_output("timeout") or self.by_output("failure")

    def respond(self, state: ArchitectState, event: CallerEvent) -> Way:
        if event.kind is PRESS and self.accepts(event.text):
            return Way(event.text, None, Ending.TRANSFERRED, event.text, event)
        return super().respond(state, event)

    def ways(self, state: ArchitectState) -> list[Way]:
        failure = self.by_output("failure")
        found = super().ways(state)
        return [*found, Way("failure", failure)] if failure is not None and failure is not self.bad else found
