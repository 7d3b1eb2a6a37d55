"""A node graph's conditions at work: true, not true, or unknown, by the variables of a call.

Comparisons of names with literals, joined by `&&` and `||`, are nearly all there is in practice. They are computed
here, exactly as CEL computes them, because an import of `cel` costs 200 ms and a call into it as much as the rest of a
step; everything else is compiled by `cel`, once for each distinct text.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ivr_action.flow.conditions import (
    LITERAL,
    MAX_LENGTH,
    NAME,
    TOKEN,
    ConditionError,
    classify,
    compile_condition,
)

if TYPE_CHECKING:
    from cel import Context, Program

Values = Mapping[str, Any]
Result = bool | str
"""True, False (not true: an error in CEL, such as a comparison of text with a number, is not true either), or the
reason why nobody can say."""


class Literal(NamedTuple):
    """One thing that a condition compares a name with."""

    name: str
    """Empty where it is not clear which of the condition's names is meant."""
    value: str | int | float | bool | None


class Guard(NamedTuple):
    """One condition, ready to be asked."""

    text: str
    """Without blanks around it: how an answer names it."""
    run: Callable[[Values], Result]
    names: frozenset[str]
    """Variables that it speaks of, event words included."""
    literals: tuple[Literal, ...]
    plain: bool
    """True for equality only: what is in no literal makes no difference among the other inputs."""


class Guards:
    """Conditions by text, each compiled once. For one thread: a `cel` context is kept between questions."""

    def __init__(self) -> None:
        self._guards: dict[str, Guard] = {}
        self._context: Context | None = None
        self._held: dict[str, Any] = {}

    def get(self, text: str) -> Guard:
        """The test of a condition that is not `default`; never raises: what is no CEL is never true."""
        found = self._guards.get(text)
        if found is None:
            found = self._guards[text] = self._make(text)
        return found

    def _make(self, text: str) -> Guard:
        said = text.strip()
        if "{{" in text:
            reason = f"`{said}` is a template that has no values yet"
            return Guard(said, lambda _: reason, frozenset(), (), False)
        clauses = _clauses(text)
        if clauses is not None:
            return _plain(said, clauses)
        try:
            program = compile_condition(text)
        except ConditionError:
            return Guard(said, lambda _: False, frozenset(), (), True)
        names = tuple(program.variables())
        run = partial(self._evaluate, program, names)
        return Guard(said, run, frozenset(names), _literals(text), False)

    def _evaluate(self, program: Program, names: tuple[str, ...], values: Values) -> Result:
        try:
            return bool(program.execute(self._synced(names, values)) is True)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as error:  # a panic of the native code is no Exception
            return _doubt(error, names, values)

    def _synced(self, names: tuple[str, ...], values: Values) -> Any:
        """The context with these variables as they are now; only what changed crosses into native code."""
        held, context = self._held, self._context
        if context is None:
            import cel

            context = self._context = cel.Context()
        for name in names:
            if name in values:
                value = values[name]
                if name not in held or held[name] is not value:
                    context.add_variable(name, value)
                    held[name] = value
            elif name in held:  # a context cannot forget
                return {known: values[known] for known in names if known in values}
        return context


_UNDEFINED = re.compile(r"Undefined variable or function: '(\w+)'")


def _doubt(error: BaseException, names: tuple[str, ...], values: Values) -> Result:
    """An undefined name or member is unknown; any other error is not true."""
    if isinstance(error, KeyError):
        return f"nothing sets the member `{error.args[0] if error.args else ''}`"
    found = _UNDEFINED.match(str(error)) if isinstance(error, RuntimeError) else None
    if found is not None and found[1] in names and found[1] not in values:
        return f"nothing sets `{found[1]}`"
    return False


# -- plain comparisons -------------------------------------------------------------------------------------------

_TERM = re.compile(rf"[ ]*(!?)({NAME})(?:[ ]*(==|!=|<=|>=|<|>)[ ]*({LITERAL}))?[ ]*(&&|\|\||\Z)")
_CONSTANT = re.compile(r"[ ]*(true|false)[ ]*")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_MISSING = object()


class _Term(NamedTuple):
    name: str
    negated: bool
    op: str
    """Empty for the name alone."""
    literal: Any


