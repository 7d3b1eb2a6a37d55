"""The documented examples, and a reader for the results that are told in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from ivr_action.trace.expressions import Cause, Collection, Currency, Duration, NotSet, Unknown, Value

DATA = Path(__file__).parent / "data"
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))")


@dataclass(frozen=True)
class Example:
    function: str
    literal: bool
    text: str
    result: str


def examples() -> list[Example]:
    rows = [line.split("\t") for line in (DATA / "examples.tsv").read_text("utf-8").splitlines()[1:]]
    return [Example(row[0], row[1] == "literal", _decoded(row[2]), _decoded(row[3])) for row in rows]


def function_names() -> list[str]:
    """The names of the 98 functions."""
    rows = [line.split("\t") for line in (DATA / "functions.tsv").read_text("utf-8").splitlines()[1:]]
    return [row[1] for row in rows if row[0] == "function"]


def _decoded(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text)


_KINDS = {
    "Boolean": "bln", "String": "str", "Integer": "int", "Decimal": "dec", "DateTime": "dtm", "Duration": "dur",
    "Currency": "cur", "Skill": "skl", "User": "usr", "Language Skill": "lac", "Queue": "que", "Group": "grp",
    "Wrapup Code": "wrc", "PhoneNumber": "phn", "Prompt": "pmt", "Audio": "aud",
}  # fmt: skip
_MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip
_WORDS = {"a": 1, "four": 4, "eleven": 11}
_UNITS = {"day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1000}
_NOT_SET = re.compile(r"A NOT_SET (\w+(?: Skill| Code)?)\b(?! amount)")
_CURRENCY = re.compile(
    r"A Currency (?:value )?with an? (?:amount of (-?[\d.]+)|(?:a )?NOT_SET amount)"
    r" and (?:a )?(?:code of )?(?:\"(\w+)\"|NOT_SET)", re.IGNORECASE
)  # fmt: skip
_MOMENT = re.compile(r"\b([A-Z][a-z]+) (\d+)(?:st|nd|rd|th)?, (\d{4}) at (\d+):(\d+):(\d+) ?(AM|PM)")
_SPAN = re.compile(r"\b([\d.]+|four|eleven) (day|hour|minute|second)s?\b", re.IGNORECASE)
_PLACES = re.compile(r"An Integer collection with \d+ elements? whose values? (?:is|are) ([\d and]+)\.")
_LINES = re.compile(r'"(.*)" \( where')
_PARTS = re.compile(r"A [Ss]tring collection with (?:items|one item): (.*)")


def told(result: str) -> Value | None:
    """The value that the words describe, or None where they are not understood here."""
    for pattern, read in _READERS:
        match = pattern.match(result)
        if match:
            return read(match)
    return None


def _currency(match: re.Match[str]) -> Value:
    return Currency(Decimal(match[1]) if match[1] else None, match[2])


def _moment(match: re.Match[str]) -> Value | None:
    found = _MOMENT.search(match.string)
    if not found:
        return None
    month, day, year, hour, minute, second, half = found.groups()
    return datetime(
        int(year), _MONTHS.index(month) + 1, int(day), int(hour) % 12 + 12 * (half == "PM"), int(minute), int(second),
        tzinfo=UTC,
    )  # fmt: skip


def _span(match: re.Match[str]) -> Value | None:
    parts = _SPAN.findall(match.string)
    total = sum(Decimal(_WORDS.get(number.lower(), number)) * _UNITS[unit.lower()] for number, unit in parts)
    negative = "negative" in match.string or " -" in match.string
    return Duration(-int(total) if negative and total > 0 else int(total)) if parts else None


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Value | None]], ...] = (
    (_NOT_SET, lambda match: NotSet(_KINDS[match[1]])),
    (re.compile("This would result in an error"), lambda match: Unknown("", Cause.ERROR)),
    (_CURRENCY, _currency),
    (_PLACES, lambda match: Collection("int", tuple(int(place) for place in re.findall(r"\d+", match[1])))),
    (re.compile("An empty Integer collection"), lambda match: Collection("int", ())),
    (_PARTS, lambda match: Collection("str", tuple(re.findall(r'"([^"]*)"', match[1])))),
    (_LINES, lambda match: match[1].replace("\\\\\\\\n", "\n")),
    (re.compile(r"(?:A|The) DateTime (?!collection)"), _moment),
    (re.compile(r"(?:A|The)(?: negative| \d+ \w+| \d+ hour and \d+ minute)? [Dd]uration(?! collection)"), _span),
)
