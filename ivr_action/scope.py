"""Which flows a run checks: those that the event changed and those that call them, or all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ivr_action.check.flows import FlowIndex
from ivr_action.files import EXTENSIONS, Found, SourceFile
from ivr_action.flow.calls import Call, calls
from ivr_action.flow.flow import Flow
from ivr_action.flow.read import Reading, looks_like_flow
from ivr_action.report.plain import count_of
from ivr_action.runner.before import BeforeError
from ivr_action.runner.changed import Changes

_NAMED = 5
"""So many files are named in one sentence of the summary."""
_READ_BEFORE = 300
"""Files of the commit before that are looked at: each costs a call of git or of the API."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is checked, and the words for it."""

    readings: Sequence[Reading]
    """Of the files to check."""
    others: Sequence[Reading] = ()
    """Of the files that are not checked themselves."""
    before: Sequence[Reading] = ()
    """Flows that the event deletes, renames or edits, as they were."""
    changed: tuple[str, ...] = ()
    """Paths of the flow files that changed."""
    words: str = ""
    notices: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    """Flows that the event takes out of the check."""


Read = Callable[[str, bytes], Reading]
"""Reads a flow file from its path and bytes."""
FindAgain = Callable[[Sequence[str]], tuple[Sequence[SourceFile], Sequence[str]]]
"""Reads files that were flows before; returns them, and the paths where there is no file any more."""


def scope_of(
    found: Found,
    changes: Changes,
    changed_only: str,
    *,
    read: Read,
    read_before: Callable[[str], bytes | None],
    find_again: FindAgain = lambda _: ((), ()),
    values_file: str = "",
    rules_changed: Sequence[str] = (),
) -> Scope:
    """Narrows the files down to those that changed and their callers, where that is known and wanted.

    Every file is read all the same: only so is it known who calls what, and the rules across files see all of them.

    Args:
        found: all flow files.
        changes: what Git or GitHub says.
        changed_only: the input.
        read: reads a flow file.
        read_before: a file's bytes at the commit before; raises `BeforeError`.
        find_again: looks for files that were flows and that the search passed over: nobody hides one from the check.
        values_file: path of the file with the substitutions: where it changed, every flow did.
        rules_changed: why every file is checked although it is known what changed.
    """
    notices = [*found.notices, *rules_changed]
    before: list[Reading] = []
    alerts: list[str] = []
    if changes.known:
        before, problems = _before(changes, read, read_before)
        notices += problems
        found, deleted, alerts = _found_again(found, before, changes, find_again)
        notices += deleted
    if changes.known and values_file and changes.has(os.path.normpath(values_file).replace(os.sep, "/")):
        notices.append(f"The substitutions in {values_file} changed, and with them every flow.")
        changes = replace(changes, known=False, expected=True, reason="their substitutions changed")
    readings = [read(file.path, file.data) for file in found.files]
    changed = tuple(file.path for file in found.files if _has(changes, file))
    total = count_of(len(readings), "flow file")
    all_of_them = "the one flow file" if len(readings) == 1 else f"all {total}"
    every = Scope(readings, (), before, changed, f"Checked {all_of_them}.", tuple(notices), tuple(alerts))
    if changed_only == "false" or rules_changed:
        return every
    if not changes.known:
        if changes.expected:
            return replace(every, words=f"Checked {all_of_them}: {changes.reason}.")
        notice = f"Git could not tell what changed, so every flow file was checked: {changes.reason}."
        return replace(every, notices=(notice, *notices))
    return _narrowed(every, changes, total)


def _narrowed(every: Scope, changes: Changes, total: str) -> Scope:
    paths = frozenset(every.changed)
    changed = [reading for reading in every.readings if reading.document.path in paths]
    rest = [reading for reading in every.readings if reading.document.path not in paths]
    callers = callers_of([*changed, *every.before], rest)
    since = f"since {changes.since[:10]}"
    notices = list(every.notices)
    if changes.source:
        notices.append(f"What changed was told by {changes.source}.")
    if not changed and not callers:
        words = f"No flow file changed {since}; there {'is' if len(every.readings) == 1 else 'are'} {total}."
        return replace(every, readings=(), others=every.readings, words=words, notices=tuple(notices))
    if callers:
        named = [f"`{path}` (calls `{name}`)" for path, name in callers.items()]
        notices.append(f"Checked too, since a flow that they call changed: {_some(named)}.")
    paths |= callers.keys()
    checked = [reading for reading in every.readings if reading.document.path in paths]
    others = [reading for reading in rest if reading.document.path not in paths]
    words = f"Checked {len(checked):,} of {total}: those that changed {since}"
    words += f", and {count_of(len(callers), 'flow')} that {'calls' if len(callers) == 1 else 'call'} them."
    if not callers:
        words = f"Checked {len(checked):,} of {total}: those that changed {since}."
    return replace(every, readings=checked, others=others, words=words, notices=tuple(notices))


