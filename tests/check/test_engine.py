"""The engine: every rule once, worst first, levels as chosen, and a bug is never hidden."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from ivr_action.check import CheckOptions, Rule, check, engine
from ivr_action.errors import UsageError
from ivr_action.flow.read import Reading, read_flow
from ivr_action.model import Finding, Level

FLOW = """\
inboundCall:
  name: Support/EMEA
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - disconnect:
              none: true
          - playAudio:
              name: Too late
              audio:
                tts: Goodbye.
"""


def read(text: str, path: str = "flow.yaml") -> Reading:
    return read_flow(path, text.encode())


def test_worst_comes_first() -> None:
    report = check([read(FLOW)])
    assert [(finding.rule, finding.level) for finding in report.findings] == [
        ("flow-name", Level.ERROR),
        ("unreachable-action", Level.WARNING),
    ]


def test_each_file_has_its_entry() -> None:
    report = check([read(FLOW, "a.yaml"), read("inboundCall: [", "b.yaml"), read(FLOW.replace("/EMEA", ""), "c.yaml")])
    assert [(flow.path, flow.name, flow.type, flow.valid) for flow in report.flows] == [
        ("a.yaml", "Support/EMEA", "inboundCall", False),
        ("b.yaml", "", "", False),
        ("c.yaml", "Support", "inboundCall", True),
    ]
    assert report.flows[2].graph is not None
    assert report.flows[1].graph is None


def test_a_level_can_be_changed_and_a_rule_switched_off() -> None:
    options = CheckOptions(levels={"flow-name": Level.NOTE, "unreachable-action": None})
    report = check([read(FLOW)], options)
    assert [(finding.rule, finding.level) for finding in report.findings] == [("flow-name", Level.NOTE)]
    assert report.flows[0].valid


def test_a_level_for_an_unknown_rule_is_refused() -> None:
    with pytest.raises(UsageError):
        check([read(FLOW)], CheckOptions(levels={"flow-nmae": Level.NOTE}))


def test_a_bug_in_a_rule_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Rule):
        id, level, works_on = "broken", Level.NOTE, "architect"
        summary = why = fix = bad = good = source = ""

        def check(self, subject: object, options: CheckOptions) -> Iterator[Finding]:
            raise ZeroDivisionError

    monkeypatch.setattr(engine, "RULES", (Broken(),))
    engine._rules_by_subject.cache_clear()
    try:
        with pytest.raises(ZeroDivisionError):
            check([read(FLOW)])
    finally:
        engine._rules_by_subject.cache_clear()


def test_a_valid_flow_costs_no_heavy_import() -> None:
    code = (
        "import sys; from ivr_action.check import check; from ivr_action.flow.read import read_flow;"
        f"assert check([read_flow('f.yaml', {FLOW.replace('/EMEA', '').encode()!r})]).flows[0].valid;"
        "heavy = {'networkx', 'cel', 'jsonschema', 'difflib', 'pydantic'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
