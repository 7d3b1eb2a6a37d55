"""Suppressions: which findings they take away, and the rules about the suppressions themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from ivr_action.check.options import CheckOptions
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.check.words import did_you_mean
from ivr_action.flow.read import Reading
from ivr_action.flow.suppressions import find_suppressions
from ivr_action.model import Finding, Level, Suppressed, Suppression
from ivr_action.model.kinds import Kind


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the suppressions of one run."""

    uses: tuple[tuple[Suppression, frozenset[str]], ...]
    """Each suppression, with the ids of the rules of which it took a finding away, or would have on an earlier day."""
    rules: Mapping[str, Rule | Kind]
    """Everything that can be suppressed or not, by its id."""
    today: date


@dataclass(slots=True)
class _Use:
    suppression: Suppression
    counts: bool
    used: set[str] = field(default_factory=set)


def apply_suppressions(
    findings: Sequence[Finding], readings: Sequence[Reading], rules: Mapping[str, Rule | Kind], today: date
) -> tuple[list[Finding], list[Suppressed], Applied]:
    """Takes away the findings that the files' own suppressions cover.

    Args:
        findings: of all other rules, or of simulated calls.
        readings: the files.
        rules: every rule, and what simulated calls find, by its id.
        today: the day by which `until` is judged.

    Returns:
        The findings that stay, those that are suppressed, and what the rules of this file work on.
    """
    by_path: dict[str, list[_Use]] = {}
    for reading in readings:
        for suppression in find_suppressions(reading):
            counts = not suppression.problem and bool(suppression.reason) and not _is_over(suppression, today)
            by_path.setdefault(reading.document.path, []).append(_Use(suppression, counts))
    stay: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        by = None
        for use in by_path.get(finding.location.path, ()) if _may_be_suppressed(rules[finding.rule]) else ():
            if finding.rule in use.suppression.rules and use.suppression.covers(finding):
                use.used.add(finding.rule)
                by = by or (use.suppression if use.counts else None)
        if by is None:
            stay.append(finding)
        else:
            suppressed.append(Suppressed(finding, by))
    uses = tuple((use.suppression, frozenset(use.used)) for of_file in by_path.values() for use in of_file)
    return stay, suppressed, Applied(uses, rules, today)


def _may_be_suppressed(rule: Rule | Kind) -> bool:
    return not rule.binding and (isinstance(rule, Kind) or rule.works_on != "suppressions")


def _last_day(suppression: Suppression) -> date | None:
    """The last day on which it counts; None where `until` is no date."""
    text = suppression.until
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _is_over(suppression: Suppression, today: date) -> bool:
    if not suppression.until:
        return False
    last = _last_day(suppression)
    return last is None or last < today


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FLOW = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - playAudio:
              name: Greeting
              audio:
                tts: Welcome.
          - disconnect:
              none: true
"""
_UNUSED = """\
    - task:
        name: Nights
        refId: Nights_2
        actions:
          - disconnect:
              none: true
