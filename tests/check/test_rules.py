"""Every rule finds what its bad example shows, is silent on its good one, and says who, why and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr_action.check import RULES, CheckOptions, Rule, check, rule
from ivr_action.check.docs import pages
from ivr_action.check.rule import files_of
from ivr_action.errors import UsageError
from ivr_action.flow.read import read_flow
from ivr_action.model import Finding, Level
from ivr_action.trace import docs
from tests.corpus import ROOT

SUBSTITUTIONS: dict[str, dict[str, str]] = {"undefined-substitution": {"other": "value"}}
each_rule = pytest.mark.parametrize("subject", RULES, ids=[known.id for known in RULES])


def findings(text: str, id_: str) -> tuple[Finding, ...]:
    subject = rule(id_)
    readings = [read_flow(path, body.encode(), SUBSTITUTIONS.get(id_)) for path, body in files_of(text)]
    before = [reading for reading in readings if reading.document.path.startswith("before/")]
    options = CheckOptions(levels={} if subject.enabled else {id_: subject.level}, before=before)
    return check([reading for reading in readings if reading not in before], options).findings


@each_rule
def test_bad_example_is_found(subject: Rule) -> None:
    found = [finding for finding in findings(subject.bad, subject.id) if finding.rule == subject.id]
    assert found, "the rule finds nothing in its own example"
    assert all(finding.level is subject.level for finding in found)
    assert all(finding.location.line is not None for finding in found)


@each_rule
def test_good_example_is_clean(subject: Rule) -> None:
    found = findings(subject.good, subject.id)
    assert [finding for finding in found if finding.rule == subject.id or finding.level is Level.ERROR] == []


@each_rule
def test_messages_say_what_and_what_to_do(subject: Rule) -> None:
    for finding in findings(subject.bad, subject.id):
        assert finding.message.endswith((".", ")")), finding.message
        assert finding.hint, finding.message
        assert "None" not in finding.message
        assert len(finding.message) < 400


@each_rule
def test_rule_explains_itself(subject: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", subject.id)
    for words in (subject.summary, subject.why, subject.fix, subject.source):
        assert words.endswith("."), words
    assert "\n" not in subject.summary
    assert len(subject.summary) < 110


def test_ids_are_unique() -> None:
    assert len({known.id for known in RULES}) == len(RULES)


def test_every_problem_of_a_reader_has_a_rule() -> None:
    """A reader's `Problem("some-rule", …)` that no rule words would be lost."""
    named = set()
    for path in (ROOT / "ivr_action" / "flow").rglob("*.py"):
        named |= set(re.findall(r"Problem\(\s*\"([a-z-]+)\"", path.read_text(encoding="utf-8")))
    assert named
    assert named <= {known.id for known in RULES}


def test_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(UsageError) as raised:
        rule("duplicate-dmtf")
    assert "duplicate-dtmf" in raised.value.hint


def test_pages_are_committed() -> None:
    for path, text in pages().items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is out of date: make generate"
    there = {path.relative_to(ROOT).as_posix() for path in Path(ROOT / "docs" / "rules").glob("*.md")}
    assert there == {*pages(), *docs.pages()}
