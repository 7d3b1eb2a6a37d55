"""The log as the runner reads it: nothing that is printed may be taken for a workflow command.

The runner looks at every line of stdout and stderr. It obeys `::name …::data` at the start of a line, blanks before
it or not, and the older `##[name …]data` anywhere in one. Flow names and prompts come from whoever opened the pull
request, so everything that is printed under GitHub goes through `GuardedStream`; only `Commands` writes past it.
"""

from __future__ import annotations

import io
import re
from typing import TextIO

_BLANKS = r"[\s\x00-\x1f\x7f-\xa0\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]*"
"""What a reader may skip at the start of a line: white space of any kind and characters without width."""
_COMMAND = re.compile(rf"\A({_BLANKS}):(?=:)")
_SECRET = 8
"""A shorter secret is none, and hiding it would garble the log."""
_OLD_COMMAND = re.compile(r"##(?=\[)")


def harmless(text: str) -> str:
    """The same text with every workflow command in it broken by one blank.

    Lines end wherever any reader might end them: at CR, LF, NEL, U+2028 and the like.
    """
    return "".join(_harmless_line(line) for line in text.splitlines(keepends=True))


def _harmless_line(line: str) -> str:
    return _OLD_COMMAND.sub("## ", _COMMAND.sub(r"\1: ", line))


class GuardedStream(io.TextIOBase):
    """A text stream that breaks every workflow command written to it.

    A command may be written in pieces, so a line is held back until it is whole; `finish` lets go of the rest.
    """

    def __init__(self, target: TextIO) -> None:
        super().__init__()
        self._target = target
        self._held = ""
        self._secrets: tuple[str, ...] = ()

    def hide(self, secret: str) -> None:
        """Prints `***` from now on wherever this text would be printed; not in workflow commands."""
        if len(secret) >= _SECRET:
            self._secrets += (secret,)

    def write(self, text: str) -> int:
        """Prints every line that is whole now."""
        lines = (self._held + text).splitlines(keepends=True)
        # A `\r` at the very end may be half of `\r\n`; and what does not end is not whole.
        whole = bool(lines) and lines[-1][-1:] != "\r" and lines[-1].splitlines()[0] != lines[-1]
        self._held = "" if whole or not lines else lines.pop()
        for line in lines:
            self._put(self._line(line))
        return len(text)

    def command(self, line: str) -> None:
        """Prints one workflow command, at the start of a line: for `Commands` alone.

        There is no second command inside it, and no line ends in it, whoever counts what as an end.
        """
        self.finish()
        self._put(" ".join(_OLD_COMMAND.sub("## ", line).splitlines()) + "\n")
        self._target.flush()

    def finish(self) -> None:
        """Ends and prints a line that was begun."""
        if self._held:
            held, self._held = self._held, ""
            self._put(self._line(held) if held.endswith("\r") else self._line(held) + "\n")

    def flush(self) -> None:
        """Hands whole lines on; a begun line stays until it is whole."""
        self._target.flush()

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never: a log shows no cursor."""
        return False

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The target's."""
        return getattr(self._target, "encoding", None) or "utf-8"

    def _line(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return _harmless_line(line)

    def _put(self, text: str) -> None:
        encoding = self.encoding
        self._target.write(text.encode(encoding, "backslashreplace").decode(encoding))
