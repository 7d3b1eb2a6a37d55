"""The variables of an Architect flow: which are declared, where each is read and written.

`mentions` is one pass of a regular expression over the text: enough to see that nothing is wrong, as in nearly every
flow. `uses` walks the tree and gives every use its action; rules ask for it only where `mentions` leaves a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from ivr_action.flow.document import text
from ivr_action.flow.flow import Action, ArchitectFlow, Format, Variable

_NAME = re.compile(r"\b(?:Flow|Task|State|Slot|Common)\.\w+", re.IGNORECASE)
_PLAIN = re.compile(r"\s*(?:Flow|Task|State|Slot|Common)\.\w+\s*", re.IGNORECASE)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCOPES = ("Flow.", "Task.", "State.", "Slot.", "Common.")
_WORD = re.compile(r"\w+")

BUILT_IN = frozenset(("flow.holdprompt",))
"""Variables of the platform's own with one of our scopes, lower case. Source: published in-queue call flows."""


class Declared(NamedTuple):
    """One declaration."""

    variable: Variable
    name: str
    """Lower case: names compare without case."""
    has_initial: bool

    @property
    def scope(self) -> str:
        """`flow`, `task`, `state`, `slot`, `common`."""
        return self.name.partition(".")[0]

    @property
    def is_shared(self) -> bool:
        """True where whoever calls the flow or task passes it in or takes it back."""
        return self.variable.is_input or self.variable.is_output


class Use(NamedTuple):
    """One place where a variable is named."""

    name: str
    """Lower case."""
    said: str
    """As written."""
    reads: bool
    writes: bool
    element: Any
    key: str | int
    """`Document.where(element, key)` is its place."""
    action: Action | None
    """None outside of actions: in a menu's audio, in the flow's settings."""
    tested: bool = False
    """True where the expression asks whether something is set: reading an unset variable is meant there."""


class Mention(NamedTuple):
    """What the text alone says of a name."""

    times: int
    """How often it stands anywhere, its declaration included."""
    written: bool
    """True where it stands at least once behind `var:` or `variable:`."""
    read_first: bool
    """True where the first place outside its declaration does not write it."""


_NEVER = Mention(0, False, False)


class Variables:
    """The variables of one flow."""

    def __init__(self, flow: ArchitectFlow) -> None:
        self.flow = flow

    @cached_property
    def declared(self) -> dict[str, Declared]:
        """By lower-case name; of two declarations of one name (a `Task.x` in two tasks) the first."""
        found: dict[str, Declared] = {}
        for variable in self._declarations():
            name = variable.name.lower()
            if name and name not in found:
                found[name] = Declared(variable, name, has_initial(variable.element))
        return found

    def _declarations(self) -> Iterator[Variable]:
        flow = self.flow
        yield from flow.variables
        for container in flow.containers:
            yield from container.variables
        yield from start_up_variables(flow.element)

    @cached_property
    def scoped(self) -> bool:
        """False for an anonymised document, whose variables have lost their scopes: nobody can match names there."""
        return all("." in name for name in self.declared)

    @cached_property
    def mentions(self) -> dict[str, Mention]:
        """What the text says of each name, lower case.

        A quick look that may only err on one side: names in remarks and quoted text count too, and a name whose scope
        is written in another case than usual (`flow.x`) is not seen. Whoever finds something odd here asks `uses`.
        """
        doc = self.flow.document
        if doc.replacements:  # values were put in that may name variables: only the tree knows
            names = self.declared.keys() | {use.name for use in self.uses}
            return {name: Mention(0, False, True) for name in names}
        source = doc.json_text or doc.text
        found: dict[str, Mention] = {}
        for scope in _SCOPES:
            start = source.find(scope)
            while start >= 0:
                end = start + len(scope)
                word = _WORD.match(source, end)
                if word is not None:
                    name = source[start : word.end()].lower()
                    count, written, read_first = found.get(name, _NEVER)
                    if written:
                        found[name] = Mention(count + 1, True, read_first)
                    else:
                        before = source[max(0, start - 16) : start].rstrip(" \"'")
                        written = before.endswith(("var:", "variable:"))
                        read_first = read_first or not (written or before.endswith("name:"))
                        found[name] = Mention(count + 1, written, read_first)
                start = source.find(scope, end)
        return found

    def is_named_elsewhere(self, declared: Declared) -> bool:
        """True where the name stands anywhere but in its declaration, in any case of letters."""
        if self.flow.document.replacements:
            return any(use.name == declared.name for use in self.uses)
        source, name, seen = self._folded, declared.name, 0
        start = source.find(name)
        while start >= 0:
            end = start + len(name)
            if not (source[end : end + 1].isalnum() or source[end : end + 1] == "_"):
                seen += 1
            start = source.find(name, end)
        return seen > 1

    @cached_property
    def _folded(self) -> str:
        doc = self.flow.document
        return (doc.json_text or doc.text).lower()

    @cached_property
    def uses(self) -> list[Use]:
        """Every use, in no particular order; declarations are no uses."""
        flow = self.flow
        own = {id(action.element): action for action in flow.actions}
        skip = {id(item.variable.element) for item in self.declared.values()}
        skip.update(id(variable.element) for variable in self._declarations())
        yaml = flow.format is Format.ARCHITECT_YAML
        wanted = ("exp", "var", "variable") if yaml else ("text",)
        found: list[Use] = []
        todo: list[tuple[Any, Action | None, bool, Any]] = [(flow.element, None, False, "")]
        while todo:
            element, action, bound, parent = todo.pop()
            if id(element) in skip:
                continue
            pairs: Any = element.items() if isinstance(element, dict) else enumerate(element)
            for key, value in pairs:
                if isinstance(value, (dict, list)):
                    if isinstance(key, str) and key in _SKIPPED:
                        continue
                    todo.append((value, own.get(id(value), action), bound or key == "inputs", key))
                    continue
                said = text(value) if key in wanted else None
                if said is None or "." not in said:
                    continue
                if yaml:
                    found.extend(_yaml_uses(said, element, key, action, bound))
                else:
                    passed = bound or (parent == "expression" and action is not None and action.type in _PASS_ON)
                    found.extend(_configuration_uses(said, element, key, action, passed))
        return found


