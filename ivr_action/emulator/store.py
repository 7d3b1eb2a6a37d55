"""Where the state lies: in memory, or in a folder that is whole after every request, whenever the process dies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from ivr_action.emulator.state import State


class Store(Protocol):
    """Keeps the state and the contents of versions."""

    def read_state(self) -> State | None:
        """What the last run left; None for a new organisation."""

    def write_state(self, state: State) -> None:
        """Keep the state."""

    def read_content(self, key: str) -> bytes:
        """A version's content."""

    def write_content(self, key: str, data: bytes) -> None:
        """Keep a version's content."""


class MemoryStore:
    """Ends with the process."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def read_state(self) -> State | None:
        return None

    def write_state(self, state: State) -> None:
        """Nothing to do: the state is the state."""

    def read_content(self, key: str) -> bytes:
        return self._contents[key]

    def write_content(self, key: str, data: bytes) -> None:
        self._contents[key] = data


class FolderStore:
    """`state.json`, replaced as a whole, beside `contents/<sha-256>.json`, which are written once.

    Args:
        folder: made where it is not there. It holds the emulator's own client secret, so only its owner may read it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "contents").mkdir(exist_ok=True)

    def read_state(self) -> State | None:
        path = self._folder / "state.json"
        return State.model_validate_json(path.read_bytes()) if path.is_file() else None

    def write_state(self, state: State) -> None:
        _replace(self._folder / "state.json", state.model_dump_json(indent=1).encode())

    def read_content(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def write_content(self, key: str, data: bytes) -> None:
        if not self._path(key).exists():
            _replace(self._path(key), data)

    def _path(self, key: str) -> Path:
        return self._folder / "contents" / f"{key}.json"


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
