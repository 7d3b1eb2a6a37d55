"""Edges of the rules about Architect flows, each in a small flow."""

from __future__ import annotations

import pytest

from ivr_action.check import check
from ivr_action.flow.read import read_flow
from ivr_action.model import Finding

HEAD = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
"""
HANG_UP = "          - disconnect: {none: true}\n"
PLAY = "          - playAudio: {name: Late, audio: {tts: Hello.}}\n"


def found(text: str, rule: str) -> list[Finding]:
    return [finding for finding in check([read_flow("flow.yaml", text.encode())]).findings if finding.rule == rule]


def decision(*ends: str) -> str:
    outputs = ", ".join(f"'{name}': {{actions: [{end}]}}" for name, end in zip(("yes", "no"), ends, strict=False))
    return f"          - decision: {{name: Open?, condition: {{exp: Flow.open}}, outputs: {{{outputs}}}}}\n"


END = "disconnect: {none: true}"


@pytest.mark.parametrize(
    ("actions", "count"),
    [
        (HANG_UP + PLAY, 1),
        (decision(END, END) + PLAY, 1),
        (decision(END) + PLAY, 0),  # no `no`: control goes on behind the decision
        (decision(END, "playAudio: {name: A, audio: {tts: a}}") + PLAY, 0),
        (decision("decision: {condition: {exp: Flow.x}, outputs: {'yes': {actions: [" + END + "]}}}", END) + PLAY, 0),
        ("          - transferToAcd: {targetQueue: {lit: {name: Sales}}}\n" + PLAY, 0),  # goes on where it fails
        (
            "          - transferToAcd: {targetQueue: {lit: {name: Sales}}, outputs: {failure: {actions: ["
            + END
            + "]}}}\n"
            + PLAY,
            1,
        ),
    ],
)
def test_unreachable_actions_by_genesys_rule(actions: str, count: int) -> None:
    assert len(found(HEAD + actions, "unreachable-action")) == count


def loop(body: str) -> str:
    outputs = f"{{loop: {{actions: [{body}]}}}}"
    return f"          - loop: {{currentIndex: {{var: Task.i}}, loopCount: {{lit: 3}}, outputs: {outputs}}}\n"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (END, 1),
        ("loopNext: {name: Again}", 0),
        ("loopExit: {name: Out}", 0),
        ("jumpToTask: {targetTaskRef: '/inboundCall/tasks/task[Main_1]'}", 1),
        ("playAudio: {audio: {tts: a}}", 0),
    ],
)
def test_loops_that_always_end(body: str, count: int) -> None:
    assert len(found(HEAD + loop(body) + HANG_UP, "loop-always-ends")) == count


def test_exit_deep_inside_a_loop_is_inside() -> None:
    body = "decision: {condition: {exp: Flow.x}, outputs: {'yes': {actions: [loopExit: {name: Out}]}}}"
    assert found(HEAD + loop(body) + HANG_UP, "outside-loop") == []


def test_exit_behind_a_loop_is_outside() -> None:
    text = HEAD + loop("playAudio: {audio: {tts: a}}") + "          - loopExit: {name: Out}\n" + HANG_UP
    (finding,) = found(text, "outside-loop")
    assert finding.location.line == 10


@pytest.mark.parametrize("name", ["Support", "Support-debugging", "x" * 200, "{{name}}", "{{n}}-debug2"])
def test_names_the_platform_takes(name: str) -> None:
    assert found((HEAD + HANG_UP).replace("name: Support", f'name: "{name}"'), "flow-name") == []


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 201, "Support-debug"])
def test_names_the_platform_refuses(name: str) -> None:
    assert len(found((HEAD + HANG_UP).replace("name: Support", f'name: "{name}"'), "flow-name")) == 1


@pytest.mark.parametrize("output", ["succes", "Success", "otherwise", "yes"])
def test_outputs_that_a_data_action_cannot_have(output: str) -> None:
    category = "{A: {dataAction: {B: {inputs: {}}}}}"
    outputs = f"{{'{output}': {{actions: [{END}]}}}}"
    text = f"          - callData: {{category: {category}, outputs: {outputs}}}\n"
    assert len(found(HEAD + text + HANG_UP, "unknown-output")) == 1


def test_an_output_of_a_newer_action_is_left_alone() -> None:
    text = f"          - divineIntent: {{name: New, outputs: {{inspired: {{actions: [{END}]}}}}}}\n"
    assert found(HEAD + text + HANG_UP, "unknown-output") == []
    assert len(found(HEAD + text + HANG_UP, "unknown-action")) == 1


def test_a_renamed_task_is_shown_where_the_reference_dangles() -> None:
    text = HEAD.replace("refId: Main_1", "refId: Start_1") + HANG_UP
    (finding,) = found(text, "dangling-reference")
    assert finding.location.line == 3
    assert [place.line for place in finding.related] == [7]


def test_a_digit_that_is_a_placeholder_is_left_alone() -> None:
    menu = """\
