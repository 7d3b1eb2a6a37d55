"""A deployment in the step: on a tag, all flows, told and written down; nothing is sent where anything is wrong."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ivr_action.audit.verify import read_lines, verify
from ivr_action.genesys.clock import Clock
from ivr_action.world import Outside
from tests.conftest import Ran
from tests.samples import menu_flow
from tests.step.conftest import FLOW, TAG, Site

NEW = menu_flow().replace("Press one", "Please press one")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def deployed(ran: Ran) -> dict[str, tuple[str, str, str]]:
    """Path → result, version before, version after."""
    return {one["path"]: (one["result"], one["from"], one["to"]) for one in json.loads(ran.outputs["deployed"])}


def records(ran: Ran) -> list[dict[str, Any]]:
    text = (ran.workspace / ran.outputs["audit-log"]).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_tag_deploys_and_says_so(site: Site) -> None:
    site.step.environ |= {"GITHUB_ACTOR": "mona", "GITHUB_RUN_ID": "5", "GITHUB_RUN_ATTEMPT": "2"}
    ran = site.tag(allow_create="true")
    assert ran.status == 0, ran.out
    assert deployed(ran) == {FLOW: ("created", "", "1.0")}
    assert ran.outputs["version"] == site.version() == "1.0"
    assert "The tag `v1` deploys to `test`." in ran.out
    assert "Waiting" in ran.out  # what it waits for, and how long
    assert "::group::Main line (flows/main.yaml): created, none → 1.0" in ran.out
    assert ran.summary.startswith("## ✅ Deployment to test")
    whole = json.loads((ran.workspace / ran.outputs["deployment-file"]).read_text(encoding="utf-8"))
    assert (whole["exitStatus"], whole["environment"]) == (0, "test")
    assert json.loads(ran.outputs["metrics"])["succeeded"] == 1
    intent, outcome = records(ran)
    assert (intent["phase"], outcome["phase"], outcome["version_after"]) == ("intent", "outcome", "1.0")
    assert (intent["actor"], intent["environment"]) == ("mona", "test")
    assert intent["run"].endswith("/actions/runs/5/attempts/2")
    assert intent["commit"] == site.repository.git("rev-parse", "HEAD")


def test_a_name_turns_no_line_of_the_log_around(site: Site) -> None:
    site.commit({FLOW: menu_flow("Main \u202eenil")})
    ran = site.tag(allow_create="true")
    assert ran.status == 0, ran.out
    assert "`Main \\u202eenil`: created as version 1.0" in ran.out
    turned = [line for line in ran.out.splitlines() if "\u202e" in line]
    assert all(line.startswith("Audit ") for line in turned)  # as they are in the file: a witness changes nothing


def test_unchanged_stays_and_what_changed_is_kept_before_it_is_replaced(site: Site) -> None:
    first = site.tag(allow_create="true")
    site.commit({"flows/second.yaml": menu_flow("Second"), FLOW: NEW})
    ran = site.tag(allow_create="true", audit_head=first.outputs["audit-head"])
    assert deployed(ran) == {FLOW: ("deployed", "1.0", "2.0"), "flows/second.yaml": ("created", "", "1.0")}
    assert ran.outputs["version"] == ""  # two of them
    (kept,) = (ran.workspace / ".ivr-action/kept").glob("*.json")
    assert "Press one for sales" in kept.read_text(encoding="utf-8")
    with (ran.workspace / ran.outputs["audit-log"]).open("rb") as file:
        checked = verify(read_lines(file))
    assert checked.holds
    assert (checked.lines, str(checked.end)) == (6, ran.outputs["audit-head"])
    again = site.tag()
    assert {result for result, _, _ in deployed(again).values()} == {"unchanged"}


def test_a_deployment_takes_all_flows_not_only_those_that_changed(site: Site) -> None:
    site.commit({"README.md": "x"})
    before = site.repository.git("rev-parse", "HEAD^")
    payload = {"before": before, "after": site.repository.git("rev-parse", "HEAD")}
    ran = site.run("push", payload, command="deploy", allow_create="true")
    assert deployed(ran) == {FLOW: ("created", "", "1.0")}


def test_an_error_in_the_check_stops_it_before_anybody_is_asked(site: Site) -> None:
    site.commit({"flows/broken.yaml": menu_flow("Broken", start="gone")})
    ran = site.tag(allow_create="true", fail_on="never")
    assert (ran.status, deployed(ran)) == (1, {})
    assert len(site.emulator.log) == 0
    assert "The check found 1 error, so nothing was sent" in ran.out
    assert "## ❌ IVR flows: nothing was deployed" in ran.summary


def test_a_colleagues_edit_stops_it_by_name(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.emulator.colleague("publish", "Main line", yaml=menu_flow().replace("nine to leave", "nine to go"))
    site.commit({FLOW: NEW})
    site.emulator.log.clear()
    ran = site.tag()
    assert ran.status == 3
    assert site.writes() == []
    assert deployed(ran) == {FLOW: ("refused", "2.0", "")}
    assert [one["by"] for one in json.loads(ran.outputs["drifted"])] == ["A Colleague"]
    assert [one["by"] for one in json.loads(ran.outputs["conflicts"])] == ["A Colleague"]
    assert "A Colleague" in ran.summary


@pytest.mark.parametrize("organisation", ["", "00000000-0000-4000-8000-000000000000"])
def test_nothing_is_saved_in_an_organisation_that_is_not_the_expected_one(site: Site, organisation: str) -> None:
    real = site.emulator.world.state.organization_id
    config = site.config.replace(f"    organisation: {real}\n", f"    organisation: {organisation}\n")
    site.repository.commit({".ivr-action.yml": config})
    ran = site.tag(allow_create="true")
    assert ran.status in (2, 3)
    assert site.writes() == []
    assert (organisation or real) in ran.out
    assert "## ❌ IVR flows: nothing was deployed" in ran.summary


def test_a_dry_run_does_everything_but_the_writes(site: Site) -> None:
    ran = site.tag(allow_create="true", dry_run="true")
    assert ran.status == 0, ran.out
    assert deployed(ran) == {FLOW: ("dry-run", "", "")}
    assert site.writes() == []
    assert ran.outputs["audit-log"] == ""
    assert not (ran.workspace / ".ivr-action/audit.jsonl").exists()


def test_a_missing_secret_is_no_green_tag(site: Site) -> None:
    site.step.environ["GITHUB_REF"] = TAG
    named = site.step.run("push", environment="test", client_id="x")
    assert named.status == 2
    assert "there are no credentials to do so" in named.out
    unnamed = site.step.run("push")
    assert unnamed.status == 0
    assert "::warning title=ivr-action" in unnamed.out
    assert "Nothing is deployed: the tag `v1` deploys to `test`" in unnamed.out


def test_the_environments_substitutions_are_sent(site: Site) -> None:
    flow = menu_flow().replace("name: Sales\n          - menuD", 'name: "{{queue}}"\n          - menuD')
    there = f"{site.config}    substitutions: {{queue: Service}}\n"
    site.repository.commit({FLOW: flow, ".ivr-action.yml": there})
    ran = site.tag(allow_create="true")
    assert ran.status == 0, ran.out
    assert deployed(site.tag()) == {FLOW: ("unchanged", "1.0", "")}
    site.repository.commit({".ivr-action.yml": there.replace("Service", "Nowhere")})
    missing = site.tag()
    assert missing.status == 3
    assert "title=missing-reference,file=flows/main.yaml,line=17," in missing.out
    assert "Nowhere" in missing.out


def test_no_placeholder_is_ever_sent(site: Site) -> None:
    site.commit({FLOW: menu_flow().replace("Press one", "Welcome to {{company}}. Press one")})
    ran = site.tag(allow_create="true")
    assert ran.status == 1
    assert "title=undefined-substitution,file=flows/main.yaml,line=10," in ran.out
    assert len(site.emulator.log) == 0


def test_a_plan_that_was_shown_is_compared_with(site: Site) -> None:
    assert site.tag(allow_create="true").status == 0
    site.commit({FLOW: NEW})
    planned = site.run(command="plan")
    shown = (planned.workspace / planned.outputs["plan-file"]).read_text(encoding="utf-8")
    site.repository.write("shown/plan.json", shown)
    site.commit({FLOW: NEW.replace("nine to leave", "nine to go")})
    ran = site.tag(expected_plan="shown/plan.json")
    assert ran.status == 0, ran.out
    assert "Since the plan: the file of `Main line` is another one." in ran.out
    wrong = site.tag(expected_plan="flows/main.yaml")
    assert wrong.status == 2
    assert "`flows/main.yaml` is no plan of this program" in wrong.out


def test_what_cannot_be_written_afterwards_hides_no_deployment(site: Site) -> None:
    ran = site.tag(allow_create="true", deployment_file="flows")
    assert ran.status == 2
    assert deployed(ran) == {FLOW: ("created", "", "1.0")}
    assert "`flows` cannot be written" in ran.summary.replace("<code>", "`").replace("</code>", "`")


def test_a_failure_of_ours_in_the_middle_hides_no_deployment(site: Site) -> None:
    def now() -> datetime:
        if any(flow.published for flow in site.emulator.world.state.flows.values()):
            raise RuntimeError("no time")  # once it is saved: the record of its end asks for the time
        return datetime(2027, 1, 1, tzinfo=UTC)

    site.edges["outside"] = Outside(clock=lambda stop: Clock(site.time.now, site.time.sleep, stop), now=now)
    ran = site.tag(allow_create="true")
    assert ran.status == 70
    assert deployed(ran) == {FLOW: ("created", "", "1.0")}
    assert "A bug of ours ended it: RuntimeError: no time" in ran.out


# -- told to end ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_wait_in_a_reported_state(site: Site, number: int) -> None:
    site.emulator.fault(method="POST", path="/api/v2/flows/jobs", job={"never_ends": True})
    site.commit({"flows/second.yaml": menu_flow("Second")})
    before = signal.getsignal(number)
    timer = threading.Timer(2.0, signal.raise_signal, (number,))
    timer.start()
    ran = site.tag(allow_create="true")
    timer.join()
    assert signal.getsignal(number) is before
    assert ran.status == 4, ran.out
    results = {path: result for path, (result, _, _) in deployed(ran).items()}
    assert results == {FLOW: "unknown", "flows/second.yaml": "skipped"}
    assert [record["phase"] for record in records(ran)] == ["intent", "outcome"]
    assert "It ended early" in ran.summary


def test_a_signal_is_heard_while_the_platform_does_not_answer(site: Site) -> None:
    site.emulator.fault(method="POST", path="/api/v2/flows/jobs", delay=100_000)
    timer = threading.Timer(2.0, signal.raise_signal, (signal.SIGTERM,))
    timer.start()
    ran = site.tag(allow_create="true")
    timer.join()
    assert ran.status == 4, ran.out
    assert deployed(ran) == {FLOW: ("unknown", "", "")}
    assert "the platform had not answered yet" in ran.out
    assert [record["phase"] for record in records(ran)] == ["intent"]  # its end is open, and the log says so
    assert ran.outputs["audit-head"].startswith("1:")


# -- webhooks -------------------------------------------------------------------------------------------------------


@contextmanager
def receiver(status: int) -> Iterator[tuple[str, list[tuple[dict[str, str], Any]]]]:
    """Takes webhooks on loopback."""
    got: list[tuple[dict[str, str], Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/T0P5ECRET", got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_webhook_is_told_and_its_result_is_an_output(site: Site) -> None:
    with receiver(204) as (url, got):
        ran = site.tag(
            allow_create="true", webhook_urls=url, webhook_secret=SECRET, webhook_allow_private="true"
        )  # fmt: skip
    assert ran.status == 0, ran.out
    ((headers, body),) = got
    assert (body["status"], body["version"], body["name"]) == ("success", "1.0", "Main line")
    assert body["flow_id"] == site.emulator.flow("Main line").id
    assert headers["webhook-signature"].startswith("v1,")
    (delivery,) = json.loads(ran.outputs["webhooks"])
    assert (delivery["result"], delivery["status"], delivery["payload"]["version"]) == ("delivered", 204, "1.0")
    unmasked = "".join(line for line in ran.out.splitlines() if not line.startswith("::add-mask::"))
    assert "T0P5ECRET" not in unmasked + ran.summary + json.dumps(ran.outputs)
    assert SECRET not in unmasked + ran.summary + json.dumps(ran.outputs)


@pytest.mark.parametrize(("failure", "status"), [("warn", 0), ("error", 1)])
def test_a_webhook_that_nobody_takes_undoes_nothing(site: Site, failure: str, status: int) -> None:
    with receiver(400) as (url, _):
        ran = site.tag(
            allow_create="true", webhook_urls=url, webhook_allow_private="true", webhook_failure=failure
        )  # fmt: skip
    assert ran.status == status, ran.out
    assert site.version() == "1.0"
    assert deployed(ran) == {FLOW: ("created", "", "1.0")}
    assert "Webhooks that were not delivered: 1 of 1, to `127.0.0.1:" in ran.out


def test_a_webhook_that_cannot_be_used_is_known_before_anything_is_sent(site: Site) -> None:
    ran = site.tag(allow_create="true", webhook_urls="http://hooks.example.com/x")
    assert (ran.status, len(site.emulator.log)) == (2, 0)
    assert "must be https" in ran.out
