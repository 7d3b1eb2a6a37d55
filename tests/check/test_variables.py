"""The rules about variables, each edge in a small flow."""

from __future__ import annotations

import pytest

from ivr_action.check import check
from ivr_action.flow.flow import ArchitectFlow, Format
from ivr_action.flow.read import read_flow
from ivr_action.flow.variables import Variables
from ivr_action.model import Finding
from tests.corpus import corpus_files, need_corpus


def flow(actions: str, declared: str = "stringVariable: {name: Flow.x, initialValue: {noValue: true}}") -> str:
    lines = "".join(f"          - {line}\n" for line in actions.strip().splitlines())
    return f"""\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  variables:
    - {declared}
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
{lines}          - disconnect: {{none: true}}
"""


def found(text: str, rule: str, substitutions: dict[str, str] | None = None) -> list[Finding]:
    report = check([read_flow("flow.yaml", text.encode(), substitutions)])
    return [finding for finding in report.findings if finding.rule == rule]


READ = "playAudio: {audio: {exp: ToAudioTTS(Flow.x)}}"
WRITE = "updateData: {statements: [{string: {variable: Flow.x, value: {lit: a}}}]}"


@pytest.mark.parametrize(
    ("actions", "declared", "count"),
    [
        ("", "stringVariable: {name: Flow.x}", 1),
        (READ, "stringVariable: {name: Flow.x}", 0),
        (WRITE, "stringVariable: {name: Flow.x}", 0),
        (READ.replace("Flow.x", "flow.X"), "stringVariable: {name: Flow.x}", 0),  # names compare without case
        (READ.replace("Flow.x", "Flow.xy"), "stringVariable: {name: Flow.x}", 1),  # another variable
        ("", "stringVariable: {name: Flow.x, isInput: true}", 0),  # whoever starts the flow passes it in
        ("", "stringVariable: {name: Flow.x, isOutput: true}", 0),
        ("", "stringVariable: {name: Slot.x}", 0),  # a bot fills it by itself
        ("", "stringVariable: {name: 'Flow.{{x}}'}", 0),
    ],
)
def test_unused_variables(actions: str, declared: str, count: int) -> None:
    assert len(found(flow(actions, declared), "unused-variable")) == count


def test_a_use_that_only_a_substitution_brings_is_a_use() -> None:
    text = flow("playAudio: {audio: {exp: 'ToAudioTTS({{what}})'}}")
    assert len(found(text, "unused-variable", {"what": "Flow.x"})) == 0
    assert len(found(text, "unused-variable", {"what": "Flow.y"})) == 1


@pytest.mark.parametrize(
    ("actions", "count"),
    [
        (READ.replace("Flow.x", "Flow.costumer"), 1),
        (READ.replace("Flow.x", '"Flow.costumer"'), 0),  # quoted: a text
        (READ.replace("Flow.x", "Call.Flow.costumer"), 0),  # a member of something else
        (READ.replace("Flow.x", "Flow.HoldPrompt"), 0),
        ("playAudio: {audio: {tts: Flow.costumer}}", 0),
        ("callData: {category: {A: {dataAction: {B: {successOutputs: {c: {var: Flow.new}}}}}}}", 0),
    ],
)
def test_undeclared_variables(actions: str, count: int) -> None:
    assert len(found(flow(f"{READ}\n{WRITE}\n{actions}"), "undeclared-variable")) == count


def test_an_undeclared_name_is_reported_once_with_the_one_meant() -> None:
    declared = "stringVariable: {name: Flow.customer, initialValue: {lit: a}}"
    wrong = READ.replace("Flow.x", "Flow.costumer")
    (finding,) = found(flow(f"{wrong}\n{wrong}", declared), "undeclared-variable")
    assert finding.hint == "Did you mean `Flow.customer`?"
    assert finding.location.line in (11, 12)


@pytest.mark.parametrize(
    ("actions", "declared", "count"),
    [
        (READ, "stringVariable: {name: Flow.x, initialValue: {noValue: true}}", 1),
        (READ, "stringVariable: {name: Flow.x}", 1),
        (READ, "stringVariable: {name: Flow.x, initialValue: {lit: a}}", 0),
        (READ, "stringVariable: {name: Flow.x, isInput: true}", 0),
        (f"{READ}\n{WRITE}", "stringVariable: {name: Flow.x}", 0),
        (
            "callBotFlow: {botFlow: {B: {ver_latestPublished: {outputs: {Slot.a: {var: Flow.x}}}}}}\n" + READ,
            "stringVariable: {name: Flow.x}",
            0,
        ),
    ],
)
def test_variables_that_nothing_sets(actions: str, declared: str, count: int) -> None:
    assert len(found(flow(actions, declared), "variable-never-set")) == count


def decision(yes: str, no: str) -> str:
    return (
        f"decision: {{condition: {{exp: Call.x}}, outputs: {{'yes': {{actions: [{yes}]}}, 'no': {{actions: [{no}]}}}}}}"
    )


@pytest.mark.parametrize(
    ("actions", "count"),
    [
        (f"{READ}\n{WRITE}", 1),
        (f"{WRITE}\n{READ}", 0),
        (decision(WRITE, "disconnect: {none: true}") + f"\n{READ}", 0),
        (decision(READ, WRITE), 1),  # the two ways never meet before the read
        (decision(WRITE, READ), 0),  # not looked at: the first use in the file writes
        (decision("playAudio: {audio: {exp: 'If(IsSet(Flow.x), Flow.x, 1)'}}", WRITE), 0),  # asks whether it is set
        ("loop: {loopCount: {lit: 3}, outputs: {loop: {actions: [" + READ + ", " + WRITE + "]}}}", 0),
    ],
)
def test_reads_that_come_before_every_write(actions: str, count: int) -> None:
    assert len(found(flow(actions), "variable-read-before-set")) == count


TASK = """\
    - task:
        name: Set
        refId: Set_2
        actions:
          - updateData: {statements: [{string: {variable: Flow.x, value: {lit: a}}}]}
          - endTask: {outputPath: {name: default}}
"""


def test_what_a_called_task_sets_is_set_behind_the_call() -> None:
    call = "callTask: {targetTaskRef: '/inboundCall/tasks/task[Set_2]'}"
    assert found(flow(f"{call}\n{READ}") + TASK, "variable-read-before-set") == []
    assert len(found(flow(f"{READ}\n{call}") + TASK, "variable-read-before-set")) == 1


def test_startup_actions_have_variables_of_their_own() -> None:
    text = """\
inqueueCall:
  name: Waiting
  startUpTaskActions:
    - playAudio: {audio: {exp: ToAudioTTS(Task.x)}}
  startUpTaskVariables:
    - stringVariable: {name: Task.x, initialValue: {lit: a}}
    - stringVariable: {name: Task.y, initialValue: {lit: a}}
"""
    assert found(text, "undeclared-variable") == []
    assert [finding.location.line for finding in found(text, "unused-variable")] == [7]


def test_the_quick_look_at_the_text_misses_no_use() -> None:
    """Rules walk the tree only where the text is suspicious: what the tree uses must stand in the text."""
    need_corpus()
    uses = 0
    for path in corpus_files():
        read = read_flow(path.name, path.read_bytes()).flow
        if isinstance(read, ArchitectFlow):
            known = Variables(read)
            for use in known.uses:
                uses += 1
                if use.said[0].isupper():
                    assert use.name in known.mentions, (path, use.said)
                    if use.writes and read.format is Format.ARCHITECT_YAML:
                        assert known.mentions[use.name].written, (path, use.said)
    assert uses > 500
