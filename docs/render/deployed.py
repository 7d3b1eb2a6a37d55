"""A plan and the deployment after it, made from the flows of the examples, and a colleague who came in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ivr_action.check import check
from ivr_action.check.engine import CheckOptions
from ivr_action.flow.difference import difference
from ivr_action.flow.read import Reading, read_flow
from ivr_action.model import Finding, Level, Location
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.plan import Consumer, Plan, PlannedFlow, Route, Verdict
from ivr_action.report import Look, comment, deployment_summary, plan_comment, plan_summary

FLOWS = Path(__file__).parent.parent.parent / "examples" / "flows"
_AT = "https://github.com/example/ivr"
_LOOK = Look(
    "0.1.0", rules_url="https://github.com/ivr-action/ivr-action/blob/v0/docs/rules/", sha="5ac60d2be1",
    blob_url=f"{_AT}/blob/5ac60d2be1/", places="the JSON report (ivr-report.json)",
)  # fmt: skip
_BILLING = """\
  billing:
    id: billing
    type: transferToQueue
    name: To billing
    properties: { queue: Billing }
    transitionConditions:
      - { condition: error, destinationNodeId: sorry }
      - { condition: default, destinationNodeId: goodbye }

  operator:
"""


class _Told(NamedTuple):
    url: str
    event: str
    status: int | None
    result: str
    reason: str = ""


def comment_of_plan() -> str:
    """The comment on the pull request: what the gate found, and the plan."""
    report = check([_main()[1], _payment()[1], _financial()[1], _reminder()], CheckOptions())
    report = replace(
        report, scope="Checked 4 of 4 flow files: they changed since `1d0c3f2`.", alerts=(plan_comment.alert(plan()),)
    )
    run = f"{_AT}/actions/runs/1"
    return comment.render(report, _LOOK, run, below=plan_comment.render(plan(), _LOOK, run))


def summary_of_plan() -> str:
    """The plan in the job summary, where nothing stops."""
    flows = tuple(flow for flow in plan().flows if flow.verdict in (Verdict.UPDATE, Verdict.UNCHANGED))
    return plan_summary.render(replace(plan(), flows=flows), _LOOK)


def summary_of_deployment() -> str:
    """The job summary of the deployment, which a colleague's edit and a queue that is gone stopped in part."""
    told = (
        _Told("hooks.example.org", "deployment.failed", 204, "delivered"),
        _Told("change.example.org", "deployment.failed", 503, "failed", "it answered 503 five times"),
    )
    audit = "4 records in `ivr-audit.jsonl`, head `4:9d1f3c0a77b2`. `ivr-action audit verify` checks them."
    return deployment_summary.render(deployment(), _LOOK, deliveries=told, audit=audit)


def plan() -> Plan:
    """One flow of each kind that people meet."""
    flows = []
    for reading_before, reading in (_main(), _financial(), _payment()):
        before, after = reading_before.flow, reading.flow
        flows.append(
            PlannedFlow(
                reading.document.path, after.name, "inboundcall", Verdict.UPDATE, "5f1c6e0a", "14.0",
                difference(before, after), before=before.graph, after=after.graph, deployed_commit="1d0c3f2a9b",
            )
        )  # fmt: skip
    main, financial, payment = flows
    main = replace(
        main,
        routes=(
            Route("ivr", "Main number", ("+13175550100", "+13175550101"), ("open", "holiday")),
            Route("ivr", "Night line", ("+13175550199",), ("closed",)),
        ),
        consumers=(Consumer("INBOUNDCALLFLOW", "Payment line"),),
    )
    payment = replace(
        payment,
        verdict=Verdict.DRIFTED,
        live_version="9.0",
        by="A Colleague",
        at="2026-11-20T14:03:11Z",
        drift=difference(_payment()[0].flow, _read("payment.json", '"queue": "Billing"', '"queue": "Front desk"').flow),
        reason="A Colleague changed 1 node of what is live since it was deployed; deploying would undo that.",
        hint="Take the change into `flows/payment.json`, or restore version 8.0, then deploy again.",
        routes=(Route("queue", "Front desk"),),
    )
    path = financial.path
    missing = Finding(
        "missing-reference", Level.ERROR, "There is no queue `Simple Financial Pensions queue` in Acme, so Architect "
        "would refuse the flow.", "Correct the name, or create the queue.", Location(path, 143, 15),
    )  # fmt: skip
    financial = replace(financial, findings=(missing,), live_version="3.0", verdict=Verdict.REFUSED)
    reminder = _reminder()
    created = PlannedFlow(
        reminder.document.path, reminder.flow.name, "outboundcall", Verdict.CREATE,
        changes=difference(None, reminder.flow), after=reminder.flow.graph,
        notices=("It would be created in the division `Home`.",),
    )  # fmt: skip
    others = tuple(PlannedFlow(f"flows/{name}.yaml", name, "inboundcall", Verdict.UNCHANGED) for name in _SAME)
    return Plan((created, main, financial, payment, *others), "platform", "production", "Acme")


