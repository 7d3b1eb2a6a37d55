"""JUnit XML: what test reporters count, name and link to."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_action.model import CheckedFlow, Level, Report
from ivr_action.report import Look, render
from tests.samples import finding, hostile_report

GOOD = CheckedFlow("flows/good.yaml", "Main line", "inboundCall", "architect-yaml")
BAD = CheckedFlow("flows/a.yaml", "Broken", "inboundCall", "architect-yaml", valid=False)


def parsed(report: Report, fail_on: str = "error") -> ElementTree.Element:
    return ElementTree.fromstring(render("junit", report, Look("1.2.3", fail_on=fail_on)))


def suite_of(root: ElementTree.Element, path: str) -> ElementTree.Element:
    return next(suite for suite in root if suite.get("name") == path)


def test_a_flow_without_a_finding_is_one_case_that_passed() -> None:
    root = parsed(Report((GOOD,), ()))
    (suite,) = root
    (case,) = suite
    assert (suite.tag, suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "testsuite", "flows/good.yaml", "1", "0",
    )  # fmt: skip
    assert (case.tag, case.get("name"), case.get("classname"), case.get("file")) == (
        "testcase", "inboundCall Main line", "flows/good.yaml", "flows/good.yaml",
    )  # fmt: skip
    assert len(case) == 0


def test_a_finding_that_fails_the_run_is_a_case_with_one_failure_and_its_place() -> None:
    found = finding("No start.", rule="no-start", node="task/Main", line=7)
    root = parsed(Report((BAD, GOOD), (found,)))
    (case,) = suite_of(root, "flows/a.yaml")
    (failure,) = case
    assert (case.get("name"), case.get("line"), case.get("file")) == ("no-start: task/Main", "7", "flows/a.yaml")
    assert (failure.tag, failure.get("message"), failure.get("type")) == ("failure", "No start.", "error: no-start")
    assert failure.text == "flows/a.yaml:7:5 error no-start: No start.\nMend it."
    assert (root.get("tests"), root.get("failures")) == ("2", "1")


def test_a_finding_without_a_line_has_no_line() -> None:
    (case,) = suite_of(parsed(Report((BAD,), (finding(line=None, pointer="/a/0"),))), "flows/a.yaml")
    assert (case.get("name"), case.get("line")) == ("some-rule: /a/0", None)


@pytest.mark.parametrize(("fail_on", "failures"), [("error", 1), ("warning", 2), ("note", 3), ("never", 0)])
def test_failures_are_what_fails_the_run_and_the_rest_is_still_told(fail_on: str, failures: int) -> None:
    findings = tuple(finding(f"{level} here.", level, node=level) for level in Level)
    suite = suite_of(parsed(Report((BAD,), findings), fail_on), "flows/a.yaml")
    assert len(suite.findall("testcase/failure")) == failures == int(suite.get("failures", ""))
    assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
    told = suite.findtext("system-out") or ""
    assert [f"{level} here." in told for level in Level] == [number >= failures for number in range(3)]


def test_cases_of_a_file_have_different_names_that_do_not_change_with_lines() -> None:
    def names(lines: tuple[int, ...]) -> list[str | None]:
        found = tuple(finding(line=line, node="n") for line in lines)
        return [case.get("name") for case in suite_of(parsed(Report((BAD,), found)), "flows/a.yaml")]

    assert names((3, 4, 5)) == ["some-rule: n", "some-rule: n (2)", "some-rule: n (3)"] == names((13, 14, 15))


def test_a_finding_in_a_file_that_is_no_flow_of_the_report_is_not_lost() -> None:
    root = parsed(Report((GOOD,), (finding(path="gone.yaml"),)))
    assert suite_of(root, "gone.yaml").get("failures") == "1"


def test_hostile_texts_are_xml_that_a_reader_takes() -> None:
    report = hostile_report()
    root = parsed(report, "note")
    assert len(root.findall("testsuite/testcase/failure")) == len(report.findings)
    text = render("junit", report, Look())
    text.encode("utf-8")
    assert not set(text) & set("\x00\x1b\u202e\u200b\u2028\x85")


@given(st.text(st.characters()))
def test_any_text_stays_xml(text: str) -> None:
    report = Report((CheckedFlow(text, text, text),), (finding(text, path=text, node=text, hint=text),))
    assert parsed(report).get("failures") == "1"
    assert parsed(report, "never").get("failures") == "0"
