"""Finds flow files and reads their bytes: paths, folders, globs, or whatever in a folder looks like a flow.

Only names and sizes are judged here; what is in a file is the readers' business. pathlib and glob stay unused: they
cost a terminal user more time than the search does, and glob follows links in circles.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ivr_action.errors import NothingScannedError, UsageError

SIZE_LIMIT = 32 * 1024 * 1024
"""Bytes of a file that are read; `read_flow` calls a larger one unreadable."""
EXTENSIONS = (".yaml", ".yml", ".json", ".tftpl")
_SKIPPED = frozenset(("node_modules", "__pycache__", "venv"))
_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to check."""

    path: str
    """As reports show it: with `/`, relative to the workspace where it is inside."""
    data: bytes
    real: str = ""
    """Where a link leads, in the same form as `path`; equal to it for an ordinary file."""


@dataclass(frozen=True, slots=True)
class Found:
    """The files of one run, in the order of their paths."""

    files: tuple[SourceFile, ...]
    notices: tuple[str, ...] = ()
    """What was left out, in words."""


def find(
    patterns: Sequence[str],
    root: str,
    *,
    looks_like_flow: Callable[[bytes], bool],
    confined: bool = True,
    ignore: Sequence[str] = (),
    only_flows: bool = False,
) -> Found:
    """Finds and reads the files to check.

    Args:
        patterns: paths, folders and globs below `root`, `!` before one that takes files out again; none (or only
            such) means every file that looks like a flow.
        root: the workspace.
        looks_like_flow: tells by a file's bytes whether it is worth checking where nobody named it.
        confined: refuse what lies outside `root`, by a link or by its name.
        ignore: paths, folders and globs that the configuration leaves out, whoever names them.
        only_flows: leave out what does not look like a flow also where it is named.

    Raises:
        UsageError: a path does not exist, lies outside, or is no file.
        NothingScannedError: globs were given, or none, and nothing matched.
    """
    root = os.path.realpath(root)
    chosen = [pattern for pattern in patterns if not pattern.startswith("!")]
    refused = [_parts(pattern[1:]) for pattern in patterns if pattern.startswith("!")]
    ignored = [_parts(pattern) for pattern in ignore]
    left_out = 0
    notices: list[str] = []
    files: dict[str, SourceFile] = {}
    for path, named in candidates(chosen, root, confined=confined):
        shown = _shown(path, root)
        if shown in files or any(_matches(shown.split("/"), parts) for parts in refused):
            continue
        if any(_matches(shown.split("/"), parts) for parts in ignored):
            left_out += 1
            continue
        try:
            file = _read(path, shown, root, confined=confined)
        except UsageError as error:
            if named:
                raise
            notices.append(f"Left out: {error}")
            continue
        if not named and len(file.data) > SIZE_LIMIT:
            notices.append(f"Left out: `{shown}` is larger than {SIZE_LIMIT >> 20} MiB.")
            continue
        if (named and not only_flows) or looks_like_flow(file.data):
            files[shown] = file
    if not files:
        what = f"No file matches {', '.join(f'`{pattern}`' for pattern in patterns)}." if patterns else (
            "No file in the workspace looks like a flow."
        )  # fmt: skip
        if left_out:
            what = f"{what} `ignore` in the configuration leaves out {left_out:,}."
        raise NothingScannedError(what, "Check the paths, or set `allow-empty: true` where that is as it should be.")
    return Found(tuple(files[path] for path in sorted(files)), tuple(notices))


def find_again(
    paths: Iterable[str], patterns: Sequence[str], root: str, *, ignore: Sequence[str] = ()
) -> tuple[list[SourceFile], list[str]]:
    """Reads files that were flows once, and that `find` may pass over now because of what is in them.

    Args:
        paths: relative to the workspace, with `/`.
        patterns: as for `find`; a path that they do not lead to is none of ours.
        root: the workspace.
        ignore: as for `find`.

    Returns:
        The files, and the paths where there is none any more.

    Raises:
        UsageError: one is there and cannot be read.
    """
    root = os.path.realpath(root)
    files: list[SourceFile] = []
    gone: list[str] = []
    for path in paths:
        if _leads_to(path, patterns, root, ignore):
            where = os.path.join(root, path)
            if os.path.lexists(where):
                files.append(_read(where, path, root, confined=True))
            else:
                gone.append(path)
    return files, gone


def _leads_to(path: str, patterns: Sequence[str], root: str, ignore: Sequence[str]) -> bool:
    names = path.split("/")
    refused = [*ignore, *(pattern[1:] for pattern in patterns if pattern.startswith("!"))]
    if any(_matches(names, _parts(pattern)) for pattern in refused):
        return False
    for pattern in [pattern for pattern in patterns if not pattern.startswith("!")] or ["."]:
        shown = _shown(os.path.join(root, pattern), root)
        parts = _parts(shown) if shown != root.replace(os.sep, "/") else []
        folders = names[next((at for at, part in enumerate(parts) if _MAGIC.intersection(part)), len(parts)) : -1]
        if _matches(names, parts) and not any(name.startswith(".") or name in _SKIPPED for name in folders):
            return True
    return False


