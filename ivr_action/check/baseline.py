"""The baseline: findings that were there when a team began, which do not count until they are mended.

It only shrinks. An entry holds the fingerprint of a finding and how many of it there are; one more of the same is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ivr_action.errors import UsageError
from ivr_action.model import Finding, Level, Report, fingerprint

SCHEMA = "urn:ivr-action:schema:baseline:1.0"
_KIND = SCHEMA.rpartition(".")[0] + "."
_HINT = "Restore it from Git, or remove it and write it anew with `ivr-action baseline --write`."
_MERGE_HINT = (
    "Take one side of the merge whole (`git checkout --ours` or `--theirs` and its path); what the other side mended "
    "is then removed by `ivr-action baseline --write`."
)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One accepted finding, as often as it occurs."""

    path: str
    rule: str
    message: str
    """For people: what was found when it was written."""
    fingerprint: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline file's content."""

    path: str = ""
    """Of the file, as messages name it; empty where there is none."""
    entries: tuple[Entry, ...] = ()

    @property
    def total(self) -> int:
        """Number of findings."""
        return sum(entry.count for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report against a baseline."""

    new: tuple[Finding, ...]
    known: tuple[tuple[Finding, Entry], ...]
    gone: tuple[Entry, ...]
    """What no longer occurs, with the number that is missing."""
    unjudged: tuple[Entry, ...]
    """Entries of files that are there and were not part of the run."""


def parse_baseline(path: str, data: bytes) -> Baseline:
    """Reads a baseline file.

    Args:
        path: as messages name it.
        data: the file's bytes.

    Raises:
        UsageError: it is no baseline, or one of a newer kind.
    """
    import json  # not worth its time to a run without a baseline

    try:
        content = json.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        line = next((number for number, text in enumerate(data.splitlines(), 1) if text.startswith(b"<<<<<<< ")), 0)
        if line:
            raise UsageError(f"The baseline `{path}` holds a merge conflict on line {line}.", _MERGE_HINT) from error
        raise UsageError(f"The baseline `{path}` is no JSON: {error}.", _HINT) from error
    schema = content.get("schema") if isinstance(content, dict) else None
    if not isinstance(schema, str) or not schema.startswith(_KIND):
        raise UsageError(f"`{path}` is no baseline that this version reads: its `schema` is not `{SCHEMA}`.", _HINT)
    listed = content.get("findings")
    if not isinstance(listed, list):
        raise UsageError(f"The baseline `{path}` has no list `findings`.", _HINT)
    return Baseline(path, tuple(_entry(path, number, item) for number, item in enumerate(listed, 1)))


def _entry(path: str, number: int, item: Any) -> Entry:
    if isinstance(item, dict):
        path_, rule, message, print_ = (item.get(name) for name in ("path", "rule", "message", "fingerprint"))
        count = item.get("count", 1)
        texts = isinstance(path_, str) and isinstance(rule, str) and isinstance(message, str)
        if texts and isinstance(print_, str) and type(count) is int and count > 0:
            return Entry(str(path_), str(rule), str(message), print_, count)
    raise UsageError(
        f"Entry {number} of the baseline `{path}` is not one: it needs the texts `path`, `rule`, `message` and "
        "`fingerprint`, and a `count` above 0.",
        _HINT,
    )


def render_baseline(baseline: Baseline, version: str) -> str:
    """The file's text: one line an entry, sorted, so that a change to it reads well."""
    import json

    head = {"schema": SCHEMA, "tool": {"name": "ivr-action", "version": version}}
    lines = ",\n".join(
        "    " + json.dumps(_as_json(entry), ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
        for entry in sorted(baseline.entries)
    )
    start = json.dumps(head, indent=2).removesuffix("\n}")
    return f'{start},\n  "findings": [{f"{chr(10)}{lines}{chr(10)}  " if lines else ""}]\n}}\n'


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "path": entry.path, "rule": entry.rule, "count": entry.count, "fingerprint": entry.fingerprint,
        "message": entry.message,
    }  # fmt: skip


def compare(
    report: Report, baseline: Baseline, exists: Callable[[str], bool], never: frozenset[str] = frozenset()
) -> Comparison:
    """Which findings of a report the baseline knows.

    A finding is known where its fingerprint is in the baseline and has not been used up. Where an entry's file is gone,
    the same finding in another file is known by it: the file was renamed.

    Args:
        report: without what the files suppress.
        baseline: what is accepted.
        exists: tells whether a path of the baseline is still a file.
        never: ids of rules whose findings are never accepted.
    """
    left: Counter[tuple[str, str]] = Counter()
    for entry in baseline.entries:  # a merge of two branches may leave the same one twice
        left[entry.path, entry.fingerprint] += entry.count
    entries = {(entry.path, entry.fingerprint): entry for entry in baseline.entries}
    new: list[Finding] = []
    known: list[tuple[Finding, Entry]] = []
    for finding in report.findings:
        key = (finding.location.path, fingerprint(finding)) if left and finding.rule not in never else None
        if key is not None and left.get(key, 0) > 0:
            left[key] -= 1
            known.append((finding, entries[key]))
        else:
            new.append(finding)
    checked = {flow.path for flow in report.flows}
    absent = {path for path in {path for path, _ in left} - checked if not exists(path)}
    if absent and new:
        new = list(_renamed(new, left, entries, absent, never, known))
    remaining = [replace(entries[key], count=count) for key, count in left.items() if count]
    gone = tuple(sorted(entry for entry in remaining if entry.path in checked or entry.path in absent))
    unjudged = tuple(sorted(entry for entry in remaining if entry.path not in checked and entry.path not in absent))
    return Comparison(tuple(new), tuple(known), gone, unjudged)


def _renamed(
    new: Sequence[Finding],
    left: Counter[tuple[str, str]],
    entries: Mapping[tuple[str, str], Entry],
    absent: set[str],
    never: frozenset[str],
    known: list[tuple[Finding, Entry]],
) -> Iterable[Finding]:
    """What is still new after entries of files that are gone were tried; the others go to `known`."""
    by_rule: dict[str, list[str]] = {}
    for entry in entries.values():
        paths = by_rule.setdefault(entry.rule, [])
        if entry.path in absent and entry.path not in paths:
            paths.append(entry.path)
    for finding in new:
        old_paths = by_rule.get(finding.rule, []) if finding.rule not in never else []
        keys = ((path, fingerprint(finding, path)) for path in old_paths)
        key = next((key for key in keys if left.get(key, 0) > 0), None)
        if key is None:
            yield finding
        else:
            left[key] -= 1
            known.append((finding, entries[key]))


def apply_baseline(report: Report, compared: Comparison) -> Report:
    """The report with what the baseline knows apart from its findings."""
    if not compared.known:
        return report
    invalid = {finding.location.path for finding in compared.new if finding.level is Level.ERROR}
    flows = tuple(replace(flow, valid=flow.path not in invalid) for flow in report.flows)
    known = sorted((finding for finding, _ in compared.known), key=lambda finding: finding.order)
    return replace(report, flows=flows, findings=compared.new, known=tuple(known))


def renewed(compared: Comparison, *, grow: bool, never: frozenset[str] = frozenset()) -> tuple[Entry, ...]:
    """The entries of the baseline as it should be now.

    Args:
        compared: the report against the baseline that there is.
        grow: also take in what is new.
        never: ids of rules whose findings are never accepted.
    """
    kept: Counter[tuple[str, str]] = Counter()
    words: dict[tuple[str, str], tuple[str, str]] = {}
    taken = [finding for finding, _ in compared.known]
    taken += [finding for finding in compared.new if grow and finding.rule not in never]
    for finding in taken:
        key = (finding.location.path, fingerprint(finding))
        kept[key] += 1
        words.setdefault(key, (finding.rule, finding.message))
    made = [Entry(path, *words[path, print_], print_, count) for (path, print_), count in kept.items()]
    return tuple(sorted([*made, *_merged(compared.unjudged, kept)]))


def _merged(unjudged: Iterable[Entry], kept: Mapping[tuple[str, str], int]) -> Iterable[Entry]:
    return [entry for entry in unjudged if (entry.path, entry.fingerprint) not in kept]


def growth(before: Baseline, after: Baseline) -> tuple[int, int]:
    """How many findings a change to the baseline adds, and how many it removes."""
    counts: list[Counter[tuple[str, str]]] = [Counter(), Counter()]
    for counted, baseline in zip(counts, (before, after), strict=True):
        for entry in baseline.entries:
            counted[entry.path, entry.fingerprint] += entry.count
    return (counts[1] - counts[0]).total(), (counts[0] - counts[1]).total()
