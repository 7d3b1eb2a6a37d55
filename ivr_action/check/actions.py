"""Rules about actions: their types, outputs and parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.values import scan
from ivr_action.check.vocabulary import (
    CONTAINER,
    FAILURE_WORDS,
    HEADER,
    LONG_WORDS,
    OTHER_WORDS,
    OUTPUTS,
    UNITS,
    VALUE_WORDS,
    WORDS,
)
from ivr_action.check.words import did_you_mean, listed, misspelling
from ivr_action.flow.actions import ACTIONS, YAML_FLOW_TYPES
from ivr_action.flow.flow import Action, ArchitectFlow, Container, Format, Output
from ivr_action.model import Finding, Level

_GOOD = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - decision:
              name: Open?
              condition:
                exp: Flow.open
              outputs:
                yes:
                  actions:
                    - transferToAcd:
                        name: Support
                        targetQueue:
                          lit:
                            name: Support
          - disconnect:
              name: Hang up
"""


class UnknownAction(Rule):
    id = "unknown-action"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "architect"
    summary = "An action is of a type that these checks do not know."
    why = (
        "Genesys adds actions faster than anybody can list them, so it is probably fine; but what it does to a caller "
        "was not checked."
    )
    fix = "Nothing to do if the flow was exported by Architect; otherwise check the spelling."
    bad = _GOOD.replace("- disconnect:", "- predictTheWeather:")
    good = _GOOD
    source = "The table of action types in docs/architect-yaml.md."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        for action in subject.actions:
            if action.type not in ACTIONS and not _misspelt(subject, action.type):
                yield self.finding(
                    subject.document,
                    f"The action type `{action.type}` is not known here, so what it does to a caller was not checked.",
                    "",
                    action.element,
                    action.type if subject.format is Format.ARCHITECT_YAML else None,
                    of="key",
                    node=action.id or None,
                )


class MisspeltAction(Rule):
    id = "misspelt-action"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "An action's type is nearly one that exists."
    why = "The platform does not know it and refuses the file."
    fix = "Correct the spelling."
    bad = _GOOD.replace("transferToAcd", "transferToAdc")
    good = _GOOD
    source = "The table of action types in docs/architect-yaml.md; own check."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        for action in subject.actions:
            if action.type not in ACTIONS:
                meant = _misspelt(subject, action.type)
                if meant:
                    yield self.finding(
                        subject.document,
                        f"`{action.type}` is no action: Genesys Cloud refuses the file.",
                        f"Did you mean `{meant}`?",
                        action.element,
                        action.type,
                        of="key",
                        node=action.id or None,
                    )


class UnknownOutput(Rule):
    id = "unknown-output"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "An action has an output that its type does not have."
    why = "No caller ever takes that way; the case it was meant for is not handled. The platform refuses the file."
    fix = "Correct the output's name."
    bad = _GOOD.replace("                yes:", "                yess:")
    good = _GOOD
    source = "Outputs by action type: `branchInfo` in Genesys' scripting SDK, and published flows."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if subject.format is not Format.ARCHITECT_YAML:
            return
        for action in subject.actions:
            for output in action.outputs:
                if output.name not in OUTPUTS or output.name not in ACTIONS.get(action.type, _NOTHING).outputs:
                    possible = _impossible(action, output)
                    if possible is not None:
                        yield self._found(subject, action, output, possible)

    def _found(self, flow: ArchitectFlow, action: Action, output: Output, possible: tuple[str, ...]) -> Finding:
        holder = action.params.get("outputs")
        inside = isinstance(holder, dict) and output.name in holder
        known = f"`{action.type}` has {listed(possible)}." if possible else f"`{action.type}` has no outputs."
        return self.finding(
            flow.document,
            f"`{action.type}`{_called(action)} has no output `{output.name}`: no caller ever takes that way.",
            did_you_mean(output.name, possible or OUTPUTS, known),
            holder if inside else output.element,
            output.name if inside else None,
            of="key",
            node=action.id or None,
        )


