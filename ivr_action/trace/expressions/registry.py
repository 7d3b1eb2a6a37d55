"""Functions by name, with their overloads, and the rules by which arguments meet parameters.

A parameter is written as a type code (`str`, `int`, `dec` …; `num` a number, `coll` a collection, `int_coll` one of
integers, `audio` an Audio or Prompt, `any` anything but a collection, `every` really anything). `?` after it: NOT_SET
is allowed; `...` after the last one: it may repeat. Which parameters allow NOT_SET is a fact of the SDK's table of
functions (`allowNotSet`); where it is not allowed, the platform raises an error at run time (inferred from
"This would result in an error at runtime" for `Floor(MakeCurrency(NOT_SET, "USD"))`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from ivr_action.trace.expressions.text import json_text
from ivr_action.trace.expressions.values import (
    Audio,
    Cause,
    Collection,
    Json,
    NotSet,
    Unknown,
    Value,
    is_number,
    kind_name,
    kind_of,
)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Context:
    """What functions may ask the world for."""

    clock: Clock | None = None

    def now(self) -> datetime | Unknown:
        """The time in UTC, in whole seconds (documented: a DateTime has no milliseconds)."""
        if self.clock is None:
            return Unknown("the current time is not given", Cause.MISSING)
        moment = self.clock()
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0)


Body = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Parameter:
    kind: str
    nullable: bool
    repeats: bool

    def __str__(self) -> str:
        return self.kind + ("…" if self.repeats else "")


@dataclass(frozen=True, slots=True)
class Overload:
    parameters: tuple[Parameter, ...]
    body: Body

    def for_arguments(self, count: int) -> tuple[Parameter, ...] | None:
        """One parameter per argument, or None where the number does not fit."""
        repeats = bool(self.parameters) and self.parameters[-1].repeats
        if count == len(self.parameters):
            return self.parameters
        if repeats and count >= len(self.parameters) - 1:
            return self.parameters + self.parameters[-1:] * (count - len(self.parameters))
        return None


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    overloads: tuple[Overload, ...]

    def __call__(self, context: Context, arguments: Sequence[Value]) -> Value:
        for argument in arguments:
            if isinstance(argument, Unknown):
                return argument
        not_set: int | None = None
        for convert in (False, True):
            for overload in self.overloads:
                parameters = overload.for_arguments(len(arguments))
                if parameters is None:
                    continue
                fitted = [_fit(argument, p, convert) for argument, p in zip(arguments, parameters, strict=False)]
                if None not in fitted:
                    refused = _first_refused(arguments, parameters)
                    if refused is None:
                        return overload.body(context, *fitted)
                    not_set = refused if not_set is None else not_set
        if not_set is not None:
            return Unknown(f"{self.name}: argument {not_set + 1} must not be NOT_SET", Cause.ERROR)
        given = ", ".join(kind_name(kind_of(argument)) for argument in arguments)
        return Unknown(f"{self.name} does not take ({given})", Cause.ERROR)


def _first_refused(arguments: Sequence[Value], parameters: Sequence[Parameter]) -> int | None:
    for place, (argument, parameter) in enumerate(zip(arguments, parameters, strict=False)):
        if isinstance(argument, NotSet) and not parameter.nullable:
            return place
    return None


def _fit(argument: Value, parameter: Parameter, convert: bool) -> Value | None:
    """The argument as the parameter takes it, or None. Integers become decimals; with `convert`, JSON scalars become
    strings, numbers and Booleans, as the trees show the editor converting JSON (there by an implicit ToString)."""
    kind = parameter.kind
    if kind == "every":
        return argument
    if kind == "any":
        return None if isinstance(argument, Collection) else argument
    given = kind_of(argument)
    if isinstance(argument, NotSet):
        fits = given in ("any", kind) or (kind in ("dec", "num") and given in ("int", "dec"))
        fits = fits or (kind == "audio" and given in ("aud", "pmt"))
        return argument if fits else None
    if given == kind:
        return argument
    if kind == "dec" and given == "int" and isinstance(argument, int):
        return Decimal(argument)
    if kind == "num":
        return argument if is_number(argument) else None
    if kind == "audio":
        return argument if isinstance(argument, Audio) or given == "pmt" else None
    if isinstance(argument, Collection):
        return argument if kind == "coll" or (kind.endswith("_coll") and argument.kind == "any") else None
    if convert and isinstance(argument, Json):
        return _from_json(argument, kind)
    return None


def _from_json(argument: Json, kind: str) -> Value | None:
    data = argument.data
    if kind == "str":
        text = json_text(argument)
        return text if isinstance(text, str) else None
    if kind == "bln":
        return data if isinstance(data, bool) else None
    if kind in ("int", "dec", "num") and isinstance(data, (int, Decimal)) and not isinstance(data, bool):
        if kind == "int":
            return data if isinstance(data, int) else None
        return data if kind == "num" else Decimal(data)
    return None


_FUNCTIONS: dict[str, Function] = {}


def function(name: str, *signatures: str) -> Callable[[Body], Body]:
    """Register the decorated body for the overloads given; further calls for the same name add overloads after them."""

    def register(body: Body) -> Body:
        known = _FUNCTIONS.get(name.lower())
        overloads = tuple(Overload(_parameters(signature), body) for signature in signatures)
        _FUNCTIONS[name.lower()] = Function(name, (known.overloads if known else ()) + overloads)
        return body

    return register


def _parameters(signature: str) -> tuple[Parameter, ...]:
    parameters = []
    for written in signature.split():
        repeats = written.endswith("...")
        kind = written.removesuffix("...")
        parameters.append(Parameter(kind.removesuffix("?"), kind.endswith("?"), repeats))
    return tuple(parameters)


def find(name: str) -> Function | None:
    """The function of that name, whatever its case."""
    return _FUNCTIONS.get(name.lower())


def names() -> tuple[str, ...]:
    """Every function known, in the platform's spelling, sorted."""
    return tuple(sorted(known.name for known in _FUNCTIONS.values()))
