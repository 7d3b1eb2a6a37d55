"""The portable form is the same for a YAML flow and for the platform's configuration document of it."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from ivr_action.emulator.configuration.write import UnwritableError, write_configuration
from ivr_action.flow.canonical import Canonical, canonical, complete, digest
from ivr_action.flow.flow import ArchitectFlow, Flow, Format
from ivr_action.flow.portable_values import configuration_value, yaml_value
from ivr_action.flow.read import read_flow
from tests.corpus import corpus_files, need_corpus
from tests.flow.test_pairs import DIFFERENT_REVISIONS, pairs

REVISIONS: dict[str, set[tuple[str, str]]] = {
    "Proactive_callback_connect.yaml": {
        ("playAudio", "audio"),
        ("transferToAcd", "acdSkills.1"),
        ("", "initialGreeting"),
        ("", "settingsOutboundCall.contactList"),
    },
    "Proactive_callback_offer.yaml": {
        ("callData", "dataAction"),
        ("updateData Convert EWT to string", "statements.1.value"),
        *(
            ("", f"startup variables.Task.{name}")
            for name in (
                *("EWT", "Hours", "Minutes", "seconds", "input"),
                *("intHours", "intMinutes", "intSeconds", "waitingCallbacks"),
            )
        ),
    },
    "Proactive_callback_workbin.yaml": {
        ("callData Push call into agentless campaign", "dataAction"),
        ("callData", "dataAction"),
    },
    "Trigger_proactive_callback_workflow.yaml": {
        ("callData Send to virtual hold flow", "dataAction"),
    },
    "SMS_Schedule_Callback.yaml": {("transferToAcd", "acdSkills.1")},
    "Switch_to_Web_Messaging_via_SMS.yaml": {("updateData Initialize SMS variables", "statements.1.value")},
}
"""YAML file → what differs from its export because somebody edited one of them: last part of the node's id, field."""
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|<\w+>")


def _flow(path: Path, old: str = "", new: str = "") -> Flow:
    data = path.read_bytes()
    flow = read_flow(path.name, data.replace(old.encode(), new.encode()) if old else data).flow
    assert flow is not None
    return flow


