"""Rules about where control goes inside a task: loops, dead actions, Previous Menu, tasks without actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.termination import ENDS, endings, list_ending
from ivr_action.check.values import literal
from ivr_action.flow.actions import ACTIONS, IN_QUEUE_TYPES
from ivr_action.flow.document import text
from ivr_action.flow.flow import Action, ArchitectFlow, Container
from ivr_action.model import Finding, Level

_LOOP = """\
workflow:
  name: Reminders
  startUpRef: /workflow/states/state[Start_1]
  states:
    - state:
        name: Start
        refId: Start_1
        actions:
          - loop:
              name: Five times
              currentIndex:
                var: Flow.index
              loopCount:
                lit: 5
              outputs:
                loop:
                  actions:
                    - decision:
                        name: Enough?
                        condition:
                          exp: Flow.done
                        outputs:
                          yes:
                            actions:
                              - loopExit:
                                  name: Out
          - endWorkflow:
              name: Done
"""
_EXIT = """\
                              - loopExit:
                                  name: Out
"""
_TASKS = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - disconnect:
              name: Hang up
"""


class OutsideLoop(Rule):
    id = "outside-loop"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Exit Loop or Next Loop stands outside of a loop."
    why = "There is no loop to leave, so nobody can say where the caller goes. The platform refuses to publish it."
    fix = "Move it into a loop, or replace it by what should happen here."
    bad = _LOOP.replace("          - endWorkflow:\n", "          - loopExit:\n")
    good = _LOOP
    source = "Genesys' validation: loop.notInLoop."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        suspects = [action for action in subject.actions if action.type in ("loopExit", "loopNext")]
        if not suspects:
            return
        inside = _inside_loops(subject)
        for action in suspects:
            if id(action) not in inside:
                what = "Exit Loop" if action.type == "loopExit" else "Next Loop"
                yield self.finding(
                    subject.document,
                    f"{what}{_called(action)} stands outside of a loop: there is nothing to "
                    f"{'leave' if action.type == 'loopExit' else 'repeat'}.",
                    "",
                    action.element,
                    node=action.id or None,
                )


class LoopAlwaysEnds(Rule):
    id = "loop-always-ends"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A loop's body ends the task on every way, so it never repeats."
    why = "What should happen several times happens once. The platform refuses to publish the flow."
    fix = "Let one way run to the end of the body, or take the actions out of the loop."
    bad = _LOOP.replace(
        _LOOP[_LOOP.index("                    - decision:") : _LOOP.index("          - endWorkflow:")],
        "                    - endWorkflow:\n                        name: Out\n",
    )
    good = _LOOP
    source = "Genesys' validation: loop.terminating."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        for action in subject.actions:
            if action.type == "loop":
                for output in action.outputs:
                    if output.name == "loop" and list_ending(output.actions, endings(subject)) == ENDS:
                        yield self.finding(
                            subject.document,
                            f"The loop{_called(action)} never repeats: every way through it ends the {_unit(subject)}.",
                            "",
                            action.element,
                            node=action.id or None,
                        )


class LoopCount(Rule):
    id = "loop-count"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A loop is to run less than once."
    why = "Its body is skipped: no caller ever gets there."
    fix = "Write a count of at least 1, or remove the loop."
    bad = _LOOP.replace("lit: 5", "lit: 0")
    good = _LOOP
    source = "Genesys' validation: loop.lessThanOne."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        for action in subject.actions:
            if action.type == "loop":
                count = text(literal(action.params.get("loopCount")))
                if count is not None and count.lstrip("-").isdecimal() and int(count) < 1:
                    yield self.finding(
                        subject.document,
                        f"The loop{_called(action)} is to run {count} times, so its body is skipped.",
                        "",
                        action.params,
                        "loopCount",
                        node=action.id or None,
                    )


class UnreachableAction(Rule):
    id = "unreachable-action"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "architect"
    summary = "An action stands behind one that always ends or leaves the list."
    why = "No caller ever gets there: what it was to do does not happen."
    fix = "Move it before the action that ends, or remove it."
    bad = (
        _TASKS
        + "          - playAudio:\n              name: Goodbye\n              audio:\n                tts: Goodbye.\n"
    )
    good = _TASKS
    source = "Genesys' validation: errors.unreachableAction, by the rule of its scripting SDK (updateTermination)."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        found = endings(subject)
        for container in subject.containers:
            if container.kind != "menu":
                yield from self._list(subject, container.actions, found)
        for action in subject.actions:
            for output in action.outputs:
                if len(output.actions) > 1:
                    yield from self._list(subject, output.actions, found)

    def _list(self, flow: ArchitectFlow, actions: list[Action], found: dict[int, int]) -> Iterator[Finding]:
        for index, action in enumerate(actions[:-1]):
            if id(action) in found:
                behind = actions[index + 1 :]
                more = f" and {len(behind) - 1} more behind it" if len(behind) > 1 else ""
                yield self.finding(
                    flow.document,
                    f"No caller gets to `{_label(behind[0])}`{more}: `{_label(action)}` before it always ends.",
                    "",
                    behind[0].element,
                    node=behind[0].id or None,
                    related=[flow.document.where(action.element)],
                )
                return


