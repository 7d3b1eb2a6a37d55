"""Text to tree. The parser is lark's LALR(1); it never recurses and takes time linear in the text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ivr_action.trace.expressions.errors import DepthError, ExpressionSyntaxError, syntax_error
from ivr_action.trace.expressions.grammar import GRAMMAR
from ivr_action.trace.expressions.limits import MAX_DEPTH, MAX_LENGTH
from ivr_action.trace.expressions.tree import Empty, Node, Reference

if TYPE_CHECKING:
    from lark import Lark


def parse(text: str) -> Node:
    """Parse one expression; blank text gives `Empty`.

    Template placeholders (`{{key}}`) inside string literals are text. Trees are immutable and shared by a cache.

    Raises:
        ExpressionSyntaxError: with position and a message, for anything else.
    """
    return _cached(text)


def parse_uncached(text: str) -> Node:
    """As `parse`, anew each time: for measurements."""
    if len(text) > MAX_LENGTH:
        raise syntax_error(text, MAX_LENGTH, f"the expression is longer than {MAX_LENGTH:,} characters; split it")
    if not text or text.isspace():
        return Empty()
    from lark.exceptions import UnexpectedInput

    from ivr_action.trace.expressions.explain import explain

    try:
        tree: Any = _engine().parse(text)  # the embedded transformer returns a node
    except UnexpectedInput as error:
        raise explain(text, error) from None
    except DepthError as error:
        raise _too_deep(text, error.offset) from None
    node: Node = tree
    return Reference(node.name, node.offset) if isinstance(node, Reference) else node


_cached = lru_cache(maxsize=4096)(parse_uncached)


def _too_deep(text: str, offset: int) -> ExpressionSyntaxError:
    message = f"nested more than {MAX_DEPTH} levels deep; put parts of the expression into variables"
    return syntax_error(text, offset, message)


@lru_cache(maxsize=1)
def _engine() -> Lark:
    """The parser, built on first use: importing lark and compiling the grammar costs about 80 ms."""
    from lark import Lark

    from ivr_action.trace.expressions.builder import Builder

    return Lark(
        GRAMMAR,
        parser="lalr",
        lexer="contextual",
        transformer=Builder(),
        propagate_positions=False,
        maybe_placeholders=False,
    )
