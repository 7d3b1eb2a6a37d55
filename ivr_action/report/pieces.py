"""Pieces of Markdown that the job summary and the pull-request comment are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ivr_action.model import CheckedFlow, Finding, Level, Report
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, link, prose
from ivr_action.report.plain import count_of, uri_path

ICONS = {Level.ERROR: "❌", Level.WARNING: "⚠️", Level.NOTE: "ℹ️"}
VALID = "✅"
NAME = 120
"""Longest name of anything, in characters."""
_MESSAGE = 1000


class Page:
    """Pieces of text with a limit in bytes, so that it is one in characters too, however they are counted."""

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._pieces: list[str] = []

    @property
    def room(self) -> int:
        """Bytes that are left."""
        return self._room

    def add(self, piece: str, keep: int = 0) -> bool:
        """Adds the piece where it fits and leaves `keep` bytes."""
        size = len(piece.encode("utf-8", "backslashreplace"))
        if size > self._room - keep:
            return False
        self._room -= size
        self._pieces.append(piece)
        return True

    def always(self, piece: str) -> None:
        """Adds a short piece, for which there is a reserve."""
        self._pieces.append(piece)

    def text(self) -> str:
        """All of it; what UTF-8 cannot hold is written as its code."""
        return "".join(self._pieces).encode("utf-8", "backslashreplace").decode("utf-8")


def verdict(report: Report) -> str:
    """The heading: what was found."""
    flows = count_of(len(report.flows), "flow")
    if not report.flows:
        return f"## {VALID} IVR flows: nothing to check\n\n"
    found = [count_of(report.count(level), level.value) for level in Level if report.count(level)]
    if not found:
        return f"## {VALID} IVR flows: {flows} checked, nothing found\n\n"
    counts = _counts(report)
    invalid = sum(not flow.valid or bool(counts[Level.ERROR][flow.path]) for flow in report.flows)
    worst = next(level for level in Level if report.count(level))
    icon = ICONS[worst] if worst is not Level.NOTE else VALID
    bad = f", {invalid:,} of them invalid" if invalid else ", all valid"
    return f"## {icon} IVR flows: {', '.join(found)} in {flows}{bad}\n\n"


def scope(report: Report, most: int) -> str:
    """How the files were chosen, and at most so many remarks."""
    lines = [f"{prose(report.scope, _MESSAGE)}\n\n"] if report.scope else []
    lines += [f"> {prose(notice, _MESSAGE)}\n\n" for notice in report.notices[:most]]
    if len(report.notices) > most:
        lines.append(f"> and {count_of(len(report.notices) - most, 'more remark')}\n\n")
    return "".join(lines)


def add_table(page: Page, report: Report, look: Look, most: int) -> None:
    """A table of the flows, the worst first, in at most half of the room."""
    if not report.flows:
        return
    keep = page.room // 2
    counts = _counts(report)
    shown = [level for level in Level if counts[level]]  # a column of blanks says nothing
    page.add(
        f"| | Flow | Type | {''.join(f'{level.value.capitalize()}s | ' for level in shown)}Steps | File |\n"
        f"| --- | --- | --- | {'---: | ' * len(shown)}---: | --- |\n"
    )
    left = len(report.flows)
    for flow in worst_first(report)[:most]:
        icon = VALID if flow.valid and not counts[Level.ERROR][flow.path] else ICONS[Level.ERROR]
        name = escape(flow.name, NAME) or ("<em>unreadable</em>" if flow.graph is None else "<em>no name</em>")
        cells = [icon, name, escape(flow.type, NAME), *(f"{counts[level][flow.path] or ''}" for level in shown)]
        cells += [f"{len(flow.graph.nodes):,}" if flow.graph is not None else "", file_link(flow.path, look)]
        if not page.add(f"| {' | '.join(cells)} |\n", keep):
            break
        left -= 1
    if left:
        page.add(f"| | and {count_of(left, 'more flow')} |{' |' * (len(shown) + 3)}\n")
    page.add("\n")


def add_findings(page: Page, report: Report, look: Look, most: int | None = None) -> int:
    """The findings with links, as many as fit, file by file in the order of the table.

    Args:
        page: where they go.
        report: its findings are sorted worst first.
        look: addresses.
        most: so many at most, the worst ones; None for all that fit.

    Returns:
        How many were left out.
    """
    taken = 0
    for piece, findings in _by_file(report, report.findings[:most], look):
        if not page.add(piece):
            break
        taken += findings
    return len(report.findings) - taken


def worst_first(report: Report) -> list[CheckedFlow]:
    """The order of the table, the findings and the diagrams: most errors first, then most warnings."""
    counts = _counts(report)
    return sorted(report.flows, key=lambda flow: tuple(-counts[level][flow.path] for level in Level))


def _counts(report: Report) -> dict[Level, Counter[str]]:
    """Findings of each level by file; what stands in a scenario file counts for the flow that it is about too."""
    about: dict[str, str] = {}
    for flow in report.calls.flows if report.calls is not None else ():
        about |= {call.scenario: flow.path for call in flow.calls if call.scenario}
    counts: dict[Level, Counter[str]] = {level: Counter() for level in Level}
    for finding in report.findings:
        path = finding.location.path
        counts[finding.level][path] += 1
        if path in about and about[path] != path:
            counts[finding.level][about[path]] += 1
    return counts


def file_link(path: str, look: Look) -> str:
    """A file's path, and where it is."""
    return link(code(path, NAME), f"{look.blob_url}{uri_path(path)}" if look.blob_url else "")


def _by_file(report: Report, chosen: Iterable[Finding], look: Look) -> Iterator[tuple[str, int]]:
    """Pieces of Markdown, each with the number of findings in it."""
    by_file: dict[str, list[Finding]] = {flow.path: [] for flow in worst_first(report)}
    for finding in chosen:
        by_file.setdefault(finding.location.path, []).append(finding)
    for path, findings in by_file.items():
        heading = f"### {file_link(path, look)}\n\n"
        for finding in findings:
            yield f"{heading}{finding_item(finding, look)}", 1
            heading = ""
        if findings:
            yield "\n", 0


def finding_item(finding: Finding, look: Look) -> str:
    """A finding as an item of a list, with links to its line and its rule."""
    at = finding.location
    address = f"{look.blob_url}{uri_path(at.path)}#L{at.line}" if look.blob_url and at.line else ""
    where = link(f"line {at.line}", address) if at.line else code(finding.node or at.pointer or "", NAME)
    rule = link(code(finding.rule), f"{look.rules_url}{finding.rule}.md" if look.rules_url else "")
    head = f"- {ICONS[finding.level]} {' · '.join(part for part in (where, rule) if part)}: "
    hint = f"<br>{prose(finding.hint, _MESSAGE)}" if finding.hint else ""
    return f"{head}{prose(finding.message, _MESSAGE)}{hint}\n"


def finding_list(findings: Iterable[Finding], most: int, look: Look) -> str:
    """Findings as a list, the worst first and at most so many; empty where there are none."""
    found = sorted(findings, key=lambda one: one.order)
    if not found:
        return ""
    more = f"- and {count_of(len(found) - most, 'more finding')}\n" if len(found) > most else ""
    return f"{''.join(finding_item(one, look) for one in found[:most])}{more}\n"
