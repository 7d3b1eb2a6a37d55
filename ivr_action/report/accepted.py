"""What was found and does not count, for the job summary: new suppressions first, the rest collapsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ivr_action.model import Finding, Report, Suppression
from ivr_action.report.look import Look
from ivr_action.report.markdown import code, escape, link, prose
from ivr_action.report.plain import count_of, uri_path

_ROWS = 100
_FILES = 50
_TEXT = 300
_NAME = 120


def accepted(report: Report, look: Look) -> Iterator[str]:
    """Pieces of Markdown about what does not count, collapsed; none where everything counts."""
    if report.suppressed:
        rows = [
            f"- {_place(one.finding, look)} {code(one.finding.rule)}: {prose(one.finding.message, _TEXT)}<br>"
            f"accepted{_until(one.by)}: {escape(one.by.reason, _TEXT)}"
            for one in report.suppressed[:_ROWS]
        ]
        yield _folded(f"{count_of(len(report.suppressed), 'suppressed finding')}", rows, len(report.suppressed) - _ROWS)
    if report.known:
        files = Counter(finding.location.path for finding in report.known)
        rows = [f"- {code(path, _NAME)}: {number:,}" for path, number in sorted(files.items())[:_FILES]]
        title = f"{count_of(len(report.known), 'finding')} in the baseline"
        yield _folded(title, rows, len(files) - _FILES)


def added_suppressions(added: tuple[Suppression, ...], look: Look) -> str:
    """Markdown that lists suppressions that are new; empty where there are none."""
    if not added:
        return ""
    rows = [
        f"- {_at(one.location.path, one.location.line, look)} {', '.join(map(code, one.rules)) or 'no rule'}"
        f"{_until(one)}: {escape(one.reason, _TEXT) or '<em>no reason</em>'}"
        for one in added[:_ROWS]
    ]
    more = len(added) - _ROWS
    if more > 0:
        rows.append(f"- and {more:,} more")
    return f"### ⚠️ {count_of(len(added), 'suppression')} added by this change\n\n" + "\n".join(rows) + "\n\n"


def _folded(title: str, rows: list[str], more: int) -> str:
    if more > 0:
        rows = [*rows, f"- and {more:,} more"]
    return f"<details><summary>{title}</summary>\n\n" + "\n".join(rows) + "\n\n</details>\n\n"


def _until(suppression: Suppression) -> str:
    return f" until {escape(suppression.until, _NAME)}" if suppression.until else ""


def _place(finding: Finding, look: Look) -> str:
    at = finding.location
    return _at(at.path, at.line, look)


def _at(path: str, line: int | None, look: Look) -> str:
    words = code(path, _NAME) + (f" line {line}" if line else "")
    anchor = f"#L{line}" if line else ""
    return link(words, f"{look.blob_url}{uri_path(path)}{anchor}" if look.blob_url else "")
