"""Keeps what is live as a file before it is overwritten, so that it can be put back by hand."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from typing import Any, Protocol

from ivr_action.errors import UsageError
from ivr_action.model.alike import as_dict

_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_LONG = 60
"""Characters of one part of a file's name."""
_MODE = 0o644
"""A container's root writes it, and a later step of another user uploads it."""


class Kept(Protocol):
    """What is live: `genesys.store.Live`."""

    @property
    def flow_id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def content(self) -> Mapping[str, Any]: ...


class Keeper:
    """Writes a flow as it is live to a folder: `Main-line-5f1c6e0a-7.json`.

    The file is the flow itself, so that all commands can read it: a node graph, or an Architect configuration. Never
    is a file overwritten, and none is ever there half written.

        SaveLoop(store, pace, deadline, keep=Keeper("kept"))

    Args:
        folder: where; made when the first file is written.
        root: the folder that it must be in, links followed; empty for anywhere.
    """

    def __init__(self, folder: str, root: str = "") -> None:
        self.folder = folder
        self._root = root

    def __call__(self, live: Kept) -> str:
        """The path of the file with this content, written now or before.

        Raises:
            UsageError: it cannot be written. Nothing has been sent to the platform then.
        """
        data = _json(live)
        stem = "-".join(part for part in map(_safe, (live.name, live.flow_id, live.version)) if part) or "flow"
        try:
            if self._root:
                real, inside = os.path.realpath(self.folder), os.path.realpath(self._root)
                if os.path.commonpath((real, inside)) != inside:
                    raise UsageError(
                        f"`{self.folder}` leads out of `{self._root}`, so what is live is not kept there. Nothing was "
                        "sent.",
                        "Name a folder without links in its path.",
                    )
            os.makedirs(self.folder, exist_ok=True)
            number = 1
            while True:
                path = os.path.join(self.folder, f"{stem}{f'-{number}' if number > 1 else ''}.json")
                if _holds(path, data) or _write(path, data):
                    return path
                number += 1
        except OSError as error:
            raise UsageError(
                f"`{self.folder}`: what is live could not be kept there: {error.strerror or error}. Nothing was sent.",
                "Give a folder that can be written to.",
            ) from error


def _json(live: Kept) -> bytes:
    content: Any = live.content
    if "nodes" not in content and isinstance(content.get("configuration"), Mapping):
        content = content["configuration"]  # beside it is the state of the flow, which is no part of it
    try:
        text = json.dumps(content, indent=2, ensure_ascii=False, default=as_dict)
        try:
            return f"{text}\n".encode()
        except UnicodeEncodeError:  # half a character: JSON can say it, UTF-8 cannot
            return f"{json.dumps(content, indent=2, default=as_dict)}\n".encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"Flow `{live.name}` could not be kept as JSON: {error}. Nothing was sent.") from error


def _safe(part: str) -> str:
    return _UNSAFE.sub("-", part)[:_LONG].strip("-")


def _holds(path: str, data: bytes) -> bool:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False  # reading a pipe would wait for its writer
        with open(path, "rb") as file:
            return file.read() == data
    except FileNotFoundError:
        return False


def _write(path: str, data: bytes) -> bool:
    """Writes a new file in one step; False where something of this name is there."""
    handle, temporary = tempfile.mkstemp(prefix=".keep-", dir=os.path.dirname(path) or ".")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _MODE)
        try:
            os.link(temporary, path)  # unlike a rename it never replaces a file
        except FileExistsError:
            return False
        except OSError:  # no links on this file system: the name is taken first
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            except FileExistsError:
                return False
            os.replace(temporary, path)
        return True
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)
