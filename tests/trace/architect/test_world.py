"""What the world says: data actions, look-ups, schedules, transfers, called flows, variables, and what is heard."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr_action.model.trace import Ending
from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.expressions import Unknown
from ivr_action.trace.walk import walk
from tests.trace.architect.calls import Script, call, flow_of

HEAD = """
inboundCall:
  name: World
  startUpRef: ./tasks/task[Main]
  settingsErrorHandling: {errorHandling: {queue: {targetQueue: {lit: {name: Errors}}}}, preHandlingAudio: {tts: Sorry.}}
  variables:
    - stringVariable: {name: Flow.tier}
    - queueVariable: {name: Flow.queue, initialValue: {lit: {name: Support}}}
  tasks:
    - task:
        name: Main
        actions:
"""


def main(*actions: str) -> str:
    return HEAD + "".join(f"          - {action}\n" for action in actions)


CUSTOMER = """callData:
              name: Look up
              category:
                My actions:
                  dataAction:
                    Get Customer:
                      inputs: {ani: {exp: Call.Ani}}
                      successOutputs: {tier: {var: Flow.tier}}
                      failureOutputs: {errorMessage: {var: Flow.error}}
              outputs:
                failure: {actions: [{playAudio: {name: Error, audio: {exp: ToAudioTTS(Flow.error)}}}]}
                timeout: {actions: [{disconnect: {name: Slow}}]}"""
TELL = 'playAudio: {name: Tell, audio: {exp: \'ToAudioTTS("You are " + Flow.tier + ".")\'}}'


def test_a_data_action_brings_its_results_into_variables() -> None:
    trace = call(main(CUSTOMER, TELL), Get_Customer={"success": {"tier": "gold"}})
    assert trace.heard == ("You are gold.",)
    assert not trace.unknown


def test_results_that_nobody_gives_are_unknown_and_the_rest_is_heard_all_the_same() -> None:
    trace = call(main(CUSTOMER, TELL))
    assert trace.heard == ("You are […].",)
    assert isinstance(trace.variables["Flow.tier"], Unknown)
    assert [(item.question, item.key, item.chosen) for item in trace.unknown] == [
        ("outcome", "Get Customer", "success")
    ]


def test_a_data_action_fails_or_times_out_by_its_outputs() -> None:
    failed = call(main(CUSTOMER, TELL), Get_Customer={"failure": {"errorMessage": "No such customer."}})
    assert failed.heard == ("No such customer.", "You are […].")
    assert call(main(CUSTOMER, TELL), Get_Customer="timeout").path[-1].endswith("timeout/disconnect Slow")


SCHEDULE = """evaluateScheduleGroup:
              name: Open?
              evaluate: {now: true}
              scheduleGroup: {lit: {name: Hours}}
              emergencyGroup: {noValue: true}
              outputs:
                open: {actions: [{playAudio: {name: Open, audio: {tts: Open.}}}]}
                holiday: {actions: [{playAudio: {name: Holiday, audio: {tts: Holiday.}}}]}"""


@pytest.mark.parametrize(("answer", "heard"), [("open", ("Open.",)), ("holiday", ("Holiday.",)), ("closed", ())])
def test_a_schedule_is_asked_for_by_name(answer: str, heard: tuple[str, ...]) -> None:
    trace = call(main(SCHEDULE), Hours=answer)
    assert (trace.heard, trace.unknown) == (heard, ())


def test_an_answer_may_use_the_word_of_the_other_kind_of_schedule_or_look_up() -> None:
    active = SCHEDULE.replace("evaluateScheduleGroup", "evaluateSchedule").replace("open:", "active:")
    assert call(main(active.replace("scheduleGroup", "schedule")), Hours="open").heard == ("Open.",)
    table = """dataTableLookup:
              name: Look
              dataTable: {Table: {foundOutputs: {tier: {var: Flow.tier}}}}
              outputs: {notFound: {actions: [{disconnect: {name: None}}]}}"""
    assert call(main(table, TELL), Table={"success": {"tier": "gold"}}).heard == ("You are gold.",)
    assert call(main(table, TELL), Table="notfound").path[-1].endswith("disconnect None")


def test_a_transfer_leads_to_the_queue_that_the_variable_holds() -> None:
    transfer = "transferToAcd: {name: T, targetQueue: {exp: Flow.queue}, preTransferAudio: {tts: Hold on.}}"
    assert call(main(transfer), Support="success").target == "Support"
    given = call(main(transfer), given={"Flow.queue": "Billing"}, transfer="success")
    assert (given.ending, given.target, given.heard) == ("transferred", "Billing", ("Hold on.",))
    assert call(main(transfer, "disconnect: {name: End}"), Support="failure").path[-1] == "task/Main/disconnect End"


def test_a_transfer_to_a_queue_that_nobody_knows_is_named_by_its_expression() -> None:
    trace = call(main("transferToAcd: {name: T, targetQueue: {exp: 'FindQueue(Flow.tier + \"x\")'}}"))
    assert trace.target == 'FindQueue(Flow.tier + "x")'
    assert trace.unknown[0].question == "transfer"


@pytest.mark.parametrize(
    ("parameters", "target"),
    [
        ("transferToFlow: {name: T, targetFlow: {name: Night}}", "Night"),
        ("transferToNumber: {name: T, targetNumber: {lit: '+13175550100'}}", "+13175550100"),
        ("transferToVoicemail: {name: T, destination: {queue: {targetQueue: {lit: {name: Box}}}}}", "Box"),
    ],
)
def test_what_a_transfer_leads_to(parameters: str, target: str) -> None:
    assert call(main(parameters), transfer="success").target == target


def test_a_queue_that_is_found_is_the_one_that_was_sought() -> None:
    find = """findQueue:
              name: Find
              findName: {exp: '"Sa" + "les"'}
              findResult: {var: Flow.queue}
              outputs: {notFound: {actions: [{disconnect: {name: None}}]}}"""
    transfer = "transferToAcd: {name: T, targetQueue: {exp: Flow.queue}}"
    assert call(main(find, transfer), outcome="found", transfer="success").target == "Sales"
    assert call(main(find, transfer), outcome="notFound").path[-1].endswith("disconnect None")


def test_participant_data_that_the_call_sets_can_be_read_back() -> None:
    write = "setParticipantData: {name: S, attributes: [{attribute: {name: {lit: Tier}, value: {lit: gold}}}]}"
    read = "getParticipantData: {name: G, attributes: [{attribute: {name: {lit: tier}, variable: Flow.tier}}]}"
    assert call(main(write, read, TELL)).heard == ("You are gold.",)
    assert call(main(read, TELL)).heard == ("You are […].",)
    assert call(main(read, TELL), given={"ParticipantData.tier": "red"}).heard == ("You are red.",)


def test_built_in_variables_are_unknown_unless_given() -> None:
    ask = "decision: {name: D, condition: {exp: 'Call.Ani == \"tel:+13175550100\"'}}"
    assert [item.reason for item in call(main(ask)).unknown] == ["Call.Ani has no value"]
    assert not call(main(ask), given={"call.ani": "tel:+13175550100"}).unknown


def test_the_clock_is_the_machines() -> None:
    late = "decision: {name: D, condition: {exp: 'GetCurrentDateTimeUtc() > ToDateTime(\"2024-01-01T00:00:00Z\")'}}"
    assert call(main(late)).unknown[0].question == "decision"
    machine = ArchitectMachine(flow_of(main(late)), clock=lambda: datetime(2025, 1, 1, tzinfo=UTC))
    trace = walk(machine, Script())
    assert (trace.unknown, trace.steps[0].label) == ((), "yes")


def test_an_expression_that_cannot_be_read_is_asked_for_with_the_readers_words() -> None:
    trace = call(main("decision: {name: D, condition: {exp: 'Flow.tier = 1'}}"))
    assert "==" in trace.unknown[0].reason


def collect(digits: str) -> str:
    return f"""collectInput:
              name: C
              inputData: {{var: Flow.pin}}
              inputAudio: {{tts: Your pin.}}
              digits: {digits}
              acceptJustStar: {{lit: false}}
              outputs:
                success: {{actions: [{{playAudio: {{name: Pin, audio: {{exp: ToAudioTTS(Flow.pin)}}}}}}]}}
                failure: {{actions: [{{playAudio: {{name: No, audio: {{tts: No.}}}}}}]}}"""


@pytest.mark.parametrize(
    ("digits", "event", "heard"),
    [
        ("{exact: 4}", "press 1234", "1234"),
        ("{exact: 4}", "press 123", "No."),
        ("{exact: 4}", "press 12345", "No."),
        ("{exact: 4}", "silence", "No."),
        ("{exact: 4}", "say one two", "No."),
        ("{range: {min: 2, max: 5}}", "press 12#", "12"),
        ("{range: {min: 2, max: 5}}", "press 1#", "No."),
        ("{range: {min: 1, max: 5}}", "press *", "No."),
    ],
)
def test_collect_input_takes_the_right_number_of_digits(digits: str, event: str, heard: str) -> None:
    assert call(main(collect(digits)), event).heard == ("Your pin.", heard)


def test_the_explorer_is_offered_the_entries_that_the_flow_compares_with() -> None:
    check = 'decision: {name: D, condition: {exp: \'Flow.PIN == "42" or "007" == Flow.pin or Flow.pin == "9"\'}}'
    machine = ArchitectMachine(flow_of(main(collect("{range: {min: 2, max: 3}}"), check)))
    state = machine.start()
    assert state is not None
    machine.visit(state)
    assert [way.name for way in machine.ways(state)] == ["42", "007", "11", "silence"]


BOT = """
botFlow:
  name: Bot
  startUpRef: ./bots/bot[Start]
  settingsUserInput: {noInputsMax: {lit: 2}, noMatchesMax: {lit: 2}}
  settingsErrorHandling: {errorHandling: {exit: {none: true}}}
  variables:
    - stringVariable: {name: Slot.colour, initialValue: {noValue: true}, isInput: true, isOutput: true}
  settingsNaturalLanguageUnderstanding:
    nluDomainVersion:
      intents: [{name: Order, utterances: [{segments: [{text: 'I want '}, {text: paint}]}]}]
  bots:
    - bot:
        name: Start
        actions:
          - askForIntent:
              name: What
              question: {exp: 'MakeCommunication("What?")'}
              noMatch: {exp: 'MakeCommunication("Pardon?")'}
              outputs:
                intents:
                  - intent:
                      name: Order
                      actions:
                        - askForSlot:
                            name: Colour
                            slot: {name: colour}
                            question: {exp: 'MakeCommunication("Colour?")'}
                            outputs: {maxNoInputs: {enabled: true, actions: [{disconnect: {name: Gone}}]}}
                        - askForBoolean:
                            name: Sure
                            question: {exp: 'MakeCommunication("Sure about ", Slot.colour, "?")'}
                            outputs: {no: {actions: [{exitBotFlow: {name: No}}]}}
                  - intent: {name: Agent, actions: [{exitBotFlow: {name: Agent}}]}
