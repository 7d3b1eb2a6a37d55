"""The log of requests that tests look into: nothing in it is a secret or about a person."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_SECRET_QUERY = re.compile(r"(?i)(X-Emulator-Signature=)[^&]+")


@dataclass(slots=True)
class Logged:
    """One request and what became of it."""

    number: int
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    """In the order they came, names in lower case; the values of `authorization` are cut to their scheme."""
    body: bytes
    started: float
    """Epoch seconds by the emulator's clock."""
    seconds: float = 0.0
    status: int = 0
    """0 where the connection was cut before an answer."""
    correlation_id: str = ""
    fault: str = ""
    """What the fault rules did to it; empty for nothing."""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        fault = f" ({self.fault})" if self.fault else ""
        return f"{self.method} {self.path}{query} -> {self.status or 'cut'}{fault}"


@dataclass
class RequestLog:
    """The requests so far, in the order they came; of a long run the last `limit` at least."""

    entries: list[Logged] = field(default_factory=list)
    limit: int = 20_000
    count: int = 0
    """How many there were in all."""

    def add(self, entry: Logged) -> None:
        self.count += 1
        entry.number = self.count
        self.entries.append(entry)
        if len(self.entries) > 2 * self.limit:
            del self.entries[: -self.limit]

    def __iter__(self) -> Iterator[Logged]:
        return iter(list(self.entries))

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, method: str = "*", path: str = "*") -> list[Logged]:
        """Those of a method and path, both with `*` and `?`."""
        return [
            entry
            for entry in self
            if fnmatch.fnmatchcase(entry.method, method) and fnmatch.fnmatchcase(entry.path, path)
        ]

    def one(self, method: str = "*", path: str = "*") -> Logged:
        """The only one of them.

        Raises:
            AssertionError: there is none, or more than one; the message shows the whole log.
        """
        found = self.of(method, path)
        assert len(found) == 1, f"{len(found)} requests are {method} {path}, not one.\n{self.text()}"  # noqa: S101
        return found[0]

    def expect(self, *lines: str) -> None:
        """That exactly these requests came, in this order, each as `METHOD path`, with `*` and `?`.

        Raises:
            AssertionError: with the whole log.
        """
        entries = list(self)
        same = len(entries) == len(lines) and all(
            fnmatch.fnmatchcase(f"{entry.method} {entry.path}", line)
            for entry, line in zip(entries, lines, strict=True)
        )
        wanted = "\n".join(lines)
        assert same, f"Expected:\n{wanted}\nGot:\n{self.text()}"  # noqa: S101

    def text(self) -> str:
        return "\n".join(str(entry) for entry in self)

    def clear(self) -> None:
        self.entries.clear()


def redacted_headers(raw: list[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Headers as they may be kept."""
    found = []
    for key, value in raw:
        name, said = key.decode("latin-1").lower(), value.decode("latin-1")
        if name in ("authorization", "cookie"):
            said = f"{said.split(' ', 1)[0]} ***"
        found.append((name, said))
    return tuple(found)


def redacted_query(query: str) -> str:
    return _SECRET_QUERY.sub(r"\1***", query)
