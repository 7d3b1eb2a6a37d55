"""Rules about what a flow names in itself: its start, its menus, tasks and states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import did_you_mean, listed
from ivr_action.flow.actions import IN_QUEUE_TYPES
from ivr_action.flow.flow import ArchitectFlow, Choice, Container, Flow, NodeGraphFlow, Reference
from ivr_action.model import Finding, Level, Location

_BASE = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - jumpToTask:
              name: On to the end
              targetTaskRef: /inboundCall/tasks/task[Goodbye_2]
    - task:
        name: Goodbye
        refId: Goodbye_2
        actions:
          - disconnect:
              name: Hang up
"""


class NoStart(Rule):
    id = "no-start"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "graph"
    summary = "The flow does not say where it starts, or starts at a node that does not exist."
    why = "A caller has nowhere to go. The platform refuses to publish the flow."
    fix = "Name the menu, task, state or node that a caller meets first."
    bad = _BASE.replace("  startUpRef: /inboundCall/tasks/task[Main_1]\n", "")
    good = _BASE
    source = "Genesys' validation: flow.noStartUpObject."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        if isinstance(subject, NodeGraphFlow):
            yield from self._node_graph(subject)
        elif (
            isinstance(subject, ArchitectFlow)
            and subject.start is None
            and not any(container.kind == "startup" for container in subject.containers)
        ):
            named = [_shown(container) for container in subject.containers if container.owner is None]
            what = "`startUpTaskActions`" if subject.type in IN_QUEUE_TYPES else "`startUpRef`"
            start = "startUpTaskActions" if subject.type in IN_QUEUE_TYPES else "startUpRef"
            body = subject.element
            near = did_you_mean(start, body, "") if isinstance(body, dict) else ""
            yield self.finding(
                subject.document,
                f"The flow has no {what}: a caller has nowhere to start, and Genesys Cloud refuses to publish it.",
                f"{near}Name what a caller meets first" + (f", one of {listed(named)}." if named else "."),
                subject.document.root if isinstance(subject.document.root, dict) else None,
                subject.type,
                of="key",
            )

    def _node_graph(self, flow: NodeGraphFlow) -> Iterator[Finding]:
        doc, start = flow.document, flow.start_node_id
        ids = [node.id for node in flow.nodes]
        if not start:
            hint = f"Add `{flow.start_key}`" + (f", for instance `{ids[0]}`." if ids else ".")
            yield self.finding(doc, "The flow names no start node: a caller has nowhere to go.", hint, flow.element)
        elif start not in ids and "{{" not in start:
            yield self.finding(
                doc,
                f"The flow starts at `{start}`, and there is no node of that id: every call would fail at once.",
                did_you_mean(start, ids, f"The nodes are {listed(ids)}." if ids else "The flow has no nodes."),
                flow.element,
                flow.start_key,
            )


class DanglingReference(Rule):
    id = "dangling-reference"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "graph"
    summary = "A reference names a menu, task, state or node that the flow does not have."
    why = "A caller who gets there is disconnected or falls into error handling. The platform refuses to publish it."
    fix = "Correct the name, or add what it names."
    bad = _BASE.replace("task[Goodbye_2]", "task[Goodby_2]")
    good = _BASE
    source = "Genesys' validation: menu.invalidReference, task.invalidReference, menu.noReference, task.noReference."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        if isinstance(subject, NodeGraphFlow):
            yield from self._node_graph(subject)
        elif isinstance(subject, ArchitectFlow):
            for reference in subject.references:
                missing = reference.target is None and reference.kind not in ("choice", "path")
                if missing and not reference.is_template:
                    yield self._architect(subject, reference)

    def _architect(self, flow: ArchitectFlow, reference: Reference) -> Finding:
        kind, word = _parts(reference)
        same = [container for container in flow.containers if kind in ("container", container.kind)]
        names = {container.ref_id or container.name for container in same} - {""}
        what = "menu, task or state" if kind == "container" else kind
        key = f"`{reference.key}`" if isinstance(reference.key, str) else "The reference"
        if not reference.text:
            message = f"{key} is empty: it has to name a {what} of this flow."
        elif word in names:
            message = f"{key} is `{reference.text}`, which is no path to the {kind} `{word}` of this flow."
        else:
            message = f"{key} names the {what} `{word}`, and this flow has none: a caller who gets here is lost."
        path = next((c for c in same if (c.ref_id or c.name) == word), None)
        if path is not None:
            hint = f"Write `/{flow.type}/{kind}s/{kind}[{word}]`."
        else:
            known = f"There are {listed(sorted(names))}." if names else f"The flow has no {what} at all."
            hint = did_you_mean(word, sorted(names), known)
        return self.finding(
            flow.document,
            message,
            hint,
            reference.element,
            reference.key,
            node=next((action.id for action in flow.actions if reference in action.references), None),
            related=_candidates(flow, same, word),
        )

    def _node_graph(self, flow: NodeGraphFlow) -> Iterator[Finding]:
        ids = {node.id: None for node in flow.nodes}
        nodes = f"The nodes are {listed(ids)}."
        number = 0
        for node in flow.nodes:
            for condition in node.conditions:
                target = condition.destination
                if target and target not in ids and "{{" not in target:
                    number += 1
                    yield self.finding(
                        flow.document,
                        f"`{node.id}` leads to `{target}` on `{condition.text}`, and there is no node of that id: "
                        "the caller is dropped there.",
                        did_you_mean(target, ids, nodes) if number <= _SUGGESTIONS else nodes,
                        condition.element,
                        "destinationNodeId",
                        node=node.id,
                    )