inboundCall:
  name: Support
  startUpRef: ./menus/menu[Main]
  menus:
    - menu:
        name: Main
        choices:
          - menuDisconnect: {name: A, dtmf: "{{key}}"}
          - menuDisconnect: {name: B, dtmf: "{{key}}x"}
"""
    assert found(menu, "invalid-dtmf") == []


def test_a_data_action_may_call_its_inputs_what_it_likes() -> None:
    inputs = "{prompt: {lit: a}, exp: {lit: b}, var: {exp: Call.Ani}, tasks: {noValue: true}, targetQueu: {lit: c}}"
    text = f"          - callData: {{category: {{A: {{dataAction: {{B: {{inputs: {inputs}}}}}}}}}}}\n"
    report = check([read_flow("flow.yaml", (HEAD + text + HANG_UP).encode())])
    assert report.flows[0].valid


def test_a_literal_may_say_its_name_twice() -> None:
    """As a published flow has it (GenesysCloudBlueprints/dr-fallback-ivr, edited by hand)."""
    queue = "{lit: {name: Sales}, name: Sales}"
    text = HEAD + f"          - transferToAcd: {{targetQueue: {queue}}}\n" + HANG_UP
    assert check([read_flow("flow.yaml", text.encode())]).flows[0].valid


@pytest.mark.parametrize("key", ["status", "options", "content", "teams", "input", "participants", "preferredAgentIds"])
def test_a_word_of_the_platform_is_no_slip_of_the_hand(key: str) -> None:
    """A parameter that no published flow shows may be called like a property of the API."""
    text = f"          - setFlowOutcome: {{name: A, {key}: {{lit: x}}}}\n"
    assert check([read_flow("flow.yaml", (HEAD + text + HANG_UP).encode())]).flows[0].valid


def test_what_a_failed_data_action_says_cannot_stand_in_the_action() -> None:
    text = "          - callData: {category: {A: {dataAction: {B: {inputs: {}}}}}, status: {var: Flow.status}}\n"
    assert len(found(HEAD + text + HANG_UP, "unknown-key")) == 1


def test_a_menu_inside_a_choice_is_not_left_over() -> None:
    menu = """\
inboundCall:
  name: Support
  startUpRef: ./menus/menu[Main]
  menus:
    - menu:
        name: Main
        choices:
          - menuSubMenu:
              name: Goodbye
              dtmf: digit_1
              menu:
                name: Goodbye
                choices:
                  - menuDisconnect: {name: Hang up, dtmf: digit_1}
"""
    assert found(menu, "template-menu-left-over") == []


@pytest.mark.parametrize(
    ("type_", "count"), [("inboundCal", 1), ("inboundcall", 1), ("inboundCall", 0), ("newCall", 0)]
)
def test_a_misspelt_type_of_flow_is_an_error(type_: str, count: int) -> None:
    text = (HEAD + HANG_UP).replace("inboundCall:", f"{type_}:").replace("/inboundCall/", "./")
    assert len(found(text, "unknown-key")) == count


def test_a_menu_inside_a_choice_needs_choices_too() -> None:
    menu = """\
inboundCall:
  name: Support
  startUpRef: ./menus/menu[Main]
  menus:
    - menu:
        name: Main
        choices:
          - menuSubMenu:
              name: Sales
              dtmf: digit_1
              menu: {name: Sales, audio: {tts: Hello.}}
"""
    assert len(found(menu, "menu-without-choices")) == 1