"""


def test_a_bot_understands_names_of_intents_and_what_its_file_teaches() -> None:
    trace = call(BOT, "say i want paint", "say red", "say yes")
    assert trace.heard == ("What?", "Colour?", "Sure about red ?")
    assert (trace.ending, trace.path[-1]) == ("completed", "bot/Start/(end)")
    assert call(BOT, "say agent").path[-1].endswith("exitBotFlow Agent")


def test_a_bot_asks_again_and_gives_up_at_its_maximum() -> None:
    trace = call(BOT, "say blah", "silence", "say blah")
    assert trace.heard == ("What?", "Pardon?", "What?", "What?")
    assert trace.ending == Ending.COMPLETED
    assert call(BOT, "say order").path[-1].endswith("maxNoInputs/disconnect Gone")


def test_a_called_bot_is_walked_in_its_file() -> None:
    ask = "callBotFlow: {name: B, botFlow: {Bot: {ver_latestPublished: {outputs: {Slot.colour: {var: Flow.tier}}}}}}"
    trace = call(main(ask, TELL), "say order", "say blue", "say yes", library=[flow_of(BOT)])
    assert trace.heard == ("What?", "Colour?", "Sure about blue ?", "You are blue.")
    assert trace.path[1] == "botFlow Bot: bot/Start/askForIntent What"
    assert trace.path[-2:] == ("task/Main/playAudio Tell", "task/Main/(end)")
    assert "Slot.colour" not in trace.variables
    gone = call(main(ask, TELL), "say order", library=[flow_of(BOT)])
    assert (gone.ending, gone.heard[-1]) == ("disconnected", "Colour?")


def test_without_its_file_a_called_flow_is_asked_for_and_stops_the_call_by_name() -> None:
    ask = "callBotFlow: {name: B, botFlow: {Bot: {ver_latestPublished: {outputs: {Slot.colour: {var: Flow.tier}}}}}}"
    trace = call(main(ask, TELL))
    assert (trace.ending, trace.failed) == ("stopped", False)
    assert "'Bot'" in trace.error
    for name in ("next", "success"):
        assert call(main(ask, TELL), Bot={name: {"Slot.colour": "red"}}).heard == ("You are red.",)


MODULE = """
commonModule:
  name: Double
  variables:
    - integerVariable: {name: Common.n, initialValue: {noValue: true}, isInput: true}
    - integerVariable: {name: Common.twice, initialValue: {noValue: true}, isOutput: true}
  startUpTaskActions:
    - updateData: {name: U, statements: [{integer: {variable: Common.twice, value: {exp: Common.n * 2}}}]}
