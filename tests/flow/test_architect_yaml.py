"""Architect YAML: containers, actions, outputs, references, and the graph callers walk."""

from __future__ import annotations

import textwrap

import pytest

from ivr_action.flow.flow import ArchitectFlow, Choice, Container
from ivr_action.flow.read import read_flow
from ivr_action.model import NodeKind, TransitionKind


def read(source: str) -> ArchitectFlow:
    reading = read_flow("flow.yaml", textwrap.dedent(source).encode())
    assert isinstance(reading.flow, ArchitectFlow), reading.document.problems
    return reading.flow


def ways(flow: ArchitectFlow) -> set[tuple[str, str, str, str]]:
    return {(t.source, t.label, t.target, t.kind.value) for t in flow.graph.transitions}


def task(*actions: str, extra: str = "", kind: str = "inboundCall") -> ArchitectFlow:
    body = "\n".join(textwrap.indent(textwrap.dedent(action).strip(), " " * 10) for action in actions)
    return read(
        f"{kind}:\n  name: F\n  startUpRef: ./tasks/task[Main]\n"
        "  tasks:\n    - task:\n        name: Main\n        actions:\n"
        f"{body}\n{textwrap.indent(textwrap.dedent(extra).strip(), '    ')}\n"
    )


MENU = """
inboundCall:
  name: Main line
  startUpRef: "/inboundCall/menus/menu[Main Menu_10]"
  defaultLanguage: en-us
  supportedLanguages: {en-us: {none: true}}
  menus:
    - menu:
        name: Main Menu
        refId: Main Menu_10
        audio: {tts: Press 1 for sales.}
        defaultChildMenuRef: ./choices/menuTask[Sales]
        choices:
          - menuTask:
              name: Sales
              dtmf: digit_1
              task:
                actions:
                  - transferToAcd: {name: To sales, targetQueue: {lit: {name: Sales}}}
          - menuDisconnect: {name: Bye, dtmf: digit_*, globalDtmf: true}
          - menuJumpToTask:
              name: Support
              speechRecTerms: {en-us: {terms: [support, help]}}
              targetTaskRef: "/inboundCall/tasks/task[Support_11]"
          - menuJumpToMenu: {name: Second, dtmf: digit_2, targetMenuRef: "./menus/menu[Second]"}
    - menu:
        name: Second
        choices:
          - menuPreviousMenu: {name: Back, dtmf: digit_0}
  tasks:
    - task:
        name: Support
        refId: Support_11
        actions:
          - disconnect: {}
"""


def test_a_menu_offers_its_choices_and_the_default_catches_silence() -> None:
    flow = read(MENU)
    assert flow.graph.start == "menu/Main Menu"
    assert flow.graph.nodes["menu/Main Menu"].kind is NodeKind.MENU
    sales = "menu/Main Menu/menuTask Sales"
    assert ways(flow) >= {
        ("menu/Main Menu", "1", sales, "choice"),
        (sales, "", f"{sales}/task/transferToAcd To sales", "jump"),
        (f"{sales}/task/transferToAcd To sales", "failure", f"{sales}/task/(end)", "output"),
        ("menu/Main Menu", "*", "menu/Main Menu/menuDisconnect Bye", "choice"),
        ("menu/Second", "* (global)", "menu/Main Menu/menuDisconnect Bye", "choice"),
        ("menu/Main Menu", "speech: Support", "menu/Main Menu/menuJumpToTask Support", "choice"),
        ("menu/Main Menu/menuJumpToTask Support", "", "task/Support/disconnect", "jump"),
        ("menu/Main Menu/menuJumpToMenu Second", "", "menu/Second", "jump"),
        ("menu/Second/menuPreviousMenu Back", "previous menu", "menu/Main Menu", "jump"),
        ("menu/Main Menu", "no input", sales, "no-input"),
        ("menu/Main Menu", "no match", sales, "no-match"),
    }
    assert flow.graph.reachable == frozenset(flow.graph.nodes)


