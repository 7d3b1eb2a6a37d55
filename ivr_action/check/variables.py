"""Rules about variables: declared and not used, used and not declared, read before anything is in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import near
from ivr_action.flow.flow import ArchitectFlow, Container, Format
from ivr_action.flow.variables import BUILT_IN, Declared, Use, Variables, variables
from ivr_action.model import Finding, Level, NodeKind

_GOOD = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  variables:
    - stringVariable:
        name: Flow.customer
        initialValue:
          noValue: true
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - updateData:
              name: Who is it?
              statements:
                - string:
                    variable: Flow.customer
                    value:
                      exp: Call.Ani
          - playAudio:
              name: Hello
              audio:
                exp: AudioPlaybackOptions(ToAudioTTS(Flow.customer), true)
          - disconnect:
              name: Hang up
"""
_SETS = _GOOD[_GOOD.index("          - updateData:") : _GOOD.index("          - playAudio:")]
_PLAYS = _GOOD[_GOOD.index("          - playAudio:") : _GOOD.index("          - disconnect:")]


class UnusedVariable(Rule):
    id = "unused-variable"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A variable is declared and never used."
    why = "Whoever reads the flow looks for what it is good for; it may be what is left of a step that should be there."
    fix = "Remove the declaration, or use the variable."
    bad = _GOOD.replace(
        "  variables:\n", "  variables:\n    - stringVariable:\n        name: Flow.order\n        initialValue:\n"
        "          noValue: true\n",
    )  # fmt: skip
    good = _GOOD
    source = "Genesys' editor: `The variable … is not used.` Inputs, outputs and slots are not looked at."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        found = variables(subject)
        if not found.declared or not found.scoped:
            return
        mentions = found.mentions
        suspects = [
            declared
            for name, declared in found.declared.items()
            if (name not in mentions or mentions[name].times < 2)
            and not declared.is_shared
            and declared.scope != "slot"
        ]
        for declared in suspects:
            if "{{" not in declared.variable.name and not found.is_named_elsewhere(declared):
                yield self.finding(
                    subject.document,
                    f"The variable `{declared.variable.name}` is never read and never written.",
                    "",
                    declared.variable.element,
                    "name",
                )


class UndeclaredVariable(Rule):
    id = "undeclared-variable"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "architect"
    summary = "An expression reads a variable that nothing declares and nothing writes."
    why = "The platform refuses the expression, or finds nothing in it: mostly a name with a typing mistake."
    fix = "Correct the name, or declare the variable."
    bad = _GOOD.replace("ToAudioTTS(Flow.customer)", "ToAudioTTS(Flow.costumer)")
    good = _GOOD
    source = "Own rule; no published flow does it. A name that is written somewhere counts as declared, as in exports."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        found = variables(subject)
        known, mentions = found.declared, found.mentions
        suspects = {name for name, mention in mentions.items() if name not in known and not mention.written} - BUILT_IN
        if not suspects or not found.scoped:
            return
        written = {use.name for use in found.uses if use.writes and not _is_lone(use)}
        reported: set[str] = set()
        for use in found.uses:
            name = use.name
            if name in known or name in written or name in reported or name in BUILT_IN or not use.reads:
                continue
            reported.add(name)
            meant = near(name, known)
            yield self.finding(
                subject.document,
                f"Nothing declares the variable `{use.said}` or writes it: there is never anything in it.",
                f"Did you mean `{known[meant].variable.name}`?" if meant else "",
                use.element,
                use.key,
                node=_node(use),
            )


class VariableNeverSet(Rule):
    id = "variable-never-set"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A variable is read, and nothing ever puts anything into it."
    why = "It is always NOT_SET: callers hear nothing where it is read out, and decisions always go one way."
    fix = "Give it an initial value, set it before it is read, make it an input, or remove what reads it."
    bad = _GOOD.replace(_SETS, "")
    good = _GOOD
    source = "Own rule; the published flows in which it finds something are listed in docs/calibration.md."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        found = variables(subject)
        if not found.declared or not found.scoped:
            return
        mentions = found.mentions
        suspects = {
            name: declared
            for name, declared in found.declared.items()
            if _starts_empty(declared)
            and name in mentions
            and not mentions[name].written
            and (mentions[name].times > 1 or found.is_named_elsewhere(declared))
        }
        if not suspects:
            return
        for use in found.uses:
            if use.writes:
                suspects.pop(use.name, None)
        reads: dict[str, list[Use]] = {}
        for use in found.uses:
            if use.name in suspects:
                reads.setdefault(use.name, []).append(use)
        for name, uses in reads.items():
            first = min(uses, key=lambda use: _line(subject, use))
            declared = suspects[name]
            yield self.finding(
                subject.document,
                f"`{declared.variable.name}` is read here, and nothing ever sets it: it has no initial value, is no "
                "input, and no action writes it.",
                "",
                first.element,
                first.key,
                node=_node(first),
                related=[subject.document.where(declared.variable.element, "name")],
            )


