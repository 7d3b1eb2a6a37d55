"""Reads a scenario file into calls, and words what is wrong with it at its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ivr_action.flow.document import Document, is_null, plain, text, typed
from ivr_action.model import Finding, Level, Location
from ivr_action.model.trace import CallerEvent, Ending, EventKind
from ivr_action.trace.near import did_you_mean
from ivr_action.trace.scenario import (
    ERROR_RULE,
    Expect,
    Expectation,
    Given,
    Scenario,
    ScenarioCall,
    World,
    read_steps,
)
from ivr_action.trace.walk import Answer

_FILE = ("flow", "description", "given", "calls")
_CALL = ("name", "description", "each", "given", "caller", "expect")
_BARE = {"silence": EventKind.SILENCE, "hang-up": EventKind.HANG_UP, "error": EventKind.ERROR}
_EVENTS = ("press", "say", *_BARE)
_KEYS = re.compile(r"[0-9*#]+")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w-]*)\}")
_HINT = "docs/trace.md describes every key."

Row = dict[str, Any]
"""The values of one row of `each`, by name; empty for a call without."""


class _At(NamedTuple):
    """An element with its place: a key or index in a mapping or list."""

    owner: Any
    key: str | int | None

    @property
    def value(self) -> Any:
        return self.owner if self.key is None else self.owner[self.key]


class ScenarioReader:
    """Reads one file."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.doc = _document(path, data)
        self.findings: list[Finding] = []
        self.errors = 0
        """Errors met, one that another row of `each` has met before included."""
        self.names: dict[str, Location] = {}

    def read(self) -> Scenario:
        """The scenario with its findings."""
        doc, root = self.doc, self.doc.root
        for problem in doc.problems:
            if problem.line is not None:
                place = Location(doc.path, problem.line, pointer=problem.pointer)
            else:
                place = doc.location(problem.start, problem.end, problem.pointer)
            self.findings.append(Finding(ERROR_RULE, Level.ERROR, problem.message, problem.hint, place))
        flow, calls, flow_at = "", [], None
        if isinstance(root, dict):
            at = _At(root, None)
            self.keys(at, _FILE, "a scenario file")
            flow = self.required(at, "flow", {}) or ""
            flow_at = doc.where(root, "flow") if flow else None
            shared = _At(root, "given") if "given" in root else None
            calls = list(self.calls(root, shared))
        elif not doc.problems:
            self.error(_At(root, None), "A scenario file is a mapping with `flow` and `calls`.")
        self.findings.sort(key=lambda finding: finding.order)
        return Scenario(self.path, flow, tuple(calls), tuple(self.findings), flow_at)

    def calls(self, root: dict[str, Any], shared: _At | None) -> Iterator[ScenarioCall]:
        """The calls of the file, one for each row of `each`."""
        listed = root.get("calls")
        if not isinstance(listed, list) or not listed:
            self.error(
                _At(root, "calls" if "calls" in root else None), "`calls` must be a list with at least one call."
            )
            return
        base = self.world(shared, World(), {}) if shared is not None else World()
        for index, element in enumerate(listed):
            if not isinstance(element, dict):
                self.error(_At(listed, index), "A call is a mapping with `name`, `caller` and `expect`.")
                continue
            before = self.errors
            self.keys(_At(element, None), _CALL, "a call")
            misspelt = self.errors > before
            rows = enumerate(self.rows(element), 1) if "each" in element else [(0, {})]
            made = [call for number, row in rows for call in self.call(element, base, row, number)]
            if not misspelt:
                yield from made

    def rows(self, element: dict[str, Any]) -> Iterator[Row]:
        """The rows of `each`."""
        each = element["each"]
        if not isinstance(each, list) or not each:
            self.error(_At(element, "each"), "`each` must be a list of mappings, one for each call.")
            return
        for index, row in enumerate(each):
            if not isinstance(row, dict) or not row or any(isinstance(value, (dict, list)) for value in row.values()):
                self.error(_At(each, index), "A row of `each` is a mapping of names to values.")
            else:
                yield {str(name): value for name, value in row.items()}

    def call(self, element: dict[str, Any], base: World, row: Row, number: int) -> Iterator[ScenarioCall]:
        """The call, unless it has an error: then running it would only repeat that in other words."""
        before = self.errors
        at = _At(element, None)
        name = self.required(at, "name", row)
        if name is not None and row and not _PLACEHOLDER.search(text(element["name"]) or ""):
            name = f"{name} ({number})"
        place = self.doc.where(element, "name") if "name" in element else self.doc.where(element)
        if name is not None and self.names.setdefault(name, place) is not place:
            self.error(_At(element, "name"), f"Two calls have the name `{name}`.", "Give each its own name.")
        world = self.world(_At(element, "given"), base, row) if "given" in element else base
        events = tuple(self.events(element, row))
        expect = tuple(self.expectations(element, row))
        if self.errors == before and name is not None:
            yield ScenarioCall(name, place, world, events, expect)

    # -- given

    def world(self, at: _At, base: World, row: Row) -> World:
        """A `given` block on top of another: it says more, and the same thing anew."""
        value = at.value
        if is_empty(value):
            return base
        if not isinstance(value, dict):
            self.error(at, "`given` is a mapping.")
            return base
        self.keys(_At(value, None), tuple(Given), "`given`")
        variables = dict(base.variables)
        answers = {kind: dict(known) for kind, known in base.answers.items()}
        for kind in Given:
            block = value.get(kind.value)
            if is_empty(block):
                continue
            if not isinstance(block, dict):
                self.error(_At(value, kind.value), f"`{kind}` is a mapping.")
                continue
            for key in block:
                name = self.filled(_At(block, key), str(key), row)
                if kind is Given.VARIABLES:
                    variables[name] = self.data(_At(block, key), row)
                else:
                    answers.setdefault(kind, {})[name] = tuple(self.answers(_At(block, key), row))
        return World(variables, answers)

    def answers(self, at: _At, row: Row) -> Iterator[Answer]:
        """`success`, `{success: data}`, or a list of these."""
        value = at.value
        if isinstance(value, list):
            if not value:
                self.error(at, "The list of answers is empty.")
            for index in range(len(value)):
                if isinstance(value[index], list):
                    self.error(_At(value, index), "An answer is text, or a mapping of an outcome to what it brings.")
                else:
                    yield from self.answers(_At(value, index), row)
        elif isinstance(value, dict):
            if len(value) != 1:
                self.error(at, "An answer with data is a mapping of one outcome, such as `success`, to what it brings.")
                return
            (name,) = value
            data = self.data(_At(value, name), row)
            yield Answer(self.filled(at, str(name), row), data)
        else:
            said = self.text(at, row)
            if said is not None:
                yield Answer(said)

    # -- caller

    def events(self, element: dict[str, Any], row: Row) -> Iterator[CallerEvent]:
        """What the caller does."""
        listed = element.get("caller")
        if is_empty(listed):
            return
        if not isinstance(listed, list):
            self.error(_At(element, "caller"), '`caller` is a list: `- press: "1"`, `- say: sales`, `- silence`.')
            return
        for index, entry in enumerate(listed):
            at = _At(listed, index)
            if isinstance(entry, dict) and len(entry) == 1:
                (word,) = entry
                yield from self.event(_At(entry, word), str(word), row)
                continue
            said = None if isinstance(entry, (dict, list)) else self.text(at, row)
            kind = _BARE.get(said or "")
            if kind is not None:
                yield CallerEvent(kind)
            elif said is not None or isinstance(entry, (dict, list)):
                shown = f"`{said}`" if said is not None else "This"
                self.error(at, f"{shown} is nothing that a caller does.", did_you_mean(said or "", _EVENTS))

    def event(self, at: _At, word: str, row: Row) -> Iterator[CallerEvent]:
        """`press: …` or `say: …`."""
        if word not in ("press", "say"):
            self.error(at, f"`{word}` is nothing that a caller does.", did_you_mean(word, _EVENTS))
            return
        if word == "say" and text(at.value) == "":  # quoted: words that nobody understands
            yield CallerEvent(EventKind.SAY)
            return
        said = self.text(at, row)
        if said is None:
            return
        if word == "press" and not _KEYS.fullmatch(said):
            self.error(at, f"`{said}` cannot be pressed.", "A telephone has the keys 0 to 9, `*` and `#`.")
        else:
            yield CallerEvent(EventKind(word), said)

    # -- expect

    def expectations(self, element: dict[str, Any], row: Row) -> Iterator[Expectation]:
        """What the call must do, in the order of `Expect`."""
        block = element.get("expect")
        if is_empty(block):
            return
        if not isinstance(block, dict):
            self.error(_At(element, "expect"), "`expect` is a mapping.")
            return
        self.keys(_At(block, None), tuple(Expect), "`expect`")
        for kind in Expect:
            if kind.value not in block:
                continue
            at = _At(block, kind.value)
            many = kind in (Expect.HEARS, Expect.VISITS, Expect.NEVER)
            if many and isinstance(at.value, list):
                places = [_At(at.value, index) for index in range(len(at.value))]
            else:
                places = [at]
            for place in places:
                said = self.text(place, row)
                if said is not None and self.sensible(kind, place, said):
                    yield Expectation(kind, said, self.doc.where(place.owner, place.key))

    def sensible(self, kind: Expect, at: _At, said: str) -> bool:
        """Whether an expectation can be met at all."""
        if kind is Expect.ENDS and said not in tuple(Ending):
            self.error(at, f"No call ends `{said}`.", did_you_mean(said, tuple(Ending)))
        elif kind is Expect.STEPS and read_steps(said) is None:
            self.error(at, f"`{said}` is no number of steps.", "Write a number, or `<= 12`.")
        else:
            return True
        return False

    # -- scalars and keys

    def keys(self, at: _At, known: tuple[str, ...], who: str) -> None:
        """Every key must be known, or start with `x-` or `$`."""
        for key in at.value:
            if key not in known and not str(key).startswith(("x-", "$")):
                hint = did_you_mean(str(key), known)
                self.add(f"`{key}` is no key of {who}.", hint, self.doc.where(at.value, key, of="key"))

    def required(self, at: _At, key: str, row: Row) -> str | None:
        """The text of a key that must be there."""
        if key not in at.value:
            self.error(at, f"`{key}` is missing.")
            return None
        return self.text(_At(at.value, key), row)

    def text(self, at: _At, row: Row) -> str | None:
        """The text of a scalar, placeholders filled in; None, and a finding, where there is none."""
        value = at.value
        if isinstance(value, (dict, list)):
            bare = isinstance(value, dict) and len(value) == 1 and all(map(is_empty, value.values()))
            hint = f'Quote the placeholder: "{{{next(iter(value))}}}".' if bare and row else ""
            self.error(
                at, f"{_named(at)} is {'a mapping' if isinstance(value, dict) else 'a list'}; it must be text.", hint
            )
            return None
        said = text(value)
        if said is None or not said.strip():
            self.error(at, f"{_named(at)} is empty.", 'Quote what YAML takes for something else: `"#"`, `"~"`.')
            return None
        return self.filled(at, said, row)

    def data(self, at: _At, row: Row) -> object:
        """A value of any shape, placeholders in its texts filled in."""
        return self._filled_data(at, plain(at.value), row) if row else plain(at.value)

    def _filled_data(self, at: _At, value: Any, row: Row) -> Any:
        if isinstance(value, dict):
            return {key: self._filled_data(at, item, row) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled_data(at, item, row) for item in value]
        if not isinstance(value, str):
            return value
        whole = _PLACEHOLDER.fullmatch(value)
        if whole is not None and whole[1] in row:
            return typed(row[whole[1]])
        return self.filled(at, value, row)

    def filled(self, at: _At, said: str, row: Row) -> str:
        """A text with `{name}` replaced by the row's value; without a row it stays as it is."""
        if not row or "{" not in said:
            return said

        def value(match: re.Match[str]) -> str:
            if match[1] in row:
                return text(row[match[1]]) or ""
            hint = did_you_mean(match[1], tuple(row)) or f"The row has {', '.join(f'`{name}`' for name in row)}."
            self.error(at, f"`{match[0]}` is in no row of `each`.", hint)
            return match[0]

        return _PLACEHOLDER.sub(value, said)

    def error(self, at: _At, message: str, hint: str = "") -> None:
        """A finding at a place; the same one of another row of `each` is not said twice."""
        self.add(message, hint, self.doc.where(at.owner, at.key))

    def add(self, message: str, hint: str, place: Location) -> None:
        """A finding."""
        self.errors += 1
        found = Finding(ERROR_RULE, Level.ERROR, message, hint or _HINT, place)
        if found not in self.findings:
            self.findings.append(found)


def is_empty(value: Any) -> bool:
    """True for null and for what is not there."""
    return not isinstance(value, (dict, list)) and is_null(value)


def _named(at: _At) -> str:
    return f"`{at.key}`" if isinstance(at.key, str) else "An entry"


def _document(path: str, data: bytes) -> Document:
    from ivr_action.flow.jsontext import parse_json
    from ivr_action.flow.yamltext import parse_yaml

    source = data.decode("utf-8-sig", "replace")
    return parse_json(path, source) if source.lstrip().startswith("{") else parse_yaml(path, source)
