"""Plan, deploy, drift, restore and pull from the terminal, against an emulated organisation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ivr_action.cli import main
from ivr_action.emulator import Emulator, ScaledTime
from ivr_action.genesys.clock import Clock
from ivr_action.world import Outside
from tests.conftest import Repository
from tests.samples import menu_flow

FLOW = "flows/main.yaml"
NEW = menu_flow().replace("Press one", "Please press one")


class Typed(StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


@dataclass
class Ran:
    status: int
    out: str
    err: str


@dataclass
class Terminal:
    """The command line in a repository, and the organisation that it leads to."""

    emulator: Emulator
    repository: Repository
    time: ScaledTime

    def run(self, *arguments: str, typed: str | None = None, **environ: str) -> Ran:
        given = {
            "PATH": os.environ["PATH"],
            "IVR_ACTION_CLIENT_ID": self.emulator.client_id,
            "IVR_ACTION_CLIENT_SECRET": self.emulator.client_secret,
            "IVR_ACTION_API_URL": self.emulator.api_url,
            "IVR_ACTION_LOGIN_URL": self.emulator.login_url,
        }
        out, err = StringIO(), StringIO()
        outside = Outside(clock=lambda stop: Clock(self.time.now, self.time.sleep, stop))
        stdin = StringIO() if typed is None else Typed(typed)
        status = main(arguments, environ=given | environ, stdout=out, stderr=err, stdin=stdin, outside=outside)
        return Ran(status, out.getvalue(), err.getvalue())

    def deploy(self) -> None:
        ran = self.run("deploy", "--yes", "--allow-create")
        assert ran.status == 0, ran.err

    def writes(self) -> list[str]:
        return [str(one) for one in self.emulator.log if one.method != "GET" and not one.path.startswith("/oauth")]


@pytest.fixture
def terminal(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    seed = tmp_path / "organisation.yaml"
    seed.write_text("emulator: 1\norganization: Acme\nqueues: [Sales]\n", encoding="utf-8")
    time = ScaledTime(100)
    with Emulator(seeds=[seed], clock=time.now, pause=time.pause) as emulator:
        config = f"environments:\n  test:\n    organisation: {emulator.world.state.organization_id}\n"
        repository.commit({".ivr-action.yml": config, FLOW: menu_flow()})
        monkeypatch.chdir(repository.folder)
        yield Terminal(emulator, repository, time)


def test_a_plan_goes_to_stdout_and_nothing_else_does(terminal: Terminal) -> None:
    ran = terminal.run("plan", "--allow-create", "--format", "json")
    assert ran.status == 0, ran.err
    plan = json.loads(ran.out)
    assert [(flow["path"], flow["verdict"]) for flow in plan["flows"]] == [(FLOW, "create")]
    schema = StringIO()
    assert main(["schema", "plan"], stdout=schema) == 0
    Draft202012Validator(json.loads(schema.getvalue())).validate(plan)
    assert "The environment is `test`, the only one" in ran.err
    assert terminal.writes() == []
    words = terminal.run("plan", "--allow-create")
    assert words.out.splitlines()[-1].startswith("1 flow would be deployed to test")


def test_a_deployment_asks_after_it_has_shown_the_plan(terminal: Terminal) -> None:
    no = terminal.run("deploy", "--allow-create", typed="n\n")
    assert no.status == 2
    assert no.err.index("1 flow would be deployed to test") < no.err.index("Deploy 1 flow? [y/N]")
    assert "Nothing was sent" in no.err
    assert (no.out, terminal.writes()) == ("", [])
    yes = terminal.run("deploy", "--allow-create", typed="y\n")
    assert yes.status == 0, yes.err
    assert yes.out.splitlines()[-1] == "Exit status 0: every flow is live as the files say."
    again = terminal.run("deploy", typed="")
    assert again.status == 0  # nothing would be saved, so there is nothing to ask
    assert "[y/N]" not in again.err


def test_it_asks_before_it_waits_for_somebody_who_has_a_flow_open(terminal: Terminal) -> None:
    terminal.deploy()
    terminal.emulator.colleague("lock", "Main line")
    terminal.repository.commit({FLOW: NEW})
    before = terminal.writes()
    no = terminal.run("deploy", "--lock-wait", "1m", typed="n\n")
    assert no.status == 2
    assert "Deploy 1 flow, waiting for who has it open? [y/N]" in no.err
    assert terminal.writes() == before
    assert "[y/N]" not in terminal.run("deploy", typed="").err  # refused in any case


@pytest.mark.parametrize("arguments", [("deploy",), ("restore", FLOW, "1.0")])
def test_where_nobody_can_be_asked_it_needs_a_yes(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    ran = terminal.run(*arguments)
    assert (ran.status, ran.out, len(terminal.emulator.log)) == (2, "", 0)
    assert "Add `--yes`" in ran.err


def test_a_dry_run_needs_no_yes_and_saves_nothing(terminal: Terminal) -> None:
    ran = terminal.run("deploy", "--dry-run", "--allow-create", "--format", "json")
    assert ran.status == 0, ran.err
    assert [flow["result"] for flow in json.loads(ran.out)["flows"]] == ["dry-run"]
    assert terminal.writes() == []


def test_errors_in_a_flow_stop_a_deployment(terminal: Terminal) -> None:
    terminal.repository.write("flows/broken.yaml", menu_flow("Broken", start="gone"))
    ran = terminal.run("deploy", "--yes", "--allow-create")
    assert (ran.status, ran.out, len(terminal.emulator.log)) == (1, "", 0)
    assert "flows/broken.yaml:4:" in ran.err
    assert "The check found 1 error, so nothing was sent." in ran.err


def test_named_files_alone_are_deployed(terminal: Terminal) -> None:
    terminal.repository.write("flows/other.yaml", menu_flow("Other"))
    ran = terminal.run("deploy", "flows/other.yaml", "--yes", "--allow-create", "--format=json")
    assert [flow["path"] for flow in json.loads(ran.out)["flows"]] == ["flows/other.yaml"]


def test_drift_and_restore(terminal: Terminal) -> None:
    terminal.deploy()
    terminal.repository.commit({FLOW: NEW})
    terminal.deploy()
    assert terminal.run("drift", "--fail-on-drift").status == 0
    terminal.emulator.colleague("publish", "Main line", yaml=NEW.replace("nine to leave", "nine to go"))
    drifted = terminal.run("drift", "--fail-on-drift")
    assert drifted.status == 1
    assert "1 flow changed by somebody else in test (Acme): Main line (A Colleague changed it)" in drifted.out
    refused = terminal.run("restore", FLOW, "1.0", "--yes")
    assert refused.status == 3
    asked = terminal.run("restore", FLOW, "1.0", "--over-others", typed="y\n")
    assert asked.status == 0, asked.err
    assert "Publish version 1.0 of flows/main.yaml again? [y/N]" in asked.err
    assert "is live again, as version 4.0" in asked.out


def test_pull_prints_a_live_flow_without_the_mark_of_a_deployment(terminal: Terminal) -> None:
    terminal.deploy()
    by_file = terminal.run("pull", FLOW)
    assert by_file.status == 0, by_file.err
    assert "Press one for sales" in by_file.out
    assert "ivr-action:1" not in by_file.out
    assert terminal.run("pull", "Main line").out == terminal.run("pull", terminal.emulator.flow("Main line").id).out
    written = terminal.run("pull", FLOW, "--output", "flows/live.yaml")
    assert (written.status, written.out) == (0, "")
    assert (terminal.repository.folder / "flows/live.yaml").read_text(encoding="utf-8") == by_file.out
    missing = terminal.run("pull", "No such line")
    assert missing.status == 2
    assert "There is no flow `No such line`" in missing.err
    assert terminal.run("validate", "flows/live.yaml").status == 0


def test_the_first_flow_can_be_pulled_into_an_empty_folder(terminal: Terminal) -> None:
    terminal.deploy()
    (terminal.repository.folder / FLOW).unlink()
    ran = terminal.run("pull", "Main line", "--environment", "test")
    assert (ran.status, "inboundCall:" in ran.out) == (0, True)


def test_all_flows_are_pulled_and_the_next_deployment_takes_them_over(terminal: Terminal) -> None:
    terminal.repository.write("flows/more.yaml", menu_flow("Sales & Service"))
    terminal.repository.write("flows/most.yaml", menu_flow("sales - service"))
    terminal.deploy()
    for path in ("flows/more.yaml", "flows/most.yaml"):
        (terminal.repository.folder / path).unlink()
    before = terminal.repository.folder.joinpath(FLOW).read_bytes()
    ran = terminal.run("pull", "--all", "--output", "flows")
    assert (ran.status, ran.out) == (0, ""), ran.err
    assert "Wrote 2 flows; 1 with a file already." in ran.err
    folder = terminal.repository.folder / "flows"
    assert {one.name for one in folder.iterdir()} == {
        "main.yaml", "Sales-Service.yaml", "sales-service-inboundcall.yaml",
    }  # fmt: skip
    assert terminal.repository.folder.joinpath(FLOW).read_bytes() == before
    assert "ivr-action:1" not in (folder / "Sales-Service.yaml").read_text(encoding="utf-8")
    assert "Wrote 0 flows; 3 with a file already." in terminal.run("pull", "--all", "--output", "flows").err
    again = terminal.run("plan")
    assert again.out.splitlines()[-1] == "nothing would be deployed to test (Acme); 3 unchanged"


def test_a_name_sends_the_terminal_nothing(terminal: Terminal) -> None:
    terminal.deploy()
    terminal.emulator.colleague("rename", "Main line", name="Main \x1b[2Jline")
    (terminal.repository.folder / FLOW).unlink()
    ran = terminal.run("pull", "--all")
    assert ran.status == 0
    assert "`Main \\u001b[2Jline` (inboundcall): Main-2Jline.yaml" in ran.err
    assert "\x1b" not in ran.err


def test_what_is_there_is_not_overwritten_by_all_flows_and_what_fails_is_said(terminal: Terminal) -> None:
    terminal.deploy()
    (terminal.repository.folder / FLOW).write_text("no flow", encoding="utf-8")
    terminal.repository.write("Main-line.yaml", "mine")
    ran = terminal.run("pull", "--all")
    assert ran.status == 3
    assert "`Main line` (inboundcall) was not written: There is another file `Main-line.yaml`." in ran.err
    assert "Wrote 0 flows; 1 failed." in ran.err
    assert (terminal.repository.folder / "Main-line.yaml").read_text(encoding="utf-8") == "mine"
    with pytest.raises(SystemExit):
        terminal.run("pull")
    assert terminal.run("pull", "--all", "--version", "1.0").status == 2


def test_a_plan_without_credentials_compares_with_the_commit(terminal: Terminal) -> None:
    terminal.repository.write(FLOW, NEW)
    ran = terminal.run("plan", IVR_ACTION_CLIENT_SECRET="")
    assert ran.status == 0, ran.err
    assert "1 flow would change, compared with the base commit" in ran.out
    assert "Please press one" in ran.out


def test_a_wrong_option_is_named_as_it_was_given(terminal: Terminal) -> None:
    ran = terminal.run("deploy", "--yes", "--lock-wait", "soon")
    assert ran.status == 2
    assert "Option `--lock-wait` is `soon`; accepted: minutes" in ran.err


def test_secrets_are_shown_nowhere(terminal: Terminal) -> None:
    ran = terminal.run("plan", "--allow-create", IVR_ACTION_CLIENT_SECRET="hunter2hunter2", GITHUB_ACTIONS="")
    assert ran.status == 3
    assert "hunter2" not in ran.out + ran.err


def test_deploy_is_refused_on_a_pull_request_from_a_run_step_too(terminal: Terminal) -> None:
    ran = terminal.run("deploy", "--yes", GITHUB_EVENT_NAME="pull_request")
    assert ran.status == 2
    assert "`command: deploy` is refused here" in ran.err
    assert len(terminal.emulator.log) == 0
