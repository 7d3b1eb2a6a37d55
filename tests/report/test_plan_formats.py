"""Plans and deployments as text, JSON and outputs: complete, within their limits, no command for a log."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ivr_action import report as reports
from ivr_action.model.deployment import DeployedFlow, Deployment, Result
from ivr_action.model.plan import Plan, PlannedFlow, Verdict
from ivr_action.report import Look, deployment_json, deployment_text, plan_json, plan_text
from ivr_action.report.deployment_outputs import (
    LIMIT,
    conflicts_output,
    deployed_output,
    drifted_output,
    plan_output,
)
from tests.plans import CHANGES, DRIFT, Told, deployed, hostile_deployment, hostile_plan, planned

LOOK = Look("1.0")
_SCHEMAS = Path(reports.__file__).parent / "schema"


def check(name: str, text: str) -> dict[str, Any]:
    schema = json.loads((_SCHEMAS / f"{name}-1.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    data: dict[str, Any] = json.loads(text)
    Draft202012Validator(schema).validate(data)
    return data


def test_a_plans_json_follows_its_schema_and_has_everything() -> None:
    plan = Plan(tuple(planned(verdict, path=f"{verdict}.yaml") for verdict in Verdict), "platform", "prod", "Acme")
    data = check("plan", plan_json.render(plan, LOOK))
    assert data["schema"] == "urn:ivr-action:schema:plan:1.0"
    assert data["tool"] == {"name": "ivr-action", "version": "1.0"}
    assert [flow["verdict"] for flow in data["flows"]] == [verdict.value for verdict in Verdict]
    drifted = data["flows"][list(Verdict).index(Verdict.DRIFTED)]
    assert drifted["stops"] is True
    assert drifted["drift"]["nodes"][0]["fields"] == [
        {"field": "queue", "change": "changed", "before": "Sales", "after": "VIP"}
    ]
    assert drifted["routes"][0]["numbers"] == ["+13175550100"]
    assert data["flows"][list(Verdict).index(Verdict.UNCHANGED)]["changes"] is None


def test_a_deployments_json_follows_its_schema_and_has_everything() -> None:
    deployment = Deployment(tuple(deployed(result, path=f"{result}.yaml") for result in Result), "prod", "Acme")
    data = check("deployment", deployment_json.render(deployment, LOOK))
    assert data["schema"] == "urn:ivr-action:schema:deployment:1.0"
    assert data["exitStatus"] == 4
    assert [flow["result"] for flow in data["flows"]] == [result.value for result in Result]
    assert data["flows"][0]["changes"]["transitions"][0]["after"] == "billing"


@pytest.mark.parametrize("name", ["plan", "deployment"])
def test_the_schema_refuses_what_it_does_not_know(name: str) -> None:
    made = (
        plan_json.render(hostile_plan(), LOOK) if name == "plan" else deployment_json.render(hostile_deployment(), LOOK)
    )
    data = check(name, made)
    schema = json.loads((_SCHEMAS / f"{name}-1.json").read_text(encoding="utf-8"))
    for key in schema["$defs"]["flow"]["required"]:
        flow = {inner: value for inner, value in data["flows"][0].items() if inner != key}
        assert not Draft202012Validator(schema).is_valid(data | {"flows": [flow]}), key
    assert set(data["flows"][0]) == set(schema["$defs"]["flow"]["properties"])


def test_text_of_a_plan_ends_with_the_verdict_and_begins_with_what_stops() -> None:
    plan = Plan((planned(), planned(Verdict.LOCKED, "Payment", "p.yaml"), planned(Verdict.UNCHANGED, "Old")))
    lines = plan_text.render(plan, LOOK).splitlines()
    assert lines[0] == "Payment (p.yaml): stops: locked, 14.0"
    assert lines[1:3] == ["  It is locked.", "  Talk to them."]
    assert lines[-2:] == [
        "unchanged: Old",
        "1 flow would be deployed: 1 updated; 1 stops: Payment (A Colleague has it open); 1 unchanged",
    ]
    at = lines.index("Main line (flows/main.yaml): update, 14.0 → next")
    assert "    ~ menu (line 12)" in lines[at:]
    assert "        prompt: Press one. → Press one or two." in lines[at:]
    assert "        way 2: old → billing" in lines[at:]


def test_a_change_is_called_ours_nowhere_since_a_colleague_may_have_made_it() -> None:
    plan = Plan((replace(planned(Verdict.DRIFTED), changes=DRIFT), planned(Verdict.CREATE)))
    for against, words in (("platform", "what is live"), ("drift", "what is live"), ("base", "the base commit")):
        text = plan_text.render(replace(plan, against=against), LOOK)
        assert f"\n  the file against {words}: {DRIFT.summary()}\n" in text
        assert f"\n  the whole flow is new: {CHANGES.summary()}\n" in text
        assert "our changes" not in text.lower()


def test_text_of_a_deployment_has_what_failed_right_above_the_verdict() -> None:
    deployment = Deployment((deployed(Result.FAILED, "Payment", "p.yaml"), deployed()), "prod", seconds=80)
    told = (Told("https://user:pw@hooks.example.com/T0/secret?x=1"),)
    lines = deployment_text.render(deployment, LOOK, deliveries=told, audit="Head 12:abc.").splitlines()
    assert lines.index("Payment (p.yaml): failed, 14.0 still") > lines.index(
        "Main line (flows/main.yaml): updated, 14.0 → 15.0"
    )
    assert lines[-4:] == [
        "told hooks.example.com · deployment.succeeded · delivered (204)",
        "audit: Head 12:abc.",
        "Deployment to prod: 1 new version live (1 updated); 1 failed",
        "Exit status 3: not everything was deployed.",
    ]


def test_flows_that_were_not_reached_are_one_line_and_those_with_more_to_say_are_not_among_them() -> None:
    why = "`Payment` was not deployed, so nothing was done to those after it."
    after = [
        replace(deployed(Result.SKIPPED, f"Line {at}", f"{at}.yaml"), message=f"Nothing was sent. {why}", hint="")
        for at in range(29)
    ]
    caller = replace(deployed(Result.SKIPPED, "Caller", "c.yaml"), message="It calls Payment.", hint="Mend that.")
    deployment = Deployment((deployed(Result.FAILED, "Payment", "p.yaml"), caller, *after), "prod", stopped=why)
    lines = deployment_text.render(deployment, LOOK).splitlines()
    assert [line for line in lines if "not reached" in line] == [
        "Caller (c.yaml): not reached, 14.0 still",
        "29 not reached: Line 0, Line 1, Line 2, Line 3, Line 4 and 24 more",
        "Deployment to prod: nothing new is live; 1 failed, 30 not reached",
    ]
    assert sum(why in line for line in lines) == 1
    data = check("deployment", deployment_json.render(deployment, LOOK))
    assert [flow["message"] for flow in data["flows"][2:]] == [f"Nothing was sent. {why}"] * 29


def test_the_end_of_a_log_with_groups_counts_all_flows() -> None:
    deployment = Deployment((deployed(Result.FAILED, "Payment", "p.yaml"), deployed()), "prod")
    end = deployment_text.ending(deployment, LOOK)
    assert deployment_text.render(deployment, LOOK).endswith(end)
    assert "Payment (" not in end
    assert end.endswith("1 new version live (1 updated); 1 failed\nExit status 3: not everything was deployed.\n")
    plan = Plan((planned(), planned(Verdict.UNCHANGED, "Old")), notices=("Nobody looked at the queues.",))
    end = plan_text.ending(plan, LOOK)
    assert plan_text.render(plan, LOOK).endswith(end)
    assert end.splitlines() == [
        "unchanged: Old", "note Nobody looked at the queues.", "1 flow would be deployed: 1 updated; 1 unchanged",
    ]  # fmt: skip


@pytest.mark.parametrize("colour", [True, False])
def test_texts_are_lines_of_ours_without_anything_invisible(colour: bool) -> None:
    look = replace(LOOK, colour=colour)
    plan, deployment = hostile_plan(), hostile_deployment()
    for text in (plan_text.render(plan, look), deployment_text.render(deployment, look)):
        bare = text
        for code in range(30, 38):
            bare = bare.replace(f"\x1b[{code}m", "")
        bare = bare.replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert ("\x1b[" in text) is colour
        assert all(line.isprintable() for line in bare.splitlines())
        assert not any(line.startswith("::") for line in bare.splitlines())
    for flow in plan.flows:
        assert plan_text.title(flow).isprintable()


def test_outputs_say_in_short_what_became_of_each_flow() -> None:
    deployment = Deployment(
        (deployed(Result.UNCHANGED, "Old", "o.yaml"), deployed(), replace(deployed(Result.REFUSED), conflicts=2))
    )
    rows = json.loads(deployed_output(deployment))
    assert [row["result"] for row in rows] == ["deployed", "refused", "unchanged"]
    assert list(rows[0].values()) == ["flows/main.yaml", "0e1c", "Main line", "14.0", "15.0", "deployed"]
    assert list(rows[0]) == ["path", "id", "name", "from", "to", "result"]
    assert [(row["result"], row["conflicts"]) for row in json.loads(conflicts_output(deployment))] == [("refused", 2)]
    plan = Plan((planned(Verdict.UNCHANGED), planned(), planned(Verdict.DRIFTED), planned(Verdict.REFUSED)))
    assert [row["verdict"] for row in json.loads(plan_output(plan))] == ["drifted", "refused", "update", "unchanged"]
    (drifted,) = json.loads(drifted_output(plan))
    assert (drifted["by"], drifted["nodes"], drifted["changes"]) == ("A Colleague", ["sales"], "1 node changed")
    assert [row["by"] for row in json.loads(conflicts_output(plan))] == ["A Colleague"]
    assert deployed_output(Deployment(())) == drifted_output(Plan(())) == "[]"


_TEXTS = st.sampled_from(["", "é", "\ud800", "\u2028", "𝔘" * 400, '"' * 400, "##[error]", "a" * 5000])


@settings(deadline=None)
@given(st.integers(0, 400), _TEXTS, _TEXTS)
def test_outputs_are_one_line_within_their_limit_and_a_mark_counts_what_is_missing(
    number: int, name: str, other: str
) -> None:
    plan = Plan(tuple(PlannedFlow(f"{at} {other}", name, "x", Verdict.DRIFTED, other, by=name) for at in range(number)))
    deployment = Deployment(
        tuple(DeployedFlow(f"{at} {other}", name, "x", Result.DEPLOYED, other, conflicts=1) for at in range(number))
    )
    for text, word in (
        (deployed_output(deployment), "result"),
        (conflicts_output(deployment), "result"),
        (conflicts_output(plan), "result"),
        (plan_output(plan), "verdict"),
        (drifted_output(plan), "verdict"),
    ):
        assert len(text.encode()) <= LIMIT
        assert len(text.splitlines()) == 1
        assert "##[" not in text
        rows = json.loads(text)
        marks = [row for row in rows if row[word] == "cut"]
        assert len(rows) - len(marks) + sum(row["left"] for row in marks) == number
        assert not marks or (marks == rows[-1:] and set(rows[0]) < set(marks[0]))
