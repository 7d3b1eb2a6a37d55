"""Every value in an Architect flow with its meaning: literal, expression, variable, name, reference …

Rules and the simulator read values here, whatever the format. Nothing is passed over in silence: a scalar is either
given a meaning, or `ignored.py` says why it has none, or it comes back as `unread`. A test holds that no published
flow has an `unread` one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ivr_action.flow.document import is_scalar, text
from ivr_action.flow.flow import ArchitectFlow, Format
from ivr_action.flow.ignored import IGNORED_CONFIGURATION, IGNORED_YAML

WRAPPERS = frozenset(("lit", "exp", "tts", "var", "prompt", "noValue", "none"))
"""Keys that say of what kind a value is: literal, expression, text to speech, variable to fill, prompt, nothing."""

Path = tuple[str, ...]


class Value(NamedTuple):
    """One scalar of the file."""

    meaning: str
    """One of `WRAPPERS`, or `name` (of something in this flow or in the organisation), `variable`, `reference` (to
    something in this flow), `id` (of something in the organisation), `type`, `text` (shown or spoken), `setting`,
    `ignored`, `unread`."""
    text: str
    """Empty for null."""
    path: Path
    """Keys from the document's root; `[]` for a place in a list."""
    element: Any
    key: str | int
    """`Document.where(element, key)` is its place."""


_YAML_MEANINGS: dict[str, str] = {
    "name": "name",
    "division": "name",
    "description": "text",
    "text": "text",
    "terms[]": "text",
    "variable": "variable",
    "refId": "reference",
    "startUpRef": "reference",
    "defaultChildMenuRef": "reference",
    "dtmf": "setting",
    "terminatingDtmf": "setting",
    "flowType": "type",
} | dict.fromkeys(
    (
        "isInput", "isOutput", "isSecure", "defaultLanguage", "mediaType", "ensureAudioInPrompts", "enabled",
        "globalDtmf", "globalSpeechRecTerms", "asrCompanyDir", "asrEnabledOnFlow", "suppressRecording", "voice",
        "defaultVoice", "defaultEngine", "defaultLanguageSkill", "replyMode", "verificationType", "entirePrompt",
        "exact", "min", "max", "includeTerminatingDtmfInResultData", "virtualAgentEnabled", "playbackMode",
    ),
    "setting",
)  # fmt: skip

_CONFIGURATION_MEANINGS: dict[str, str] = {
    "name": "name",
    "label": "name",
    "description": "text",
    "__type": "type",
    "type": "type",
    "typeIdentifier": "type",
    "handlingType": "type",
    "id": "reference",
    "trackingId": "reference",
    "referenceId": "reference",
    "outputId": "reference",
    "nextAction": "reference",
    "nextActionId": "reference",
    "startAction": "reference",
    "initialSequence": "reference",
    "defaultMenuChoice": "reference",
    "supportedLanguages[]": "setting",
    "destinationFlowTypes[]": "type",
} | dict.fromkeys(
    (
        "isCollection", "isInput", "isOutput", "isInternal", "isSecure", "outOfService", "disabled", "digit",
        "globalDtmf", "globalSpeech", "useSuggestedTimeout", "useDefaultHandling", "switchStyle", "verification",
        "defaultLanguage", "language", "selection", "grammarBased", "flowVersion", "flowLatestVersion",
        "flowDebugPublished", "flowOutOfService", "playbackMode", "virtualAgentEnabled", "agenticVirtualAgentEnabled",
        "recognitionHandlingType", "subsequentRecognitionFailuresHandlingType", "agentEscalationHandlingType",
        "targetAddressType", "selectedSlot", "selectedSlotType", "category", "playForDuration", "isDynamicBranch",
        "welcomeArticle", "knowledge", "isDefault", "knowledgeBaseCoreLanguage",
    ),
    "setting",
)  # fmt: skip
_REFERENCES = frozenset(("task", "menu", "state", "path"))


def values(flow: ArchitectFlow) -> Iterator[Value]:
    """All scalars of the file in document order, each with its meaning."""
    root = flow.document.root
    if flow.format is Format.ARCHITECT_YAML:
        yield from _walk(root, IGNORED_YAML, _yaml_meaning)
    else:
        yield from _walk(root, IGNORED_CONFIGURATION, _configuration_meaning)


def _walk(root: Any, ignored: dict[str, str], meaning_of: Any) -> Iterator[Value]:
    todo: list[tuple[Any, Path, bool]] = [(root, (), False)]
    while todo:
        element, path, skip = todo.pop()
        inner: list[tuple[Any, Path, bool]] = []
        pairs: Any = element.items() if isinstance(element, dict) else enumerate(element)
        for key, value in pairs:
            here = (*path, key if isinstance(key, str) else "[]")
            hidden = skip or _matches(here, ignored)
            if not is_scalar(value):
                inner.append((value, here, hidden))
                continue
            meaning = "ignored" if hidden else meaning_of(here, element)
            yield Value(meaning, text(value) or "", here, element, key)
        todo.extend(reversed(inner))


def _matches(path: Path, ignored: dict[str, str]) -> bool:
    """A pattern is the end of a path: `a/b` ignores what stands under `b` in an `a`, wherever that is."""
    key = path[-1]
    return key in ignored or (len(path) > 1 and f"{path[-2]}/{key}" in ignored)


def _yaml_meaning(path: Path, element: Any) -> str:
    key = path[-1]
    if key in WRAPPERS:
        return key
    for above in reversed(path[:-1]):
        if above == "lit":  # `lit: {seconds: 10}`, `lit: {name: Sales}`
            return "lit"
        if above != "[]":
            break
    if key.endswith("Ref"):
        return "reference"
    found = _YAML_MEANINGS.get(f"{path[-2]}[]" if key == "[]" and len(path) > 1 else key)
    return found or "unread"


def _configuration_meaning(path: Path, element: Any) -> str:
    key = path[-1]
    if isinstance(element, dict) and "text" in element and "type" in element:
        return {"text": "exp", "type": "type"}.get(key, "setting")
    if "manifest" in path:
        return "name" if key.lower().endswith("name") else "id"
    name = f"{path[-2]}[]" if key == "[]" and len(path) > 1 else key
    found = _CONFIGURATION_MEANINGS.get(name)
    if found is not None:
        return found
    for suffix, meaning in (("Name", "name"), ("Id", "id"), ("Reference", "reference")):
        if name.endswith(suffix):
            return meaning if meaning != "reference" or name.removesuffix(suffix) in _REFERENCES else "unread"
    if "speechRecTerms" in path:
        return "text"
    return "reference" if "intentsToReusableTasks" in path else "unread"
