"""The job summary: verdict first, how the files were chosen, flows, findings with links, diagrams.

It is built piece by piece and never grows beyond its limit: the runner drops a summary that does, all of it. Diagrams
go first, then the tail of the findings, which are sorted worst first; what is left out is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ivr_action.model import CheckedFlow, Finding, Level, Report
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, link, prose
from ivr_action.report.mermaid import diagram_of
from ivr_action.report.plain import count_of, uri_path

_ICONS = {Level.ERROR: "❌", Level.WARNING: "⚠️", Level.NOTE: "ℹ️"}
_VALID = "✅"
_ROWS = 300
_DIAGRAMS = 25
"""A page with more makes browsers slow."""
_OPEN = 5
"""So few diagrams are shown at once even where nothing was found."""
_NAME = 120
_MESSAGE = 1000
_NOTICES = 20
_RESERVE = 600
"""Bytes kept for the words about what was left out."""


def render(report: Report, look: Look) -> str:
    """The summary in GitHub's Markdown, at most `look.limit` bytes long."""
    page = _Page(look.limit - _RESERVE)
    page.add(_verdict(report))
    page.add(_scope(report))
    page.add(_table(report, look))
    left = 0
    for piece, findings in _findings(report, look):
        if left or not page.add(piece):
            left += findings
    if left:
        page.always(f"\n{count_of(left, 'more finding')} did not fit here; {escape(look.places)} has them all.\n")
    else:
        _add_diagrams(page, report, look)
    return page.text()


class _Page:
    """Pieces of text with a limit in bytes."""

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._pieces: list[str] = []

    def add(self, piece: str) -> bool:
        """Adds the piece where it fits."""
        size = len(piece.encode("utf-8", "backslashreplace"))
        if size > self._room:
            return False
        self._room -= size
        self._pieces.append(piece)
        return True

    def always(self, piece: str) -> None:
        """Adds a short piece, for which there is a reserve."""
        self._pieces.append(piece)

    def text(self) -> str:
        return "".join(self._pieces)


def _verdict(report: Report) -> str:
    flows = count_of(len(report.flows), "flow")
    if not report.flows:
        return f"## {_VALID} IVR flows: nothing to check\n\n"
    found = [count_of(report.count(level), level.value) for level in Level if report.count(level)]
    if not found:
        return f"## {_VALID} IVR flows: {flows} checked, nothing found\n\n"
    invalid = sum(not flow.valid for flow in report.flows)
    worst = next(level for level in Level if report.count(level))
    icon = _ICONS[worst] if worst is not Level.NOTE else _VALID
    bad = f", {invalid:,} of them invalid" if invalid else ", all valid"
    return f"## {icon} IVR flows: {', '.join(found)} in {flows}{bad}\n\n"


def _scope(report: Report) -> str:
    lines = [f"{prose(report.scope)}\n\n"] if report.scope else []
    lines += [f"> {prose(notice, _MESSAGE)}\n\n" for notice in report.notices[:_NOTICES]]
    if len(report.notices) > _NOTICES:
        lines.append(f"> and {count_of(len(report.notices) - _NOTICES, 'more remark')}\n\n")
    return "".join(lines)


def _table(report: Report, look: Look) -> str:
    if not report.flows:
        return ""
    counts = {level: Counter(f.location.path for f in report.findings if f.level is level) for level in Level}
    shown = [level for level in Level if counts[level]]  # a column of blanks says nothing
    rows = [
        f"| | Flow | Type | {''.join(f'{level.value.capitalize()}s | ' for level in shown)}Steps | File |",
        f"| --- | --- | --- | {'---: | ' * len(shown)}---: | --- |",
    ]
    for flow in _worst_first(report)[:_ROWS]:
        icon = _VALID if flow.valid else _ICONS[Level.ERROR]
        name = escape(flow.name, _NAME) or ("<em>unreadable</em>" if flow.graph is None else "<em>no name</em>")
        cells = [icon, name, escape(flow.type, _NAME), *(f"{counts[level][flow.path] or ''}" for level in shown)]
        cells += [f"{len(flow.graph.nodes):,}" if flow.graph is not None else "", _file(flow.path, look)]
        rows.append(f"| {' | '.join(cells)} |")
    more = len(report.flows) - _ROWS
    if more > 0:
        rows.append(f"| | and {count_of(more, 'more flow')} |{' |' * (len(shown) + 3)}")
    return "\n".join(rows) + "\n\n"