class PreviousMenuInStart(Rule):
    id = "previous-menu-in-start"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Previous Menu in the task that the flow starts with."
    why = "The caller has not been in a menu yet, so there is none to go back to. The platform refuses to publish it."
    fix = "Jump to a menu by name, or disconnect."
    bad = (
        _TASKS.replace("- disconnect:\n              name: Hang up", "- previousMenu:\n              name: Back")
        + """\
  menus:
    - menu:
        name: Menu
        refId: Menu_2
        choices:
          - menuDisconnect:
              name: Hang up
              dtmf: digit_9
"""
    )
    good = bad.replace(
        "- previousMenu:\n              name: Back",
        "- jumpToMenu:\n              name: On\n              targetMenuRef: /inboundCall/menus/menu[Menu_2]",
    )
    source = "Genesys' validation: previousMenu.inStartupError."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        start = subject.start.target if subject.start is not None else None
        if not isinstance(start, Container) or start.kind != "task":
            return
        suspects = [action for action in subject.actions if action.type == "previousMenu"]
        if suspects:
            own = {id(action) for action in _nested(start.actions)}
            for action in suspects:
                if id(action) in own:
                    yield self.finding(
                        subject.document,
                        f"Previous Menu{_called(action)} stands in the task that the flow starts with: there is no "
                        "menu yet to go back to.",
                        "",
                        action.element,
                        node=action.id or None,
                    )


class PreviousMenuWithoutMenus(Rule):
    id = "previous-menu-without-menus"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Previous Menu in a flow that has no menus."
    why = "There is no menu to go back to. The platform refuses to publish the flow."
    fix = "Replace it by a jump to a task, or disconnect."
    bad = (
        _TASKS.replace(
            "- disconnect:\n              name: Hang up",
            "- jumpToTask:\n              name: On\n              targetTaskRef: /inboundCall/tasks/task[Back_2]",
        )
        + """\
    - task:
        name: Back
        refId: Back_2
        actions:
          - previousMenu:
              name: Back
"""
    )
    good = bad.replace("- previousMenu:", "- disconnect:")
    source = "Genesys' validation: previousMenu.noMenus."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if any(container.kind == "menu" for container in subject.containers):
            return
        for action in subject.actions:
            if action.type in ("previousMenu", "repeatMenu"):
                yield self.finding(
                    subject.document,
                    f"`{_label(action)}` is to go back to a menu, and the flow has none.",
                    "",
                    action.element,
                    node=action.id or None,
                )


class EmptyInQueueTask(Rule):
    id = "empty-in-queue-task"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "An in-queue flow does nothing while the caller waits."
    why = "Callers hear silence and hang up. The platform refuses to publish the flow."
    fix = "Add at least one action under `startUpTaskActions`, such as hold music."
    bad = "inqueueCall:\n  name: Waiting\n  startUpTaskActions: []\n"
    good = (
        "inqueueCall:\n  name: Waiting\n  startUpTaskActions:\n    - holdMusic:\n        name: Hold music\n"
        "        prompt:\n          exp: Flow.HoldPrompt\n"
    )
    source = "Genesys' validation: task.containsNoActions."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if subject.type not in IN_QUEUE_TYPES:
            return
        for container in subject.containers:
            if container.kind == "startup" and not container.actions:
                body = container.element
                key = "startUpTaskActions" if isinstance(body, dict) and "startUpTaskActions" in body else None
                yield self.finding(
                    subject.document,
                    "The in-queue flow has no actions: callers wait in silence.",
                    "",
                    body,
                    key,
                    of="key",
                )


def _inside_loops(flow: ArchitectFlow) -> set[int]:
    """`id`s of the actions that stand in the body of a loop. A type that nobody knows may be a loop."""
    inside: set[int] = set()
    for action in flow.actions:  # document order: a loop comes before what stands in it
        known = ACTIONS.get(action.type)
        for output in action.outputs:
            if id(action) in inside or output.name == "loop" or known is None:
                inside.update(id(child) for child in output.actions)
    return inside


def _nested(actions: list[Action]) -> Iterator[Action]:
    todo = list(actions)
    while todo:
        action = todo.pop()
        yield action
        for output in action.outputs:
            todo += output.actions


def _label(action: Action) -> str:
    return f"{action.type} {action.name}" if action.name else action.type


def _called(action: Action) -> str:
    return f" `{action.name}`" if action.name else ""


def _unit(flow: ArchitectFlow) -> str:
    return "flow" if flow.type in ("workflow", "workitem") else "call" if flow.type.endswith("Call") else "flow"


RULES: tuple[Any, ...] = (
    OutsideLoop(), LoopAlwaysEnds(), LoopCount(), UnreachableAction(), PreviousMenuInStart(),
    PreviousMenuWithoutMenus(), EmptyInQueueTask(),
)  # fmt: skip
