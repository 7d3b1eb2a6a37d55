"""Rules about the values in Architect YAML: each is one of `lit`, `exp`, `tts`, `var`, `noValue`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.vocabulary import (
    BOOLEAN,
    CLOSED,
    HEADER,
    HEADER_ONLY,
    HOLDER,
    ITEMS,
    NAMES_BELOW,
    ONE_NAME,
    SAFE_NULLS,
    SHAPES,
    TEXT,
    UNITS,
    VALUE_WORDS,
)
from ivr_action.flow.document import is_null, text
from ivr_action.flow.flow import ArchitectFlow, Format
from ivr_action.model import Finding, Level

_UNIT_MS = {"ms": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


def literal(value: Any) -> Any:
    """The literal in a value of YAML (`{lit: 5}`); None where it holds something else."""
    return value.get("lit") if isinstance(value, dict) else None


def milliseconds(value: Any) -> float | None:
    """A literal duration: `{lit: {seconds: 5}}` → 5000."""
    parts = literal(value)
    if not isinstance(parts, dict) or not parts or not UNITS.issuperset(parts):
        return None
    total = 0.0
    for unit, amount in parts.items():
        try:
            total += float(text(amount) or "") * _UNIT_MS[unit]
        except ValueError:
            return None
    return total


class Scan(NamedTuple):
    """What one walk over a flow's values found."""

    expressions: list[Any]
    """Mappings with an `exp`."""
    oddities: list[tuple[str, Any, str]]
    """(what, mapping, key) of what is no value."""
    strange_keys: list[tuple[Any, str]]
    """(mapping, key) of words that nobody knows, where Architect's own words are expected."""


@lru_cache(maxsize=1)
def scan(flow: ArchitectFlow) -> Scan:  # noqa: PLR0912 - one walk on purpose: this is the hot path
    """Walk over everything in a YAML flow once. The cache holds one flow: several rules ask one after another."""
    expressions: list[Any] = []
    odd: list[tuple[str, Any, str]] = []
    strange: list[tuple[Any, str]] = []
    # A mapping or list, and on how many levels from here its keys are names that somebody gave.
    todo: list[tuple[Any, int]] = [(flow.element, 0)]
    shapes, values, below = SHAPES, VALUE_WORDS, NAMES_BELOW
    while todo:
        node, names = todo.pop()
        if isinstance(node, list):
            for item in node:
                if isinstance(item, (dict, list)):
                    todo.append((item, 0))
                    if len(item) > 1 and isinstance(item, dict) and next(iter(item)) in ITEMS:
                        odd.append(("misplaced", item, list(item)[1]))
            continue
        if names:
            _names(node, names, todo, odd)
            continue
        if len(node) == 1:
            ((key, value),) = node.items()
            if key in values:
                _value(node, key, value, expressions, odd)
                if isinstance(value, (dict, list)):
                    todo.append((value, 0))
                continue
        elif not values.isdisjoint(node):
            _not_alone(node, odd)
        for key, value in node.items():
            shape = shapes.get(key)
            if shape is None:
                strange.append((node, key))
            elif shape is HEADER_ONLY and node is not flow.element:
                odd.append(("misplaced", node, key))
            if isinstance(value, (dict, list)):
                if shape is TEXT or shape is BOOLEAN:
                    odd.append(("text", node, key))
                levels = below.get(key, 0)
                if levels < 0:
                    continue
                if levels and isinstance(value, dict):
                    _below(node, key, value, odd)
                elif key in CLOSED and isinstance(value, dict):
                    odd += [("misplaced", value, word) for word in value if word in shapes and word not in CLOSED[key]]
                todo.append((value, levels))
            elif _is_empty(value):
                if key not in SAFE_NULLS and key[-3:] != "Ref":
                    odd.append(("null", node, key))
            elif shape is HOLDER:
                odd.append(("holder", node, key))
            elif shape is BOOLEAN and text(value) not in ("true", "false") and "{{" not in (text(value) or ""):
                odd.append(("boolean", node, key))
    return Scan(expressions, odd, strange)


def _is_empty(value: Any) -> bool:
    try:
        return not value.style and value.value in _NULLS
    except AttributeError:  # JSON
        return is_null(value)


def _names(node: Any, names: int, todo: list[tuple[Any, int]], odd: list[tuple[str, Any, str]]) -> None:
    """A mapping whose keys are names: under each stands a mapping or a list."""
    for key, value in node.items():
        if isinstance(value, (dict, list)):
            todo.append((value, names - 1))
            if SHAPES.get(key) is HEADER_ONLY and isinstance(value, list):
                odd.append(("misplaced", node, key))
        elif key != "none":
            odd.append(("null" if _is_empty(value) else "holder", node, key))


def _value(node: Any, key: str, value: Any, expressions: list[Any], odd: list[tuple[str, Any, str]]) -> None:
    if not isinstance(value, (dict, list)) and _is_empty(value):
        odd.append(("null", node, key))
    elif key == "exp":
        if isinstance(value, (dict, list)):
            odd.append(("text", node, key))
        else:
            expressions.append(node)
    elif key == "noValue":
        if text(value) != "true":
            odd.append(("true", node, key))
    elif key != "lit" and isinstance(value, (dict, list)):
        odd.append(("text", node, key))


def _not_alone(node: Any, odd: list[tuple[str, Any, str]]) -> None:
    """A value has one key. Languages may say `noValue` among others, and a literal its name twice (both published)."""
    if "defaultLanguageSkill" in node or "textToSpeech" in node:
        return
    if len(node) == 2 and "name" in node and isinstance(node.get("lit"), dict):
        return
    extra = next((key for key in node if key not in VALUE_WORDS), None)
    if extra is None:
        extra = list(node)[1]
    odd.append(("beside", node, extra))