def callers_of(called: Iterable[Reading], candidates: Iterable[Reading]) -> dict[str, str]:
    """Which files call one of some flows directly: path of the caller → name of what it calls.

    Who calls the callers is not asked: a flow sees no more of another one than its name, inputs and outputs.
    """
    index = FlowIndex(called)
    callers: dict[str, str] = {}
    for reading in candidates:
        if reading.flow is not None:
            name = next((call.name for call in calls(reading.flow) if _means(call, index)), None)
            if name is not None:
                callers[reading.document.path] = name
    return callers


def _means(call: Call, index: FlowIndex) -> bool:
    """True where the call may mean one of the flows; a `{{key}}` stands for anything."""
    if index.callees(call):
        return True
    return any(index.callees(call._replace(name=flow.name)) for flow in index.flows if _alike(call.name, flow))


def _alike(name: str, flow: Flow) -> bool:
    templates = [text for text in (name, flow.name) if "{{" in text]
    if not templates:
        return False
    return len(templates) == 2 or _fits(templates[0], flow.name if templates[0] == name else name)


def _fits(template: str, name: str) -> bool:
    import re

    parts = [re.escape(part) for part in re.split(r"\{\{.*?\}\}", template)]
    return re.fullmatch(".*".join(parts), name, re.IGNORECASE | re.DOTALL) is not None


def _has(changes: Changes, file: SourceFile) -> bool:
    return changes.has(file.path) or changes.has(file.real)


def _before(
    changes: Changes, read: Read, read_before: Callable[[str], bytes | None]
) -> tuple[list[Reading], list[str]]:
    """The flows of the commit before in files that are no longer the same, and what could not be read of them."""
    gone = dict.fromkeys((*changes.deleted, *(old for old, _ in changes.renamed), *sorted(changes.modified)))
    paths = [path for path in gone if _may_be_flow(path)]
    readings: list[Reading] = []
    problem = ""
    for path in paths[:_READ_BEFORE]:
        try:
            data = read_before(path)
        except BeforeError as error:
            problem = str(error)
            break
        if data is not None and looks_like_flow(data):
            readings.append(read(path, data))
    if len(paths) > _READ_BEFORE:
        problem = f"more than {_READ_BEFORE} files changed"
    if not problem:
        return readings, []
    return readings, [f"Whether a deleted or renamed flow is still called was not checked for all of them: {problem}."]


def _found_again(
    found: Found, before: Iterable[Reading], changes: Changes, find_again: FindAgain
) -> tuple[Found, list[str], list[str]]:
    """The files with those that were flows before and do not look like one now; words about deleted and moved ones.

    What a file holds decides whether a search takes it for a flow, so a change could hide one; that it was one cannot
    be changed.
    """
    there = {path for file in found.files for path in (file.path, file.real)}
    lost = [reading.document.path for reading in before if reading.document.path not in there]
    files, gone = find_again(lost) if lost else ((), ())
    renamed = dict(changes.renamed)
    moved = [f"`{path}` to `{renamed[path]}`" for path in gone if path in renamed and renamed[path] not in there]
    deleted = [f"`{path}`" for path in gone if path not in renamed]
    notices = [f"Deleted: {_some(deleted)}. No deployment takes a flow off the platform: what is live stays live."]
    alerts = [f"This change moves flows to where none is looked for, so they are checked no more: {_some(moved)}."]
    every = tuple(sorted([*found.files, *files], key=lambda file: file.path))
    return replace(found, files=every), notices if deleted else [], alerts if moved else []


def _some(items: Sequence[str]) -> str:
    more = f" and {len(items) - _NAMED:,} more" if len(items) > _NAMED else ""
    return f"{', '.join(items[:_NAMED])}{more}"


def _may_be_flow(path: str) -> bool:
    suffix = os.path.splitext(path)[1].lower()
    return suffix in EXTENSIONS or suffix.startswith(".i3")
