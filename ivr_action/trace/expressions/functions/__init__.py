"""The functions, one file per theme. Importing this package registers them all."""

from ivr_action.trace.expressions.functions import (
    audio,
    casts,
    communication,
    date_time,
    email,
    financial,
    json,
    lists,
    logical,
    math,
    organisation,
    text,
)

__all__ = [
    "audio",
    "casts",
    "communication",
    "date_time",
    "email",
    "financial",
    "json",
    "lists",
    "logical",
    "math",
    "organisation",
    "text",
]
