"""Rules about the file itself: what a reader found before there was a flow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from ivr_action.check.indentation import odd_line
from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import listed
from ivr_action.flow.actions import YAML_FLOW_TYPES
from ivr_action.flow.document import Document, Problem
from ivr_action.flow.flow import ArchitectFlow, NodeGraphFlow
from ivr_action.flow.read import Reading
from ivr_action.model import Finding, Level, Location

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


class _ProblemRule(Rule):
    """Words the reader's problems that carry this rule's id."""

    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "document"

    def check(self, subject: Any, options: CheckOptions) -> Iterator[Finding]:
        for problem in subject.problems:
            if problem.rule == self.id:
                yield self.word(subject, problem)

    def word(self, doc: Document, problem: Problem) -> Finding:
        if problem.start is not None:
            place = doc.location(problem.start, problem.end, problem.pointer)
        elif problem.line is not None:
            place = Location(doc.path, problem.line, pointer=problem.pointer)
        elif problem.pointer is not None:
            place = Location(doc.path, pointer=problem.pointer)
        else:
            place = doc.where()
        related = [doc.location(offset) for offset in problem.related]
        return self.at(place, problem.message, problem.hint, related=related)


class UnreadableFile(_ProblemRule):
    id = "unreadable-file"
    binding = True
    summary = "The file cannot be read as a flow."
    why = (
        "Nothing in it was checked, and the platform will not take it either: whoever deploys it keeps the flow "
        "that callers have now, or none."
    )
    fix = "Mend the file at the place named, or export the flow again."
    bad = 'inboundCall:\n  name: "Support\n  startUpRef: /inboundCall/tasks/task[Main_1]\n'
    good = _GOOD
    source = "YAML 1.2, RFC 8259 (JSON); how Architect's editor writes its exports: seen in published ones."

    def word(self, doc: Document, problem: Problem) -> Finding:
        """A YAML reader notices a wrong indentation where it can go on no longer, often far behind it: look back."""
        found = super().word(doc, problem)
        line = found.location.line
        if isinstance(doc.root, dict) and len(doc.root) > 1:
            return self._beside_the_flow(doc) or found
        mark = getattr(doc.root, "start_mark", None)
        if mark is not None:  # the whole file is one word or text
            return replace(found, location=doc.location(mark.index))
        if doc.syntax != "yaml" or line is None or "did not find expected" not in problem.message:
            return found
        culprit = odd_line(doc.text, line)
        if culprit is None or culprit == line:
            return found
        return self.at(
            Location(doc.path, culprit, 1),
            f"The YAML cannot be read: the indentation of this line does not fit the lines around it. (The reader "
            f"noticed it on line {line}.)",
            "Indent the line like its siblings; nothing in the file was checked beyond it.",
            related=[found.location],
        )

    def _beside_the_flow(self, doc: Document) -> Finding | None:
        """A file whose one flow is not alone: nearly always a line that moved out to the margin."""
        type_ = next((key for key in doc.root if key in YAML_FLOW_TYPES), None)
        extra = next((key for key in doc.root if key != type_), None)
        if type_ is None or extra is None:
            return None
        return self.finding(
            doc,
            f"`{extra}` stands beside the flow `{type_}`, where nothing else can be: nothing in the file was checked.",
            "Check the indentation of this line: it probably belongs into the flow.",
            doc.root,
            extra,
            of="key",
            related=[doc.where(doc.root, type_, of="key")],
        )


class FileCutOff(Rule):
    id = "file-cut-off"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "document"
    summary = "The file ends in the middle of a key."
    why = "What came after is lost: the flow would be published without it, and callers would miss it."
    fix = "Restore the end of the file from Git, or export the flow again."
    bad = _GOOD.replace("              none: true\n", "              no")
    good = _GOOD
    source = "Own check: no published file has a lone word under its last key."

    def check(self, subject: Document, options: CheckOptions) -> Iterator[Finding]:
        if subject.syntax == "yaml" and subject.root is not None:
            word = _cut_word(subject.text)
            if word:
                line, column = subject.line_column(len(subject.text.rstrip()) - len(word))
                yield self.at(
                    Location(subject.path, line, column, line, column + len(word)),
                    f"The file ends with `{word}`, in the middle of a key: what came after is lost.",
                )


_LONE_WORD = re.compile(r"( *)(- +)?([\w.$*-]+)")
_KEY_LINE = re.compile(r":[ \t]*(?:#.*)?$")


def _cut_word(source: str) -> str:
    """The lone word that a file ends with where a key should be; empty where the file is whole."""
    last = source[-400:].rstrip().rpartition("\n")[2]
    match = _LONE_WORD.fullmatch(last)
    if match is None or ":" in last:
        return ""
    lines = [line.rstrip() for line in source.rstrip().splitlines()[:-1] if line.strip()]
    if match[2] is None:
        return match[3] if lines and match[1] and _KEY_LINE.search(lines[-1]) else ""
    indent = len(match[1])
    for line in reversed(lines):
        depth = len(line) - len(line.lstrip(" "))
        if depth == indent and line.lstrip().startswith("- "):
            return match[3] if ":" in line else ""
        if depth <= indent:
            key = line.strip().removeprefix("- ").rpartition(":")[0]
            return match[3] if key in _LISTS else ""
    return ""


_LISTS = frozenset(
    ("actions", "attributes", "bots", "cases", "choices", "intents", "menus", "outputPaths", "paths", "slots", "states",
     "statements", "startUpTaskActions", "tasks", "variables", "sessionVariables", "outputSessionVariables",
     "utterances", "segments", "entities", "entityTypes", "intentSettings", "promptMediaToValidate",
     "compatibleFlowTypes", "items", "acdSkills", "startUpTaskVariables", "specificRoundingIntervals")
)  # fmt: skip
"""Keys whose lists hold mappings, never lone words."""


class DuplicateKey(_ProblemRule):
    id = "duplicate-key"
    summary = "A key stands twice in one mapping."
    why = (
        "Every reader keeps one of the two and drops the other without a word, so callers may get the value that "
        "you thought you had replaced. It is what a careless merge leaves behind."
    )
    fix = "Remove one of the two, or rename it."
    bad = _GOOD.replace("  name: Support\n", "  name: Support\n  name: Sales\n")
    good = _GOOD
    source = "YAML 1.2, section 3.2.1.3: keys of a mapping are unique. RFC 8259, section 4: names should be unique."


class UndefinedSubstitution(_ProblemRule):
    id = "undefined-substitution"
    summary = "A `{{key}}` has no value among the substitutions that were given."
    why = "The braces would be published as they stand: callers would hear or be routed by the placeholder's name."
    fix = "Add the key to the substitutions, or remove the placeholder."
    bad = _GOOD.replace("Support", "{{flow_name}}")
    good = _GOOD
    source = "Genesys Cloud CX as Code: `substitutions` of the resource genesyscloud_flow."


class SchemaViolation(_ProblemRule):
    id = "schema-violation"
    works_on: ClassVar[WorksOn] = "reading"
    summary = "Something is not shaped as the format has it."
    why = (
        "The platform refuses the file, or worse, leaves out the part it does not understand and publishes the rest. "
        "A line with the wrong indentation looks like this."
    )
    fix = "Check the indentation of this line and the key before it."
    bad = _GOOD.replace("        actions:\n          - disconnect:\n              none: true\n", "        actions: 5\n")
    good = _GOOD
    source = "Files that Archy and the editor export; the specification of the node graph."

    def check(self, subject: Reading, options: CheckOptions) -> Iterator[Finding]:
        doc = subject.document
        yield from super().check(doc, options)
        flow = subject.flow
        if isinstance(flow, (ArchitectFlow, NodeGraphFlow)):
            for problem in flow.shape_problems:
                yield self.finding(doc, problem.message, "", problem.element, problem.key, of=problem.of)


class TemplatesNotSubstituted(Rule):
    id = "templates-not-substituted"
    level = Level.NOTE
    works_on: ClassVar[WorksOn] = "document"
    summary = "The file is a template; its `{{keys}}` were read as placeholders."
    why = (
        "What stands behind a placeholder could not be checked: a queue's name, a digit, a reference. Everything "
        "else was."
    )
    fix = "Give the values as `substitutions` to have the finished flow checked."
    bad = _GOOD.replace("Support", "{{flow_name}}")
    good = _GOOD
    source = "Genesys Cloud CX as Code: `substitutions` of the resource genesyscloud_flow; Archy: `--options`."

    def check(self, subject: Document, options: CheckOptions) -> Iterator[Finding]:
        keys = subject.placeholders
        if not keys:
            return
        first = min(offsets[0] for offsets in keys.values())
        count = len(keys)
        message = (
            f"The flow is a template with {count} placeholder{'s' if count != 1 else ''} "
            f"({listed(sorted(keys), 5)}): they were read as text, so what they stand for was not checked."
        )
        line, column = subject.line_column(first)
        yield self.at(Location(subject.path, line, column), message)


RULES: tuple[Any, ...] = (
    UnreadableFile(), FileCutOff(), SchemaViolation(), DuplicateKey(), UndefinedSubstitution(),
    TemplatesNotSubstituted(),
)  # fmt: skip
"""The document's rules; see `registry`."""