_SKIPPED = frozenset((
    "uiMetaData", "config", "metaData", "manifest", "versionMetaData", "commonModules", "nluMetaData",
    "customDefinitions", "settingsNaturalLanguageUnderstanding", "debugSettings",
))  # fmt: skip
"""Keys under which nothing is read or written; see `ignored.py`."""


def _yaml_uses(said: str, element: Any, key: Any, action: Action | None, bound: bool) -> Iterator[Use]:
    if key == "exp":
        yield from _expression(said, element, key, action)
    elif key in ("var", "variable") and _PLAIN.fullmatch(said):
        name = said.strip()
        yield Use(name.lower(), name, bound, True, element, key, action)


_PASS_ON = frozenset(("updateData", "setParticipantData", "setConversationData", "decision", "switch"))
"""Types whose `expression` is read, not filled, in a configuration document."""


def _configuration_uses(said: str, element: Any, key: Any, action: Action | None, passed: bool) -> Iterator[Use]:
    """In a configuration document a lone name may be what is read or what is filled: mostly it counts as both.

    `passed` is True where it is surely read only.
    """
    if key != "text" or "type" not in element:
        return
    if _PLAIN.fullmatch(said):
        name = said.strip()
        yield Use(name.lower(), name, True, not passed, element, key, action)
    elif _mode(element) != 1:  # 1: a literal
        yield from _expression(said, element, key, action)


def _mode(element: Any) -> Any:
    meta = element.get("uiMetaData")
    return meta.get("mode") if isinstance(meta, dict) else None


def _expression(said: str, element: Any, key: Any, action: Action | None) -> Iterator[Use]:
    bare = _STRING.sub('""', said) if '"' in said else said
    lowered = bare.lower()
    tested = "isset" in lowered or "isnotset" in lowered or "not_set" in lowered
    for match in _NAME.finditer(bare):
        start = match.start()
        if start and bare[start - 1] == ".":  # a member of something else: Call.Task.x
            continue
        yield Use(match[0].lower(), match[0], True, False, element, key, action, tested)


def start_up_variables(body: Any) -> Iterator[Variable]:
    """Those that a flow declares for the actions it starts with.

    Args:
        body: the flow's mapping in YAML.
    """
    holders = body.get("startUpTaskVariables") if isinstance(body, dict) else None
    for holder in holders if isinstance(holders, list) else ():
        for kind, inner in holder.items() if isinstance(holder, dict) else ():
            if isinstance(inner, dict):
                yield Variable(
                    text(inner.get("name")) or "", kind.removesuffix("Variable"), inner,
                    text(inner.get("isInput")) == "true", text(inner.get("isOutput")) == "true",
                )  # fmt: skip


def has_initial(element: Any) -> bool:
    """True where a declaration gives its variable a value to start with."""
    initial = element.get("initialValue") if isinstance(element, dict) else None
    if not isinstance(initial, dict):
        return initial is not None
    if "noValue" in initial:
        return False
    return bool(initial.get("text")) if "text" in initial and "type" in initial else True


@lru_cache(maxsize=1)
def variables(flow: ArchitectFlow) -> Variables:
    """The variables of a flow. The cache holds one flow: the rules of one file ask for it one after another."""
    return Variables(flow)
