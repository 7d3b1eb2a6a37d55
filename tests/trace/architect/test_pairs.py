"""A flow's YAML and its export: equal calls give equal results, whatever the caller and the world do.

A template in the YAML (`{{queue}}`, `<queue>`) stands for whatever the export has there. What was published with other
words in one of the two is listed, and a listed difference that is none any more fails.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr_action.model.trace import Trace
from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.walk import walk
from tests.flow.test_pairs import DIFFERENT_REVISIONS, pairs
from tests.trace.architect.calls import flow_of
from tests.trace.architect.test_corpus import BUNDLE, Wanders

OTHER_WORDS: dict[str, dict[str, str]] = {
    "Proactive_callback_connect.yaml": {
        "This is your requested return call.": "This is Genesys returning your call.",
        "our proactive callback service": "our virtual hold service",
    },
    "Proactive_callback_offer.yaml": {"Get callbacks waiting": "Brian - Get callbacks waiting"},
    "Proactive_callback_workbin.yaml": {
        "Create placeholder callback": "Brian - Create placeholder callback",
        "Add contact to contact list": "Brian - Add contact to contact list",
    },
    "Trigger_proactive_callback_workflow.yaml": {"Execute workflow": "Brian - execute workflow"},
}
"""YAML file → its words → the export's."""
_TEMPLATE = re.compile(r"\\\{\\\{.*?\\\}\\\}|<[^<>]*>")


def same(yaml: str, export: str, words: dict[str, str]) -> bool:
    for ours, theirs in words.items():
        yaml = yaml.replace(ours, theirs)
    return yaml == export or re.fullmatch(_TEMPLATE.sub(".+", re.escape(yaml)), export, re.DOTALL) is not None


def shown(trace: Trace) -> list[str]:
    """All that a call was, line by line."""
    steps = [f"{step.node} | {step.label} | {step.kind} | {step.event} | {step.heard}" for step in trace.steps]
    unknown = [f"{item.node} | {item.question} | {item.key} | {item.chosen}" for item in trace.unknown]
    return [*steps, *unknown, f"{trace.ending} | {trace.target} | {trace.error}"]


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair[0].name)
def test_both_formats_give_equal_calls(pair: tuple[Path, Path]) -> None:
    machines = [ArchitectMachine(flow_of(path)) for path in pair]
    words = dict(OTHER_WORDS.get(pair[0].name, {}))
    if pair[0].name in DIFFERENT_REVISIONS:
        ours, theirs = DIFFERENT_REVISIONS[pair[0].name][1]
        words[ours] = theirs
    unused = set(words)
    scripts = [*BUNDLE, *(lambda machine, seed=seed: Wanders(machine, seed) for seed in range(60))]
    for script in scripts:
        yaml, export = (shown(walk(machine, script(machine), limit=2000)) for machine in machines)
        assert len(yaml) == len(export)
        for ours, theirs in zip(yaml, export, strict=True):
            assert same(ours, theirs, words), (ours, theirs)
            unused = {word for word in unused if word not in ours}
    assert not unused, f"no difference any more: {unused}"
