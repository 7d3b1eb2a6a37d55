"""Tasks, states, loops, switches and decisions: where control goes."""

from __future__ import annotations

import pytest

from tests.trace.architect.calls import call

TASKS = """
inboundCall:
  name: Tasks
  startUpRef: ./tasks/task[Main]
  variables:
    - integerVariable: {name: Flow.count, initialValue: {lit: 0}}
    - stringVariable: {name: Flow.tier, initialValue: {noValue: true}, isInput: true}
  tasks:
    - task:
        name: Main
        variables:
          - stringVariable: {name: Task.note, initialValue: {lit: of Main}}
        actions:
          - callTask:
              name: Check
              targetTaskRef: '/inboundCall/tasks/task[Check]'
              outputs:
                good: {actions: [{playAudio: {name: Good, audio: {exp: 'ToAudioTTS("Good, " + Task.note)'}}}]}
          - updateData:
              name: Count
              statements: [{integer: {variable: Flow.count, value: {exp: flow.COUNT + 1}}}]
          - decision:
              name: Again
              condition: {exp: Flow.count < 2}
              outputs:
                yes: {actions: [{jumpToTask: {name: Again, targetTaskRef: '/inboundCall/tasks/task[Main]'}}]}
          - jumpToTask: {name: Last, targetTaskRef: '/inboundCall/tasks/task[Last]'}
    - task:
        name: Check
        outputPaths: [{outputPath: {name: good}}]
        variables:
          - stringVariable: {name: Task.note, initialValue: {lit: of Check}}
        actions:
          - playAudio: {name: Note, audio: {exp: ToAudioTTS(Task.note)}}
          - decision:
              name: Gold
              condition: {exp: Flow.tier == "gold"}
              outputs:
                yes: {actions: [{endTask: {name: Good, outputPath: {name: good}}}]}
    - task:
        name: Last
        actions:
          - playAudio: {name: Bye, audio: {tts: Bye.}}
"""


def test_a_called_task_returns_by_its_output_path_with_the_callers_variables() -> None:
    trace = call(TASKS, given={"Flow.tier": "gold"})
    assert trace.heard == ("of Check", "Good, of Main") * 2 + ("Bye.",)
    assert trace.path[:5] == (
        "task/Main/callTask Check",
        "task/Check/playAudio Note",
        "task/Check/decision Gold",
        "task/Check/decision Gold/yes/endTask Good",
        "task/Main/callTask Check/good/playAudio Good",
    )
    assert not trace.unknown


def test_a_called_task_that_runs_off_its_end_returns_by_its_default_path() -> None:
    trace = call(TASKS, given={"flow.TIER": "silver"})
    assert trace.path[3:5] == ("task/Check/(end)", "task/Main/updateData Count")


def test_the_end_of_a_started_task_disconnects() -> None:
    trace = call(TASKS, given={"Flow.tier": "silver"})
    assert (trace.ending, trace.path[-1]) == ("disconnected", "task/Last/(end)")


def test_an_input_of_the_flow_is_unknown_until_it_is_given() -> None:
    trace = call(TASKS, decision=["no", "yes"])
    assert trace.heard == ("of Check", "of Check", "Good, of Main", "Bye.")
    unanswered = call(TASKS)
    assert {(item.question, item.key) for item in unanswered.unknown} == {("decision", 'Flow.tier == "gold"')}
    assert "Flow.tier is an input of the flow" in unanswered.unknown[0].reason


LOOP = """
inboundCall:
  name: Loop
  startUpRef: ./tasks/task[Main]
  variables:
    - integerVariable: {{name: Flow.i, initialValue: {{noValue: true}}}}
    - stringCollectionVariable: {{name: Flow.names, initialValue: {{lit: [{{lit: Ann}}, {{lit: Bob}}]}}}}
  tasks:
    - task:
        name: Main
        actions:
          - loop:
              name: L
              currentIndex: {{var: Flow.i}}
              loopCount: {count}
              outputs:
                loop:
                  actions:
                    - decision:
                        name: Skip
                        condition: {{exp: Flow.i == 1}}
                        outputs: {{yes: {{actions: [{{{inner}: {{name: Leave}}}}]}}}}
                    - playAudio: {{name: Say, audio: {{exp: ToAudioTTS(ToString(Flow.i))}}}}
          - playAudio: {{name: After, audio: {{tts: After.}}}}
"""


