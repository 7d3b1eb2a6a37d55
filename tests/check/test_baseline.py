"""The baseline: what it knows, what is new, and that it only shrinks."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from ivr_action.check.baseline import (
    SCHEMA,
    Baseline,
    apply_baseline,
    compare,
    growth,
    parse_baseline,
    render_baseline,
    renewed,
)
from ivr_action.errors import UsageError
from ivr_action.model import CheckedFlow, Finding, Level, Report
from tests.samples import finding

A, B = "flows/a.yaml", "flows/b.yaml"


def report_of(*findings: Finding, paths: tuple[str, ...] = (A, B)) -> Report:
    invalid = {found.location.path for found in findings if found.level is Level.ERROR}
    flows = tuple(CheckedFlow(path, valid=path not in invalid) for path in paths)
    return Report(flows, tuple(sorted(findings, key=lambda found: found.order)))


def baseline_of(*findings: Finding) -> Baseline:
    everything = compare(report_of(*findings), Baseline(), exists)
    return Baseline("known.json", renewed(everything, grow=True))


def exists(path: str) -> bool:
    return path in (A, B)


def test_what_is_known_does_not_count() -> None:
    known, new = finding("`a` is wrong."), finding("`b` is wrong.", path=B)
    compared = compare(report_of(known, new), baseline_of(known), exists)
    report = apply_baseline(report_of(known, new), compared)
    assert (report.findings, report.known) == ((new,), (known,))
    assert [flow.valid for flow in report.flows] == [True, False]


def test_a_known_finding_may_move() -> None:
    moved = replace(finding(), location=replace(finding().location, line=99))
    assert compare(report_of(moved), baseline_of(finding()), exists).new == ()


def test_one_more_of_the_same_is_new() -> None:
    twice = (finding(line=3), finding(line=9))
    compared = compare(report_of(*twice, finding(line=20)), baseline_of(*twice), exists)
    assert [found.location.line for found in compared.new] == [20]
    assert compared.gone == ()


@pytest.mark.parametrize(
    "other",
    [finding(rule="other"), finding(node="task/Main/x"), finding("`b` is wrong."), finding(path=B)],
    ids=["rule", "node", "message", "path"],
)
def test_another_finding_is_new(other: Finding) -> None:
    assert compare(report_of(other), baseline_of(finding()), exists).new == (other,)


def test_another_level_is_not_another_finding() -> None:
    assert compare(report_of(finding(level=Level.NOTE)), baseline_of(finding()), exists).new == ()


def test_what_occurs_no_longer_is_gone_and_is_removed() -> None:
    compared = compare(report_of(finding()), baseline_of(finding(line=1), finding(line=2), finding(rule="b")), exists)
    assert [(entry.rule, entry.count) for entry in compared.gone] == [("b", 1), ("some-rule", 1)]
    assert [(entry.rule, entry.count) for entry in renewed(compared, grow=False)] == [("some-rule", 1)]


def test_it_grows_only_where_somebody_says_so() -> None:
    compared = compare(report_of(finding(), finding(rule="b")), baseline_of(finding()), exists)
    assert [entry.rule for entry in renewed(compared, grow=False)] == ["some-rule"]
    assert [entry.rule for entry in renewed(compared, grow=True)] == ["b", "some-rule"]


def test_files_that_were_not_checked_keep_their_entries() -> None:
    baseline = baseline_of(finding(), finding(path=B))
    compared = compare(report_of(paths=(A,)), baseline, exists)
    assert [entry.path for entry in compared.gone] == [A]
    assert [entry.path for entry in renewed(compared, grow=False)] == [B]


def test_a_deleted_file_is_gone() -> None:
    compared = compare(report_of(paths=(A,)), baseline_of(finding(path="flows/old.yaml")), exists)
    assert [entry.path for entry in compared.gone] == ["flows/old.yaml"]


def test_a_renamed_file_keeps_its_entries() -> None:
    baseline = baseline_of(finding(path="flows/old.yaml"), finding(path="flows/old.yaml", rule="b"))
    moved = finding(path=B)
    compared = compare(report_of(moved, finding(path=B, rule="c")), baseline, exists)
    assert [found.rule for found in compared.new] == ["c"]
    assert [(entry.path, entry.rule) for entry in renewed(compared, grow=False)] == [(B, "some-rule")]
    assert [entry.rule for entry in compared.gone] == ["b"]


def test_a_copy_of_a_file_is_new() -> None:
    compared = compare(report_of(finding(), finding(path=B)), baseline_of(finding()), exists)
    assert [found.location.path for found in compared.new] == [B]


def test_a_renamed_file_takes_its_entries_once() -> None:
    baseline = baseline_of(finding(path="flows/old.yaml"))
    compared = compare(report_of(finding(), finding(path=B)), baseline, exists)
    assert [found.location.path for found in compared.new] == [B]


def test_a_file_that_cannot_be_read_is_never_accepted() -> None:
    unreadable = finding(rule="unreadable-file")
    never = frozenset(("unreadable-file",))
    compared = compare(report_of(unreadable), baseline_of(unreadable), exists, never)
    assert compared.new == (unreadable,)
    assert renewed(compared, grow=True, never=never) == ()


# -- the file


def test_it_is_written_as_it_is_read() -> None:
    baseline = baseline_of(finding('`ü` \ud800 "x"'), finding(line=9), finding(line=10), finding(path=B))
    text = render_baseline(baseline, "1.2.3")
    read = parse_baseline("known.json", text.encode())
    assert [(entry.path, entry.count, entry.fingerprint) for entry in read.entries] == [
        (entry.path, entry.count, entry.fingerprint) for entry in baseline.entries
    ]
    content = json.loads(text)
    assert (content["schema"], content["tool"]["version"]) == (SCHEMA, "1.2.3")


def test_the_published_schema_describes_it() -> None:
    schema = json.loads(files("ivr_action").joinpath("schema/baseline-1.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate(json.loads(render_baseline(baseline_of(finding(), finding(path=B)), "1.2.3")))
    assert not validator.is_valid(json.loads(NO_COUNT))


def test_each_entry_is_a_line_in_order() -> None:
    text = render_baseline(Baseline("", baseline_of(finding(path=B), finding()).entries[::-1]), "1")
    lines = [line for line in text.splitlines() if '"path"' in line]
    assert [json.loads(line.rstrip(","))["path"] for line in lines] == [A, B]


def test_an_empty_one_is_json_too() -> None:
    assert parse_baseline("x", render_baseline(Baseline(), "1").encode()).entries == ()


def test_the_same_entry_twice_counts_twice() -> None:
    """As a merge of two branches leaves it."""
    (entry,) = baseline_of(finding()).entries
    assert compare(report_of(finding(line=1), finding(line=2)), Baseline("x", (entry, entry)), exists).new == ()


def test_growth_counts_findings() -> None:
    before = baseline_of(finding(line=1), finding(line=2), finding(rule="b"))
    after = baseline_of(finding(), finding(rule="c"), finding(rule="d"))
    assert growth(before, after) == (2, 2)
    assert growth(before, before) == (0, 0)


NO_COUNT = json.dumps(
    {
        "schema": "urn:ivr-action:schema:baseline:1.7",
        "findings": [{"path": "a", "rule": "b", "message": "c", "fingerprint": "d", "count": 0}],
    }
).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b"{\n<<<<<<< HEAD\n=======\n>>>>>>> topic\n}", "merge conflict on line 2"),
        (b"[]", "`schema`"),
        (b'{"schema": "urn:ivr-action:schema:baseline:2.0", "findings": []}', "`schema`"),
        (b'{"schema": "urn:ivr-action:schema:baseline:1.0"}', "no list `findings`"),
        (b'{"schema": "urn:ivr-action:schema:baseline:1.0", "findings": [{"path": "a"}]}', "Entry 1"),
        (NO_COUNT, "Entry 1"),
    ],
)
def test_what_is_no_baseline_is_said(content: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        parse_baseline("known.json", content)
    assert "known.json" in str(caught.value)