_SUGGESTIONS = 25
"""Findings of one file that get a "did you mean": it looks at every node, and beyond this nobody reads them singly."""


class EndTaskPath(Rule):
    id = "end-task-path"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "End Task names an output path that its task does not have."
    why = "The task cannot say to its caller how it ended. The platform refuses to publish the flow."
    fix = "Declare the path in the task's `outputPaths`, or end with `default`."
    bad = """\
workflow:
  name: Orders
  startUpRef: /workflow/states/state[Start_1]
  states:
    - state:
        name: Start
        refId: Start_1
        actions:
          - callTask:
              name: Look up
              targetTaskRef: /workflow/tasks/task[Look up_2]
          - endWorkflow:
              none: true
  tasks:
    - task:
        name: Look up
        refId: Look up_2
        actions:
          - endTask:
              name: Done
              outputPath:
                name: found
        outputPaths:
          - outputPath:
              name: order found
"""
    good = bad.replace("name: found", "name: order found")
    source = "Genesys' validation: task.noPathReference, task.invalidBranchReference."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        for reference in subject.references:
            if reference.kind == "path" and reference.target is None and not reference.is_template:
                yield self.finding(
                    subject.document,
                    f"The task is to end by the path `{reference.text}`, which it does not have: whoever called it "
                    "cannot go on from there.",
                    "",
                    reference.element,
                    reference.key,
                )


class UnusedContainer(Rule):
    id = "unused-container"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Nothing leads to a menu, task or state."
    why = "No caller gets there. It is often what is left when a jump was changed and should not have been."
    fix = "Remove it, or add the jump that is missing."
    bad = (
        _BASE
        + """\
    - task:
        name: Old greeting
        refId: Old greeting_3
        actions:
          - disconnect:
              name: Hang up
"""
    )
    good = _BASE
    source = "Own rule; 8 of 127 published flows have one, 7 of them the menu that Archy's template leaves behind."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        containers = subject.containers
        if len(containers) < 2 or (subject.start is not None and subject.start.target is None):
            return
        used = {id(reference.target) for reference in subject.references}
        for container in containers:
            if id(container) in used or container.owner is not None or container.kind == "startup":
                continue
            if not container.name or _is_template_menu(container):
                continue
            yield self.finding(
                subject.document,
                f"Nothing in the flow leads to the {container.kind} `{container.name}`: no caller ever gets there.",
                "",
                container.element,
                "name",
                node=container.entry or None,
            )


def _candidates(flow: ArchitectFlow, among: list[Container], word: str) -> list[Location]:
    """Where the containers stand that were probably meant: of the same name, or such that nothing leads to."""
    used = {id(reference.target) for reference in flow.references}
    name = word.rpartition("_")[0] or word  # a refId is `<name>_<number>`
    found = [container for container in among if container.name == name and container.owner is None]
    found += [c for c in among if id(c) not in used and c.owner is None and c not in found]
    return [flow.document.where(container.element, "refId" if container.ref_id else "name") for container in found[:5]]


def _is_template_menu(container: Container) -> bool:
    """The menu that Archy's template leaves in every flow: one choice, to disconnect."""
    return container.kind == "menu" and [choice.action.type for choice in container.choices] == ["menuDisconnect"]


def _parts(reference: Reference) -> tuple[str, str]:
    """Kind and name that a path speaks of: `/inboundCall/tasks/task[Main_1]` → `task`, `Main_1`."""
    text = reference.text
    if text.endswith("]") and "[" in text:
        head, _, word = text[:-1].partition("[")
        kind = head.rpartition("/")[2]
        if kind in ("menu", "task", "state", "bot"):
            return kind, word
    return reference.kind, text


def _shown(target: Container | Choice) -> str:
    return target.name if isinstance(target, Container) else target.action.name


RULES: tuple[Any, ...] = (NoStart(), DanglingReference(), EndTaskPath(), UnusedContainer())
