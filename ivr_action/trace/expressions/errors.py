"""The one error of this package: text that is not an expression."""

from __future__ import annotations


class ExpressionSyntaxError(ValueError):
    """The text is not an expression of Architect's language.

    Attributes:
        message: what is wrong and what to do, without the position.
        offset: 0-based index into the text.
        line: 1-based line inside the expression.
        column: 1-based column inside that line, counted in characters.
    """

    def __init__(self, message: str, offset: int, line: int, column: int) -> None:
        super().__init__(message, offset, line, column)
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


def syntax_error(text: str, offset: int, message: str) -> ExpressionSyntaxError:
    """Build the error for `offset`, working out line and column."""
    offset = max(0, min(offset, len(text)))
    line_start = text.rfind("\n", 0, offset) + 1
    return ExpressionSyntaxError(message, offset, text.count("\n", 0, offset) + 1, offset - line_start + 1)


class DepthError(Exception):
    """Raised while a tree is built, where the text is not at hand: too deep at `offset`. Never leaves this package."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset
