"""Everything that leaves the step: log, annotations, files, comment, summary, outputs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from ivr_action import __version__
from ivr_action.calls import outputs_of
from ivr_action.check import RULES
from ivr_action.errors import IvrError
from ivr_action.gate import Gate
from ivr_action.model import Finding, Level
from ivr_action.model.kinds import KINDS, levelled
from ivr_action.release.released import Released
from ivr_action.report import Look, render
from ivr_action.report.annotations import annotate
from ivr_action.report.cobertura import render as cobertura
from ivr_action.report.comment import render as render_comment
from ivr_action.report.look import lines_of
from ivr_action.report.markdown import prose
from ivr_action.runner import summary
from ivr_action.runner.comment import mark_of, put_comment, why_not
from ivr_action.runner.outputs import write_file, write_outputs
from ivr_action.settings import EMPTY, Settings
from ivr_action.world import World

_LINES = 10
"""Of a message that says why there is no result; more would not fit into a comment."""


def tell(world: World, gate: Gate, released: Released) -> tuple[Finding, ...]:
    """Tells all of it, the log and the outputs first: what fails afterwards takes nothing of them away.

    Returns:
        What was found, by the plan or the deployment too, worst first.
    """
    settings, report = gate.settings, gate.report
    look = _look(world, gate)
    _log(world, gate, released, look)
    found = _findings(gate, released)
    where = "the job summary and the JSON report" if look.limit else look.places
    for note in annotate(replace(report, findings=found), where):
        world.commands.add(note)
    if released.problem is not None:
        _problem(world, released.problem)
    for warning in released.warnings:
        world.commands.annotate("warning", warning, title="ivr-action")
    write_outputs(world.environ, {**EMPTY, **_outputs(gate, released)})
    world.reported.set()
    write_outputs(world.environ, _files(world, gate, released, look))
    problem = _commented(world, gate, released, look)
    if problem:
        report = replace(report, notices=(*report.notices, problem))
        world.commands.annotate("warning" if settings.comment == "true" else "note", problem, title="ivr-action")
    if settings.summary == "true" and look.limit:
        for text in _summary(replace(gate, report=report), released, look):
            summary.append(world.environ, text)
    return found


def comment(world: World, settings: Settings, text: str, *, worth_it: bool) -> str:
    """Keeps the comment on the pull request up to date; returns what to tell where that did not work."""
    token = bool(settings.github_token.get_secret_value())
    possible, why = why_not(world.context, settings.comment, token=token)
    if not possible:
        return why
    api = world.connect_github(settings)
    if api is None:
        return "No comment was written: the runner does not say where GitHub's API is."
    mark = mark_of(world.context, settings.comment_key)
    return put_comment(api, world.context.pull_request, mark, text, worth_it=worth_it)


def fail(world: World, message: str, hint: str) -> None:
    """Says in every place why there is no result."""
    if not world.reported.is_set():
        with contextlib.suppress(OSError):
            write_outputs(world.environ, EMPTY)
    text = f"{message}\n{hint}" if hint else message
    world.commands.annotate("error", text, title="ivr-action")
    with contextlib.suppress(OSError):
        what = "not everything could be reported" if world.reported.is_set() else "not checked"
        summary.append(world.environ, not_done(what, message, hint))


def not_done(what: str, message: str, hint: str) -> str:
    """What the summary and the comment say where there is no result."""
    lines = f"{message}\n{hint}".strip().splitlines()
    return f"## ❌ IVR flows: {what}\n\n{'<br>'.join(prose(line, 2000) for line in lines[:_LINES])}\n"


def _look(world: World, gate: Gate) -> Look:
    context, scope = world.context, gate.scope
    return Look(
        version=__version__,
        rules=(*RULES, *KINDS),
        rules_url=context.rules_url,
        blob_url=context.blob_url,
        repository_url=context.repository_url,
        sha=context.sha,
        changed=frozenset(scope.changed),
        limit=summary.room(world.environ),
        places=f"the JSON report ({gate.settings.report_file})",
        fail_on=gate.settings.fail_on,
        source=lines_of(reading.document for reading in (*scope.readings, *scope.others)),
    )


def _log(world: World, gate: Gate, released: Released, look: Look) -> None:
    """The log: findings, then each flow of the plan and of the deployment in a group of its own."""
    report = gate.report
    if gate.checked:
        with world.commands.group("All findings") if report.findings else contextlib.nullcontext():
            world.out.write(render("text", report, look))
    world.out.write(f"{report.scope}\n")
    for alert in report.alerts:
        world.commands.annotate("note", alert, title="The gate itself changes")
    if released.plan is not None and released.deployment is None:
        from ivr_action.report import plan_text
        from ivr_action.report.plan_pieces import speaks

        for planned in released.plan.flows:
            if speaks(planned):
                text = plan_text.flow_text(planned, look, released.plan.against)
                _group(world, plan_text.title(planned), text)
        world.out.write(plan_text.ending(released.plan, look))
    if released.deployment is not None:
        from ivr_action.report import deployment_text

        for deployed in released.deployment.flows:
            if deployment_text.speaks(deployed, released.deployment):
                _group(world, deployment_text.title(deployed), deployment_text.flow_text(deployed, look))
        end = deployment_text.ending
        world.out.write(end(released.deployment, look, deliveries=released.deliveries, audit=released.audit))


def _group(world: World, title: str, text: str) -> None:
    """A flow's lines, the first of which is its title."""
    with world.commands.group(title):
        world.out.write(text.partition("\n")[2])


