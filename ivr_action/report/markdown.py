"""Text from a flow inside GitHub's Markdown: nothing in it may become markup, HTML, a link or a mention."""

from __future__ import annotations

import re

from ivr_action.report.plain import one_line

# As entities: CommonMark never takes an entity for structure. A list, heading or number only counts at the start of
# a line; `www.` and `scheme:` would become links.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()!|~&:\"'^%=]|^[-+]|(?<=\d)\.|(?<=www)\.", re.IGNORECASE)
# GitHub looks for these once more when the page is made: a blank without width keeps a name from being one.
_LATE = {"@": "&#64;&#8203;", "#": "&#35;&#8203;", "$": "<span>&#36;</span>"}
_NOT_CODE = re.compile(r"[^\w ,;/-]|_")
_QUOTED = re.compile(r"(?<![\w`])`([^\s`](?:[^`]*[^\s`])?)`(?![\w`])")
_LONG_WORD = re.compile(r"([^\s`]{100})[^\s`]{50,}")
_LATE_MARKUP = re.compile("[@#$]")


def escape(text: str, limit: int = 0) -> str:
    """The text in one line, to stand in running Markdown or in a cell of a table."""
    plain = _MARKUP.sub(_entity, one_line(text, limit))
    return _LATE_MARKUP.sub(lambda match: _LATE[match[0]] if not _in_entity(match) else match[0], plain)


def prose(text: str, limit: int = 0) -> str:
    """Like `escape`, and what stands between backticks becomes code, as our own messages mean it."""
    text = _LONG_WORD.sub(r"\1…", one_line(text))
    # A name may hold backticks of its own, so a pair must also stand as one does: outside of words, full inside.
    parts = _QUOTED.split(one_line(text, limit))
    return "".join(code(part) if at % 2 else escape(part) for at, part in enumerate(parts))


def code(text: str, limit: int = 0) -> str:
    """The text as code. Not with backticks: in a table they would not keep a `|` in, and GitHub's own look-ups for
    mentions and the like stay out of `<code>`."""
    return f"<code>{_NOT_CODE.sub(_entity, one_line(text, limit))}</code>" if text else ""


def link(label: str, address: str) -> str:
    """A link where there is an address; `label` is Markdown already, `address` percent-encoded."""
    return f"[{label}]({address})" if address else label


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _in_entity(match: re.Match[str]) -> bool:
    return match[0] == "#" and match.string[match.start() - 1 : match.start()] == "&"
