"""Menus: choices, words, global choices, silence and wrong keys, default choice, sub-menus and Previous Menu."""

from __future__ import annotations

from ivr_action.model.trace import EventKind
from ivr_action.trace.architect import ArchitectMachine
from tests.trace.architect.calls import call, flow_of

MENUS = """
inboundCall:
  name: Menus
  startUpRef: ./menus/menu[Main_1]
  initialGreeting: {tts: Hello.}
  settingsMenu: {repeatCount: {lit: 2}}
  menus:
    - menu:
        name: Main
        refId: Main_1
        audio: {exp: 'AudioPlaybackOptions(Append(ToAudio(Prompt.Main), ToAudioBlank(100)), true)'}
        choices:
          - menuTransferToAcd:
              name: Sales
              dtmf: digit_1
              speechRecTerms: {en-us: {terms: [sales, Buy something]}}
              targetQueue: {lit: {name: Sales}}
              failureTransferAudio: {tts: All busy.}
          - menuSubMenu: {name: More, dtmf: digit_2, targetMenuRef: '/inboundCall/menus/menu[More_2]'}
          - menuDisconnect: {name: Bye, dtmf: 'digit_*', globalDtmf: true}
    - menu:
        name: More
        refId: More_2
        audio: {tts: More.}
        settingsMenu: {repeatCount: {lit: 1}}
        choices:
          - menuPreviousMenu: {name: Back, dtmf: digit_9}
          - menuTask:
              name: Hours
              dtmf: digit_1
              task:
                actions:
                  - playAudio: {name: Hours, audio: {tts: Nine to five.}}
                  - previousMenu: {name: Back}
          - menuJumpToMenu: {name: Main, refId: Main_3, dtmf: digit_2, targetMenuRef: '/inboundCall/menus/menu[Main_1]'}
        defaultChildMenuRef: './choices/menuJumpToMenu[Main_3]'
"""


def test_a_key_takes_its_choice() -> None:
    trace = call(MENUS, "press 1", Sales="success")
    assert trace.path == ("menu/Main", "menu/Main/menuTransferToAcd Sales")
    assert trace.heard == ("Hello.", "[prompt Main]")
    assert (trace.ending, trace.target) == ("transferred", "Sales")


def test_words_take_their_choice_whatever_their_case() -> None:
    assert call(MENUS, "say buy SOMETHING", Sales="success").target == "Sales"
    assert call(MENUS, "say buy", "press *").path == ("menu/Main", "menu/Main", "menu/Main/menuDisconnect Bye")


def test_silence_and_wrong_keys_count_together_up_to_the_repeat_count() -> None:
    trace = call(MENUS, "press 7", "silence", "press 1")
    assert [step.label for step in trace.steps] == ["no match", "silence"]
    assert (trace.ending, len(trace.left_over)) == ("disconnected", 1)


def test_a_menus_own_repeat_count_wins_and_then_its_default_choice_is_taken() -> None:
    trace = call(MENUS, "press 2", "silence", "hang-up")
    assert trace.path == (
        "menu/Main",
        "menu/Main/menuSubMenu More",
        "menu/More",
        "menu/More/menuJumpToMenu Main",
        "menu/Main",
    )
    assert [str(step.kind) for step in trace.steps[:4]] == ["choice", "jump", "no-input", "jump"]


def test_a_global_choice_is_offered_in_every_menu() -> None:
    trace = call(MENUS, "press 2", "press *")
    assert trace.path[-2:] == ("menu/More", "menu/Main/menuDisconnect Bye")
    assert call(MENUS, "press 2", "say sales", "hang-up").path[-2:] == ("menu/More/menuJumpToMenu Main", "menu/Main")


def test_previous_menu_leads_to_where_the_caller_came_from() -> None:
    from_menu = call(MENUS, "press 2", "press 9", "hang-up")
    assert from_menu.path[-2:] == ("menu/More/menuPreviousMenu Back", "menu/Main")
    from_task = call(MENUS, "press 2", "press 1", "hang-up")
    assert from_task.path[-2:] == ("menu/More/menuTask Hours/task/previousMenu Back", "menu/More")


def test_a_failed_transfer_of_a_choice_says_so_and_offers_the_menu_again() -> None:
    trace = call(MENUS, "press 1", "hang-up", Sales="failure")
    assert trace.heard == ("Hello.", "[prompt Main]", "All busy.", "[prompt Main]")
    assert trace.path[-1] == "menu/Main"


def test_an_error_while_the_menu_waits_is_handled() -> None:
    handled = MENUS.replace("  menus:\n", "  settingsErrorHandling: {errorHandling: {disconnect: {none: true}}, "
                            "preHandlingAudio: {tts: Sorry.}}\n  menus:\n", 1)  # fmt: skip
    trace = call(handled, "error")
    assert (trace.ending, trace.heard[-1]) == ("disconnected", "Sorry.")


def test_the_ways_of_a_menu_are_one_per_choice_silence_and_a_wrong_key_in_the_files_order() -> None:
    machine = ArchitectMachine(flow_of(MENUS))
    state = machine.start()
    assert state is not None
    machine.visit(state)
    ways = machine.ways(state)
    assert [way.name for way in ways] == ["1", "2", "*", "silence", "no match"]
    assert [way.event.kind for way in ways if way.event] == [EventKind.PRESS] * 3 + [EventKind.SILENCE, EventKind.PRESS]
    assert [way.transition is None for way in ways] == [False] * 3 + [True] * 2
    assert all(machine.respond(state, way.event) == way for way in ways if way.event)
