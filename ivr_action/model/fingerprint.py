"""The fingerprint of a finding: what stays the same while the file changes around it."""

from __future__ import annotations

import re

from ivr_action.model.finding import Finding

_QUOTED_OR_NUMBER = re.compile(r"(`[^`]*`)|\d+")
_INDEX = re.compile(r"(?<=/)\d+(?=/|`|$)")


def fingerprint(finding: Finding, path: str | None = None) -> str:
    """The same for the same finding after edits elsewhere in the file. SARIF and the baseline use it.

    It is made of the rule, the path, the node and the message. Where there is no node, the JSON pointer stands in,
    without the positions in lists, which an entry above would move. From the message the numbers are left out (lines
    and counts), except inside backticks: names are part of what was found.

    Args:
        finding: what was found.
        path: the path to put in its place, as if the file had another name.
    """
    import hashlib  # not worth its time to a run that finds nothing

    inside = finding.node or _INDEX.sub("0", finding.location.pointer or "")
    message = _QUOTED_OR_NUMBER.sub(_kept, finding.message)
    parts = (finding.rule, finding.location.path if path is None else path, inside, message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _kept(match: re.Match[str]) -> str:
    quoted: str | None = match[1]
    if quoted is None:
        return "0"
    return _INDEX.sub("0", quoted) if quoted.startswith("`/") else quoted
