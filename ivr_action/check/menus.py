"""Rules about menus and their choices, as Genesys' editor has them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.values import literal, milliseconds
from ivr_action.flow.document import text
from ivr_action.flow.flow import ArchitectFlow, Choice, Container, Format
from ivr_action.model import Finding, Level, Location

DTMF_KEYS = frozenset("0123456789*#")

_HEAD = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/menus/menu[Main_1]
  menus:
    - menu:
        name: Main
        refId: Main_1
        audio:
          tts: Press 1 for sales, 9 to hang up.
"""
_CHOICES = """\
        choices:
          - menuTransferToAcd:
              name: Sales
              dtmf: digit_1
              targetQueue:
                lit:
                  name: Sales
          - menuDisconnect:
              name: Hang up
              dtmf: digit_9
"""
_GOOD = _HEAD + _CHOICES


class _MenuRule(Rule):
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    good = _GOOD

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        for container in subject.containers:
            if container.kind == "menu":
                yield from self.menu(subject, container)

    @abstractmethod
    def menu(self, flow: ArchitectFlow, menu: Container) -> Iterator[Finding]:
        """Findings in one menu."""


class MenuWithoutChoices(_MenuRule):
    id = "menu-without-choices"
    summary = "A menu offers no choices."
    why = "The caller hears the menu until the platform hangs up, whatever they press."
    fix = "Add a choice under `choices`, or remove the menu."
    bad = _HEAD
    source = "Genesys' validation: menu.noMenuChoices."

    def menu(self, flow: ArchitectFlow, menu: Container) -> Iterator[Finding]:
        if not menu.choices:
            body = menu.element
            key = next((k for k in ("choices", "name") if isinstance(body, dict) and k in body), None)
            yield self.finding(
                flow.document,
                f"The menu `{menu.name}` has no choices: whatever the caller presses, nothing happens.",
                "",
                body,
                key,
                of="key",
                node=menu.entry or None,
                related=_end(flow, menu),
            )


class ChoiceWithoutInput(_MenuRule):
    id = "choice-without-input"
    summary = "A menu choice has neither a key nor a word to say."
    why = "No caller can ever choose it."
    fix = "Give it `dtmf`, or `speechRecTerms` with at least one term."
    bad = _GOOD.replace("              dtmf: digit_1\n", "")
    source = "Genesys' validation: menuChoice.noDtmfOrSpeechRec, menuChoice.noDtmfWithDisabledSpeechRec."

    def menu(self, flow: ArchitectFlow, menu: Container) -> Iterator[Finding]:
        for choice in menu.choices:
            if choice.dtmf_text is None and not choice.has_speech:
                near = _near_key(choice)
                yield self.finding(
                    flow.document,
                    f"No caller can choose `{_name(choice)}` in the menu `{menu.name}`: it has neither a key nor a "
                    "word to say.",
                    f"Did you mean `dtmf` by `{near}`?" if near else "",
                    choice.action.params if near else choice.action.element,
                    near,
                    of="key",
                    node=choice.action.id or None,
                )


class InvalidDtmf(_MenuRule):
    id = "invalid-dtmf"
    summary = "A choice's key is no key of a telephone."
    why = "No caller can press it. The platform refuses to publish the flow."
    fix = "Write `digit_0` to `digit_9`, `digit_*` or `digit_#`."
    bad = _GOOD.replace("digit_1", "digit_12")
    source = "Keys that Architect's editor offers."

    def menu(self, flow: ArchitectFlow, menu: Container) -> Iterator[Finding]:
        for choice in menu.choices:
            if choice.dtmf is not None and choice.dtmf not in DTMF_KEYS and "{{" not in choice.dtmf:
                params = choice.action.params if flow.format is Format.ARCHITECT_YAML else choice.action.element
                yield self.finding(
                    flow.document,
                    f"`{choice.dtmf_text}` is no key of a telephone: no caller can choose `{_name(choice)}`.",
                    "",
                    params,
                    "dtmf" if flow.format is Format.ARCHITECT_YAML else "digit",
                    node=choice.action.id or None,
                )


class DuplicateDtmf(_MenuRule):
    id = "duplicate-dtmf"
    summary = "Two choices of one menu have the same key."
    why = "Only one of the two can ever be reached; the caller who wants the other lands in the wrong place."
    fix = "Give one of the two another key, and say it in the menu's audio."
    bad = _GOOD.replace("digit_9", "digit_1")
    source = "Genesys' validation: menuChoice.duplicateDtmf."

    def menu(self, flow: ArchitectFlow, menu: Container) -> Iterator[Finding]:
        seen: dict[str, Choice] = {}
        for choice in menu.choices:
            if choice.dtmf is None:
                continue
            first = seen.setdefault(choice.dtmf, choice)
            if first is not choice:
                yield _same_key(
                    self, flow, first, choice,
                    f"The key {choice.dtmf} is used twice in the menu `{menu.name}`: by `{_name(first)}` and by "
                    f"`{_name(choice)}`. A caller who presses it can only get to one of them.",
                )  # fmt: skip


