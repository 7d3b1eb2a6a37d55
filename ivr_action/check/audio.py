"""Rules about what callers hear: something at all, and in a voice that the flow's languages have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.menus import _GOOD as _MENU
from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import listed
from ivr_action.flow.flow import ArchitectFlow, Format
from ivr_action.model import Finding, Level

_AUDIO = {"playAudio": "audio", "collectInput": "inputAudio"}
"""Action → the parameter with what the caller hears, in YAML. A menu's is `audio`."""
_VOICE = frozenset(("inboundCall", "outboundCall", "inqueueCall", "secureCall", "voice", "voiceSurvey", "voicemail"))
_SPEAKS = ("tts:", "ToAudioTTS(")


class PromptWithoutAudio(Rule):
    id = "prompt-without-audio"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A menu, a question or an announcement has nothing to play."
    why = "Callers hear silence and do not know what to do."
    fix = "Give it `audio` (for collectInput `inputAudio`): `tts`, `prompt` or `exp`."
    bad = _MENU.replace("        audio:\n          tts: Press 1 for sales, 9 to hang up.\n", "")
    good = _MENU
    source = "Genesys' validation: audio.blankMainSeqWarningContext."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if subject.format is not Format.ARCHITECT_YAML:
            for element, what, node in _configuration_silent(subject):
                yield self._finding(subject, element, what, node, None)
            return
        for action in subject.actions:
            key = _AUDIO.get(action.type)
            if key is not None and _is_silent(action.params, key):
                name = f" `{action.name}`" if action.name else ""
                place = (action.params, key) if key in action.params else (action.element, action.type)
                yield self._finding(subject, place[0], f"{action.type}{name}", action.id, place[1])
        for menu in subject.containers:
            if menu.kind == "menu" and _is_silent(menu.element, "audio"):
                key = "audio" if "audio" in menu.element else "name"
                yield self._finding(subject, menu.element, f"The menu `{menu.name}`", menu.entry, key)

    def _finding(self, flow: ArchitectFlow, element: Any, what: str, node: str, key: str | None) -> Finding:
        said = what if what[:1].isupper() else f"`{what}`" if "`" not in what else what
        return self.finding(
            flow.document, f"{said} has nothing to play: callers hear silence.", "", element, key, of="key",
            node=node or None,
        )  # fmt: skip


def _is_silent(params: Any, key: str) -> bool:
    if not isinstance(params, dict):
        return False
    value = params.get(key)
    return value is None or (isinstance(value, dict) and len(value) == 1 and ("noValue" in value or "none" in value))


def _configuration_silent(flow: ArchitectFlow) -> Iterator[tuple[Any, str, str]]:
    for action in flow.actions:
        if action.type in _AUDIO and _has_blank_prompts(action.params):
            yield action.element, f"{action.type} `{action.name}`" if action.name else action.type, action.id
    for menu in flow.containers:
        if menu.kind == "menu" and _has_blank_prompts(menu.element):
            yield menu.element, f"The menu `{menu.name}`", menu.entry


def _has_blank_prompts(element: Any) -> bool:
    prompts = element.get("prompts") if isinstance(element, dict) else None
    default = prompts.get("defaultAudio") if isinstance(prompts, dict) else None
    return isinstance(default, dict) and default.get("text") == "" and not (prompts or {}).get("cases")


class LanguageWithoutVoice(Rule):
    id = "language-without-voice"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A call flow speaks text in a language for which it names no voice."
    why = "Which voice reads the text out, if any, is then up to the platform: it is not documented."
    fix = "Add `textToSpeech` with an engine and a voice to the language."
    bad = _MENU.replace(
        "  menus:\n",
        "  defaultLanguage: en-us\n  supportedLanguages:\n    en-us:\n      defaultLanguageSkill:\n"
        "        noValue: true\n      textToSpeech:\n        defaultEngine:\n          voice: Jill\n"
        "    fr-fr:\n      defaultLanguageSkill:\n        noValue: true\n  menus:\n",
    )
    good = bad.replace("    fr-fr:\n      defaultLanguageSkill:\n        noValue: true\n", "")
    source = "Own rule; every language of every published call flow that names languages has `textToSpeech`."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if subject.type not in _VOICE or subject.format is not Format.ARCHITECT_YAML:
            return
        body = subject.element
        languages = body.get("supportedLanguages") if isinstance(body, dict) else None
        if not isinstance(languages, dict):
            return
        without = [
            name
            for name, settings in languages.items()
            if not (isinstance(settings, dict) and "textToSpeech" in settings) and "{{" not in name
        ]
        if without and any(word in subject.document.text for word in _SPEAKS):
            yield self.finding(
                subject.document,
                f"The flow reads text out and names no voice for {listed(without)}: which voice callers hear there, if "
                "any, is not documented.",
                "",
                languages,
                without[0],
                of="key",
            )


RULES: tuple[Any, ...] = (PromptWithoutAudio(), LanguageWithoutVoice())