def candidates(patterns: list[str], root: str, *, confined: bool) -> Iterator[tuple[str, bool]]:
    """Absolute paths, and whether the user named each one (a folder's content is not named)."""
    if not patterns:
        yield from ((path, False) for path in _search(root))
    for pattern in patterns:
        path = os.path.join(root, pattern)
        if os.path.isdir(path):
            _confine(path, pattern, root, confined=confined)
            yield from ((inside, False) for inside in _search(path))
        elif os.path.lexists(path):
            yield path, True
        elif _MAGIC.intersection(pattern):
            top, parts = _literal_start(root, _parts(pattern))
            for match in sorted(_glob(top, parts)):
                if os.path.isdir(match):
                    yield from ((inside, False) for inside in _search(match))
                else:
                    yield match, True
        else:
            raise UsageError(f"`{pattern}` does not exist.", "Check the path; it is relative to the workspace.")


def _search(folder: str) -> Iterator[str]:
    """Files below a folder that may hold flows by their names; hidden and foreign folders are left out."""
    todo = [folder]
    while todo:
        try:
            entries = sorted(os.scandir(todo.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        todo.extend(
            entry.path
            for entry in reversed(entries)
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and entry.name not in _SKIPPED
        )
        for entry in entries:
            suffix = os.path.splitext(entry.name)[1].lower()
            if (suffix in EXTENSIONS or suffix.startswith(".i3")) and not os.path.isdir(entry.path):
                yield entry.path


def _glob(folder: str, parts: list[str]) -> Iterator[str]:
    """Paths below `folder` that match; `**` is any number of folders, and never goes through a link."""
    if not parts:
        yield folder
        return
    first, rest = parts[0], parts[1:]
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    if first == "**":
        yield from _glob(folder, rest) if rest else ()
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _SKIPPED:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _glob(entry.path, parts)
            elif not rest:
                yield entry.path
        return
    for entry in entries:
        if _like(entry.name, first):
            if not rest:
                yield entry.path
            elif os.path.isdir(entry.path):  # never fails, as `entry.is_dir` does for a link to itself
                yield from _glob(entry.path, rest)


def _literal_start(root: str, parts: list[str]) -> tuple[str, list[str]]:
    at = 0
    while at < len(parts) and not _MAGIC.intersection(parts[at]):
        at += 1
    return os.path.join(root, *parts[:at]), parts[at:]


def _parts(pattern: str) -> list[str]:
    """A pattern's parts between slashes; an absolute one keeps its root as the first."""
    drive, text = os.path.splitdrive(pattern.replace(os.sep, "/"))
    parts = [part for part in text.split("/") if part not in ("", ".")]
    return [f"{drive}/", *parts] if text.startswith("/") else parts


def _matches(names: Sequence[str], parts: Sequence[str]) -> bool:
    """True where a pattern matches a path, or one of the folders that it lies in."""
    if not parts:
        return True
    if parts[0] == "**":
        return any(_matches(names[at:], parts[1:]) for at in range(len(names) + (not parts[1:])))
    return bool(names) and _like(names[0], parts[0]) and _matches(names[1:], parts[1:])


def _like(name: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    return (pattern.startswith(".") or not name.startswith(".")) and fnmatchcase(name, pattern)


def _shown(path: str, root: str) -> str:
    path = os.path.normpath(path)
    inside = _below(path, root)
    return (inside if inside is not None else path).replace(os.sep, "/")


def _below(path: str, root: str) -> str | None:
    start = root.rstrip(os.sep) + os.sep
    return path[len(start) :] if path.startswith(start) else None


def _confine(path: str, shown: str, root: str, *, confined: bool) -> None:
    real = os.path.realpath(path)
    if confined and real != root and _below(real, root) is None:
        raise UsageError(f"`{shown}` lies outside the workspace.", "Check out the file inside it, without a link.")


def _read(path: str, shown: str, root: str, *, confined: bool) -> SourceFile:
    real = os.path.realpath(path)
    _confine(path, shown, root, confined=confined)
    inside = _below(real, root)
    try:
        status = os.stat(real)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"`{shown}` is no ordinary file.", "Name files, folders or globs.")
        with open(real, "rb") as file:
            data = file.read(SIZE_LIMIT + 1)  # one byte more tells the reader that it is too large
    except OSError as error:
        raise UsageError(
            f"`{shown}` cannot be read: {error.strerror}.", "Check the path and its permissions."
        ) from error
    return SourceFile(shown, data, shown if inside is None else inside.replace(os.sep, "/"))
