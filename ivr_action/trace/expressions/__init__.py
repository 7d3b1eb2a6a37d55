"""Genesys Architect's expression language: parser and evaluator, offline.

    >>> evaluate('If(Flow.age >= 18, "adult", "minor")', {"Flow.age": 17})
    'minor'

`parse` gives the tree that the platform itself keeps; `evaluate` computes what can be computed and answers `Unknown`,
with a reason, for the rest. docs/expressions.md tells what is documented, what is inferred and how it is proven.
"""

from ivr_action.trace.expressions.errors import ExpressionSyntaxError
from ivr_action.trace.expressions.evaluator import Override, Scope, evaluate
from ivr_action.trace.expressions.parser import parse
from ivr_action.trace.expressions.registry import Clock, Context, names
from ivr_action.trace.expressions.text import read_literal, to_text
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
    calls,
    references,
    walk,
)
from ivr_action.trace.expressions.values import (
    Approximate,
    Audio,
    Cause,
    Collection,
    Constant,
    Currency,
    Duration,
    EmailAddress,
    Json,
    NotSet,
    PhoneNumber,
    Resource,
    Segment,
    Unknown,
    Value,
    from_python,
    kind_of,
)

__all__ = [
    "Approximate",
    "Audio",
    "Binary",
    "Call",
    "Cause",
    "Clock",
    "Collection",
    "Conditional",
    "Constant",
    "Context",
    "Currency",
    "Duration",
    "EmailAddress",
    "Empty",
    "ExpressionSyntaxError",
    "Index",
    "Json",
    "Literal",
    "Member",
    "Node",
    "NotSet",
    "Override",
    "PhoneNumber",
    "Reference",
    "Resource",
    "Scope",
    "Segment",
    "Unary",
    "Unknown",
    "Value",
    "calls",
    "evaluate",
    "from_python",
    "kind_of",
    "names",
    "parse",
    "read_literal",
    "references",
    "to_text",
    "walk",
]