def deployment() -> Deployment:
    """What became of that plan."""
    created, main, financial, payment, *same = plan().flows
    flows = (
        DeployedFlow(
            created.path, created.name, created.type, Result.CREATED, "77", "", "1.0", seconds=21.4, waited=9.0,
            attempts=1, changes=created.changes,
        ),
        DeployedFlow(
            main.path, main.name, main.type, Result.DEPLOYED, "5f", "14.0", "15.0", seconds=34.0, waited=17.5,
            attempts=1, recovered=True, changes=main.changes, kept="ivr-kept/main-14.0.json",
        ),
        DeployedFlow(
            financial.path, financial.name, financial.type, Result.FAILED, "a1", "3.0",
            message="Architect refused the flow: it could not find the queue.", seconds=12.2, attempts=1,
            hint="Mend the line below and deploy again. Version 3.0 is still live.", findings=financial.findings,
        ),
        DeployedFlow(
            payment.path, payment.name, payment.type, Result.REFUSED, "b7", "9.0", message=payment.reason,
            hint=payment.hint, seconds=0.8, conflicts=1,
        ),
        *(DeployedFlow(one.path, one.name, one.type, Result.UNCHANGED, seconds=0.4) for one in same),
    )  # fmt: skip
    notices = ("Since the plan on the pull request: `Payment line` drifted.",)
    return Deployment(flows, "production", "Acme", False, 71.0, notices)


_SAME = ("Night line", "Survey", "Outage announcement")
_ELSE = ("noMatch, destinationNodeId: operator", "noMatch, destinationNodeId: support")


def _main() -> tuple[Reading, Reading]:
    keys = "For sales, press 1. For support, press 2."
    ways = "      - { condition: noMatch, destinationNodeId: menuAgain }\n"
    new = "      - { condition: dtmf == '3', destinationNodeId: billing }\n"
    after = (keys, f"{keys} For billing, press 3.", ways, new + ways, "  operator:\n", _BILLING, *_ELSE)
    return _read("main-menu.yaml"), _read("main-menu.yaml", *after)


def _financial() -> tuple[Reading, Reading]:
    name = "published/SimpleFinancialIvr_v2-0.yaml"
    return _read(name), _read(
        name,
        "Simple Financial IRA queue",
        "Simple Financial Pensions queue",
        "press 9 to",
        "press 3 for pensions, or 9 to",
    )


def _payment() -> tuple[Reading, Reading]:
    return _read("payment.json"), _read("payment.json", '"digits": 8', '"digits": 10')


def _reminder() -> Reading:
    return _read("appointment.yaml")


def _read(name: str, *replaced: str) -> Reading:
    """A flow of the examples, with texts replaced, one after another."""
    text = (FLOWS / name).read_text(encoding="utf-8")
    for old, new in zip(replaced[::2], replaced[1::2], strict=True):
        if old not in text:
            raise ValueError(f"{name} has no {old!r}")
        text = text.replace(old, new, 1)
    return read_flow(f"flows/{Path(name).name}", text.encode())
