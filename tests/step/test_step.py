"""The whole step, in real repositories, with the real rules."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr_action.check import CheckOptions
from ivr_action.flow.read import Reading
from ivr_action.model import Report
from ivr_action.settings import OUTPUTS
from tests.conftest import Repository, Step
from tests.runner.test_log import commands_in
from tests.samples import HOSTILE, menu_flow

BROKEN = menu_flow("Broken line", start="gone")


def test_a_clean_run(repository: Repository, step: Step) -> None:
    repository.commit({"flows/a.yaml": menu_flow()})
    ran = step.run()
    assert ran.status == 0, ran.out
    assert ran.outputs == {
        "valid": "true",
        "error-count": "0",
        "warning-count": "0",
        "changed-flows": '["flows/a.yaml"]',
        "report": ".ivr-action/report.json",
        "sarif-file": ".ivr-action/results.sarif",
        "coverage": '{"flows/a.yaml": {"nodes": 1.0, "transitions": 1.0}}',
        "calls-passed": "5",
        "calls-failed": "0",
        "coverage-file": ".ivr-action/coverage.xml",
        "plan": "[]",
        "plan-file": "",
        "deployed": "[]",
        "deployment-file": "",
        "version": "",
        "conflicts": "[]",
        "drifted": "[]",
        "webhooks": "[]",
        "audit-log": "",
        "audit-head": "",
        "metrics": "{}",
    }
    assert ran.summary.startswith("## ✅ IVR flows: 1 flow checked, nothing found")
    assert "the event <code>workflow&#95;dispatch</code> names no earlier commit" in ran.summary
    assert [flow["valid"] for flow in ran.report()["flows"]] == [True]  # type: ignore[attr-defined]
    assert json.loads((ran.workspace / ran.outputs["sarif-file"]).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert commands_in(ran.out) == []
    assert ran.err == ""


def test_an_error_is_annotated_counted_and_fails(repository: Repository, step: Step) -> None:
    repository.commit({"flows/a.yaml": BROKEN, "flows/b.yaml": menu_flow()})
    ran = step.run()
    assert ran.status == 1
    assert (ran.outputs["valid"], ran.outputs["error-count"]) == ("false", "1")
    errors = [line for line in ran.out.splitlines() if line.startswith("::error ")]
    assert len(errors) == 1
    assert "file=flows/a.yaml,line=4," in errors[0]
    assert "title=dangling-reference" in errors[0]
    assert "/blob/" not in ran.summary  # no GITHUB_SHA here


@pytest.mark.parametrize(("fail_on", "status"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0), ("Never", 0)])
def test_fail_on(repository: Repository, step: Step, fail_on: str, status: int) -> None:
    repository.commit({"a.yaml": BROKEN})
    ran = step.run(fail_on=fail_on)
    assert (ran.status, ran.outputs["valid"]) == (status, "false")


def test_a_note_fails_only_where_notes_do(repository: Repository, step: Step) -> None:
    repository.commit({"a.yaml": menu_flow().replace("Press one", "Welcome to {{company}}. Press one")})
    assert step.run().status == 0
    assert step.run(fail_on="note").status == 1
    assert step.run(fail_on="note", substitutions="company: Acme").status == 0


def test_pull_request_checks_what_it_changed(repository: Repository, step: Step) -> None:
    repository.commit({"flows/old.yaml": BROKEN, "README.md": "x"})
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"flows/new.yaml": menu_flow()})
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message=merge", "topic")
    step.environ["GITHUB_SHA"] = repository.git("rev-parse", "HEAD")
    ran = step.run("pull_request")
    assert (ran.status, ran.outputs["changed-flows"]) == (0, '["flows/new.yaml"]')
    assert "Checked 1 of 2 flow files" in ran.summary
    everything = step.run("pull_request", changed_only="false")
    assert (everything.status, everything.outputs["changed-flows"]) == (1, '["flows/new.yaml"]')
    assert everything.summary.count("```mermaid") == 1


def test_no_flow_changed_is_clean_and_says_so(repository: Repository, step: Step) -> None:
    before = repository.commit({"flows/old.yaml": BROKEN})
    after = repository.commit({"README.md": "x"})
    step.environ |= {"GITHUB_SHA": after, "GITHUB_REF": "refs/heads/main"}
    ran = step.run("push", {"before": before, "after": after})
    assert (ran.status, ran.outputs["valid"], ran.outputs["changed-flows"]) == (0, "true", "[]")
    assert "No flow file changed since" in ran.summary
    assert "No flow file changed since" in ran.out
    assert ran.report()["flows"] == []


def test_where_git_cannot_tell_all_files_are_checked_and_the_summary_says_why(
    repository: Repository, step: Step
) -> None:
    after = repository.commit({"a.yaml": menu_flow()})
    step.environ |= {"GITHUB_SHA": after, "GITHUB_REF": "refs/heads/main"}
    ran = step.run("push", {"before": "1" * 40, "after": after})
    assert ran.status == 0
    assert "Git could not tell what changed, so every flow file was checked" in ran.summary
    assert "fetch-depth" in ran.summary


def test_changed_substitutions_change_every_flow(repository: Repository, step: Step) -> None:
    before = repository.commit({"flows/a.yaml": menu_flow(), "values/dev.yaml": "company: A\n"})
    after = repository.commit({"values/dev.yaml": "company: B\n"})
    step.environ |= {"GITHUB_SHA": after, "GITHUB_REF": "refs/heads/main"}
    payload = {"before": before, "after": after}
    assert step.run("push", payload, substitutions="./values/dev.yaml").outputs["changed-flows"] == '["flows/a.yaml"]'
    assert step.run("push", payload).outputs["changed-flows"] == "[]"


def test_nothing_found_is_never_green_unless_allowed(repository: Repository, step: Step) -> None:
    repository.commit({"README.md": "x"})
    ran = step.run()
    assert (ran.status, ran.outputs["valid"]) == (2, "false")
    assert "No file in the workspace looks like a flow." in ran.summary
    allowed = step.run(allow_empty="true")
    assert (allowed.status, allowed.outputs["valid"]) == (0, "true")
    assert step.run(flows="gone.yaml", allow_empty="true").status == 2


def test_a_match_that_is_no_flow_is_a_finding(repository: Repository, step: Step) -> None:
    repository.commit({"flows/a.yaml": "- just a list\n"})
    ran = step.run(flows="flows/*.yaml")
    assert (ran.status, ran.outputs["error-count"]) == (1, "1")


def test_a_bad_input_is_one_error_with_outputs_and_summary(repository: Repository, step: Step) -> None:
    repository.commit({"a.yaml": menu_flow()})
    ran = step.run(fail_on="fatal")
    assert ran.status == 2
    assert [line for line in commands_in(ran.out) if "accepted: error, warning, note, never" in line]
    assert len(commands_in(ran.out)) == 1
    assert (ran.outputs["valid"], ran.outputs["changed-flows"], ran.outputs["report"]) == ("false", "[]", "")
    assert "not checked" in ran.summary


def test_a_bug_is_70_with_a_short_message_and_a_traceback_only_for_debugging(
    repository: Repository, step: Step
) -> None:
    def check(readings: Sequence[Reading], options: CheckOptions) -> Report:
        raise KeyError("::error::\n##[error]x")

    repository.commit({"a.yaml": menu_flow()})
    ran = step.run_with({"check": check}, "schedule")
    assert (ran.status, ran.err, len(commands_in(ran.out))) == (70, "", 1)
    assert "a bug of its own: KeyError" in ran.out
    step.environ["RUNNER_DEBUG"] = "1"
    ran = step.run_with({"check": check}, "schedule")
    assert "Traceback" in ran.err
    assert commands_in(ran.err) == []


def test_hostile_flows_give_annotations_and_groups_only(repository: Repository, step: Step) -> None:
    for number, text in enumerate(HOSTILE):
        written = text.replace("\ud800", "x")  # UTF-8 has no half of a pair; the JSON below does
        repository.write(f"flows/{number}.yaml", menu_flow(written, start=written))
    nodes = {text: {"type": text, "transitionConditions": [{"condition": text}]} for text in HOSTILE}
    repository.write("flows/graph.json", json.dumps({"name": HOSTILE[2], "startNodeId": HOSTILE[3], "nodes": nodes}))
    if os.name != "nt":
        repository.write("flows/  ::error::x\n##[error]y.yaml", BROKEN)
    ran = step.run()
    assert ran.status == 1
    for line in commands_in(ran.out):
        assert line.startswith(("::error ", "::warning ", "::notice ", "::group::All findings", "::endgroup::")), line
    assert commands_in(ran.err) == []
    assert len(ran.summary.encode()) < 1024 * 1024


def test_names_of_results_are_the_inputs(repository: Repository, step: Step) -> None:
    repository.commit({"a.yaml": menu_flow()})
    ran = step.run(report_file="out/r.json", sarif_file="out/s.sarif", summary="false")
    assert (ran.outputs["report"], ran.outputs["sarif-file"], ran.summary) == ("out/r.json", "out/s.sarif", "")
    assert (ran.workspace / "out/s.sarif").exists()


def test_the_step_works_without_a_runner(repository: Repository, step: Step) -> None:
    repository.commit({"a.yaml": menu_flow()})
    step.environ |= {"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": "", "GITHUB_REPOSITORY": ""}
    assert step.run().status == 0


def test_a_summary_that_cannot_be_written_changes_neither_outputs_nor_status(
    repository: Repository, step: Step
) -> None:
    repository.commit({"a.yaml": BROKEN})
    step.environ["GITHUB_STEP_SUMMARY"] = str(step.scratch / "nowhere" / "summary.md")
    ran = step.run()
    assert ran.status == 1
    assert ran.outputs["error-count"] == "1"
    assert "summary cannot be written: No such file or directory" in ran.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_check_says_so_and_writes_its_outputs(repository: Repository, step: Step, number: int) -> None:
    def check(readings: Sequence[Reading], options: CheckOptions) -> Report:
        signal.raise_signal(number)
        raise AssertionError("not reached")

    repository.commit({"a.yaml": menu_flow()})
    ran = step.run_with({"check": check}, "push")
    assert ran.status == 130
    assert set(ran.outputs) == set(OUTPUTS)
    assert "The run was told to end before it came to a result" in ran.summary


def test_a_check_loads_nothing_that_speaks_to_the_platform(tmp_path: Path) -> None:
    code = (
        "import sys; from ivr_action.step import main; status = main()\n"
        "slow = ('httpx', 'httpcore', 'PureCloudPlatformClientV2', 'starlette', 'uvicorn', 'rfc8785')\n"
        "rooms = ('deploy', 'merge', 'notify', 'audit', 'compile', 'emulator')\n"
        "found = [*slow, *(f'ivr_action.{room}' for room in rooms)]\n"
        "print(status, [name for name in found if name in sys.modules], file=sys.stderr)"
    )
    (tmp_path / "flow.json").write_text(
        '{"type": "inboundCall", "name": "A", "startNodeId": "a", "nodes": {"a": {"type": "disconnect"}}}',
        encoding="utf-8",
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "GITHUB_WORKSPACE": str(tmp_path)}
    environ |= {"INPUT_COMMAND": "validate", "INPUT_FLOWS": "flow.json", "GITHUB_EVENT_NAME": "push"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environ, check=False)
    assert done.stderr.strip().splitlines()[-1] == "0 []", done.stdout
