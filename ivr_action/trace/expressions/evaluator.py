"""Walks a tree and computes its value.

What is not evaluated: the branch not taken of `? :` and `If`, and the right side of `And` and `Or` once the left
decides (all documented). An unknown left side leaves `And` and `Or` open only where the right side does not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from ivr_action.trace.expressions import arithmetic, operators, registry
from ivr_action.trace.expressions import functions as _registered  # noqa: F401  # registers every function
from ivr_action.trace.expressions.members import item, member
from ivr_action.trace.expressions.parser import parse
from ivr_action.trace.expressions.registry import Clock, Context
from ivr_action.trace.expressions.tree import (
    Binary,
    Call,
    Conditional,
    Empty,
    Index,
    Literal,
    Member,
    Node,
    Reference,
    Unary,
    dotted_name,
)
from ivr_action.trace.expressions.values import Cause, Constant, NotSet, Resource, Unknown, Value, kind_name, kind_of

Scope = Mapping[str, Value] | Callable[[str], Value | None]
"""Names to values; a callable answers None for a name it does not know."""

Override = Callable[[Sequence[Value]], Value]
"""A function supplied by the caller, for what needs an organisation (FindQueue) or is not computed here."""

_CONSTANT_SCOPES = ("format.", "language.")
_PROMPT_SCOPES = ("prompt.", "promptsystem.")


def evaluate(
    expression: Node | str,
    scope: Scope | None = None,
    *,
    functions: Mapping[str, Override] | None = None,
    clock: Clock | None = None,
) -> Value:
    """The value of an expression, `Unknown` where it cannot be computed.

    Args:
        expression: a tree from `parse`, or text.
        scope: values of variables and built-ins by name (`Flow.x`, `Call.Ani`), without regard to case. A longer dotted
            name (`Call.Contact.delay`) is looked up as a whole before its parts.
        functions: replacements and additions by function name, without regard to case.
        clock: the current time, for GetCurrentDateTimeUtc.

    Raises:
        ExpressionSyntaxError: for text that does not parse; valid syntax never raises.
    """
    node = parse(expression) if isinstance(expression, str) else expression
    overrides = {name.lower(): body for name, body in functions.items()} if functions else {}
    try:
        return _Evaluation(_lookup(scope), overrides, Context(clock)).value(node)
    except RecursionError:  # the caller's own stack left no room for the tree's bounded depth
        return Unknown("no stack left to evaluate the expression", Cause.LIMIT)


def _lookup(scope: Scope | None) -> Callable[[str], Value | None]:
    if scope is None:
        return lambda name: None
    if not isinstance(scope, Mapping):
        return scope
    known = scope
    folded: dict[str, Value] = {}

    def find(name: str) -> Value | None:
        found = known.get(name)
        if found is None and known:
            if not folded:
                folded.update((key.lower(), value) for key, value in known.items())
            found = folded.get(name.lower())
        return found

    return find


class _Evaluation:
    """One evaluation: a method per kind of node. Recursion is bounded by the depth of a tree (`limits.MAX_DEPTH`)."""

    def __init__(
        self, lookup: Callable[[str], Value | None], overrides: Mapping[str, Override], context: Context
    ) -> None:
        self._lookup = lookup
        self._overrides = overrides
        self._context = context

    def value(self, node: Node) -> Value:
        return _METHODS[type(node)](self, node)

    def _empty(self, node: Empty) -> Value:
        return NotSet()

    def _literal(self, node: Literal) -> Value:
        value = node.value
        if value is None:
            return NotSet()
        if isinstance(value, Decimal):
            return value if "." in node.text else arithmetic.whole(1 << 63)  # an integer too long to be one
        return arithmetic.whole(value) if type(value) is int else value

    def _reference(self, node: Reference) -> Value:
        found = self._lookup(node.name)
        if found is not None:
            return found
        lowered = node.name.lower()
        if lowered.startswith(_PROMPT_SCOPES):
            return Resource("pmt", node.name)
        if lowered.startswith(_CONSTANT_SCOPES):
            return Constant(node.name)
        return Unknown(f"{node.name} has no value", Cause.MISSING)

    def _member(self, node: Member) -> Value:
        name = dotted_name(node)
        if name is not None:
            found = self._lookup(name)
            if found is not None:
                return found
        target = self.value(node.target)
        if isinstance(target, Unknown) and name is not None and target.cause is Cause.MISSING:
            return Unknown(f"{name} has no value", Cause.MISSING)
        return member(target, node.name)

    def _index(self, node: Index) -> Value:
        return item(self.value(node.target), self.value(node.index))

    def _unary(self, node: Unary) -> Value:
        return operators.unary(node.operator, self.value(node.operand))

    def _binary(self, node: Binary) -> Value:
        word = node.operator
        if word[0] in "aAoO":
            return self._logical(word.lower(), node)
        return operators.binary(word, self.value(node.left), self.value(node.right))

    def _logical(self, word: str, node: Binary) -> Value:
        deciding = word == "or"
        left = _truth(word, self.value(node.left))
        if left is deciding:
            return deciding
        right = _truth(word, self.value(node.right))
        if isinstance(left, Unknown):
            # A left side that ends in an error at run time never gets as far as the right side.
            return deciding if right is deciding and left.cause is not Cause.ERROR else left
        return right

    def _conditional(self, node: Conditional) -> Value:
        return self._choose(node.condition, node.when_true, node.when_false)

    def _choose(self, condition: Node, when_true: Node, when_false: Node) -> Value:
        chosen = self.value(condition)
        if isinstance(chosen, NotSet):
            chosen = False  # documented: "A NOT_SET Boolean is considered false."
        chosen = _truth("?", chosen)
        if isinstance(chosen, Unknown):
            return chosen
        return self.value(when_true if chosen else when_false)

    def _call(self, node: Call) -> Value:
        name = node.name.lower()
        override = self._overrides.get(name)
        if override is not None:
            return override([self.value(argument) for argument in node.arguments])
        if name == "if" and len(node.arguments) == 3:
            return self._choose(*node.arguments)
        known = registry.find(name)
        if known is None:
            return Unknown(f"the function {node.name} is not computed offline", Cause.UNSUPPORTED)
        return known(self._context, [self.value(argument) for argument in node.arguments])


def _truth(operator: str, value: Value) -> bool | Unknown:
    if isinstance(value, (bool, Unknown)):
        return value
    if isinstance(value, NotSet):
        return Unknown(f"an operand of {operator} is NOT_SET", Cause.ERROR)
    data = getattr(value, "data", None)
    if isinstance(data, bool):
        return data
    return Unknown(f"{operator} does not take {kind_name(kind_of(value))}", Cause.ERROR)


_METHODS: dict[type, Callable[..., Value]] = {
    Empty: _Evaluation._empty,
    Literal: _Evaluation._literal,
    Reference: _Evaluation._reference,
    Member: _Evaluation._member,
    Index: _Evaluation._index,
    Unary: _Evaluation._unary,
    Binary: _Evaluation._binary,
    Conditional: _Evaluation._conditional,
    Call: _Evaluation._call,
}