class MissingParameter(Rule):
    id = "missing-parameter"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "An action lacks the parameter that says what it is to do."
    why = "It cannot do anything, and the platform refuses to publish the flow."
    fix = "Add the parameter."
    bad = _GOOD.replace("                        targetQueue:", "                        targetQueu:")
    good = _GOOD
    source = "Genesys' validation: action.notSet, expression.notSetWithContext, wait.noDurationSet, task.noReference."

    _REQUIRED: ClassVar[dict[str, tuple[str, ...]]] = {
        **{name: kind.required for name, kind in ACTIONS.items() if kind.required},
        "transferToFlow": ("targetFlow",),
        "transferToFlowSecure": ("targetFlow",),
        "wait": ("duration",),
        "callBotFlow": ("botFlow",),
        "callDigitalBotFlow": ("digitalBotFlow",),
        "callCommonModule": ("commonModule",),
        "communicate": ("communication",),
        "askForSlot": ("slot",),
        "menuTask": ("task",),
        "loop": ("loopCount",),
    }

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if subject.format is not Format.ARCHITECT_YAML:
            return
        required = self._REQUIRED
        for action in subject.actions:
            for key in required.get(action.type, ()):
                value = action.params.get(key)
                if value is None or (key in _NEEDS_VALUE and isinstance(value, dict) and "noValue" in value):
                    yield self._found(subject, action, key, value)

    def _found(self, flow: ArchitectFlow, action: Action, key: str, value: Any) -> Finding:
        if value is not None:
            return self.finding(
                flow.document, f"`{key}` of `{action.type}`{_called(action)} is not set: it cannot do anything.",
                f"Write the {key} that is meant.", action.params, key, of="key", node=action.id or None,
            )  # fmt: skip
        near = misspelling(key, tuple(map(str, action.params)))
        return self.finding(
            flow.document,
            f"`{action.type}`{_called(action)} has no `{key}`: it cannot do anything.",
            f"`{near}` is probably meant to be it." if near else f"Add `{key}`.",
            action.params if near else action.element,
            near if near else action.type,
            of="key",
            node=action.id or None,
        )


class EmptyUpdate(Rule):
    id = "empty-update"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Update Data without a statement."
    why = "It does nothing: what a later action reads is still unset."
    fix = "Add a statement, or remove the action."
    bad = _GOOD.replace(
        "- disconnect:",
        "- updateData:\n              name: Remember\n              statements: []\n          - disconnect:",
    )
    good = _GOOD
    source = "Genesys' validation: updateVariables.noStatementError."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        key = "statements" if subject.format is Format.ARCHITECT_YAML else "variables"
        for action in subject.actions:
            if action.type == "updateData" and not action.params.get(key):
                yield self.finding(
                    subject.document,
                    f"Update Data{_called(action)} has no statement: it changes nothing.",
                    did_you_mean("statements", [str(name) for name in action.params], self.fix),
                    action.element,
                    node=action.id or None,
                )


class UnknownKey(Rule):
    id = "unknown-key"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A key is misspelt, or stands where it cannot."
    why = (
        "The platform refuses the file or ignores the key: what it sets keeps its old or default value. A line with "
        "the wrong indentation looks like this."
    )
    fix = "Correct the spelling or the indentation."
    bad = _GOOD.replace("  name: Support\n  startUpRef", "  defaultLangage: en-us\n  name: Support\n  startUpRef")
    good = _GOOD.replace("  name: Support\n  startUpRef", "  defaultLanguage: en-us\n  name: Support\n  startUpRef")
    source = "Words of 127 published files, by place; own check. A word that is near none of them is left alone."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if subject.format is not Format.ARCHITECT_YAML or not isinstance(subject.element, dict):
            return
        if subject.type not in YAML_FLOW_TYPES:
            yield from self._flow_type(subject)
        strange = scan(subject).strange_keys
        outputs = {id(action.params.get("outputs")) for action in subject.actions} if strange else set()
        for node, key in strange:
            if id(node) in outputs:
                continue  # `unknown-output` speaks of those
            if key in OTHER_WORDS:
                continue
            if len(key) >= 2 and key.isalpha() and key.isascii() and key[0].islower():
                if node is subject.element:
                    known: frozenset[str] | tuple[str, ...] = HEADER
                else:
                    known = VALUE_WORDS if len(key) < 5 and len(node) == 1 else LONG_WORDS
                meant = misspelling(key, known)
                if meant is not None and meant not in node and _plausible(subject, node, meant):
                    yield self.finding(
                        subject.document,
                        f"`{key}` means nothing to Genesys Cloud; it is nearly `{meant}`.",
                        f"Did you mean `{meant}`?",
                        node,
                        key,
                        of="key",
                    )
        yield from self._misplaced(subject, subject.element, HEADER, f"the flow `{subject.name}`")
        for container in subject.containers:
            if container.kind != "startup" and isinstance(container.element, dict):
                yield from self._misplaced(subject, container.element, CONTAINER, _shown(container))
        for action in subject.actions:
            wrong = _VALUE_OR_UNIT | FAILURE_WORDS if action.type in _SAY_WHY_THEY_FAILED else _VALUE_OR_UNIT
            if not wrong.isdisjoint(action.params):
                key = next(key for key in action.params if key in wrong)
                yield self._wrong_place(subject, action.params, key, f"the action `{action.type}`{_called(action)}")

    def _flow_type(self, flow: ArchitectFlow) -> Iterator[Finding]:
        meant = misspelling(flow.type, tuple(sorted(YAML_FLOW_TYPES)))
        if meant is not None:
            yield self.finding(
                flow.document,
                f"`{flow.type}` is no type of flow: Genesys Cloud refuses the file.",
                f"Did you mean `{meant}`?",
                flow.document.root,
                flow.type,
                of="key",
            )

    def _misplaced(self, flow: ArchitectFlow, node: Any, known: frozenset[str], what: str) -> Iterator[Finding]:
        if known.issuperset(node):
            return
        for key in node:
            if key not in known and key in WORDS:
                yield self._wrong_place(flow, node, key, what)

    def _wrong_place(self, flow: ArchitectFlow, node: Any, key: str, what: str) -> Finding:
        return self.finding(
            flow.document, f"`{key}` cannot stand directly in {what}.",
            "Check the indentation of this line: it probably belongs to the key above it.", node, key, of="key",
        )  # fmt: skip