def _findings(gate: Gate, released: Released) -> tuple[Finding, ...]:
    found = list(gate.report.findings)
    if released.deployment is not None:
        from ivr_action.report.deployment_words import findings_of

        found += levelled(findings_of(released.deployment), gate.levels)
    elif released.plan is not None:
        from ivr_action.report.plan_words import findings_of as findings_of_plan

        found += levelled(findings_of_plan(released.plan), gate.levels)
    return tuple(sorted(found, key=lambda finding: finding.order))


def _files(world: World, gate: Gate, released: Released, look: Look) -> dict[str, str]:
    """Writes the files; the outputs that name them."""
    settings, report = gate.settings, gate.report
    texts: dict[str, tuple[str, str]] = {}
    if gate.checked:  # an empty SARIF file would close what the last check had opened
        texts["report"] = settings.report_file, render("json", report, look)
        texts["sarif-file"] = settings.sarif_file, render("sarif", report, look)
    if report.calls is not None:
        stamp = int(datetime.combine(world.today(), datetime.min.time(), UTC).timestamp() * 1000)
        texts["coverage-file"] = settings.coverage_file, cobertura(report.calls, __version__, stamp)
    if released.plan is not None:
        from ivr_action.report import plan_json

        texts["plan-file"] = settings.plan_file, plan_json.render(released.plan, look)
    if released.deployment is not None:
        from ivr_action.report import deployment_json

        texts["deployment-file"] = settings.deployment_file, deployment_json.render(released.deployment, look)
    return {name: write_file(world.workspace, path, text) for name, (path, text) in texts.items()}


def _commented(world: World, gate: Gate, released: Released, look: Look) -> str:
    """The one comment: what the gate found, and below it the plan, or why there is none."""
    report, url = gate.report, world.context.run_url
    below = ""
    if released.problem is not None:
        below = not_done(released.undone, str(released.problem), released.problem.hint)
    elif released.plan is not None:
        from ivr_action.report import plan_comment

        places = f"the plan as JSON ({gate.settings.plan_file})"
        below = plan_comment.render(released.plan, replace(look, places=places), url)
        alert = plan_comment.alert(released.plan)
        report = replace(report, alerts=(*report.alerts, *([alert] if alert else [])))
    worth_it = bool(report.flows or report.alerts or below)
    return comment(world, gate.settings, render_comment(report, look, url, below), worth_it=worth_it)


def _summary(gate: Gate, released: Released, look: Look) -> Iterator[str]:
    """The parts of the summary, in the order of the comment, but what was deployed first of all; each keeps room for
    those behind it."""
    room = look.limit
    planned = released.plan is not None and released.deployment is None
    for made, last in ((_deployed, False), (_checked, not planned), (_planned, True)):
        text = made(gate, released, replace(look, limit=room if last else room * 2 // 3))
        if text:
            yield text
            room -= len(text.encode("utf-8", "backslashreplace"))


def _deployed(gate: Gate, released: Released, look: Look) -> str:
    if released.problem is not None:
        return not_done(released.undone, str(released.problem), released.problem.hint) + "\n"
    if released.deployment is None:
        return ""
    from ivr_action.report import deployment_summary

    look = replace(look, places=f"the deployment as JSON ({gate.settings.deployment_file})")
    return deployment_summary.render(released.deployment, look, deliveries=released.deliveries, audit=released.audit)


def _planned(gate: Gate, released: Released, look: Look) -> str:
    if released.plan is None or released.deployment is not None:
        return ""
    from ivr_action.report import plan_summary

    return plan_summary.render(released.plan, replace(look, places=f"the plan as JSON ({gate.settings.plan_file})"))


def _checked(gate: Gate, released: Released, look: Look) -> str:
    if not gate.checked:
        return ""
    from ivr_action.report.summary import render as render_summary

    return render_summary(gate.report, look)


def _outputs(gate: Gate, released: Released) -> dict[str, str]:
    report = gate.report
    outputs = {
        "valid": "true" if not report.count(Level.ERROR) else "false",
        "error-count": str(report.count(Level.ERROR)),
        "warning-count": str(report.count(Level.WARNING)),
        "changed-flows": json.dumps(list(gate.scope.changed)),
        **outputs_of(report.calls),
        **released.outputs,
    }
    if released.plan is None and released.deployment is None:
        return outputs
    from ivr_action.report.deployment_outputs import conflicts_output, deployed_output, drifted_output, plan_output

    if released.plan is not None:
        outputs |= {
            "plan": plan_output(released.plan),
            "drifted": drifted_output(released.plan),
            "conflicts": conflicts_output(released.plan),
        }
    if released.deployment is not None:
        live = [flow.to_version for flow in released.deployment.flows if flow.result.is_live]
        outputs |= {
            "deployed": deployed_output(released.deployment),
            "conflicts": _either(conflicts_output(released.deployment), outputs.get("conflicts", "")),
            "version": live[0] if len(live) == 1 else "",
        }
    return outputs


def _either(found: str, otherwise: str) -> str:
    """The deployment's own conflicts, else those for which it did not begin."""
    return found if found != "[]" or not otherwise else otherwise


def _problem(world: World, problem: IvrError) -> None:
    text = f"{problem}\n{problem.hint}" if problem.hint else str(problem)
    world.commands.annotate("error", text, title="ivr-action")