def _fields(form: Canonical) -> dict[tuple[str, str], str]:
    found = {(id_, name): value for id_, node in form.nodes.items() for name, value in node.fields.items()}
    return found | {("", name): value for name, value in form.settings.items() if name not in ("name", "description")}


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair[0].name)
def test_published_pairs_are_equal_but_for_placeholders_and_edits(pair: tuple[Path, Path]) -> None:
    rename = DIFFERENT_REVISIONS.get(pair[0].name, ("", ("", "")))[1]
    yaml, export = canonical(_flow(pair[0], *rename)), canonical(_flow(pair[1]))
    assert {id_: (node.type, node.kind) for id_, node in yaml.nodes.items()} == {
        id_: (node.type, node.kind) for id_, node in export.nodes.items()
    }
    assert yaml.transitions == export.transitions
    ours, theirs = _fields(yaml), _fields(export)
    differing = {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
    edited = {key for key in differing if not _PLACEHOLDER.search(ours.get(key, ""))}
    assert {(node.rpartition("/")[2], name) for node, name in edited} == REVISIONS.get(pair[0].name, set())


def test_the_pairs_hold_many_values() -> None:
    need_corpus()
    equal = 0
    for yaml, export in pairs():
        ours, theirs = (_fields(canonical(_flow(path))) for path in (yaml, export))
        equal += sum(1 for key, value in ours.items() if theirs.get(key) == value)
    assert equal > 500


_DEFAULT = "published configurations show the key, with a value that counts as nothing"
_SDK = "the scripting SDK shows the key"
_SISTER = "the same parameter of a sister action"
_UNSEEN = {
    "acceptJustStar": _DEFAULT, "bargeInEnabled": _DEFAULT, "settingsMenu.listenForExtensionDialing": _DEFAULT,
    "settingsMenu.menuSelectionTimeout": _DEFAULT, "settingsMenu.repeatCount": _DEFAULT,
    "settingsSpeechRec.completeMatchTimeout": _DEFAULT, "playStyle.duration": _SDK, "externalId": _SDK,
    "externalResult": _SDK, "findName": _SDK, "findResult": _SDK, "invocationData": _SDK, "appendSkills": _DEFAULT,
    "digitalBotFlow": _SISTER, "intent": _DEFAULT,
}  # fmt: skip
"""Names of fields that count in files and stand in no published configuration, with what they rest on."""
_BOUND = re.compile(r"(inputs|outputs|successOutputs|failureOutputs|attributes)\.")
"""Names below these are a flow's own."""


def test_what_counts_in_a_file_is_seen_in_a_published_configuration() -> None:
    """The emulator writes what we know, so that it agrees with us where both are wrong; the platform does not."""
    need_corpus()
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for path in corpus_files():
        flow = _flow(path)
        if isinstance(flow, ArchitectFlow):
            for node in canonical(flow).nodes.values():
                names[flow.format is Format.ARCHITECT_YAML].update(re.sub(r"\.\d+", ".#", name) for name in node.fields)
    assert {name for name in names[True] - names[False] if not _BOUND.match(name)} == set(_UNSEEN)


@pytest.mark.parametrize(
    "said", ["{min: 1, max: 3}", "{range: {min: 1, max: 3}}", "{range: {min: 1, max: 3, terminatingDtmf: 'digit_#'}}"]
)
def test_digits_are_a_minimum_and_a_maximum_however_they_are_written(said: str) -> None:
    yaml = f"""\
inboundCall:
  name: Line
  startUpRef: /inboundCall/tasks/task[Main]
  tasks:
    - task:
        name: Main
        refId: Main
        actions:
          - collectInput:
              digits: {said}
"""
    flow = read_flow("flow.yaml", yaml.encode()).flow
    assert isinstance(flow, ArchitectFlow)
    assert canonical(flow).nodes["task/Main/collectInput"].fields == {"digits.min": "lit 1", "digits.max": "lit 3"}
    live = _published(flow, 1)
    assert isinstance(live, ArchitectFlow)
    (action,) = live.actions
    assert [action.params[f"numberOfDigits{end}"]["text"] for end in ("Min", "Max")] == ["1", "3"]
    assert digest(live) == digest(flow)


def _published(flow: ArchitectFlow, first: int) -> Flow | None:
    ids = itertools.count(first)
    try:
        made = write_configuration(flow, lambda kind, name: "", lambda: f"{next(ids):08x}-0000-4000-8000-000000000000")
    except UnwritableError:
        return None
    return read_flow("configuration.json", json.dumps(made).encode()).flow


def _yaml_files() -> list[Path]:
    return [path for path in corpus_files() if path.parent.parent.name == "architect-yaml"]


@pytest.mark.parametrize("path", _yaml_files(), ids=lambda path: path.name)
def test_a_flow_and_its_configuration_are_equal(path: Path) -> None:
    flow = _flow(path)
    assert isinstance(flow, ArchitectFlow)
    live = _published(flow, 1)
    if live is None:
        assert path.name in ("cicd-sample-digital-bot-flow.yaml", "digital-bot.yaml", *_LEX), "it could be written once"
        return
    assert canonical(flow) == canonical(live)
    assert digest(flow) == digest(live)
    again = _published(flow, 5000)
    assert again is not None
    assert complete(live) == complete(again)


_LEX = ("QnABot-CallFlow.yaml", "callflow.fixtures.yaml")


@pytest.mark.parametrize(
    ("yaml", "configuration"),
    [
        ({"lit": {"minutes": "1"}}, ("P0D0H1M0S0F", "dur", 1)),
        ({"lit": {"ms": "1500"}}, ("P0D0H0M1S500F", "dur", 1)),
        ({"lit": {"days": "1", "hours": "1"}}, ("P0D25H0M0S0F", "dur", 1)),
        ({"lit": {"name": "PromptSystem.processing"}}, ("processing", "pmt", 1)),
        ({"lit": "Sales"}, ("Sales", "str", 1)),
        ({"lit": ""}, ("", "str", 1)),
        ({"noValue": "true"}, ("0", "int", 3)),
        ({"noValue": "true"}, ("", "que", 1)),
        ({"exp": "Task.x\n"}, ("Task.x", "str", 0)),
        ({"exp": "Task.x"}, ("Task.x", "str", 4)),
        ({"var": "Task.x"}, ("Task.x", "str", 2)),
        ({"tts": 'Say "hi"\nnow\\'}, ('AudioPlaybackOptions(ToAudioTTS("Say \\"hi\\"\nnow\\\\"), true)', "aud", None)),
        ({"tts": "Hello"}, ('ToAudioTTS("Hello")', "aud", None)),
        ({"prompt": "Prompt.Welcome"}, ("AudioPlaybackOptions(ToAudio(Prompt.Welcome), true)", "aud", None)),
        ({"exp": "AudioPlaybackOptions(ToAudioBlank(100), true)"}, ("ToAudioBlank(100)", "aud", None)),
    ],
)
def test_values_in_the_words_of_both_formats(
    yaml: dict[str, object], configuration: tuple[str, str, int | None]
) -> None:
    said, kind, mode = configuration
    assert yaml_value(yaml) == configuration_value({"text": said, "type": kind, "uiMetaData": {"mode": mode}})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"lit": "Task.x"}, {"exp": "Task.x"}),
        ({"tts": "Hello"}, {"lit": "Hello"}),
        ({"lit": {"minutes": "1"}}, {"lit": {"minutes": "10"}}),
        ({"lit": ""}, {"noValue": "true"}),
        (
            {"exp": "AudioPlaybackOptions(ToAudioBlank(100), true)"},
            {"exp": "AudioPlaybackOptions(ToAudioBlank(100), false)"},
        ),
        ({"exp": 'Append(ToAudioTTS("a"), ToAudioTTS("b"))'}, {"tts": 'a"), ToAudioTTS("b'}),
    ],
)
def test_values_that_differ(one: dict[str, object], other: dict[str, object]) -> None:
    assert yaml_value(one) != yaml_value(other)
