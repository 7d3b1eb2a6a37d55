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
"""So many callers are named in the summary; the table has all of them."""
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


Read = Callable[[str, bytes], Reading]
"""Reads a flow file from its path and bytes."""


def scope_of(
    found: Found,
    changes: Changes,
    changed_only: str,
    *,
    read: Read,
    read_before: Callable[[str], bytes | None],
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
        values_file: path of the file with the substitutions: where it changed, every flow did.
        rules_changed: why every file is checked although it is known what changed.
    """
    notices = [*found.notices, *rules_changed]
    before: list[Reading] = []
    if changes.known:
        before, problems = _before(changes, read, read_before)
        notices += problems
    if changes.known and values_file and changes.has(os.path.normpath(values_file).replace(os.sep, "/")):
        notices.append(f"The substitutions in {values_file} changed, and with them every flow.")
        changes = replace(changes, known=False, expected=True, reason="their substitutions changed")
    readings = [read(file.path, file.data) for file in found.files]
    changed = tuple(file.path for file in found.files if _has(changes, file))
    total = count_of(len(readings), "flow file")
    every = Scope(readings, (), before, changed, f"Checked all {total}.", tuple(notices))
    if changed_only == "false" or rules_changed:
        return every
    if not changes.known:
        if changes.expected:
            return replace(every, words=f"Checked all {total}: {changes.reason}.")
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
        words = f"No flow file changed {since}; there are {total}."
        return replace(every, readings=(), others=every.readings, words=words, notices=tuple(notices))
    if callers:
        named = [f"`{path}` (calls `{name}`)" for path, name in list(callers.items())[:_NAMED]]
        more = f" and {len(callers) - _NAMED:,} more" if len(callers) > _NAMED else ""
        notices.append(f"Checked too, since a flow that they call changed: {', '.join(named)}{more}.")
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


def _may_be_flow(path: str) -> bool:
    suffix = os.path.splitext(path)[1].lower()
    return suffix in EXTENSIONS or suffix.startswith(".i3")
