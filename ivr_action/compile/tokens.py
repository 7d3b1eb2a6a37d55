"""The words of a condition, and its literals as values."""

from __future__ import annotations

import re


class UnreadError(ValueError):
    """The condition uses something of CEL that is not read here."""


_TOKEN = re.compile(
    r"""
    (?P<skip> \s+ | //[^\n]* )
  | (?P<string> (?P<prefix>[rRbB]{0,2}) (?: '''(?s:.*?)''' | \"\"\"(?s:.*?)\"\"\" | '(?:[^'\\\n]|\\.)*'
        | "(?:[^"\\\n]|\\.)*" ) )
  | (?P<number> 0[xX][0-9a-fA-F]+[uU]? | \d+(?:\.\d+)?(?:[eE][-+]?\d+)?[uU]? | \.\d+(?:[eE][-+]?\d+)? )
  | (?P<name> [A-Za-z_]\w* )
  | (?P<operator> == | != | <= | >= | && | \|\| | [-+*/%!<>?:.,()\[\]] )
    """,
    re.VERBOSE,
)


def tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadError(f"`{text[at]}` has no counterpart in Architect")
        if match.lastgroup != "skip":
            kind = "string" if match["string"] is not None else str(match.lastgroup)
            found.append((kind, match[0]))
        at = match.end()
    return found


def number(token: str) -> int | float:
    bare = token.rstrip("uU")
    if bare[:2] in ("0x", "0X"):
        return int(bare, 16)
    return float(bare) if any(sign in bare for sign in ".eE") else int(bare)


_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|X[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def string(token: str) -> str:
    prefix = token[: len(token) - len(token.lstrip("rRbB"))]
    body = token[len(prefix) :]
    if "b" in prefix.lower():
        raise UnreadError("bytes have no counterpart in Architect")
    width = 3 if body[:3] in ("'''", '"""') and len(body) >= 6 else 1
    inner = body[width:-width]
    return inner if prefix else _ESCAPE.sub(_escape, inner)


def _escape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xXuU" and len(code) > 1:
        return chr(int(code[1:], 16))
    if len(code) == 3:
        return chr(int(code, 8))
    return _ESCAPED.get(code, code)
