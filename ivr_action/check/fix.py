"""Makes the mends that are certain, and proves each of them by reading the file again.

`mend` makes the fixes that do not meet one another, reads the file again, and keeps the result only where the tree is
exactly what was meant and no rule finds anything new; the rest waits for the next pass. Suppressed findings and rules
that are off are left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ivr_action.check.engine import check
from ivr_action.check.menders import MENDERS, Fix
from ivr_action.check.options import CheckOptions
from ivr_action.flow.document import is_scalar, plain
from ivr_action.flow.edit import Path, UncertainError, apply_edits
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import Reading, read_flow
from ivr_action.model import Finding, Location

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Made:
    """A mend that was made."""

    rule: str
    location: Location
    """In the file as it was just before."""
    description: str


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that a mender exists for, and why it did not mend it."""

    rule: str
    location: Location
    reason: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of one file."""

    data: bytes
    made: tuple[Made, ...]
    left: tuple[Left, ...]


def mend(path: str, data: bytes, options: CheckOptions | None = None) -> Mended:
    """Makes every fix that is certain.

    Args:
        path: as reports show it.
        data: the file's bytes.
        options: as for `check`; a rule that is off mends nothing.
    """
    options = options or CheckOptions()
    made: list[Made] = []
    while True:
        step = _pass(path, data, options)
        if not step.made:
            return Mended(data, tuple(made), step.left)
        made += step.made
        data = step.data


@dataclass(frozen=True, slots=True)
class _Planned:
    finding: Finding
    fix: Fix


def _pass(path: str, data: bytes, options: CheckOptions) -> Mended:
    """The file with fixes that do not meet one another; those that do wait for the next pass."""
    reading = read_flow(path, data)
    flow, doc = reading.flow, reading.document
    head = _BOM if data.startswith(_BOM) else b""
    if not isinstance(flow, NodeGraphFlow) or doc.text.encode("utf-8", "replace") != data[len(head) :]:
        return Mended(data, (), ())  # an Architect flow, whose findings no mender knows, or another encoding
    findings = check([reading], options).findings
    left: list[Left] = []
    planned: list[_Planned] = []
    apart = _Apart()
    for rule, mender in MENDERS.items():
        for finding in (found for found in findings if found.rule == rule):
            try:
                fix = mender(flow, _path(doc.root, finding.location.pointer or ""))
            except UncertainError as error:
                if str(error):
                    left.append(Left(rule, finding.location, str(error)))
                continue
            if apart.takes(fix.owner):
                planned.append(_Planned(finding, fix))

    def attempt(some: list[_Planned]) -> Mended:
        """As many of them as hold together: all, or those of one half."""
        if not some:
            return Mended(data, (), ())
        new = head + apply_edits(doc.text, [edit for one in some for edit in one.fix.edits]).encode("utf-8")
        try:
            _verify(reading, findings, read_flow(path, new), some, options)
        except UncertainError as error:
            if len(some) == 1:
                left.append(Left(some[0].finding.rule, some[0].finding.location, str(error)))
                return Mended(data, (), ())
            half = len(some) // 2
            first = attempt(some[:half])
            return first if first.made else attempt(some[half:])
        made = tuple(Made(one.finding.rule, one.finding.location, one.fix.description) for one in some)
        return Mended(new, made, ())

    done = attempt(planned)
    return Mended(done.data, done.made, tuple(left))


class _Apart:
    """Keeps fixes apart: of two that change the same element, or one inside of the other, only the first is taken."""

    def __init__(self) -> None:
        self._owners: set[Path] = set()
        self._around: set[Path] = set()

    def takes(self, owner: Path) -> bool:
        around = [owner[:length] for length in range(len(owner))]
        if owner in self._around or owner in self._owners or not self._owners.isdisjoint(around):
            return False
        self._owners.add(owner)
        self._around.update(around)
        return True


def _verify(
    before: Reading, findings: Iterable[Finding], after: Reading, made: list[_Planned], options: CheckOptions
) -> None:
    """Whether the file now says what was meant and nothing else.

    Raises:
        UncertainError: it does not.
    """
    meant = plain(before.document.root)
    for one in made:
        one.fix.change(meant)
    if after.document.root is None or plain(after.document.root) != meant:
        raise UncertainError("the file would not mean exactly the same afterwards")
    had = Counter((finding.rule, finding.node) for finding in findings)
    has = Counter((finding.rule, finding.node) for finding in check([after], options).findings)
    new = sorted(rule for rule, _ in (has - had) if rule not in _NOT_ABOUT_CALLERS)
    if new:
        raise UncertainError(f"`{new[0]}` would be found then")


_NOT_ABOUT_CALLERS = frozenset(("suppression-unused",))
"""A suppression is not needed any more once its finding is mended."""


def _path(root: Any, pointer: str) -> Path:
    """Keys and indexes of a JSON pointer."""
    parts: list[str | int] = []
    element = root
    for part in pointer.split("/")[1:]:
        key: str | int = part.replace("~1", "/").replace("~0", "~")
        if isinstance(element, list):
            key = int(key)
        parts.append(key)
        element = None if is_scalar(element) else element[key]
    return tuple(parts)