def _clauses(text: str) -> list[list[_Term]] | None:
    """`a && b || c` → [[a, b], [c]]; None for what is no plain comparison."""
    if len(text) > MAX_LENGTH:
        return None
    constant = _CONSTANT.fullmatch(text)
    if constant is not None:
        return [[]] if constant[1] == "true" else []
    clauses: list[list[_Term]] = [[]]
    at = 0
    while True:
        match = _TERM.match(text, at)
        if match is None:
            return None
        literal = match[4]
        value: Any = None
        if literal is not None:
            value = literal[1:-1] if literal[0] in "'\"" else _WORDS[literal] if literal in _WORDS else int(literal)
        clauses[-1].append(_Term(match[2], match[1] == "!", match[3] or "", value))
        at = match.end()
        if not match[5]:
            return clauses
        if match[5] == "||":
            clauses.append([])


def _plain(said: str, clauses: list[list[_Term]]) -> Guard:
    terms = [term for clause in clauses for term in clause]
    made = [[_compile(term) for term in clause] for clause in clauses]
    run = made[0][0] if len(made) == 1 and len(made[0]) == 1 else _any(made)
    return Guard(
        said,
        run,
        frozenset(term.name for term in terms),
        tuple(Literal(term.name, term.literal if term.op else not term.negated) for term in terms),
        all(term.op in ("", "==", "!=") for term in terms),
    )


def _any(clauses: list[list[Callable[[Values], Result]]]) -> Callable[[Values], Result]:
    def run(values: Values) -> Result:
        doubt: Result = False
        for clause in clauses:
            holds: Result = True
            for term in clause:
                result = term(values)
                if result is False:
                    holds = False
                    break
                if result is not True:
                    holds = result
            if holds is True:
                return True
            doubt = doubt or holds
        return doubt

    return run


def _compile(term: _Term) -> Callable[[Values], Result]:
    name, literal = term.name, term.literal
    reason = f"nothing sets `{name}`"
    if not term.op or term.negated:
        return _boolean(term, reason)
    if isinstance(literal, str) and term.op == "==":

        def same_text(values: Values) -> Result:
            value = values.get(name, _MISSING)
            return reason if value is _MISSING else bool(value == literal)

        return same_text
    compare = _OPERATORS[term.op]
    differs = term.op == "!="
    ordered = term.op not in ("==", "!=")

    def run(values: Values) -> Result:
        value = values.get(name, _MISSING)
        if value is _MISSING:
            return reason
        if _comparable(value, literal):
            return bool(compare(value, literal)) if literal is not None or not ordered else False
        return False if ordered else differs

    return run


def _comparable(value: object, literal: object) -> bool:
    """CEL compares text with text, Booleans with Booleans, any number with any number, and null with null."""
    if isinstance(literal, bool) or literal is None:
        return type(value) is type(literal)
    if isinstance(literal, str):
        return isinstance(value, str)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _boolean(term: _Term, reason: str) -> Callable[[Values], Result]:
    """`name`, `!name`, `!name == true`: an error in CEL, so not true, where the name holds no Boolean."""
    name, negated, literal = term.name, term.negated, term.literal
    compare = _OPERATORS[term.op or "=="]
    ordered = term.op not in ("", "==", "!=")
    wanted = literal if term.op else True

    def run(values: Values) -> Result:
        value = values.get(name, _MISSING)
        if value is _MISSING:
            return reason
        if not isinstance(value, bool):
            return False
        value ^= negated
        if isinstance(wanted, bool):
            return bool(compare(value, wanted))
        return False if ordered else term.op == "!="

    return run


# -- other CEL ---------------------------------------------------------------------------------------------------

_QUOTED = re.compile(r"[rR]?(['\"])(.*)\1", re.DOTALL)
_LENGTH = re.compile(r"(?<![\w.'])(\d{1,2})(?!\w)")
_LONGEST_INPUT = 32


def _literals(text: str) -> tuple[Literal, ...]:
    """Texts in a condition that CEL has to compute, and inputs of the lengths that it names (`size(dtmf) == 8`)."""
    found: list[Literal] = []
    words = classify(text).words & {"dtmf", "speech"}
    for match in TOKEN.finditer(text):
        if match.lastgroup == "string":
            quoted = _QUOTED.fullmatch(match[0])
            if quoted is not None:
                found.append(Literal("", quoted[2]))
    if "dtmf" in words:
        lengths = [int(number) for number in _LENGTH.findall(text)]
        found += [
            Literal("dtmf", "1" * (length + more))
            for length in lengths
            for more in (0, 1)
            if 0 < length < _LONGEST_INPUT
        ]
    return tuple(dict.fromkeys(found))