def _worst_first(report: Report) -> list[CheckedFlow]:
    """The order of the table, the findings and the diagrams: most errors first, then most warnings."""
    counts = Counter((finding.location.path, finding.level) for finding in report.findings)
    return sorted(report.flows, key=lambda flow: tuple(-counts[flow.path, level] for level in Level))


def _file(path: str, look: Look) -> str:
    return link(code(path, _NAME), f"{look.blob_url}{uri_path(path)}" if look.blob_url else "")


def _findings(report: Report, look: Look) -> Iterable[tuple[str, int]]:
    """Pieces of Markdown, each with the number of findings in it; files in the order of the table."""
    by_file: dict[str, list[Finding]] = {flow.path: [] for flow in _worst_first(report)}
    for finding in report.findings:
        by_file.setdefault(finding.location.path, []).append(finding)
    for path, findings in by_file.items():
        if not findings:
            continue
        yield f"### {_file(path, look)}\n\n", 0
        for finding in findings:
            yield _finding(finding, look), 1
        yield "\n", 0


def _finding(finding: Finding, look: Look) -> str:
    at = finding.location
    address = f"{look.blob_url}{uri_path(at.path)}#L{at.line}" if look.blob_url and at.line else ""
    where = link(f"line {at.line}", address) if at.line else code(finding.node or at.pointer or "", _NAME)
    rule = link(code(finding.rule), f"{look.rules_url}{finding.rule}.md" if look.rules_url else "")
    head = f"- {_ICONS[finding.level]} {' · '.join(part for part in (where, rule) if part)}: "
    hint = f"<br>{prose(finding.hint, _MESSAGE)}" if finding.hint else ""
    return f"{head}{prose(finding.message, _MESSAGE)}{hint}\n"


def _add_diagrams(page: _Page, report: Report, look: Look) -> None:
    changed = look.changed
    flows = [f for f in _worst_first(report) if f.graph is not None and (changed is None or f.path in changed)]
    levels: dict[str, dict[str, Level]] = {}
    for finding in reversed(report.findings):  # so that the worst one stays
        if finding.node is not None:
            levels.setdefault(finding.location.path, {})[finding.node] = finding.level
    left = max(0, len(flows) - _DIAGRAMS)
    started = False
    for flow in flows[:_DIAGRAMS]:
        found = levels.get(flow.path, {})
        piece = _diagram(flow, found, opened=bool(found) or len(flows) <= _OPEN)
        if not started:
            started = page.add("### Diagrams\n\n")
        if not started or not page.add(piece):
            left += 1
    if left:
        page.always(
            f"{count_of(left, 'diagram')} left out to keep this page small; `ivr-action graph FILE` draws them.\n"
        )


def _diagram(flow: CheckedFlow, levels: dict[str, Level], *, opened: bool) -> str:
    if flow.graph is None:
        return ""
    diagram = diagram_of(flow.graph, levels)
    # No Markdown in here: GitHub's parser leaves a line that starts with HTML as it is.
    title = f"{escape(flow.name, _NAME)} {code(flow.path, _NAME)}".strip()
    caption = f"\n{escape(diagram.caption)}\n" if diagram.caption else ""
    start = f"<details{' open' if opened else ''}><summary>{title}</summary>"
    return f"{start}\n\n```mermaid\n{diagram.text}```\n{caption}\n</details>\n\n"