class VariableReadBeforeSet(Rule):
    id = "variable-read-before-set"
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A variable is read at a place that no way leads to from where it is set."
    why = "Whatever way a caller takes, it is still NOT_SET there; mostly two actions stand in the wrong order."
    fix = "Set it before, or give it an initial value."
    bad = _GOOD.replace(_SETS, "").replace(_PLAYS, _PLAYS + _SETS)
    good = _GOOD
    source = (
        "Own rule: reachability in the flow's graph. A read inside a test such as `IsSet` is meant and not counted; in "
        "YAML only a variable is looked at whose first use in the file is a read."
    )

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        found = variables(subject)
        if not found.declared or not found.scoped or subject.graph.start is None:
            return
        mentions = found.mentions
        yaml = subject.format is Format.ARCHITECT_YAML
        suspects = {
            name
            for name, declared in found.declared.items()
            if _starts_empty(declared)
            and name in mentions
            and (not yaml or (mentions[name].read_first and mentions[name].written))
        }
        if suspects:
            yield from self._suspects(subject, found, suspects)

    def _suspects(self, flow: ArchitectFlow, found: Variables, suspects: set[str]) -> Iterator[Finding]:
        reads: dict[str, list[Use]] = {}
        writes: dict[str, set[str]] = {}
        for use in found.uses:
            if use.name not in suspects:
                continue
            if use.action is None:
                if use.writes:
                    suspects.discard(use.name)
                continue
            if use.writes:
                writes.setdefault(use.name, set()).add(use.action.id)
            elif not use.tested:
                reads.setdefault(use.name, []).append(use)
        reachable = flow.graph.reachable
        for name in sorted(suspects & reads.keys() & writes.keys()):
            after = _after(flow, writes[name])
            for use in reads[name]:
                action = use.action
                if action is not None and action.id in reachable and action.id not in after:
                    setter = flow.graph.nodes[min(writes[name])]
                    yield self.finding(
                        flow.document,
                        f"`{use.said}` is read here and is still NOT_SET: no way leads here from where it is set.",
                        "",
                        use.element,
                        use.key,
                        node=action.id,
                        related=[flow.document.where(setter.element)],
                    )
                    break


def _after(flow: ArchitectFlow, sources: set[str]) -> set[str]:
    """Nodes that may come after one of `sources`, themselves included; rather too many than too few.

    The end of a called task leads to whatever comes after any call, and error handling and a bot's intents can come
    at any time.
    """
    graph = flow.graph
    successors, nodes = graph.successors, graph.nodes
    seen = set(sources)
    todo = [name for name in sources if name in nodes]
    for reference in (*flow.error_handling, *(reference for _, reference in flow.intents)):
        target = reference.target
        if isinstance(target, Container) and target.entry in nodes and target.entry not in seen:
            seen.add(target.entry)
            todo.append(target.entry)
    calls = [action.id for action in flow.actions if action.type == "callTask"]
    while todo:
        name = todo.pop()
        node = nodes[name]
        onward = [transition.target for transition in successors[name]]
        if calls and node.kind is NodeKind.END and node.type in ("endTask", "endOfTask"):
            for call in calls:
                onward += [transition.target for transition in successors[call]]
            calls = []
        for target in onward:
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def _starts_empty(declared: Declared) -> bool:
    return not declared.has_initial and not declared.variable.is_input and declared.scope != "slot"


def _is_lone(use: Use) -> bool:
    """A configuration document's lone name, which may be read or filled: no proof that anything writes it."""
    return use.reads and use.writes and use.key == "text"


def _node(use: Use) -> str | None:
    return (use.action.id or None) if use.action is not None else None


def _line(flow: ArchitectFlow, use: Use) -> int:
    return flow.document.line_of(use.element) or 0


RULES: tuple[Any, ...] = (UnusedVariable(), UndeclaredVariable(), VariableNeverSet(), VariableReadBeforeSet())
