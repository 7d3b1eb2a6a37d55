"""Rules about names: the flow's, and those of its menus, tasks and states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import did_you_mean
from ivr_action.flow.flow import ArchitectFlow, Container, Flow
from ivr_action.model import Finding, Level

MAX_NAME = 200
"""Characters in a flow's name. Source: the Platform API's error ARCHITECT_FLOW_VALIDATE_FAILED_…."""

_GOOD = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - disconnect:
              none: true
"""


class FlowName(Rule):
    id = "flow-name"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "graph"
    summary = "The flow has no name, or one that the platform refuses."
    why = "The platform finds a flow by its name: without a valid one the deployment fails, or makes a second flow."
    fix = "Give the flow a name of at most 200 characters, without `/` and not ending in `-debug`."
    bad = _GOOD.replace("Support", "Support/EMEA")
    good = _GOOD
    source = "Genesys' editor and API: at most 200 characters, no `/`, not ending in `-debug`."

    def check(self, subject: Flow, options: CheckOptions) -> Iterator[Finding]:
        name, doc, body = subject.name, subject.document, subject.element
        if not name.strip():
            has = isinstance(body, dict) and "name" in body
            hint = self.fix if has or not isinstance(body, dict) else did_you_mean("name", body, self.fix)
            yield self.finding(
                doc,
                "The flow has no name: the platform cannot tell which flow to replace.",
                hint,
                body if has else (doc.root if isinstance(doc.root, dict) and subject.type in doc.root else body),
                "name" if has else (subject.type if isinstance(doc.root, dict) and subject.type in doc.root else None),
                of="key",
            )
            return
        if len(name) > MAX_NAME and "{{" not in name:
            yield self.finding(
                doc,
                f"The flow's name has {len(name)} characters; Genesys Cloud takes at most {MAX_NAME}.",
                f"Shorten it by {len(name) - MAX_NAME}.",
                body,
                "name",
            )
        if "/" in name:
            yield self.finding(
                doc,
                f"The flow's name `{_cut(name)}` contains `/`, which Genesys Cloud refuses.",
                f"Write for instance `{_cut(name.replace('/', '-'))}`.",
                body,
                "name",
            )
        if name.endswith("-debug"):
            yield self.finding(
                doc,
                f"The flow's name `{_cut(name)}` ends in `-debug`, which Genesys Cloud keeps for debug versions.",
                f"Write for instance `{_cut(name.removesuffix('-debug'))} debugging`.",
                body,
                "name",
            )


class BlankName(Rule):
    id = "blank-name"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "A menu, task, state or bot has no name."
    why = "The platform refuses to publish it, and nobody can tell in the editor which one it is."
    fix = "Give it a `name`."
    bad = _GOOD.replace("        name: Main\n", "")
    good = _GOOD
    source = "Genesys' validation: errors.noName."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        for container in subject.containers:
            if not container.name.strip() and container.owner is None and container.kind != "startup":
                body = container.element
                has = isinstance(body, dict) and "name" in body
                what = f" `{container.ref_id}`" if container.ref_id else ""
                yield self.finding(
                    subject.document,
                    f"The {container.kind}{what} has no name: Genesys Cloud refuses to publish the flow.",
                    self.fix if has or not isinstance(body, dict) else did_you_mean("name", body, self.fix),
                    body,
                    "name" if has else None,
                    of="key",
                    node=container.entry or None,
                )


class DuplicateContainerName(Rule):
    id = "duplicate-container-name"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Two menus, tasks or states of one kind have the same name or `refId`."
    why = "A jump to that name can only mean one of them; a caller may land in the wrong one. The platform refuses it."
    fix = "Rename one of the two."
    bad = _GOOD + _GOOD[_GOOD.index("    - task:") :].replace("Main_1", "Main_2")
    good = _GOOD
    source = "Genesys' validation: menu.multipleNames, task.multipleNames."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        containers = subject.containers
        if len(containers) < 2:
            return
        seen: dict[tuple[str, str, str], Container] = {}
        for container in containers:
            if container.owner is not None:
                continue
            for key, word in (("name", container.name), ("refId", container.ref_id)):
                if not word or (key == "refId" and word == container.name):
                    continue
                first = seen.setdefault((container.kind, key, word), container)
                if first is not container:
                    doc = subject.document
                    yield self.finding(
                        doc,
                        f"Two {container.kind}s have the {key} `{word}`: a jump there can only mean one of them.",
                        "",
                        container.element,
                        key,
                        node=container.entry or None,
                        related=[doc.where(first.element, key)],
                    )
                    break


def _cut(name: str) -> str:
    return name if len(name) <= 60 else name[:59] + "…"


RULES: tuple[Any, ...] = (FlowName(), BlankName(), DuplicateContainerName())
