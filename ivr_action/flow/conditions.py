"""Conditions of a node graph: `default`, `else`, or CEL. What can be known of one without CEL, and its compiler.

`cel` takes 200 ms to import, so only `compile_condition` imports it, and `check_condition` asks it only about
conditions that are not plain comparisons.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cel import Program

CALLER_WORDS = frozenset(("dtmf", "speech", "timeout", "noMatch"))
"""What a condition calls the things that a caller does."""
EVENT_WORDS = CALLER_WORDS | {"error"}
"""The caller's words, and what goes wrong on the platform's side."""

MAX_LENGTH = 2000
"""Characters of one condition. The CEL parser nests by recursion in native code: tens of thousands of `a.a.a…` end
the process with a crash that Python cannot catch."""


class ConditionKind(StrEnum):
    """What a condition is."""

    DEFAULT = "default"
    """`default` or `else`: taken where no other condition of the node is true, wherever it stands."""
    EMPTY = "empty"
    EXPRESSION = "expression"


class ConditionInfo(NamedTuple):
    """What can be said of a condition by reading its text."""

    kind: ConditionKind
    normal: str
    """Equal for conditions that differ only in blanks, comments or the kind of quotes; `default` for `else` too."""
    words: frozenset[str]
    """Which of `EVENT_WORDS` it mentions, outside string literals and not as a member (`Flow.error`)."""
    affirmed: frozenset[str]
    """The ones of `words` that stand somewhere without a `!` right before them: `!error` does not affirm `error`."""

    @property
    def is_default(self) -> bool:
        """True for `default` and `else`."""
        return self.kind is ConditionKind.DEFAULT

    @property
    def is_always_true(self) -> bool:
        """True for the literal `true`: nothing after it in its node is ever taken, the default included."""
        return self.normal == "true"

    @property
    def asks_caller(self) -> bool:
        """True where it speaks of what the caller does."""
        return not self.words.isdisjoint(CALLER_WORDS)


class ConditionError(ValueError):
    """A condition that is no CEL, or that can be no condition.

    Args:
        message: what is wrong, one sentence without a full stop.
        column: where, from 1, in characters, within the condition's own line.
        line: line within the condition, from 1; conditions rarely have more than one.
    """

    def __init__(self, message: str, column: int, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.line = line


TOKEN = re.compile(
    r"""
    (?P<comment> //[^\n]* )
  | (?P<string> (?:[rR][bB]?|[bB][rR]?)? (?: '''(?s:.*?)''' | \"\"\"(?s:.*?)\"\"\"
        | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" ) )
  | (?P<name> [A-Za-z_]\w* )
  | (?P<other> \d[\w.]* | == | != | <= | >= | && | \|\| | \S )
    """,
    re.VERBOSE,
)
_PLAIN_STRING = re.compile(r'"([^"\'\\]*)"')


@lru_cache(maxsize=65536)
def classify(text: str) -> ConditionInfo:
    """What a condition is, by its text alone; never raises, whatever the text.

    `default` and `else` count in any case (`Default`, `ELSE`) and with blanks around them: as CEL they would be
    variables that nobody sets, so nothing else can be meant. A condition that only contains the word
    (`speech == 'default'`) is an expression.
    """
    stripped = text.strip()
    if not stripped:
        return _EMPTY
    if stripped.casefold() in ("default", "else"):
        return _DEFAULT
    tokens: list[str] = []
    words: set[str] = set()
    affirmed: set[str] = set()
    before = ""
    for match in TOKEN.finditer(stripped):
        token = match[0]
        group = match.lastgroup
        if group == "comment":
            continue
        if group == "string":
            plain = _PLAIN_STRING.fullmatch(token)
            if plain is not None:
                token = f"'{plain[1]}'"
        elif group == "name" and before != "." and token in EVENT_WORDS:
            words.add(token)
            if before != "!":
                affirmed.add(token)
        tokens.append(token)
        before = token
    return ConditionInfo(ConditionKind.EXPRESSION, " ".join(tokens), frozenset(words), frozenset(affirmed))


_EMPTY = ConditionInfo(ConditionKind.EMPTY, "", frozenset(), frozenset())
_DEFAULT = ConditionInfo(ConditionKind.DEFAULT, "default", frozenset(), frozenset())


_PARTS = frozenset((".", "[", "+", "-", "*", "/", "%"))
_COMPARED = frozenset(("==", "!=", "<", ">", "<=", ">="))


def number_for_text(text: str) -> ConditionError | None:
    """What is wrong with a condition that compares `dtmf` or `speech` with a number; None where none does.

    Both are text, so `dtmf == 1` is CEL and is never true: the key leads nowhere.
    """
    if "dtmf" not in text and "speech" not in text:
        return None
    tokens = [match for match in TOKEN.finditer(text) if match.lastgroup != "comment"]
    for index, match in enumerate(tokens[1:-1], 1):
        if match[0] not in _COMPARED:
            continue
        before, after = tokens[index - 1], tokens[index + 1]
        left = tokens[index - 2][0] if index >= 2 else ""
        right = tokens[index + 2][0] if index + 2 < len(tokens) else ""
        for name, number, beside_name, beside_number in ((before, after, left, right), (after, before, right, left)):
            if name[0] not in ("dtmf", "speech") or number.lastgroup != "other" or not number[0].isdigit():
                continue
            if beside_name in _PARTS or beside_number in _PARTS:
                continue  # a part of something larger, such as `dtmf + x == 4`
            line = text.count("\n", 0, number.start()) + 1
            column = number.start() - text.rfind("\n", 0, number.start())
            said = f"`{name[0]}` is text and `{number[0]}` a number, so it is never true; write '{number[0]}'"
            return ConditionError(said, column, line)
    return None


# -- CEL ---------------------------------------------------------------------------------------------------------

_RESERVED = (
    "as|break|const|continue|else|false|for|function|if|import|in|let|loop|namespace|null|package|return|true|var|"
    "void|while"
)
NAME = rf"(?!(?:{_RESERVED})\b)[A-Za-z_][A-Za-z0-9_]*"
"""Pattern of a variable's name in a plain comparison."""
LITERAL = r"(?:'[ -&(-\[\]-~\u00a0-\ud7ff]*'|\"[ !#-\[\]-~\u00a0-\ud7ff]*\"|[0-9]{1,15}|true|false|null)"
"""Pattern of what a plain comparison compares with: no escapes, no characters whose encoding is in doubt."""
_COMPARISON = rf"[ ]*!?{NAME}(?:[ ]*(?:==|!=|<=|>=|<|>)[ ]*{LITERAL})?[ ]*"


@lru_cache(maxsize=1)
def _plain() -> re.Pattern[str]:
    """Plain comparisons; compiled only where a node graph is read, since every run imports this file."""
    return re.compile(rf"{_COMPARISON}(?:(?:&&|\|\|){_COMPARISON})*|[ ]*(?:true|false)[ ]*")


_LONE_LITERAL = re.compile(r"-?[0-9.]+(?:[eE][-+]?[0-9]+)?[uU]?|'[^'\\\n]*'|\"[^\"\\\n]*\"|null")


def check_condition(text: str) -> ConditionError | None:
    """What is wrong with a condition, or None; like `compile_condition`, but imports `cel` only where it must.

    Comparisons of names with literals, joined by `&&` and `||`, are known to be CEL by their form.
    """
    if len(text) <= MAX_LENGTH and _plain().fullmatch(text):
        return None
    if classify(text).is_default:
        return None
    try:
        compile_condition(text)
    except ConditionError as error:
        return error
    return None


def compile_condition(text: str) -> Program:
    """Compile a CEL condition.

    Args:
        text: the condition as the file has it; not `default` or `else`, which are no CEL (see `classify`).

    Returns:
        A program of the package `common-expression-language`; names that nobody sets are found only when it runs.

    Raises:
        ConditionError: with the line and column; also for a lone number or text (`1`), which is never true, and for
            more than `MAX_LENGTH` characters.
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"the condition has {len(text):,} characters; at most {MAX_LENGTH:,} are read", 1)
    stripped = text.strip()
    start = len(text) - len(text.lstrip()) + 1
    if not stripped:
        raise ConditionError("the condition is empty", 1)
    if _LONE_LITERAL.fullmatch(stripped):
        raise _lone_literal(stripped, start)
    try:  # a surrogate half cannot cross into native code
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ConditionError("half of a character pair (a lone surrogate)", error.start + 1) from None
    import cel

    try:
        return cel.compile(text)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the native parser is no Exception
        raise _from_cel(text, str(error)) from None


def _lone_literal(literal: str, column: int) -> ConditionError:
    inner = literal.strip("'\"")
    what = "a text" if inner != literal else "a number" if literal != "null" else "null"
    meant = f"; for the key write dtmf == '{inner}'" if re.fullmatch(r"[0-9*#]+", inner) else ""
    return ConditionError(f"`{literal}` is {what}, not a condition that can be true{meant}", column)


_REPORT = re.compile(r"(?:\A|\n)ERROR: <input>:(\d+):(\d+): (.*?)(?=\n\| |\nERROR: <input>:|\Z)", re.DOTALL)


def _from_cel(text: str, raw: str) -> ConditionError:
    """Word the parser's own message. It repeats the text, which may itself contain `ERROR: …`: cut that off first."""
    prefix = f"Failed to parse expression '{text}': "
    reports = [(int(m[1]), int(m[2]), m[3]) for m in _REPORT.finditer(raw.removeprefix(prefix))]
    if not reports:
        return ConditionError("the condition is no CEL that can be read", 1)
    # One mistake makes the parser complain about what it could not finish as well; the syntax error is the cause.
    syntax = [report for report in reports if report[2].startswith("Syntax error: ")]
    line, column, said = min(syntax or reports, key=lambda report: report[:2])
    return ConditionError(_word(said.removeprefix("Syntax error: ").strip()), column, line)


_PHRASES: tuple[tuple[str, str], ...] = (
    (r"token recognition error at: '= ?'", "`=` is no comparison; write `==`"),
    (r"token recognition error at: '& ?'", "`&` is not known; write `&&`"),
    (r"token recognition error at: '\| ?'", "`|` is not known; write `||`"),
    (r"token recognition error at: '(['\"].*)'", "the text in quotes is not closed, or holds a wrong `\\` escape"),
    (r"token recognition error at: '(.*)'", "`{0}` means nothing in CEL"),
    (r"(?:mismatched|extraneous) input '<EOF>'.*", "the condition ends too early"),
    (r"missing '(.*?)' at '<EOF>'", "`{0}` is missing at the end"),
    (r"missing '(.*?)' at '(.*)'", "`{0}` is missing before `{1}`"),
    (r"(?:mismatched|extraneous) input '(?i:and)' expecting .*", "write `&&` for `and`"),
    (r"(?:mismatched|extraneous) input '(?i:or)' expecting .*", "write `||` for `or`"),
    (r"(?:mismatched|extraneous) input '(.*)' expecting .*", "`{0}` is not expected here"),
    (r"no viable alternative at input '(.*)'", "`{0}` cannot be understood here"),
    (r"reserved identifier: (\w+)", "`{0}` is a reserved word of CEL and cannot be a name"),
    (r"OtherError\(.*Recursion limit.*", "the condition is nested too deeply"),
)


def _word(said: str) -> str:
    for pattern, words in _PHRASES:
        match = re.fullmatch(pattern, said, re.DOTALL)
        if match is not None:
            return words.format(*(group.strip() for group in match.groups()))
    return said.splitlines()[0][:200].rstrip(".") if said else "the condition is no CEL that can be read"