def test_a_menu_tasks_place_and_owner_are_known() -> None:
    flow = read(MENU)
    inline = next(container for container in flow.containers if container.owner is not None)
    assert (inline.kind, inline.name) == ("task", "Sales")
    choice = flow.containers[0].choices[0]
    assert inline.owner is choice
    assert isinstance(flow.containers[0].default_choice.target, Choice)  # type: ignore[union-attr]
    assert (choice.dtmf, choice.has_speech, flow.containers[0].choices[2].has_speech) == ("1", False, True)
    assert flow.document.where(choice.action.element).line == 14


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("/inboundCall/tasks/task[Main]", "Main"),
        ("./tasks/task[Main_12]", "Main"),
        ("/inboundCall/tasks/task[a]b/c[1]]", "a]b/c[1]"),
        ("/inboundCall/tasks/task[Sales [EU]/Support [US]]", "Sales [EU]/Support [US]"),
        ("/outboundCall/tasks/task[Main]", None),
        ("./tasks/task[main]", None),
        ("./menus/menu[Main]", None),
        ("./tasks/task[Nobody]", None),
        ("nonsense/x", None),
    ],
)
def test_references_are_resolved_by_ref_id_then_by_name(reference: str, name: str | None) -> None:
    flow = read(
        f"""
        inboundCall:
          name: F
          startUpRef: "{reference}"
          tasks:
            - task: {{name: Main, refId: Main_12, actions: [{{disconnect: {{}}}}]}}
            - task: {{name: "a]b/c[1]", actions: [{{disconnect: {{}}}}]}}
            - task: {{name: "Sales [EU]/Support [US]", actions: [{{disconnect: {{}}}}]}}
        """
    )
    target = flow.start.target if flow.start else None
    assert (target.name if isinstance(target, Container) else None) == name


def test_an_output_that_is_left_out_goes_on_behind_the_action() -> None:
    flow = task(
        "- callData: {name: Look up, outputs: {success: {actions: [{playAudio: {name: Hello}}]}}}",
        "- disconnect: {name: Bye}",
    )
    call = "task/Main/callData Look up"
    assert ways(flow) == {
        (call, "success", f"{call}/success/playAudio Hello", "output"),
        (call, "failure", "task/Main/disconnect Bye", "output"),
        (call, "timeout", "task/Main/disconnect Bye", "output"),
        (f"{call}/success/playAudio Hello", "", "task/Main/disconnect Bye", "next"),
    }


def test_ids_number_equal_siblings_and_leave_default_names_out() -> None:
    flow = task(
        "- playAudio: {name: Hello}",
        "- playAudio: {name: Hello}",
        "- playAudio: {name: Play Audio}",
        "- playAudio: {}",
        "- decision: {name: Is open?, outputs: {yes: {actions: "
        "[{transferToAcd: {name: Sales}}, {transferToAcd: {name: Sales}}]}}}",
        "- disconnect: {}",
    )
    assert list(flow.graph.nodes) == [
        "task/Main/playAudio Hello",
        "task/Main/playAudio Hello#2",
        "task/Main/playAudio",
        "task/Main/playAudio#2",
        "task/Main/decision Is open?",
        "task/Main/decision Is open?/yes/transferToAcd Sales",
        "task/Main/decision Is open?/yes/transferToAcd Sales#2",
        "task/Main/disconnect",
    ]
    assert flow.graph.nodes["task/Main/playAudio"].name == "Play Audio"
    assert [action.id for action in flow.actions] == list(flow.graph.nodes)


def test_a_counted_loop_is_bounded_and_a_while_loop_is_not() -> None:
    body = (
        "outputs: {loop: {actions: [{playAudio: {name: P}}, "
        "{decision: {name: D, outputs: {yes: {actions: [{loopExit: {}}]}, no: {actions: [{loopNext: {}}]}}}}]}}"
    )
    for count, bounded in (
        ("{lit: 5}", True),
        ("{exp: Count(Flow.items)}", True),
        ("{exp: 'ToInt(Flow.n) <= 3'}", False),
    ):
        flow = task(f"- loop: {{name: L, loopCount: {count}, {body}}}", "- disconnect: {}")
        back = [t for t in flow.graph.transitions if t.target == "task/Main/loop L"]
        assert [t.bounded for t in back] == [bounded]
        assert ("task/Main/loop L/loop/decision D/yes/loopExit", "", "task/Main/disconnect", "jump") in ways(flow)
        assert ("task/Main/loop L", "", "task/Main/disconnect", "next") in ways(flow)


def test_a_called_task_is_a_call_that_comes_back_by_its_paths() -> None:
    flow = task(
        "- callTask: {name: Ask, targetTaskRef: './tasks/task[Ask]', "
        "outputs: {Gave up: {actions: [{disconnect: {name: Bye}}]}}}",
        "- transferToAcd: {name: Sales}",
        extra="""
        - task:
            name: Ask
            outputPaths: [{outputPath: {name: Gave up}}]
            actions:
              - endTask: {name: Up, outputPath: {name: Gave up}}
        """,
    )
    call = "task/Main/callTask Ask"
    assert ways(flow) >= {
        (call, "", "task/Ask/endTask Up", "call"),
        (call, "default", "task/Main/transferToAcd Sales", "return"),
        (call, "Gave up", f"{call}/Gave up/disconnect Bye", "return"),
    }
    assert flow.graph.nodes["task/Ask/endTask Up"].kind is NodeKind.END
    path = next(reference for reference in flow.references if reference.kind == "path")
    assert path.target == "Gave up"