_NOTHING = ACTIONS["disconnect"]
_TYPES = tuple(ACTIONS)
_VALUE_OR_UNIT = (VALUE_WORDS | UNITS) - {"tts"}
_SAY_WHY_THEY_FAILED = frozenset(("callData", "callBridge", "dataTableLookup"))
"""Types with `failureOutputs`. For another, `status` may be a parameter of its own."""
_NEEDS_VALUE = frozenset(("condition", "targetQueue", "targetFlow", "duration"))
_OPEN_OUTPUTS = frozenset(
    ("callLexBot", "callLexV2Bot", "callDialogflowBot", "callBotConnector", "callAudioConnector", "callBotFlow",
     "callDigitalBotFlow", "callCommonModule", "askForIntent", "digitalMenu", "switch")
)  # fmt: skip
"""Types whose outputs carry names that somebody gave."""

_GUESSED_OUTPUTS = frozenset(
    ("createCallback", "detectSilence", "enableParticipantRecord", "extractSecureData", "loopAnythingElse",
     "playAudioOnSilence", "sendNotification", "setPostFlow", "setUUIData", "transcription", "waitForInput",
     "setLanguage", "setFlowOutcome", "initializeFlowOutcome", "addFlowMilestone")
)  # fmt: skip
"""Types whose outputs neither Genesys' SDK nor a published flow shows: nothing can be called impossible there."""


def _impossible(action: Action, output: Output) -> tuple[str, ...] | None:
    """The outputs that are possible, where this one is not; None where it may be fine."""
    kind = ACTIONS.get(action.type)
    name = output.name
    if kind is None or "{{" in name:
        return None
    if kind.strict_outputs:
        return None if name in kind.outputs else kind.outputs
    if action.type == "callTask":
        paths = _task_paths(action)
        return None if paths is None or name.casefold() == "default" or name in paths else ("default", *paths)
    if name in OUTPUTS or " " in name or action.type in _OPEN_OUTPUTS or action.type in _GUESSED_OUTPUTS:
        return None
    return kind.outputs


def _task_paths(action: Action) -> list[str] | None:
    for reference in action.references:
        if isinstance(reference.target, Container):
            return reference.target.output_paths
    return None


def _misspelt(flow: ArchitectFlow, type_: str) -> str | None:
    return misspelling(type_, _TYPES) if flow.format is Format.ARCHITECT_YAML else None


def _plausible(flow: ArchitectFlow, node: Any, meant: str) -> bool:
    """False for an item of a list of actions, which is a misspelt action and reported as one."""
    return not (meant in ACTIONS and len(node) == 1)


def _called(action: Action) -> str:
    return f" `{action.name}`" if action.name else ""


def _shown(container: Container) -> str:
    return f"the {container.kind} `{container.name}`" if container.name else f"the {container.kind}"


RULES: tuple[Any, ...] = (
    UnknownAction(), MisspeltAction(), UnknownOutput(), MissingParameter(), EmptyUpdate(), UnknownKey(),
)  # fmt: skip