def _below(node: Any, key: str, value: Any, odd: list[tuple[str, Any, str]]) -> None:
    """What stands under a word whose keys are names."""
    if key in ONE_NAME:
        if len(value) > 1:
            odd.append(("names", value, list(value)[1]))
        elif not value:
            odd.append(("null", node, key))
        for inner in value.values():
            if isinstance(inner, dict):
                if key == "dataAction":
                    odd += [("misplaced", inner, word) for word in inner if word != "inputs" and word[-7:] != "Outputs"]
                elif len(inner) > 1 and key != "dataTable":
                    odd.append(("misplaced", inner, list(inner)[1]))
    elif key == "supportedLanguages":
        for language, inner in value.items():
            if language in SHAPES:
                odd.append(("misplaced", value, language))
            elif isinstance(inner, dict):
                odd += [("misplaced", inner, word) for word in inner if word in HEADER]


_GOOD = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - playAudio:
              name: Hello
              audio:
                exp: AudioPlaybackOptions(ToAudioTTS("Hello"), true)
          - disconnect:
              name: Hang up
"""


class InvalidValue(Rule):
    id = "invalid-value"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Something stands where a value should, and is none."
    why = (
        "The platform refuses the file, or takes the parameter for unset: the caller hears nothing, or is routed by a "
        "default. A line with the wrong indentation, or a file that was cut, looks like this."
    )
    fix = "Write one of `lit`, `exp`, `tts`, `var`, or `noValue: true`, alone, one level deeper than the parameter."
    bad = _GOOD.replace("                exp:", "              exp:")
    good = _GOOD
    source = (
        "Archy's export: every value of 127 published files has this shape. Genesys' validation: errors.invalidValue."
    )

    _TEXTS: ClassVar[dict[str, tuple[str, str]]] = {
        "null": ("`{key}` has no value: the platform takes it for unset or refuses the file.",
                 "Write the value, or leave the key out. If the next line belongs to it, indent that line further."),
        "true": ("`noValue` can only be `true`; here it is `{value}`.", "Write `noValue: true`, or the value itself."),
        "text": ("`{key}` holds a mapping or a list; it takes text.", "Check the indentation of the lines below it."),
        "holder": ("`{key}` is the text `{value}`; a value such as `lit:` or a mapping belongs here.",
                   "Write what belongs to `{key}` one level deeper. A file that was cut ends like this."),
        "boolean": ("`{key}` is `{value}`; it can only be `true` or `false`.", "Write `true` or `false`."),
        "beside": ("`{key}` stands beside a value that has to stand alone ({other}).",
                   "Check the indentation of this line: it probably belongs one level further out."),
        "misplaced": ("`{key}` cannot stand here.",
                      "Check the indentation of this line: it belongs further in or further out."),
        "names": ("`{key}` stands beside the name `{first}`, where only one name can be.",
                  "Check the indentation of this line: it probably belongs one level further in."),
    }  # fmt: skip

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if subject.format is not Format.ARCHITECT_YAML or not isinstance(subject.element, dict):
            return
        for what, node, key in scan(subject).oddities:
            message, hint = self._TEXTS[what]
            others = [f"`{word}`" for word in node if word in VALUE_WORDS and word != key]
            said = message.format(
                key=key, value=text(node.get(key)) or "something else", other=", ".join(others), first=next(iter(node))
            )
            yield self.finding(subject.document, said, hint.format(key=key), node, key, of="key")


class UnbalancedExpression(Rule):
    id = "unbalanced-expression"
    level = Level.ERROR
    works_on: ClassVar[WorksOn] = "architect"
    summary = "Quotes, parentheses or brackets in an expression do not pair up."
    why = "The platform cannot read the expression and refuses to publish the flow."
    fix = "Add what is missing, or remove what is too much."
    bad = _GOOD.replace('("Hello")', '("Hello)')
    good = _GOOD
    source = "Architect's expression language: strings in double quotes, `\\` escapes; own check."

    def check(self, subject: ArchitectFlow, options: CheckOptions) -> Iterator[Finding]:
        if subject.format is not Format.ARCHITECT_YAML or not isinstance(subject.element, dict):
            return
        for node in scan(subject).expressions:
            said = text(node["exp"]) or ""
            if _ONLY_NAMES.fullmatch(said):
                continue
            problem = unbalanced(said)
            if problem is not None:
                yield self.finding(
                    subject.document,
                    f"The expression cannot be read: {problem}. It is `{_cut(said)}`.",
                    "",
                    node,
                    "exp",
                )


_ONLY_NAMES = re.compile(r"[\w. ]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
_PAIRS = {")": "(", "]": "["}
_WORDS = {"(": "a parenthesis `(`", "[": "a bracket `[`", ")": "a parenthesis `)`", "]": "a bracket `]`"}


def unbalanced(expression: str) -> str | None:
    """What does not pair up in an expression, in words; None where all is well."""
    if "{{" in expression:
        expression = _PLACEHOLDER.sub("x", expression)
    rest = _STRING.sub("", expression) if '"' in expression else expression
    if '"' in rest:
        return 'a text in quotes is not closed (the number of `"` is odd)'
    if "\\" in rest:
        return 'a `\\` stands outside of a text in quotes, so a `"` before it is missing or too much'
    open_: list[str] = []
    for mark in rest:
        if mark in "([":
            open_.append(mark)
        elif mark in ")]":
            if not open_ or open_[-1] != _PAIRS[mark]:
                return f"{_WORDS[mark]} closes nothing"
            open_.pop()
    return f"{_WORDS[open_[-1]]} is not closed" if open_ else None


def _cut(said: str) -> str:
    flat = " ".join(said.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"


RULES: tuple[Any, ...] = (InvalidValue(), UnbalancedExpression())
