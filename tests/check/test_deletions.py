"""Flows that a change takes away, and the rules across files where only some files are checked."""

from __future__ import annotations

from ivr_action.check import CheckOptions, check
from ivr_action.check.flows import CALLER, MODULE
from ivr_action.check.rule import files_of
from ivr_action.flow.read import Reading, read_flow
from ivr_action.model import Finding

[(MAIN, CALLER_TEXT)] = files_of(CALLER)
[(FIND, MODULE_TEXT)] = files_of(MODULE)


def reading(path: str, text: str) -> Reading:
    return read_flow(path, text.encode())


def found(id_: str, *readings: Reading, options: CheckOptions) -> list[Finding]:
    return [finding for finding in check(readings, options).findings if finding.rule == id_]


def deleted(*readings: Reading, before: Reading) -> list[str]:
    return [
        finding.message for finding in found("deleted-flow-called", *readings, options=CheckOptions(before=[before]))
    ]


def test_a_deleted_module_that_is_still_called_is_found_at_the_call() -> None:
    [finding] = found(
        "deleted-flow-called", reading(MAIN, CALLER_TEXT), options=CheckOptions(before=[reading(FIND, MODULE_TEXT)])
    )
    assert "`flows/find-customer.yaml`, which defined it, is gone" in finding.message
    assert finding.location.line is not None
    assert CALLER_TEXT.splitlines()[finding.location.line - 1].strip() == "Find customer:"


def test_a_module_that_gets_another_name_is_gone_too() -> None:
    renamed = reading(FIND, MODULE_TEXT.replace("name: Find customer", "name: Find client"))
    [message] = deleted(reading(MAIN, CALLER_TEXT), renamed, before=reading(FIND, MODULE_TEXT))
    assert "gives it another name or type" in message


def test_a_file_that_moves_takes_nothing_away() -> None:
    moved = reading("elsewhere/find.yaml", MODULE_TEXT)
    assert deleted(reading(MAIN, CALLER_TEXT), moved, before=reading(FIND, MODULE_TEXT)) == []


def test_another_flow_of_that_name_is_not_meant() -> None:
    assert (
        deleted(reading(MAIN, CALLER_TEXT), before=reading("flows/x.yaml", "inboundCall:\n  name: Find customer\n"))
        == []
    )


def test_a_call_by_a_template_is_no_certain_call() -> None:
    caller = reading(MAIN, CALLER_TEXT.replace("Find customer:", '"{{name}}":'))
    assert deleted(caller, before=reading(FIND, MODULE_TEXT)) == []


def test_a_changed_caller_is_judged_by_a_module_that_is_not_checked() -> None:
    wrong = reading(MAIN, CALLER_TEXT.replace("Common.number", "Common.nummer"))
    options = CheckOptions(others=[reading(FIND, MODULE_TEXT)])
    report = check([wrong], options)
    assert "Common.nummer" in " ".join(finding.message for finding in report.findings)
    assert [flow.path for flow in report.flows] == [MAIN]
    assert found("unknown-flow", wrong, options=options) == []


def test_what_is_wrong_among_the_others_alone_is_not_told() -> None:
    twins = [reading(f"flows/{name}.yaml", MODULE_TEXT) for name in ("a", "b")]
    fine = reading(MAIN, CALLER_TEXT.replace("Find customer", "Something"))
    assert found("duplicate-flow", fine, options=CheckOptions(others=twins)) == []


def test_a_finding_in_another_file_checks_that_file_too() -> None:
    changed, other = reading("flows/a.yaml", MODULE_TEXT), reading("flows/b.yaml", MODULE_TEXT)
    report = check([changed], CheckOptions(others=[other]))
    both = check([changed, other])
    assert report == both
    assert [finding.location.path for finding in report.findings if finding.rule == "duplicate-flow"] == [
        "flows/b.yaml"
    ]


def test_a_suppression_in_another_file_counts() -> None:
    accepted = MODULE_TEXT.replace(
        "  name: Find", "  # ivr: ignore[duplicate-flow] an organisation of its own\n  name: Find"
    )
    options = CheckOptions(others=[reading("flows/b.yaml", accepted)])
    report = check([reading("flows/a.yaml", MODULE_TEXT)], options)
    assert [finding.rule for finding in report.findings if "flow" in finding.rule] == []
    assert [item.finding.rule for item in report.suppressed] == ["duplicate-flow"]