def test_running_off_the_end_is_a_node_of_its_own() -> None:
    flow = task("- decision: {name: D, outputs: {yes: {actions: [{disconnect: {}}]}}}")
    assert ("task/Main/decision D", "no", "task/Main/(end)", "output") in ways(flow)
    assert flow.graph.nodes["task/Main/(end)"].synthetic


def test_an_in_queue_flow_starts_again_from_the_top() -> None:
    flow = read(
        "inqueueCall:\n  name: Q\n  startUpTaskActions:\n    - playAudio: {name: P}\n    - holdMusic: {name: H}\n"
    )
    assert flow.graph.start == "startup/playAudio P"
    assert ("startup/holdMusic H", "", "startup/playAudio P", "next") in ways(flow)
    assert [t.bounded for t in flow.graph.transitions if t.target == "startup/playAudio P"] == [True]


def test_a_switch_names_its_cases_by_position_and_labels_them_by_value() -> None:
    flow = task(
        """
        - switch:
            name: S
            evaluate:
              firstMatch:
                string:
                  value: {exp: Flow.x}
                  cases:
                    - case: {value: {lit: gold}, actions: [{disconnect: {name: A}}]}
                    - case: {value: {lit: silver}}
                  default: {actions: [{disconnect: {name: B}}]}
        """,
        "- disconnect: {name: C}",
    )
    assert ways(flow) >= {
        ("task/Main/switch S", "gold", "task/Main/switch S/case 1/disconnect A", "output"),
        ("task/Main/switch S", "silver", "task/Main/disconnect C", "output"),
        ("task/Main/switch S", "default", "task/Main/switch S/default/disconnect B", "output"),
    }


def test_actions_of_a_type_nobody_has_seen_are_found_all_the_same() -> None:
    flow = task(
        "- callNewThing: {name: N, region: {outputs: {ok: {actions: [{playAudio: {name: P}}]}}}}",
        "- teleport: {name: T, where: {exits: [{exit: {actions: [{disconnect: {name: X}}]}}]}}",
        "- disconnect: {}",
    )
    assert ("task/Main/callNewThing N", "ok", "task/Main/callNewThing N/ok/playAudio P", "output") in ways(flow)
    assert any(node.endswith("disconnect X") and "teleport" in node for node in flow.graph.reachable)
    assert flow.graph.reachable == frozenset(flow.graph.nodes)


def test_error_handling_and_intents_lead_to_their_tasks() -> None:
    flow = read(
        """
        botFlow:
          name: B
          startUpRef: ./bots/bot[Bot]
          settingsErrorHandling: {errorHandling: {task: {targetTaskRef: "./tasks/task[Oops]"}}}
          settingsBotFlow: {intentSettings: [{intent: {name: book, task: {name: Book}}}]}
          bots: [{bot: {name: Bot, actions: [{waitForInput: {name: W}}, {exitBotFlow: {}}]}}]
          tasks:
            - task: {name: Oops, actions: [{exitBotFlow: {}}]}
            - task: {name: Book, actions: [{exitBotFlow: {}}]}
        """
    )
    kinds = {(t.kind, t.target) for t in flow.graph.transitions if t.source == flow.graph.start}
    assert kinds >= {(TransitionKind.ERROR, "task/Oops/exitBotFlow"), (TransitionKind.JUMP, "task/Book/exitBotFlow")}


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("        choices:\n", "        choices: none\n        x:\n", "`choices` is no list"),
        (
            "          - menuDisconnect: {name: Bye, dtmf: digit_*, globalDtmf: true}\n",
            "          - Bye\n",
            "An action is a mapping",
        ),
        ("    - menu:\n        name: Second", "    - meny:\n        name: Second", "one key `menu`"),
        (
            "          - disconnect: {}",
            "          - disconnect: {}\n            name: x",
            "stands beside the action `disconnect`",
        ),
        ("        actions:\n          - disconnect: {}", "        actions:", "`actions` is empty"),
    ],
)
def test_what_is_not_shaped_right_is_a_problem_and_the_rest_is_read(old: str, new: str, part: str) -> None:
    assert old in MENU
    flow = read(MENU.replace(old, new))
    assert any(part in problem.message for problem in flow.shape_problems), flow.shape_problems
    assert "menu/Main Menu" in flow.graph.nodes


def test_a_deep_flow_needs_no_recursion() -> None:
    depth = 95
    source = (
        "inboundCall:\n  name: D\n  startUpRef: ./tasks/task[T]\n  tasks:\n  - task:\n      name: T\n      actions:\n"
    )
    pad = "      "
    for level in range(depth):
        source += (
            f"{pad}- decision:\n{pad}    name: d{level}\n{pad}    outputs:\n{pad}      yes:\n{pad}        actions:\n"
        )
        pad += "        "
    flow = read(source + f"{pad}- disconnect: {{}}\n")
    assert len([node for node in flow.graph.nodes.values() if node.type == "decision"]) == depth