"""


def test_a_common_module_takes_inputs_and_gives_outputs() -> None:
    use = """callCommonModule:
              name: M
              commonModule:
                Double:
                  ver_latestPublished: {inputs: {Common.n: {lit: 21}}, outputs: {Common.twice: {var: Flow.n}}}"""
    tell = "playAudio: {name: N, audio: {exp: ToAudioTTS(ToString(Flow.n))}}"
    trace = call(main(use, tell), library=[flow_of(MODULE)])
    assert trace.heard == ("42",)
    assert call(MODULE).ending == "completed"


IN_QUEUE = """
inqueueCall:
  name: Wait
  startUpTaskActions:
    - playAudio: {name: Wait, audio: {tts: Please wait.}}
    - holdMusic: {name: Music, prompt: {lit: {name: PromptSystem.on_hold_music}}}
"""


def test_an_in_queue_flow_starts_again_until_only_an_agent_could_end_it() -> None:
    trace = call(IN_QUEUE)
    assert trace.heard[:4] == ("Please wait.", "[prompt on_hold_music]") * 2
    assert (trace.ending, len(trace.steps), trace.failed) == ("stopped", 7, False)


def round_and_round(handling: str) -> str:
    return f"""
inboundCall:
  name: Round
  startUpRef: ./tasks/task[Main]
  settingsErrorHandling: {{errorHandling: {handling}, preHandlingAudio: {{tts: Sorry.}}}}
  variables: [{{integerVariable: {{name: Flow.n, initialValue: {{lit: 0}}}}}}]
  tasks:
    - task:
        name: Main
        actions:
          - updateData: {{name: U, statements: [{{integer: {{variable: Flow.n, value: {{exp: Flow.n + 1}}}}}}]}}
          - jumpToTask: {{name: J, targetTaskRef: '/inboundCall/tasks/task[Main]'}}
    - task:
        name: Rescue
        actions: [{{disconnect: {{name: D}}}}]
"""


def test_the_action_limit_is_a_failure_that_says_what_error_handling_does() -> None:
    trace = call(round_and_round("{queue: {targetQueue: {lit: {name: Errors}}}}"))
    assert (trace.ending, trace.target, trace.failed) == ("action-limit", "Errors", True)
    assert len(trace.steps) == 10_001
    assert trace.heard == ("Sorry.",)


def test_error_handling_may_jump_to_a_task_with_a_thousand_more_actions() -> None:
    rescued = call(round_and_round("{task: {targetTaskRef: '/inboundCall/tasks/task[Rescue]'}}"))
    assert (rescued.ending, rescued.path[-1], len(rescued.steps)) == (
        "disconnected",
        "task/Rescue/disconnect D",
        10_002,
    )
    lost = call(round_and_round("{task: {targetTaskRef: '/inboundCall/tasks/task[Main]'}}"))
    assert (lost.ending, len(lost.steps)) == ("action-limit", 11_002)