"""
_MARK = "    - task:\n        name: Nights"
_TWO = _FLOW + _UNUSED


def _marked(words: str) -> str:
    """A flow with a task that nothing leads to, and a comment above it."""
    return _TWO.replace(_MARK, f"    # ivr: ignore{words}\n{_MARK}")


_SUPPRESSED = _marked("[unused-container] the night service moves in next quarter")


class _SuppressionRule(Rule):
    level = Level.WARNING
    works_on: ClassVar[WorksOn] = "suppressions"
    good = _SUPPRESSED
    source = "Own check: docs/suppressions.md."


class UnusedSuppression(_SuppressionRule):
    id = "suppression-unused"
    summary = "A suppression covers no finding of the rule that it names."
    why = (
        "What it accepted is mended or has moved. Left where it is, it hides the next mistake of that kind from "
        "everybody, and that one nobody has looked at."
    )
    fix = "Remove the rule from the suppression, or move it to the place that it is meant for."
    bad = _FLOW.replace("          - disc", "          # ivr: ignore[dead-end] callers hang up here\n          - disc")
    good = _FLOW

    def check(self, subject: Applied, options: CheckOptions) -> Iterator[Finding]:
        for suppression, used in subject.uses:
            if suppression.problem or not suppression.reason or _is_over(suppression, subject.today):
                continue
            for id_ in suppression.rules:
                rule = subject.rules.get(id_)
                if rule is None or id_ in used or not _may_be_suppressed(rule):
                    continue
                if isinstance(rule, Kind):
                    continue  # whether a call finds it is known only behind the rules, and not in every run
                if rule.works_on == "project" and not options.all_files:
                    continue  # it may need a file that is not part of this run
                off = options.levels.get(id_, rule) is None or (id_ not in options.levels and not rule.enabled)
                why = "the rule is switched off" if off else f"there is no `{id_}` where it counts"
                yield self.at(suppression.location, f"The suppression of `{id_}` is not needed: {why}.")


class ExpiredSuppression(_SuppressionRule):
    id = "suppression-expired"
    summary = "The last day of a suppression has passed, so it does not count any more."
    why = "Somebody accepted the finding for a time, and the time is over: the finding counts again."
    fix = "Mend what the finding says and remove the suppression, or give it a later day and say why."
    bad = _marked("[unused-container] until=2020-12-31 the night service moves in")

    def check(self, subject: Applied, options: CheckOptions) -> Iterator[Finding]:
        for suppression, _ in subject.uses:
            if suppression.problem or not _is_over(suppression, subject.today):
                continue
            if _last_day(suppression) is None:
                yield self.at(
                    suppression.location,
                    f"`until={suppression.until}` is no day, so the suppression does not count.",
                    "Write the last day on which it counts as `until=2027-01-31`.",
                )
            else:
                yield self.at(
                    suppression.location,
                    f"The suppression counted until {suppression.until}; what it covered counts again.",
                )


class SuppressionWithoutReason(_SuppressionRule):
    id = "suppression-without-reason"
    summary = "A suppression gives no reason, so it does not count."
    why = "In a year nobody knows whether callers can live with it, or whether somebody was in a hurry."
    fix = "Say in a few words why the finding is accepted: `# ivr: ignore[rule-id] the reason`."
    bad = _marked("[unused-container]")

    def check(self, subject: Applied, options: CheckOptions) -> Iterator[Finding]:
        for suppression, _ in subject.uses:
            if not suppression.problem and not suppression.reason:
                yield self.at(suppression.location, "The suppression gives no reason, so it does not count.")


class UnknownSuppressedRule(_SuppressionRule):
    id = "suppression-unknown-rule"
    summary = "A suppression names no rule that could be suppressed."
    why = "It has no effect: the finding that it was written for still counts."
    fix = "Name the rule as the finding does; `ivr-action rules` lists them."
    bad = _marked("[unused-task] the night service moves in next quarter")

    def check(self, subject: Applied, options: CheckOptions) -> Iterator[Finding]:
        for suppression, _ in subject.uses:
            if suppression.problem:
                yield self.at(suppression.location, f"The suppression does not count. {suppression.problem}")
            for id_ in suppression.rules:
                rule: Any = subject.rules.get(id_)
                if rule is None:
                    known = [known.id for known in subject.rules.values() if _may_be_suppressed(known)]
                    yield self.at(
                        suppression.location,
                        f"The suppression names `{id_}`, and there is no such rule.",
                        did_you_mean(id_, known, "`ivr-action rules` lists them."),
                    )
                elif not _may_be_suppressed(rule):
                    yield self.at(
                        suppression.location,
                        f"`{id_}` cannot be suppressed in a flow file.",
                        "Remove it from the suppression, and mend what it says.",
                    )


RULES: tuple[Rule, ...] = (
    UnusedSuppression(),
    ExpiredSuppression(),
    SuppressionWithoutReason(),
    UnknownSuppressedRule(),
)
