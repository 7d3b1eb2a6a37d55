"""The examples: compiled, checked, called by their own scenarios, and published."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from ivr_action.check import check
from ivr_action.compile import compile_flow
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.model import Level
from ivr_action.model.deployment import Result
from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.node_graph import NodeGraphMachine
from ivr_action.trace.run import run_scenario
from ivr_action.trace.scenario import read_scenario
from tests.compile.graphs import architect, graphs
from tests.deploy.bench import serving

EXAMPLES = Path(__file__).parents[2] / "examples"
FLOWS = {
    "main-menu": ("flows/main-menu.yaml", "scenarios/main-menu.yaml"),
    "payment": ("flows/payment.json", "scenarios/payment.yaml"),
    "appointment": ("flows/appointment.yaml", "scenarios/appointment.yaml"),
    "appointment in JSON": ("flows/appointment.json", "scenarios/appointment.yaml"),
}
PROMPTS = [
    *(f"main_{name}" for name in ("welcome", "menu", "menu_again", "closed", "emergency", "transfer_failed")),
    *(f"pay_{name}" for name in ("greeting", "ask_invoice", "ask_invoice_again", "confirm", "nothing_due")),
    *(f"appt_{name}" for name in ("reminder", "choose", "thanks")),
]
COMPILE = partial(compile_flow, prompts={name: name for name in PROMPTS})


def source(path: str) -> NodeGraphFlow:
    found = read_flow(path, (EXAMPLES / path).read_bytes()).flow
    assert isinstance(found, NodeGraphFlow)
    return found


@pytest.mark.parametrize("name", FLOWS)
def test_an_example_is_compiled_and_passes_the_rules(name: str) -> None:
    made = COMPILE(source(FLOWS[name][0]))
    assert [problem for problem in made.problems if problem.level is Level.ERROR] == []
    found = check([read_flow("flow.yaml", made.yaml.encode())]).findings
    assert [finding.message for finding in found if finding.level is not Level.NOTE] == []


@pytest.mark.parametrize("name", FLOWS)
def test_the_calls_of_its_scenarios_end_alike(name: str) -> None:
    path, scenario = FLOWS[name]
    flow = source(path)
    made = architect(COMPILE(flow))
    said = (EXAMPLES / scenario).read_bytes()
    ours = said.replace(
        b"variables: { tier:", b"variables: { Flow.tier:"
    )  # a variable goes by another name in Architect
    before = run_scenario(read_scenario(scenario, said), NodeGraphMachine(flow), flow)
    after = run_scenario(read_scenario(scenario, ours), ArchitectMachine(made), made)
    assert all(result.passed for result in before)
    ends = [[(one.name, one.trace.ending, one.trace.target) for one in results] for results in (before, after)]
    assert ends[0] == ends[1]


def test_yaml_and_json_are_compiled_to_the_same() -> None:
    assert COMPILE(source("flows/appointment.json")).yaml == COMPILE(source("flows/appointment.yaml")).yaml


ORGANISATION = f"""\
emulator: 1
organization: Acme
prompts: [{", ".join(PROMPTS)}]
queues: [Sales, Support, Front desk, Billing, Appointments]
schedule_groups: [Office hours]
data_actions: [{{name: Find Invoice, category: Billing}}, {{name: Confirm Appointment, category: Scheduling}}]
"""
SECURE = """\
secureCall:
  name: Secure payment
  startUpRef: /secureCall/tasks/task[Pay]
  tasks:
    - task:
        name: Pay
        actions:
          - disconnect:
              name: Bye
"""


@pytest.mark.parametrize("name", FLOWS)
def test_an_example_is_published_and_then_unchanged(name: str, tmp_path: Path) -> None:
    (tmp_path / "organisation.yaml").write_text(ORGANISATION)
    (tmp_path / "secure.yaml").write_text(SECURE)
    path = FLOWS[name][0]
    with serving() as serve:
        bench = serve(tmp_path / "organisation.yaml", tmp_path / "secure.yaml")
        bench.more["compile"] = COMPILE
        bench.repository.add({path: (EXAMPLES / path).read_text()})
        first = bench.deployed(allow_create=True)
        assert (first.result, first.message) == (Result.CREATED, "")
        assert bench.deployed().result is Result.UNCHANGED


_ANY = f"""\
emulator: 1
organization: Acme
queues: [Box, {", ".join(f"Queue {number}" for number in range(15))}]
schedule_groups: [Hours]
data_tables: [Rows]
data_actions: [{{name: Find, category: Billing}}]
"""


def test_generated_graphs_are_published_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "organisation.yaml").write_text(_ANY)
    (tmp_path / "other.yaml").write_text(SECURE.replace("secureCall", "inboundCall").replace("Secure payment", "Other"))
    with serving() as serve:
        bench = serve(tmp_path / "organisation.yaml", tmp_path / "other.yaml")
        bench.more["compile"] = compile_flow

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
        @given(source=graphs())
        def publish(source: NodeGraphFlow) -> None:
            assume(compile_flow(source).yaml)
            bench.repository.add({"flows/line.json": source.document.text})
            sent = bench.deployed(allow_create=True)
            assert sent.result in (Result.CREATED, Result.DEPLOYED, Result.UNCHANGED), sent.message
            assert bench.deployed().result is Result.UNCHANGED

        publish()
        assert bench.emulator.flow("Line").published
