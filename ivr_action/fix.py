"""`ivr-action fix`: mends what is mechanical, and writes a file only as a whole or not at all."""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections.abc import Iterable
from typing import TextIO

from ivr_action.check.fix import Left, Made, Mended, mend
from ivr_action.check.options import CheckOptions
from ivr_action.errors import UsageError
from ivr_action.files import SourceFile
from ivr_action.report.plain import count_of, one_line, visible


def fix(files: Iterable[SourceFile], options: CheckOptions, root: str, out: TextIO, *, dry: bool, diff: bool) -> int:
    """Mends files and says what was done and what is left.

    Args:
        files: as `files.find` gives them.
        options: as for `check`.
        root: the folder that the files' paths start from.
        out: gets one line per mend, or the difference.
        dry: write no file.
        diff: show the difference in place of the mends.

    Returns:
        How many mends were made, or would be.

    Raises:
        UsageError: a file cannot be written, or changed meanwhile.
    """
    made = changed = left = 0
    for file in files:
        mended = mend(file.path, file.data, options)
        made, left = made + len(mended.made), left + len(mended.left)
        if mended.made:
            changed += 1
            if not dry:
                write(os.path.join(root, file.path), file, mended.data)
        out.write(_difference(file, mended) if diff else "".join(map(_done, mended.made)))
        out.write("".join(map(_left, mended.left)) if not diff else "")
    verb = "would be mended" if dry else "mended"
    rest = f", {left:,} left to you" if left else ""
    if not diff:
        found = f"{count_of(made, 'finding')} {verb} in {count_of(changed, 'file')}" if made else "nothing to mend"
        out.write(f"{found}{rest}\n")
    return made


def write(path: str, file: SourceFile, data: bytes) -> None:
    """Puts new content in a file's place in one step: whoever reads it meanwhile gets the old one or the new one.

    A link stays a link, and the file keeps its mode.

    Raises:
        UsageError: it cannot be written, or is not what was read any more.
    """
    path = os.path.realpath(path)
    temporary = ""
    try:
        with open(path, "rb") as current:
            if current.read() != file.data:
                raise UsageError(f"`{file.path}` changed while it was mended.", "Run the command again.")
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".ivr-action-")
        with open(handle, "wb") as new:
            new.write(data)
            new.flush()
            os.fsync(new.fileno())
        os.chmod(temporary, os.stat(path).st_mode & 0o7777)
        os.replace(temporary, path)
        temporary = ""
    except OSError as error:
        raise UsageError(f"`{file.path}` cannot be written: {error.strerror}.", "Check its permissions.") from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _done(made: Made) -> str:
    at = made.location
    return f"{one_line(at.path)}:{at.line}:{at.column} {made.rule}: {one_line(made.description)}\n"


def _left(left: Left) -> str:
    at = left.location
    return f"{one_line(at.path)}:{at.line}:{at.column} {left.rule} is left to you: {one_line(left.reason)}.\n"


def _difference(file: SourceFile, mended: Mended) -> str:
    """As `diff -u`; what cannot be seen is shown by its code, so it is for reading, not for `patch`."""
    old, new = (data.decode("utf-8-sig", "replace").removesuffix("\n").split("\n") for data in (file.data, mended.data))
    path = one_line(file.path)
    lines = difflib.unified_diff(old, new, path, path, lineterm="")
    return "".join(f"{''.join(map(_visible, line.removesuffix(chr(13))))}\n" for line in lines)


def _visible(character: str) -> str:
    return character if character == "\t" else visible(character)
