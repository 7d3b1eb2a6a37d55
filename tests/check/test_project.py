"""The rules across files: each edge in a few small ones."""

from __future__ import annotations

from ivr_action.check import CheckOptions, check
from ivr_action.check.flows import CALLER, MODULE
from ivr_action.check.rule import files_of
from ivr_action.flow.read import read_flow
from ivr_action.model import Finding
from tests.corpus import index, need_corpus

FILES = dict(files_of(CALLER + MODULE))
MAIN, FIND = FILES["flows/main.yaml"], FILES["flows/find-customer.yaml"]


def found(rule: str, *texts: str, options: CheckOptions | None = None) -> list[Finding]:
    readings = [read_flow(f"{number}.yaml", text.encode()) for number, text in enumerate(texts)]
    report = check(readings, options or CheckOptions())
    return [finding for finding in report.findings if finding.rule == rule]


def test_an_unknown_module_is_noted_with_the_near_one() -> None:
    (finding,) = found("unknown-flow", MAIN.replace("Find customer:", "Find costumer:"), FIND)
    assert (finding.location.path, finding.location.line) == ("0.yaml", 12)
    assert finding.hint.startswith("Did you mean `Find customer`?")


def test_one_file_alone_or_only_changed_ones_say_nothing_about_others() -> None:
    wrong = MAIN.replace("Find customer:", "Find costumer:")
    assert found("unknown-flow", wrong) == []
    assert found("unknown-flow", wrong, FIND, options=CheckOptions(all_files=False)) == []


def test_a_flow_of_another_type_is_not_the_one_called() -> None:
    (finding,) = found("unknown-flow", MAIN, FIND.replace("commonModule:", "workflow:"))
    assert finding.hint == "There is a flow of that name, of the type `workflow`."


def test_names_compare_without_case_and_templates_are_left_alone() -> None:
    assert found("unknown-flow", MAIN.replace("Find customer:", "find CUSTOMER:"), FIND) == []
    assert found("unknown-flow", MAIN.replace("Find customer:", '"{{module}}":'), FIND) == []


def test_a_module_whose_name_is_a_template_may_be_the_one() -> None:
    wrong = MAIN.replace("Find customer:", "Find costumer:")
    template = FIND.replace("Find customer", '"{{module}}"')
    assert found("unknown-flow", wrong, FIND, template) == []
    assert len(found("unknown-flow", wrong, FIND, template.replace("commonModule:", "workflow:"))) == 1


def test_a_misspelt_input_is_an_error_at_its_place() -> None:
    (finding,) = found("module-contract", MAIN.replace("Common.number:", "Common.numbr:"), FIND)
    assert (finding.level, finding.location.line) == ("error", 15)
    assert finding.hint.startswith("Did you mean `Common.number`?")


def test_an_output_taken_from_an_input_names_the_declaration() -> None:
    (finding,) = found("module-contract", MAIN.replace("Common.customer:", "Common.number:"), FIND)
    assert "but not as an output" in finding.message
    assert [place.path for place in finding.related] == ["1.yaml"]


def test_a_pinned_version_is_not_compared_with_a_newer_file() -> None:
    wrong = MAIN.replace("Common.number:", "Common.phone:")
    assert len(found("module-contract", wrong, FIND)) == 1
    assert found("module-contract", wrong.replace("ver_latestPublished", "ver_2.0"), FIND) == []


def test_two_modules_of_one_name_are_both_asked() -> None:
    other = FIND.replace("Common.number", "Common.phone")
    assert found("module-contract", MAIN.replace("Common.number:", "Common.phone:"), FIND, other) == []
    assert len(found("module-contract", MAIN.replace("Common.number:", "Common.fax:"), FIND, other)) == 1


def test_a_new_input_without_a_value_is_noted_at_the_call() -> None:
    more = FIND.replace(
        "  variables:\n", "  variables:\n    - stringVariable: {name: Common.language, isInput: true}\n", 1
    )
    (finding,) = found("input-not-passed", MAIN, more)
    assert "`Common.language`" in finding.message
    filled = more.replace("isInput: true}", "isInput: true, initialValue: {lit: en}}")
    assert found("input-not-passed", MAIN, filled) == []


def test_a_task_of_the_same_flow_has_a_contract_too() -> None:
    text = """\
inboundCall:
  name: Support
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task:
        name: Main
        refId: Main_1
        actions:
          - callTask:
              targetTaskRef: /inboundCall/tasks/task[Sub_2]
              inputs: {Task.number: {exp: Call.Ani}}
          - disconnect: {none: true}
    - task:
        name: Sub
        refId: Sub_2
        variables:
          - stringVariable: {name: Task.number, isInput: true}
        actions:
          - endTask: {outputPath: {name: default}}
"""
    assert found("module-contract", text) == []
    (finding,) = found("module-contract", text.replace("inputs: {Task.number", "inputs: {Task.phone"))
    assert "The task `Sub` has no input `Task.phone`." in finding.message


def test_the_same_name_is_a_duplicate_only_for_the_same_type_and_format() -> None:
    (finding,) = found("duplicate-flow", FIND, MAIN, FIND.replace("Find customer", "FIND customer"))
    assert (finding.location.path, [place.path for place in finding.related]) == ("2.yaml", ["0.yaml"])
    assert found("duplicate-flow", FIND, FIND.replace("commonModule:", "workflow:")) == []
    assert found("duplicate-flow", *[FIND.replace("Find customer", '"{{name}}"')] * 2) == []


def calling(name: str, *others: str) -> str:
    calls = "".join(
        f"    - callCommonModule: {{commonModule: {{{other}: {{ver_latestPublished: {{}}}}}}}}\n" for other in others
    )
    end = "    - endTask: {outputPath: {name: default}}\n"
    return f"commonModule:\n  name: {name}\n  startUpTaskActions:\n{calls}{end}"


def test_a_circle_of_modules_is_named_once() -> None:
    (finding,) = found("cyclic-modules", calling("A", "B"), calling("B", "C"), calling("C", "A"), calling("D", "A"))
    assert "`A` → `B` → `C` → `A`" in finding.message
    assert finding.location.path == "0.yaml"


def test_calls_that_only_lead_on_are_no_circle() -> None:
    assert found("cyclic-modules", calling("A", "B", "C"), calling("B", "C"), calling("C")) == []


def test_a_transfer_back_is_no_circle() -> None:
    text = """\
inboundCall:
  name: {}
  startUpRef: /inboundCall/tasks/task[Main_1]
  tasks:
    - task: {{name: Main, refId: Main_1, actions: [transferToFlow: {{targetFlow: {{name: {}}}}}]}}
"""
    assert found("cyclic-modules", text.format("A", "B"), text.format("B", "A")) == []


def test_published_flows_keep_their_contracts() -> None:
    """Callers and the bots and modules they call, from one repository each: they were published together."""
    folder = need_corpus()
    by_repository: dict[str, list[str]] = {}
    for name, row in index().items():
        by_repository.setdefault(row["repository"], []).append(name)
    broken = set()
    for names in by_repository.values():
        report = check([read_flow(name, (folder / name).read_bytes()) for name in names])
        for finding in report.findings:
            if finding.rule in ("module-contract", "input-not-passed", "cyclic-modules", "duplicate-flow"):
                broken.add((finding.rule, finding.location.path.rpartition("/")[2]))
    assert broken == {("duplicate-flow", "callflow.fixtures.yaml")}  # a copy for tests, beside the flow itself