class DuplicateGlobalDtmf(Rule):
    id = "duplicate-global-dtmf"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Two choices that work in every menu of the flow have the same key."
    why = "In any other menu the caller who presses it can only get to one of them."
    fix = "Give one of the two another key, or make it work in its own menu only (`globalDtmf: false`)."
    bad = _GOOD.replace("dtmf: digit_9\n", "dtmf: digit_9\n              globalDtmf: true\n") + _GOOD[
        _GOOD.index("    - menu:") :
    ].replace("name: Main", "name: Orders").replace("Main_1", "Orders_2").replace(
        "dtmf: digit_9\n", "dtmf: digit_9\n              globalDtmf: true\n"
    )
    good = bad.replace("globalDtmf: true", "globalDtmf: false")
    source = "Genesys' validation: menuChoice.duplicateDtmfGlobal."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        seen: dict[str, Choice] = {}
        for container in subject.containers:
            for choice in container.choices:
                if choice.global_dtmf and choice.dtmf is not None:
                    first = seen.setdefault(choice.dtmf, choice)
                    if first.menu is not choice.menu:
                        yield _same_key(
                            self, subject, first, choice,
                            f"The key {choice.dtmf} is to work in every menu for `{_name(first)}` (menu "
                            f"`{first.menu.name}`) and for `{_name(choice)}` (menu `{choice.menu.name}`): a caller can "
                            "only get to one of them.",
                        )  # fmt: skip


class DefaultChoice(_MenuRule):
    id = "default-choice"
    summary = "A menu's default choice is none of its choices."
    why = "A caller who stays silent is to be led there. The platform refuses to publish the flow."
    fix = "Name a choice of this menu: `./choices/menuTask[its refId or name]`."
    bad = _GOOD + "        defaultChildMenuRef: ./choices/menuDisconnect[Goodbye]\n"
    good = _GOOD + "        defaultChildMenuRef: ./choices/menuDisconnect[Hang up]\n"
    source = "Genesys' validation: menu.defaultChoiceNotValid."

    def menu(self, flow: ArchitectFlow, menu: Container) -> Iterator[Finding]:
        default = menu.default_choice
        if default is not None and default.target is None and not default.is_template:
            yield self.finding(
                flow.document,
                f"The menu `{menu.name}` is to lead silent callers to `{default.text}`, which is none of its choices.",
                "",
                default.element,
                default.key,
                node=menu.entry or None,
            )


class ExtensionDelay(_MenuRule):
    id = "extension-delay"
    summary = "A menu waits longer for a second digit than for the first."
    why = (
        "With extension dialling the menu starts again before the caller's single digit counts: nobody gets through. "
        "The platform refuses to publish the flow."
    )
    fix = "Make `extensionDialingMaxDelay` shorter than `menuSelectionTimeout`."
    bad = (
        _GOOD
        + """\
        settingsMenu:
          extensionDialingMaxDelay:
            lit:
              seconds: 10
          listenForExtensionDialing:
            lit: true
          menuSelectionTimeout:
            lit:
              seconds: 5
"""
    )
    good = bad.replace("seconds: 10", "seconds: 1")
    source = "Genesys' validation: menu.extDialDelayTooBigError."

    def menu(self, flow: ArchitectFlow, menu: Container) -> Iterator[Finding]:
        if flow.format is not Format.ARCHITECT_YAML or not isinstance(menu.element, dict):
            return
        own = menu.element.get("settingsMenu")
        shared = flow.element.get("settingsMenu") if isinstance(flow.element, dict) else None

        def setting(key: str) -> tuple[Any, Any]:
            for owner in (own, shared):
                if isinstance(owner, dict) and key in owner:
                    value = owner[key]
                    if not (isinstance(value, dict) and "noValue" in value):
                        return owner, value
            return None, None

        owner, delay = setting("extensionDialingMaxDelay")
        if delay is None or text(literal(setting("listenForExtensionDialing")[1])) != "true":
            return
        delay_ms, wait_ms = milliseconds(delay), milliseconds(setting("menuSelectionTimeout")[1])
        if delay_ms is not None and wait_ms is not None and delay_ms >= wait_ms:
            yield self.finding(
                flow.document,
                f"The menu `{menu.name}` waits {delay_ms / 1000:g} s for the next digit of an extension, but starts "
                f"again after {wait_ms / 1000:g} s: a caller who presses one key never gets through.",
                "",
                owner,
                "extensionDialingMaxDelay",
                of="key",
                node=menu.entry or None,
            )


def _same_key(rule: Rule, flow: ArchitectFlow, first: Choice, again: Choice, message: str) -> Finding:
    doc = flow.document
    yaml = flow.format is Format.ARCHITECT_YAML
    key = "dtmf" if yaml else "digit"
    places = [choice.action.params if yaml else choice.action.element for choice in (again, first)]
    return rule.finding(
        doc, message, "", places[0], key, node=again.action.id or None, related=[doc.where(places[1], key)]
    )


def _end(flow: ArchitectFlow, menu: Container) -> list[Location]:
    """Where the menu ends in the text: there its choices belong."""
    mark = getattr(menu.element, "end_mark", None)
    if mark is None:
        return []
    text_before = flow.document.text[: flow.document.origin(mark.index)].rstrip()
    line, column = flow.document.line_column(len(text_before))
    return [Location(flow.document.path, line, column)]


def _name(choice: Choice) -> str:
    return choice.action.name or choice.action.type


def _near_key(choice: Choice) -> str | None:
    from ivr_action.check.words import misspelling

    params = choice.action.params
    return next((key for key in params if misspelling(str(key), ("dtmf", "speechRecTerms"))), None)


RULES: tuple[Any, ...] = (
    MenuWithoutChoices(), ChoiceWithoutInput(), InvalidDtmf(), DuplicateDtmf(), DuplicateGlobalDtmf(), DefaultChoice(),
    ExtensionDelay(),
)  # fmt: skip