@pytest.mark.parametrize(
    ("count", "inner", "heard"),
    [
        ("{lit: 3}", "loopNext", ("0", "2", "After.")),
        ("{lit: 3}", "loopExit", ("0", "After.")),
        ("{lit: 0}", "loopNext", ("After.",)),
        ("{exp: Count(Flow.names) + 1}", "loopNext", ("0", "2", "After.")),
        ("{exp: Flow.names}", "loopNext", ("0", "After.")),
        ("{exp: Flow.i <= 3}", "loopNext", ("0", "2", "3", "After.")),
    ],
)
def test_a_loop_counts_from_0_for_a_number_a_collection_and_a_condition(
    count: str, inner: str, heard: tuple[str, ...]
) -> None:
    trace = call(LOOP.format(count=count, inner=inner))
    assert (trace.heard, trace.ending) == (heard, "disconnected")


def test_a_loop_whose_count_is_unknown_asks_each_time_and_runs_once_where_nobody_knows() -> None:
    flow = LOOP.format(count="{exp: Flow.given}", inner="loopNext")
    assert call(flow).heard == ("0", "After.")
    assert call(flow, says={"Flow.given": "3"}).heard == ("0", "2", "After.")
    assert call(flow, says={"Flow.given": ["loop", "end"]}).heard == ("0", "After.")


def test_a_loop_can_run_again_after_a_jump_out_of_it() -> None:
    flow = LOOP.format(count="{lit: 2}", inner="jumpToTask").replace(
        "{jumpToTask: {name: Leave}}", "{jumpToTask: {name: Leave, targetTaskRef: '/inboundCall/tasks/task[Main]'}}"
    )
    trace = call(flow, limit=100)
    assert trace.heard == ("0",)
    assert trace.ending == "loop"


SWITCH = """
workflow:
  name: Switch
  startUpRef: ./states/state[Start]
  states:
    - state:
        name: Start
        actions:
          - switch:
              name: First true
              evaluate:
                firstTrue:
                  cases:
                    - case: {value: {exp: Flow.a == 1}, actions: [{changeState: &two
                        {name: Two, targetStateRef: '/workflow/states/state[Two]'}}]}
                    - case: {value: {exp: Flow.b == 1}, actions: [{endWorkflow: {name: B}}]}
                    - case: {value: {exp: 'true'}, actions: [{endWorkflow: {name: Sure}}]}
                  default: {actions: [{endWorkflow: {name: Default}}]}
    - state:
        name: Two
        actions:
          - switch:
              name: First match
              evaluate:
                firstMatch:
                  string:
                    value: {exp: Flow.colour}
                    cases:
                      - case: {value: {lit: red}, actions: [{endWorkflow: {name: Red}}]}
                      - case: {value: {lit: blue}, actions: [{endWorkflow: {name: Blue}}]}
"""


def ends(**answers: object) -> str:
    given = {key: value for key, value in answers.items() if key.startswith("Flow.") and "=" not in key}
    rest = {key: value for key, value in answers.items() if key not in given}
    return call(SWITCH, given=given, says=rest).path[-1].rpartition("/")[2]


def test_the_first_case_that_is_true_is_taken() -> None:
    assert ends(**{"Flow.a": 0, "Flow.b": 1}) == "endWorkflow B"
    assert ends(**{"Flow.a": 0, "Flow.b": 0}) == "endWorkflow Sure"


def test_unknown_cases_are_asked_for_one_by_one() -> None:
    assert ends(**{"Flow.a == 1": "false", "Flow.b == 1": "true"}) == "endWorkflow B"
    assert ends(**{"Flow.a == 1": "no", "Flow.b == 1": "no"}) == "endWorkflow Sure"
    assert ends(**{"Flow.a == 1": "case 2"}) == "endWorkflow B"


def test_the_first_case_that_matches_is_taken() -> None:
    assert ends(**{"Flow.a": 1, "Flow.colour": "blue"}) == "endWorkflow Blue"
    assert ends(**{"Flow.a": 1, "Flow.colour": "green"}) == "(end)"
    trace = call(SWITCH, given={"Flow.a": 1}, says={"Flow.colour": "red"})
    assert trace.path[-1].endswith("endWorkflow Red")


def test_a_state_that_runs_off_its_end_completes_the_flow() -> None:
    assert call(SWITCH, given={"Flow.a": 1, "Flow.colour": "green"}).ending == "completed"
